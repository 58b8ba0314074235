/* track.c: from events to verdicts. A segment is brought to its connection (or begins one), its numbers are
 * made relative, then it is judged: first what it takes, then what it acknowledges; then the machines of both
 * ends move. */
#include "core/judge.h"

#include <string.h>

enum {
    ODD_SHIFT = 5,
    CONN_SHIFT = 6, /* at first 64 connections: no more pages are touched than are used */
    LINE = 64       /* each begins with a line of the cache: fewer of them are fetched */
};
_Static_assert(sizeof(struct conn) <= 512, "there may be a million of them");

struct track *track_new(const struct mem *m, const struct track_options *o)
{
    struct track *t = mem_new(m, sizeof *t);
    if (!t)
        return NULL;
    t->mem = m;
    chunks_init(&t->conns, m, (sizeof(struct conn) + LINE - 1) / LINE * LINE, CONN_SHIFT);
    chunks_init(&t->odds, m, sizeof(struct flow_odd), ODD_SHIFT);
    sent_pool_init(&t->sent, m);
    t->options = *o;
    conn_key(t, o->seed);
    t->retry_conn = NO_CONN;
    t->listener_fd = -1;
    t->listener_close_row = NO_ROW;
    return t;
}

void track_free(struct track *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; t->owns && i < t->conns.count; i++)
        conn_release(t, conn_at(t, i));
    chunks_release(&t->conns);
    chunks_release(&t->odds);
    sent_pool_release(&t->sent);
    mem_free(t->mem, t->slots, t->slot_cap * sizeof *t->slots);
    flights_release(&t->flying, t->mem);
    mem_free(t->mem, t, sizeof *t);
}

/* Who opened: the server's port tells where it is known, else the flags of the first segment. */
static enum side sender_of(const struct track *t, const struct seg *s)
{
    uint16_t port = t->options.server_port;
    if (port && s->dst.port == port && s->src.port != port)
        return SIDE_CLIENT;
    if (port && s->src.port == port && s->dst.port != port)
        return SIDE_SERVER;
    return (s->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK) ? SIDE_SERVER : SIDE_CLIENT;
}

static bool still_open(enum tcp_state s)
{
    return s == STATE_ESTABLISHED || s == STATE_FIN_WAIT_1 || s == STATE_FIN_WAIT_2 ||
           s == STATE_CLOSE_WAIT || s == STATE_CLOSING || s == STATE_LAST_ACK;
}

static uint32_t begin(struct track *t, const struct seg *s, uint32_t older)
{
    struct tuple tuple;
    enum side from = sender_of(t, s);
    if (older != NO_CONN && !(s->flags & TCP_SYN))
        from =
            endpoint_equal(&conn_at(t, older)->tuple.end[SIDE_CLIENT], &s->src) ? SIDE_CLIENT : SIDE_SERVER;
    tuple.end[from] = s->src;
    tuple.end[side_other(from)] = s->dst;
    return conn_new(t, &tuple);
}

static enum side side_of(const struct conn *c, const struct seg *s)
{
    return endpoint_equal(&c->tuple.end[SIDE_CLIENT], &s->src) ? SIDE_CLIENT : SIDE_SERVER;
}

/* A segment of a connection that has had some. */
static bool goes_on(const struct conn *c, const struct seg *s)
{
    return s->injected || (!(s->flags & TCP_SYN) && c->first_frame);
}

/* The connection of any other segment; at: the newest of its endpoints. A SYN with another first number than
 * its direction had begins a new one (oracle's rule for streams). *reused: its ports had one before. NO_CONN:
 * no memory. */
static uint32_t place(struct track *t, const struct seg *s, uint32_t at, bool *reused)
{
    bool syn = (s->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    if (at == NO_CONN)
        return begin(t, s, at);
    while (!syn && !conn_at(t, at)->first_frame && conn_at(t, at)->older != NO_CONN)
        at = conn_at(t, at)->older; /* connect() was called, but its SYN has not come yet */
    const struct conn *c = conn_at(t, at);
    const struct flow *f = &c->flow[side_of(c, s)];
    if (syn && f->base_known && !seq_eq(f->base, s->seq)) {
        at = begin(t, s, at);
        *reused = true;
    } else if (syn && !c->first_frame && c->older != NO_CONN) {
        *reused = conn_at(t, c->older)->first_frame != 0;
    } else if ((s->flags & TCP_SYN) && !syn && f->base_known && !seq_eq(f->base, s->seq)) {
        *reused = true;
    }
    return at;
}

/* The SYN did not open anything: the connection that it met goes on under the new one's numbers (RFC 5961 4).
 */
static void inherit(struct track *t, struct conn *c, enum side from)
{
    const struct conn *o = conn_at(t, c->older);
    struct flow *asker = &c->flow[side_other(from)];
    bool asks = conn_calls(c, side_other(from)) && asker->state == STATE_SYN_SENT;
    bool turned = !endpoint_equal(&o->tuple.end[SIDE_CLIENT], &c->tuple.end[SIDE_CLIENT]);
    for (int i = 0; i < SIDE_COUNT; i++) {
        struct flow *n = &c->flow[i];
        const struct flow *was = &o->flow[turned ? 1 - i : i];
        n->nxt = was->nxt;
        n->una = was->una;
        n->una_known = was->una_known;
        n->rcv = was->rcv;
        n->last_ack = was->last_ack;
        n->ack_seen = was->ack_seen;
        n->win = was->win;
        n->win_known = was->win_known;
        n->ts_echo = was->ts_echo;
        n->echo_known = was->echo_known;
        n->state = was->state;
        n->any = was->any;
        n->syn_acked = true;
        sent_clear(&t->sent, &n->sent);
        ranges_clear(&n->seen);
        (void)conn_saw(t, n, seq_of(n->nxt.v - 1), n->nxt); /* one range needs no memory */
    }
    if (asks)
        asker->state = STATE_SYN_SENT; /* what that end was before, its host has forgotten */
    flow_odd_of(t, asker)->reject_frame = asker->syn_frame;
    asker->challenges = true;
    c->open = true;
    c->doubtful = false;
    c->challenged = true;
}

/* The RST of the end that had asked has ended what its SYN met; the same SYN may come again, now to a
 * listener. */
static void begin_again(struct look *k)
{
    const seq_t left = k->f->base, right = seq_add(left, 1);
    for (int i = 0; i < SIDE_COUNT; i++) {
        struct flow *f = &k->c->flow[i];
        sent_clear(&k->t->sent, &f->sent);
        f->any = f->una_known = f->ack_seen = f->win_known = f->echo_known = f->syn_acked = false;
        f->fin_got = f->fin_ack_got = false;
        if (f->odd)
            f->odd->reject_frame = 0;
        ranges_clear(&f->seen);
    }
    struct sent *syn = sent_add(&k->t->sent, &k->f->sent, left, right);
    if (syn) {
        syn->frame = k->f->syn_frame;
        syn->first_ns = syn->last_ns = k->c->ws.syn_ns;
        syn->flags = TCP_SYN;
    }
    k->f->any = syn && conn_saw(k->t, k->f, left, right);
    k->t->starved |= !k->f->any;
    k->f->nxt = k->f->rcv = right;
    k->c->open = false;
}

/* Forgets what its sender has sent. */
static void start_again(struct look *k)
{
    struct flow *f = k->f;
    f->any = f->syn = f->una_known = f->fin = f->far = k->r->ack_seen = false;
    if (f->odd)
        f->odd->stray = false;
    sent_clear(&k->t->sent, &f->sent);
    ranges_clear(&f->seen);
}

/* Relative 0 of both directions (oracle's NOTES). */
static void set_base(struct look *k)
{
    struct flow *f = k->f, *r = k->r;
    if ((k->s->flags & TCP_SYN) && (f->base_known ? !seq_eq(f->base, k->left) : seg_measured(k->s))) {
        bool again = f->base_known;
        f->base = k->left;
        f->base_known = true;
        if (again && k->ack &&
            f->syn_acked) /* numbers are told from this one on; whether they go by it is not known */
            k->stray = k->refused = f->far = flow_odd_of(k->t, f)->stray = true;
        else if (again) /* a SYN ACK with another number: this direction starts again */
            start_again(k);
    } else if (flow_odd(f)->stray && k->s->len && seq_eq(k->left, seq_add(f->base, 1)) &&
               !seq_eq(k->left, f->nxt)) {
        start_again(k);
    }
    if (!f->base_known && seg_measured(k->s)) {
        f->base = seq_of(k->left.v - 1);
        f->base_known = true;
    }
    if (k->ack && !r->base_known && seg_measured(k->s)) {
        r->base = seq_of(k->s->ack.v - 1);
        r->base_known = true;
    }
    if (!f->any && seg_measured(k->s)) {
        f->nxt = k->left;
        f->rcv = f->una_known && seq_before(f->una, k->left) ? f->una : k->left;
    }
}

#define STAMP_LIVES (UINT64_C(24) * 86400 * 1000000000) /* ns; after that one is believed (RFC 7323 5.5) */

/* Segments that the receiver does not take: without ACK, older than its newest timestamp (by more than the
 * tick that Linux allows, TCP_PAWS_WINDOW), long past. */
static void refuse(struct look *k)
{
    const struct seg *s = k->s;
    if (k->syn || k->rst)
        return;
    if (!k->ack)
        k->refused = true;
    if (s->opt.timestamps && k->r->echo_known && (s->len || k->fin) &&
        (int32_t)(s->opt.tsval - k->r->ts_echo) < -1 && look_since(k, k->f->last_ns) < STAMP_LIVES) {
        look_label(k, LBL(PAWS_REJECT));
        k->refused = true;
    }
    /* Its SYN was seen, so nothing can have come before it; but for the byte of a keep-alive. */
    seq_t first = seq_add(k->f->base, 1);
    if (s->len && k->f->any && k->f->syn && !k->f->far && !seq_after(k->right, first) &&
        !(s->len == 1 && seq_eq(k->right, first))) {
        k->old = true;
        k->refused = true;
    }
    if (k->refused && s->len)
        look_label(k, LBL(DATA));
    if (k->refused && k->fin)
        look_label(k, LBL(FIN));
}

static void look_init(struct look *k, struct track *t, struct conn *c, const struct seg *s, uint32_t at,
                      struct verdict *v)
{
    *v = (struct verdict){.conn = at, .cause_row = NO_ROW, .repeats = t->repeats};
    *k = (struct look){.t = t, .c = c, .s = s, .v = v, .from = side_of(c, s), .left = s->seq};
    k->syn = s->flags & TCP_SYN && !(s->flags & TCP_RST);
    k->rst = s->flags & TCP_RST;
    k->ack = s->flags & TCP_ACK;
    k->fin = s->flags & TCP_FIN && !k->rst && !k->syn;
    k->right = seq_add(s->seq, s->len + k->syn + k->fin);
    k->pure = k->ack && !s->len && !k->syn && !k->fin && !k->rst;
    k->f = &c->flow[k->from];
    k->r = &c->flow[conn_peer(c, k->from)];
    k->came = conn_came(t, c, conn_peer(c, k->from));
    uint64_t last_ns = conn_last_ns(c);
    k->idle_ns = c->first_frame && s->time_ns > last_ns ? s->time_ns - last_ns : 0;
    k->silence_ns = k->idle_ns;
    v->from = k->from;
    k->receipt = (struct receipt){.frame = s->frame,
                                  .conn = at,
                                  .len = s->len,
                                  .seq = s->seq,
                                  .ack = s->ack,
                                  .flags = s->flags,
                                  .from = (uint8_t)k->from};
}

enum { BURST = 5000000 /* ns between segments that may have been on their way together */ };

/* What the next segments will be compared with. */
static void remember_last(struct look *k)
{
    struct flow *f = k->f;
    struct conn *c = k->c;
    const struct seg *s = k->s;
    if (!c->first_frame) {
        c->first_frame = k->receipt.frame;
        c->first_ns = c->first_ns ? c->first_ns : s->time_ns;
    }
    if (k->idle_ns > c->silence_ns)
        c->silence_ns = k->idle_ns;
    if (k->rst && !k->refused && !c->reset && c->close_at != CLOSE_DONE) {
        c->reset = true;
        c->resetter = k->from == SIDE_SERVER;
    }
    uint64_t since_ns = f->last_frame && s->time_ns > f->last_ns ? s->time_ns - f->last_ns : 0;
    k->r->since_frame = 0;
    if (!k->rst && (!f->since_frame || since_ns > BURST)) {
        f->since_frame = k->receipt.frame;
        f->since_ack = k->ack;
    }
    f->ip_id = s->ip_id;
    f->last_frame = k->receipt.frame;
    f->last_ns = s->time_ns;
    look_count(k);
    if (!seg_measured(s))
        return;
    f->any = true;
    if (f->odd && !k->probe) {
        f->odd->probes = 0;
        f->odd->spoken_ms = 0;
    } else if (f->odd && since_ns / 1000000 < UINT32_MAX - f->odd->spoken_ms) {
        f->odd->spoken_ms += (uint32_t)(since_ns / 1000000);
    }
    if (!k->came && k->r->odd) { /* whatever it says, a probe is answered; but for a probe of its own */
        if (!k->probe)
            k->r->odd->probe_frame = 0;
        if (!(k->v->labels & LBL(ZERO_WINDOW_PROBE_ACK)))
            k->r->odd->probes = 0;
    }
    if (k->rst || k->refused)
        return;
    if (k->ack && !k->beyond && (!f->ack_seen || !seq_before(s->ack, f->last_ack))) {
        f->last_ack = s->ack;
        f->ack_seen = true;
        f->win = k->v->win;
        f->win_known = true;
    } else if (k->syn) {
        f->win = k->v->win;
        f->win_known = true;
    }
    if (s->opt.timestamps && k->ack && s->opt.tsecr) {
        f->ts_echo = s->opt.tsecr;
        f->echo_known = true;
    }
}

/* Moves the machines: the sender's now, the receiver's now or when the segment arrives. */
static bool move(struct look *k)
{
    struct track *t = k->t;
    k->receipt.refused = k->refused;
    k->receipt.labels = k->v->labels;
    k->receipt.sacked = flow_odd(k->f)->sacked_bytes;
    if (!t->options.wire)
        flow_asks(t, k->f, &k->receipt);
    if (!t->options.wire && machine_rests(t, k->c, &k->receipt))
        return true;
    if (k->s->injected)
        machine_forged(k->c, &k->receipt);
    else
        machine_sent(k->t, k->c, &k->receipt, k->first_fin);
    if (!t->options.wire) {
        machine_received(t, &k->receipt);
        return true;
    }
    return flights_put(&t->flying, t->mem, &k->receipt);
}

/* A SYN to an endpoint whose connection is still open is believed by nobody yet. */
static void doubt(struct look *k)
{
    struct conn *c = k->c;
    if (!k->syn || k->ack || c->older == NO_CONN || !(k->v->labels & LBL(PORT_REUSED)) || c->self)
        return;
    const struct conn *o = conn_at(k->t, c->older);
    enum side to = endpoint_equal(&o->tuple.end[SIDE_CLIENT], &k->s->dst) ? SIDE_CLIENT : SIDE_SERVER;
    if (!still_open((enum tcp_state)o->flow[to].state))
        return;
    c->doubtful = true;
    k->r->state = o->flow[to].state;
}

static void judge(struct look *k, bool reused)
{
    struct conn *c = k->c;
    uint16_t win = k->s->win;
    if (c->doubtful && !k->syn && !k->rst && k->ack && !k->f->any)
        inherit(k->t, c, k->from);
    if (!k->s->injected || !c->first_frame)
        set_base(k);
    int shift = k->s->flags & TCP_SYN ? 0 : ws_shift(&c->ws, k->from);
    ws_segment(&c->ws, k->from, k->s, reused, k->t->options.wordless ? NULL : &k->v->wireshark);
    k->v->shift = (uint8_t)(shift > 0 ? shift : 0);
    k->v->win = (uint32_t)win << k->v->shift;
    if (look_marked(k))
        look_marks(k, reused);
    if (!k->s->injected)
        doubt(k);
    if (k->s->injected && c->first_frame) {
        judge_forged(k);
    } else if (k->stray) {
        look_label(k, LBL(SYN_ACK));
    } else if (seg_measured(k->s)) {
        refuse(k);
        if (k->rst) {
            judge_rst(k);
        } else {
            judge_numbers(k);
            judge_ack(k);
        }
    }
    if (!k->t->options.wordless)
        explain(k);
}

bool track_segment(struct track *t, const struct seg *s, struct verdict *out)
{
    struct look k;
    bool reused = false;
    uint32_t at = conn_of(t, s);
    struct conn *c = at == NO_CONN ? NULL : conn_at(t, at);
    if (!c || !goes_on(c, s)) {
        at = place(t, s, at, &reused);
        if (at == NO_CONN)
            return false;
        c = conn_at(t, at);
    }
    if (s->time_ns > t->counter_ns + UINT64_C(20000000))
        memset(t->tally, 0, sizeof t->tally);
    look_init(&k, t, c, s, at, out);
    judge(&k, reused);
    bool moved = !seg_measured(s) || move(&k);
    remember_last(&k);
    out->seq = k.f->base_known ? seq_dist(k.f->base, s->seq) : s->seq.v;
    out->ack = !k.ack ? 0 : k.r->base_known ? seq_dist(k.r->base, s->ack) : s->ack.v;
    for (int i = 0; i < SIDE_COUNT; i++)
        out->state[i] = (enum tcp_state)k.c->flow[i].state;
    if (k.rst && k.c->challenged && !k.refused && k.f->syn)
        begin_again(&k);
    return moved;
}

void track_gone(struct track *t, uint32_t conn, enum side side)
{
    if (conn < t->conns.count && side < SIDE_COUNT)
        machine_input(conn_at(t, conn), side, IN_GONE);
}
