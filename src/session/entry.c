/* entry.c: a field of an entry is a member of struct event, found by its offset. */
#include "session/entry_fields.h"

#include <stddef.h>
#include <string.h>

#define MEMBER(member)  .at = offsetof(struct event, member), .size = sizeof(((struct event *)NULL)->member)
#define BOOLEAN(member) _Generic(((struct event *)NULL)->member, bool : true, default : false)
#define SIGNED(member)  _Generic(((struct event *)NULL)->member, int : true, int64_t : true, default : false)

const struct entry_field entry_fields[] = {
#define NUMBER(of_kind, field, member, leave_out)                                                            \
    {.name = "TCPVIZ_" field,                                                                                \
     .kind = EVENT_##of_kind,                                                                                \
     .type = FIELD_NUMBER,                                                                                   \
     MEMBER(member),                                                                                         \
     .is_signed = SIGNED(member),                                                                            \
     .is_bool = BOOLEAN(member),                                                                             \
     .absent = (leave_out)},
#define NAME(of_kind, field, member, of, leave_out)                                                          \
    {.name = "TCPVIZ_" field,                                                                                \
     .kind = EVENT_##of_kind,                                                                                \
     .type = FIELD_NAME,                                                                                     \
     MEMBER(member),                                                                                         \
     .names = (of),                                                                                          \
     .absent = (leave_out)},
#define TEXT(of_kind, field, member)                                                                         \
    {.name = "TCPVIZ_" field, .kind = EVENT_##of_kind, .type = FIELD_TEXT, MEMBER(member)},
#define BYTES(of_kind, field, member, length)                                                                \
    {.name = "TCPVIZ_" field,                                                                                \
     .kind = EVENT_##of_kind,                                                                                \
     .type = FIELD_BYTES,                                                                                    \
     MEMBER(member),                                                                                         \
     .len_at = offsetof(struct event, length)},
#include "session/entry.def"
};

const size_t entry_field_count = COUNT_OF(entry_fields);

const char *entry_name(enum entry_names names, int v)
{
    switch (names) {
    case SIDES: return side_name((enum side)v);
    case STATES: return state_name((enum tcp_state)v);
    case CALLS: return call_kind_name((enum call_kind)v);
    case TIMERS: return timer_name((enum timer_kind)v);
    case WIRES: return wire_event_name((enum wire_event)v);
    case WHYS: return wire_why_name((enum wire_why)v);
    case POINTS: return stamp_point_name((enum stamp_point)v);
    }
    return NULL;
}

static void put_text(struct str *out, const char *name, const char *text)
{
    if (text)
        pcapng_put_field(out, name, text, strlen(text));
}

/* A number needs no look at whether it is text. */
static void put_number(struct str *out, const char *name, bool negative, uint64_t v)
{
    str_put(out, name);
    str_put(out, negative ? "=-" : "=");
    str_put_u64(out, v);
    str_put_char(out, '\n');
}

static void put_endpoint(struct str *out, const char *name, const struct endpoint *e)
{
    str_put(out, name);
    str_put_char(out, '=');
    str_put_endpoint(out, e);
    str_put_char(out, '\n');
}

static int64_t number_at(const struct event *e, const struct entry_field *f)
{
    const char *at = (const char *)e + f->at;
    if (f->size == 1)
        return *(const uint8_t *)at;
    if (f->size == 8) {
        int64_t v;
        memcpy(&v, at, sizeof v);
        return v;
    }
    uint32_t v;
    memcpy(&v, at, sizeof v);
    return f->is_signed ? (int32_t)v : (int64_t)v;
}

static void put_member(struct str *out, const struct event *e, const struct entry_field *f)
{
    const char *text;
    const int64_t v = f->type == FIELD_NUMBER || f->type == FIELD_NAME ? number_at(e, f) : 0;
    switch (f->type) {
    case FIELD_NUMBER:
        if (v != f->absent)
            put_number(out, f->name, f->is_signed && v < 0,
                       f->is_signed && v < 0 ? -(uint64_t)v : (uint64_t)v);
        break;
    case FIELD_NAME:
        if (v != f->absent)
            put_text(out, f->name, entry_name(f->names, (int)v));
        break;
    case FIELD_TEXT:
        memcpy(&text, (const char *)e + f->at, sizeof text);
        put_text(out, f->name, text);
        break;
    case FIELD_BYTES: {
        size_t len;
        memcpy(&text, (const char *)e + f->at, sizeof text);
        memcpy(&len, (const char *)e + f->len_at, sizeof len);
        if (text)
            pcapng_put_field(out, f->name, text, len);
        break;
    }
    }
}

/* What all entries begin with. stamp_ns: the time of the block, for those who know no more of it. */
static size_t begin_at(struct str *out, uint64_t stamp_ns, uint64_t time_ns, const char *type,
                       const char *message, size_t len)
{
    const size_t at = pcapng_begin_entry(out, stamp_ns);
    pcapng_put_field(out, "MESSAGE", message, len);
    str_put(out, "SYSLOG_IDENTIFIER=tcpviz\nTCPVIZ_TYPE=");
    str_put(out, type);
    str_put_char(out, '\n');
    put_number(out, "TCPVIZ_TIME", false, time_ns);
    return at;
}

static size_t begin(struct str *out, uint64_t time_ns, const char *type, const char *message, size_t len)
{
    return begin_at(out, time_ns, time_ns, type, message, len);
}

void entry_put_session(struct str *out, const struct entry_session *s, const char *message, size_t len)
{
    const size_t at = begin_at(out, s->stamp_ns, s->started_ns, "session", message, len);
    put_number(out, "TCPVIZ_VERSION", false, s->version);
    put_text(out, "TCPVIZ_SOURCE", s->source);
    if (s->track.live)
        put_number(out, "TCPVIZ_LIVE", false, 1);
    if (s->track.wire)
        put_number(out, "TCPVIZ_WIRE", false, 1);
    if (s->track.server_port)
        put_number(out, "TCPVIZ_SERVER_PORT", false, s->track.server_port);
    pcapng_end_entry(out, at);
}

static void put_event(struct str *out, const struct event *e, uint32_t conn, uint32_t row,
                      const char *message, size_t len)
{
    const size_t at = begin(out, e->time_ns, event_kind_name(e->kind), message, len);
    if (row != NO_ROW)
        put_number(out, "TCPVIZ_ROW", false, row);
    if (conn != NO_CONN)
        put_number(out, "TCPVIZ_CONN", false, (uint64_t)conn + 1);
    if (e->key.known) {
        put_endpoint(out, "TCPVIZ_CLIENT", &e->key.tuple.end[SIDE_CLIENT]);
        put_endpoint(out, "TCPVIZ_SERVER", &e->key.tuple.end[SIDE_SERVER]);
        if (e->key.serial)
            put_number(out, "TCPVIZ_SERIAL", false, e->key.serial);
    }
    for (size_t i = 0; i < entry_field_count; i++)
        if (entry_fields[i].kind == e->kind)
            put_member(out, e, &entry_fields[i]);
    pcapng_end_entry(out, at);
}

void entry_put_event(struct str *out, const struct event *e, uint32_t conn, const char *message, size_t len)
{
    put_event(out, e, conn, NO_ROW, message, len);
}

void entry_put_note(struct str *out, const struct event *e, uint32_t row)
{
    put_event(out, e, NO_CONN, row, e->u.note.text, e->u.note.len);
}

void entry_put_mark(struct str *out, const char *name, size_t len, uint32_t row, uint64_t time_ns)
{
    struct str message;
    str_init(&message, out->mem);
    str_put(&message, "mark ");
    str_put_n(&message, name, len);
    const size_t at = begin(out, time_ns, "mark", message.at, message.len);
    put_number(out, "TCPVIZ_ROW", false, row);
    pcapng_put_field(out, "TCPVIZ_NAME", name, len);
    pcapng_end_entry(out, at);
    out->failed = out->failed || message.failed;
    str_release(&message);
}

const char *entry_aside_name(enum frame_kind kind)
{
    static const char *const names[FRAME_KINDS] = {
        [FRAME_TCP_CUT] = "tcp header cut", [FRAME_LATER_FRAGMENT] = "later fragment",
        [FRAME_OTHER] = "not tcp",          [FRAME_UNKNOWN_LINK] = "unknown link type",
        [FRAME_CUT] = "cut before tcp",     [FRAME_BROKEN] = "broken header"};
    return kind < FRAME_KINDS ? names[kind] : NULL;
}

void entry_put_aside(struct str *out, const struct entry_aside *a, uint64_t time_ns)
{
    struct str message;
    str_init(&message, out->mem);
    str_put(&message, "frames that are no segments, ");
    str_put(&message, entry_aside_name(a->kind));
    str_put(&message, ": ");
    str_put_u64(&message, a->frames);
    const size_t at = begin(out, time_ns, "aside", message.at, message.len);
    put_text(out, "TCPVIZ_KIND", entry_aside_name(a->kind));
    put_number(out, "TCPVIZ_FRAMES", false, a->frames);
    put_number(out, "TCPVIZ_START", false, a->start_ns);
    if (a->kind == FRAME_UNKNOWN_LINK)
        put_number(out, "TCPVIZ_LINKTYPE", false, (uint64_t)a->linktype);
    pcapng_end_entry(out, at);
    out->failed = out->failed || message.failed;
    str_release(&message);
}
