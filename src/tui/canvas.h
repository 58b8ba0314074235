/* canvas.h: a screen of cells in memory. Panels paint into it; term.c shows it, and a test reads it as text.
 * Positions are cells from 0, top left. Everything is clipped to the rectangle it is painted into; a
 * double-width character that would be cut in two becomes blanks. */
#ifndef TCPVIZ_TUI_CANVAS_H
#define TCPVIZ_TUI_CANVAS_H

#include "core/mem.h"
#include "core/str.h"

struct rect {
    int y, x, rows, cols;
};

/* Looks: what a cell means, not what colour it has; a theme gives the colours. */
enum look {
#define LOOK(id, name) LOOK_##id,
#include "tui/looks.def"
    LOOK_COUNT
};

struct cell {
    uint32_t ch; /* Unicode; 0: the right half of a double-width character */
    uint8_t look;
    uint8_t attr;  /* CELL_ bits */
    uint16_t mark; /* a combining character, 0: none */
};
enum { CELL_BOLD = 1, CELL_REVERSE = 2, CELL_UNDERLINE = 4, CELL_DIM = 8, CELL_BLINK = 16 };

struct canvas;
struct canvas *canvas_new(const struct mem *m, int rows, int cols); /* blank; NULL: no memory */
void canvas_free(struct canvas *c);
struct rect canvas_rect(const struct canvas *c);
struct cell *canvas_at(struct canvas *c, int y, int x); /* NULL outside */
void canvas_clear(struct canvas *c, struct rect r, enum look look);

/* Paints text at y, x of r (relative), clipped to r; returns the cells it took. Control characters become
 * blanks. */
int canvas_put(struct canvas *c, struct rect r, int y, int x, enum look look, int attr, const char *text);
int canvas_put_n(struct canvas *c, struct rect r, int y, int x, enum look look, int attr, const char *text,
                 size_t len);
/* The same; what has no room is left out from a blank on, and a mark stands for it. */
int canvas_put_cut(struct canvas *c, struct rect r, int y, int x, enum look look, int attr, const char *text,
                   bool ascii);
/* So that it ends at column `end` (exclusive). */
int canvas_put_right(struct canvas *c, struct rect r, int y, int end, enum look look, const char *text);
/* The same glyph, one cell wide, `cols` times. */
void canvas_fill(struct canvas *c, struct rect r, int y, int x, int cols, enum look look, const char *glyph);
/* A frame with round corners (plain + - | in ascii) and a title on the left, another on the right (NULL:
 * none). */
void canvas_box(struct canvas *c, struct rect r, enum look look, const char *title, const char *right,
                bool ascii);
/* A bar ▕███  ▏ of `cols` cells, filled by part / whole in eighths of a cell. */
void canvas_bar(struct canvas *c, struct rect r, int y, int x, int cols, enum look look, uint64_t part,
                uint64_t whole, bool ascii);
/* All of it as lines of text, trailing blanks cut: for tests and `y`. */
void canvas_text(const struct canvas *c, struct str *out);

#endif
