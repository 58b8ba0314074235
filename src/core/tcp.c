/* tcp.c: the TCP header (RFC 9293 3.1), its options and its checksum.
 *
 * Checksums: what the sniffer sees of its own machine's segments has not been through the card yet. Linux
 * then leaves the pseudo-header's sum in the field, not complemented, for the card to go on from
 * (CHECKSUM_PARTIAL); that is no damage. A sum over bytes that were not captured cannot be made. */
#include "core/cksum.h"
#include "core/layer.h"

#include <string.h>

enum { HEADER = 20, PROTOCOL = 6 };

enum {
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_MSS = 2,
    OPTION_WSCALE = 3,
    OPTION_SACK_PERMITTED = 4,
    OPTION_SACK = 5,
    OPTION_TIMESTAMPS = 8,
    OPTION_MPTCP = 30,
    OPTION_FAST_OPEN = 34,
    OPTION_EXPERIMENT_1 = 253,
    OPTION_EXPERIMENT_2 = 254,
    FAST_OPEN_MAGIC = 0xF989 /* RFC 7413 appendix A: before it had a number of its own */
};

static uint16_t be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void read_sacks(struct tcp_options *o, struct cur c)
{
    o->sacks = 0;
    while (cur_left(&c) >= 8 && o->sacks < SACK_BLOCKS) {
        o->sack[o->sacks].left = seq_of(cur_be32(&c));
        o->sack[o->sacks].right = seq_of(cur_be32(&c));
        o->sacks++;
    }
}

/* One option; c holds what follows its kind and length. An option whose length is not the one it must have is
 * passed over, as the kernel does. */
static void read_option(struct tcp_options *o, uint8_t kind, struct cur c)
{
    size_t len = cur_left(&c);
    switch (kind) {
    case OPTION_MSS:
        if (len == 2) {
            o->mss = true;
            o->mss_value = cur_be16(&c);
        }
        break;
    case OPTION_WSCALE:
        if (len == 1) {
            o->wscale = true;
            o->shift = cur_u8(&c);
        }
        break;
    case OPTION_SACK_PERMITTED: o->sack_permitted |= len == 0; break;
    case OPTION_SACK:
        if (len && len % 8 == 0)
            read_sacks(o, c);
        break;
    case OPTION_TIMESTAMPS:
        if (len == 8) {
            o->timestamps = true;
            o->tsval = cur_be32(&c);
            o->tsecr = cur_be32(&c);
        }
        break;
    case OPTION_MPTCP:
        if (len >= 1) {
            o->mptcp |= (uint16_t)(1u << (cur_u8(&c) >> 4));
        }
        break;
    case OPTION_FAST_OPEN:
        o->fast_open = true;
        o->cookie_len = (uint8_t)len;
        break;
    case OPTION_EXPERIMENT_1:
    case OPTION_EXPERIMENT_2:
        if (len >= 2 && cur_be16(&c) == FAST_OPEN_MAGIC) {
            o->fast_open = true;
            o->cookie_len = (uint8_t)(len - 2);
        }
        break;
    default: break;
    }
}

/* cut: the capture ends before the header does; an option that reaches past it is then not malformed, but
 * cut. */
static void read_options(struct tcp_options *o, struct cur c, bool cut)
{
    static const uint8_t usual[4] = {OPTION_NOP, OPTION_NOP, OPTION_TIMESTAMPS,
                                     10}; /* RFC 7323, appendix A */
    if (cur_left(&c) >= 12 && memcmp(c.at, usual, sizeof usual) == 0) {
        o->timestamps = true;
        o->tsval = be32(c.at + 4);
        o->tsecr = be32(c.at + 8);
        cur_skip(&c, 12);
    }
    while (cur_left(&c)) {
        uint8_t kind = cur_u8(&c);
        if (kind == OPTION_END)
            return;
        if (kind == OPTION_NOP)
            continue;
        size_t left = cur_left(&c);
        uint8_t size = cur_u8(&c);
        if (left == 0 || size < 2 || size - 1u > left) {
            o->cut = cut && (left == 0 || size >= 2);
            o->malformed = !o->cut;
            if (o->cut && kind == OPTION_TIMESTAMPS && cur_left(&c) >= 4) {
                o->timestamps = true; /* the first half of it is there */
                o->tsval = cur_be32(&c);
            }
            return;
        }
        read_option(o, kind, cur_of(c.at, size - 2u));
        cur_skip(&c, size - 2u);
    }
    o->cut = cut;
}

/* RFC 9293 3.1: addresses, protocol, length. */
static uint64_t pseudo_header(const struct walk *w, uint32_t len)
{
    const struct seg *s = w->seg;
    size_t size = s->src.addr.family == 6 ? 16 : 4;
    const uint8_t rest[8] = {
        (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len, 0, 0, 0, PROTOCOL};
    if (size == 4) { /* sixteen bytes, added where they are */
        uint32_t word[4];
        memcpy(word, s->src.addr.at, 4);
        memcpy(word + 1, s->dst.addr.at, 4);
        memcpy(word + 2, rest, sizeof rest);
        return (uint64_t)word[0] + word[1] + word[2] + word[3];
    }
    uint64_t sum = cksum_add(0, w->final_src ? w->final_src : s->src.addr.at, size);
    sum = cksum_add(sum, w->final_dst ? w->final_dst : s->dst.addr.at, size);
    return cksum_add(sum, rest, sizeof rest);
}

static enum cksum_verdict checksum(const struct walk *w, const uint8_t *tcp)
{
    const struct seg *s = w->seg;
    if (w->unsummed || s->fragment || s->lacks || w->end < w->wire_end)
        return CKSUM_UNKNOWN;
    uint32_t len = w->end - s->tcp.at;
    uint64_t pseudo = pseudo_header(w, len);
    if (cksum_fold(cksum_add(pseudo, tcp, len)) == 0xFFFF)
        return CKSUM_GOOD;
    if (s->checksum == cksum_fold(pseudo) || s->checksum == cksum_fold(pseudo_header(w, 0)))
        return CKSUM_PARTIAL;
    return CKSUM_BAD;
}

/* A field of the fixed header that was not captured whole reads as 0: ports have 2 bytes, numbers 4, the
 * rest 2. */
static void read_header(struct seg *s, const uint8_t *tcp, uint32_t captured)
{
    uint8_t whole[HEADER] = {0};
    const uint8_t *h = captured < HEADER ? whole : tcp;
    if (captured && captured < HEADER)
        memcpy(whole, tcp, captured & (captured >= 4 && captured < 12 ? ~3u : ~1u));
    s->src.port = be16(h);
    s->dst.port = be16(h + 2);
    s->seq = seq_of(be32(h + 4));
    s->ack = seq_of(be32(h + 8));
    s->flags = be16(h + 12);
    s->win = be16(h + 14);
    s->checksum = be16(h + 16);
    s->urgent = be16(h + 18);
}

enum layer tcp_header(struct walk *w)
{
    enum { THROUGH_WINDOW = 16 /* what is needed to judge a segment */, FCS = 4 };
    struct seg *s = w->seg;
    const uint8_t *tcp = w->frame + w->at;
    uint32_t captured = w->end - w->at, wire = w->wire_end - w->at;
    read_header(s, tcp, captured);
    uint32_t header = (s->flags >> 12) * 4u;
    s->flags &= 0x1FF;
    uint32_t least = header < HEADER ? HEADER : header;
    s->tcp = (struct span){w->at, captured < least ? captured : least};
    if (w->quoted)
        return walk_end(w, FRAME_TCP_QUOTED);
    if (captured < THROUGH_WINDOW)
        return walk_end(w, captured < wire || s->fragment ? FRAME_TCP_CUT : FRAME_BROKEN);
    if (header < HEADER)
        return walk_end(w, FRAME_BROKEN);
    s->broken = header > wire && !s->fragment;
    if (captured > HEADER)
        read_options(&s->opt, cur_of(tcp + HEADER, s->tcp.len - HEADER), captured < header);
    else
        s->opt.cut = captured < header;
    s->len = wire > header ? wire - header : 0;
    if (s->lacks && !s->fragment)
        s->truncated = true; /* the next fragment of an outer packet may have them */
    if (captured > header)
        s->data = (struct span){w->at + header, captured - header};
    if (w->fcs_end && w->fcs_end - w->wire_end < FCS)
        s->fcs = (uint8_t)(FCS - (w->fcs_end - w->wire_end));
    s->cksum = (uint8_t)checksum(w, tcp);
    return walk_end(w, s->broken ? FRAME_TCP_BROKEN : s->fragment ? FRAME_TCP_FRAGMENT : FRAME_TCP);
}
