/* shift.h: rows that moved between two frames. */
#ifndef TCPVIZ_TUI_SHIFT_H
#define TCPVIZ_TUI_SHIFT_H

#include "tui/canvas.h"

/* The rows [first, last] and how far they went up (down: negative) so that most of them are right. */
struct shift {
    int first, last, by, right;
};

/* Of frames of rows * cols cells: the block that is worth its bytes to be scrolled; right 0: there is none.
 */
struct shift shift_find(const struct cell *shown, const struct cell *want, int rows, int cols);

#endif
