#include "app/choose.h"

#include "app/app.h"
#include "tui/screen.h"

/* The note of `reset` stands behind the segments of what it tore down, so the clean view begins there. */
static void find_reset(struct app *a)
{
    struct choice *c = &a->choice;
    const struct row *r;
    for (; c->reset_ns && (r = session_row(a->session, c->reset_from)) != NULL; c->reset_from++) {
        if (r->kind != EVENT_NOTE || r->time_ns != c->reset_ns)
            continue;
        a->view_start = c->reset_from;
        c->reset_ns = 0;
        if (a->screen)
            screen_restart(a->screen, a->view_start);
        return;
    }
}

void app_settled(struct app *a)
{
    struct choice *c = &a->choice;
    uint32_t conns = (uint32_t)session_conns(a->session);
    const struct event_key key = {.known = true, .tuple = c->tuple};
    find_reset(a);
    if (conns == c->conns)
        return;
    if (c->awaited) {
        uint32_t found = session_find(a->session, &key);
        if (found == NO_CONN || found < c->conns)
            return; /* ports are used again: an older connection had the same */
        a->selected = found;
        c->awaited = false;
    } else if (a->labs & LABS_HOST || (!(a->labs & LABS_PRIVATE) && !c->made)) {
        a->selected = conns - 1;
    }
    c->conns = conns;
}

uint32_t app_selected(struct app *a)
{
    app_settled(a);
    return a->choice.awaited ? NO_CONN : a->selected;
}

bool app_tuple(const struct app *a, struct tuple *out)
{
    struct conn_view v;
    if (a->choice.awaited) {
        *out = a->choice.tuple;
        return true;
    }
    if (a->selected == NO_CONN || !session_conn(a->session, a->selected, &v))
        return false;
    *out = v.tuple;
    return true;
}
