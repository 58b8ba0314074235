/* conn_line.h: one connection as a line of a list, in words and numbers, without a device. */
#ifndef TCPVIZ_SCENE_CONN_LINE_H
#define TCPVIZ_SCENE_CONN_LINE_H

#include "scene/say.h"
#include "session/conns.h"

/* How much room there is; texts that need no room (numbers) take what they take. */
struct conn_style {
    struct voice voice;
    size_t end_cells[SIDE_COUNT]; /* an endpoint is at most so wide: its address is cut in the middle */
    size_t busy_cells;            /* of the bar of activity */
    bool brief_states;
};

struct conn_line {
    uint32_t conn;
    bool broken;                    /* refused, or reset */
    struct str cell[CONNS_COLUMNS]; /* freshly put; what is not known or not there is a dash */
};
void conn_line_init(struct conn_line *l, const struct mem *m);
void conn_line_release(struct conn_line *l);
/* Costs the same whatever the connection holds. False: there is no such connection. */
bool conn_line_of(struct conn_line *l, const struct session *s, uint32_t conn,
                  const struct conn_style *style);
/* Whether a row of it is worth a look, or all of it. */
bool conn_troubled(const struct session *s, uint32_t conn);
/* What a "text" is looked for in: both endpoints and the state, whole. */
void conn_line_words(struct str *out, const struct voice *v, const struct session *s, uint32_t conn);

/* The state of a connection in a word, "refused" and "reset" among them. */
void say_conn_state(struct str *out, const struct voice *v, const struct conn_view *view, bool brief);
/* What looks wrong, as one line that fits: "3 connections stalled on a zero window · 12 refused". */
void say_troubles(struct str *out, const struct voice *v, const struct session *s, size_t cells);

#endif
