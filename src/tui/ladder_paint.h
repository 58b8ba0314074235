/* ladder_paint.h: lines of the ladder on a canvas. */
#ifndef TCPVIZ_TUI_LADDER_PAINT_H
#define TCPVIZ_TUI_LADDER_PAINT_H

#include "scene/ladder.h"
#include "tui/layout.h"

struct ladder_look {
    bool cursor, marked, found;
    bool slanted; /* only the beginning of its arrow is on this line */
};

/* One line at row y of r. Returns how many cells of the arrow, from its sender's side, its words take. */
int ladder_paint(struct canvas *c, struct rect r, int y, const struct ladder_columns *col,
                 const struct ladder_line *line, const struct ladder_look *how, const struct voice *voice);
/* A row without a line: the two lines of the ladder go on. */
void ladder_paint_empty(struct canvas *c, struct rect r, int y, const struct ladder_columns *col, bool ascii);
/* The names of the columns. */
void ladder_paint_head(struct canvas *c, struct rect r, const struct ladder_columns *col,
                       const struct voice *voice);
enum look ladder_look_of(enum tone t);

#endif
