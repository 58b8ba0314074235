/* facts.c: what the tracker knows, for those who ask; and counters, which tell what no segment shows. */
#include "core/conn.h"

#include <string.h>

static uint32_t serial_of(const struct conn *c)
{
    return c->lab ? c->lab->serial : 0;
}

uint32_t track_find(struct track *t, const struct event_key *key)
{
    if (!key->known)
        return NO_CONN;
    uint32_t at = conn_find(t, &key->tuple.end[SIDE_CLIENT], &key->tuple.end[SIDE_SERVER]);
    if (!key->serial)
        return at;
    for (uint32_t i = at, steps = 0; i != NO_CONN && steps < 8; i = conn_at(t, i)->older, steps++)
        if (serial_of(conn_at(t, i)) == key->serial)
            return i;
    struct conn *c = at == NO_CONN ? NULL : conn_at(t, at);
    bool early = c && !serial_of(c) && !conn_calls(c, SIDE_CLIENT) &&
                 c->flow[SIDE_CLIENT].state == STATE_SYN_SENT; /* its SYN came before the call was told */
    if (!early)
        at = conn_new(t, &key->tuple);
    struct conn_lab *lab = at == NO_CONN ? NULL : conn_lab(t, conn_at(t, at));
    if (!lab) {
        t->starved = true;
        return NO_CONN;
    }
    lab->serial = key->serial;
    return at;
}

static bool named(const struct event_counter *c, const char *name)
{
    return !strcmp(c->name, name);
}

uint32_t track_counter(struct track *t, const struct event_counter *c, uint64_t time_ns, uint32_t row)
{
    uint32_t by = c->delta > 0 && c->delta < 1000 ? (uint32_t)c->delta : 0;
    (void)row;
    t->counter_ns = time_ns;
    if (named(c, "TCPTimeouts"))
        tally_of(t, c->side)->timeouts += by;
    else if (named(c, "TCPLossProbes"))
        tally_of(t, c->side)->loss_probes += by;
    else if (named(c, "TCPDelayedACKs") || named(c, "DelayedACKs"))
        tally_of(t, c->side)->delayed_acks += by;
    else if (named(c, "TCPAbortOnTimeout") && by == 1 && t->retry_conn != NO_CONN &&
             (!t->options.wire || c->side == t->retry_side)) {
        machine_input(conn_at(t, t->retry_conn), t->retry_side, IN_GIVE_UP);
        return t->retry_conn;
    }
    return NO_CONN;
}

bool track_starved(const struct track *t)
{
    return t->starved;
}

size_t track_memory(const struct track *t)
{
    return chunks_used(&t->conns) + chunks_used(&t->odds) + sent_pool_used(&t->sent) +
           t->slot_cap * sizeof *t->slots;
}

size_t track_count(const struct track *t)
{
    return t->conns.count;
}

static bool ended(enum tcp_state s)
{
    return s == STATE_CLOSED || s == STATE_TIME_WAIT || s == STATE_UNKNOWN;
}

static uint32_t relative(const struct flow *f, seq_t seq)
{
    return f->base_known ? seq_dist(f->base, seq) : seq.v;
}

static void put_end(struct conn_view *out, const struct conn *c)
{
    const struct flow *client = &c->flow[SIDE_CLIENT], *server = &c->flow[SIDE_SERVER];
    if (c->reset) {
        bool refused = c->resetter && !server->syn && !client->syn_ack && !client->count.unique_bytes &&
                       !flow_odd(client)->stats.retransmitted_bytes;
        out->end = refused && client->syn ? END_REFUSED : END_RESET;
        out->end_by = c->resetter ? SIDE_SERVER : SIDE_CLIENT;
    } else if (client->fin || server->fin) {
        out->end = client->fin && (server->fin || c->self) ? END_CLOSED : END_HALF;
        out->end_by = (enum side)c->closer;
    }
}

/* SYN to the ACK that ended the handshake, or to the RST that refused it; 0 where there was neither, or the
 * clock went back meanwhile. */
static uint64_t handshake_ns(const struct conn *c)
{
    const struct flow *client = &c->flow[SIDE_CLIENT], *server = &c->flow[SIDE_SERVER];
    const bool open = server->syn && (server->syn_acked || client->syn_acked);
    const bool told = client->syn && (open || (c->reset && c->resetter && !server->syn));
    return told && c->ws.rtt_ns < (uint64_t)INT64_MAX ? c->ws.rtt_ns : 0;
}

/* Bytes that nobody has acknowledged, without SYN and FIN. */
static uint32_t out_of(const struct flow *f)
{
    if (!f->any)
        return 0;
    const seq_t una = f->una_known ? f->una : f->base;
    uint32_t flags = f->una_known ? 0 : 1;
    flags += f->fin && !(f->una_known && seq_upto(f->fin_end, una));
    const uint32_t out = seq_dist(una, f->nxt);
    return seq_before(una, f->nxt) && out > flags ? out - flags : 0;
}

bool track_view(const struct track *t, uint32_t conn, struct conn_view *out)
{
    if (conn >= t->conns.count)
        return false;
    const struct conn *c = conn_at(t, conn);
    *out = (struct conn_view){.tuple = c->tuple,
                              .first_ns = c->first_ns,
                              .last_ns = conn_last_ns(c),
                              .first_frame = c->first_frame,
                              .irtt_ns = handshake_ns(c),
                              .silence_ns = c->silence_ns,
                              .end_by = SIDE_NONE};
    put_end(out, c);
    bool known = false;
    out->ended = true;
    for (int i = 0; i < SIDE_COUNT; i++) {
        const struct flow *f = &c->flow[i];
        enum tcp_state s = (enum tcp_state)f->state;
        out->state[i] = s;
        out->isn[i] = f->base.v;
        out->isn_known[i] = f->base_known;
        out->shift[i] = ws_shift(&c->ws, (enum side)i);
        out->mss[i] = f->mss;
        flow_stats_of(f, &out->stats[i]);
        out->snd_una[i] = f->una_known ? relative(f, f->una) : 0;
        out->snd_nxt[i] = f->any ? relative(f, f->nxt) : 0;
        out->rcv_wnd[i] = f->win;
        out->flight[i] = out_of(f);
        out->flight_most[i] = f->flight_most;
        out->arrived[i] = f->any ? relative(f, f->rcv) : 0;
        out->last_frame[i] = f->last_frame;
        out->ended = out->ended && ended(s);
        known = known || s != STATE_UNKNOWN;
    }
    out->ended = (out->ended && known) || c->newer;
    return true;
}

const struct tuple *track_tuple(const struct track *t, uint32_t conn)
{
    return &conn_at(t, conn)->tuple;
}

uint16_t track_mss(const struct track *t, uint32_t conn, enum side side)
{
    return conn_at(t, conn)->flow[side].mss;
}

int track_shift(const struct track *t, uint32_t conn, enum side side)
{
    return ws_shift(&conn_at(t, conn)->ws, side);
}

uint64_t track_first_ns(const struct track *t, uint32_t conn)
{
    return conn_at(t, conn)->first_ns;
}

void track_stats(const struct track *t, uint32_t conn, enum side side, struct flow_stats *out)
{
    flow_stats_of(&conn_at(t, conn)->flow[side], out);
}

uint32_t track_frame_of(const struct track *t, uint32_t conn, const struct endpoint *src, seq_t seq)
{
    const struct conn *c = conn_at(t, conn);
    enum side from = endpoint_equal(&c->tuple.end[SIDE_CLIENT], src) ? SIDE_CLIENT : SIDE_SERVER;
    const struct flow *f = &c->flow[from];
    const struct sent *s = sent_search(&t->sent, &f->sent, seq);
    if (s && seq_eq(s->left, seq))
        return s->copy ? s->copy : s->frame;
    return f->any && seq_eq(seq, f->nxt) ? f->last_frame
                                         : 0; /* it takes no number: the newest that does not */
}

void track_too_large(struct track *t, uint32_t conn, const struct endpoint *src, uint64_t time_ns)
{
    struct conn *c = conn_at(t, conn);
    enum side from = endpoint_equal(&c->tuple.end[SIDE_CLIENT], src) ? SIDE_CLIENT : SIDE_SERVER;
    flow_odd_of(t, &c->flow[from])->too_large_ns = time_ns;
}

enum tcp_state track_listener(const struct track *t)
{
    return t->listener;
}
