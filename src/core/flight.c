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

/* Which frame brings what is new of each segment: copies may be cut otherwise. */
static void note_news(struct track *t, const struct conn *c, const struct receipt *r, seq_t right)
{
    const struct ranges *got = c->lab->got[r->from];
    struct sent *s = sent_search(&t->sent, &c->flow[r->from].sent, r->seq);
    for (; s && seq_before(s->left, right); s = sent_next(&t->sent, s)) {
        const seq_t from = seq_max(s->left, r->seq), to = seq_before(s->right, right) ? s->right : right;
        if (!got || ranges_overlap(got, from, to) < seq_dist(from, to))
            s->came = r->frame;
    }
}

/* What an ACK tells its receiver. */
static void hear_ack(struct came *came, struct flow *receiver, const struct receipt *r)
{
    const bool news = !came->acked || seq_after(r->ack, came->ack);
    if (!news && seq_before(r->ack, came->ack))
        return;
    if (news) {
        came->ack = r->ack;
        came->acked = true;
        came->dup_acks = 0;
        if (receiver->odd)
            receiver->odd->timeouts = 0;
    }
    came->dup_acks += (r->labels & LBL(DUP_ACK)) != 0;
    came->sacked_bytes = r->sacked;
}

/* A segment has come to its receiver, who knows of it from now on. */
static void come(struct track *t, const struct receipt *r, uint64_t time_ns)
{
    struct conn *c = conn_at(t, r->conn);
    struct conn_lab *lab = conn_lab(t, c);
    struct flow *receiver = &c->flow[conn_peer(c, (enum side)r->from)];
    const bool probe = (r->labels & (LBL(KEEP_ALIVE) | LBL(ZERO_WINDOW_PROBE))) != 0;
    const uint32_t numbers = r->len + ((r->flags & TCP_SYN) != 0) + ((r->flags & TCP_FIN) != 0);
    if (!lab) {
        t->starved = true;
        return;
    }
    struct came *came = &lab->came[r->from];
    came->frame = r->frame;
    came->any_ns = time_ns;
    came->spoken_ns = probe ? came->spoken_ns : time_ns;
    if ((r->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
        came->syn_frame = r->frame;
        came->syn_ns = time_ns;
    }
    if (numbers && !probe && !r->refused) {
        note_news(t, c, r, seq_add(r->seq, numbers));
        came->waiting_ns = came->waiting_ns ? came->waiting_ns : time_ns;
    }
    if ((r->flags & (TCP_ACK | TCP_RST)) == TCP_ACK && !r->refused)
        hear_ack(came, receiver, r);
    if (receiver->odd && !(r->labels & LBL(ZERO_WINDOW_PROBE_ACK)))
        receiver->odd->probes = 0;
    flow_asks(t, &c->flow[r->from], r);
}

uint32_t track_wire(struct track *t, const struct event_wire *e, uint64_t time_ns, enum side *to)
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
            come(t, &r, time_ns);
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
