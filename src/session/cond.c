/* cond.c: a condition is a few parts, each of which is asked by itself.
 *
 * A script asks the same condition again in every turn. A part therefore remembers up to which row it has
 * looked (its scan), and a turn costs what is new. That is sound because judgement is causal: a row's labels
 * never change. */
#include "session/cond_parts.h"

#include <string.h>

void cond_free(struct cond *c)
{
    if (c)
        mem_free(c->mem, c, c->size);
}

static bool counts(const struct part *p, const struct session *s, const struct row *r)
{
    switch (p->counted) {
    case COUNT_SEGMENTS: return r->kind == EVENT_SEGMENT;
    case COUNT_ROWS: return session_shown(s, r);
    case COUNT_RETRANSMISSIONS: return r->kind == EVENT_SEGMENT && r->labels & LBL(RETRANSMISSION);
    case COUNT_CONNECTIONS:
    case COUNTED: break;
    }
    return false;
}

static bool labelled(const struct part *p, const struct row *r)
{
    return r->kind == EVENT_SEGMENT && (p->label == LABEL_COUNT || r->labels & LABEL_BIT(p->label)) &&
           (p->side == SIDE_NONE || p->side == (enum side)r->side);
}

static bool moved(const struct cond *c, const struct part *p, const struct session *s, const struct row *r)
{
    const struct event_counter *k = session_counter(s, r);
    return k && (p->side == SIDE_NONE || p->side == k->side) && strlen(k->name) == p->since_len &&
           memcmp(k->name, c->text + p->since, p->since_len) == 0;
}

/* One past the first row from `from` on that has the label, or tells of the counter; 0 if there is none. */
static uint64_t find_row(const struct cond *c, const struct part *p, const struct session *s, uint32_t from)
{
    struct scan *scan = p->scan;
    size_t rows = session_rows(s);
    if (scan->start != from || scan->end < from)
        *scan = (struct scan){from, from, 0};
    for (; !scan->found && scan->end < rows; scan->end++)
        if (p->kind == PART_COUNTER ? moved(c, p, s, session_row(s, scan->end))
                                    : labelled(p, session_row(s, scan->end)))
            scan->found = (uint64_t)scan->end + 1;
    return scan->found;
}

/* The count as of now; -1 if the mark that it starts at does not exist. */
static int64_t count(const struct cond *c, const struct part *p, const struct session *s,
                     const struct cond_window *w)
{
    struct scan *scan = p->scan;
    uint32_t from = 0;
    if (p->since_len > 0)
        from = w->mark ? w->mark(w->ctx, c->text + p->since, p->since_len) : NO_ROW;
    if (from == NO_ROW)
        return -1;
    if (p->counted == COUNT_CONNECTIONS)
        return (int64_t)session_conns(s);
    if (scan->start != from || scan->end < from)
        *scan = (struct scan){from, from, 0};
    for (size_t rows = session_rows(s); scan->end < rows; scan->end++)
        scan->found += counts(p, s, session_row(s, scan->end));
    return (int64_t)scan->found;
}

/* What the kernel last said of a queue; -1 if it did not. */
static int64_t queue_length(const struct part *p, const struct session *s, const struct cond_window *w)
{
    const struct event_listener *l = session_listener(s);
    const struct event_sample *k;
    switch (p->queue) {
    case QUEUE_ACCEPT: return l ? l->accept_q : -1;
    case QUEUE_SYN: return l ? l->syn_q : -1;
    case QUEUE_RECV:
    case QUEUE_SEND:
        k = w->conn == NO_CONN ? NULL : session_kernel(s, w->conn, p->side);
        return !k ? -1 : p->queue == QUEUE_RECV ? k->recv_q : k->send_q;
    case QUEUE_CWND:
    case QUEUE_SSTHRESH:
        k = w->conn == NO_CONN ? NULL : session_kernel(s, w->conn, p->side);
        return !k ? -1 : p->queue == QUEUE_CWND ? k->cwnd : k->ssthresh;
    case QUEUES: break;
    }
    return -1;
}

/* Where there is no connection, the server's side is its listener. */
static enum tcp_state state_of(const struct part *p, const struct session *s, const struct cond_window *w)
{
    if (w->conn != NO_CONN)
        return session_state(s, w->conn, p->side);
    return p->side == SIDE_SERVER ? session_listener_state(s) : STATE_UNKNOWN;
}

static bool part_holds(const struct cond *c, const struct part *p, const struct session *s,
                       const struct cond_window *w, uint32_t *matched)
{
    uint64_t found;
    int64_t n;
    switch (p->kind) {
    case PART_STATE: return state_of(p, s, w) == p->state;
    case PART_COUNT: n = count(c, p, s, w); return n >= 0 && compare_holds(p->compare, n, p->number);
    case PART_QUEUE: n = queue_length(p, s, w); return n >= 0 && compare_holds(p->compare, n, p->number);
    case PART_COUNTER:
    case PART_LABEL:
        found = find_row(c, p, s, p->kind == PART_COUNTER ? w->acted : w->from);
        if (found > *matched)
            *matched = (uint32_t)found;
        return found > 0;
    }
    return false;
}

bool cond_holds(const struct cond *c, const struct session *s, const struct cond_window *w, uint32_t *matched)
{
    *matched = w->from;
    for (size_t i = 0; i < c->count; i++)
        if (!part_holds(c, &c->part[i], s, w, matched))
            return false;
    return true;
}

bool cond_asks_kernel(const struct cond *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->part[i].kind == PART_QUEUE && c->part[i].queue != QUEUE_ACCEPT &&
            c->part[i].queue != QUEUE_SYN)
            return true;
    return false;
}

bool cond_meets(const struct cond *c, const struct session *s, const struct cond_window *w, uint32_t row)
{
    const struct row *r = session_row(s, row);
    uint32_t matched = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct part *p = &c->part[i];
        if (!r || !(p->kind == PART_LABEL ? labelled(p, r) : part_holds(c, p, s, w, &matched)))
            return false;
    }
    return true;
}

static const char *number_instead(int64_t n, struct str *value)
{
    if (n < 0)
        return N_("it is not known");
    str_put_i64(value, n);
    return N_("it is {value}");
}

const char *cond_instead(const struct cond *c, const struct session *s, const struct cond_window *w,
                         struct str *value)
{
    uint32_t matched = w->from;
    enum tcp_state state;
    int64_t n;
    for (size_t i = 0; i < c->count; i++) {
        const struct part *p = &c->part[i];
        if (part_holds(c, p, s, w, &matched))
            continue;
        switch (p->kind) {
        case PART_STATE:
            state = state_of(p, s, w);
            str_put(value, state_name(state));
            return state == STATE_UNKNOWN ? N_("there is no connection") : N_("it is {value}");
        case PART_COUNT:
            n = count(c, p, s, w);
            str_put_n(value, c->text + p->since, n < 0 ? p->since_len : 0);
            return n < 0 ? N_("there is no mark {value}") : number_instead(n, value);
        case PART_QUEUE: return number_instead(queue_length(p, s, w), value);
        case PART_COUNTER:
            str_put_n(value, c->text + p->since, p->since_len);
            return N_("{value} has not moved");
        case PART_LABEL:
            if (p->label == LABEL_COUNT)
                return N_("no segment has come");
            str_put(value, label_name(p->label));
            return N_("no {value} has come");
        }
    }
    return N_("it holds now");
}
