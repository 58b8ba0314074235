/* stream.c: a receiver that sees what the sniffer saw. Each side has the number of its next byte; a segment
 * that begins there is taken, with what waits behind it; one that begins later waits; what came before is not
 * taken again. Bytes that the other side acknowledged although nobody saw them were lost by the sniffer: once
 * enough rows have passed (a sniffer may mix up the two directions), or none come any more, they are a hole.
 */
#include "session/stream.h"

#include <string.h>

#include "core/chunks.h"
#include "plat/loop.h"
#include "session/selection.h"

enum { CLOCK_EVERY = 64, PATIENCE = 16 /* rows */, PIECES_SHIFT = 6 };

/* One direction. */
struct saying_side {
    uint64_t next;  /* number of the next byte */
    uint64_t acked; /* that the other side has acknowledged up to */
    uint64_t said;
    struct stream_piece *waiting; /* by `at`, none overlaps another */
    size_t count, cap;
    uint64_t since; /* rows looked at when the oldest began to wait */
};

struct stream {
    const struct mem *mem;
    const struct session *session;
    struct selection *rows;
    size_t looked;     /* so many rows */
    uint32_t next_row; /* which is the next one to be looked at */
    bool starved;      /* there was no memory for the next row */
    struct chunks pieces;
    struct saying_side side[SIDE_COUNT];
};

struct stream *stream_new(const struct mem *m, const struct session *s, uint32_t conn)
{
    struct stream *t = mem_new(m, sizeof *t);
    if (!t)
        return NULL;
    t->mem = m;
    t->session = s;
    chunks_init(&t->pieces, m, sizeof(struct stream_piece), PIECES_SHIFT);
    t->rows = selection_new(m, s);
    if (!t->rows) {
        stream_free(t);
        return NULL;
    }
    selection_start(t->rows, &(struct selection_of){.conn = conn});
    return t;
}

void stream_free(struct stream *t)
{
    if (!t)
        return;
    for (int i = 0; i < SIDE_COUNT; i++)
        mem_free(t->mem, t->side[i].waiting, t->side[i].cap * sizeof *t->side[i].waiting);
    chunks_release(&t->pieces);
    selection_free(t->rows);
    mem_free(t->mem, t, sizeof *t);
}

/* The byte that a relative number means, the one nearest to `near`; numbers wrap, and 1 is the first byte. */
static int64_t byte_of(uint64_t near, uint32_t number)
{
    return (int64_t)near + (int32_t)(number - 1 - (uint32_t)near);
}

static bool deliver(struct stream *t, const struct stream_piece *p)
{
    struct stream_piece *to = chunks_add(&t->pieces);
    struct saying_side *f = &t->side[p->side];
    if (!to)
        return false;
    *to = *p;
    f->next = p->at + p->len;
    f->said += p->row == NO_ROW ? 0 : p->len;
    return true;
}

/* What of a piece is not there yet at its beginning. False: nothing. */
static bool clip(struct stream_piece *p, uint64_t next)
{
    if (p->at + p->len <= next)
        return false;
    uint32_t old = next > p->at ? (uint32_t)(next - p->at) : 0;
    p->at += old;
    p->skip += old;
    p->len -= old;
    return true;
}

/* Hands over what waits and is due: also what begins up to `given_up`, behind bytes that never came. */
static bool release(struct stream *t, struct saying_side *f, uint64_t given_up)
{
    size_t n = 0;
    bool good = true;
    for (; n < f->count; n++) {
        struct stream_piece p = f->waiting[n];
        if (!clip(&p, f->next))
            continue;
        if (p.at > f->next && p.at > given_up)
            break;
        for (uint64_t gap = p.at - f->next; good && gap > 0; gap = p.at - f->next)
            good = deliver(t, &(struct stream_piece){.at = f->next,
                                                     .row = NO_ROW,
                                                     .len = gap > UINT32_MAX ? UINT32_MAX : (uint32_t)gap,
                                                     .side = p.side});
        good = good && deliver(t, &p);
        if (!good)
            break;
    }
    if (n == 0)
        return good;
    f->count -= n;
    memmove(f->waiting, f->waiting + n, f->count * sizeof *f->waiting);
    f->since = t->looked;
    return good;
}

static bool insert(struct stream *t, struct saying_side *f, size_t at, const struct stream_piece *p)
{
    void *items = f->waiting;
    if (!mem_grow(t->mem, &items, &f->cap, f->count + 1, sizeof *f->waiting))
        return false;
    f->waiting = items;
    memmove(f->waiting + at + 1, f->waiting + at, (f->count - at) * sizeof *f->waiting);
    f->waiting[at] = *p;
    f->count++;
    return true;
}

/* Puts what is new of a piece among those that wait. */
static bool wait_for(struct stream *t, struct saying_side *f, struct stream_piece p)
{
    size_t low = 0, high = f->count;
    while (low < high) { /* the first that ends behind its beginning */
        size_t middle = low + (high - low) / 2;
        if (f->waiting[middle].at + f->waiting[middle].len <= p.at)
            low = middle + 1;
        else
            high = middle;
    }
    if (f->count == 0)
        f->since = t->looked;
    for (size_t i = low; p.len > 0; i++) {
        uint64_t there = i < f->count ? f->waiting[i].at : UINT64_MAX;
        if (there > p.at) {
            struct stream_piece part = p;
            if (part.len > there - p.at)
                part.len = (uint32_t)(there - p.at);
            if (!insert(t, f, i++, &part))
                return false;
        }
        if (i >= f->count || !clip(&p, f->waiting[i].at + f->waiting[i].len))
            return true;
    }
    return true;
}

static bool take_ack(struct stream *t, const struct row *r)
{
    struct saying_side *f = &t->side[side_other((enum side)r->side)];
    int64_t acked = byte_of(f->next, r->ack);
    if (r->flags & TCP_ACK && acked > (int64_t)f->acked)
        f->acked = (uint64_t)acked;
    bool patient = f->acked <= f->next || t->looked - f->since < PATIENCE;
    return f->count == 0 || patient || release(t, f, f->acked);
}

/* A receiver drops what is damaged or too old. */
static bool believed(const struct row *r)
{
    return !(r->labels & (LBL(BAD_CHECKSUM) | LBL(PAWS_REJECT) | LBL(RST)));
}

static bool take_row(struct stream *t, uint32_t row)
{
    const struct row *r = session_row(t->session, row);
    if (!r || r->kind != EVENT_SEGMENT || r->side >= SIDE_COUNT || !believed(r))
        return true;
    struct saying_side *f = &t->side[r->side];
    int64_t at = byte_of(f->next, r->seq + (r->flags & TCP_SYN ? 1 : 0));
    uint32_t len = row_len(r), early = at < 0 ? (uint32_t)-at : 0; /* a keep-alive before the first byte */
    if (len > early) {
        struct stream_piece p = {.at = (uint64_t)(at + early),
                                 .row = row,
                                 .len = len - early,
                                 .skip = early,
                                 .side = (enum side)r->side};
        if (clip(&p, f->next) && !(p.at == f->next ? deliver(t, &p) : wait_for(t, f, p)))
            return false;
        if (f->count > 0 && !release(t, f, 0))
            return false;
    }
    return take_ack(t, r);
}

bool stream_work(struct stream *t, uint64_t until_ns)
{
    bool more = selection_work(t->rows, until_ns);
    size_t count = selection_count(t->rows);
    for (size_t at = selection_near(t->rows, t->next_row), i = 1; at < count; at++, i++) {
        uint32_t row = selection_at(t->rows, at);
        t->starved = !take_row(t, row);
        if (t->starved)
            return false; /* what is there stays; the row is looked at again */
        t->next_row = row + 1;
        t->looked++;
        if (i % CLOCK_EVERY == 0 && clock_steady() >= until_ns)
            return true;
    }
    return more;
}

void stream_finish(struct stream *t)
{
    size_t looked, rows;
    selection_done(t->rows, &looked, &rows);
    for (int i = 0; i < SIDE_COUNT && !t->starved && looked == rows; i++)
        (void)release(t, &t->side[i], UINT64_MAX);
}

size_t stream_pieces(const struct stream *t)
{
    return t->pieces.count;
}

const struct stream_piece *stream_piece(const struct stream *t, size_t i)
{
    return chunks_at(&t->pieces, i);
}

uint64_t stream_said(const struct stream *t, enum side side)
{
    return t->side[side].said;
}

const uint8_t *stream_bytes(const struct stream *t, const struct stream_piece *p, uint32_t from,
                            uint32_t *len)
{
    struct seg g;
    uint32_t caplen, wirelen;
    int linktype;
    const struct row *r = p->row == NO_ROW ? NULL : session_row(t->session, p->row);
    const uint8_t *bytes = r ? session_bytes(t->session, r, &caplen, &wirelen, &linktype) : NULL;
    uint64_t skip = (uint64_t)p->skip + from;
    *len = 0;
    if (!bytes || from >= p->len || !session_seg(t->session, r, &g) || g.data.len <= skip)
        return NULL;
    uint32_t there = g.data.len - (uint32_t)skip, asked = p->len - from;
    *len = there < asked ? there : asked;
    return bytes + g.data.at + skip;
}
