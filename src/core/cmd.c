/* cmd.c: a line is tried against every row of its name; the first that fits is the command. Where none fits,
 * the mistake that is told is the one furthest along the line: that form came nearest to what was meant. */
#include "core/cmd.h"

#include <string.h>

#include "core/match.h"

const struct cmd_arg *cmd_get(const struct cmd *c, const char *param)
{
    for (size_t i = 0; i < c->args; i++) {
        const struct cmd_arg *a = &c->arg[i];
        if (a->param ? strcmp(a->param, param) == 0 : cmd_arg_is(a, param))
            return a;
    }
    return NULL;
}

bool cmd_arg_is(const struct cmd_arg *a, const char *word)
{
    return a && word_is((struct word){a->text, a->len}, word);
}

struct names {
    const struct cmd_spec *specs;
    size_t count;
};

static const char *name_at(void *ctx, size_t i)
{
    const struct names *n = ctx;
    return i < n->count ? n->specs[i].name : NULL;
}

static void unknown(const struct cmd_spec *specs, size_t count, struct word w, const char *line,
                    struct cmd_error *e)
{
    struct names names = {specs, count};
    const char *near = nearest_word(w.at, w.len, name_at, &names);
    *e = (struct cmd_error){.message = near ? N_("unknown command {word}; nearest is {nearest}")
                                            : N_("unknown command {word}"),
                            .at = (size_t)(w.at - line),
                            .len = w.len,
                            .nearest = near};
}

bool cmd_parse(const struct cmd_spec *specs, size_t count, const char *line, size_t len, struct cmd *c,
               struct cmd_error *e)
{
    struct word name;
    size_t pos = 0;
    struct match m = {.line = line, .len = len, .cmd = c, .error = e};
    *c = (struct cmd){0};
    *e = (struct cmd_error){0};
    if (!lex_word(line, len, &pos, &name) || name.at[0] == '#')
        return true;
    for (size_t i = 0; i < count; i++) {
        if (!word_is(name, specs[i].name))
            continue;
        m.pos = pos;
        *c = (struct cmd){.spec = &specs[i]};
        if (match_syntax(&m, specs[i].syntax)) {
            *e = (struct cmd_error){0};
            return true;
        }
        if (!e->expected) /* the mistake is this form's */
            e->expected = specs[i].syntax;
    }
    *c = (struct cmd){0};
    if (!e->message)
        unknown(specs, count, name, line, e);
    return false;
}
