/* wire.c: what became of segments on the wire: each event is a row of its own, and the segment's row has the
 * sum of them. */
#include "session/facts.h"

const struct event_wire *session_wire(const struct session *s, const struct row *r)
{
    (void)s;
    const struct event *e = facts_event(r, EVENT_WIRE);
    return e ? &e->u.wire : NULL;
}

bool session_flight_of(const struct session *s, const struct row *r, struct session_flight *out)
{
    const struct extra *x = facts_extra_of(s, r);
    if (!x || !x->measured || !x->measured->on_wire)
        return false;
    *out = x->measured->flight;
    return true;
}

bool facts_flight(struct session *s, const struct row *of, enum side to)
{
    const struct event_wire *e = session_wire(s, of);
    const uint32_t row = session_frame(s, e->frame);
    struct measured *m = row == NO_ROW ? NULL : facts_measured(s, session_row(s, row));
    if (!m)
        return row == NO_ROW;
    struct session_flight *f = &m->flight;
    m->on_wire = true;
    f->held = e->what == WIRE_HELD;
    f->corrupted = f->corrupted || (e->what == WIRE_CORRUPTED && e->copy == 0);
    f->duplicated = f->duplicated || e->what == WIRE_DUPLICATED;
    if ((e->what != WIRE_ARRIVED && e->what != WIRE_DROPPED) || (f->end_ns && f->end == WIRE_ARRIVED))
        return true;
    f->end_ns = of->time_ns;
    f->end_row = (uint32_t)(s->rows.count - 1);
    f->end = (uint8_t)e->what;
    f->state = (uint8_t)row_state(of, to);
    return true;
}

void facts_answered(struct session *s, const struct row *r)
{
    const enum side from = (enum side)r->side;
    const uint32_t row = (r->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK) && r->acks
                             ? session_frame(s, r->acks)
                             : NO_ROW;
    struct measured *m = row == NO_ROW ? NULL : facts_measured(s, session_row(s, row));
    if (!m || !m->on_wire || !m->flight.end_ns || m->flight.state != STATE_LISTEN ||
        r->time_ns > m->flight.end_ns + FACTS_WAIT_NS)
        return;
    struct row *end = chunks_at(&s->rows, m->flight.end_row);
    m->flight.state = (uint8_t)row_state(r, from);
    if (end)
        end->states = (uint8_t)(from == SIDE_CLIENT ? (end->states & 0xf0) | row_state(r, from)
                                                    : (end->states & 0x0f) | row_state(r, from) << 4);
}

bool facts_unanswered(const struct session *s, uint32_t row)
{
    const struct event_wire *e = session_wire(s, session_row(s, row));
    const struct row *of = e ? session_row(s, session_frame(s, e->frame)) : NULL;
    struct session_flight f;
    return of && session_flight_of(s, of, &f) && f.end_ns && f.end_row == row && f.state == STATE_LISTEN;
}

bool session_flight_fast(const struct row *r, const struct session_flight *f)
{
    return f->end_ns && f->end == WIRE_ARRIVED && f->end_ns - r->time_ns < SESSION_AT_ONCE_NS;
}

/* A plain arrival that follows at once says nothing that the segment's own line does not. */
static bool wire_shown(const struct session *s, const struct row *r)
{
    const struct event_wire *e = session_wire(s, r);
    struct session_flight f;
    if (!e || e->what == WIRE_HELD || e->what == WIRE_RELEASED)
        return false;
    if (e->what != WIRE_ARRIVED || e->copy > 0)
        return true;
    const uint32_t row = session_frame(s, e->frame);
    const struct row *of = row == NO_ROW ? NULL : session_row(s, row);
    return of && session_flight_of(s, of, &f) &&
           (f.corrupted || r->time_ns - of->time_ns >= SESSION_AT_ONCE_NS);
}

bool session_shown(const struct session *s, const struct row *r)
{
    return r->kind == EVENT_SEGMENT || r->kind == EVENT_CALL || r->kind == EVENT_NOTE ||
           (r->kind == EVENT_WIRE && wire_shown(s, r));
}
