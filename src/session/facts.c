/* facts.c: reading what happened. Nothing here changes a session, but for session_find, which may meet a
 * connection for the first time. */
#include "session/facts.h"

#include <string.h>

size_t session_rows(const struct session *s)
{
    return s->rows.count;
}

size_t session_first(const struct session *s)
{
    return chunks_first(&s->rows);
}

const struct row *session_row(const struct session *s, size_t i)
{
    return chunks_at(&s->rows, i);
}

size_t facts_extra_place(const struct session *s, uint32_t frame)
{
    size_t low = chunks_first(&s->extras), high = s->extras.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct extra *x = chunks_at(&s->extras, middle);
        if (x->frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct extra *facts_extra_of(const struct session *s, const struct row *r)
{
    return r->kind == EVENT_SEGMENT && r->has_extra ? chunks_at(&s->extras, facts_extra_place(s, r->frame))
                                                    : NULL;
}

void session_extra(const struct session *s, const struct row *r, struct row_extra *out)
{
    *out = (struct row_extra){.cause_row = NO_ROW, .annot = {.id = (enum annot_id)r->annot}};
    const struct extra *x = facts_extra_of(s, r);
    if (!x) {
        out->annot.acked = r->bare ? r->amount : 0;
        return;
    }
    out->cause = (enum cause)x->cause;
    out->cause_row = x->cause_row;
    out->call = x->call ? &x->call->u.call : NULL;
    out->repeats = x->repeats_count ? chunks_at(&s->repeats, x->repeats) : NULL;
    out->repeats_count = x->repeats_count;
    out->annot.acked = x->acked;
    out->annot.silence_us = x->silence_us;
    out->annot.number = x->number;
    out->annot.limit = x->limit;
    out->annot.probably = x->probably;
}

const uint8_t *session_bytes(const struct session *s, const struct row *r, uint32_t *caplen,
                             uint32_t *wirelen, int *linktype)
{
    struct frame f = {0};
    if (r->kind == EVENT_SEGMENT)
        store_get(s->store, r->place, &f);
    *caplen = f.caplen;
    *wirelen = f.wirelen;
    *linktype = f.linktype;
    return f.bytes;
}

static bool decode_row(const struct session *s, const struct row *r, bool sum, struct seg *out)
{
    struct frame f;
    if (r->kind != EVENT_SEGMENT)
        return false;
    store_get(s->store, r->place, &f);
    if (sum)
        seg_decode(out, f.linktype, f.bytes, f.caplen, f.wirelen);
    else
        seg_decode_again(out, f.linktype, f.bytes, f.caplen, f.wirelen);
    if (f.cut) {
        out->truncated = false;
        out->cksum = f.cksum;
    }
    out->time_ns = r->time_ns;
    out->frame = r->frame;
    return true;
}

bool session_seg(const struct session *s, const struct row *r, struct seg *out)
{
    return decode_row(s, r, true, out);
}

bool session_head(const struct session *s, const struct row *r, struct seg *out)
{
    return decode_row(s, r, false, out);
}

/* Where a row points to in the arena, as session.c put it there. */
static const void *pointed(const struct row *r)
{
    const void *at;
    memcpy(&at, &r->kept, sizeof at);
    return at;
}

const struct event *facts_event(const struct row *r, enum event_kind kind)
{
    return r->kind == kind ? pointed(r) : NULL;
}

const struct event *facts_call(const struct session *s, uint32_t row)
{
    const struct row *r = row == NO_ROW ? NULL : session_row(s, row);
    return r ? facts_event(r, EVENT_CALL) : NULL;
}

const struct event_call *session_call(const struct session *s, const struct row *r)
{
    (void)s;
    const struct event *e = facts_event(r, EVENT_CALL);
    return e ? &e->u.call : NULL;
}

const struct event_sample *session_sample(const struct session *s, const struct row *r)
{
    (void)s;
    const struct event *e = facts_event(r, EVENT_SAMPLE);
    return e ? &e->u.sample : NULL;
}

enum tcp_state session_sample_machine(const struct session *s, const struct row *r)
{
    (void)s;
    return r->kind == EVENT_SAMPLE ? row_state(r, (enum side)r->side) : STATE_UNKNOWN;
}

const struct event_listener *session_listener_at(const struct session *s, const struct row *r)
{
    (void)s;
    const struct event *e = facts_event(r, EVENT_LISTENER);
    return e ? &e->u.listener : NULL;
}

const struct event_counter *session_counter(const struct session *s, const struct row *r)
{
    (void)s;
    const struct event *e = facts_event(r, EVENT_COUNTER);
    return e ? &e->u.counter : NULL;
}

uint32_t session_note_row(const struct session *s, size_t i)
{
    const uint32_t *row = chunks_at(&s->notes, i);
    return row ? *row : NO_ROW;
}

const char *session_note(const struct session *s, const struct row *r, size_t *len, bool *said)
{
    (void)s;
    const struct event *e = r->frame ? NULL : facts_event(r, EVENT_NOTE);
    *len = e ? e->u.note.len : 0;
    if (said)
        *said = e && e->u.note.said;
    return e ? e->u.note.text : NULL;
}

bool session_stamp(const struct session *s, const struct row *r, uint32_t *segment, enum stamp_point *point)
{
    (void)s;
    if (r->kind != EVENT_STAMP)
        return false;
    const struct stamp_fact *f = pointed(r);
    *segment = f->segment;
    *point = (enum stamp_point)f->point;
    return true;
}

/* Whether all that happened so long after a row may be on the timeline: nothing will come before it. */
static bool is_past(const struct session *s, const struct row *r, uint64_t span_ns, uint64_t until_ns)
{
    return until_ns > r->time_ns + span_ns ||
           session_row(s, session_rows(s) - 1)->time_ns > r->time_ns + span_ns;
}

bool session_waits(const struct session *s, uint32_t row, uint64_t until_ns)
{
    uint32_t segment = NO_ROW;
    enum stamp_point point;
    struct session_flight f;
    const struct row *r = session_row(s, row);
    if (!r || r->conn == NO_CONN)
        return false;
    switch ((enum event_kind)r->kind) {
    case EVENT_SEGMENT: /* where it arrives at once, its row has its receiver's state too */
        if (!session_track(s)->wire)
            return false;
        if (!session_flight_of(s, r, &f) || f.end_ns == 0)
            return !is_past(s, r, SESSION_AT_ONCE_NS, until_ns);
        return session_flight_fast(r, &f) && !is_past(s, r, FACTS_WAIT_NS, until_ns) &&
               facts_unanswered(s, f.end_row);
    case EVENT_WIRE: return !is_past(s, r, FACTS_WAIT_NS, until_ns) && facts_unanswered(s, row);
    case EVENT_STAMP:
        return !is_past(s, r, FACTS_WAIT_NS, until_ns) && session_stamp(s, r, &segment, &point) &&
               segment == NO_ROW;
    default: return false;
    }
}

void session_stamps_of(const struct session *s, uint32_t row, uint64_t at_ns[STAMP_POINTS])
{
    memset(at_ns, 0, STAMP_POINTS * sizeof *at_ns);
    const struct row *r = session_row(s, row);
    const struct extra *x = r ? facts_extra_of(s, r) : NULL;
    if (x && x->measured)
        memcpy(at_ns, x->measured->stamps, STAMP_POINTS * sizeof *at_ns);
}

/* The i-th segment's row. */
static uint32_t segment_row(const struct session *s, size_t i)
{
    const uint32_t *row = s->mixed ? chunks_at(&s->segments, i) : NULL;
    return row ? *row : (uint32_t)i;
}

size_t facts_segment_from(const struct session *s, size_t row)
{
    size_t low = chunks_first(&s->segments), high = s->segments.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (segment_row(s, middle) < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Where it stands if every frame since then has a row, as most have; NO_ROW: not there. */
static uint32_t frame_guess(const struct session *s, size_t count, uint32_t frame)
{
    const size_t kept = count - (s->mixed ? chunks_first(&s->segments) : session_first(s));
    const struct row *last = kept > 0 ? session_row(s, segment_row(s, count - 1)) : NULL;
    if (!last || last->frame < frame || last->frame - frame >= kept)
        return NO_ROW;
    const uint32_t row = segment_row(s, count - 1 - (last->frame - frame));
    return row >= session_first(s) && session_row(s, row)->frame == frame ? row : NO_ROW;
}

/* Among the segments the first whose frame is not before that one; their count: there is none. */
static size_t frame_place(const struct session *s, size_t count, uint32_t frame)
{
    size_t low = s->mixed ? facts_segment_from(s, session_first(s)) : session_first(s), high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (session_row(s, segment_row(s, middle))->frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t session_frame(const struct session *s, uint32_t frame)
{
    const size_t count = s->mixed ? s->segments.count : s->rows.count;
    const uint32_t guess = frame_guess(s, count, frame);
    if (guess != NO_ROW)
        return guess;
    const size_t at = frame_place(s, count, frame);
    const uint32_t row = at == count ? NO_ROW : segment_row(s, at);
    return row != NO_ROW && session_row(s, row)->frame == frame ? row : NO_ROW;
}

uint32_t session_numbered(const struct session *s, uint32_t frame)
{
    const uint32_t row = session_frame(s, frame);
    if (row != NO_ROW || !s->mixed)
        return row;
    /* errors stand between the segments before and behind them */
    const size_t at = frame_place(s, s->segments.count, frame);
    size_t i = at == s->segments.count ? s->rows.count : segment_row(s, at);
    const struct row *r;
    while (i-- > session_first(s) && (r = session_row(s, i)) && r->kind != EVENT_SEGMENT)
        if (facts_icmp(r) && r->frame == frame)
            return (uint32_t)i;
    return NO_ROW;
}

void session_extent(const struct session *s, uint64_t *oldest_ns, uint64_t *newest_ns)
{
    *oldest_ns = s->extent.oldest_ns;
    *newest_ns = s->extent.newest_ns;
}

static bool of_frame(const struct row *r)
{
    return r->kind == EVENT_SEGMENT || facts_icmp(r);
}

uint64_t session_went_back(const struct session *s, const struct row *r)
{
    const uint32_t row = s->live || !s->went_back || !of_frame(r) ? NO_ROW : session_numbered(s, r->frame);
    const struct row *before = row == NO_ROW || row == 0 ? NULL : session_row(s, row - 1);
    return before && of_frame(before) && before->time_ns > r->time_ns ? before->time_ns - r->time_ns : 0;
}

size_t session_conns(const struct session *s)
{
    return track_count(s->track);
}

const struct tuple *session_ends(const struct session *s, uint32_t conn)
{
    return conn < track_count(s->track) ? track_tuple(s->track, conn) : NULL;
}

uint16_t session_mss(const struct session *s, uint32_t conn, enum side side)
{
    return conn < track_count(s->track) && side < SIDE_COUNT ? track_mss(s->track, conn, side) : 0;
}

int session_shift(const struct session *s, uint32_t conn, enum side side)
{
    return conn < track_count(s->track) && side < SIDE_COUNT ? track_shift(s->track, conn, side) : -1;
}

bool session_conn(const struct session *s, uint32_t conn, struct conn_view *out)
{
    return track_view(s->track, conn, out);
}

struct conn_live *facts_live_of(const struct session *s, uint32_t conn)
{
    struct conn_live **live = chunks_at(&s->lives, conn);
    return live ? *live : NULL;
}

const struct event_sample *session_kernel(const struct session *s, uint32_t conn, enum side side)
{
    const struct conn_live *live = facts_live_of(s, conn);
    return live && live->kernel_ns[side] != 0 ? &live->kernel[side] : NULL;
}

uint64_t session_kernel_time(const struct session *s, uint32_t conn, enum side side)
{
    const struct conn_live *live = facts_live_of(s, conn);
    return live ? live->kernel_ns[side] : 0;
}

const struct event_listener *session_listener(const struct session *s)
{
    return s->listener_known ? &s->listener : NULL;
}

enum tcp_state session_state(const struct session *s, uint32_t conn, enum side side)
{
    struct conn_view view;
    return track_view(s->track, conn, &view) ? view.state[side] : STATE_UNKNOWN;
}

enum tcp_state session_listener_state(const struct session *s)
{
    return track_listener(s->track);
}

const char *session_last_read(const struct session *s, uint32_t conn, enum side side, uint32_t *len)
{
    const struct conn_live *live = facts_live_of(s, conn);
    *len = live ? live->last_len[side] : 0;
    return live ? live->last_read[side] : NULL;
}

uint64_t session_start(const struct session *s)
{
    return s->start_ns;
}

uint64_t session_started(const struct session *s)
{
    return s->started_ns;
}

const char *session_source(const struct session *s)
{
    return s->source;
}

uint64_t session_memory(const struct session *s)
{
    return chunks_used(&s->rows) + chunks_used(&s->extras) + chunks_used(&s->repeats) +
           chunks_used(&s->segments) + chunks_used(&s->conns) + store_used(s->store) + arena_used(s->arena) +
           track_memory(s->track);
}

uint64_t session_frames(const struct session *s)
{
    return s->frames;
}

uint64_t session_segments(const struct session *s)
{
    return s->segment_count;
}

const struct mem *session_mem(const struct session *s)
{
    return s->mem;
}

bool session_out_of_memory(const struct session *s)
{
    return s->out_of_memory;
}

uint32_t session_find(struct session *s, const struct event_key *key)
{
    return track_find(s->track, key);
}

uint64_t session_version(const struct session *s)
{
    return s->version;
}
