/* diff_screen.h: two sessions side by side on the terminal. Nothing changes there but by keys: it draws after
 * each, and sleeps. */
#ifndef TCPVIZ_TUI_DIFF_SCREEN_H
#define TCPVIZ_TUI_DIFF_SCREEN_H

#include "plat/loop.h"
#include "session/diff.h"
#include "tui/screen.h"

struct diff_screen_options {
    const struct mem *mem;
    struct loop *loop;
    const struct diff *diff;
    const char *name[DIFF_SIDES]; /* of the two */
    struct voice voice;
    enum screen_color color;
    const struct key_row *keys;
    size_t key_count;
    /* It was left (gone: the terminal has gone away). */
    void (*left)(void *ctx, bool gone);
    void *ctx;
};

struct diff_screen;
/* Takes the terminal over and shows the beginning. NULL: f says why. */
struct diff_screen *diff_screen_new(const struct diff_screen_options *o, struct fail *f);
void diff_screen_free(struct diff_screen *s); /* gives the terminal back; NULL is allowed */
/* What gives the terminal back after a crash. */
void diff_screen_rescue_get(const struct diff_screen *s, struct screen_rescue *out);

#endif
