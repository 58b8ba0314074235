/* unpack.h: gzip and zstd, told by their first bytes, unpacked as they come (zlib, libzstd; known only here).
 * Several members or frames, one after the other, are one stream. */
#ifndef TCPVIZ_PLAT_UNPACK_H
#define TCPVIZ_PLAT_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unpack;

enum unpack_kind { UNPACK_NONE, UNPACK_GZIP, UNPACK_ZSTD };
enum { UNPACK_MAGIC = 4 }; /* bytes that tell */

/* What begins with these UNPACK_MAGIC bytes. */
enum unpack_kind unpack_kind_of(const uint8_t magic[UNPACK_MAGIC]);
/* A stream of that kind, not UNPACK_NONE. NULL: no memory. */
struct unpack *unpack_new(enum unpack_kind kind);
void unpack_free(struct unpack *u); /* NULL is allowed */

/* Unpacks what it can: moves *in and *out on, and lessens what is left of each. Where it stops for lack of
 * room there may be more without further input. False: the packed bytes are damaged at *in, or there was no
 * memory (unpack_starved), which is bounded by the format: 32 KB; 128 MB. */
bool unpack_some(struct unpack *u, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left);
bool unpack_starved(const struct unpack *u);
/* Whether the packed bytes may end here: nothing was begun that has not ended. */
bool unpack_whole(const struct unpack *u);

#endif
