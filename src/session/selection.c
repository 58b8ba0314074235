/* selection.c: indices of the rows that are shown, in order. What has been looked at is never looked at again
 * until the choice changes. */
#include "session/filter.h"

struct selection {
    const struct mem *mem;
    const struct session *session;
    const struct filter *filter;
    uint32_t *row;
    size_t count, cap;
    size_t next; /* the first row that has not been looked at */
    uint32_t conn;
    bool calls;
};

struct selection *selection_new(const struct mem *m, const struct session *s)
{
    struct selection *v = mem_new(m, sizeof *v);
    if (v) {
        v->mem = m;
        v->session = s;
        v->conn = NO_CONN;
        v->calls = true;
    }
    return v;
}

void selection_free(struct selection *v)
{
    if (!v)
        return;
    mem_free(v->mem, v->row, v->cap * sizeof *v->row);
    mem_free(v->mem, v, sizeof *v);
}

void selection_set(struct selection *v, uint32_t first, uint32_t conn, const struct filter *f, bool calls)
{
    v->count = 0;
    v->next = first;
    v->conn = conn;
    v->filter = f;
    v->calls = calls;
    selection_extend(v);
}

/* Notes and what belongs to no connection (listen) stay where one connection is looked at. */
static bool shown(const struct selection *v, const struct row *r)
{
    bool kind = r->kind == EVENT_SEGMENT || r->kind == EVENT_NOTE || (r->kind == EVENT_CALL && v->calls);
    bool conn = v->conn == NO_CONN || r->conn == v->conn || r->conn == NO_CONN;
    return kind && conn && (!v->filter || filter_passes(v->filter, v->session, r));
}

void selection_extend(struct selection *v)
{
    size_t end = session_rows(v->session);
    for (; v->next < end; v->next++) {
        if (!shown(v, session_row(v->session, v->next)))
            continue;
        void *grown = v->row;
        if (!mem_grow(v->mem, &grown, &v->cap, v->count + 1, sizeof *v->row))
            return;
        v->row = grown;
        v->row[v->count++] = (uint32_t)v->next;
    }
}

size_t selection_count(const struct selection *v)
{
    return v->count;
}

uint32_t selection_at(const struct selection *v, size_t i)
{
    return i < v->count ? v->row[i] : NO_ROW;
}

size_t selection_near(const struct selection *v, uint32_t row)
{
    size_t low = 0, high = v->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (v->row[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
