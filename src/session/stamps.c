/* stamps.c: which segment a measured time belongs to.
 *
 * The kernel names a stamp by the offset of the last byte it covers. The segment is the one of that sender
 * that carries the byte; where the byte was sent more than once, the second stamp of one point belongs to the
 * row that repeats. Two stamps (queueing discipline, driver) are taken before the sniffer sees the segment:
 * they wait for it. */
#include "session/facts.h"

enum { LOOK_BACK = 512 /* rows of one connection: more are not in flight in a class room */ };

/* Relative number 1 is byte 0 of the stream. */
static bool carries(const struct row *r, const struct stamp_fact *f)
{
    return r->kind == EVENT_SEGMENT && r->side == f->sender &&
           (uint32_t)f->last_byte + 1 - r->seq < row_len(r);
}

/* What the receiver's kernel measured was of a frame that came through the wire whole. */
static bool reached(const struct session *s, const struct row *r, const struct stamp_fact *f)
{
    struct session_flight flight;
    if (!s->wired || (f->point != STAMP_SOFTIRQ && f->point != STAMP_READ))
        return true;
    return session_flight_of(s, r, &flight) && flight.end_ns && flight.end == WIRE_ARRIVED &&
           !flight.corrupted;
}

static bool has_point(const struct session *s, const struct row *r, unsigned point)
{
    const struct extra *x = facts_extra_of(s, r);
    return x && x->measured && x->measured->stamps[point] != 0;
}

static bool give(struct session *s, uint32_t row, struct stamp_fact *f)
{
    struct measured *m = facts_measured(s, session_row(s, row));
    if (!m)
        return false;
    m->stamps[f->point] = f->time_ns;
    f->segment = row;
    return true;
}

struct measured *facts_measured(struct session *s, const struct row *r)
{
    struct extra *x = r->has_extra ? chunks_at(&s->extras, facts_extra_place(s, r->frame)) : NULL;
    if (x && !x->measured)
        x->measured = arena_take(s->arena, sizeof *x->measured);
    return x ? x->measured : NULL;
}

bool facts_stamp(struct session *s, uint32_t conn, struct stamp_fact *f)
{
    struct conn_live *live = facts_live(s, conn);
    const uint32_t *last = live ? facts_last(s, conn) : NULL;
    if (!last)
        return false;
    uint32_t oldest = NO_ROW, at = *last;
    for (int i = 0; i < LOOK_BACK && at != NO_ROW; i++) {
        const struct row *r = session_row(s, at);
        if (!r)
            break; /* given up */
        if (carries(r, f) && reached(s, r, f) && !has_point(s, r, f->point))
            oldest = at;
        at = r->before;
    }
    if (oldest != NO_ROW)
        return give(s, oldest, f);
    if (live->waiting_count == STAMPS_WAITING) {
        live->waiting_count--;
        for (size_t i = 0; i < live->waiting_count; i++)
            live->waiting[i] = live->waiting[i + 1];
    }
    live->waiting[live->waiting_count++] = f;
    return true;
}

bool facts_stamps_meet(struct session *s, uint32_t conn, uint32_t row)
{
    struct conn_live *live = facts_live_of(s, conn);
    const struct row *r = session_row(s, row);
    bool done = true;
    size_t kept = 0;
    for (size_t i = 0; live && i < live->waiting_count; i++) {
        struct stamp_fact *f = live->waiting[i];
        if (r->time_ns > f->time_ns && r->time_ns - f->time_ns > FACTS_WAIT_NS)
            continue; /* for good */
        if (carries(r, f) && reached(s, r, f) && !has_point(s, r, f->point))
            done = give(s, row, f) && done;
        else
            live->waiting[kept++] = f;
    }
    if (live)
        live->waiting_count = kept;
    return done;
}
