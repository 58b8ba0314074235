/* entry_read.c: entries from a file, of which nothing is believed. */
#include "session/entry_fields.h"

#include <arpa/inet.h>
#include <string.h>

/* One field as it stands in the block. */
struct raw {
    const char *name, *value;
    size_t name_len, len;
};

/* Takes the field at *at; false where none is left, or none can be made out. */
static bool next_field(const char *body, size_t size, size_t *at, struct raw *f)
{
    const char *end = *at < size ? memchr(body + *at, '\n', size - *at) : NULL;
    if (!end || end == body + *at || body[*at] == 0)
        return false;
    f->name = body + *at;
    const char *equals = memchr(f->name, '=', (size_t)(end - f->name));
    *at = (size_t)(end - body) + 1;
    if (equals) {
        f->name_len = (size_t)(equals - f->name);
        f->value = equals + 1;
        f->len = (size_t)(end - f->value);
        return true;
    }
    uint64_t len = 0;
    if (size - *at < 9)
        return false;
    for (size_t i = 0; i < 8; i++)
        len |= (uint64_t)(uint8_t)body[*at + i] << 8 * i;
    *at += 8;
    if (len > size - *at - 1)
        return false;
    f->name_len = (size_t)(end - f->name);
    f->value = body + *at;
    f->len = (size_t)len;
    *at += f->len + 1;
    return true;
}

static bool is(const struct raw *f, const char *name)
{
    return f->name_len == strlen(name) && memcmp(f->name, name, f->name_len) == 0;
}

static bool says(const struct raw *f, const char *text)
{
    return f->len == strlen(text) && memcmp(f->value, text, f->len) == 0;
}

/* A whole number, with a sign perhaps; of what is none, or does not fit, 0. */
static bool number_of(const struct raw *f, bool *negative, uint64_t *v)
{
    size_t i = f->len > 0 && f->value[0] == '-';
    *negative = i == 1;
    *v = 0;
    for (size_t first = i; i < f->len; i++) {
        if (f->value[i] < '0' || f->value[i] > '9' || i - first == 19)
            return false;
        *v = *v * 10 + (uint64_t)(f->value[i] - '0');
    }
    return true;
}

static uint64_t unsigned_of(const struct raw *f)
{
    bool negative;
    uint64_t v;
    return number_of(f, &negative, &v) && !negative ? v : 0;
}

/* "127.0.0.1:3344", "[::1]:3344". */
static bool endpoint_of(const struct raw *f, struct endpoint *out)
{
    char text[INET6_ADDRSTRLEN + 2];
    const char *colon = memrchr(f->value, ':', f->len);
    size_t len = colon ? (size_t)(colon - f->value) : 0;
    const struct raw port = {.value = colon + 1, .len = colon ? f->len - len - 1 : 0};
    if (len < 2 || len >= sizeof text)
        return false;
    const bool six = f->value[0] == '[' && f->value[len - 1] == ']';
    memcpy(text, f->value + six, len - 2 * six);
    text[len - 2 * six] = 0;
    *out = (struct endpoint){.addr.family = six ? 6 : 4, .port = (uint16_t)unsigned_of(&port)};
    return inet_pton(six ? AF_INET6 : AF_INET, text, out->addr.at) == 1;
}

/* A copy in the room, ended by 0. */
static const char *keep(struct str *room, const char *bytes, size_t len)
{
    const size_t at = room->len;
    str_put_n(room, bytes, len);
    str_put_char(room, 0);
    return room->at + at;
}

static const char *keep_safe(struct str *room, const char *bytes, size_t len)
{
    const size_t at = room->len;
    str_put_safe(room, bytes, len, false);
    str_put_char(room, 0);
    return room->at + at;
}

static void set_number(struct event *e, const struct entry_field *f, int64_t v)
{
    char *at = (char *)e + f->at;
    const uint8_t small = (uint8_t)v;
    const bool yes = v != 0;
    const uint32_t word = (uint32_t)v;
    if (f->is_bool)
        memcpy(at, &yes, sizeof yes);
    else if (f->size == 1)
        memcpy(at, &small, sizeof small);
    else if (f->size == 8)
        memcpy(at, &v, sizeof v);
    else
        memcpy(at, &word, sizeof word);
}

static void read_number(struct event *e, const struct entry_field *f, const struct raw *raw)
{
    bool negative;
    uint64_t v;
    if (!number_of(raw, &negative, &v) || (negative && !f->is_signed))
        return;
    const uint64_t most = f->size == 8   ? INT64_MAX
                          : f->size == 1 ? UINT8_MAX
                          : f->is_signed ? INT32_MAX
                                         : UINT32_MAX;
    if (v <= most)
        set_number(e, f, negative ? -(int64_t)v : (int64_t)v);
}

/* The value of that name; names stand without holes, but 0 may have none. */
static void read_name(struct event *e, const struct entry_field *f, const struct raw *raw)
{
    for (int v = 0; v == 0 || entry_name(f->names, v); v++) {
        const char *name = entry_name(f->names, v);
        if (name && says(raw, name)) {
            set_number(e, f, v);
            return;
        }
    }
}

static void read_member(struct event *e, const struct entry_field *f, const struct raw *raw, struct str *room)
{
    const char *text;
    switch (f->type) {
    case FIELD_NUMBER: read_number(e, f, raw); break;
    case FIELD_NAME: read_name(e, f, raw); break;
    case FIELD_TEXT:
        text = keep_safe(room, raw->value, raw->len);
        memcpy((char *)e + f->at, &text, sizeof text);
        break;
    case FIELD_BYTES:
        text = keep(room, raw->value, raw->len);
        memcpy((char *)e + f->at, &text, sizeof text);
        memcpy((char *)e + f->len_at, &raw->len, sizeof raw->len);
        break;
    }
}

/* What an event is where its entry does not say. */
static void begin_event(struct event *e, enum event_kind kind)
{
    e->kind = kind;
    for (size_t i = 0; i < entry_field_count; i++)
        if (entry_fields[i].kind == kind &&
            (entry_fields[i].type == FIELD_NUMBER || entry_fields[i].type == FIELD_NAME))
            set_number(e, &entry_fields[i], entry_fields[i].absent);
}

static void begin_entry(struct entry *out, const struct raw *type)
{
    if (says(type, "session"))
        out->kind = ENTRY_SESSION;
    else if (says(type, "mark"))
        out->kind = ENTRY_MARK;
    else if (says(type, "aside"))
        *out = (struct entry){.kind = ENTRY_ASIDE, .aside.kind = FRAME_KINDS};
    for (int kind = EVENT_SEGMENT + 1; kind < EVENT_KINDS; kind++)
        if (says(type, event_kind_name((enum event_kind)kind))) {
            out->kind = ENTRY_EVENT;
            begin_event(&out->event, (enum event_kind)kind);
        }
}

static void take_session(struct entry_session *s, const struct raw *f, struct str *room)
{
    const uint64_t v = unsigned_of(f);
    if (is(f, "TCPVIZ_VERSION"))
        s->version = v;
    else if (is(f, "TCPVIZ_TIME"))
        s->started_ns = v;
    else if (is(f, "TCPVIZ_SOURCE"))
        s->source = keep_safe(room, f->value, f->len);
    else if (is(f, "TCPVIZ_LIVE"))
        s->track.live = v != 0;
    else if (is(f, "TCPVIZ_WIRE"))
        s->track.wire = v != 0;
    else if (is(f, "TCPVIZ_SERVER_PORT"))
        s->track.server_port = (uint16_t)v;
}

/* ends: a bit for each endpoint that was told. */
static void take_event(struct event *e, const struct raw *f, unsigned *ends, struct str *room)
{
    struct endpoint *end = e->key.tuple.end;
    if (is(f, "TCPVIZ_TIME"))
        e->time_ns = unsigned_of(f);
    else if (is(f, "TCPVIZ_CLIENT"))
        *ends |= endpoint_of(f, &end[SIDE_CLIENT]) ? 1 : 0;
    else if (is(f, "TCPVIZ_SERVER"))
        *ends |= endpoint_of(f, &end[SIDE_SERVER]) ? 2 : 0;
    else if (is(f, "TCPVIZ_SERIAL"))
        e->key.serial = (uint32_t)unsigned_of(f);
    for (size_t i = 0; i < entry_field_count; i++)
        if (entry_fields[i].kind == e->kind && is(f, entry_fields[i].name))
            read_member(e, &entry_fields[i], f, room);
}

static void take_mark(struct entry *out, const struct raw *f, struct str *room)
{
    if (!is(f, "TCPVIZ_NAME"))
        return;
    out->mark = keep(room, f->value, f->len);
    out->mark_len = f->len;
}

static void take_aside(struct entry_aside *a, const struct raw *f)
{
    const uint64_t v = unsigned_of(f);
    if (is(f, "TCPVIZ_FRAMES"))
        a->frames = v <= UINT32_MAX ? v : 0;
    else if (is(f, "TCPVIZ_START"))
        a->start_ns = v;
    else if (is(f, "TCPVIZ_LINKTYPE"))
        a->linktype = v <= UINT16_MAX ? (int)v : 0;
    else if (is(f, "TCPVIZ_KIND"))
        for (int kind = 0; kind < FRAME_KINDS; kind++) {
            const char *name = entry_aside_name((enum frame_kind)kind);
            if (name && says(f, name))
                a->kind = (enum frame_kind)kind;
        }
}

static void take_row(struct entry *out, const struct raw *f)
{
    bool negative;
    uint64_t v;
    out->placed = number_of(f, &negative, &v) && !negative && v < NO_ROW;
    out->row = out->placed ? (uint32_t)v : NO_ROW;
}

/* An event without what it is about is none. */
static bool is_whole(const struct entry *e)
{
    switch (e->kind) {
    case ENTRY_FOREIGN: break;
    case ENTRY_SESSION: return e->session.version > 0;
    case ENTRY_MARK: return e->mark != NULL && e->placed;
    case ENTRY_ASIDE: return e->aside.kind < FRAME_KINDS;
    case ENTRY_EVENT:
        switch (e->event.kind) {
        case EVENT_CALL: return e->event.u.call.name && e->event.u.call.side < SIDE_COUNT;
        case EVENT_SAMPLE: return e->event.u.sample.side < SIDE_COUNT;
        case EVENT_WIRE: return e->event.u.wire.what < WIRE_EVENTS;
        case EVENT_STAMP:
            return e->event.u.stamp.point < STAMP_POINTS && e->event.u.stamp.side < SIDE_COUNT &&
                   e->event.u.stamp.sender < SIDE_COUNT;
        case EVENT_COUNTER: return e->event.u.counter.name != NULL;
        case EVENT_NOTE: return e->event.u.note.text != NULL;
        case EVENT_GONE: return e->event.u.gone < SIDE_COUNT;
        case EVENT_LISTENER: return true;
        case EVENT_SEGMENT:
        case EVENT_KINDS: break;
        }
    }
    return false;
}

bool entry_read(struct entry *out, const uint8_t *body, size_t len, struct str *room)
{
    const char *text = (const char *)body;
    struct raw f;
    size_t at = 0;
    unsigned ends = 0;
    *out = (struct entry){.kind = ENTRY_FOREIGN};
    str_clear(room);
    /* So that the texts stay where they are: a byte may become three, and each field has a 0 more. */
    if (!str_room(room, 4 * len))
        return false;
    while (next_field(text, len, &at, &f)) {
        if (out->kind == ENTRY_FOREIGN && is(&f, "TCPVIZ_TYPE"))
            begin_entry(out, &f);
        else if (is(&f, "TCPVIZ_ROW"))
            take_row(out, &f);
        else if (out->kind == ENTRY_SESSION)
            take_session(&out->session, &f, room);
        else if (out->kind == ENTRY_EVENT)
            take_event(&out->event, &f, &ends, room);
        else if (out->kind == ENTRY_MARK)
            take_mark(out, &f, room);
        else if (out->kind == ENTRY_ASIDE)
            take_aside(&out->aside, &f);
    }
    out->event.key.known = ends == 3;
    if (!is_whole(out))
        out->kind = ENTRY_FOREIGN;
    return !room->failed;
}
