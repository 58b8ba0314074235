/* store.h: where the bytes of frames are kept. A row holds a place in it, nothing else does; so what stands
 * behind a place (memory, a file that was mapped) is the store's own business. */
#ifndef TCPVIZ_SESSION_STORE_H
#define TCPVIZ_SESSION_STORE_H

#include <stdint.h>
#include "core/mem.h"

/* Places are not above this: a row has so many bits for one. */
#define PLACE_MOST (((uint64_t)1 << 43) - 1)

struct store;

/* One frame as it was captured. bytes live as long as the store. */
struct frame {
    const uint8_t *bytes;
    uint32_t caplen, wirelen; /* bytes captured (of these, kept); bytes on the wire */
    int linktype;
    bool cut;      /* all of it was captured, and its end was not kept */
    uint8_t cksum; /* enum cksum_verdict of the whole frame; where it was cut nobody can tell it any more */
};

/* Gives the frame of a record of a file that stays open; false: it cannot. */
typedef bool store_source(void *ctx, uint64_t record, struct frame *out);

struct store *store_new(const struct mem *m); /* NULL: no memory */
void store_free(struct store *s);
/* Copies a frame; *place is where. False: no memory, nothing changed. */
bool store_put(struct store *s, const struct frame *f, uint64_t *place);
/* From here on frames of a file need not be copied: they are asked for where they stand. */
void store_from(struct store *s, store_source *get, void *ctx);
/* The place of a record of that file, its offset. False: it is too far on for a place. */
bool store_put_record(struct store *s, uint64_t record, uint64_t *place);
/* Whether a place is a record's. */
bool store_is_record(uint64_t place, uint64_t *record);
/* Frames of a file are asked for as `from` asks. */
void store_from_same(struct store *s, const struct store *from);
/* The frame at a place; what cannot be had any more is empty. */
void store_get(const struct store *s, uint64_t place, struct frame *out);
/* Frames before that place are not asked for any more. */
void store_trim(struct store *s, uint64_t place);
size_t store_used(const struct store *s); /* bytes held from memory */

#endif
