/* count.c: what is counted of each direction. What most never have is kept apart and made when it first
 * happens (conn.h); who asks gets all of it together. */
#include "core/judge.h"

struct flow_odd *flow_odd_of(struct track *t, struct flow *f)
{
    if (!f->odd)
        f->odd = chunks_add(&t->odds);
    if (f->odd)
        return f->odd;
    t->starved = true;
    return &t->scrap;
}

void flow_stats_of(const struct flow *f, struct flow_stats *out)
{
    const struct flow_count *n = &f->count;
    const struct flow_odd *odd = flow_odd(f);
    *out = (struct flow_stats){
        .unique_bytes = n->unique_bytes,
        .retransmitted_bytes = odd->stats.retransmitted_bytes,
        .probe_bytes = odd->stats.probe_bytes,
        .rtt_min_ns = n->rtt_samples ? n->rtt_min_ns : UINT64_MAX,
        .rtt_max_ns = n->rtt_max_ns,
        .rtt_sum_ns = n->rtt_sum_ns,
        .rtt_samples = n->rtt_samples,
        .segments = n->segments,
        .data_segments = n->data_segments,
        .pure_acks = n->pure_acks,
        .retransmitted_segments = odd->stats.retransmitted_segments,
        .out_of_order = odd->stats.out_of_order,
        .zero_windows = odd->stats.zero_windows,
        .keep_alives = odd->stats.keep_alives,
        .dup_acks = odd->stats.dup_acks,
        .syns = f->counted_syn + odd->more_syns,
        .fins = f->counted_fin + odd->more_fins,
        .resets = odd->stats.resets,
    };
}

/* What a segment seldom is. Flags count as they stand, whatever sense they make together. */
static void count_odd(struct look *k)
{
    struct flow *f = k->f;
    const uint64_t labels = k->v->labels;
    const bool has_syn = k->s->flags & TCP_SYN, has_fin = k->s->flags & TCP_FIN;
    const bool syn = has_syn && f->counted_syn, fin = has_fin && f->counted_fin;
    f->counted_syn |= has_syn;
    f->counted_fin |= has_fin;
    const bool closed = !k->s->win && !k->rst;
    if (!(syn || fin || k->rst || k->again || k->repeated || k->overtaken || k->asking || closed ||
          labels & (LBL(KEEP_ALIVE) | LBL(DUP_ACK))))
        return;
    struct flow_odd *odd = flow_odd_of(k->t, f);
    odd->more_syns += syn;
    odd->more_fins += fin;
    odd->stats.resets += k->rst;
    odd->stats.retransmitted_bytes += k->again;
    odd->stats.probe_bytes += k->asking ? k->s->len : 0;
    odd->stats.retransmitted_segments += k->repeated;
    odd->stats.out_of_order += k->overtaken;
    odd->stats.zero_windows += closed;
    odd->stats.keep_alives += (labels & LBL(KEEP_ALIVE)) != 0;
    odd->stats.dup_acks += (labels & LBL(DUP_ACK)) != 0;
}

/* What IP's header counts was sent with the rest, and again if all of that was. */
static void count_lacking(struct look *k)
{
    struct flow_count *n = &k->f->count;
    n->data_segments += !k->s->len;
    n->pure_acks -= k->pure;
    if (k->again && !k->fresh)
        flow_odd_of(k->t, k->f)->stats.retransmitted_bytes += k->s->lacks;
    else
        n->unique_bytes += k->s->lacks;
}

void look_count(struct look *k)
{
    struct flow_count *n = &k->f->count;
    const struct seg *s = k->s;
    n->segments++;
    n->data_segments += s->len > 0;
    n->pure_acks += k->pure;
    n->unique_bytes += s->fragment ? s->len : k->fresh;
    if ((s->flags & (TCP_SYN | TCP_FIN | TCP_RST)) || !s->win || k->again || k->repeated || k->overtaken ||
        k->v->labels & (LBL(KEEP_ALIVE) | LBL(ZERO_WINDOW_PROBE) | LBL(DUP_ACK)))
        count_odd(k);
    if (s->lacks && !s->broken)
        count_lacking(k);
}
