/* flight.c: a table with open addressing. Numbers of frames grow by one, so each finds its own slot free but
 * where an old one is still on its way. A slot that becomes free is filled from behind (Knuth 6.4, algorithm
 * R): no mark is left. */
#include "core/flight.h"

#include "core/conn.h"

enum { FEWEST = 64 };

static size_t home_of(const struct flights *l, uint32_t frame)
{
    return frame & (l->cap - 1);
}

static struct flight *place(const struct flights *l, uint32_t frame)
{
    size_t at = home_of(l, frame);
    while (l->slot[at].receipt.frame && l->slot[at].receipt.frame != frame)
        at = (at + 1) & (l->cap - 1);
    return &l->slot[at];
}

void flights_release(struct flights *l, const struct mem *m)
{
    mem_free(m, l->slot, l->cap * sizeof *l->slot);
    *l = (struct flights){0};
}

static bool grow(struct flights *l, const struct mem *m)
{
    struct flights more = {.cap = l->cap ? l->cap * 2 : FEWEST, .count = l->count};
    if (l->cap && l->count * 2 < l->cap)
        return true;
    more.slot = mem_new(m, more.cap * sizeof *more.slot);
    if (!more.slot)
        return false;
    for (size_t i = 0; i < l->cap; i++)
        if (l->slot[i].receipt.frame)
            *place(&more, l->slot[i].receipt.frame) = l->slot[i];
    flights_release(l, m);
    *l = more;
    return true;
}

bool flights_put(struct flights *l, const struct mem *m, const struct receipt *r)
{
    if (!r->frame || !grow(l, m))
        return false;
    struct flight *f = place(l, r->frame);
    l->count += !f->receipt.frame;
    *f = (struct flight){.receipt = *r, .alive = 1};
    return true;
}

struct flight *flights_find(const struct flights *l, uint32_t frame)
{
    struct flight *f = l->cap && frame ? place(l, frame) : NULL;
    return f && f->receipt.frame ? f : NULL;
}

void flights_drop(struct flights *l, struct flight *f)
{
    size_t hole = (size_t)(f - l->slot);
    for (size_t at = (hole + 1) & (l->cap - 1); l->slot[at].receipt.frame; at = (at + 1) & (l->cap - 1)) {
        const size_t home = home_of(l, l->slot[at].receipt.frame);
        /* it may move to the hole if that is not before its home, going round */
        if (((at - home) & (l->cap - 1)) < ((at - hole) & (l->cap - 1)))
            continue;
        l->slot[hole] = l->slot[at];
        hole = at;
    }
    l->slot[hole] = (struct flight){0};
    l->count--;
}

/* Nobody can answer it: an ACK of its bytes is one of a copy. */
static void note_loss(struct track *t, const struct receipt *r)
{
    struct sent *s = sent_search(&t->sent, &conn_at(t, r->conn)->flow[r->from].sent, r->seq);
    if (s && s->frame == r->frame)
        s->lost = 1;
}

uint32_t track_wire(struct track *t, const struct event_wire *e, enum side *to)
{
    struct flight *f = flights_find(&t->flying, e->frame);
    const uint8_t bit = (uint8_t)(1u << (e->copy & 7));
    *to = SIDE_NONE;
    if (!f)
        return NO_CONN;
    const struct receipt r = f->receipt;
    *to = conn_peer(conn_at(t, r.conn), (enum side)r.from);
    switch (e->what) {
    case WIRE_DUPLICATED:
        f->alive |= bit;
        if (f->spoilt & 1)
            f->spoilt |= bit;
        break;
    case WIRE_CORRUPTED: f->spoilt |= bit; break;
    case WIRE_ARRIVED:
        if (!(f->spoilt & bit)) { /* the checksum tells */
            f->arrived = true;
            machine_received(t, &r);
        }
        f->alive &= (uint8_t)~bit;
        break;
    case WIRE_DROPPED: f->alive &= (uint8_t)~bit; break;
    case WIRE_HELD:
    case WIRE_RELEASED:
    case WIRE_EVENTS: break;
    }
    if (!f->alive && !f->arrived)
        note_loss(t, &r);
    if (!f->alive)
        flights_drop(&t->flying, f);
    return r.conn;
}
