/* complete.c: what may stand at the end of a line. The words before it are matched as in cmd.c; where the
 * line ends, every form says what it would take next. */
#include <string.h>

#include "core/cmd.h"
#include "core/match.h"

enum { OFFERED = 32 };

struct completion {
    const char *prefix;
    size_t prefix_len;
    void (*more)(void *ctx, const char *param, const char *prefix, size_t prefix_len);
    void (*offer)(void *ctx, const char *word);
    void *ctx;
    const char *offered[OFFERED]; /* several forms of a command may take the same word: it is offered once */
    size_t count;
};

static bool begins(const struct completion *c, const char *word)
{
    return strncmp(word, c->prefix, c->prefix_len) == 0;
}

/* Whether this text, or one at the same place, was offered before; remembers it. */
static bool again(struct completion *c, const char *word)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->offered[i] == word)
            return true;
    if (c->count < OFFERED)
        c->offered[c->count++] = word;
    return false;
}

static void offer_literal(void *ctx, const char *word)
{
    struct completion *c = ctx;
    if (begins(c, word) && !again(c, word))
        c->offer(c->ctx, word);
}

static void offer_param(void *ctx, const char *param)
{
    struct completion *c = ctx;
    if (c->more && !again(c, param))
        c->more(c->ctx, param, c->prefix, c->prefix_len);
}

void cmd_complete(const struct cmd_spec *specs, size_t count, const char *line, size_t len,
                  void (*more)(void *ctx, const char *param, const char *prefix, size_t prefix_len),
                  void (*offer)(void *ctx, const char *word), void *ctx)
{
    size_t start = len, pos = 0;
    struct word name;
    while (start > 0 && line[start - 1] != ' ' && line[start - 1] != '\t')
        start--;
    struct completion c = {line + start, len - start, more, offer, ctx, {NULL}, 0};
    struct match_offers offers = {offer_param, offer_literal, &c};
    bool first = !lex_word(line, start, &pos, &name);
    for (size_t i = 0; i < count; i++) {
        struct cmd cmd = {.spec = &specs[i]};
        struct cmd_error e = {0};
        struct match m = {
            .line = line, .len = start, .pos = pos, .cmd = &cmd, .error = &e, .offers = &offers};
        if (first) {
            if (begins(&c, specs[i].name) && (i == 0 || strcmp(specs[i].name, specs[i - 1].name) != 0))
                offer(ctx, specs[i].name);
        } else if (word_is(name, specs[i].name)) {
            match_syntax(&m, specs[i].syntax);
        }
    }
}
