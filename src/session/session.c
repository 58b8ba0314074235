/* session.c: events become facts. Each kind of event has one function; it asks the tracker what the event
 * means, adds a row, and keeps a copy of what does not fit into one. Nothing here looks at more than the
 * event, the newest facts of its connection, and a bounded number of its rows. */
#include "session/session.h"

#include <string.h>

#include "core/str.h"
#include "plat/random.h"
#include "session/facts.h"
#include "session/pack.h"

enum {
    LAST_READ = 160, /* bytes of a read() that are looked at for its first line */
    ROWS_SHIFT = 6,  /* so many rows come at first, as a power of two */
    EXTRAS_SHIFT = 5,
    REPEATS_SHIFT = 7, /* more than one row has */
    CONNS_SHIFT = 3,
    SHORT_SHIFT = 3 /* where older rows give way all the time: chunks are so much smaller */
};

struct session *session_new(const struct session_options *o)
{
    struct session *s = mem_new(o->mem, sizeof *s);
    if (!s)
        return NULL;
    s->mem = o->mem;
    s->keep = o->keep;
    s->rowless = o->rowless;
    s->unlisted = o->unlisted;
    s->decodes_ahead = o->ahead;
    s->most = o->most;
    s->live = o->track.live;
    s->wired = o->track.wire;
    s->memory = o->memory;
    s->started_ns = o->started_ns;
    const unsigned smaller = o->most ? SHORT_SHIFT : 0;
    chunks_init(&s->rows, s->mem, sizeof(struct row), ROWS_SHIFT - smaller);
    chunks_init(&s->extras, s->mem, sizeof(struct extra), EXTRAS_SHIFT - smaller);
    chunks_init(&s->repeats, s->mem, sizeof(uint32_t), REPEATS_SHIFT);
    chunks_init(&s->segments, s->mem, sizeof(uint32_t), ROWS_SHIFT - smaller);
    chunks_init(&s->notes, s->mem, sizeof(uint32_t), CONNS_SHIFT);
    chunks_init(&s->lives, s->mem, sizeof(struct conn_live *), CONNS_SHIFT);
    chunks_init(&s->conns, s->mem, s->unlisted ? sizeof(uint32_t) : sizeof(struct conn_facts), CONNS_SHIFT);
    s->arena = arena_new(s->mem);
    s->store = store_new(s->mem);
    struct track_options track = o->track;
    track.wordless = o->rowless;
    s->options = track;
    track.seed = track.seed ? track.seed : random_word();
    s->track = track_new(s->mem, &track);
    const char *source = o->source ? o->source : "";
    s->source = s->arena ? arena_text(s->arena, source, strlen(source)) : NULL;
    if (s->arena && s->store && s->track && s->source)
        return s;
    session_free(s);
    return NULL;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    if (s->track)
        track_free(s->track);
    store_free(s->store);
    arena_free(s->arena);
    chunks_release(&s->rows);
    chunks_release(&s->extras);
    chunks_release(&s->repeats);
    chunks_release(&s->segments);
    chunks_release(&s->notes);
    chunks_release(&s->lives);
    chunks_release(&s->conns);
    mem_free(s->mem, s, sizeof *s);
}

uint32_t *facts_last(struct session *s, uint32_t conn)
{
    while (s->conns.count <= conn) {
        uint32_t *last = chunks_add(&s->conns);
        if (!last)
            return NULL;
        *last = NO_ROW;
    }
    return chunks_at(&s->conns, conn);
}

struct conn_live *facts_live(struct session *s, uint32_t conn)
{
    struct conn_live **live = NULL;
    while (s->lives.count <= conn)
        if (!chunks_add(&s->lives))
            return NULL;
    live = chunks_at(&s->lives, conn);
    if (!*live)
        *live = arena_take(s->arena, sizeof **live);
    return *live;
}

/* From here on not every row is a segment: those so far get their index. */
static bool begin_index(struct session *s)
{
    for (size_t i = 0; i < s->rows.count; i++) {
        uint32_t *row = chunks_add(&s->segments);
        if (!row) {
            chunks_release(&s->segments);
            return false;
        }
        *row = (uint32_t)i;
    }
    s->mixed = true;
    chunks_trim(&s->segments, session_first(s));
    return true;
}

/* A row at the end of the timeline that is not a segment, in its connection's chain. */
struct row *facts_add_row(struct session *s, const struct event *e, uint32_t conn, enum side side)
{
    struct row *r = s->mixed || begin_index(s) ? chunks_add(&s->rows) : NULL;
    if (!r)
        return NULL;
    *r = (struct row){.time_ns = e->time_ns,
                      .conn = conn,
                      .before = NO_ROW,
                      .side = (uint16_t)(side & 3),
                      .kind = (uint16_t)(e->kind & 15),
                      .bare = 1};
    struct conn_view view;
    if (conn == NO_CONN) {
        r->states = (uint8_t)(track_listener(s->track) << 4);
        facts_row_added(s, r);
        return r;
    }
    if (track_view(s->track, conn, &view))
        r->states = (uint8_t)(view.state[SIDE_CLIENT] | view.state[SIDE_SERVER] << 4);
    uint32_t *last = facts_last(s, conn);
    if (!last) {
        chunks_drop(&s->rows);
        return NULL;
    }
    r->before = *last;
    *last = (uint32_t)(s->rows.count - 1);
    facts_row_added(s, r);
    return r;
}

/* A row that is not a segment points into the arena. */
void facts_point(struct row *r, const void *at)
{
    _Static_assert(sizeof at <= sizeof r->kept, "a pointer fits into a row");
    memcpy(&r->kept, &at, sizeof at);
}

/* A copy of the event for the session's life; rows point at it. */
static struct event *keep_event(struct session *s, const struct event *e)
{
    struct event *copy = arena_take(s->arena, sizeof *e + event_room(e));
    if (copy)
        event_pack(copy, e, (char *)(copy + 1));
    return copy;
}

static bool add_event(struct session *s, const struct event *e, uint32_t conn, enum side side)
{
    struct event *copy = keep_event(s, e);
    struct row *r = copy ? facts_add_row(s, e, conn, side) : NULL;
    if (r)
        facts_point(r, copy);
    return r != NULL;
}

/* A segment is judged when the next one has been decoded, while what is known of that one's connection is
 * fetched from memory. */
static bool judge_ahead(struct session *s, struct seg *next)
{
    if (!s->rowless && !s->decodes_ahead)
        return true;
    const uint32_t conn = track_expect(s->track, next);
    if (!s->rowless && conn < s->conns.count)
        __builtin_prefetch(chunks_at(&s->conns, conn));
    return session_finish(s);
}

bool session_finish(struct session *s)
{
    struct verdict v;
    const struct seg *g = s->ahead;
    s->ahead = NULL;
    if (!g)
        return true;
    return s->rowless ? track_segment(s->track, g, &v) : facts_add_segment(s, g, s->ahead_place);
}

static bool apply_segment(struct session *s, const struct event *e)
{
    const struct event_segment *seen = &e->u.segment;
    struct seg *g = &s->decoded[s->ahead == &s->decoded[0]];
    s->frames = seen->frame > s->frames ? seen->frame : s->frames + 1;
    enum frame_kind (*decode)(struct seg *, int, const uint8_t *, uint32_t, uint32_t) =
        s->rowless ? seg_decode_again : seg_decode; /* of a checksum only rows tell */
    enum frame_kind kind = decode(g, seen->linktype, seen->bytes, seen->caplen, seen->wirelen);
    s->frames_of[kind]++;
    if (!frame_is_segment(kind))
        return session_finish(s) && facts_aside(s, e, kind, g);
    g->time_ns = e->time_ns;
    g->frame = (uint32_t)s->frames;
    g->injected = seen->injected;
    if (seen->cut) { /* it was judged whole, when it was captured */
        g->truncated = false;
        g->cksum = seen->cksum;
    }
    if (!judge_ahead(s, g))
        return false;
    s->ahead = s->rowless || s->decodes_ahead ? g : NULL;
    s->segment_count += s->rowless;
    if (s->rowless)
        return true;
    facts_give_way(s);
    bool cut = s->keep != 0 && seen->caplen > s->keep;
    struct frame f = {.bytes = seen->bytes,
                      .caplen = cut ? s->keep : seen->caplen,
                      .wirelen = seen->wirelen,
                      .linktype = seen->linktype,
                      .cut = seen->cut || (cut && !g->truncated),
                      .cksum = g->cksum};
    uint64_t place;
    bool filed = seen->record && store_put_record(s->store, seen->record - 1, &place);
    if (!filed && !store_put(s->store, &f, &place)) {
        s->ahead = NULL;
        return false;
    }
    s->ahead_place = place;
    return s->ahead || facts_add_segment(s, g, place);
}

bool session_reads(const struct event_call *c)
{
    return c->kind == CALL_READ && c->data && c->data_len > 0 && c->side < SIDE_COUNT;
}

void session_put_read(struct str *out, const struct event_call *c)
{
    size_t len = c->data_len < LAST_READ ? c->data_len : LAST_READ;
    const char *end = memchr(c->data, '\n', len);
    if (end)
        len = (size_t)(end - c->data);
    if (len > 0 && c->data[len - 1] == '\r')
        len--;
    str_put_safe(out, c->data, len, false);
}

static bool remember_read(struct session *s, uint32_t conn, const struct event_call *c)
{
    struct conn_live *live = facts_live(s, conn);
    struct str text;
    if (!live)
        return false;
    str_init(&text, s->mem);
    session_put_read(&text, c);
    live->last_len[c->side] = (uint32_t)c->result;
    const char *old = live->last_read[c->side];
    if (!text.failed && (!old || strcmp(old, text.at) != 0))
        live->last_read[c->side] = arena_text(s->arena, text.at, text.len);
    bool done = !text.failed && live->last_read[c->side] != NULL;
    str_release(&text);
    return done;
}

static bool apply_call(struct session *s, const struct event *e)
{
    const struct event_call *c = &e->u.call;
    uint32_t conn = track_call(s->track, &e->key, c, e->time_ns, (uint32_t)s->rows.count);
    if (!add_event(s, e, conn, c->side))
        return false;
    return conn == NO_CONN || !session_reads(c) || remember_read(s, conn, c);
}

static bool apply_sample(struct session *s, const struct event *e)
{
    uint32_t conn = track_find(s->track, &e->key);
    if (conn != NO_CONN)
        session_kernel_set(s, conn, &e->u.sample, e->time_ns);
    return add_event(s, e, conn, e->u.sample.side);
}

static bool apply_stamp(struct session *s, const struct event *e)
{
    const struct event_stamp *t = &e->u.stamp;
    uint32_t conn = track_find(s->track, &e->key);
    if (t->point >= STAMP_POINTS || t->sender >= SIDE_COUNT)
        return true;
    struct stamp_fact *f = arena_take(s->arena, sizeof *f);
    struct row *r = f ? facts_add_row(s, e, conn, t->side) : NULL;
    if (!r)
        return false;
    *f = (struct stamp_fact){e->time_ns,    t->last_byte,      NO_ROW,
                             e->key.serial, (uint8_t)t->point, (uint8_t)t->sender};
    facts_point(r, f);
    return conn == NO_CONN || facts_stamp(s, conn, f);
}

static bool apply_gone(struct session *s, const struct event *e)
{
    uint32_t conn = track_find(s->track, &e->key);
    if (conn == NO_CONN)
        return true;
    track_gone(s->track, conn, e->u.gone);
    return add_event(s, e, conn, e->u.gone);
}

static bool apply_note(struct session *s, const struct event *e)
{
    uint32_t *row = chunks_add(&s->notes);
    if (!row)
        return false;
    *row = (uint32_t)s->rows.count;
    if (add_event(s, e, track_find(s->track, &e->key), SIDE_NONE))
        return true;
    chunks_drop(&s->notes);
    return false;
}

/* A frame that is no segment has no connection, and what becomes of it is told of by nobody here. */
static bool apply_wire(struct session *s, const struct event *e)
{
    enum side to;
    const uint32_t conn = track_wire(s->track, &e->u.wire, e->time_ns, &to);
    if (conn == NO_CONN)
        return true;
    return add_event(s, e, conn, to) && facts_flight(s, session_row(s, s->rows.count - 1), to);
}

/* What the kernel said of one connection is nothing to a session that does not know it. */
static bool apply_counter(struct session *s, const struct event *e)
{
    const bool said = counter_is_said(&e->u.counter);
    const uint32_t conn = said ? track_find(s->track, &e->key)
                               : track_counter(s->track, &e->u.counter, e->time_ns, (uint32_t)s->rows.count);
    return (said && conn == NO_CONN) || add_event(s, e, conn, e->u.counter.side);
}

static bool apply_kind(struct session *s, const struct event *e)
{
    switch (e->kind) {
    case EVENT_SEGMENT: return apply_segment(s, e);
    case EVENT_CALL: return apply_call(s, e);
    case EVENT_SAMPLE: return apply_sample(s, e);
    case EVENT_LISTENER:
        s->listener = e->u.listener;
        s->listener_known = true;
        return add_event(s, e, NO_CONN, SIDE_SERVER);
    case EVENT_WIRE: return apply_wire(s, e);
    case EVENT_STAMP: return apply_stamp(s, e);
    case EVENT_COUNTER: return apply_counter(s, e);
    case EVENT_NOTE: return apply_note(s, e);
    case EVENT_GONE: return apply_gone(s, e);
    case EVENT_KINDS: break;
    }
    return true;
}

void session_frames_from(struct session *s, bool (*get)(void *ctx, uint64_t record, struct frame *out),
                         void *ctx)
{
    store_from(s->store, get, ctx);
}

bool session_apply(struct session *s, const struct event *e)
{
    s->version++;
    bool first = e->kind == EVENT_SEGMENT && !s->start_segment;
    s->start_segment |= first;
    if (s->start_ns == 0 || first)
        s->start_ns = e->time_ns;
    if (e->kind != EVENT_SEGMENT && !session_finish(s))
        s->out_of_memory = true;
    if (s->rows.count < NO_ROW && apply_kind(s, e) && !track_starved(s->track) && !s->out_of_memory)
        return true;
    s->out_of_memory = true;
    return false;
}

void session_kernel_set(struct session *s, uint32_t conn, const struct event_sample *k, uint64_t time_ns)
{
    if (k->side >= SIDE_COUNT || conn >= track_count(s->track))
        return;
    struct conn_live *live = facts_live(s, conn);
    if (!live) {
        s->out_of_memory = true;
        return;
    }
    live->kernel[k->side] = *k;
    live->kernel_ns[k->side] = time_ns;
    s->version++;
}
