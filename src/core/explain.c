/* explain.c: which sentence a segment gets. The labels say what it is, the sentence also why; where a
 * sentence would name what is not known (a row, a call), a plainer one takes its place. */
#include "core/judge.h"

#include <string.h>

static enum annot_id of_syn(const struct look *k)
{
    uint64_t labels = k->v->labels;
    if (labels & LBL(SYN_ACK)) {
        if (labels & LBL(SIMULTANEOUS_OPEN))
            return ANNOT_SYN_ACK_CROSSING;
        if (k->stray)
            return ANNOT_SYN_ACK_STRAY;
        if (k->twice)
            return ANNOT_TWICE;
        if (labels & LBL(RETRANSMISSION))
            return k->answer ? ANNOT_SYN_ACK_ANSWER : ANNOT_SYN_ACK_AGAIN;
        if (!k->v->acks_frame)
            return ANNOT_SYN_ACK_UNASKED;
        if (labels & LBL(FAST_OPEN))
            return k->s->opt.fast_open ? ANNOT_SYN_ACK_COOKIE : ANNOT_SYN_ACK_DATA;
        return ANNOT_SYN_ACK;
    }
    if (k->twice)
        return ANNOT_TWICE;
    if (labels & LBL(RETRANSMISSION))
        return k->r->syn_ack && !k->came && !k->t->options.live ? ANNOT_SYN_AGAIN_ANSWERED : ANNOT_SYN_AGAIN;
    if (labels & LBL(SIMULTANEOUS_OPEN))
        return ANNOT_SYN_CROSSING;
    if (labels & LBL(PORT_REUSED))
        return k->c->doubtful ? ANNOT_SYN_INSIDE : ANNOT_SYN_REUSED;
    if (labels & LBL(FAST_OPEN))
        return labels & LBL(DATA) ? ANNOT_SYN_DATA : ANNOT_SYN_COOKIE;
    return k->v->cause == CAUSE_CALL ? ANNOT_SYN_CALL : ANNOT_SYN;
}

static enum annot_id of_rst(const struct look *k)
{
    const struct flow *f = k->f, *r = k->r;
    if (k->refused)
        return ANNOT_RST_BLIND;
    if (k->unaccepted)
        return ANNOT_RST_LISTENER;
    if (k->aborted)
        return k->unread ? ANNOT_RST_UNREAD : ANNOT_RST_ABORT;
    if (k->timed_out)
        return ANNOT_RST_TIMEOUT;
    if (!k->gone)
        return ANNOT_RST;
    if (!k->v->acks_frame)
        return ANNOT_RST_MORE;
    if (k->ack && !f->any && r->syn && !r->syn_ack && !r->una_known)
        return ANNOT_RST_REFUSED;
    if (r->syn_ack && !r->syn_acked)
        return k->half_open ? ANNOT_RST_HALF_OPEN : ANNOT_RST_SYN_ACK;
    if (k->half_open)
        return ANNOT_RST_HALF_OPEN;
    return f->state == STATE_SYN_RECEIVED || f->state == STATE_LISTEN ? ANNOT_RST_QUEUE : ANNOT_RST_GONE;
}

static enum annot_id of_copy(const struct look *k)
{
    uint64_t labels = k->v->labels;
    bool needless = labels & LBL(SPURIOUS_RETRANSMISSION);
    if (k->twice)
        return ANNOT_TWICE;
    if (k->smaller && k->s->len && k->v->repeats_count)
        return ANNOT_RETRANSMISSION_SMALLER;
    if (!k->v->repeats_count)
        return k->repeated && !k->fresh && k->s->len ? ANNOT_RETRANSMISSION_OLD : ANNOT_RETRANSMISSION_UNSEEN;
    if (k->fresh)
        return ANNOT_RETRANSMISSION_PARTLY;
    if (!k->s->len) {
        if (k->copy == COPY_TLP)
            return ANNOT_FIN_AGAIN_TLP;
        return needless ? ANNOT_FIN_AGAIN_NEEDLESS : ANNOT_FIN_AGAIN;
    }
    switch (k->copy) {
    case COPY_TLP: return ANNOT_RETRANSMISSION_TLP;
    case COPY_FAST:
        return needless                 ? ANNOT_RETRANSMISSION_SPURIOUS
               : judge_dup_acks(k) == 0 ? ANNOT_RETRANSMISSION_SACK
                                        : ANNOT_RETRANSMISSION_FAST;
    case COPY_RTO: return needless ? ANNOT_RETRANSMISSION_SPURIOUS : ANNOT_RETRANSMISSION_RTO;
    case COPY_RECOVERY: return needless ? ANNOT_RETRANSMISSION_SPURIOUS : ANNOT_RETRANSMISSION_RECOVERY;
    case COPY_PLAIN:
    case COPY_NONE: break;
    }
    return needless ? ANNOT_RETRANSMISSION_SPURIOUS : ANNOT_RETRANSMISSION;
}

static enum annot_id of_fin(const struct look *k)
{
    bool call = k->v->cause == CAUSE_CALL;
    if (k->s->len)
        return call ? ANNOT_DATA_FIN_CALL : ANNOT_DATA_FIN;
    if (k->v->labels & LBL(SIMULTANEOUS_CLOSE))
        return ANNOT_FIN_CROSSING;
    if (k->v->labels & LBL(FIN_ACK))
        return call ? ANNOT_FIN_BOTH_CALL : ANNOT_FIN_BOTH;
    if (k->v->step == STEP_CLOSE_3_OF_4)
        return call ? ANNOT_FIN_SECOND_CALL : ANNOT_FIN_SECOND;
    if (!call)
        return ANNOT_FIN;
    return conn_calls(k->c, k->from)->half ? ANNOT_FIN_HALF : ANNOT_FIN_CALL;
}

static enum annot_id of_data(const struct look *k)
{
    uint64_t labels = k->v->labels;
    if (!k->ack)
        return ANNOT_DATA_NO_ACK;
    if (k->old)
        return ANNOT_DATA_OLD;
    if (labels & LBL(LOST_SEGMENT))
        return ANNOT_DATA_LOST_BEFORE;
    if (labels & LBL(OUT_OF_ORDER))
        return ANNOT_DATA_OUT_OF_ORDER;
    if (k->v->cause == CAUSE_CALL)
        return k->call_bytes == k->s->len  ? ANNOT_DATA_CALL
               : k->call_bytes > k->s->len ? ANNOT_DATA_PART
                                           : ANNOT_DATA_JOINED;
    return k->v->acks_frame && k->v->annot.acked ? ANNOT_DATA_ACKING : ANNOT_DATA;
}

static enum annot_id of_fin_ack(const struct look *k)
{
    if (k->fin_again)
        return ANNOT_FIN_ACK_AGAIN;
    if (k->v->labels & LBL(ACK))
        return ANNOT_FIN_ACK_DATA;
    if (k->c->fins_crossed)
        return ANNOT_FIN_ACK_CROSSING;
    if (k->v->step == STEP_CLOSE_4_OF_4 || k->v->step == STEP_CLOSE_3_OF_3)
        return ANNOT_FIN_ACK_LAST;
    return k->v->cause == CAUSE_DELAYED_ACK ? ANNOT_FIN_ACK_DELAYED : ANNOT_FIN_ACK;
}

static enum annot_id of_ack(const struct look *k)
{
    uint64_t labels = k->v->labels;
    if (k->forgery)
        return ANNOT_DUP_ACK_FORGED;
    if (labels & LBL(CHALLENGE_ACK))
        return k->c->older != NO_CONN && k->r->syn && k->v->acks_frame == k->r->syn_frame
                   ? ANNOT_CHALLENGE_ACK_SYN
                   : ANNOT_CHALLENGE_ACK;
    if (labels & LBL(FIN_ACK))
        return of_fin_ack(k);
    if (labels & LBL(KEEP_ALIVE_ACK))
        return ANNOT_KEEP_ALIVE_ACK;
    if (labels & LBL(ZERO_WINDOW_PROBE_ACK))
        return ANNOT_ZERO_WINDOW_PROBE_ACK;
    if (labels & LBL(ACK_LOST_SEGMENT))
        return ANNOT_ACK_LOST;
    if (labels & LBL(DUP_ACK))
        return labels & LBL(SACK)    ? ANNOT_DUP_ACK_SACK
               : labels & LBL(DSACK) ? ANNOT_DUP_ACK_DSACK
                                     : ANNOT_DUP_ACK;
    if (labels & LBL(WINDOW_UPDATE))
        return k->opens ? ANNOT_WINDOW_OPENS : ANNOT_WINDOW_UPDATE;
    if (labels & LBL(OUT_OF_ORDER))
        return ANNOT_ACK_OLD;
    if (labels & LBL(ACK)) {
        if (!k->v->acks_frame)
            return ANNOT_ACK_UNSEEN;
        if (labels & LBL(ZERO_WINDOW))
            return ANNOT_ZERO_WINDOW_ACK;
        if (labels & LBL(PARTIAL_ACK))
            return ANNOT_ACK_PARTIAL;
        if (labels & LBL(DSACK))
            return ANNOT_ACK_DSACK;
        return k->v->cause == CAUSE_DELAYED_ACK ? ANNOT_ACK_DELAYED : ANNOT_ACK;
    }
    return labels & LBL(ZERO_WINDOW) ? ANNOT_ZERO_WINDOW : ANNOT_PLAIN;
}

static enum annot_id of_handshake(const struct look *k)
{
    if (k->s->len)
        return ANNOT_HANDSHAKE_DATA;
    if (k->v->labels & LBL(SIMULTANEOUS_OPEN))
        return k->came ? ANNOT_HANDSHAKE_CROSSING_WIRE : ANNOT_HANDSHAKE_CROSSING;
    if (k->v->labels & LBL(ACK))
        return of_ack(k);
    if (!k->v->acks_frame)
        return ANNOT_HANDSHAKE_ACK_UNSEEN;
    if (k->full)
        return ANNOT_HANDSHAKE_ACK_FULL;
    if (!k->came)
        return ANNOT_HANDSHAKE_ACK;
    return k->open_again ? ANNOT_HANDSHAKE_ACK_AGAIN : ANNOT_HANDSHAKE_ACK_WIRE;
}

static enum annot_id of_forged(const struct look *k)
{
    static const enum annot_id sentences[] = {
        [FORGED_NOT] = ANNOT_PLAIN,
        [FORGED_SYN] = ANNOT_FORGED_SYN,
        [FORGED_RST] = ANNOT_FORGED_RST,
        [FORGED_RST_NEAR] = ANNOT_FORGED_RST_NEAR,
        [FORGED_RST_FAR] = ANNOT_FORGED_RST_FAR,
        [FORGED_NO_ACK] = ANNOT_FORGED_NO_ACK,
        [FORGED_PAWS] = ANNOT_FORGED_PAWS,
        [FORGED_OLD] = ANNOT_FORGED_OLD,
        [FORGED_AHEAD] = ANNOT_FORGED_AHEAD,
        [FORGED_ACK_AHEAD] = ANNOT_FORGED_ACK_AHEAD,
        [FORGED_TAKEN] = ANNOT_FORGED_TAKEN,
        [FORGED_OTHER] = ANNOT_FORGED_OTHER,
    };
    return sentences[k->forged];
}

static enum annot_id choose(const struct look *k)
{
    uint64_t labels = k->v->labels;
    if (k->forged)
        return of_forged(k);
    if (labels & LBL(FRAGMENT))
        return ANNOT_FRAGMENT;
    if (k->s->broken)
        return ANNOT_BROKEN;
    if (labels & LBL(RST))
        return of_rst(k);
    if (labels & (LBL(SYN) | LBL(SYN_ACK)))
        return of_syn(k);
    if (labels & LBL(PAWS_REJECT))
        return ANNOT_PAWS_REJECT;
    if (labels & LBL(ZERO_WINDOW_PROBE))
        return k->s->len ? ANNOT_ZERO_WINDOW_PROBE_DATA : ANNOT_ZERO_WINDOW_PROBE;
    if (labels & LBL(KEEP_ALIVE))
        return flow_odd(k->f)->probes > 1 ? ANNOT_KEEP_ALIVE_MORE
               : k->s->len                ? ANNOT_KEEP_ALIVE_BYTE
                                          : ANNOT_KEEP_ALIVE;
    if (labels & LBL(HANDSHAKE_ACK))
        return of_handshake(k);
    if (labels & LBL(RETRANSMISSION))
        return of_copy(k);
    if (labels & LBL(FIN))
        return of_fin(k);
    if (labels & LBL(DATA))
        return of_data(k);
    return k->pure ? of_ack(k) : ANNOT_STRANGE;
}

/* Values that a sentence may name. */
enum {
    NAMES_ACKS = 1,
    NAMES_REPEATS = 2,
    NAMES_CALL = 4,
    NAMES_ACKED = 8,
    NAMES_SILENCE = 16,
    NAMES_NUMBER = 32,
    NAMES_LIMIT = 64,
    NAMES_KNOWN = 128 /* the texts have been looked through */
};

static bool says(enum annot_id id, const char *value)
{
    return strstr(annot_brief(id), value) || strstr(annot_what(id), value) || strstr(annot_why(id), value) ||
           strstr(annot_next(id), value);
}

/* Which values the texts of a sentence name: looked for once. */
static uint8_t names(struct track *t, enum annot_id id)
{
    static const struct {
        const char *value;
        uint8_t bit;
    } values[] = {{"{acks}", NAMES_ACKS},   {"{repeats}", NAMES_REPEATS}, {"{call}", NAMES_CALL},
                  {"{acked}", NAMES_ACKED}, {"{silence}", NAMES_SILENCE}, {"{n}", NAMES_NUMBER},
                  {"{limit}", NAMES_LIMIT}};
    if (!t->names[id]) {
        t->names[id] = NAMES_KNOWN;
        for (size_t i = 0; i < COUNT_OF(values); i++)
            t->names[id] |= says(id, values[i].value) ? values[i].bit : 0;
    }
    return t->names[id];
}

/* A sentence may name only what is known, and only labels that the segment has. */
static enum annot_id sound(const struct look *k, enum annot_id id)
{
    uint8_t named = names(k->t, id);
    if ((annot_labels(id) & ~k->v->labels) || (!k->v->acks_frame && named & NAMES_ACKS) ||
        (!k->v->repeats_count && named & NAMES_REPEATS) || (k->v->cause != CAUSE_CALL && named & NAMES_CALL))
        return ANNOT_PLAIN;
    return id;
}

static uint32_t number_of(const struct look *k)
{
    uint64_t labels = k->v->labels;
    if (labels & (LBL(KEEP_ALIVE) | LBL(ZERO_WINDOW_PROBE)) || k->timed_out)
        return flow_odd(k->f)->probes;
    if (labels & LBL(DUP_ACK))
        return flow_odd(k->f)->dup_acks;
    if (k->copy == COPY_FAST)
        return judge_dup_acks(k);
    if (labels & (LBL(SYN) | LBL(SYN_ACK)))
        return flow_odd(k->f)->timeouts + 1u;
    return k->copy == COPY_RTO ? flow_odd(k->f)->timeouts : 0;
}

void explain(struct look *k)
{
    struct annot *a = &k->v->annot;
    a->id = sound(k, choose(k));
    uint8_t named = names(k->t, a->id); /* a row keeps only what its words need */
    a->number = named & NAMES_NUMBER ? number_of(k) : 0;
    a->limit = k->full && named & NAMES_LIMIT ? k->t->backlog : 0;
    if (named & NAMES_SILENCE)
        a->silence_us = k->silence_ns / 1000;
    if (!(named & NAMES_ACKED) && k->s->len)
        a->acked = 0;
    bool guessed = k->v->cause != CAUSE_UNKNOWN && k->v->cause != CAUSE_CALL;
    a->probably = !k->t->options.live && (guessed || k->copy != COPY_NONE || (k->rst && !k->refused));
}
