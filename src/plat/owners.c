#include "plat/owners.h"

#include <string.h>

enum { CLOSED = 7 /* TCP_CLOSE */, LISTENS = 10 /* TCP_LISTEN */ };

static size_t place_of(uint64_t socket)
{
    return (size_t)((socket >> 6) * UINT64_C(0x9e3779b97f4a7c15) >> 54);
}
_Static_assert(OWNERS == 1 << (64 - 54), "as place_of has it");

/* A listener is of no connection, and a socket that looks for a port (connect() tells SYN_SENT before that)
 * of none yet. */
static bool is_connection(uint64_t state, const struct ends *e)
{
    return state != CLOSED && state != LISTENS && e && e->local.port != 0 && e->remote.port != 0;
}

void owners_learn(struct owners *o, uint64_t socket, uint64_t state, const struct ends *e)
{
    const size_t i = place_of(socket);
    if (socket != 0 && is_connection(state, e)) {
        o->at[i].socket = socket;
        o->at[i].ends = *e;
    } else if (o->at[i].socket == socket) {
        o->at[i].socket = 0;
    }
}

bool owners_find(const struct owners *o, uint64_t socket, struct ends *out)
{
    const size_t i = place_of(socket);
    if (socket == 0 || o->at[i].socket != socket)
        return false;
    *out = o->at[i].ends;
    return true;
}

void owners_clear(struct owners *o)
{
    memset(o, 0, sizeof *o);
}
