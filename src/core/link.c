/* link.c: what a capture begins its frames with. Link types are rows of a table: a new one that leads to IP
 * by a way that is known already is one row more. Below it, the headers that capturing systems make up. */
#include "core/layer.h"

/* skip: bytes of a header that says nothing of what follows. inner: what follows a header that does not say
 * it, where the link type does. */
static const struct {
    uint16_t linktype;
    uint8_t skip;
    uint8_t first, inner; /* enum layer */
} links[] = {
    {DLT_EN10MB_, 0, LAYER_ETHERNET, 0},        /* EN10MB */
    {DLT_LINUX_SLL_, 0, LAYER_SLL, 0},          /* LINUX_SLL */
    {DLT_LINUX_SLL2_, 0, LAYER_SLL2, 0},        /* LINUX_SLL2 */
    {DLT_RAW_, 0, LAYER_IP, 0},                 /* RAW */
    {12, 0, LAYER_IP, 0},                       /* RAW, as some systems call it within their files */
    {14, 0, LAYER_IP, 0},                       /* and others */
    {228, 0, LAYER_IP4, 0},                     /* IPV4 */
    {229, 0, LAYER_IP6, 0},                     /* IPV6 */
    {DLT_NULL_, 0, LAYER_NULL, 0},              /* NULL */
    {108, 0, LAYER_NULL, 0},                    /* LOOP */
    {9, 0, LAYER_PPP, 0},                       /* PPP */
    {50, 0, LAYER_PPP, 0},                      /* PPP_SERIAL */
    {51, 0, LAYER_PPPOE, 0},                    /* PPP_ETHER */
    {166, 1, LAYER_PPP, 0},                     /* PPP_PPPD: a direction instead of the address */
    {204, 1, LAYER_PPP, 0},                     /* PPP_WITH_DIR */
    {104, 0, LAYER_CHDLC, 0},                   /* C_HDLC */
    {205, 1, LAYER_CHDLC, 0},                   /* C_HDLC_WITH_DIR */
    {107, 0, LAYER_FRAME_RELAY, 0},             /* FRELAY */
    {206, 1, LAYER_FRAME_RELAY, 0},             /* FRELAY_WITH_DIR */
    {182, 0, LAYER_MULTILINK, 0},               /* MFR */
    {219, 0, LAYER_MPLS, 0},                    /* MPLS */
    {100, 0, LAYER_LLC, 0},                     /* ATM_RFC1483 */
    {106, 0, LAYER_IP, 0},                      /* ATM_CLIP */
    {123, 0, LAYER_SUNATM, 0},                  /* SUNATM */
    {6, 0, LAYER_TOKEN_RING, 0},                /* IEEE802_5 */
    {10, 0, LAYER_FDDI, 0},                     /* FDDI */
    {7, 2, LAYER_ARCNET, 0},                    /* ARCNET_BSD: source, destination */
    {129, 4, LAYER_ARCNET, 0},                  /* ARCNET_LINUX: and an offset */
    {122, 16, LAYER_LLC, 0},                    /* IP_OVER_FC: two network addresses */
    {138, 16, LAYER_TYPE, 0},                   /* APPLE_IP_OVER_IEEE1394: two addresses */
    {242, 0, LAYER_IPOIB, 0},                   /* IPOIB */
    {240, 4, LAYER_ETHERNET, 0},                /* NETANALYZER */
    {241, 12, LAYER_ETHERNET, 0},               /* NETANALYZER_TRANSPARENT: with preamble */
    {274, 8, LAYER_ETHERNET, 0},                /* ETHERNET_MPACKET: preamble */
    {105, 0, LAYER_WLAN, 0},                    /* IEEE802_11 */
    {119, 0, LAYER_PRISM, 0},                   /* IEEE802_11_PRISM */
    {127, 0, LAYER_RADIOTAP, 0},                /* IEEE802_11_RADIOTAP */
    {163, 0, LAYER_AVS, 0},                     /* IEEE802_11_AVS */
    {192, 0, LAYER_PPI, 0},                     /* PPI */
    {130, 0, LAYER_JUNIPER, LAYER_PPP},         /* JUNIPER_MLPPP */
    {167, 0, LAYER_JUNIPER, LAYER_ETHERNET},    /* JUNIPER_PPPOE */
    {178, 0, LAYER_JUNIPER, LAYER_ETHERNET},    /* JUNIPER_ETHER */
    {179, 0, LAYER_JUNIPER, LAYER_PPP},         /* JUNIPER_PPP */
    {180, 0, LAYER_JUNIPER, LAYER_FRAME_RELAY}, /* JUNIPER_FRELAY */
    {181, 0, LAYER_JUNIPER, LAYER_CHDLC},       /* JUNIPER_CHDLC */
    {239, 0, LAYER_NFLOG, 0},                   /* NFLOG */
    {117, 0, LAYER_PFLOG, 0},                   /* PFLOG */
    {109, 0, LAYER_ENC, 0},                     /* ENC */
    {226, 0, LAYER_IPNET, 0},                   /* IPNET */
    {258, 0, LAYER_PKTAP, 0},                   /* PKTAP */
    {149, 0, LAYER_PKTAP, 0},                   /* USER2, which it was before it had a number */
};

enum layer link_first(struct walk *w, int linktype)
{
    for (size_t i = 0; i < COUNT_OF(links); i++) {
        if (links[i].linktype != linktype)
            continue;
        struct cur c = walk_cur(w);
        cur_skip(&c, links[i].skip);
        w->inner = links[i].inner;
        return walk_on(w, &c, (enum layer)links[i].first);
    }
    return walk_end(w, FRAME_UNKNOWN_LINK);
}

/* The number of IPv6 differs from system to system. */
static enum layer by_family(struct walk *w, uint32_t family)
{
    switch (family) {
    case 2: return LAYER_IP4;
    case 10: /* Linux */
    case 24: /* NetBSD, OpenBSD */
    case 26: /* Solaris */
    case 28: /* FreeBSD */
    case 30: /* Darwin */ return LAYER_IP6;
    default: return walk_end(w, FRAME_OTHER);
    }
}

/* BSD loopback: the address family, in the byte order of the machine that captured (LOOP: in network order),
 * perhaps of 16 bits. Some write an ethertype, or the start of a PPP frame instead. */
enum layer link_null(struct walk *w)
{
    enum { PPP_ADDRESS_CONTROL = 0xFF03 };
    struct cur c = walk_cur(w);
    uint32_t family = cur_be32(&c);
    if (c.bad)
        return walk_short(w);
    if (family >> 16 == PPP_ADDRESS_CONTROL)
        return LAYER_PPP;
    walk_to(w, &c);
    if (family > 0xFFFF)
        family = family >> 16 < 6 ? family >> 16 : __builtin_bswap32(family);
    return family < 0x600 ? by_family(w, family)
                          : lan_by_ethertype(w, family > 0xFFFF ? 0 : (uint16_t)family);
}

/* Protocols of a cooked header are ethertypes, but not for devices whose frames have none, and 4 says LLC. */
static enum layer next_cooked(struct walk *w, const struct cur *c, uint16_t device, uint16_t protocol)
{
    enum { DEVICE_NETLINK = 824, PROTOCOL_LLC = 4 };
    if (c->bad)
        return walk_short(w);
    walk_to(w, c);
    if (device == DEVICE_NETLINK)
        return walk_end(w, FRAME_OTHER);
    return protocol == PROTOCOL_LLC ? LAYER_LLC : lan_by_ethertype(w, protocol);
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

/* Linux's netfilter log: family, version, group; then attributes, one of which is the packet. Their lengths
 * and types are in the byte order of the machine that captured, which shows in the types: there are few. */
enum layer link_nflog(struct walk *w)
{
    enum { PAYLOAD = 9 };
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
            return by_family(w, family);
        }
        if (len < 4)
            return walk_end(w, FRAME_BROKEN);
        cur_skip(&c, (len + 3u) / 4 * 4 - 4);
    }
    return c.bad || w->end < w->wire_end ? walk_short(w) : walk_end(w, FRAME_OTHER);
}

/* OpenBSD's packet filter log: its length, padded to words, the address family, and much else. */
enum layer link_pflog(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint8_t len = cur_u8(&c), family = cur_u8(&c);
    cur_skip(&c, len > 2 ? (len + 3u) / 4 * 4 - 2 : 0);
    return walk_on(w, &c, c.bad ? LAYER_END : by_family(w, family));
}

/* What BSD's IPsec shows: family (in the order of the machine), security parameters, flags. */
enum layer link_enc(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint32_t family = cur_be32(&c);
    cur_skip(&c, 8);
    return walk_on(w, &c, c.bad ? LAYER_END : by_family(w, family > 0xFF ? family >> 24 : family));
}

/* Solaris: version, family, and what hooks, zones and interfaces were involved. */
enum layer link_ipnet(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 1);
    uint8_t family = cur_u8(&c);
    cur_skip(&c, 22);
    return walk_on(w, &c, c.bad ? LAYER_END : by_family(w, family));
}

/* Darwin: length, kind of record (1 is a packet), link type, all little-endian; then whose packet it was. */
enum layer link_pktap(struct walk *w)
{
    enum { FIXED = 12, PACKET = 1 };
    struct cur c = walk_cur(w);
    uint32_t len = cur_le32(&c), kind = cur_le32(&c), linktype = cur_le32(&c);
    cur_skip(&c, len > FIXED ? len - FIXED : 0);
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    enum layer next = kind == PACKET ? link_first(w, (int)(linktype & 0xFFFF)) : walk_end(w, FRAME_OTHER);
    return next == LAYER_END && w->kind == FRAME_UNKNOWN_LINK ? walk_end(w, FRAME_OTHER) : next;
}
