/* wire_paint.h: the wire's own panel. */
#ifndef TCPVIZ_TUI_WIRE_PAINT_H
#define TCPVIZ_TUI_WIRE_PAINT_H

#include "scene/wire.h"
#include "tui/canvas.h"

/* Three lines with a frame. */
void wire_paint(struct canvas *c, struct rect r, const struct wire_panel *p, const struct voice *voice);
/* One line. */
void wire_paint_line(struct canvas *c, struct rect r, const struct wire_panel *p, const struct voice *voice);

#endif
