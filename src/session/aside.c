/* aside.c: frames that are no segments. Nothing is hidden in silence: they are counted by what they were, and
 * what an ICMP error says of a segment is a row. */
#include "session/facts.h"

#include <string.h>

/* The commonest link types by far are few; where there are more, the last place counts the rest. */
static void count_link(struct session *s, int linktype, uint64_t frames)
{
    size_t i = 0;
    while (i + 1 < LINKS_KEPT && s->links[i].frames && s->links[i].linktype != linktype)
        i++;
    if (!s->links[i].frames)
        s->links[i].linktype = linktype;
    s->links[i].frames += frames;
}

/* Its frame is kept as a segment's is. */
static bool put_frame(struct session *s, const struct event_segment *seen, uint64_t *place)
{
    const bool cut = s->keep != 0 && seen->caplen > s->keep;
    const struct frame f = {.bytes = seen->bytes,
                            .caplen = cut ? s->keep : seen->caplen,
                            .wirelen = seen->wirelen,
                            .linktype = seen->linktype};
    return (seen->record && store_put_record(s->store, seen->record - 1, place)) ||
           store_put(s->store, &f, place);
}

static bool add_error(struct session *s, const struct event *e, const struct seg *g)
{
    struct icmp_fact *f = arena_take(s->arena, sizeof *f);
    if (!f || !put_frame(s, &e->u.segment, &f->place))
        return false;
    icmp_error_of(&f->error, e->u.segment.bytes, g);
    const struct event_key key = {.known = true, .tuple.end = {f->error.src, f->error.dst}};
    uint32_t conn = track_find(s->track, &key);
    if (conn != NO_CONN && f->error.seq_known)
        f->quotes = track_frame_of(s->track, conn, &f->error.src, f->error.seq);
    if (conn != NO_CONN && (f->error.id == ICMP_FRAGMENTATION || f->error.id == ICMP_TOO_BIG_6))
        track_too_large(s->track, conn, &f->error.src, e->time_ns);
    facts_time(s, e->time_ns);
    const struct event note = {.kind = EVENT_NOTE, .time_ns = e->time_ns};
    struct row *r = facts_add_row(s, &note, conn, SIDE_NONE);
    if (!r)
        return false;
    r->frame = (uint32_t)s->frames;
    facts_point(r, f);
    return true;
}

bool facts_aside(struct session *s, const struct event *e, enum frame_kind kind, const struct seg *g)
{
    if (kind == FRAME_UNKNOWN_LINK)
        count_link(s, e->u.segment.linktype, 1);
    return kind != FRAME_TCP_QUOTED || s->rowless || add_error(s, e, g);
}

void session_aside(struct session *s, enum frame_kind kind, int linktype, uint64_t frames)
{
    s->frames_of[kind] += frames;
    if (kind == FRAME_UNKNOWN_LINK)
        count_link(s, linktype, frames);
    s->version++;
}

void session_begins(struct session *s, uint64_t time_ns)
{
    if (!s->start_segment)
        s->start_ns = time_ns;
    s->start_segment = true;
}

uint64_t session_frames_of(const struct session *s, enum frame_kind kind)
{
    return kind < FRAME_KINDS ? s->frames_of[kind] : 0;
}

bool session_unknown_link(const struct session *s, size_t i, int *linktype, uint64_t *frames)
{
    if (i >= LINKS_KEPT || !s->links[i].frames)
        return false;
    *linktype = s->links[i].linktype;
    *frames = s->links[i].frames;
    return true;
}

const struct icmp_fact *facts_icmp(const struct row *r)
{
    const struct icmp_fact *f;
    if (r->kind != EVENT_NOTE || !r->frame)
        return NULL;
    memcpy(&f, &r->kept, sizeof f);
    return f;
}

const struct icmp_error *session_icmp(const struct session *s, const struct row *r, uint32_t *quotes)
{
    (void)s;
    const struct icmp_fact *f = facts_icmp(r);
    if (!f)
        return NULL;
    *quotes = f->quotes;
    return &f->error;
}
