/* insert.c: a remark that is put into the past. Rows cannot be moved, for everything counts them: so the
 * session is made again from its own events, with one more between them. */
#include "session/facts.h"

#include <string.h>

static bool copy_marks(struct session *to, const struct session *from, uint32_t row)
{
    for (const struct session_mark *m = session_marks(from); m; m = m->next)
        if (!session_mark(to, m->name, m->len, m->row > row ? m->row + 1 : m->row))
            return false;
    return true;
}

static bool apply_all(struct session *to, const struct session *from, uint32_t row, const struct event *more)
{
    const size_t rows = session_rows(from);
    for (size_t i = 0; i < rows; i++) {
        struct event e;
        session_event(from, session_row(from, i), &e);
        if ((i == row && !session_apply(to, more)) || !session_apply(to, &e))
            return false;
    }
    return row < rows || session_apply(to, more);
}

bool session_insert(struct session *s, uint32_t row, const struct event *e)
{
    const struct session_options o = {.source = s->source,
                                      .started_ns = s->started_ns,
                                      .track = s->options,
                                      .keep = s->keep,
                                      .most = s->most,
                                      .memory = s->memory,
                                      .mem = s->mem};
    if (session_first(s) > 0 || s->rowless)
        return false;
    struct session *fresh = session_new(&o);
    if (fresh)
        store_from_same(fresh->store, s->store);
    if (!fresh || !apply_all(fresh, s, row, e) || !copy_marks(fresh, s, row)) {
        session_free(fresh);
        return false;
    }
    fresh->frames = s->frames;
    fresh->start_ns = s->start_ns;
    fresh->start_segment = s->start_segment;
    memcpy(fresh->frames_of, s->frames_of, sizeof s->frames_of); /* those that are no rows, too */
    memcpy(fresh->links, s->links, sizeof s->links);
    fresh->version = s->version + 1;
    const struct session old = *s;
    *s = *fresh;
    *fresh = old;
    session_free(fresh);
    return true;
}
