/* cond_parts.h: what a condition is made of. For cond.c and cond_read.c alone. */
#ifndef TCPVIZ_SESSION_COND_PARTS_H
#define TCPVIZ_SESSION_COND_PARTS_H

#include "core/lex.h"
#include "session/cond.h"

enum part_kind { PART_LABEL, PART_STATE, PART_COUNT, PART_QUEUE, PART_COUNTER };

enum counted { COUNT_SEGMENTS, COUNT_ROWS, COUNT_RETRANSMISSIONS, COUNT_CONNECTIONS, COUNTED };
/* What the kernel says of a socket, by side, and of the listener. */
enum queue { QUEUE_RECV, QUEUE_SEND, QUEUE_CWND, QUEUE_SSTHRESH, QUEUE_ACCEPT, QUEUE_SYN, QUEUES };

/* How far a part has looked: rows from start to end gave found (a count, or one past the row that matched).
 */
struct scan {
    uint32_t start, end;
    uint64_t found;
};

struct part {
    enum part_kind kind;
    enum side side; /* SIDE_NONE: either */
    enum label label;
    enum tcp_state state;
    enum counted counted;
    enum queue queue;
    enum compare compare;
    int64_t number;
    size_t since, since_len; /* the mark's or the counter's name within text; since_len 0: none */
    struct scan *scan;
};

enum { PARTS = 8 };

struct cond {
    const struct mem *mem;
    size_t count, size;
    struct part part[PARTS];
    struct scan scan[PARTS];
    char text[];
};

#endif
