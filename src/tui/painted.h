/* painted.h: lines that were painted, as cells, so that a line which is shown again (the ladder scrolled, the
 * cursor moved, a clock ran) is copied and neither put into words nor painted. */
#ifndef TCPVIZ_TUI_PAINTED_H
#define TCPVIZ_TUI_PAINTED_H

#include "scene/ladder.h"
#include "tui/ladder_paint.h"

/* Which line: a row of the session, the row above it (where its time is counted from there), how it looks. */
struct painted_key {
    uint32_t row, before, how;
};

/* The key bar, a line for each set of views. */
#define PAINTED_KEYS (NO_ROW - 1)

/* What all lines have in common; when it changes no old line is right. */
struct painted_common {
    struct ladder_columns columns;
    uint64_t start_ns;
    uint32_t lang, time, flags;
};

struct painted {
    const struct mem *mem;
    struct painted_common common;
    struct painted_key *key;
    struct cell *cell;
    size_t lines;
    int cols;
};

void painted_init(struct painted *p, const struct mem *m);
void painted_release(struct painted *p);
/* Before lines are asked for: how many are seen at once, how wide they are, what they have in common. Where
 * there is no memory nothing is remembered. */
void painted_begin(struct painted *p, int rows, int cols, const struct painted_common *common);
/* Copies the line to row y of the canvas; false: it is not known. */
bool painted_show(const struct painted *p, struct canvas *c, int y, const struct painted_key *key);
/* Remembers row y of the canvas as that line. */
void painted_keep(struct painted *p, struct canvas *c, int y, const struct painted_key *key);

#endif
