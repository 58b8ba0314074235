/* marks.c: labels that a segment has by itself: checksum, fragment, congestion marks, options. */
#include "core/judge.h"

void look_marks(struct look *k, bool reused)
{
    const struct seg *s = k->s;
    uint16_t ecn = s->flags & (TCP_ECE | TCP_CWR);
    uint64_t labels = 0;
    if (s->cksum == CKSUM_BAD)
        labels |= LBL(BAD_CHECKSUM);
    if (s->truncated)
        labels |= LBL(TRUNCATED);
    if (s->fragment)
        labels |= LBL(FRAGMENT);
    if (s->flags & TCP_URG)
        labels |= LBL(URGENT);
    if (s->ecn == 3)
        labels |= LBL(CE);
    const bool more = s->flags & TCP_NS; /* there named AE */
    if (k->syn && !k->ack)
        k->c->acc_ecn_asked = more && ecn == (TCP_ECE | TCP_CWR);
    else if (k->syn)
        k->c->acc_ecn = k->c->acc_ecn_asked && (more || ecn & TCP_CWR); /* RFC 9768 3.1.1, table 2 */
    if (k->syn && (ecn == (k->ack ? TCP_ECE : TCP_ECE | TCP_CWR) || (k->ack && k->c->acc_ecn)))
        labels |= LBL(ECN_SETUP);
    if (!k->syn && !k->c->acc_ecn && (ecn & TCP_ECE))
        labels |= LBL(ECE);
    if (!k->syn && !k->c->acc_ecn && (ecn & TCP_CWR))
        labels |= LBL(CWR);
    if (s->opt.fast_open)
        labels |= LBL(FAST_OPEN);
    if (s->opt.mptcp)
        labels |= LBL(MPTCP);
    if (reused && k->syn && !k->ack)
        labels |= LBL(PORT_REUSED);
    look_label(k, labels);
}
