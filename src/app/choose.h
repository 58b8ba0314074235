/* choose.h: which connection commands and conditions mean (RULES 20). */
#ifndef TCPVIZ_APP_CHOOSE_H
#define TCPVIZ_APP_CHOOSE_H

#include "core/types.h"

struct app;

/* What `connect` chose before the session has heard of it, and how far the session was looked at. */
struct choice {
    struct tuple tuple;  /* of the connection that was made last */
    bool awaited;        /* its rows are still to come */
    bool made;           /* `select` has chosen one: no other takes its place by itself */
    uint32_t conns;      /* connections that the session had when that was written */
    uint64_t reset_ns;   /* time of the note of `reset`, until that row is found; 0: none is looked for */
    uint32_t reset_from; /* the row to go on looking at */
};

/* Rows have come: finds the connection that `connect` made; on the host's loopback and on an interface a new
 * connection from outside becomes the selected one; after `reset` the view begins behind what was torn down.
 * Once a turn. */
void app_settled(struct app *a);
/* The connection as conditions mean it: NO_CONN also while the one that `connect` made is still unknown. */
uint32_t app_selected(struct app *a);
/* The tuple that lab verbs act on. False: there is no connection. */
bool app_tuple(const struct app *a, struct tuple *out);

#endif
