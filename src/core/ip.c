/* ip.c: IPv4, and what stands between IP and the transport. The innermost TCP is the segment.
 *
 * The IP length, not what was captured, says where a packet ends: frames are padded to a minimum, and
 * captures cut. Where it says more than the frame had on the wire, a segment is as long as the frame lets it
 * be, and the rest is told as lacking. A length of 0 is segmentation offload: the sniffer sees a packet
 * before the card made many of it, and the field cannot hold its length. */
#include "core/layer.h"

#include <string.h>

static const struct {
    uint8_t protocol;
    enum layer next;
} protocols[] = {
    {6, LAYER_TCP},
    {17, LAYER_UDP},
    {4, LAYER_IP4},
    {41, LAYER_IP6},
    {47, LAYER_GRE},
    {1, LAYER_ICMP},
    {58, LAYER_ICMP6},
    {51, LAYER_AH},
    {0, LAYER_IP6_EXTENSION},  /* hop by hop */
    {43, LAYER_IP6_EXTENSION}, /* routing */
    {44, LAYER_IP6_EXTENSION}, /* fragment */
    {60, LAYER_IP6_EXTENSION}, /* destination */
    {108, LAYER_COMP},
    {97, LAYER_ETHERIP},
    {137, LAYER_MPLS}, /* RFC 4023 */
};

enum layer ip_by_protocol(struct walk *w, uint8_t protocol)
{
    w->protocol = protocol;
    for (size_t i = 0; i < COUNT_OF(protocols); i++)
        if (protocols[i].protocol == protocol)
            return protocols[i].next;
    return walk_end(w, FRAME_OTHER);
}

enum layer ip_any(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint8_t version = cur_u8(&c) >> 4;
    if (c.bad)
        return walk_short(w);
    return version == 4 ? LAYER_IP4 : version == 6 ? LAYER_IP6 : walk_end(w, FRAME_OTHER);
}

static void note_addr4(struct addr *a, const uint8_t *at)
{
    *a = (struct addr){.family = 4};
    memcpy(a->at, at, 4);
}

/* RFC 791 3.1 */
enum layer ip_4(struct walk *w)
{
    enum { HEADER = 20, MORE_FRAGMENTS = 0x2000, OFFSET = 0x1FFF };
    uint32_t start = w->at;
    struct cur c = walk_cur(w);
    if (!cur_has(&c, HEADER))
        return walk_short(w);
    const uint8_t *at = c.at;
    uint32_t header = (at[0] & 15u) * 4;
    uint32_t total = (uint32_t)at[2] << 8 | at[3], fragment = (uint32_t)at[6] << 8 | at[7];
    if (at[0] >> 4 != 4 || header < HEADER || (total && total < header))
        return walk_end(w, FRAME_BROKEN);
    struct seg *s = w->seg;
    s->ecn = at[1] & 3;
    s->ttl = at[8];
    s->ip_id = (uint16_t)(at[4] << 8 | at[5]);
    note_addr4(&s->src.addr, at + 12);
    note_addr4(&s->dst.addr, at + 16);
    s->offloaded = total == 0;
    s->fragment &=
        total == 0 || total > w->wire_end - start; /* the outer packet's fragment may hold it whole */
    if (total)
        walk_bound_ip(w, start, total);
    if (w->end - start < header)
        return walk_short(w);
    if (!s->ip.len)
        s->link.len = start;
    s->ip = (struct span){start, header};
    w->at += header;
    w->final_src = w->final_dst = NULL;
    if (fragment & OFFSET)
        return walk_end(w, at[9] == 6 && !w->quoted ? FRAME_LATER_FRAGMENT : FRAME_OTHER);
    s->fragment |= (fragment & MORE_FRAGMENTS) != 0;
    return ip_by_protocol(w, at[9]);
}

/* RFC 4302 2: authentication only, so that what follows can be read. Its length counts words of four bytes
 * less two. */
enum layer ip_ah(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint8_t next = cur_u8(&c), words = cur_u8(&c);
    cur_skip(&c, (words + 2u) * 4 - 2);
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    w->seg->ip.len = w->at - w->seg->ip.at;
    return ip_by_protocol(w, next);
}

/* An error quotes the start of the packet that it is about (RFC 792, 4443): not a segment, but it names one
 * (icmp.h). */
static enum layer icmp(struct walk *w, uint32_t errors, enum layer quote)
{
    struct cur c = walk_cur(w);
    uint32_t ip = w->seg->ip.at;
    uint8_t type = cur_u8(&c);
    cur_skip(&c, 7);
    if (c.bad)
        return walk_end(w, FRAME_OTHER);
    walk_to(w, &c);
    w->seg->data = (struct span){ip, w->at - ip};
    if (w->quoted || type > 31 || !(errors >> type & 1))
        return walk_end(w, FRAME_OTHER);
    w->quoted = true;
    return quote;
}

enum layer ip_icmp(struct walk *w)
{
    /* unreachable, source quench, redirect, time exceeded, parameter problem */
    return icmp(w, 1u << 3 | 1u << 4 | 1u << 5 | 1u << 11 | 1u << 12, LAYER_IP4);
}

enum layer ip_icmp6(struct walk *w)
{
    /* unreachable, packet too big, time exceeded, parameter problem */
    return icmp(w, 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4, LAYER_IP6);
}
