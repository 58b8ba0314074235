/* machine.c: which inputs of the state machine a segment is, for the one that sends and the one that receives
 * it.
 *
 * A segment is refused where TCP would refuse it: a RST that is not exact (RFC 5961), one without ACK, one
 * that PAWS rejects; a refused segment is no input. A FIN counts when everything before it has arrived, and
 * an endpoint's own ACK of a FIN is evidence that it has.
 *
 * On the wire, bytes that the class made up may have taken the numbers of what a host sends later. Its FIN is
 * then an old one to the receiver, whose ACKs are of what the host never sent: both are refused, for ever. */
#include "core/conn.h"

void machine_input(struct conn *c, enum side side, enum fsm_input in)
{
    struct flow *f = &c->flow[side];
    f->state = (uint8_t)fsm_next((enum tcp_state)f->state, in);
}

static bool has_ack(const struct receipt *r)
{
    return (r->flags & TCP_ACK) != 0;
}

/* Whether a FIN that was sent can have been taken: on the wire its arrival was told of. */
static bool fin_came(const struct track *t, const struct conn *c, enum side from)
{
    return !t->options.wire || (c->lab && c->lab->fin_came[from]);
}

/* What a sender must already have received, since it answers to it. */
static void evidence(const struct track *t, struct conn *c, enum side me, const struct receipt *r)
{
    struct flow *f = &c->flow[me], *peer = &c->flow[conn_peer(c, me)];
    if (r->flags & (TCP_SYN | TCP_RST))
        return;
    if (f->state == STATE_LISTEN)
        machine_input(c, me, IN_SENT_SYN_ACK);
    if (f->state == STATE_SYN_SENT && has_ack(r)) {
        if (peer->state == STATE_LISTEN && !peer->any) /* its SYN ACK went by unseen */
            machine_input(c, conn_peer(c, me), IN_SENT_SYN_ACK);
        machine_input(c, me, IN_RCVD_SYN_ACK);
    }
    if (f->state == STATE_SYN_RECEIVED && r->len && !c->crossing && peer->any && !conn_calls(c, me))
        machine_input(c, me, IN_RCVD_ACK_OF_SYN);
    if (peer->fin && !peer->fin_got && has_ack(r) && seq_upto(peer->fin_end, r->ack) &&
        fin_came(t, c, conn_peer(c, me))) {
        peer->fin_got = true;
        machine_input(c, me, IN_RCVD_FIN);
    }
}

/* Whether that side is taken for a listener until its answer tells otherwise: not one that is known to open
 * by itself, nor a port that nobody listens on. */
static bool waits(const struct track *t, const struct conn *c, enum side side)
{
    return t->listener != STATE_CLOSED && !conn_calls(c, side);
}

/* What follows behind the bytes of a segment. */
static seq_t right_of(const struct receipt *r)
{
    return seq_add(r->seq, r->len + ((r->flags & TCP_FIN) != 0) + ((r->flags & TCP_SYN) != 0));
}

/* How far its host itself has come, whatever was made up in its name, and what it has answered. */
static void note_own(struct track *t, struct conn *c, const struct receipt *r)
{
    struct conn_lab *lab = t->options.wire && !(r->flags & TCP_RST) ? conn_lab(t, c) : NULL;
    const enum side me = (enum side)r->from;
    if (!lab)
        return;
    struct came *came = &lab->came[conn_peer(c, me)];
    if (has_ack(r))
        came->waiting_ns = 0;
    if (has_ack(r) && r->flags & TCP_SYN)
        came->syn_frame = 0;
    lab->own[me] =
        lab->own_known[me] && !(r->flags & TCP_SYN) ? seq_max(lab->own[me], right_of(r)) : right_of(r);
    lab->own_known[me] = true;
}

/* An ACK of what that side has not sent (RFC 9293 3.10.7.4): the segment is not taken, whatever it brings. */
static bool acks_unsent(const struct conn *c, enum side me, const struct receipt *r)
{
    return c->lab && c->lab->own_known[me] && seq_after(r->ack, c->lab->own[me]);
}

void machine_sent(struct track *t, struct conn *c, const struct receipt *r, bool first_fin)
{
    enum side me = (enum side)r->from;
    struct flow *f = &c->flow[me];
    struct flow *peer = &c->flow[conn_peer(c, me)];
    note_own(t, c, r);
    if (r->refused)
        return;
    evidence(t, c, me, r);
    if (has_ack(r) && seq_after(r->ack, peer->rcv) && peer->any)
        peer->rcv = r->ack;
    if (r->flags & TCP_RST) {
        machine_input(c, me, IN_SENT_RST);
    } else if (r->flags & TCP_SYN) {
        const bool waited = f->state == STATE_UNKNOWN || (f->state == STATE_CLOSED && !conn_calls(c, me));
        if (has_ack(r) && peer->syn && waited)
            f->state = STATE_LISTEN;
        if (!has_ack(r) && f->state == STATE_LISTEN)
            f->state = STATE_CLOSED; /* it was taken for a listener, but it opens by itself */
        machine_input(c, me, has_ack(r) ? IN_SENT_SYN_ACK : IN_SENT_SYN);
        if (!has_ack(r) && peer->state == STATE_UNKNOWN)
            peer->state = waits(t, c, conn_peer(c, me)) ? STATE_LISTEN : STATE_CLOSED;
    }
    if (first_fin) {
        bool covers = peer->fin && has_ack(r) && seq_upto(peer->fin_end, r->ack);
        machine_input(c, me, covers ? IN_SENT_FIN_ACKING : IN_SENT_FIN);
    }
}

void machine_forged(struct conn *c, const struct receipt *r)
{
    struct flow *peer = &c->flow[conn_peer(c, (enum side)r->from)];
    if ((r->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN && peer->state == STATE_UNKNOWN)
        peer->state = STATE_LISTEN;
}

/* Whether the child may leave SYN-RECEIVED: the accept queue has room (RULES: more than backlog is full). */
static bool queue_admits(struct track *t, struct conn *c, enum side me)
{
    if (me != SIDE_SERVER || !t->queue_known || c->crossing || c->accepted || c->queued)
        return true;
    if (t->queued > t->backlog)
        return false;
    c->queued = true;
    t->queued++;
    return true;
}

static void receive_syn(struct conn *c, enum side me, const struct receipt *r)
{
    struct flow *f = &c->flow[me];
    if (!has_ack(r)) {
        machine_input(c, me, IN_RCVD_SYN);
        return;
    }
    if (!f->syn || !seq_after(r->ack, f->base))
        return;
    machine_input(c, me, f->state == STATE_SYN_RECEIVED ? IN_RCVD_ACK_OF_SYN : IN_RCVD_SYN_ACK);
}

/* What arrived of that side's bytes, made if it is the first; NULL: no memory. */
static struct ranges *arrivals(struct track *t, struct conn *c, enum side from)
{
    struct conn_lab *lab = conn_lab(t, c);
    if (lab && !lab->got[from]) {
        lab->got[from] = mem_new(t->mem, sizeof *lab->got[from]);
        if (lab->got[from])
            ranges_init(lab->got[from], RANGES_KEPT);
    }
    return lab ? lab->got[from] : NULL;
}

/* Brings what the receiver has in order up to date. */
static void take_bytes(struct track *t, struct conn *c, const struct receipt *r)
{
    const seq_t right = right_of(r);
    struct flow *from = &c->flow[r->from];
    struct ranges *got = t->options.wire ? arrivals(t, c, (enum side)r->from) : &from->seen;
    if (!got || (t->options.wire && !ranges_add(got, t->mem, r->seq, right, NULL))) {
        t->starved = true;
        return;
    }
    if (r->flags & TCP_SYN)
        from->rcv = right;
    if (r->flags & TCP_FIN && t->options.wire && seq_after(right, from->rcv))
        c->lab->fin_came[r->from] = true;
    from->rcv = seq_max(from->rcv, ranges_gap(got, from->rcv));
}

bool machine_rests(struct track *t, struct conn *c, const struct receipt *r)
{
    struct flow *f = &c->flow[r->from], *peer = &c->flow[conn_peer(c, (enum side)r->from)];
    if ((r->flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK)) != TCP_ACK || r->refused || f->fin ||
        peer->fin || f->state != STATE_ESTABLISHED || peer->state != STATE_ESTABLISHED)
        return false;
    if (seq_after(r->ack, peer->rcv) && peer->any)
        peer->rcv = r->ack;
    if (r->len)
        take_bytes(t, c, r);
    return true;
}

/* A RST counts if it is exactly the next number, or answers a SYN (RFC 5961 3.2, RFC 9293 3.10.7.3). */
bool machine_rst_counts(const struct conn *c, enum side side, const struct receipt *r)
{
    const struct flow *f = &c->flow[conn_peer(c, side)], *from = &c->flow[side];
    if (f->state == STATE_SYN_SENT)
        return has_ack(r) && seq_after(r->ack, f->base);
    if (!f->ack_seen)
        return true;
    return seq_eq(r->seq, f->last_ack) || seq_eq(r->seq, from->rcv) || seq_eq(r->seq, from->nxt);
}

void machine_received(struct track *t, const struct receipt *r)
{
    struct conn *c = conn_at(t, r->conn);
    enum side sender = (enum side)r->from, me = conn_peer(c, sender);
    struct flow *f = &c->flow[me], *from = &c->flow[sender];
    if (r->refused)
        return;
    if (r->flags & TCP_RST) {
        if (machine_rst_counts(c, sender, r))
            machine_input(c, me, IN_RCVD_RST);
        return;
    }
    if (r->flags & TCP_SYN) {
        receive_syn(c, me, r);
        take_bytes(t, c, r);
        return;
    }
    if (!has_ack(r) || acks_unsent(c, me, r))
        return;
    bool syn_acked = f->state == STATE_SYN_RECEIVED && seq_after(r->ack, f->base);
    if (f->state == STATE_SYN_RECEIVED && (!syn_acked || !queue_admits(t, c, me)))
        return;
    take_bytes(t, c, r);
    bool fin = from->fin && !from->fin_got && seq_upto(from->fin_end, from->rcv) && fin_came(t, c, sender);
    bool fin_acked = f->fin && !f->fin_ack_got && seq_upto(f->fin_end, r->ack);
    from->fin_got = from->fin_got || fin;
    f->fin_ack_got = f->fin_ack_got || fin_acked;
    if (syn_acked && !(fin && f->state == STATE_SYN_RECEIVED))
        machine_input(c, me, IN_RCVD_ACK_OF_SYN);
    if (fin)
        machine_input(c, me, fin_acked ? IN_RCVD_FIN_ACK : IN_RCVD_FIN);
    else if (fin_acked)
        machine_input(c, me, IN_RCVD_ACK_OF_FIN);
}
