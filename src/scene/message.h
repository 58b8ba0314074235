/* message.h: what stands beside a row where a session is written for other programs: the comment of a frame,
 * the MESSAGE of a journal's entry. */
#ifndef TCPVIZ_SCENE_MESSAGE_H
#define TCPVIZ_SCENE_MESSAGE_H

#include "scene/say.h"

/* Appends the words of a row; r NULL: of the session. ctx: a struct voice. For record_options.words. */
void say_message(void *ctx, const struct session *s, const struct row *r, struct str *out);

/* A segment that only carries the next bytes, or acknowledges some. */
static inline bool message_is_plain(const struct row *r)
{
    return r->kind == EVENT_SEGMENT && !(r->labels & ~(LBL(DATA) | LBL(ACK)));
}

#endif
