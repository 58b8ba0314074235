/* theme.h: colours for looks, from assets/themes/NAME.theme. Lines: look, foreground, background, attributes.
 * A colour is up to three numbers, for 256, 16 and 8 colours ("114/10/2"), or '-' for the terminal's own.
 * Attributes: bold dim reverse underline blink, or nothing. '#' begins a comment. */
#ifndef TCPVIZ_TUI_THEME_H
#define TCPVIZ_TUI_THEME_H

#include "tui/canvas.h"

struct theme_look {
    int16_t fg, bg; /* -1: the terminal's own */
    uint8_t attr;   /* CELL_ bits */
};

struct theme {
    struct theme_look look[LOOK_COUNT];
};

/* Parses a theme for a terminal of so many colours (below 8: none are used). False: a line is wrong, *line
 * says which. */
bool theme_parse(struct theme *t, const char *text, size_t len, int colors, int *line);
/* The built-in theme of that name; false if there is none. */
bool theme_load(struct theme *t, const char *name, int colors);
/* That theme for a terminal of so many colours, without colour where there are few, where it is asked for or
 * where NO_COLOR says so; always: NO_COLOR is not heeded. */
void theme_for(struct theme *t, const char *name, bool never, bool always, int colors);
/* The theme after that one, in a circle: "dark", "light", "mono". */
const char *theme_next(const char *name);

#endif
