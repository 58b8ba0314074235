/* keys.h: a key is a sentence of the command language. The rows stand in app/keymap.def; key bar and help are
 * made from the same rows, so neither can say what a key does not do. */
#ifndef TCPVIZ_TUI_KEYS_H
#define TCPVIZ_TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* Where a key means something; V_LAB: only where there is a lab to act on, V_WIRE: a wire. */
enum {
    V_LADDER = 1, /* the rows */
    V_DETAIL = 2, /* one row, whole */
    V_PAGE = 4,   /* text to be read: help, glossary, a request, a comparison */
    V_DIALOG = 8, /* the export dialog */
    V_LAB = 16,
    V_LIST = 32,  /* the connections */
    V_TALK = 64,  /* what the sides of a connection said */
    V_WIRE = 128, /* only where there is a wire */
    V_PLAY = 256, /* only where a session is read again */
    V_DIFF = 512, /* two sessions side by side */
    V_WITH = V_LAB | V_WIRE | V_PLAY,
    V_MAIN = V_LADDER | V_DETAIL,
    V_ALL = V_MAIN | V_LIST,
    V_VIEWS = V_ALL | V_PAGE | V_DIALOG | V_TALK | V_DIFF
};

/* line: the command that the key runs; with a leading '?' the prompt opens with the rest filled in, for Enter
 * to run; #? is the frame under the cursor. bar: its place in the key bar from the left, 0: not in it. */
struct key_row {
    const char *key; /* "c", "Space", "PgDn", "F1", "C-l": names as term.h makes them */
    const char *line;
    const char *help; /* for the catalogue */
    unsigned views;
    int bar;
};

/* Whether the key means something in that view: V_ bits; V_LAB and V_WIRE set where there is one. */
static inline bool key_here(const struct key_row *row, unsigned view)
{
    return (row->views & view & V_VIEWS) != 0 && (row->views & ~view & V_WITH) == 0;
}
/* The row of that key in that view, NULL if it means nothing there. */
const struct key_row *key_find(const struct key_row *rows, size_t count, unsigned view, const char *key);

#endif
