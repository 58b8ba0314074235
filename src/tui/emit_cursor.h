/* emit_cursor.h: the sequences that emit.c and emit_cursor.c both write; emit_place() is in emit.h. */
#ifndef TCPVIZ_TUI_EMIT_CURSOR_H
#define TCPVIZ_TUI_EMIT_CURSOR_H

#include "tui/emit.h"

/* CSI n what; a 1 is left out. */
void emit_control(struct emit *e, int n, char what);
/* The same character n times. */
void emit_repeat(struct emit *e, int n, char what);

#endif
