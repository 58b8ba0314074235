/* state.h: what a screen remembers. For the files of this floor only: screen.c (life, frames), rows.c (which
 * rows are looked at), actions.c (the words of `view`), input.c (keys), frame.c and detail_view.c (painting),
 * pages.c. */
#ifndef TCPVIZ_TUI_STATE_H
#define TCPVIZ_TUI_STATE_H

#include "scene/detail.h"
#include "scene/states.h"
#include "tui/dialog.h"
#include "tui/ladder_paint.h"
#include "tui/page.h"
#include "tui/painted.h"
#include "tui/prompt.h"
#include "tui/screen.h"
#include "tui/term.h"

enum view_id {
#define VIEW(id, name, help) VIEW_##id,
#include "tui/view.def"
    VIEW_COUNT
};

enum screen_mode { MODE_LADDER, MODE_DETAIL, MODE_PAGE, MODE_DIALOG };
enum page_kind { PAGE_HELP, PAGE_GLOSSARY, PAGE_COMPARE, PAGE_TEXT };
enum asking { ASK_NOTHING, ASK_COMMAND, ASK_FIND, ASK_FILTER, ASK_KINDS };

/* The row in the box, and what its words depend on besides. */
struct boxed {
    uint32_t row, after; /* after: rows that came behind it, as far as they matter */
    int width;
    bool made;
    size_t whole; /* lines of the sentence alone */
};

/* There is one; its fields stand by what they belong to, not by size. */
struct screen { // NOLINT(clang-analyzer-optin.performance.Padding)
    struct screen_options o;
    struct voice voice;
    struct term *term;
    struct canvas *canvas;
    struct theme theme;
    const char *theme_name;
    struct source *tty, *winch, *stop, *frame, *tick, *pacer, *search;
    struct screen_info info;
    struct layout layout;

    /* which rows: the selection, of which the first `count` are shown */
    struct selection *rows;
    struct filter *filter;
    struct str filter_text;
    uint32_t conn, first;   /* what the selection was made for */
    bool all, calls, stale; /* stale: it must be made anew */
    size_t count, seen;     /* shown; shown when the view was left behind */
    size_t cursor, top;
    bool follow, paused;
    uint32_t frozen;   /* rows of the session from here on came during the pause; NO_ROW: no pause */
    uint32_t revealed; /* rows from here on are not revealed yet; NO_ROW: no pace */
    int64_t pace_ms;
    uint32_t *mark; /* marked rows, in order */
    size_t marks, mark_cap;
    bool mark_all;

    struct str find_text;
    size_t find_at, find_left; /* the row looked at; how many are left */
    bool find_up, finding;

    enum screen_mode mode, under; /* under: what a page or the dialog lies on */
    enum asking asking;
    struct prompt prompt[ASK_KINDS];
    struct str message;
    bool message_wrong, quit_asked;
    enum time_format time;
    bool absolute;

    struct detail detail;
    size_t field;
    int way_rows;                /* lines of `way` that are seen at once */
    struct page page, box, said; /* what is read; the sentence of the row; the line of teaching */
    struct page way;             /* beside the fields of a row: its way, why it was sent */
    enum page_kind page_kind;
    struct dialog dialog;
    struct panel panel[SIDE_COUNT];
    struct ladder_line line;
    struct painted painted; /* lines of the ladder */
    struct boxed boxed;     /* what `box` was made for */
    struct str scratch;

    bool dirty, timers; /* timers: a clock of the kernel runs */
    uint64_t next_ns;   /* the next frame may be drawn then (CLOCK_MONOTONIC) */
    uint64_t version;   /* of the session, as drawn */
};

/* screen.c: whether the clock of the session runs: the selected connection is open. */
bool screen_clock_runs(const struct screen *s);

/* rows.c */
void rows_sync(struct screen *s); /* takes in what came; moves the cursor along where it follows */
uint32_t rows_cursor(const struct screen *s); /* the session's row under the cursor, NO_ROW: none */
void rows_go(struct screen *s, size_t at);
void rows_move(struct screen *s, long by);
void rows_live(struct screen *s); /* the newest row, no pause */
void rows_pause(struct screen *s, bool on);
void rows_pace(struct screen *s, int64_t ms);
void rows_reveal(struct screen *s); /* one more */
bool rows_filter(struct screen *s, const char *text, size_t len, struct cmd_error *e);
void rows_find(struct screen *s, bool up); /* the next row that holds find_text */
void rows_find_on(void *ctx);              /* goes on with a search, some rows at a time */
bool rows_marked(const struct screen *s, uint32_t row);
void rows_mark(struct screen *s, uint32_t row);
void rows_line(struct screen *s, size_t at); /* fills s->line for the at-th shown row */
uint32_t rows_new(const struct screen *s);   /* how many rows came that are not looked at */

/* frame.c, detail_view.c: paint s into its canvas; the cursor's place, y -1: hidden. */
void frame_paint(struct screen *s, int *y, int *x);
void detail_view(struct screen *s, struct rect r);
void detail_scroll(struct screen *s, int by);

/* pages.c */
void page_show(struct screen *s, enum page_kind kind);
void page_make(struct screen *s); /* again, after the size changed */

/* actions.c */
void screen_theme_next(struct screen *s); /* screen.c */
void screen_back(struct screen *s);
void screen_ask(struct screen *s, enum asking what, const char *text);
bool screen_do(struct screen *s, enum view_id what);
void screen_run(struct screen *s, const char *line, size_t len);
unsigned screen_views(const struct screen *s); /* V_ bits of what is open */

#endif
