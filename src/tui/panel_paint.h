/* panel_paint.h: one side's sockets and timers, as a panel or as one line. */
#ifndef TCPVIZ_TUI_PANEL_PAINT_H
#define TCPVIZ_TUI_PANEL_PAINT_H

#include "scene/states.h"
#include "tui/canvas.h"

/* A panel of 8 or 9 rows. */
void panel_paint(struct canvas *c, struct rect r, const struct panel *p, const struct voice *voice);
/* One line. */
void panel_paint_line(struct canvas *c, struct rect r, const struct panel *p, const struct voice *voice);

#endif
