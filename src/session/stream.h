/* stream.h: what both sides of a connection said: the bytes of its segments in the order in which the other
 * side's program could read them. Bytes that came twice stand once; what was never seen is a hole. An index
 * of pieces, made in slices as rows come; the bytes stay in the store. */
#ifndef TCPVIZ_SESSION_STREAM_H
#define TCPVIZ_SESSION_STREAM_H

#include "session/session.h"

/* Bytes [at, at + len) of what that side said, counted from 0: of row `row`, behind `skip` bytes of its
 * payload. */
struct stream_piece {
    uint64_t at;
    uint32_t row, len, skip; /* row NO_ROW: they were not seen */
    enum side side;
};

struct stream;
struct stream *stream_new(const struct mem *m, const struct session *s, uint32_t conn); /* NULL: no memory */
void stream_free(struct stream *t);
/* Looks at rows until about that time (clock_steady); false: all that there are now are looked at. */
bool stream_work(struct stream *t, uint64_t until_ns);
/* No more rows are expected now: what waits for bytes that are missing need not wait any longer. */
void stream_finish(struct stream *t);

size_t stream_pieces(const struct stream *t);
const struct stream_piece *stream_piece(const struct stream *t, size_t i); /* NULL past the end */
uint64_t stream_said(const struct stream *t, enum side side);              /* bytes, without holes */
/* The bytes of a piece from its byte `from` on, as many as were captured (*len, 0: none). Live as those of
 * session_bytes. */
const uint8_t *stream_bytes(const struct stream *t, const struct stream_piece *p, uint32_t from,
                            uint32_t *len);

#endif
