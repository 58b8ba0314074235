/* peer.h: one end of a connection as its program holds it: a descriptor, what is still to be written, what
 * was read.
 *
 * The program behind it is written as if it blocked: it reads only what is there, writes while there is room,
 * and is called again when the kernel says that there is more (one epoll for all peers of a lab,
 * level-triggered). */
#ifndef TCPVIZ_LAB_PEER_H
#define TCPVIZ_LAB_PEER_H

#include "lab/call.h"
#include "lab/http.h"

enum {
    PEER_ROOM = 64 * 1024, /* bytes that one read() or write() moves at most */
    PEER_TEXT_MAX =
        HTTP_HEAD_MAX + 64 * 1024 /* bytes of a message that are kept to be shown: a head, and 64 KiB */
};

/* What all peers of a lab share. */
struct desk {
    const struct mem *mem;
    struct calls calls;
    int epoll;
    int stamps; /* see stamps_hold() */
    char *room; /* PEER_ROOM bytes */
};

/* Something to be written: text, then a pattern again and again. */
struct piece {
    struct piece *next;
    struct str text;
    size_t text_done;
    char fill[32];
    size_t fill_len, fill_at;
    uint64_t fill_left; /* bytes */
};

struct pair;

struct peer {
    struct desk *desk;
    struct pair *pair;
    struct caller caller;
    int fd;           /* -1: it holds none */
    bool was_open;    /* it held one */
    bool connecting;  /* connect() has not ended */
    bool eof;         /* read() returned 0 */
    bool shut_rd;     /* its own shutdown() is why */
    bool broken;      /* read() failed: there is nothing more to read */
    bool watched;     /* it is in the epoll */
    uint32_t events;  /* what is watched */
    int64_t may_read; /* bytes that the program still wants; -1: all that come */
    struct piece *first, *last;
    struct str text; /* the message that it read last */
    bool text_whole; /* the next byte begins another one */
    uint64_t read_bytes, written_bytes;
    /* A server's. */
    struct http http;
    unsigned waiting;   /* requests that are complete and not answered */
    bool close_asked;   /* a request asked that the connection be closed after its answer */
    bool close_flushed; /* close() as soon as all is written */
    /* Layer times (stamps.h). */
    bool stamping;
    uint64_t stamp_base; /* written_bytes when ids began */
    uint64_t moved, moved_ns;
};

void peer_init(struct peer *p, struct desk *d, struct pair *c, enum side side);
/* Takes over a descriptor. may_read as above. */
void peer_open(struct peer *p, int fd, bool connecting, int64_t may_read);
/* Watches what the program waits for now; to be called when that changed. */
void peer_watch(struct peer *p);
/* Watches nothing, not even errors, until the program waits for something again: for ends that are hung up.
 */
void peer_mute(struct peer *p);
bool peer_is_open(const struct peer *p);

/* More to write; peer_flush writes it. False: no memory. */
bool peer_put(struct peer *p, struct str *text, const char *fill, size_t fill_len, uint64_t fill_bytes);
/* Writes while there is room. Returns whether a call was made. */
bool peer_flush(struct peer *p);
/* Reads once, at most `most` bytes, into desk->room. -1: nothing was there, nobody wants it, or read()
 * failed; 0: the peer's FIN, or a failure (then `broken`). */
int64_t peer_read(struct peer *p, size_t most);
/* How connect() ended, once it has. */
void peer_connected(struct peer *p);
/* close(): kind as call_close has it; CALL_CLOSE becomes CALL_ABORT where SO_LINGER is 0. */
void peer_close(struct peer *p, enum call_kind kind);
/* The descriptor, if there is one, is closed without a word; all memory is given back. */
void peer_release(struct peer *p);

#endif
