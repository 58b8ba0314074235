/* http.h: as much of HTTP/1.1 (RFC 9112) as a classroom's server and client speak. Pure: bytes in, facts out.
 *
 * The parser looks for the end of one request after the other and keeps none of their bytes: its memory is a
 * few hundred bytes, whatever comes. It takes any split of the stream. */
#ifndef TCPVIZ_LAB_HTTP_H
#define TCPVIZ_LAB_HTTP_H

#include "core/str.h"
#include "core/types.h"

enum {
    HTTP_HEAD_MAX = 64 * 1024, /* bytes of a head; a longer one is no request */
    HTTP_LINE_KEPT = 120       /* bytes of a line that are looked at; the headers in use here are shorter */
};

enum http_part {
    HTTP_START,      /* before the request line, or in it */
    HTTP_FIELDS,     /* header fields */
    HTTP_BODY,       /* `left` bytes of the body are to come */
    HTTP_CHUNK,      /* the line with a chunk's size */
    HTTP_CHUNK_DATA, /* `left` bytes of a chunk and its line end are to come */
    HTTP_TRAILER,    /* fields after the last chunk, up to an empty line */
    HTTP_COMPLETE,
    HTTP_WRONG /* no request: too long a head, or a length that is none. A request line begins anew. */
};

struct http {
    enum http_part part;
    char line[HTTP_LINE_KEPT]; /* the start of the line that comes in */
    char tail[10];             /* its last bytes: where a request line has its version and a CR */
    size_t line_len;           /* bytes of it so far, the line end not counted */
    size_t head_len;           /* bytes of this head so far */
    uint64_t left;
    bool chunked;
    bool refused; /* what came before this request, and after the one before, was none (HTTP_WRONG) */
    bool close;   /* the peer asks that the connection be closed after the answer (RFC 9112 9.6) */
};

/* Ready for the next request (zeroed memory is ready too). */
void http_next(struct http *h);
/* Takes bytes up to the end of a request and returns how many it took: all of them, unless `part` is then
 * HTTP_COMPLETE. Then, or in HTTP_WRONG, the caller looks, and in the first case calls http_next before it
 * goes on. */
size_t http_feed(struct http *h, const char *bytes, size_t len);

/* The head of the request that the client sends for /blog/; a body of `body` bytes is to follow it. Without a
 * body a GET has no Content-Length. host: the server's real address. */
void http_request_head(struct str *out, const struct endpoint *host, uint64_t body, bool post);
/* A whole answer: 200 OK with `text` (len bytes, which is what Content-Length says). */
void http_answer(struct str *out, const char *text, size_t len, bool close);
/* The answer to what is no request: 400. It closes. */
void http_refusal(struct str *out);

#endif
