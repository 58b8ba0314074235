/* ip6.c: IPv6 and its extension headers (RFC 8200 4). Every one of them is at least 8 bytes long, and all but
 * the fragment header say their own length. */
#include "core/layer.h"

#include <string.h>

enum { NEXT_TCP = 6, NEXT_ROUTING = 43, NEXT_FRAGMENT = 44, NEXT_DESTINATION = 60 };

/* On the way the header's destination is the next hop; the checksum counts the last one (RFC 8200 8.1). `at`
 * holds len bytes of a routing header. */
static void note_routing(struct walk *w, const uint8_t *at, uint32_t len)
{
    enum { TYPE_0 = 0, TYPE_2 = 2, TYPE_SEGMENTS = 4, FIRST = 8, ADDRESS = 16 };
    if (!at[3] || len < FIRST + ADDRESS) /* no segments left */
        return;
    uint32_t addresses = (len - FIRST) / ADDRESS;
    if (at[2] == TYPE_0 || at[2] == TYPE_2)
        w->final_dst = at + FIRST + (addresses - 1) * ADDRESS;
    else if (at[2] == TYPE_SEGMENTS) /* RFC 8754 2: in reverse order */
        w->final_dst = at + FIRST;
}

/* A mobile node's home address stands in for its source (RFC 6275 6.3, 9.3.1). */
static void note_home_address(struct walk *w, const uint8_t *at, uint32_t len)
{
    enum { PAD1 = 0, HOME_ADDRESS = 0xC9 };
    struct cur c = cur_of(at + 2, len - 2);
    while (!c.bad && cur_left(&c)) {
        uint8_t type = cur_u8(&c);
        if (type == PAD1)
            continue;
        uint8_t size = cur_u8(&c);
        if (type == HOME_ADDRESS && size == 16 && cur_left(&c) >= 16)
            w->final_src = c.at;
        cur_skip(&c, size);
    }
}

enum layer ip_6_extension(struct walk *w)
{
    struct cur c = walk_cur(w);
    if (!cur_has(&c, 8))
        return walk_short(w);
    const uint8_t *at = c.at;
    bool fragment = w->protocol == NEXT_FRAGMENT;
    uint32_t len = fragment ? 8 : (at[1] + 1u) * 8;
    if (!cur_has(&c, len))
        return walk_short(w);
    uint32_t offset = fragment ? (uint32_t)at[2] << 8 | at[3] : 0;
    if (offset >> 3)
        return walk_end(w, at[0] == NEXT_TCP && !w->quoted ? FRAME_LATER_FRAGMENT : FRAME_OTHER);
    w->seg->fragment |= (offset & 1) != 0;
    if (w->protocol == NEXT_ROUTING)
        note_routing(w, at, len);
    else if (w->protocol == NEXT_DESTINATION)
        note_home_address(w, at, len);
    w->at += len;
    w->seg->ip.len = w->at - w->seg->ip.at;
    return ip_by_protocol(w, at[0]);
}

/* RFC 8200 3 */
enum layer ip_6(struct walk *w)
{
    enum { HEADER = 40 };
    uint32_t start = w->at;
    struct cur c = walk_cur(w);
    if (!cur_has(&c, HEADER))
        return walk_short(w);
    if (c.at[0] >> 4 != 6)
        return walk_end(w, FRAME_BROKEN);
    const uint8_t *at = c.at;
    uint32_t payload = (uint32_t)at[4] << 8 | at[5];
    struct seg *s = w->seg;
    if (!s->ip.len)
        s->link.len = start;
    s->ip = (struct span){start, HEADER};
    s->ecn = at[1] >> 4 & 3;
    s->ttl = at[7];
    s->ip_id = 0;
    s->src.addr.family = s->dst.addr.family = 6;
    memcpy(s->src.addr.at, at + 8, 16);
    memcpy(s->dst.addr.at, at + 24, 16);
    s->fragment &= payload == 0 || HEADER + payload > w->wire_end - start; /* as in ip_4 */
    s->offloaded = payload == 0; /* or a jumbogram (RFC 2675), whose length the frame knows as well */
    if (payload)
        walk_bound_ip(w, start, HEADER + payload);
    w->at += HEADER;
    w->final_src = w->final_dst = NULL;
    return ip_by_protocol(w, at[6]);
}
