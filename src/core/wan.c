/* wan.c: what lines between places speak: PPP and HDLC, frame relay, ATM, MPLS, and what routers of Juniper
 * put before it. */
#include "core/layer.h"

/* RFC 1661: a protocol number of one byte (odd) or two, perhaps after address and control (RFC 1662). Cisco's
 * HDLC has addresses of its own. */
enum layer wan_ppp(struct walk *w)
{
    enum { ALL_STATIONS = 0xFF, UNICAST = 0x0F, MULTICAST = 0x8F };
    struct cur c = walk_cur(w);
    uint16_t protocol = cur_u8(&c);
    if (protocol == UNICAST || protocol == MULTICAST)
        return LAYER_CHDLC;
    if (protocol == ALL_STATIONS) {
        cur_skip(&c, 1);
        protocol = cur_u8(&c);
    }
    if (!(protocol & 1))
        protocol = (uint16_t)(protocol << 8 | cur_u8(&c));
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    switch (protocol) {
    case 0x0021: return LAYER_IP4;
    case 0x0057: return LAYER_IP6;
    case 0x0281: return LAYER_MPLS;
    default: return walk_end(w, FRAME_OTHER);
    }
}

/* Cisco HDLC: address, control, ethertype. */
enum layer wan_chdlc(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 2);
    uint16_t type = cur_be16(&c);
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    return lan_by_ethertype(w, type);
}

enum layer wan_nlpid(struct walk *w)
{
    enum { PAD = 0x00, SNAP = 0x80, IP6 = 0x8E, IP4 = 0xCC, PPP = 0xCF };
    struct cur c = walk_cur(w);
    uint8_t id = cur_u8(&c);
    if (id == PAD)
        id = cur_u8(&c);
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    switch (id) {
    case SNAP: return lan_snap(w, 0);
    case IP6: return LAYER_IP6;
    case IP4: return LAYER_IP4;
    case PPP: return LAYER_PPP;
    default: return walk_end(w, FRAME_OTHER);
    }
}

/* RFC 2427: an address of two to four bytes, the last of which is odd; control and NLPID, or an ethertype as
 * Cisco has it. */
enum layer wan_frame_relay(struct walk *w)
{
    enum { ADDRESS_MOST = 4, UNNUMBERED = 3 };
    struct cur c = walk_cur(w);
    int n = 1;
    while (!(cur_u8(&c) & 1) && n < ADDRESS_MOST && !c.bad)
        n++;
    struct cur cisco = c;
    uint8_t control = cur_u8(&c);
    if (c.bad)
        return walk_short(w);
    if (control == UNNUMBERED) {
        walk_to(w, &c);
        return wan_nlpid(w);
    }
    uint16_t type = cur_be16(&cisco);
    if (cisco.bad)
        return walk_short(w);
    walk_to(w, &cisco);
    return lan_by_ethertype(w, type);
}

/* FRF.16.1: only a frame that begins and ends in one piece can be read. */
enum layer wan_multilink(struct walk *w)
{
    enum { BEGINS = 0x80, ENDS = 0x40, CONTROL = 0x20 };
    struct cur c = walk_cur(w);
    uint8_t flags = cur_u8(&c);
    cur_skip(&c, 1);
    bool whole = (flags & (BEGINS | ENDS | CONTROL)) == (BEGINS | ENDS);
    return walk_on(w, &c, c.bad || whole ? LAYER_FRAME_RELAY : walk_end(w, FRAME_OTHER));
}

/* SunATM: direction and kind, path, circuit. LANE has the number of a client before its frame. */
enum layer wan_sunatm(struct walk *w)
{
    enum { KIND = 0x0F, LANE = 1, LLC = 2 };
    struct cur c = walk_cur(w);
    uint8_t kind = cur_u8(&c) & KIND;
    cur_skip(&c, kind == LANE ? 5 : 3);
    return walk_on(w, &c,
                   c.bad || kind == LLC ? LAYER_LLC
                   : kind == LANE       ? LAYER_ETHERNET
                                        : walk_end(w, FRAME_OTHER));
}

/* "MGC", flags, perhaps more fields that say their length; without a link layer, the protocol instead. */
enum layer wan_juniper(struct walk *w)
{
    enum { MAGIC = 0x4D4743, NO_LINK = 0x02, EXTENSIONS = 0x80, IP4 = 2, MPLS = 5, IP6 = 6 };
    struct cur c = walk_cur(w);
    uint32_t magic = cur_be32(&c);
    if (magic & EXTENSIONS)
        cur_skip(&c, cur_be16(&c));
    uint32_t protocol = magic & NO_LINK ? cur_le32(&c) : 0;
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    if (magic >> 8 != MAGIC)
        return walk_end(w, FRAME_BROKEN);
    if (!(magic & NO_LINK))
        return (enum layer)w->inner;
    switch (protocol) {
    case IP4: return LAYER_IP4;
    case IP6: return LAYER_IP6;
    case MPLS: return LAYER_MPLS;
    default: return walk_end(w, FRAME_OTHER);
    }
}

/* RFC 2516 4: version and type, code (0: session), session, length; then PPP. */
enum layer wan_pppoe(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 1);
    uint8_t code = cur_u8(&c);
    cur_skip(&c, 2);
    uint16_t len = cur_be16(&c);
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    walk_bound(w, w->at, len);
    return code ? walk_end(w, FRAME_OTHER) : LAYER_PPP;
}

/* RFC 3032: labels until the one that says it is the last; what is below them they do not say. IP shows by
 * its version; a pseudowire (RFC 4448) carries Ethernet, perhaps behind a control word, which begins with 0.
 */
enum layer wan_mpls(struct walk *w)
{
    enum { LAST = 0x100 };
    struct cur c = walk_cur(w);
    uint32_t entry = cur_be32(&c);
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    if (!(entry & LAST))
        return LAYER_MPLS;
    uint8_t version = cur_u8(&c) >> 4;
    if (c.bad || version == 4 || version == 6)
        return LAYER_IP;
    return lan_guess(w);
}
