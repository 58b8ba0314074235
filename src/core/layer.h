/* layer.h: how one header leads to the next. Only for link.c, ip.c, tcp.c and decode.c.
 *
 * A frame is walked from its first byte inwards. Each layer is one function: it reads its header at w->at,
 * moves on behind it, and says which layer comes next. Every layer takes at least one byte, and their number
 * is bounded. */
#ifndef TCPVIZ_CORE_LAYER_H
#define TCPVIZ_CORE_LAYER_H

#include "core/cur.h"
#include "core/decode.h"

enum layer {
    LAYER_ETHERNET,
    LAYER_LLC,
    LAYER_NULL, /* four bytes: an address family */
    LAYER_SLL,
    LAYER_SLL2,
    LAYER_PPP,
    LAYER_CHDLC,
    LAYER_FDDI,
    LAYER_ARCNET,
    LAYER_IPOIB,
    LAYER_NFLOG,
    LAYER_VLAN,
    LAYER_PPPOE,
    LAYER_MPLS,
    LAYER_IP, /* which version its first four bits say */
    LAYER_IP4,
    LAYER_IP6,
    LAYER_AH,
    LAYER_GRE,
    LAYER_UDP,
    LAYER_ICMP,
    LAYER_ICMP6,
    LAYER_TCP,
    LAYER_COUNT,
    LAYER_END = LAYER_COUNT /* w->kind says how it ended */
};

struct walk {
    const uint8_t *frame;
    uint32_t at;  /* where the next header begins */
    uint32_t end; /* nothing is read from here on: captured bytes, less what stands behind the IP packet */
    uint32_t wire_end; /* where the packet ended on the wire, at or after `end` */
    struct seg *seg;
    enum frame_kind kind;
    bool quoted; /* within an ICMP error */
    const uint8_t *final_src,
        *final_dst; /* IPv6 addresses that the checksum counts instead of the header's; or NULL */
};

/* What is left of the frame, for reading. */
static inline struct cur walk_cur(const struct walk *w)
{
    return cur_of(w->frame + w->at, w->end - w->at);
}

/* Moves on to where the cursor is. */
static inline void walk_to(struct walk *w, const struct cur *c)
{
    w->at = (uint32_t)(c->at - w->frame);
}

/* A header says that what it carries is [start, start + len): what stands behind is padding. */
static inline void walk_bound(struct walk *w, uint32_t start, uint32_t len)
{
    if (len < w->wire_end - start)
        w->wire_end = start + len;
    if (w->end > w->wire_end)
        w->end = w->wire_end;
}

static inline enum layer walk_end(struct walk *w, enum frame_kind kind)
{
    w->kind = kind;
    return LAYER_END;
}

/* link.c: the layers below IP. */
enum layer link_first(struct walk *w, int linktype); /* the layer that frames of a link type begin with */
enum layer link_by_ethertype(struct walk *w, uint16_t type);
enum layer link_ethernet(struct walk *w);
enum layer link_llc(struct walk *w);
enum layer link_null(struct walk *w);
enum layer link_sll(struct walk *w);
enum layer link_sll2(struct walk *w);
enum layer link_ppp(struct walk *w);
enum layer link_chdlc(struct walk *w);
enum layer link_fddi(struct walk *w);
enum layer link_arcnet(struct walk *w);
enum layer link_ipoib(struct walk *w);
enum layer link_nflog(struct walk *w);
enum layer link_vlan(struct walk *w);
enum layer link_pppoe(struct walk *w);
enum layer link_mpls(struct walk *w);

/* ip.c, ip6.c: IP and what may stand between it and TCP. */
enum layer ip_by_protocol(struct walk *w, uint8_t protocol);
enum layer ip_any(struct walk *w);
enum layer ip_4(struct walk *w);
enum layer ip_6(struct walk *w);
enum layer ip_ah(struct walk *w);
enum layer ip_gre(struct walk *w);
enum layer ip_udp(struct walk *w);
enum layer ip_icmp(struct walk *w);
enum layer ip_icmp6(struct walk *w);

/* tcp.c */
enum layer tcp_header(struct walk *w);

#endif
