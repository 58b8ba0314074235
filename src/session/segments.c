/* segments.c: the row of a segment, what does not fit into it, and how the oldest rows give way. */
#include "session/facts.h"

/* In a lab the kernel may yet measure when data passed its layers, and on the wire something becomes of all.
 */
static bool needs_extra(const struct session *s, const struct verdict *v, const struct row *r)
{
    const struct annot *a = &v->annot;
    return v->cause != CAUSE_UNKNOWN || v->repeats_count > 0 || a->silence_us || a->number || a->limit ||
           a->probably || (a->acked && !r->bare) || (s->live && !r->bare) || s->wired;
}

/* They stand within one chunk, so that a pointer to the first is one to all. */
static bool add_repeats(struct session *s, const struct verdict *v, uint32_t *first)
{
    while (chunks_room(&s->repeats, s->repeats.count) < v->repeats_count)
        if (!chunks_add(&s->repeats))
            return false;
    *first = (uint32_t)s->repeats.count;
    for (uint32_t i = 0; i < v->repeats_count; i++) {
        uint32_t *frame = chunks_add(&s->repeats);
        if (!frame)
            return false;
        *frame = v->repeats[i];
    }
    return true;
}

static bool add_extra(struct session *s, const struct verdict *v, struct row *r)
{
    if (!needs_extra(s, v, r))
        return true;
    struct extra *x = chunks_add(&s->extras);
    if (!x)
        return false;
    r->has_extra = 1;
    x->frame = r->frame;
    x->cause = (uint8_t)v->cause;
    x->cause_row = v->cause == CAUSE_CALL ? v->cause_row : NO_ROW;
    x->call = facts_call(s, x->cause_row);
    x->acked = v->annot.acked;
    x->silence_us = v->annot.silence_us;
    x->number = v->annot.number;
    x->limit = v->annot.limit;
    x->probably = v->annot.probably;
    if (v->repeats_count == 0)
        return true;
    if (!add_repeats(s, v, &x->repeats))
        return false;
    x->repeats_count = (uint8_t)v->repeats_count; /* the row stays, and names no frames that are not there */
    return true;
}

/* All of it at once: fields that share a word would else be read as one before each was written. */
static void fill_segment(struct row *r, const struct seg *g, const struct verdict *v, uint64_t place)
{
    *r = (struct row){
        .time_ns = g->time_ns,
        .place = place & PLACE_MOST,
        .shift = v->shift & 15u,
        .window = g->win,
        .labels = v->labels & (((uint64_t)1 << 41) - 1),
        .wireshark = v->wireshark & 0x3ffff,
        .step = (unsigned)v->step & 15,
        .bare = g->len == 0,
        .seq = v->seq,
        .ack = v->ack,
        .amount = g->len ? g->len : v->annot.acked,
        .frame = g->frame,
        .conn = v->conn,
        .acks = v->acks_frame,
        .flags = (unsigned)g->flags & 0x1ff,
        .side = (uint16_t)(v->from & 3),
        .kind = EVENT_SEGMENT,
        .injected = g->injected,
        .annot = (uint8_t)v->annot.id,
        .states = (uint8_t)(v->state[SIDE_CLIENT] | v->state[SIDE_SERVER] << 4),
    };
}

/* What stands beside a row that is given up goes with it: extras and frames come in the order of rows. */
static void trim_beside(struct session *s, size_t first)
{
    const struct row *r = session_row(s, first);
    const struct icmp_fact *error = NULL;
    for (size_t i = first; r && r->kind != EVENT_SEGMENT; i++) {
        error = error ? error : facts_icmp(r);
        r = session_row(s, i + 1);
    }
    if (!r)
        return;
    store_trim(s->store, error ? error->place : r->place);
    size_t at = facts_extra_place(s, r->frame);
    chunks_trim(&s->extras, at);
    const struct extra *x = chunks_at(&s->extras, at);
    for (; x && !x->repeats_count; at++)
        x = chunks_at(&s->extras, at + 1);
    if (x)
        chunks_trim(&s->repeats, x->repeats);
}

enum { COUNTED = 4096 };

/* Whether the oldest rows have to go. Memory is counted when some thousand rows have come. */
static bool crowded(const struct session *s, size_t first)
{
    size_t rows = s->rows.count - first, room = chunks_room(&s->rows, first);
    if (s->most && rows >= s->most + room)
        return true;
    return s->memory && s->rows.count % COUNTED == 0 && rows > 2 * room && session_memory(s) > s->memory;
}

/* How many rows there are when that is to be asked again. */
static size_t next_look(const struct session *s, size_t first)
{
    const size_t most = s->most ? first + s->most + chunks_room(&s->rows, first) : SIZE_MAX;
    const size_t counted = s->memory ? (s->rows.count / COUNTED + 1) * COUNTED : SIZE_MAX;
    return most < counted ? most : counted;
}

/* Older rows give way, a chunk at a time. */
void facts_give_way(struct session *s)
{
    if (s->rows.count < s->roomy)
        return;
    size_t first = session_first(s);
    if (!crowded(s, first)) {
        s->roomy = next_look(s, first);
        return;
    }
    chunks_trim(&s->rows, first + chunks_room(&s->rows, first));
    if (s->mixed)
        chunks_trim(&s->segments, facts_segment_from(s, session_first(s)));
    trim_beside(s, session_first(s));
}

/* A row at the end of the timeline; where not every row is a segment, segments have an index of their own. */
static struct row *add_segment_row(struct session *s)
{
    uint32_t *index = s->mixed ? chunks_add(&s->segments) : NULL;
    struct row *r = !s->mixed || index ? chunks_add(&s->rows) : NULL;
    if (index && r)
        *index = (uint32_t)(s->rows.count - 1);
    else if (index)
        chunks_drop(&s->segments);
    return r;
}

static void drop_segment_row(struct session *s)
{
    chunks_drop(&s->rows);
    if (s->mixed)
        chunks_drop(&s->segments);
}

void facts_time(struct session *s, uint64_t ns)
{
    struct extent *all = &s->extent;
    s->went_back |= ns < all->newest_ns;
    all->oldest_ns = !all->newest_ns || ns < all->oldest_ns ? ns : all->oldest_ns;
    all->newest_ns = ns > all->newest_ns ? ns : all->newest_ns;
}

bool facts_add_segment(struct session *s, const struct seg *g, uint64_t place)
{
    struct verdict v;
    struct row *r = add_segment_row(s);
    if (!r)
        return false;
    facts_time(s, g->time_ns);
    uint32_t *last = track_segment(s->track, g, &v) ? facts_last(s, v.conn) : NULL;
    if (!last) {
        drop_segment_row(s);
        return false;
    }
    uint32_t at = (uint32_t)(s->rows.count - 1);
    s->segment_count++;
    fill_segment(r, g, &v, place);
    r->before = *last;
    *last = at;
    if (!s->unlisted)
        facts_outline(s, r);
    if (s->wired)
        facts_answered(s, r);
    return add_extra(s, &v, r) && (!facts_live_of(s, v.conn) || facts_stamps_meet(s, v.conn, at));
}
