/* slant.h: frames that are under way for longer than a line: each is drawn over the lines that come
 * meanwhile, from where its words end on the sender's side to the other side. Pure. */
#ifndef TCPVIZ_TUI_SLANT_H
#define TCPVIZ_TUI_SLANT_H

#include "core/types.h"
#include "tui/layout.h"

enum slant_end { SLANT_ARRIVES, SLANT_LOST, SLANT_FLIES, SLANT_HELD };

/* Lines count from the first of the rectangle; those above and below it are not painted. */
struct slant {
    enum side from;
    enum look look;
    enum slant_end end;
    int first, last;      /* of its leaving; of its end, or of now */
    int words;            /* cells that are taken on its first line, from the sender's side */
    const uint16_t *come; /* how far it had come at each line, first to last: thousandths of the way */
    const int16_t *place; /* its cell at each line, from the sender's side; NULL: where it had come to */
};

enum { SLANT_WHOLE = 1000 };

/* The cell of the way that it had come to at a line, past the words it begins with; whole: all cells. */
int slant_way(const struct slant *s, int whole, int line);

void slant_paint(struct canvas *c, struct rect r, const struct ladder_columns *col, const struct slant *s,
                 bool ascii);

#endif
