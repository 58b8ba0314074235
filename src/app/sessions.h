/* sessions.h: --sessions, the list of what the rotating set holds. */
#ifndef TCPVIZ_APP_SESSIONS_H
#define TCPVIZ_APP_SESSIONS_H

#include "core/str.h"
#include "plat/fail.h"
#include "scene/say.h"

/* Appends a line for each session, the newest first. False: f says why not. */
bool sessions_list(struct str *out, const struct voice *v, struct fail *f);

#endif
