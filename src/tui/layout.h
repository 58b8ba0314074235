/* layout.h: where everything stands, for a size of the terminal. Pure: sizes in, rectangles out. */
#ifndef TCPVIZ_TUI_LAYOUT_H
#define TCPVIZ_TUI_LAYOUT_H

#include "tui/canvas.h"

enum { LAYOUT_MIN_ROWS = 16, LAYOUT_MIN_COLS = 60 };

/* Columns of the ladder, from the left edge of its rectangle. */
struct ladder_columns {
    int number_end; /* right edge of the number (exclusive) */
    int conn_end;   /* of the connection's number; 0: it is not shown */
    int time_end;
    int client_end;  /* right edge of the client's state */
    int left, right; /* the two lines of the ladder */
    int server;      /* left edge of the server's state */
    int sentence;    /* its left edge; == cols: there is none */
    int cols;
    bool brief_states;
};

struct layout {
    bool tiny;   /* too small: one line asks for more room */
    bool panels; /* two panels side by side; else one line a side */
    struct rect title;
    struct rect side[2];                   /* the panels, or their lines */
    struct rect wire;                      /* the wire's panel or line; rows 0: there is no wire */
    struct rect head;                      /* names of the columns */
    struct rect rows;                      /* the ladder */
    struct rect box;                       /* the sentence of the selected row */
    struct rect timeline;                  /* rows 0: there is none */
    struct rect said;                      /* a line of teaching; rows 0: none */
    struct rect troubles, list_head, list; /* the list of connections: what looks wrong, heads, lines */
    struct rect bar, foot;                 /* keys; prompt and messages */
    struct rect body;                      /* between title and bar: pages, detail */
    struct ladder_columns columns;
};

struct layout_wants {
    int rows, cols;   /* of the terminal */
    int number_cells; /* of the largest frame number */
    int conn_cells;   /* of the largest connection number; 0: it is not shown */
    int time_cells;   /* of the longest time */
    int box_lines;    /* lines of text that the box must hold; 0: as many as are usual */
    int said_lines;
    bool timeline;
    bool lines; /* one line a side will do */
    bool wire;
};

void layout_make(struct layout *l, const struct layout_wants *w);

#endif
