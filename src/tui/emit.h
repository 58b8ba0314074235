/* emit.h: what is written to a terminal to make it show other cells: the least that does. Bytes only: it
 * knows neither curses nor a descriptor. */
#ifndef TCPVIZ_TUI_EMIT_H
#define TCPVIZ_TUI_EMIT_H

#include "tui/canvas.h"

enum {
    EMIT_ATTRS = 32, /* combinations of CELL_ bits */
    PEN_BYTES = 64
};

/* What makes cells look so: attributes and colours, -1 the terminal's own. The texts add, none takes away,
 * but for `text`, which holds whatever was before. */
struct pen {
    int16_t fg, bg;
    uint8_t attr; /* CELL_ bits */
    bool plain;   /* a blank of it is an erased cell */
    char text[PEN_BYTES], attrs[PEN_BYTES], colors[PEN_BYTES], both[PEN_BYTES];
};

/* What the terminal's description says; texts are borrowed, NULL: it cannot do that. */
struct emit_caps {
    const char *clear_to_end;                      /* of the line */
    const char *up, *down;                         /* scroll by one at the edge of the region */
    const char *faint;                             /* takes CELL_BOLD and CELL_DIM away, and nothing else */
    bool region;                                   /* it has one, set as ECMA-48 terminals do */
    bool ahead;                                    /* the cursor moves ahead as there */
    bool column;                                   /* and to a column of its row */
    bool back;                                     /* a backspace moves it left */
    bool below;                                    /* a line feed moves it down, and not aside */
    bool erases;                                   /* so many cells from the cursor on, as there */
    bool corner;                                   /* the last cell can be written and nothing scrolls */
    bool ascii;                                    /* nothing but ASCII is written */
    const char *(*place)(int y, int x);            /* moves the cursor; NULL: as ECMA-48 has it */
    const struct pen *pen[LOOK_COUNT][EMIT_ATTRS]; /* NULL: not asked yet; each is there once */
    const struct pen *(*make_pen)(void *ctx, enum look look, unsigned attr);
    void *ctx;
};

struct emit {
    struct emit_caps *caps;
    struct str out;
    int rows, cols;
    struct cell *shown;    /* what the terminal shows; ch UINT32_MAX: not known */
    int y, x;              /* where its cursor is; y -1: not known */
    const struct pen *pen; /* the last one written; NULL: not known */
};

void emit_init(struct emit *e, const struct mem *m, struct emit_caps *caps);
void emit_release(struct emit *e);
/* Another size, and nothing is known of what is shown. False: no memory, all as it was. */
bool emit_size(struct emit *e, int rows, int cols);
/* Nothing is known of what is shown, nor of cursor and pen. */
void emit_forget(struct emit *e);
/* Puts into e->out what makes `want` (rows * cols cells) of what is shown; false: they are the same. */
bool emit_frame(struct emit *e, const struct cell *want);
/* Moves the cursor there. */
void emit_place(struct emit *e, int y, int x);

#endif
