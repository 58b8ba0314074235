/* call.c: what a system call does, from the table calls.def. */
#include "scene/fill.h"

#include <string.h>

static const struct {
    enum call_kind kind;
    const char *result, *argument, *text;
} says[] = {
#define CALL_SAYS(kind, result, argument, text) {kind, result, argument, text},
#include "scene/calls.def"
};

/* Whether the call came out as the table's word tells. */
static bool came_out(const struct event_call *c, bool listener, const char *result)
{
    if (c->errname)
        return strcmp(result, c->errname) == 0;
    if (strcmp(result, "0") == 0)
        return c->result == 0;
    if (strcmp(result, "listener") == 0)
        return listener;
    if (strcmp(result, "unread") == 0)
        return c->unread;
    return *result == '\0';
}

void say_call_means(struct str *out, const struct voice *v, const struct event_call *c, bool listener)
{
    struct str n;
    str_init(&n, out->mem);
    str_put_i64(&n, c->result);
    for (size_t i = 0; i < COUNT_OF(says); i++) {
        if (says[i].kind != c->kind || !came_out(c, listener, says[i].result) ||
            (*says[i].argument && !(c->args && strstr(c->args, says[i].argument))))
            continue;
        put_filled(out, v, says[i].text, "n", n.at, NULL);
        break;
    }
    out->failed = out->failed || n.failed;
    str_release(&n);
}
