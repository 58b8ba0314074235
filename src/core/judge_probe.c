/* judge_probe.c: probes. An empty segment with an old number is one: of a zero window where the window is
 * zero and bytes wait, else a keep-alive. So is the next byte into a window of zero, which may be taken or
 * not. */
#include "core/judge.h"

#define MS        UINT64_C(1000000)
#define OVERTAKEN (50 * MS) /* no keep-alive follows so soon on what was sent */

/* What has its number was sent a moment ago, one byte or a FIN: this ACK was sent before that. */
static bool overtaken(const struct look *k)
{
    const struct sent *s = sent_search(&k->t->sent, &k->f->sent, k->left);
    return s && seq_eq(s->left, k->left) && look_since(k, s->last_ns) < OVERTAKEN;
}

/* An empty segment with the number before the next one, or the next byte into a window of zero. */
bool judge_is_probe(const struct look *k, bool *window)
{
    const struct flow *f = k->f, *r = k->r;
    seq_t old = seq_of(k->left.v + 1);
    bool closed = r->win_known && r->win == 0;
    int unsent = calls_unsent(k->c, k->from);
    /* an update of the window may have been lost: bytes that wait tell */
    *window = unsent > 0 || (closed && unsent != 0);
    if (k->syn || k->fin || !k->ack || !f->any)
        return false;
    if (!k->s->len) {
        const bool tells = r->una_known && seq_after(k->s->ack, r->una) && seq_upto(k->s->ack, r->nxt);
        return (seq_eq(old, f->nxt) || (f->una_known && seq_eq(old, f->una))) && !tells && !overtaken(k);
    }
    if (k->s->len != 1)
        return false;
    if (closed &&
        (seq_eq(k->left, f->nxt) || (flow_odd(f)->probe_frame && f->una_known && seq_eq(k->left, f->una))))
        return *window = true;
    return seq_eq(old, f->nxt) && f->una_known && seq_eq(f->una, f->nxt) && k->idle_ns >= 900 * MS;
}

void judge_probe(struct look *k, bool window)
{
    struct flow_odd *odd = flow_odd_of(k->t, k->f);
    look_label(k, window ? LBL(ZERO_WINDOW_PROBE) : LBL(KEEP_ALIVE));
    if (k->s->len) {
        look_label(k, LBL(DATA));
        k->asking = seq_eq(k->left, k->f->nxt);
        if (!k->asking) {
            judge_weigh(k);
            judge_remember(k);
        } else if (!odd->probed_frame) {
            odd->probed_frame = k->receipt.frame;
        }
    }
    k->v->cause = window ? CAUSE_PERSIST : CAUSE_KEEPALIVE;
    if (!window && !odd->probes && k->came && k->came->spoken_ns)
        k->silence_ns = look_since(k, k->came->spoken_ns);
    else if (!window && !odd->probes && k->r->last_frame) /* own segments do not restart the timer */
        k->silence_ns = look_since(k, k->r->last_ns) + flow_odd(k->r)->spoken_ms * MS;
    k->probe = true;
    odd->probes++;
    k->t->retry_conn = k->receipt.conn;
    k->t->retry_side = k->from;
}

void judge_probe_taken(struct look *k, struct flow *f)
{
    const seq_t right = seq_add(f->nxt, 1);
    struct flow_odd *odd = flow_odd_of(k->t, f);
    struct sent *s = conn_saw(k->t, f, f->nxt, right) ? sent_add(&k->t->sent, &f->sent, f->nxt, right) : NULL;
    if (s) {
        s->frame = odd->probed_frame;
        s->first_ns = s->last_ns = f->last_ns;
    } else {
        k->t->starved = true;
    }
    f->nxt = right;
    odd->probed_frame = 0;
}
