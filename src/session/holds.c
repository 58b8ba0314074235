/* holds.c: whether a term of a filter holds for a row, or for a connection: what is asked of its rows is then
 * asked of all of them together. */
#include <string.h>

#include "session/term.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Whether text stands in words, whatever the case of ASCII letters. */
static bool found_in(const struct str *words, const struct term *t)
{
    for (size_t i = 0; i + t->text_len <= words->len; i++) {
        size_t n = 0;
        while (n < t->text_len && lower(words->at[i + n]) == lower(t->text[n]))
            n++;
        if (n == t->text_len)
            return true;
    }
    return false;
}

static bool text_holds(const struct term *t, const struct session *s, const struct row *r,
                       const struct saying *w)
{
    struct str out;
    str_init(&out, w->mem);
    w->rows(w->ctx, s, r, &out);
    bool holds = found_in(&out, t);
    str_release(&out);
    return holds;
}

bool asked_of(struct asked *a, const struct session *s, uint32_t conn)
{
    a->session = s;
    a->conn = conn;
    return conn != NO_CONN && session_conn(s, conn, &a->view) && session_outline(s, conn, &a->outline);
}

/* -1: not known. */
static int64_t conn_number(const struct conn_view *v, enum field f)
{
    const struct flow_stats *a = &v->stats[SIDE_CLIENT], *b = &v->stats[SIDE_SERVER];
    switch (f) {
    case FIELD_CONN_SEGMENTS: return (int64_t)a->segments + b->segments;
    case FIELD_CONN_BYTES: return (int64_t)(flow_bytes(a) + flow_bytes(b));
    case FIELD_CONN_TIME: return (int64_t)(v->last_ns > v->first_ns ? v->last_ns - v->first_ns : 0);
    case FIELD_CONN_REXMT: return (int64_t)conn_rexmt(v);
    case FIELD_CONN_ZERO: return (int64_t)a->zero_windows + b->zero_windows;
    case FIELD_CONN_RTT: return conn_rtt_ns(v) > 0 ? (int64_t)conn_rtt_ns(v) : -1;
    default: return -1;
    }
}

static bool in_network(const struct addr *a, const struct term *t)
{
    uint8_t whole = t->bits / 8, rest = t->bits % 8;
    if (a->family != t->addr.family || memcmp(a->at, t->addr.at, whole) != 0)
        return false;
    return rest == 0 || (a->at[whole] ^ t->addr.at[whole]) >> (8 - rest) == 0;
}

/* Either end; with != neither. */
static bool ends_hold(const struct term *t, const struct tuple *tuple)
{
    bool holds[SIDE_COUNT];
    for (int i = 0; i < SIDE_COUNT; i++) {
        const struct endpoint *e = &tuple->end[i];
        holds[i] = t->field == FIELD_PORT ? compare_holds(t->compare, e->port, t->number)
                                          : in_network(&e->addr, t) == (t->compare == COMPARE_EQ);
    }
    return t->compare == COMPARE_NE ? holds[SIDE_CLIENT] && holds[SIDE_SERVER]
                                    : holds[SIDE_CLIENT] || holds[SIDE_SERVER];
}

/* How a connection ended is a name behind those of the states. */
static bool ended_so(const struct term *t, const struct asked *a)
{
    return t->number + 1 >= STATE_COUNT && conn_state(&a->view) == (unsigned)t->number + 1;
}

bool term_holds_conn(const struct term *t, const struct asked *a, const struct saying *w)
{
    const enum tcp_state state = (enum tcp_state)((uint64_t)t->number + 1); /* where a state was asked for */
    const enum tcp_state *now = a->view.state;
    const struct outline *o = &a->outline;
    bool holds = false;
    int64_t number;
    switch ((enum field)t->field) {
    case FIELD_PORT:
    case FIELD_HOST: return ends_hold(t, &a->view.tuple);
    case FIELD_CONN: return compare_holds(t->compare, (int64_t)a->conn + 1, t->number);
    case FIELD_STATE: holds = now[SIDE_CLIENT] == state || now[SIDE_SERVER] == state || ended_so(t, a); break;
    case FIELD_CLIENT: holds = now[SIDE_CLIENT] == state; break;
    case FIELD_SERVER: holds = now[SIDE_SERVER] == state; break;
    case FIELD_FLAG: holds = o->flags >> t->number & 1; break;
    case FIELD_LABEL: holds = o->labels >> t->number & 1; break;
    case FIELD_WIRESHARK: holds = o->wireshark >> t->number & 1; break;
    case FIELD_TEXT: {
        struct str out;
        str_init(&out, w->mem);
        w->conns(w->ctx, a->session, a->conn, &out);
        holds = found_in(&out, t);
        str_release(&out);
        break;
    }
    default:
        number = conn_number(&a->view, (enum field)t->field);
        return number >= 0 && compare_holds(t->compare, number, t->number);
    }
    return holds == (t->compare == COMPARE_EQ);
}

/* The number that a row has in a field; false: it has none. time_ns counts from the session's start. */
static bool number_of(const struct session *s, const struct row *r, enum field f, int64_t *out)
{
    if (f == FIELD_CONN) {
        *out = r->conn == NO_CONN ? 0 : (int64_t)r->conn + 1;
        return true;
    }
    if (f == FIELD_TIME) {
        /* below 0 where it came before the first segment, as the ladder shows it */
        *out = (int64_t)(r->time_ns - session_start(s));
        return true;
    }
    if (f == FIELD_FRAME) { /* an ICMP error has one, too */
        uint32_t quotes;
        *out = r->frame;
        return r->kind == EVENT_SEGMENT || session_icmp(s, r, &quotes);
    }
    if (r->kind != EVENT_SEGMENT)
        return false;
    switch (f) {
    case FIELD_LEN: *out = row_len(r); return true;
    case FIELD_WIN: *out = row_win(r); return true;
    case FIELD_SEQ: *out = r->seq; return true;
    case FIELD_ACK: *out = r->ack; return (r->flags & TCP_ACK) != 0;
    default: return false;
    }
}

static bool state_holds(const struct term *t, const struct session *s, const struct row *r)
{
    struct asked a;
    const enum tcp_state state = (enum tcp_state)((uint64_t)t->number + 1); /* where a state was asked for */
    if (t->number + 1 >= STATE_COUNT)
        return asked_of(&a, s, r->conn) && ended_so(t, &a);
    return row_state(r, SIDE_CLIENT) == state || row_state(r, SIDE_SERVER) == state;
}

static bool name_holds(const struct term *t, const struct session *s, const struct row *r)
{
    const enum tcp_state state = (enum tcp_state)((uint64_t)t->number + 1); /* where a state was asked for */
    bool segment = r->kind == EVENT_SEGMENT;
    switch ((enum field)t->field) {
    case FIELD_STATE: return state_holds(t, s, r);
    case FIELD_CLIENT: return row_state(r, SIDE_CLIENT) == state;
    case FIELD_SERVER: return row_state(r, SIDE_SERVER) == state;
    case FIELD_FROM: return r->side == t->number;
    case FIELD_FLAG: return segment && (r->flags >> t->number & 1);
    case FIELD_LABEL: return segment && (r->labels >> t->number & 1);
    case FIELD_WIRESHARK: return segment && (r->wireshark >> t->number & 1);
    case FIELD_KIND: return r->kind == term_kinds[t->number];
    default: return false;
    }
}

bool term_holds(const struct term *t, const struct session *s, const struct row *r, const struct saying *w)
{
    struct asked a;
    int64_t number;
    if (t->field == FIELD_TEXT)
        return text_holds(t, s, r, w) == (t->compare == COMPARE_EQ);
    if (t->field < FIELD_TEXT)
        return name_holds(t, s, r) == (t->compare == COMPARE_EQ);
    if (t->field == FIELD_HOST || t->field == FIELD_PORT || t->field >= FIELD_CONN_SEGMENTS)
        return asked_of(&a, s, r->conn) && term_holds_conn(t, &a, w);
    return number_of(s, r, (enum field)t->field, &number) && compare_holds(t->compare, number, t->number);
}
