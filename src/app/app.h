/* app.h: the program: what holds session, lab, sniffer, script and screen together, and takes the turns.
 * The only floor that exits, prints errors and sets the locale. */
#ifndef TCPVIZ_APP_APP_H
#define TCPVIZ_APP_APP_H

#include "app/choose.h"
#include "app/options.h"
#include "core/cmd.h"
#include "lab/lab.h"
#include "plat/capture.h"
#include "scene/say.h"
#include "session/sampler.h"
#include "session/turn.h"
#include "tui/dialog.h"

enum { LABS_LOOPBACK = 1, LABS_HOST = 2, LABS_WATCH = 4, LABS_FILE = 8, LABS_WIRE = 16 };
enum {
    LABS_ALL = LABS_LOOPBACK | LABS_HOST | LABS_WATCH | LABS_FILE | LABS_WIRE,
    LABS_LIVE = LABS_LOOPBACK | LABS_HOST | LABS_WIRE,
    LABS_PRIVATE = LABS_LOOPBACK | LABS_WIRE /* networks of our own */
};

/* Ids of commands.def. */
enum command {
#define COMMAND(id, name, syntax, labs, acts, help) COMMAND_##id,
#include "app/commands.def"
    COMMAND_COUNT
};
extern const struct cmd_spec command_table[];
extern const size_t command_count;

struct script;
struct screen;
struct counters;
struct ktrace;
struct reader;
struct outlet;
struct wired;
struct exporting;
struct kept;

/* Who asks: errors go back to there. */
enum origin { ORIGIN_SCRIPT, ORIGIN_PROMPT, ORIGIN_KEY };

/* There is one; its fields stand by what they belong to, not by size. */
struct app { // NOLINT(clang-analyzer-optin.performance.Padding)
    const struct options *options;
    const struct mem *mem;
    struct voice voice;
    unsigned labs; /* one bit of LABS_: what this is */
    struct loop *loop;
    struct session *session;
    struct turn *turn;
    struct lab *lab;              /* NULL with -i and -r */
    struct capture *capture;      /* NULL with -r */
    struct sampler *sampler;      /* NULL with -i and -r */
    struct sampler_kernel kernel; /* whom it asks */
    struct diag *diag;            /* of the lab's namespace */
    struct counters *counters;    /* of the private loopback only: the machine's belong to others too */
    struct ktrace *ktrace;        /* of a lab, where the kernel may be heard; NULL elsewhere */
    struct wired *wired;          /* the wire and what belongs to it; NULL elsewhere */
    struct reader *reader;        /* the file of -r while it is read */
    struct reader *filed;         /* and after that, where the session looks for frames in it */
    struct source *sniffed, *rung, *timer, *filled;
    struct outlet **outlets; /* one for each -e */
    size_t outlet_count;
    struct exporting *exporting;      /* what key and command export */
    struct kept *kept;                /* the journal; NULL: there is none */
    struct dialog_format formats[16]; /* that the screen offers */
    struct str said;                  /* the line that a script said last */
    struct str place;                 /* the server's endpoint, for the screen */
    uint64_t counted_ns;              /* when the counters were last read, CLOCK_MONOTONIC */
    uint64_t stepped_ns;              /* when the script was last stepped, CLOCK_REALTIME */
    uint32_t saved;                   /* rows that an export holds */
    int linktype;
    uint64_t low;          /* small descriptors kept for the lab's sockets (descr.h) */
    bool steady;           /* measured times are shown as constants (TCPVIZ_STEADY) */
    bool reread, can_add;  /* the file of -r is a session's; notes and marks can be added to it */
    enum origin origin;    /* of the command that runs */
    bool leaving;          /* the end has begun: nothing more is taken in */
    struct script *script; /* NULL: none runs */
    struct screen *screen; /* NULL: no terminal */
    uint32_t selected;     /* connection, NO_CONN */
    struct choice choice;  /* the one that `connect` made and the session is yet to hear of */
    uint32_t window;       /* first row that a condition on a label looks at (RULES 21) */
    uint32_t acted;        /* first row after the last command that acted */
    bool window_moves;     /* a wait or expect came: the next command that acts moves the window */
    uint32_t view_start;   /* after `reset`: the first row that is shown */
    uint64_t read, whole;  /* of the file: bytes, as of when its reader was closed */
    bool read_waits;       /* the reader has nothing now; `filled` tells when it has */
    bool stopping;
    bool starved;  /* memory ran out, and it was said */
    bool gave_way; /* the oldest rows had to go, and it was said */
    int status;    /* exit status so far */
    int last_signal;
};

/* Runs one line of the command language: a key, the prompt, a lesson and --script are the same thing. False:
 * f says what is wrong (status 2 a wrong line, 1 what cannot be done now, 3 what the system refused); nothing
 * ran. */
bool app_run_line(struct app *a, const char *line, size_t len, enum origin from, struct fail *f);

/* Runs one parsed command (not wait, expect, source: those are the script's). */
bool app_run(struct app *a, const struct cmd *c, enum origin from, struct fail *f);

/* One turn: programs act, sniffer drained, rows judged, kernel sampled, conditions judged, commands run,
 * drawn. */
void app_turn(void *ctx);

/* Reads the file of -r no further. */
void app_read_no_more(struct app *a);

/* Ends after this turn, with that exit status. */
void app_quit(struct app *a, int status);

/* Sets everything up by the options, runs, and takes it down again. Returns the exit status; f has what is to
 * be said. The mode becomes MODE_HOST where a private loopback cannot be had but the host's can. */
int app_main(struct options *o, const struct voice *v, struct fail *f);

/* Offers the words that may stand at the end of a line: commands, and what only the app knows. */
void app_complete(struct app *a, const char *line, size_t len, void (*offer)(void *to, const char *word),
                  void *to);

/* Whether the screen shows rows that no export holds. */
bool app_unsaved(const struct app *a);

/* A remark on the timeline: text is copied. said: a script's line, which the screen shows until the next. */
void app_note(struct app *a, const char *text, size_t len, bool said);

#endif
