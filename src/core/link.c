/* link.c: what stands before IP. Link types are rows of a table, and so are ethertypes: a new one that leads
 * to IP by a way that is known already is one row more. */
#include "core/layer.h"

static const struct {
    int linktype;
    enum layer first;
} links[] = {
    {DLT_EN10MB_, LAYER_ETHERNET}, /* EN10MB */
    {DLT_LINUX_SLL_, LAYER_SLL},   /* LINUX_SLL */
    {DLT_LINUX_SLL2_, LAYER_SLL2}, /* LINUX_SLL2 */
    {DLT_RAW_, LAYER_IP},          /* RAW */
    {12, LAYER_IP},                /* RAW, as some systems call it within their files */
    {14, LAYER_IP},                /* and others */
    {228, LAYER_IP4},              /* IPV4 */
    {229, LAYER_IP6},              /* IPV6 */
    {DLT_NULL_, LAYER_NULL},       /* NULL */
    {108, LAYER_NULL},             /* LOOP */
    {9, LAYER_PPP},                /* PPP */
    {50, LAYER_PPP},               /* PPP_SERIAL */
    {51, LAYER_PPPOE},             /* PPP_ETHER */
    {104, LAYER_CHDLC},            /* C_HDLC */
    {10, LAYER_FDDI},              /* FDDI */
    {129, LAYER_ARCNET},           /* ARCNET_LINUX */
    {239, LAYER_NFLOG},            /* NFLOG */
    {242, LAYER_IPOIB},            /* IPOIB */
};

static const struct {
    uint16_t type;
    enum layer next;
} ethertypes[] = {
    {0x0800, LAYER_IP4},      {0x86DD, LAYER_IP6},  {0x8100, LAYER_VLAN}, /* IEEE 802.1Q */
    {0x88A8, LAYER_VLAN},                                                 /* 802.1ad, QinQ */
    {0x9100, LAYER_VLAN},                                                 /* QinQ before it was a standard */
    {0x8864, LAYER_PPPOE},    {0x8847, LAYER_MPLS}, {0x8848, LAYER_MPLS},
    {0x6558, LAYER_ETHERNET}, /* transparent bridging: a whole frame in GRE */
};

enum layer link_first(struct walk *w, int linktype)
{
    for (size_t i = 0; i < COUNT_OF(links); i++)
        if (links[i].linktype == linktype)
            return links[i].first;
    return walk_end(w, FRAME_UNKNOWN_LINK);
}

enum layer link_by_ethertype(struct walk *w, uint16_t type)
{
    for (size_t i = 0; i < COUNT_OF(ethertypes); i++)
        if (ethertypes[i].type == type)
            return ethertypes[i].next;
    return walk_end(w, FRAME_OTHER);
}

/* The type that a header ends with decides, if all of the header was there. */
static enum layer next_by_ethertype(struct walk *w, const struct cur *c, uint16_t type)
{
    if (c->bad)
        return walk_end(w, FRAME_BROKEN);
    walk_to(w, c);
    return link_by_ethertype(w, type);
}

enum layer link_ethernet(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 12);
    uint16_t type = cur_be16(&c);
    if (c.bad || type >= 0x600)
        return next_by_ethertype(w, &c, type);
    walk_to(w, &c); /* IEEE 802.3: a length, and LLC behind it */
    return LAYER_LLC;
}

/* IEEE 802.2: IP by its own number, or SNAP with an ethertype. */
enum layer link_llc(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint16_t points = cur_be16(&c);
    cur_skip(&c, 1);
    if (c.bad)
        return walk_end(w, FRAME_BROKEN);
    if (points == 0xAAAA) {
        cur_skip(&c, 3);
        uint16_t type = cur_be16(&c);
        return next_by_ethertype(w, &c, type);
    }
    walk_to(w, &c);
    return points == 0x0606 ? LAYER_IP4 : walk_end(w, FRAME_OTHER);
}

/* BSD loopback: the address family, in the byte order of the machine that captured (LOOP: in network order).
 * The number of IPv6 differs from system to system. */
enum layer link_null(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint32_t family = cur_be32(&c);
    if (c.bad)
        return walk_end(w, FRAME_BROKEN);
    walk_to(w, &c);
    if (family > 0xFFFF)
        family = __builtin_bswap32(family);
    switch (family) {
    case 2: return LAYER_IP4;
    case 10: /* Linux */
    case 24: /* NetBSD, OpenBSD */
    case 28: /* FreeBSD */
    case 30: /* Darwin */ return LAYER_IP6;
    default: return walk_end(w, FRAME_OTHER);
    }
}

/* Protocols of a cooked header are ethertypes, but not for devices whose frames have none, and 4 says LLC. */
static enum layer next_cooked(struct walk *w, const struct cur *c, uint16_t device, uint16_t protocol)
{
    enum { DEVICE_NETLINK = 824, PROTOCOL_LLC = 4 };
    if (!c->bad && device == DEVICE_NETLINK)
        return walk_end(w, FRAME_OTHER);
    if (c->bad || protocol != PROTOCOL_LLC)
        return next_by_ethertype(w, c, protocol);
    walk_to(w, c);
    return LAYER_LLC;
}

/* Linux cooked capture: packet type, device type, address length, address, protocol. */
enum layer link_sll(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 2);
    uint16_t device = cur_be16(&c);
    cur_skip(&c, 10);
    uint16_t protocol = cur_be16(&c);
    return next_cooked(w, &c, device, protocol);
}

/* Version 2: protocol, reserved, interface, device type, packet type, address length, address. */
enum layer link_sll2(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint16_t protocol = cur_be16(&c);
    cur_skip(&c, 6);
    uint16_t device = cur_be16(&c);
    cur_skip(&c, 10);
    return next_cooked(w, &c, device, protocol);
}

/* RFC 1661: a protocol number of one byte (odd) or two, perhaps after address and control (RFC 1662). */
enum layer link_ppp(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint16_t protocol = cur_u8(&c);
    if (protocol == 0xFF) {
        cur_skip(&c, 1);
        protocol = cur_u8(&c);
    }
    if (!(protocol & 1))
        protocol = (uint16_t)(protocol << 8 | cur_u8(&c));
    if (c.bad)
        return walk_end(w, FRAME_BROKEN);
    walk_to(w, &c);
    switch (protocol) {
    case 0x0021: return LAYER_IP4;
    case 0x0057: return LAYER_IP6;
    case 0x0281: return LAYER_MPLS;
    default: return walk_end(w, FRAME_OTHER);
    }
}

/* Cisco HDLC: address, control, ethertype. */
enum layer link_chdlc(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 2);
    uint16_t type = cur_be16(&c);
    return next_by_ethertype(w, &c, type);
}

/* Frame control and two addresses; then LLC. */
enum layer link_fddi(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 13);
    if (c.bad)
        return walk_end(w, FRAME_BROKEN);
    walk_to(w, &c);
    return LAYER_LLC;
}

/* As Linux hands it over: source, destination, offset, protocol. The older encapsulation of IP (RFC 1051) has
 * nothing more; the newer one (RFC 1201) a flag and a sequence number for frames in pieces. */
enum layer link_arcnet(struct walk *w)
{
    enum { IP_1051 = 240, IP_1201 = 212 };
    struct cur c = walk_cur(w);
    cur_skip(&c, 4);
    uint8_t protocol = cur_u8(&c), split = 0;
    if (protocol == IP_1201) {
        split = cur_u8(&c);
        cur_skip(&c, 2);
    }
    if (c.bad)
        return walk_end(w, FRAME_BROKEN);
    walk_to(w, &c);
    return (protocol == IP_1051 || protocol == IP_1201) && !split ? LAYER_IP4 : walk_end(w, FRAME_OTHER);
}

/* IP over InfiniBand: the global routing header, then an ethertype and two bytes reserved (RFC 4391 6). */
enum layer link_ipoib(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 40);
    uint16_t type = cur_be16(&c);
    cur_skip(&c, 2);
    return next_by_ethertype(w, &c, type);
}

/* Linux's netfilter log: family, version, group; then attributes, one of which is the packet. Their lengths
 * and types are in the byte order of the machine that captured, which shows in the types: there are few. */
enum layer link_nflog(struct walk *w)
{
    enum { PAYLOAD = 9, FAMILY_4 = 2, FAMILY_6 = 10 };
    struct cur c = walk_cur(w);
    uint8_t family = cur_u8(&c);
    cur_skip(&c, 3);
    while (!c.bad && cur_left(&c) >= 4) {
        uint16_t len = cur_be16(&c), type = cur_be16(&c);
        if (type > 0xFF) {
            len = __builtin_bswap16(len);
            type = __builtin_bswap16(type);
        }
        if (type == PAYLOAD && len >= 4) {
            walk_to(w, &c);
            walk_bound(w, w->at, len - 4u);
            return family == FAMILY_4 ? LAYER_IP4 : family == FAMILY_6 ? LAYER_IP6 : walk_end(w, FRAME_OTHER);
        }
        if (len < 4)
            return walk_end(w, FRAME_BROKEN);
        cur_skip(&c, (len + 3u) / 4 * 4 - 4);
    }
    return walk_end(w, c.bad || w->end < w->wire_end ? FRAME_BROKEN : FRAME_OTHER);
}

enum layer link_vlan(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 2);
    uint16_t type = cur_be16(&c);
    if (c.bad || type >= 0x600)
        return next_by_ethertype(w, &c, type);
    walk_to(w, &c);
    return LAYER_LLC;
}

/* RFC 2516 4: version and type, code (0: session), session, length; then PPP. */
enum layer link_pppoe(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 1);
    uint8_t code = cur_u8(&c);
    cur_skip(&c, 2);
    uint16_t len = cur_be16(&c);
    if (c.bad)
        return walk_end(w, FRAME_BROKEN);
    walk_to(w, &c);
    walk_bound(w, w->at, len);
    return code ? walk_end(w, FRAME_OTHER) : LAYER_PPP;
}

/* RFC 3032: labels until the one that says it is the last; what is below them they do not say. */
enum layer link_mpls(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint32_t entry = cur_be32(&c);
    if (c.bad)
        return walk_end(w, FRAME_BROKEN);
    walk_to(w, &c);
    return entry & 0x100 ? LAYER_IP : LAYER_MPLS;
}
