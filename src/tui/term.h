/* term.h: the terminal, and the only file that knows curses. It shows a canvas by handing on only the cells
 * that changed, in one refresh, and it makes keys into names. It never uses line-drawing character sets nor
 * REP: terminals that lie about those show `qqqq`. */
#ifndef TCPVIZ_TUI_TERM_H
#define TCPVIZ_TUI_TERM_H

#include "core/mem.h"
#include "plat/fail.h"
#include "tui/canvas.h"
#include "tui/rescue.h"
#include "tui/theme.h"

struct term;

/* Whether locale (LC_CTYPE) and TERM leave only ASCII. */
bool term_ascii(void);

/* Takes the terminal over. ascii: whatever a canvas holds, only ASCII is written. NULL: f says why. */
struct term *term_new(const struct mem *m, bool ascii, struct fail *f);
void term_free(struct term *t); /* gives the terminal back */

int term_fd(const struct term *t); /* to be watched for reading */
void term_size(const struct term *t, int *rows, int *cols);
int term_colors(const struct term *t); /* 0, 8, 16, 256 … */
void term_theme(struct term *t, const struct theme *theme);

/* Shows the canvas (of the terminal's size); the cursor stands at y, x, or is hidden where y is negative.
 * Writes nothing where nothing changed. False: the terminal is gone. */
bool term_show(struct term *t, struct canvas *c, int y, int x);
/* Asks the kernel for the size; true if it changed. */
bool term_resize(struct term *t);
/* The next term_show writes every cell: somebody else has written to the terminal. */
void term_redraw(struct term *t);
/* Gives the terminal back, stops the process, and takes the terminal over again when it goes on. */
void term_stop(struct term *t);
/* Hands a text to the terminal's clipboard (OSC 52); false where the terminal is known not to have one. */
bool term_copy(struct term *t, const char *text, size_t len);
void term_rescue(const struct term *t, struct screen_rescue *out);

enum term_input {
    TERM_NONE,  /* nothing is there */
    TERM_TEXT,  /* a character: name is its UTF-8 */
    TERM_KEY,   /* a named key: "Enter" "Esc" "Tab" "BackTab" "Backspace" "Up" "PgDn" "F1" "C-a" … */
    TERM_CLICK, /* left button at y, x */
    TERM_WHEEL, /* by: rows, negative is up */
    TERM_OTHER, /* something that has no meaning here */
    TERM_GONE   /* the terminal is closed */
};
struct term_event {
    enum term_input kind;
    char name[16];
    int y, x, by;
};
/* The next key, without waiting. The blank is the key "Space" with kind TERM_TEXT. */
void term_next(struct term *t, struct term_event *out);

#endif
