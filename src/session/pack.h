/* pack.h: an event borrows its texts and bytes; who keeps it longer packs it: a copy whose texts stand in
 * room of its own. */
#ifndef TCPVIZ_SESSION_PACK_H
#define TCPVIZ_SESSION_PACK_H

#include "core/event.h"

/* How many bytes of room the texts and bytes of e need. */
size_t event_room(const struct event *e);
/* Copies e to *out; what it points to goes to room (event_room(e) bytes). out may be e. */
void event_pack(struct event *out, const struct event *e, char *room);

#endif
