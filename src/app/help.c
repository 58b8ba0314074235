/* help.c: the text of --help, from the rows of options.def. */
#include <string.h>

#include "app/options.h"
#include "export/export.h"

enum { LEFT = 32, WIDTH = 80, NAMES = 12 };

static const struct {
    const char *line, *help;
} usage[] = {
    {"tcpviz [--host | --wire] [options]", N_("a live lab in the terminal")},
    {"tcpviz -r FILE [options] [FILTER]", N_("a capture explained")},
    {"tcpviz -i IFACE [options] [FILTER]", N_("an interface watched")},
    {"tcpviz --script FILE [options]", N_("commands without a terminal")},
};

static const char *const group_title[] = {
    [GROUP_WHAT] = N_("What is shown:"),
    [GROUP_LAB] = N_("The lab and the sniffer:"),
    [GROUP_SCREEN] = N_("The screen:"),
    [GROUP_OTHER] = N_("Other:"),
};
_Static_assert(COUNT_OF(group_title) == GROUPS, "every group has a title");

struct column {
    struct str *out;
    bool first;
};

/* The next line of a text that stands right of the names. */
static void put_line(void *ctx, const char *at, size_t len)
{
    struct column *c = ctx;
    if (!c->first)
        str_put_rep(c->out, " ", LEFT);
    c->first = false;
    str_put_n(c->out, at, len);
    str_put(c->out, "\n");
}

static void put_option(struct str *out, const struct option_row *row, const struct voice *v)
{
    const size_t start = out->len;
    const char *help = say(v, row->help);
    struct column c = {out, true};
    str_put(out, "  ");
    if (row->short_name) {
        str_put_char(out, '-');
        str_put_char(out, row->short_name);
        str_put(out, ", ");
    } else {
        str_put(out, "    ");
    }
    str_put(out, "--");
    str_put(out, row->long_name);
    if (row->argument) {
        str_put(out, " ");
        str_put(out, row->argument);
    }
    if (out->len - start + 2 > LEFT) {
        str_put(out, "\n");
        c.first = false;
    } else {
        str_put_rep(out, " ", LEFT - (out->len - start));
    }
    text_wrap(help, strlen(help), WIDTH - LEFT, put_line, &c);
}

static void put_formats(struct str *out, const struct voice *v)
{
    str_put(out, "\n");
    str_put(out, say(v, N_("Formats of --export:")));
    str_put(out, "\n");
    const struct export_format *f;
    for (size_t i = 0; (f = export_format_at(i)) != NULL; i++) {
        const char *words = say(v, f->words);
        struct column c = {out, true};
        str_put(out, "  ");
        str_put(out, f->name);
        str_put_rep(out, " ", NAMES - strlen(f->name));
        str_put(out, f->suffix);
        str_put_rep(out, " ", LEFT - 2 - NAMES - strlen(f->suffix));
        text_wrap(words, strlen(words), WIDTH - LEFT, put_line, &c);
    }
}

void options_help(struct str *out, const struct voice *v)
{
    str_put(out, say(v, N_("tcpviz shows real TCP happening.")));
    str_put(out, "\n\n");
    for (size_t i = 0; i < COUNT_OF(usage); i++) {
        str_put(out, "  ");
        str_put(out, usage[i].line);
        str_put_rep(out, " ", 38 - strlen(usage[i].line));
        str_put(out, say(v, usage[i].help));
        str_put(out, "\n");
    }
    for (size_t g = 0; g < GROUPS; g++) {
        str_put(out, "\n");
        str_put(out, say(v, group_title[g]));
        str_put(out, "\n");
        for (size_t i = 0; i < OPTION_COUNT; i++)
            if ((size_t)option_table[i].group == g)
                put_option(out, &option_table[i], v);
    }
    put_formats(out, v);
    str_put(out, "\n");
    str_put(
        out,
        say(v, N_("Exit status: 0 done, 1 an expect of the script failed or a capture is damaged, 2 wrong "
                  "usage,\n3 the system would not let it. The commands of scripts: tcpviz-script(5).")));
    str_put(out, "\n");
}
