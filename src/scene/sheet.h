/* sheet.h: a connection as numbers: how it opened and ended, and what each side sent, side by side. */
#ifndef TCPVIZ_SCENE_SHEET_H
#define TCPVIZ_SCENE_SHEET_H

#include "scene/say.h"

/* Calls `line` for each line of the sheet (at most 78 cells), without its end; nothing for a connection that
 * there is not. A text lives until `line` returns. head: the line begins a part. False: no memory. */
bool sheet_of(const struct voice *v, const struct session *s, uint32_t conn,
              void (*line)(void *ctx, const char *text, bool head), void *ctx);

#endif
