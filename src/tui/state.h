/* state.h: what a screen remembers. For the files of this floor only: screen.c (life, frames), rows.c (which
 * rows are looked at), list.c (the list of connections), find.c (search), talk.c (what was said), work.c
 * (what is done in slices), actions.c (the words of `view`), input.c (keys), frame.c, list_view.c and
 * detail_view.c (painting), pages.c. */
#ifndef TCPVIZ_TUI_STATE_H
#define TCPVIZ_TUI_STATE_H

#include "scene/detail.h"
#include "scene/states.h"
#include "scene/transcript.h"
#include "tui/dialog.h"
#include "tui/ladder_paint.h"
#include "tui/list_paint.h"
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

enum { LADDER_LINES = 512 /* of the ladder that are seen at once, at most */ };
enum screen_mode { MODE_LIST, MODE_LADDER, MODE_DETAIL, MODE_TALK, MODE_PAGE, MODE_DIALOG };
enum looked { LOOKED_ONE, LOOKED_ALL, LOOKED_PICKED }; /* rows: of the selected connection, of all, of some */
enum page_kind { PAGE_HELP, PAGE_GLOSSARY, PAGE_COMPARE, PAGE_TEXT, PAGE_SHEET, PAGE_BOOKMARKS };
enum asking { ASK_NOTHING, ASK_COMMAND, ASK_FIND, ASK_FILTER, ASK_KINDS };

/* The row in the box, and what its words depend on besides. */
struct boxed {
    uint32_t row, after; /* after: rows that came behind it, as far as they matter */
    int width;
    bool made;
    size_t whole; /* lines of the sentence alone */
};

/* The list of connections. */
struct list_view {
    struct conns *conns, *preview; /* what is shown; what the filter being written lets through */
    struct filter *filter, *previewed;
    struct str filter_text;
    enum conns_column order;
    bool down;
    size_t cursor, top;
    bool home;   /* the cursor was put on the first line */
    uint32_t at; /* the connection under the cursor, to stay on it; NO_CONN: there is none yet */
    struct picks marks;
    struct picks shown; /* list_shown */
    bool star;          /* all that are shown were marked at once */
    size_t marking;     /* how many of them are marked so far; SIZE_MAX: that is over */
    uint64_t marked_of; /* of which list that was made */
    bool opening;       /* and then the ladder opens */
    uint64_t version;   /* of the session, as the list was last made */
    uint64_t renew_ns;  /* it may be made anew then (CLOCK_MONOTONIC) */
    struct list_columns columns;
    struct conn_line line;
};

/* What the sides of a connection said. */
struct talk_view {
    struct transcript *lines; /* NULL: it is not open */
    uint32_t conn;
    enum side side; /* SIDE_NONE: both */
    bool hex, counting;
    size_t top;
    enum screen_mode from; /* what it was opened from */
    struct transcript_line line;
};

/* What is looked for, and how far that is: in slices, with keys and rows served in between. */
enum find_what { FIND_TEXT, FIND_TROUBLE };
struct finding {
    struct str text;
    struct filter *terms; /* what the text says as a filter; NULL: it is looked for in the words */
    enum find_what what;
    size_t at, left; /* the line looked at; how many are left */
    bool up, on;
    size_t found; /* the line that holds the text; SIZE_MAX: none */
    bool of_list; /* it is one of the list */
};

/* A session that is played again: rows behind the moment are hidden (screen.revealed). */
struct replay {
    bool on, playing;
    unsigned speed;    /* an index of replay.c's table */
    uint64_t at_ns;    /* the moment, when it was */
    uint64_t since_ns; /* this, of CLOCK_MONOTONIC */
    struct source *timer;
};

/* As long as a slice of work may take: a key that comes waits for it. */
#define WORK_NS UINT64_C(1500000)

/* There is one; its fields stand by what they belong to, not by size. */
struct screen { // NOLINT(clang-analyzer-optin.performance.Padding)
    struct screen_options o;
    struct voice voice;
    struct term *term;
    struct canvas *canvas;
    struct theme theme;
    const char *theme_name;
    struct source *tty, *winch, *stop, *frame, *tick, *pacer, *work, *renew;
    struct screen_info info;
    struct layout layout;

    /* which rows: the selection, of which the first `count` are shown */
    struct selection *rows;
    struct filter *filter;
    struct str filter_text;
    uint32_t conn, first; /* what the selection was made for */
    enum looked looked;
    struct picks picked; /* LOOKED_PICKED: these connections */
    bool calls, stale;   /* stale: it must be made anew */
    bool begins;         /* and be looked at from its first row */
    size_t given_up;     /* rows that the session had given up, as last looked at */
    bool gathering;      /* its rows are being looked for */
    uint32_t keep; /* and the cursor is to stand on this one, or the next; NO_ROW: it follows or begins */
    size_t count, seen; /* shown; shown when the view was left behind */
    size_t cursor, top;
    bool follow, paused;
    uint32_t frozen;   /* rows of the session from here on came during the pause; NO_ROW: no pause */
    uint32_t revealed; /* rows from here on are not revealed yet; NO_ROW: no pace */
    int64_t pace_ms;
    uint32_t *mark; /* marked rows, in order */
    size_t marks, mark_cap;
    bool mark_all;

    struct cursor *past; /* of a lab's session, live or read again; NULL: no memory */
    struct replay replay;
    struct list_view list;
    struct talk_view talk;
    struct finding find;

    enum screen_mode mode, under; /* under: what a page or the dialog lies on */
    bool from_list;               /* the ladder was opened from the list */
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
    bool wired; /* there is a wire, and it was: */
    struct wire_view wire_now;
    struct wire_panel wire;
    int taken[LADDER_LINES]; /* cells of a line that a slanted arrow's words take */
    struct lane *lanes;      /* frames under way across the lines, while they are drawn */
    size_t lanes_cap;
    struct ladder_line line;
    struct painted painted; /* lines of the ladder */
    struct boxed boxed;     /* what `box` was made for */
    struct str scratch;

    unsigned inserted;        /* how many rows came into the past: row numbers are others then */
    bool dirty, news, timers; /* news: from outside; timers: a clock of the kernel runs */
    uint64_t next_ns;         /* the next frame may be drawn then (CLOCK_MONOTONIC) */
    uint64_t told_ns;         /* when the last frame was drawn, if others' news may come right behind it; 0 */
    uint64_t version;         /* of the session, as drawn */
    uint64_t behind;          /* of the session, with news right behind others */
};

/* screen.c: the view that a page or the dialog lies on, or that is open itself. */
enum screen_mode base_mode(const struct screen *s);
/* Whether the clock of the session runs: the selected connection is open. */
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
bool rows_marked(const struct screen *s, uint32_t row);
void rows_mark(struct screen *s, uint32_t row);
bool rows_work(struct screen *s, uint64_t until_ns); /* a slice; false: no rows are looked for any more */
void rows_look(struct screen *s, enum looked what);  /* at other connections; rows are looked for anew */
bool rows_several(const struct screen *s);           /* rows of more than one connection may be shown */
uint32_t rows_conn(const struct screen *s);          /* whose panels are shown, NO_CONN */
void rows_line(struct screen *s, size_t at);         /* fills s->line for the at-th shown row */
uint32_t rows_new(const struct screen *s);           /* how many rows came that are not looked at */

/* find.c: looks for find.text, or for trouble, from the cursor on, in rows or connections. */
struct filter *find_terms(struct screen *s, const char *text, size_t len); /* NULL: a text, not a filter's */
bool find_set(struct screen *s, const char *text, size_t len);             /* false: no memory */
void find_start(struct screen *s, enum find_what what, bool up);
bool find_work(struct screen *s, uint64_t until_ns); /* a slice; false: nothing is looked for any more */

/* list.c */
bool list_init(struct screen *s); /* false: no memory; release is still allowed */
void list_release(struct screen *s);
void list_sync(struct screen *s);             /* takes in what came, if it is time */
uint32_t list_cursor(const struct screen *s); /* the connection under the cursor, NO_CONN: none */
void list_go(struct screen *s, size_t at);
void list_move(struct screen *s, long by);
bool list_select(struct screen *s, uint32_t conn); /* false: it is not shown */
void list_order(struct screen *s, enum conns_column by, bool down);
void list_order_next(struct screen *s, int by);
bool list_filter(struct screen *s, const char *text, size_t len, struct cmd_error *e);
void list_preview(struct screen *s); /* counts what the filter being written lets through */
void list_mark(struct screen *s);
void list_mark_all(struct screen *s);
void list_open(struct screen *s); /* the ladder of what is marked, or of what is under the cursor */
bool list_work(struct screen *s, uint64_t until_ns);
/* Those that are shown as a set, however long that takes: for an export. */
const struct picks *list_shown(struct screen *s);
bool list_holds(struct screen *s, size_t at); /* find.text */

/* talk.c: what the sides of the connection that is looked at said. */
void talk_open(struct screen *s);
void talk_close(struct screen *s);
void talk_move(struct screen *s, long by);
void talk_direction(struct screen *s); /* both, the client, the server */
void talk_hex(struct screen *s);
bool talk_work(struct screen *s, uint64_t until_ns);
void talk_view(struct screen *s);

/* wire_view.c */
void wire_sync(struct screen *s);        /* asks how the wire is */
void wire_view(struct screen *s);        /* its panel */
bool wire_drawn(const struct screen *s); /* frames cross the lines: the session is of a wire, live or not */
bool wire_busy(const struct screen *s);  /* something is on it */
/* The frame that a row tells of, 0: none. */
uint32_t wire_frame_of(const struct screen *s, uint32_t row);
/* Whether that row is of a frame that is held. */
bool wire_in_hand(const struct screen *s, uint32_t row);
void wire_hold_turn(struct screen *s);          /* holds it, or lets it flow */
void wire_delay_step(struct screen *s, int by); /* a longer or shorter delay */
/* Whether the frame of that row is under way for longer than its line. */
bool wire_slanted(const struct screen *s, uint32_t row);
void wire_slants(struct screen *s);      /* those frames, over the lines of the ladder */
void wire_foot(struct screen *s, int y); /* the line behind the newest row */
/* replay.c: a session is played again, and what the moment is that panels show. */
void replay_init(struct screen *s);
void replay_turn(struct screen *s);                 /* plays from the cursor on, or stops */
void replay_speed(struct screen *s, int by);        /* the next speed, or the one before */
void replay_set(struct screen *s, unsigned tenths); /* that speed, or the nearest */
void replay_step(struct screen *s);                 /* one more row */
void replay_jump(struct screen *s, uint32_t row);   /* the moment is that row's */
void replay_over(struct screen *s);                 /* all rows are shown again */
void replay_tick(void *ctx);
/* Whether what is looked at is past, *out is what was known then and *now_ns the time. conn: whose. */
bool replay_moment(struct screen *s, uint32_t conn, struct moment *out, uint64_t *now_ns);
uint64_t replay_now(const struct screen *s); /* of the moment that is played */
bool replay_past(const struct screen *s);    /* what is looked at is past */
void replay_line(struct screen *s);          /* paints the time line */
bool replay_click(struct screen *s, int x);
/* Looks at that row: where the session is played, it is played from there on. */
void replay_look(struct screen *s, uint32_t row);

/* bookmarks.c */
void bookmarks_make(struct screen *s);
void bookmarks_go(struct screen *s, bool up); /* to the next, or the one before */

/* work.c: what takes longer than a key may take is done in slices by a timer. */
void work_on(void *ctx);
void work_start(struct screen *s);

/* frame.c, list_view.c, detail_view.c: paint s into its canvas; the cursor's place, y -1: hidden. */
void frame_paint(struct screen *s, int *y, int *x);
void list_view(struct screen *s);
void detail_view(struct screen *s, struct rect r);
void detail_scroll(struct screen *s, int by);

/* pages.c */
void page_show(struct screen *s, enum page_kind kind);
void page_make(struct screen *s); /* again, after the size changed */

/* verbs.c: says which word of a filter's text is wrong. */
void say_wrong_filter(struct screen *s, const char *text, size_t len, const struct cmd_error *e);

/* actions.c */
void screen_theme_next(struct screen *s); /* screen.c */
void screen_back(struct screen *s);
void screen_ask(struct screen *s, enum asking what, const char *text);
bool screen_do(struct screen *s, enum view_id what);
enum screen_ran screen_run(struct screen *s, const char *line, size_t len);
void screen_select(struct screen *s, uint32_t conn); /* by the command that selects it */
unsigned screen_views(const struct screen *s);       /* V_ bits of what is open */

#endif
