#include "session/record.h"

#include <string.h>

#include "core/decode.h"
#include "session/entry.h"
#include "session/facts.h"

_Static_assert(CKSUM_UNKNOWN == 0 && CKSUM_GOOD == 1 && CKSUM_PARTIAL == 2 && CKSUM_BAD == 3,
               "as they stand in files");

struct record {
    const struct mem *mem;
    struct record_options o;
    struct str words;
    int *linktypes; /* of the interfaces so far */
    size_t interfaces, cap;
    bool headed;
    uint32_t frames;                                 /* the last frame's number */
    uint32_t marks;                                  /* how many times marks were given that are written */
    uint64_t asides[FRAME_KINDS], links[LINKS_KEPT]; /* frames that are no rows, as written; of link types */
};

struct record *record_new(const struct mem *m, const struct record_options *o)
{
    struct record *r = mem_new(m, sizeof *r);
    if (!r)
        return NULL;
    r->mem = m;
    r->o = *o;
    str_init(&r->words, m);
    return r;
}

void record_free(struct record *r)
{
    if (!r)
        return;
    str_release(&r->words);
    mem_free(r->mem, r->linktypes, r->cap * sizeof *r->linktypes);
    mem_free(r->mem, r, sizeof *r);
}

/* The words of a row; row NULL: of the session. */
static void say(struct record *r, const struct row *row, struct str *out)
{
    str_clear(&r->words);
    r->o.words(r->o.ctx, r->o.session, row, &r->words);
    out->failed = out->failed || r->words.failed;
}

/* Where it is not there yet. row NULL: there is none. */
static void put_head(struct record *r, const struct row *row, struct str *out)
{
    const uint64_t started = session_started(r->o.session);
    if (r->headed)
        return;
    r->headed = true;
    const struct entry_session s = {
        .version = ENTRY_VERSION,
        .source = session_source(r->o.session),
        .started_ns = started,
        .stamp_ns = r->o.late_head && row && row->time_ns < started ? row->time_ns : started,
        .track = *session_track(r->o.session),
    };
    say(r, NULL, out);
    pcapng_put_section(out, r->o.application);
    entry_put_session(out, &s, r->words.at, r->words.len);
}

void record_begin(struct record *r, struct str *out)
{
    if (!r->o.late_head)
        put_head(r, NULL, out);
}

/* The number of the interface with that link type, which is told of where it is the first. */
static uint32_t interface_of(struct record *r, int linktype, struct str *out)
{
    size_t i = 0;
    while (i < r->interfaces && r->linktypes[i] != linktype)
        i++;
    if (i < r->interfaces)
        return (uint32_t)i;
    void *grown = r->linktypes;
    if (!mem_grow(r->mem, &grown, &r->cap, r->interfaces + 1, sizeof *r->linktypes)) {
        out->failed = true;
        return 0;
    }
    r->linktypes = grown;
    r->linktypes[r->interfaces++] = linktype;
    pcapng_put_interface(out, linktype, session_source(r->o.session));
    return (uint32_t)i;
}

static uint64_t last_time(const struct session *s)
{
    const size_t rows = session_rows(s);
    const struct row *last = rows > 0 ? session_row(s, rows - 1) : NULL;
    return last ? last->time_ns : session_started(s);
}

/* What was counted since `told`. */
static void put_aside(struct record *r, struct entry_aside a, uint64_t *told, struct str *out)
{
    const uint64_t frames = a.frames;
    a.frames -= *told;
    a.start_ns = session_start(r->o.session);
    *told = frames;
    if (a.frames > 0)
        entry_put_aside(out, &a, last_time(r->o.session));
}

static void put_asides(struct record *r, struct str *out)
{
    struct entry_aside a = {.kind = FRAME_UNKNOWN_LINK};
    for (size_t i = 0; session_unknown_link(r->o.session, i, &a.linktype, &a.frames); i++)
        put_aside(r, a, &r->links[i], out);
    for (int kind = 0; kind < FRAME_KINDS; kind++) {
        a = (struct entry_aside){.kind = (enum frame_kind)kind,
                                 .frames = session_frames_of(r->o.session, (enum frame_kind)kind)};
        if (kind != FRAME_UNKNOWN_LINK && entry_aside_name(a.kind))
            put_aside(r, a, &r->asides[kind], out);
    }
}

static void put_frame(struct record *r, const struct row *row, struct str *out)
{
    struct frame f;
    if (r->frames == 0)
        put_asides(r, out); /* the session may have begun with one of them */
    facts_frame(r->o.session, row, &f);
    const bool numbered = row->frame != r->frames + 1;
    const unsigned flags =
        (row->injected ? OWN_INJECTED : 0u) | (f.cut ? OWN_CUT : 0u) | (numbered ? OWN_NUMBERED : 0u);
    say(r, row, out);
    struct pcapng_packet p = {
        .interface = interface_of(r, f.linktype, out),
        .time_ns = row->time_ns,
        .bytes = f.bytes,
        .caplen = f.caplen,
        .wirelen = f.wirelen,
        .comment = r->words.at,
        .comment_len = r->words.len,
        .own = {[OWN_FLAGS] = (uint8_t)flags, [OWN_CKSUM] = f.cut ? f.cksum : 0},
        .own_len = flags ? OWN_LENGTH : 0,
    };
    for (unsigned i = 0; i < 4; i++)
        p.own[OWN_NUMBER + i] = (uint8_t)(row->frame >> 8 * i);
    r->frames = row->frame;
    pcapng_put_packet(out, &p);
}

static void put_event(struct record *r, const struct row *row, struct str *out)
{
    struct event e;
    session_event(r->o.session, row, &e);
    say(r, row, out);
    entry_put_event(out, &e, row->conn, r->words.at, r->words.len);
}

void record_row(struct record *r, uint32_t row, struct str *out)
{
    const struct row *at = session_row(r->o.session, row);
    if (!at)
        return;
    put_head(r, at, out);
    if (at->frame) /* an ICMP error too */
        put_frame(r, at, out);
    else
        put_event(r, at, out);
}

static void put_marks(struct record *r, struct str *out)
{
    const uint32_t given = session_marks_given(r->o.session);
    if (given == r->marks)
        return;
    for (const struct session_mark *m = session_marks(r->o.session); m; m = m->next) {
        const struct row *at = session_row(r->o.session, m->row);
        if (!at && m->row > 0) /* behind the last row */
            at = session_row(r->o.session, m->row - 1);
        if (m->given > r->marks)
            entry_put_mark(out, m->name, m->len, m->row, at ? at->time_ns : session_started(r->o.session));
    }
    r->marks = given;
}

void record_rest(struct record *r, struct str *out)
{
    put_head(r, NULL, out);
    put_asides(r, out);
    put_marks(r, out);
}
