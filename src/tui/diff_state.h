/* diff_state.h: what the screen of two sessions remembers. For diff_screen.c (life, keys) and diff_paint.c.
 */
#ifndef TCPVIZ_TUI_DIFF_STATE_H
#define TCPVIZ_TUI_DIFF_STATE_H

#include "scene/diff.h"
#include "tui/diff_screen.h"
#include "tui/keylist.h"
#include "tui/page.h"
#include "tui/term.h"

enum diff_open { DIFF_ROWS, DIFF_HELP, DIFF_COMPARED /* pages over the rows */ };

struct diff_screen {
    struct diff_screen_options o;
    struct voice voice;
    struct term *term;
    struct canvas *canvas;
    struct theme theme;
    const char *theme_name;
    struct source *tty, *winch, *stop;
    struct diff_view *view;
    struct diff_line line;
    size_t cursor, top; /* lines */
    enum diff_open open;
    struct page page, box; /* what is read; the sentences of the row under the cursor */
    struct str message, scratch;
    bool message_wrong;
    bool laid; /* lines are laid out for the width of the canvas */
};

/* Where everything stands. */
struct diff_layout {
    bool tiny;
    struct rect title, names, rows, box, bar, foot, body;
};
void diff_layout(const struct diff_screen *s, struct diff_layout *l);
struct keylist diff_keys(const struct diff_screen *s);
/* Paints all of it. */
void diff_paint(struct diff_screen *s);

#endif
