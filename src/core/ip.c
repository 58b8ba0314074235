/* ip.c: IPv4, and the tunnels that carry another packet. The innermost TCP is the segment.
 *
 * The IP length, not what was captured, says where a packet ends: frames are padded to a minimum, and
 * captures cut. Where it says more than the frame had on the wire, the frame is believed. A length of 0 is
 * segmentation offload: the sniffer sees a packet before the card made many of it, and the field cannot hold
 * its length. */
#include "core/layer.h"

#include <string.h>

static const struct {
    uint8_t protocol;
    enum layer next;
} protocols[] = {
    {6, LAYER_TCP},  {17, LAYER_UDP}, {4, LAYER_IP4},    {41, LAYER_IP6},
    {47, LAYER_GRE}, {1, LAYER_ICMP}, {58, LAYER_ICMP6}, {51, LAYER_AH},
};

enum layer ip_by_protocol(struct walk *w, uint8_t protocol)
{
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
        return walk_end(w, FRAME_BROKEN);
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
        return walk_end(w, FRAME_BROKEN);
    const uint8_t *at = c.at;
    uint32_t header = (at[0] & 15u) * 4;
    uint32_t total = (uint32_t)at[2] << 8 | at[3], fragment = (uint32_t)at[6] << 8 | at[7];
    if (at[0] >> 4 != 4 || header < HEADER || (total && total < header))
        return walk_end(w, FRAME_BROKEN);
    struct seg *s = w->seg;
    s->ecn = at[1] & 3;
    s->ttl = at[8];
    note_addr4(&s->src.addr, at + 12);
    note_addr4(&s->dst.addr, at + 16);
    s->offloaded = total == 0;
    if (total)
        walk_bound(w, start, total);
    if (w->end - start < header)
        return walk_end(w, FRAME_BROKEN);
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
        return walk_end(w, FRAME_BROKEN);
    walk_to(w, &c);
    return ip_by_protocol(w, next);
}

/* RFC 2784, 2890; version 1 carries PPP (RFC 2637 4.1). Each flag brings a field of four bytes. */
enum layer ip_gre(struct walk *w)
{
    enum { CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000, ACK = 0x0080, VERSION = 7 };
    struct cur c = walk_cur(w);
    uint16_t flags = cur_be16(&c), type = cur_be16(&c);
    uint32_t fields = flags & ((flags & VERSION) == 1 ? KEY | SEQUENCE | ACK : CHECKSUM | KEY | SEQUENCE);
    for (; fields; fields &= fields - 1)
        cur_skip(&c, 4);
    if (c.bad)
        return walk_end(w, FRAME_BROKEN);
    walk_to(w, &c);
    if ((flags & ROUTING) || (flags & VERSION) > 1)
        return walk_end(w, FRAME_OTHER);
    if ((flags & VERSION) == 1)
        return type == 0x880B ? LAYER_PPP : walk_end(w, FRAME_OTHER);
    return link_by_ethertype(w, type);
}

/* Tunnels over UDP are known by their port alone: VXLAN (RFC 7348 5) carries Ethernet, Geneve (RFC 8926 3.4)
 * what its ethertype says, after options counted in words. */
enum layer ip_udp(struct walk *w)
{
    enum { PORT_VXLAN = 4789, PORT_GENEVE = 6081, VXLAN_HAS_NETWORK = 0x08, GENEVE_OPTIONS = 0x3F };
    struct cur c = walk_cur(w);
    cur_skip(&c, 2);
    uint16_t port = cur_be16(&c);
    cur_skip(&c, 4);
    uint8_t first = cur_u8(&c);
    cur_skip(&c, 1);
    uint16_t type = cur_be16(&c);
    cur_skip(&c, 4 + (port == PORT_GENEVE ? 4u * (first & GENEVE_OPTIONS) : 0u));
    if (c.bad || w->quoted)
        return walk_end(w, FRAME_OTHER);
    walk_to(w, &c);
    if (port == PORT_GENEVE && first >> 6 == 0)
        return link_by_ethertype(w, type);
    return port == PORT_VXLAN && first == VXLAN_HAS_NETWORK ? LAYER_ETHERNET : walk_end(w, FRAME_OTHER);
}

/* An error quotes the start of the packet that it is about (RFC 792, 4443): not a segment, but it names one.
 */
static enum layer icmp(struct walk *w, uint32_t errors, enum layer quote)
{
    struct cur c = walk_cur(w);
    uint8_t type = cur_u8(&c);
    cur_skip(&c, 7);
    if (c.bad)
        return walk_end(w, FRAME_OTHER);
    walk_to(w, &c);
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
