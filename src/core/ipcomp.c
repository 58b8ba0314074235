/* ipcomp.c: a payload that IP packed (RFC 3173, RFC 2394). What comes out stands in no frame, so a segment
 * within has its numbers and its length, but no bytes to be looked at. */
#include "core/inflate.h"
#include "core/layer.h"

enum { PACKET = 65536 /* nothing that IP can hold is longer */, TCP = 6 };

__attribute__((noinline)) /* its buffer is on the stack of those frames only that need it */
enum layer
ip_comp(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint8_t next = cur_u8(&c), packet[PACKET];
    size_t made;
    cur_skip(&c, 3);
    if (c.bad)
        return walk_short(w);
    if (w->unpacked) /* once is enough */
        return walk_end(w, FRAME_OTHER);
    walk_to(w, &c);
    enum inflate_end how = inflate_bytes(c.at, cur_left(&c), packet, sizeof packet, &made);
    if (how == INFLATE_DAMAGED || !made)
        return walk_end(w, how == INFLATE_CUT ? FRAME_CUT : FRAME_OTHER);
    struct walk inner = *w;
    const struct span ip = w->seg->ip;
    inner.frame = packet;
    inner.at = 0;
    inner.end = (uint32_t)made;
    inner.wire_end = how == INFLATE_WHOLE ? inner.end : PACKET;
    inner.unpacked = true;
    inner.fcs_end = 0;
    enum frame_kind kind = walk_through(&inner, ip_by_protocol(&inner, next));
    w->seg->ip = next == TCP ? ip : (struct span){w->at, 0};
    w->seg->tcp = w->seg->data = (struct span){w->at, 0};
    return walk_end(w, kind == FRAME_TCP_QUOTED ? FRAME_OTHER : kind);
}
