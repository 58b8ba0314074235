/* tunnel.c: what carries another frame or packet above IP. Those over UDP are known by their port alone. The
 * outer headers are forgotten: the innermost TCP is the segment. */
#include "core/layer.h"

static const struct {
    uint16_t port;
    uint8_t next; /* enum layer */
} ports[] = {
    {4789, LAYER_VXLAN}, {4790, LAYER_GPE},    {6081, LAYER_GENEVE}, {2152, LAYER_GTP},  {3386, LAYER_GTP},
    {1701, LAYER_L2TP},  {3544, LAYER_TEREDO}, {4341, LAYER_LISP},   {6635, LAYER_MPLS}, /* RFC 7510 */
};

static enum layer by_port(uint16_t port)
{
    for (size_t i = 0; i < COUNT_OF(ports); i++)
        if (ports[i].port == port)
            return (enum layer)ports[i].next;
    return LAYER_END;
}

/* RFC 768. A length of 0 goes with an IP length of 0: offload. The lower port is asked first. */
enum layer tunnel_udp(struct walk *w)
{
    enum { HEADER = 8 };
    uint32_t start = w->at;
    struct cur c = walk_cur(w);
    uint16_t src = cur_be16(&c), dst = cur_be16(&c), len = cur_be16(&c);
    cur_skip(&c, 2);
    if (c.bad || w->quoted || (len < HEADER && (len || !w->seg->offloaded)))
        return walk_end(w, FRAME_OTHER);
    enum layer next = by_port(src < dst ? src : dst);
    if (next == LAYER_END)
        next = by_port(src < dst ? dst : src);
    if (next == LAYER_END)
        return walk_end(w, FRAME_OTHER);
    walk_to(w, &c);
    if (len)
        walk_bound(w, start, len);
    return next;
}

static enum layer by_gre_type(struct walk *w, uint16_t type)
{
    enum { PPP = 0x880B, FRAME_RELAY = 0x6559, ERSPAN = 0x88BE, ERSPAN_3 = 0x22EB, WCCP = 0x883E };
    enum { ARUBA = 0x8200, ARUBA_MASK = 0xFF0F };
    switch (type) {
    case PPP: return LAYER_PPP;
    case FRAME_RELAY: return LAYER_FRAME_RELAY;
    case ERSPAN_3: w->inner = 3; return LAYER_ERSPAN;
    case WCCP: return LAYER_WCCP;
    default: break;
    }
    return (type & ARUBA_MASK) == ARUBA ? LAYER_WLAN : lan_by_ethertype(w, type);
}

/* RFC 2784, 2890; version 1 carries PPP (RFC 2637 4.1). Flags bring fields of four bytes each, in old packets
 * (RFC 1701) also a route: entries that say their length, up to an empty one. A mirrored frame (ERSPAN) has a
 * header of its own only where there are sequence numbers. */
enum layer tunnel_gre(struct walk *w)
{
    enum { CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000, ACK = 0x0080, VERSION = 7 };
    enum { ERSPAN = 0x88BE };
    struct cur c = walk_cur(w);
    uint16_t flags = cur_be16(&c), type = cur_be16(&c), family = 1;
    unsigned version = flags & VERSION;
    cur_skip(&c, version == 0 && (flags & (CHECKSUM | ROUTING)) ? 4 : 0);
    cur_skip(&c, flags & KEY ? 4 : 0);
    cur_skip(&c, flags & SEQUENCE ? 4 : 0);
    cur_skip(&c, version == 1 && (flags & ACK) ? 4 : 0);
    while (version == 0 && (flags & ROUTING) && family && !c.bad) {
        family = cur_be16(&c);
        cur_skip(&c, 1);
        cur_skip(&c, cur_u8(&c));
    }
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    if (version > 1)
        return walk_end(w, FRAME_OTHER);
    if (type != ERSPAN)
        return by_gre_type(w, type);
    w->inner = 2;
    return flags & SEQUENCE ? LAYER_ERSPAN : LAYER_ETHERNET;
}

/* A switch's mirror (draft-foschiano-erspan): w->inner is the version of its header. */
enum layer tunnel_erspan(struct walk *w)
{
    enum { HEADER_2 = 8, HEADER_3 = 12, SUBHEADER = 8 };
    struct cur c = walk_cur(w);
    cur_skip(&c, w->inner == 3 ? HEADER_3 - 1 : HEADER_2 - 1);
    bool more = cur_u8(&c) & 1 && w->inner == 3;
    cur_skip(&c, more ? SUBHEADER : 0);
    return walk_on(w, &c, LAYER_ETHERNET);
}

/* Redirected to a web cache: version 2 has a header of four bytes, version 1 none. */
enum layer tunnel_wccp(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint8_t first = cur_u8(&c);
    if (!c.bad && first >> 4 == 4)
        return LAYER_IP4;
    cur_skip(&c, 3);
    return walk_on(w, &c, LAYER_IP4);
}

/* RFC 3378 */
enum layer tunnel_etherip(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 2);
    return walk_on(w, &c, LAYER_ETHERNET);
}

/* RFC 7348 5 */
enum layer tunnel_vxlan(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 8);
    return walk_on(w, &c, LAYER_ETHERNET);
}

/* What VXLAN-GPE and NSH (RFC 8300 2.2) say comes next. */
static enum layer by_next_protocol(struct walk *w, uint8_t protocol)
{
    switch (protocol) {
    case 1: return LAYER_IP4;
    case 2: return LAYER_IP6;
    case 3: return LAYER_ETHERNET;
    case 4: return LAYER_NSH;
    case 5: return LAYER_MPLS;
    default: return walk_end(w, FRAME_OTHER);
    }
}

enum layer tunnel_gpe(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 3);
    uint8_t protocol = cur_u8(&c);
    cur_skip(&c, 4);
    return walk_on(w, &c, c.bad ? LAYER_END : by_next_protocol(w, protocol));
}

/* Network service header: its length in words stands in six bits. */
enum layer tunnel_nsh(struct walk *w)
{
    enum { FIXED = 4 };
    struct cur c = walk_cur(w);
    uint32_t len = (cur_be16(&c) & 0x3F) * 4u;
    cur_skip(&c, 1);
    uint8_t protocol = cur_u8(&c);
    if (!c.bad && len < FIXED)
        return walk_end(w, FRAME_BROKEN);
    cur_skip(&c, len - FIXED);
    return walk_on(w, &c, c.bad ? LAYER_END : by_next_protocol(w, protocol));
}

/* RFC 8926 3.4: options counted in words, and an ethertype. */
enum layer tunnel_geneve(struct walk *w)
{
    enum { VERSION = 0xC0, OPTIONS = 0x3F };
    struct cur c = walk_cur(w);
    uint8_t first = cur_u8(&c);
    cur_skip(&c, 1);
    uint16_t type = cur_be16(&c);
    cur_skip(&c, 4 + 4u * (first & OPTIONS));
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    return first & VERSION ? walk_end(w, FRAME_OTHER) : lan_by_ethertype(w, type);
}

/* GTP-U: version 1 (3GPP TS 29.281 5) with extension headers, version 0 (TS 09.60 6). Only a packet of a user
 * leads on; nothing says whether that is IP or Ethernet. */
enum layer tunnel_gtp(struct walk *w)
{
    enum { NOT_PRIME = 0x10, EXTENSION = 0x04, ANY_OPTION = 0x07, PACKET = 255, REST_0 = 18, REST_1 = 6 };
    struct cur c = walk_cur(w);
    uint8_t flags = cur_u8(&c), type = cur_u8(&c);
    bool version_0 = flags >> 5 == 0;
    cur_skip(&c, version_0 ? REST_0 : REST_1);
    if (!version_0 && (flags & ANY_OPTION)) {
        cur_skip(&c, 3);
        uint8_t next = cur_u8(&c);
        while (next && (flags & EXTENSION) && !c.bad) { /* words: length, content, the type of the next */
            uint8_t words = cur_u8(&c);
            if (!words)
                return c.bad ? walk_short(w) : walk_end(w, FRAME_BROKEN);
            cur_skip(&c, words * 4u - 2);
            next = cur_u8(&c);
        }
    }
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    if (flags >> 5 > 1 || !(flags & NOT_PRIME) || type != PACKET)
        return walk_end(w, FRAME_OTHER);
    uint8_t version = cur_u8(&c) >> 4;
    if (c.bad || version == 4 || version == 6)
        return LAYER_IP;
    return lan_guess(w);
}

/* RFC 2661 3.1, version 2: data carries PPP. Of version 3 nothing in the packet says what it carries. */
enum layer tunnel_l2tp(struct walk *w)
{
    enum { CONTROL = 0x8000, LENGTH = 0x4000, SEQUENCE = 0x0800, OFFSET = 0x0200, VERSION = 0x000F };
    struct cur c = walk_cur(w);
    uint16_t flags = cur_be16(&c), len = flags & LENGTH ? cur_be16(&c) : 0;
    uint32_t start = w->at;
    cur_skip(&c, 4);
    cur_skip(&c, flags & SEQUENCE ? 4 : 0);
    if (flags & OFFSET)
        cur_skip(&c, cur_be16(&c));
    if (c.bad)
        return walk_short(w);
    if ((flags & CONTROL) || (flags & VERSION) != 2)
        return walk_end(w, FRAME_OTHER);
    if (flags & LENGTH)
        walk_bound(w, start, len);
    return c.at > w->frame + w->end ? walk_end(w, FRAME_BROKEN) : walk_on(w, &c, LAYER_PPP);
}

/* RFC 4380 5.1.1: IPv6, perhaps behind an authentication and an origin. */
enum layer tunnel_teredo(struct walk *w)
{
    enum { AUTHENTICATION = 1, ORIGIN = 0 };
    struct cur c = walk_cur(w), peek = c;
    if (cur_be16(&peek) == AUTHENTICATION && !peek.bad) {
        uint32_t id = cur_u8(&peek), value = cur_u8(&peek);
        cur_skip(&c, 4 + id + value + 8 + 1);
        peek = c;
    } else {
        peek = c;
    }
    if (cur_be16(&peek) == ORIGIN && !peek.bad)
        cur_skip(&c, 8);
    peek = c;
    uint8_t version = cur_u8(&peek) >> 4;
    return walk_on(w, &c, peek.bad || version == 6 ? LAYER_IP6 : walk_end(w, FRAME_OTHER));
}

/* RFC 9300 5.3 */
enum layer tunnel_lisp(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 8);
    return walk_on(w, &c, LAYER_IP);
}
