/* list_paint.h: the list of connections on a canvas: where its columns stand, and painting them. Pure. */
#ifndef TCPVIZ_TUI_LIST_PAINT_H
#define TCPVIZ_TUI_LIST_PAINT_H

#include "scene/conn_line.h"
#include "tui/canvas.h"

struct list_column {
    int x, cells; /* cells 0: it is not shown */
};

struct list_columns {
    struct list_column at[CONNS_COLUMNS];
    bool brief_states;
};

struct list_wants {
    int cols;                  /* of the terminal */
    uint64_t conns;            /* largest number of a connection */
    uint64_t segments;         /* of all connections */
    int end_cells[SIDE_COUNT]; /* of the widest endpoint */
    enum conns_column order;   /* the column that gives way last but for those that name a connection */
};

/* Where there is little room activity gives way first, then what stands before it. */
void list_columns_make(struct list_columns *c, const struct list_wants *w);

struct list_look {
    bool cursor, marked, found;
};
void list_paint(struct canvas *c, struct rect r, int y, const struct list_columns *col,
                const struct conn_line *line, const struct list_look *how, bool ascii);
void list_paint_head(struct canvas *c, struct rect r, const struct list_columns *col, enum conns_column order,
                     bool down, const struct voice *voice);
/* The column whose head stands at x; CONNS_COLUMNS: none. */
enum conns_column list_column_at(const struct list_columns *col, int x);

#endif
