/* states.h: one side's panel: endpoint, state by the machine and by the kernel, what its program waits in,
 * queues, congestion numbers, the timer that runs, what was read last. Numbers for bars, short texts for a
 * wide panel and for a line; nothing here draws. */
#ifndef TCPVIZ_SCENE_STATES_H
#define TCPVIZ_SCENE_STATES_H

#include "lab/lab.h"
#include "scene/queues.h"
#include "session/cursor.h"

/* What a panel is asked for. */
struct panel_of {
    const struct session *session;
    uint32_t conn; /* NO_CONN: none yet; the server's panel still has its listener */
    enum side side;
    uint64_t now_ns;                   /* of the day, to count timers down */
    const struct moment *at;           /* the moment that is shown; NULL: what is known now */
    const struct lab_program *program; /* what the program does; NULL: it is none of ours */
    bool accepting;        /* the server's program waits in accept() while there is no connection */
    uint64_t keepalive_ms; /* whole length of the keepalive timer; 0: not known */
    bool steady;           /* measured times as constants, so that two runs look the same */
    bool seen_only;        /* nobody but the wire tells of it: its counts stand for queues and timers */
    uint32_t row;          /* seen_only: the state is that after this row; NO_ROW: the newest */
};

struct panel {
    enum side side;
    enum tcp_state state;   /* the machine's; STATE_UNKNOWN: there is no endpoint */
    struct str title;       /* "CLIENT 127.0.0.1:54230" */
    struct str title_short; /* "CLIENT :54230" */
    struct str state_text;  /* "ESTABLISHED"; empty for STATE_UNKNOWN */
    struct str state_short; /* "ESTAB" */
    bool sampled, agrees;   /* the kernel was asked; it says what the machine says */
    struct str kernel;      /* "kernel ✓", "kernel says FIN-WAIT-2"; empty where it was not asked */
    struct str program;     /* "waiting in read()"; empty where not known */
    struct queues queues;
    struct listener_queues listener; /* of the server's side */
    struct str numbers;              /* "cwnd 10  ssthresh –  rtt 46 µs  rto 204 ms  window 64 K" */
    enum timer_kind timer;
    struct gauge timer_bar; /* what has passed, of the whole; ms */
    struct str timer_text;  /* "keepalive in 5.2 s", "no timer runs" */
    struct str timer_short; /* "ka 5.2 s", "no timer" */
    struct str probes;      /* "probe 0 of 9"; empty where no probe belongs to the timer */
    struct str last_read;   /* "431 bytes: POST /blog/ HTTP/1.1", "–" */
    bool seen_only;         /* as it was asked for */
    struct str counts;      /* seen_only: "sent 6.3 M in 4,512 segments, 12 again  window 64 K …" */
};
void panel_init(struct panel *p, const struct mem *m);
void panel_release(struct panel *p);
/* Fills p. Costs the same whatever the session holds. */
void panel_fill(struct panel *p, const struct voice *v, const struct panel_of *of);

#endif
