/* complete.c: words for the prompt's Tab: the grammar gives commands and literals, the app what only it
 * knows. */
#include "app/app.h"
#include "app/script.h"
#include "core/lex.h"
#include "lab/lab.h"
#include "plat/heap.h"
#include "session/cond.h"
#include "tui/screen.h"

#include <string.h>

struct offering {
    void (*offer)(void *to, const char *word);
    void *to;
    struct app *app;
};

static const char *option_at(void *ctx, size_t i)
{
    (void)ctx;
    return lab_option_name(i);
}

static const char *view_at(void *ctx, size_t i)
{
    (void)ctx;
    return screen_view_name(i);
}

static const char *condition_at(void *ctx, size_t i)
{
    (void)ctx;
    return cond_word(i);
}

static const char *mark_at(void *ctx, size_t i)
{
    const struct app *a = ctx;
    const struct session_mark *m = session_marks(a->session);

    while (m && i--)
        m = m->next;
    return m ? m->name : NULL;
}

/* Whose words stand for a placeholder. */
static const struct {
    const char *command, *param; /* command NULL: any */
    const char *(*at)(void *ctx, size_t i);
} sources[] = {
    {NULL, "OPTION", option_at},
    {"view", "NAME", view_at},
    {NULL, "CONDITION", condition_at},
    {NULL, "MARK", mark_at},
};

struct asking {
    const struct offering *to;
    const char *line;
};

/* The scripts that are built in; files are not offered. */
static void more_scripts(const struct asking *a, const char *prefix, size_t len)
{
    struct str name;
    str_init(&name, heap_mem());
    for (size_t i = 0; script_name_at(i, &name); i++)
        if (strncmp(name.at, prefix, len) == 0)
            a->to->offer(a->to->to, name.at);
    str_release(&name);
}

static void more(void *ctx, const char *param, const char *prefix, size_t len)
{
    const struct asking *a = ctx;

    if (strcmp(param, "FILE") == 0 && strncmp(a->line, "source", strlen("source")) == 0)
        more_scripts(a, prefix, len);
    for (size_t s = 0; s < COUNT_OF(sources); s++) {
        const char *word, *command = sources[s].command;
        if (strcmp(param, sources[s].param) != 0 ||
            (command && strncmp(a->line, command, strlen(command)) != 0))
            continue;
        for (size_t i = 0; (word = sources[s].at(a->to->app, i)) != NULL; i++)
            if (strncmp(word, prefix, len) == 0)
                a->to->offer(a->to->to, word);
    }
}

static void pass(void *ctx, const char *word)
{
    const struct asking *a = ctx;
    a->to->offer(a->to->to, word);
}

/* Whether the line is `filter` or `find` with a text, whose words are a filter's: where that begins. */
static bool terms_at(const char *line, size_t len, size_t *at)
{
    static const char *const commands[] = {"filter", "find"};
    struct word w;
    *at = 0;
    if (!lex_word(line, len, at, &w) || *at == len)
        return false;
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (word_is(w, commands[i]))
            return true;
    return false;
}

void app_complete(struct app *a, const char *line, size_t len, void (*offer)(void *to, const char *word),
                  void *to)
{
    const struct offering o = {offer, to, a};
    struct asking asking = {&o, line + strspn(line, " ")};
    size_t terms;

    if (terms_at(line, len, &terms))
        filter_complete(line + terms, len - terms, false, offer, to);
    else
        cmd_complete(command_table, command_count, line, len, more, pass, &asking);
}
