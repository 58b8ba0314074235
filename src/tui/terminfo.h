/* terminfo.h: the terminal's description (the one that curses has set up) as what emit.h needs. */
#ifndef TCPVIZ_TUI_TERMINFO_H
#define TCPVIZ_TUI_TERMINFO_H

#include "tui/emit.h"
#include "tui/theme.h"

enum { PENS = 96 };

struct terminfo {
    struct emit_caps caps;
    struct theme theme;
    int colors;
    const char *show_cursor, *hide_cursor; /* NULL: it cannot */
    struct pen pen[PENS];                  /* made when they are first used */
    size_t pens;
};

/* Reads the description; ascii: nothing but ASCII is to be written; bare: line feeds go out as they are. */
void terminfo_read(struct terminfo *t, bool ascii, bool bare);
/* Other colours. What pens were before is no longer valid. */
void terminfo_theme(struct terminfo *t, const struct theme *theme, int colors);

#endif
