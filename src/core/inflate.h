/* inflate.h: unpacks DEFLATE (RFC 1951) into a buffer of a given size, which is also its window. For what is
 * packed within a frame; whole files have plat/unpack. A byte may stand for hundreds: what is only to be
 * counted costs less than what is to be seen. */
#ifndef TCPVIZ_CORE_INFLATE_H
#define TCPVIZ_CORE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum inflate_end {
    INFLATE_WHOLE,
    INFLATE_CUT,    /* the packed bytes end too early */
    INFLATE_DAMAGED /* they say what cannot be, or are more than `most` */
};

/* Unpacks len bytes, to at most `most`, of which the first `room` are put into `out`; *made is how many they
 * are, whatever the end. */
enum inflate_end inflate_bytes(const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t most,
                               size_t *made);

#endif
