/* stream.c: a receiver that sees what the sniffer saw. Each side has the number of its next byte; a segment
 * that begins there is taken, with what waits behind it; one that begins later waits; what came before is not
 * taken again. Bytes that the other side acknowledged although nobody saw them were lost by the sniffer: once
 * enough rows have passed (a sniffer may mix up the two directions), or none come any more, they are a hole.
 *
 * A segment with a wrong checksum is doubtful: a receiver drops it, but some sniffers see segments before
 * their checksum is filled in. It is taken where the other side acknowledged its bytes and no better copy has
 * come. */
#include "session/stream.h"

#include "core/chunks.h"
#include "plat/loop.h"
#include "session/pieces.h"
#include "session/selection.h"

enum { CLOCK_EVERY = 64, PATIENCE = 16 /* rows */, PIECES_SHIFT = 6 };

/* One direction. */
struct saying_side {
    uint64_t next;  /* number of the next byte */
    uint64_t acked; /* that the other side has acknowledged up to */
    uint64_t said;
    struct pieces waiting, doubtful;
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
    for (int i = 0; i < SIDE_COUNT; i++)
        t->side[i].waiting.mem = t->side[i].doubtful.mem = m;
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
    for (int i = 0; i < SIDE_COUNT; i++) {
        pieces_release(&t->side[i].waiting);
        pieces_release(&t->side[i].doubtful);
    }
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

/* Hands over the bytes up to `to` that nobody was sure of; those that are not even doubtful as a hole, or,
 * without `holes`, only what comes before them. */
static bool bridge(struct stream *t, enum side side, uint64_t to, bool holes)
{
    struct saying_side *f = &t->side[side];
    bool good = true;
    while (good && f->next < to) {
        const struct stream_piece *d = pieces_find(&f->doubtful, f->next);
        struct stream_piece p = {.at = f->next, .row = NO_ROW, .side = side};
        uint64_t end = to;
        if (d && d->at <= f->next) {
            p = *d;
            (void)piece_clip(&p, f->next);
            end = p.at + p.len < to ? p.at + p.len : to;
        } else if (!holes) {
            break;
        } else if (d && d->at < to) {
            end = d->at;
        }
        p.len = end - f->next > UINT32_MAX ? UINT32_MAX : (uint32_t)(end - f->next);
        good = deliver(t, &p);
    }
    (void)pieces_drop(&f->doubtful, f->next);
    return good;
}

/* Hands over what waits and is due: also what begins up to `given_up`, behind bytes that never came. */
static bool release(struct stream *t, enum side side, uint64_t given_up)
{
    struct saying_side *f = &t->side[side];
    bool good = true;
    while (good) {
        const struct stream_piece *w = pieces_find(&f->waiting, f->next);
        if (!w || (w->at > f->next && w->at > given_up))
            break;
        struct stream_piece p = *w;
        (void)piece_clip(&p, f->next);
        good = bridge(t, side, p.at, true) && deliver(t, &p);
    }
    if (pieces_drop(&f->waiting, f->next))
        f->since = t->looked;
    return good;
}

static bool take_ack(struct stream *t, const struct row *r)
{
    enum side side = side_other((enum side)r->side);
    struct saying_side *f = &t->side[side];
    int64_t acked = byte_of(f->next, r->ack);
    if (r->flags & TCP_ACK && acked > (int64_t)f->acked)
        f->acked = (uint64_t)acked;
    if (pieces_any(&f->doubtful) && f->acked > f->next &&
        !(bridge(t, side, f->acked, false) && release(t, side, 0)))
        return false;
    bool patient = f->acked <= f->next || t->looked - f->since < PATIENCE;
    return !pieces_any(&f->waiting) || patient || release(t, side, f->acked);
}

/* Payload of a row. A reset has none that anybody reads, nor has what PAWS rejects. */
static bool take_data(struct stream *t, const struct row *r, uint32_t row)
{
    enum side side = (enum side)r->side;
    struct saying_side *f = &t->side[side];
    int64_t at = byte_of(f->next, r->seq + (r->flags & TCP_SYN ? 1 : 0));
    uint32_t len = row_len(r), early = at < 0 ? (uint32_t)-at : 0; /* a keep-alive before the first byte */
    if (len <= early || r->labels & (LBL(PAWS_REJECT) | LBL(RST)))
        return true;
    struct stream_piece p = {
        .at = (uint64_t)(at + early), .row = row, .len = len - early, .skip = early, .side = side};
    if (!piece_clip(&p, f->next))
        return true;
    if (r->labels & LBL(BAD_CHECKSUM))
        return pieces_add(&f->doubtful, p);
    if (!pieces_any(&f->waiting))
        f->since = t->looked;
    return (p.at == f->next ? deliver(t, &p) : pieces_add(&f->waiting, p)) &&
           (!pieces_any(&f->waiting) || release(t, side, 0));
}

static bool take_row(struct stream *t, uint32_t row)
{
    const struct row *r = session_row(t->session, row);
    if (!r || r->kind != EVENT_SEGMENT || r->side >= SIDE_COUNT)
        return true;
    return take_data(t, r, row) && take_ack(t, r);
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
    for (int i = 0; i < SIDE_COUNT && !t->starved && looked == rows; i++) {
        const uint64_t end = pieces_end(&t->side[i].doubtful);
        (void)(release(t, (enum side)i, UINT64_MAX) && bridge(t, (enum side)i, end, true));
    }
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
