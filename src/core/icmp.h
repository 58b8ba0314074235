/* icmp.h: what an ICMP error says of a segment that it quotes the start of. */
#ifndef TCPVIZ_CORE_ICMP_H
#define TCPVIZ_CORE_ICMP_H

#include "core/decode.h"

enum icmp_id {
    ICMP_OTHER, /* an error that has no row */
#define ICMP(id, version, type, code, what, means) ICMP_##id,
#include "core/icmp.def"
    ICMP_COUNT
};

struct icmp_error {
    enum icmp_id id;
    uint32_t mtu;             /* of the next link, bytes; 0: it does not say */
    struct addr from;         /* who says it */
    struct endpoint src, dst; /* of the segment that is quoted */
    seq_t seq;                /* its first number, where seq_known */
    bool seq_known;
};

/* The error of a frame that seg_decode called FRAME_TCP_QUOTED, with the segment that came of it. */
void icmp_error_of(struct icmp_error *out, const uint8_t *frame, const struct seg *quoted);

/* Texts for the catalogue: what it says, and what becomes of it. */
const char *icmp_what(enum icmp_id id);
const char *icmp_means(enum icmp_id id);

#endif
