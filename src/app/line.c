#include "app/line.h"

#include <string.h>

#include "app/choose.h"
#include "app/script.h"
#include "core/lex.h"
#include "plat/heap.h"

/* With a place it stands before the words ("-:2: …"), without one the words are all there is. */
static bool tell(enum fail_status status, const char *place, const struct str *words, struct fail *f)
{
    if (place)
        return fail_set(f, status, words->at, NULL, "%s", place);
    return fail_set(f, status, NULL, NULL, "%s", words->at);
}

bool line_fail(const struct app *a, enum fail_status status, const char *place, struct fail *f,
               const char *text, const char *name, const char *value)
{
    struct str words;
    str_init(&words, heap_mem());
    say_fill(&words, say(&a->voice, text), name, value, NULL);
    tell(status, place, &words, f);
    str_release(&words);
    return false;
}

bool line_wrong(const struct app *a, const struct cmd_error *e, const char *text, const char *name,
                const char *place, struct fail *f)
{
    struct str word, low, high, words, usage;
    str_init(&word, heap_mem());
    str_init(&low, heap_mem());
    str_init(&high, heap_mem());
    str_init(&words, heap_mem());
    str_init(&usage, heap_mem());
    str_put_safe(&word, text + e->at, e->len, a->voice.ascii);
    str_put_i64(&low, e->low);
    str_put_i64(&high, e->high);
    say_fill(&words, say(&a->voice, e->message), "word", word.at, "nearest", e->nearest ? e->nearest : "",
             "low", low.at, "high", high.at, NULL);
    if (name && e->expected) {
        str_put(&usage, name);
        str_put(&usage, *e->expected ? " " : "");
        str_put(&usage, e->expected);
        say_fill(&words, say(&a->voice, N_("; usage: {usage}")), "usage", usage.at, NULL);
    }
    tell(FAIL_USAGE, place, &words, f);
    str_release(&word);
    str_release(&low);
    str_release(&high);
    str_release(&words);
    str_release(&usage);
    return false;
}

/* Where a command works, in words, that does not work here. */
static const char *elsewhere(unsigned labs)
{
    if (labs == LABS_WIRE)
        return N_("{command} works on the wire only: start tcpviz --wire");
    if (labs == LABS_PRIVATE)
        return N_("{command} works in the private lab only: start tcpviz without --host, -i and -r");
    return N_("{command} works in the lab only: start tcpviz without -i and -r");
}

bool line_parse(const struct app *a, const char *line, size_t len, const char *place, struct cmd *c,
                struct fail *f)
{
    struct cmd_error e;
    if (!cmd_parse(command_table, command_count, line, len, c, &e)) {
        struct word name;
        size_t pos = 0;
        const char *known = NULL;
        lex_word(line, len, &pos, &name);
        for (size_t i = 0; i < command_count; i++)
            if (word_is(name, command_table[i].name))
                known = command_table[i].name;
        return line_wrong(a, &e, line, known, place, f);
    }
    if (c->spec && !(c->spec->labs & a->labs))
        return line_fail(a, FAIL_USAGE, place, f, elsewhere(c->spec->labs), "command", c->spec->name);
    return true;
}

/* What takes time or holds other lines becomes a script of one line. */
static bool takes_time(const struct cmd *c)
{
    return c->spec->id == COMMAND_WAIT || c->spec->id == COMMAND_WAIT_UNTIL ||
           c->spec->id == COMMAND_EXPECT || c->spec->id == COMMAND_SOURCE;
}

bool app_run_line(struct app *a, const char *line, size_t len, enum origin from, struct fail *f)
{
    struct cmd c;
    app_settled(a);
    if (!line_parse(a, line, len, NULL, &c, f))
        return false;
    if (!c.spec)
        return true;
    if (!takes_time(&c))
        return app_run(a, &c, from, f);
    if (a->script)
        return line_fail(a, FAIL_EXPECT, NULL, f, N_("{command}: a script runs already"), "command",
                         c.spec->name);
    a->script = script_new(a, NULL, line, len, f);
    return a->script != NULL;
}
