/* pieces.h: pieces of what one side said, in the order of their bytes, none overlapping another. They stand
 * in blocks: in whatever order segments come, as many as somebody likes to send, one that is put in moves the
 * others of its block only. */
#ifndef TCPVIZ_SESSION_PIECES_H
#define TCPVIZ_SESSION_PIECES_H

#include "session/stream.h"

struct block;
struct pieces {
    const struct mem *mem;
    struct block **block; /* none is empty */
    size_t count, cap;    /* of blocks */
};

void pieces_release(struct pieces *p);
/* Puts in what is new of a piece. False: no memory; a part of it may be there. */
bool pieces_add(struct pieces *p, struct stream_piece piece);
/* The first that ends behind that byte, until something changes; NULL: none does. */
const struct stream_piece *pieces_find(const struct pieces *p, uint64_t byte);
/* Takes out those that end there or before. False: there was none. */
bool pieces_drop(struct pieces *p, uint64_t byte);
uint64_t pieces_end(const struct pieces *p); /* of the last one; 0: there is none */

static inline bool pieces_any(const struct pieces *p)
{
    return p->count > 0;
}

/* What of a piece is not there yet at its beginning, where all before `next` is. False: nothing. */
bool piece_clip(struct stream_piece *p, uint64_t next);

#endif
