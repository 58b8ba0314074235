/* ipcomp.c: a payload that IP packed (RFC 3173, RFC 2394). What comes out stands in no frame, so a segment
 * within has its numbers and its length, but no bytes to be looked at. A hundred bytes may become 64 KiB:
 * where nobody asks for a checksum, only the headers are wanted of them, and the rest is counted. */
#include "core/inflate.h"
#include "core/layer.h"

enum {
    PACKET = 65536, /* nothing that IP can hold is longer */
    HEADERS = 512,  /* few have more of them; */
    NEAR = 64,      /* whoever reads so near to the end may want more */
    TCP = 6
};

/* What is packed there, unpacked so far as there is room. False: that was not enough. */
__attribute__((noinline)) /* its buffer is on the stack of those frames only that need it */
static bool
look_into(const struct walk *w, struct cur packed, uint8_t protocol, size_t room, enum frame_kind *kind)
{
    uint8_t packet[PACKET];
    size_t made;
    enum inflate_end how = inflate_bytes(packed.at, cur_left(&packed), packet, room, PACKET, &made);
    *kind = how == INFLATE_CUT ? FRAME_CUT : FRAME_OTHER;
    if (how == INFLATE_DAMAGED || !made)
        return true;
    struct walk inner = *w;
    const struct span ip = w->seg->ip;
    inner.frame = packet;
    inner.at = 0;
    inner.end = (uint32_t)(made < room ? made : room);
    inner.wire_end = how == INFLATE_WHOLE ? (uint32_t)made : PACKET;
    inner.unpacked = true;
    inner.fcs_end = 0;
    const enum frame_kind found = walk_through(&inner, ip_by_protocol(&inner, protocol));
    *kind = found == FRAME_TCP_QUOTED ? FRAME_OTHER : found;
    w->seg->ip = protocol == TCP ? ip : (struct span){w->at, 0};
    w->seg->tcp = w->seg->data = (struct span){w->at, 0};
    return made <= room || (found != FRAME_CUT && found != FRAME_TCP_CUT && inner.at + NEAR <= room);
}

enum layer ip_comp(struct walk *w)
{
    struct cur c = walk_cur(w);
    const uint8_t next = cur_u8(&c);
    const struct seg outer = *w->seg;
    enum frame_kind kind;
    cur_skip(&c, 3);
    if (c.bad)
        return walk_short(w);
    if (w->unpacked) /* once is enough */
        return walk_end(w, FRAME_OTHER);
    walk_to(w, &c);
    if (!look_into(w, c, next, w->unsummed ? HEADERS : PACKET, &kind)) {
        *w->seg = outer;
        (void)look_into(w, c, next, PACKET, &kind);
    }
    return walk_end(w, kind);
}
