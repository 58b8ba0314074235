/* events.c: from facts back to the events that made them, and the names of moments between rows. */
#include "session/facts.h"

#include <string.h>

/* Where the frame of a segment or of an ICMP error stands. */
static uint64_t place_of(const struct row *r)
{
    return r->kind == EVENT_SEGMENT ? r->place : facts_icmp(r)->place;
}

void facts_frame(const struct session *s, const struct row *r, struct frame *out)
{
    store_get(s->store, place_of(r), out);
}

static void segment_of(const struct session *s, const struct row *r, struct event *out)
{
    struct frame f;
    uint64_t record = 0;
    facts_frame(s, r, &f);
    out->kind = EVENT_SEGMENT;
    out->u.segment = (struct event_segment){
        .linktype = f.linktype,
        .bytes = f.bytes,
        .caplen = f.caplen,
        .wirelen = f.wirelen,
        .frame = r->frame,
        .record = store_is_record(place_of(r), &record) ? record + 1 : 0,
        .injected = r->injected,
        .cut = f.cut,
        .cksum = f.cut ? f.cksum : 0,
    };
}

/* Its row keeps less than an event: the connection stands for the key. */
static void stamp_of(const struct session *s, const struct row *r, struct event *out)
{
    const struct stamp_fact *f;
    struct conn_view view;
    memcpy(&f, &r->kept, sizeof f);
    out->u.stamp = (struct event_stamp){.side = (enum side)r->side,
                                        .point = (enum stamp_point)f->point,
                                        .sender = (enum side)f->sender,
                                        .last_byte = f->last_byte};
    if (session_conn(s, r->conn, &view))
        out->key = (struct event_key){.known = true, .tuple = view.tuple, .serial = f->serial};
}

void session_event(const struct session *s, const struct row *r, struct event *out)
{
    const struct event *kept;
    *out = (struct event){.kind = (enum event_kind)r->kind, .time_ns = r->time_ns};
    if (r->kind == EVENT_SEGMENT || facts_icmp(r)) {
        segment_of(s, r, out);
    } else if (r->kind == EVENT_STAMP) {
        stamp_of(s, r, out);
    } else {
        memcpy(&kept, &r->kept, sizeof kept);
        *out = *kept;
    }
}

const struct track_options *session_track(const struct session *s)
{
    return &s->options;
}

const struct session_mark *session_marks(const struct session *s)
{
    return s->marks;
}

const struct session_mark *session_mark_find(const struct session *s, const char *name, size_t len)
{
    const struct session_mark *m = s->marks;
    while (m && !(m->len == len && memcmp(m->name, name, len) == 0))
        m = m->next;
    return m;
}

uint32_t session_marks_given(const struct session *s)
{
    return s->marks_given;
}

static void unlink_mark(struct session *s, const struct session_mark *m)
{
    struct session_mark *before = NULL;
    for (struct session_mark *at = s->marks; at != m; at = at->next)
        before = at;
    *(before ? &before->next : &s->marks) = m->next;
    if (s->last_mark == m)
        s->last_mark = before;
}

bool session_mark(struct session *s, const char *name, size_t len, uint32_t row)
{
    struct session_mark *m = (struct session_mark *)session_mark_find(s, name, len);
    if (m) {
        unlink_mark(s, m);
    } else {
        m = arena_take(s->arena, sizeof *m);
        if (!m || !(m->name = arena_text(s->arena, name, len)))
            return false;
        m->len = len;
    }
    m->given = ++s->marks_given;
    m->row = row < s->rows.count ? row : (uint32_t)s->rows.count;
    struct session_mark *before = s->last_mark && s->last_mark->row <= m->row ? s->last_mark : NULL;
    for (struct session_mark *at = s->marks; !before && at && at->row <= m->row; at = at->next)
        if (!at->next || at->next->row > m->row)
            before = at;
    m->next = before ? before->next : s->marks;
    *(before ? &before->next : &s->marks) = m;
    if (!m->next)
        s->last_mark = m;
    s->version++;
    return true;
}
