/* decode.c: walks a frame from layer to layer until one ends it (layer.h). */
#include "core/decode.h"

#include <string.h>

#include "core/layer.h"

/* No honest frame has more headers; one that has would only cost time. */
enum { MOST_LAYERS = 32 };

static enum layer (*const step[LAYER_COUNT])(struct walk *) = {
#define LAYER(id, function) [LAYER_##id] = (function),
    LAYERS(LAYER)
#undef LAYER
};

enum frame_kind walk_through(struct walk *w, enum layer first)
{
    enum layer next = first;
    for (int n = 0; next != LAYER_END && n < MOST_LAYERS; n++)
        next = step[next](w);
    return w->kind;
}

/* Nearly every frame is Ethernet, IPv4 in 20 bytes and in one piece, TCP. Goes the way of such a frame to the
 * header of TCP at once; false: it is another one, or lacks something, and nothing was done. */
static bool straight_to_tcp(struct walk *w)
{
    enum { IP = 14, IP_LEN = 20, TCP = IP + IP_LEN, TCP_LEAST = 20, PROTOCOL_TCP = 6 };
    const uint8_t *ip = w->frame + IP;
    if (w->end < TCP + TCP_LEAST || w->frame[12] != 8 || w->frame[13] != 0 || ip[0] != 0x45 ||
        (ip[6] & 0x3F) || ip[7] || ip[9] != PROTOCOL_TCP || lan_is_isl(w->frame))
        return false;
    const uint32_t total = (uint32_t)ip[2] << 8 | ip[3];
    if (total < IP_LEN + TCP_LEAST)
        return false;
    struct seg *s = w->seg;
    s->ecn = ip[1] & 3;
    s->ttl = ip[8];
    s->ip_id = (uint16_t)(ip[4] << 8 | ip[5]);
    s->src.addr.family = s->dst.addr.family = 4;
    memcpy(s->src.addr.at, ip + 12, 4);
    memcpy(s->dst.addr.at, ip + 16, 4);
    s->link.len = IP;
    s->ip = (struct span){IP, IP_LEN};
    walk_bound_ip(w, IP, total);
    w->at = TCP;
    w->protocol = PROTOCOL_TCP;
    return true;
}

static enum frame_kind decode(struct seg *out, int linktype, const uint8_t *frame, uint32_t len,
                              uint32_t wirelen, bool unsummed)
{
    if (wirelen < len) /* damaged, or written by a tool that did not know it */
        wirelen = len;
    *out = (struct seg){.caplen = len, .wirelen = wirelen, .truncated = len < wirelen};
    struct walk w = {.frame = frame,
                     .end = len,
                     .wire_end = wirelen,
                     .seg = out,
                     .kind = FRAME_OTHER,
                     .unsummed = unsummed};
    if (linktype == DLT_EN10MB_ && straight_to_tcp(&w)) {
        tcp_header(&w);
        return w.kind;
    }
    return walk_through(&w, link_first(&w, linktype));
}

enum frame_kind seg_decode(struct seg *out, int linktype, const uint8_t *frame, uint32_t len,
                           uint32_t wirelen)
{
    return decode(out, linktype, frame, len, wirelen, false);
}

enum frame_kind seg_decode_again(struct seg *out, int linktype, const uint8_t *frame, uint32_t len,
                                 uint32_t wirelen)
{
    return decode(out, linktype, frame, len, wirelen, true);
}

uint32_t seg_space(const struct seg *s)
{
    return s->len + (s->flags & TCP_SYN ? 1u : 0u) + (s->flags & TCP_FIN ? 1u : 0u);
}
