/* detail.h: one row, whole: its bytes with the fields that they are, the way through the layers, and the
 * words. */
#ifndef TCPVIZ_SCENE_DETAIL_H
#define TCPVIZ_SCENE_DETAIL_H

#include "scene/path.h"

enum { DETAIL_FIELDS = 56, DETAIL_LAYERS = 4 };

/* A field of a header: its bytes stand at `at` in the frame. */
struct detail_field {
    const char *name; /* in the language chosen; static storage */
    struct str value; /* "1  (raw 475303467)"; foreign bytes made safe */
    uint32_t at, len; /* bytes of the frame, clipped to what was captured; len may be 0 */
    uint8_t layer;    /* index into layer[] */
};

/* A header, or the data: a line or more of hex. */
struct detail_layer {
    const char *name; /* "Ethernet", "IPv4", "TCP", "data" */
    uint32_t at, len; /* captured bytes only */
};

struct detail {
    uint32_t row;
    struct str title; /* "#4  client → server  data, POST /blog/  431 bytes" */
    struct detail_field field[DETAIL_FIELDS];
    size_t fields;
    struct detail_layer layer[DETAIL_LAYERS];
    size_t layers;
    const uint8_t *bytes; /* the session's, or in `masked`; lives as long as the shorter of them */
    struct str masked;    /* a copy of the bytes, with 0 where the kernel chose or measured (steady) */
    uint32_t caplen;
    struct path path;
    struct str what, why, next; /* whole sentences, to be wrapped */
    struct str measures;        /* how long the answer took, how much is in flight */
    struct str rfc;             /* "RFC 9293 3.8" */
    struct str wireshark;       /* "Wireshark calls it: keep_alive", "… (nothing special)" */
    struct str differs;         /* why that name is another than ours; empty where it is not */
    struct str call;            /* a call's row: the whole call with its arguments */
};
void detail_init(struct detail *d, const struct mem *m);
void detail_release(struct detail *d);
/* Fills d for a segment, a call or a note; false: no such row. A call or a note has no fields, layers, path.
 */
bool detail_of(struct detail *d, const struct voice *v, const struct session *s, uint32_t row, bool steady);

#endif
