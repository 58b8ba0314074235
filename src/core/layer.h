/* layer.h: how one header leads to the next. Only for decode.c and the files of the layers: link.c, lan.c,
 * wifi.c, wan.c, ip.c, ip6.c, ipcomp.c, tunnel.c, tcp.c.
 *
 * A frame is walked from its first byte inwards. Each layer is one function: it reads its header at w->at,
 * moves on behind it, and says which layer comes next. Their number is bounded. */
#ifndef TCPVIZ_CORE_LAYER_H
#define TCPVIZ_CORE_LAYER_H

#include "core/cur.h"
#include "core/decode.h"

/* LAYER(id, function): every layer there is. */
#define LAYERS(LAYER)                                                                                        \
    LAYER(ETHERNET, lan_ethernet)                                                                            \
    LAYER(WITH_FCS, lan_with_fcs)                                                                            \
    LAYER(TYPE, lan_type) /* two bytes: an ethertype, or a length with LLC behind it */                      \
    LAYER(LLC, lan_llc)                                                                                      \
    LAYER(FDDI, lan_fddi)                                                                                    \
    LAYER(TOKEN_RING, lan_token_ring)                                                                        \
    LAYER(ARCNET, lan_arcnet)                                                                                \
    LAYER(IPOIB, lan_ipoib)                                                                                  \
    LAYER(NULL, link_null) /* four bytes: an address family */                                               \
    LAYER(SLL, link_sll)                                                                                     \
    LAYER(SLL2, link_sll2)                                                                                   \
    LAYER(NFLOG, link_nflog)                                                                                 \
    LAYER(PFLOG, link_pflog)                                                                                 \
    LAYER(ENC, link_enc)                                                                                     \
    LAYER(IPNET, link_ipnet)                                                                                 \
    LAYER(PKTAP, link_pktap)                                                                                 \
    LAYER(WLAN, wifi_wlan)                                                                                   \
    LAYER(AMSDU, wifi_amsdu)                                                                                 \
    LAYER(RADIOTAP, wifi_radiotap)                                                                           \
    LAYER(PPI, wifi_ppi)                                                                                     \
    LAYER(PRISM, wifi_prism)                                                                                 \
    LAYER(AVS, wifi_avs)                                                                                     \
    LAYER(PPP, wan_ppp)                                                                                      \
    LAYER(CHDLC, wan_chdlc)                                                                                  \
    LAYER(FRAME_RELAY, wan_frame_relay)                                                                      \
    LAYER(MULTILINK, wan_multilink)                                                                          \
    LAYER(SUNATM, wan_sunatm)                                                                                \
    LAYER(JUNIPER, wan_juniper)                                                                              \
    LAYER(PPPOE, wan_pppoe)                                                                                  \
    LAYER(MPLS, wan_mpls)                                                                                    \
    LAYER(IP, ip_any) /* which version its first four bits say */                                            \
    LAYER(IP4, ip_4)                                                                                         \
    LAYER(IP6, ip_6)                                                                                         \
    LAYER(IP6_EXTENSION, ip_6_extension)                                                                     \
    LAYER(COMP, ip_comp)                                                                                     \
    LAYER(AH, ip_ah)                                                                                         \
    LAYER(ICMP, ip_icmp)                                                                                     \
    LAYER(ICMP6, ip_icmp6)                                                                                   \
    LAYER(UDP, tunnel_udp)                                                                                   \
    LAYER(GRE, tunnel_gre)                                                                                   \
    LAYER(ERSPAN, tunnel_erspan)                                                                             \
    LAYER(WCCP, tunnel_wccp)                                                                                 \
    LAYER(ETHERIP, tunnel_etherip)                                                                           \
    LAYER(VXLAN, tunnel_vxlan)                                                                               \
    LAYER(GPE, tunnel_gpe)                                                                                   \
    LAYER(NSH, tunnel_nsh)                                                                                   \
    LAYER(GENEVE, tunnel_geneve)                                                                             \
    LAYER(GTP, tunnel_gtp)                                                                                   \
    LAYER(L2TP, tunnel_l2tp)                                                                                 \
    LAYER(TEREDO, tunnel_teredo)                                                                             \
    LAYER(LISP, tunnel_lisp)                                                                                 \
    LAYER(TCP, tcp_header)

enum layer {
#define LAYER(id, function) LAYER_##id,
    LAYERS(LAYER)
#undef LAYER
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
    bool quoted;      /* within an ICMP error */
    bool unsummed;    /* nobody asks whether the checksum is right */
    bool padded;      /* the header of 802.11 is padded to words */
    bool unpacked;    /* the bytes are no frame's: they were packed in one */
    uint8_t inner;    /* enum layer behind a header that does not say it: the link type did */
    uint8_t protocol; /* of IP, that brought us to this layer */
    uint32_t fcs_end; /* where Wireshark takes the four bytes before for a check sequence; 0: nowhere */
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

/* The same of IP's header, whose word is what was sent also where the frame is too short for it. */
static inline void walk_bound_ip(struct walk *w, uint32_t start, uint32_t len)
{
    const uint32_t frame = w->seg->wirelen;
    w->seg->lacks = start + len > frame && !w->unpacked ? start + len - frame : 0;
    walk_bound(w, start, len);
}

static inline enum layer walk_end(struct walk *w, enum frame_kind kind)
{
    w->kind = kind;
    return LAYER_END;
}

/* A header is not all there: the capture was cut, or the frame says what cannot be. */
static inline enum layer walk_short(struct walk *w)
{
    return walk_end(w, w->end < w->wire_end ? FRAME_CUT : FRAME_BROKEN);
}

/* On to `next` behind what the cursor read, if it was all there. */
static inline enum layer walk_on(struct walk *w, const struct cur *c, enum layer next)
{
    if (c->bad)
        return walk_short(w);
    walk_to(w, c);
    return next;
}

/* Cisco's Inter-Switch Link is known by its destination, the first five bytes of the address; a whole frame
 * follows its header. */
static inline bool lan_is_isl(const uint8_t *at)
{
    return (at[0] == 0x01 || at[0] == 0x0C) && at[1] == 0 && at[2] == 0x0C && at[3] == 0 && at[4] == 0;
}

#define LAYER(id, function) enum layer function(struct walk *w);
LAYERS(LAYER)
#undef LAYER

/* From that layer inwards, to the end; their number is bounded. */
enum frame_kind walk_through(struct walk *w, enum layer first);

/* The layer that frames of a link type begin with; LAYER_END: none is known. */
enum layer link_first(struct walk *w, int linktype);
/* Behind an ethertype that ends at w->at. */
enum layer lan_by_ethertype(struct walk *w, uint16_t type);
/* Where nothing says what follows, and it is not IP: an Ethernet frame, perhaps behind the control word of a
 * pseudowire (RFC 4448 4.6), if an ethertype that is known stands at its place. */
enum layer lan_guess(struct walk *w);
/* Behind the OUI and PID of SNAP; pad: bytes that stand before a bridged frame. */
enum layer lan_snap(struct walk *w, uint32_t pad);
/* Behind a network layer protocol identifier (ISO/IEC TR 9577). */
enum layer wan_nlpid(struct walk *w);
enum layer ip_by_protocol(struct walk *w, uint8_t protocol);

#endif
