/* owners.h: which connection a socket of the kernel belongs to, as far as its changes of state have told it:
 * the kernel's tracepoints name some segments by their socket alone. Sockets are known by their address in
 * the kernel, which another one may have as soon as a socket is closed. */
#ifndef TCPVIZ_PLAT_OWNERS_H
#define TCPVIZ_PLAT_OWNERS_H

#include "core/types.h"

struct ends {
    struct endpoint local, remote;
};

enum { OWNERS = 1024 /* sockets that are known at once; others make them give way */ };

/* Begins as zeros: nobody is known. */
struct owners {
    struct {
        uint64_t socket; /* 0: nobody */
        struct ends ends;
    } at[OWNERS];
};

/* A socket has come into a state (the kernel's number of it, include/net/tcp_states.h). e: between which ends
 * it is; NULL: that was not told. Only one that is of a connection is known from now on. */
void owners_learn(struct owners *o, uint64_t socket, uint64_t state, const struct ends *e);
/* False: it is not known. */
bool owners_find(const struct owners *o, uint64_t socket, struct ends *out);
/* Some changes of state were not heard: what is known may be wrong, and nobody is known any more. */
void owners_clear(struct owners *o);

#endif
