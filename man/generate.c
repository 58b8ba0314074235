/* generate.c: fills the tables of a manual page or of a shell's completion from the rows that the program
 * itself is made of. Reads a template on standard input and writes the page; a line that is @NAME@ alone
 * becomes that table. A program of the build, no part of tcpviz. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tui/keys.h"

#define N_(text)        text
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

struct row {
    const char *name, *argument, *help;
    char short_name;
    const char *where; /* a command works: "LABS_WIRE" … */
};

static const struct row options[] = {
#define OPTION(id, short_name, long_name, argument, group, help) {long_name, argument, help, short_name, ""},
#include "app/options.def"
};

static const struct row commands[] = {
#define COMMAND(id, name, syntax, labs, acts, help) {name, syntax, help, 0, #labs},
#include "app/commands.def"
};

static const struct row labels[] = {
#define LABEL(id, name, words) {name, "", words, 0, ""},
#include "core/labels.def"
};

static const struct row states[] = {
#define STATE(id, name, brief) {name, "", brief, 0, ""},
#include "core/states.def"
};

static const struct field {
    const char *name, *sign, *help;
    bool rows;
} fields[] = {
#define ROWS                                     true
#define BOTH                                     false
#define FIELD(id, name, kind, asked, sign, help) {name, sign, help, asked},
#include "session/fields.def"
};

static const struct key_row keys[] = {
#define KEY(views, key, line, bar, help) {key, line, help, views, bar},
#include "app/keymap.def"
};

/* Where keys mean something: in all of `in`, and not in `out`. */
static const struct place {
    unsigned in, out;
    const char *title;
} places[] = {
    {V_LADDER | V_DETAIL, 0, "In the ladder and in the detail"},
    {V_LADDER, V_DETAIL, "In the ladder only"},
    {V_DETAIL, V_LADDER, "In the detail only"},
    {V_LIST, 0, "In the list of connections"},
    {V_TALK, 0, "In what the sides said"},
    {V_DIFF, 0, "In two sessions side by side"},
    {V_PAGE, 0, "In a page: the help, the terms, what was read, two rows compared"},
    {V_DIALOG, 0, "In the export dialog"},
};

static const struct row formats[] = {
#define FORMAT(id, suffix, how, words) {#id, suffix, words, 0, ""},
#include "export/formats.def"
};

static const struct row views[] = {
#define VIEW(id, name, help) {name, "", help, 0, ""},
#include "tui/view.def"
};

/* Text as roff wants it: a hyphen that can be copied, no escape, no request at a line's start. */
static void put(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
    }
}

static void put_options(void)
{
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        const struct row *r = &options[i];
        fputs(".TP\n\\fB", stdout);
        if (r->short_name)
            printf("\\-%c\\fR, \\fB", r->short_name);
        fputs("\\-\\-", stdout);
        put(r->name);
        fputs("\\fR", stdout);
        if (r->argument) {
            fputs(" \\fI", stdout);
            put(r->argument);
            fputs("\\fR", stdout);
        }
        putchar('\n');
        put(r->help);
        putchar('\n');
    }
}

static void put_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fputs(".TP\n\\fB", stdout);
        put(rows[i].name);
        fputs("\\fR", stdout);
        if (*rows[i].argument) {
            putchar(' ');
            put(rows[i].argument);
        }
        putchar('\n');
        put(rows[i].help);
        if (strcmp(rows[i].where, "LABS_WIRE") == 0)
            fputs(" (with \\fB\\-\\-wire\\fR)", stdout);
        putchar('\n');
    }
}

static void put_commands(void)
{
    put_rows(commands, COUNT_OF(commands));
}

static bool is_in(const struct place *p, const struct key_row *k)
{
    return (k->views & p->in) == p->in && !(k->views & p->out);
}

/* Whether both run the same command, in the same labs. */
static bool same_act(const struct key_row *a, const struct key_row *b)
{
    return strcmp(a->line, b->line) == 0 && (a->views & V_WITH) == (b->views & V_WITH);
}

/* Whether a row before it has told of the key, or one that holds in every lab tells the same. */
static bool told(const struct place *p, size_t at)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const bool always = !(keys[i].views & V_WITH) && (keys[at].views & V_WITH) &&
                            strcmp(keys[i].key, keys[at].key) == 0 &&
                            strcmp(keys[i].line, keys[at].line) == 0;
        if (is_in(p, &keys[i]) && (always || (i < at && same_act(&keys[i], &keys[at]))))
            return true;
    }
    return false;
}

/* All keys there that run the command of the first. */
static void put_act(const struct place *p, size_t first)
{
    const struct key_row *k = &keys[first];
    fputs(".TP\n", stdout);
    for (size_t i = first; i < COUNT_OF(keys); i++) {
        if (!is_in(p, &keys[i]) || !same_act(&keys[i], k))
            continue;
        fputs(i > first ? ", \\fB" : "\\fB", stdout);
        put(keys[i].key);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    put(k->help);
    fputs(k->views & V_WIRE   ? " (on the wire)"
          : k->views & V_LAB  ? " (in a lab)"
          : k->views & V_PLAY ? " (in a session that is read again)"
                              : "",
          stdout);
    putchar('\n');
}

static void put_keys(void)
{
    for (size_t p = 0; p < COUNT_OF(places); p++) {
        printf(".SS %s\n", places[p].title);
        for (size_t i = 0; i < COUNT_OF(keys); i++)
            if (is_in(&places[p], &keys[i]) && !told(&places[p], i))
                put_act(&places[p], i);
    }
}

static void put_label_words(void)
{
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        fputs(i ? ", " : "", stdout);
        put(labels[i].name);
    }
    puts(".");
}

static void put_state_words(void)
{
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        fputs(i ? ", " : "", stdout);
        put(states[i].name);
    }
    puts(".");
}

static void put_fields(void)
{
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        fputs(".TP\n\\fB", stdout);
        put(fields[i].name);
        put(fields[i].sign);
        fputs(fields[i].rows ? "\\fR *\n" : "\\fR\n", stdout);
        put(fields[i].help);
        putchar('\n');
    }
}

static void put_views(void)
{
    put_rows(views, COUNT_OF(views));
}

static void put_formats(void)
{
    put_rows(formats, COUNT_OF(formats));
}

/* The options for a shell, with a star at what takes a file. */
static void put_words(void)
{
    fputs("    local options=\"", stdout);
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        fputs(i ? " " : "", stdout);
        if (options[i].short_name)
            printf("-%c ", options[i].short_name);
        printf("--%s", options[i].name);
    }
    puts("\"");
}

static const struct {
    const char *name;
    void (*put)(void);
} tables[] = {
    {"@OPTIONS@\n", put_options},    {"@COMMANDS@\n", put_commands},  {"@KEYS@\n", put_keys},
    {"@LABELS@\n", put_label_words}, {"@STATES@\n", put_state_words}, {"@VIEWS@\n", put_views},
    {"@OPTION_WORDS@\n", put_words}, {"@FIELDS@\n", put_fields},      {"@FORMATS@\n", put_formats},
};

int main(void)
{
    char line[1024];
    while (fgets(line, sizeof line, stdin)) {
        size_t i = 0;
        while (i < COUNT_OF(tables) && strcmp(line, tables[i].name) != 0)
            i++;
        if (i < COUNT_OF(tables))
            tables[i].put();
        else
            fputs(line, stdout);
    }
    return ferror(stdin) || fflush(stdout) != 0;
}
