/* timeline.h: one line that shows where in a session the moment is, and where its bookmarks are. Pure: values
 * in, cells out. */
#ifndef TCPVIZ_TUI_TIMELINE_H
#define TCPVIZ_TUI_TIMELINE_H

#include "scene/say.h"
#include "tui/canvas.h"

struct timeline {
    uint64_t first_ns, last_ns, at_ns; /* of the session's first and last row, of the moment */
    bool playing, hidden;              /* rows behind the moment are hidden */
    unsigned speed;                    /* tenths */
    const struct session *session;     /* its bookmarks */
};

/* scratch: any text, which is changed. */
void timeline_paint(struct canvas *c, struct rect r, const struct timeline *t, const struct voice *v,
                    struct str *scratch);
/* The time at column x; false: that is no part of the line. */
bool timeline_at(struct rect r, const struct timeline *t, int x, uint64_t *ns);

#endif
