/* screen.h: the live view. It watches the terminal (keys, size, Ctrl-Z) by itself; the app wires the hooks,
 * tells it that events came, and asks it to draw at the end of each turn.
 *
 * What is drawn is a function of session, selection and this state; nothing is drawn when nothing changed,
 * and at most 30 frames a second. */
#ifndef TCPVIZ_TUI_SCREEN_H
#define TCPVIZ_TUI_SCREEN_H

#include "lab/lab.h"
#include "scene/say.h"
#include "scene/wire.h"
#include "session/selection.h"
#include "tui/keys.h"
#include "tui/rescue.h"

struct dialog_format;

/* What is shown first: the rows of the selected connection, those of all, the same from the first one on, or
 * the list of connections. */
enum screen_start { SCREEN_ROWS, SCREEN_ALL_ROWS, SCREEN_REPLAY, SCREEN_LIST };
enum screen_color { SCREEN_COLOR_AUTO, SCREEN_COLOR_ALWAYS, SCREEN_COLOR_NEVER };

/* What the app knows and the screen shows. Texts are borrowed until the next turn; NULL: nothing to show. */
struct screen_info {
    const char *source;    /* N_() text: "private loopback" */
    const char *place;     /* the server's endpoint, an interface, a file */
    const char *said;      /* the line of teaching that a script said last; shown above the key bar */
    uint32_t selected;     /* connection that commands mean, NO_CONN */
    uint32_t first;        /* the first row that is shown (after `reset`) */
    uint64_t drops;        /* frames that the sniffer lost */
    bool reading, waiting; /* a file is being read; there is no more of it now, but there may be */
    uint64_t read, whole;  /* bytes of it that were read, of so many; 0: it is not known of how many */
    bool replay;           /* a session is read again: it has a time line, and can be played */
    bool lab;              /* there is a lab: c, s, r … mean something */
    bool live;             /* rows may still come */
    bool unsaved;          /* there are rows that no export holds */
    const char *exporting; /* the file that is being written, NULL: none */
    unsigned export_done;  /* how much of it, in thousandths */
    bool export_shown;     /* it takes so long that this is shown */
    bool accepting;        /* the server's program waits in accept() */
    uint64_t keepalive_ms; /* whole length of the keepalive timer, 0: not known */
};

/* What became of a line: it ran; it is right, but cannot be done now; it is to be put right. */
enum screen_ran { SCREEN_RAN, SCREEN_REFUSED, SCREEN_WRONG };

struct screen_hooks {
    /* Runs one line of the command language. Where it did not run, *error has one line that says why. */
    enum screen_ran (*run)(void *ctx, const char *line, size_t len, struct str *error);
    /* Offers the words that may stand at the end of line. */
    void (*complete)(void *ctx, const char *line, size_t len, void (*offer)(void *to, const char *word),
                     void *to);
    void (*info)(void *ctx, struct screen_info *out);
    /* False: it is not known what that program does (it is none of ours). */
    bool (*program)(void *ctx, uint32_t conn, enum side side, struct lab_program *out);
    /* The wire as it is now, and one frame on it. wire may be NULL; false: there is none, or the frame is not
     * (or no more) on it. */
    bool (*wire)(void *ctx, struct wire_view *out);
    bool (*wire_frame)(void *ctx, uint32_t frame, struct wire_seen *out);
    /* Begins to export as [FORMAT:]FILE, all rows or those of screen_shown; spec NULL: the last one
     * again. How it ended comes by screen_say. */
    bool (*export)(void *ctx, const char *spec, bool filtered, struct str *error);
    void (*export_stop)(void *ctx);
    /* Stops reading the file: what was read stays. */
    void (*stop)(void *ctx);
    /* The terminal is gone: the program should end. */
    void (*gone)(void *ctx);
    void *ctx;
};

struct screen_options {
    const struct mem *mem;
    struct loop *loop;
    const struct session *session;
    struct voice voice; /* ascii is set by the screen where the terminal cannot show more: see screen_voice */
    enum screen_color color;
    const char *theme; /* "dark", "light", "mono"; NULL: dark */
    bool steady;       /* measured times are shown as constants, and no clock runs: two runs look the same */
    bool first_run;    /* show the tip */
    enum screen_start start;
    const struct key_row *keys;
    size_t key_count;
    const struct dialog_format *formats; /* of the export, the first is the dialog's choice; borrowed */
    size_t format_count;
    struct screen_hooks hooks;
};

struct screen;
/* Takes the terminal over. NULL: f says why (no terminal, an unknown TERM); the terminal is then as it was.
 */
struct screen *screen_new(const struct screen_options *o, struct fail *f);
void screen_free(struct screen *s); /* gives the terminal back; NULL is allowed */
struct voice screen_voice(const struct screen *s);

/* Whether locale and TERM leave only ASCII: for the voice of everything else. Call after setlocale. */
bool screen_ascii(void);

/* Events came, or what the hooks tell has changed. Cheap; draws nothing by itself. */
void screen_changed(struct screen *s);
/* Reads the keys that are there. The screen calls it by itself when the terminal has some. */
void screen_input(struct screen *s);
/* The end of a turn: draws now if something changed and the last frame is 33 ms old, else a timer will. */
void screen_draw(struct screen *s);

/* The commands that look at rows. False: f says what is wrong (status 2) or what cannot be done now (1). */
bool screen_view(struct screen *s, const char *name, size_t len, struct fail *f); /* a row of view.def */
bool screen_filter_set(struct screen *s, const char *text, size_t len, struct fail *f);
bool screen_find(struct screen *s, const char *text, size_t len, struct fail *f);
bool screen_at(struct screen *s, uint32_t row,
               struct fail *f); /* looks at that row of the session, or the next shown */
void screen_pause(struct screen *s, bool on);
/* Plays a session that was read, so many tenths of its speed (0: as before). False: it is none that can be.
 */
bool screen_play(struct screen *s, unsigned tenths);
/* The row of the session at which what is looked at is; NO_ROW: now. */
uint32_t screen_row(const struct screen *s);
/* Rows are revealed one by one: every so many ms, or with PACE_KEY by a key, or with PACE_OFF at once. */
enum { PACE_OFF = -1, PACE_KEY = 0 };
void screen_pace(struct screen *s, int64_t ms);
/* The session begins anew at this row (after `reset`). */
void screen_restart(struct screen *s, uint32_t first_row);
/* A row came into the past of the session: rows from this one on are now one further. */
void screen_inserted(struct screen *s, uint32_t row);
/* A line at the foot of the screen: what a command said, until the next key. */
void screen_say(struct screen *s, const char *text, bool wrong);

/* Which rows are shown: in the list those of the connections that are marked, or else of those that are
 * shown. Borrowed until the next key. */
void screen_shown(struct screen *s, struct selection_of *out);
/* Looks at that connection: `select`. */
void screen_selected(struct screen *s, uint32_t conn);
/* Name of the i-th row of view.def, for completion; NULL past the end. */
const char *screen_view_name(size_t i);

/* What gives the terminal back after a crash, for a signal handler of the app. */
void screen_rescue_get(const struct screen *s, struct screen_rescue *out);

#endif
