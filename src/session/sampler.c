/* sampler.c: which sockets are asked, and what of their answers is written.
 *
 * A socket's view changes through segments, calls and timers only. So after a turn those connections are
 * asked that have new rows, and those with a running timer a few at a time in a circle. Each side of a
 * connection has one watch: the answer that was written last, and a difference from the machine that waits to
 * be confirmed.
 *
 * A socket that the kernel does not have counts as CLOSED. In TIME-WAIT and FIN-WAIT-2 it vanishes without a
 * segment: that is told to the machine first (EVENT_GONE), then the last sample is CLOSED. */
#include "session/sampler.h"

#include "plat/tcpinfo.h"
#include "session/watch.h"

enum {
    HOLD_NS = 50000000,    /* the longest that events which wait may hold it back */
    AGAIN_NS = 2000000,    /* the sniffer's time, if not told */
    TIMERS_NS = 100000000, /* between two rounds of the sockets whose timer runs */
    TIMERS_ROUND = 64      /* connections of one such round */
};

struct sampler {
    const struct mem *mem;
    struct session *session;
    struct sampler_hooks hooks;
    struct endpoint server;
    struct turn *turn; /* NULL: asks at once */
    uint64_t again_ns; /* a difference is confirmed when it was seen this much later */
    uint64_t held_ns;  /* since when it waits for the turn; 0: it does not */
    struct watches watches;
    size_t seen_rows;
    uint64_t timers_ns; /* when the last round was */
    uint64_t last_ns;   /* of the last sample: two samples never go backwards */
    bool news, failed;
    struct event_listener listener; /* as written */
    bool listener_written;
};

static bool kernel_ask(void *ctx, const struct endpoint *local, const struct endpoint *remote,
                       struct event_sample *out)
{
    return diag_socket(((struct sampler_kernel *)ctx)->diag, local, remote, out);
}

static bool kernel_listener(void *ctx, const struct endpoint *local, struct event_listener *out)
{
    return diag_listener(((struct sampler_kernel *)ctx)->diag, local, out);
}

static int64_t kernel_syn_queue(void *ctx, const struct endpoint *local)
{
    return diag_syn_queue(((struct sampler_kernel *)ctx)->diag, local);
}

static int kernel_fd(void *ctx, const struct tuple *t, enum side side)
{
    struct sampler_kernel *k = ctx;
    return k->fd ? k->fd(k->ctx, t, side) : -1;
}

void sampler_hooks_kernel(struct sampler_hooks *out, struct sampler_kernel *k)
{
    *out = (struct sampler_hooks){kernel_ask, kernel_listener, kernel_syn_queue, kernel_fd, tcpinfo_add, k};
}

struct sampler *sampler_new(const struct mem *m, struct session *s, const struct sampler_hooks *hooks,
                            const struct endpoint *server)
{
    struct sampler *p = mem_new(m, sizeof *p);
    if (!p)
        return NULL;
    p->mem = m;
    p->session = s;
    p->hooks = *hooks;
    p->server = *server;
    p->again_ns = AGAIN_NS;
    watches_init(&p->watches, m);
    return p;
}

void sampler_free(struct sampler *p)
{
    if (!p)
        return;
    watches_release(&p->watches);
    mem_free(p->mem, p, sizeof *p);
}

void sampler_lag(struct sampler *p, uint64_t ns)
{
    p->again_ns = ns;
}

void sampler_follow(struct sampler *p, struct turn *t)
{
    p->turn = t;
}

/* Whether events that are not applied yet hold it back. */
static bool held(struct sampler *p, uint64_t now_ns)
{
    bool waits = p->turn && !turn_empty(p->turn);
    if (waits && p->held_ns == 0)
        p->held_ns = now_ns;
    if (waits && now_ns - p->held_ns < HOLD_NS)
        return true;
    p->held_ns = 0;
    return false;
}

/* What the kernel says of one side; a socket that is not there is CLOSED. */
static void ask(struct sampler *p, const struct watch *w, enum side side, struct event_sample *out)
{
    const struct tuple *t = &w->tuple;
    sample_init(out, STATE_CLOSED);
    if (!p->hooks.ask(p->hooks.ctx, &t->end[side], &t->end[side_other(side)], out))
        sample_init(out, STATE_CLOSED);
    out->side = side;
    if (out->state == STATE_CLOSED || out->state == STATE_TIME_WAIT) {
        out->cwnd = -1;
        return;
    }
    int fd = p->hooks.add ? p->hooks.fd(p->hooks.ctx, t, side) : -1;
    enum tcp_state state = out->state;
    if (fd >= 0)
        p->hooks.add(fd, out);
    out->state = state;
    out->side = side;
}

static void apply(struct sampler *p, const struct watch *w, struct event *e)
{
    e->key = (struct event_key){.known = w != NULL};
    if (w)
        e->key.tuple = w->tuple;
    e->time_ns = p->last_ns;
    p->news = true;
    /* A segment that was sent before may still be in the ring. But that a socket is gone the machine must
     * know before the sample that says so. */
    if (p->turn && e->kind != EVENT_GONE) {
        struct event_sink sink = turn_sink(p->turn);
        sink.take(sink.ctx, e);
    } else if (!session_apply(p->session, e)) {
        p->failed = true;
    }
}

static void write_sample(struct sampler *p, struct watch *w, const struct event_sample *k,
                         enum tcp_state machine)
{
    struct side_watch *sw = &w->side[k->side];
    sw->odd = false;
    if (sw->written && sample_same(&sw->last, k) && sw->machine == machine)
        return;
    sw->written = true;
    sw->last = *k;
    sw->machine = machine;
    struct event e = {.kind = EVENT_SAMPLE, .u.sample = *k};
    apply(p, w, &e);
}

/* Before a connection has a socket on that side (a SYN was seen, no answer yet), and where it never gets one.
 */
static bool no_socket_yet(const struct side_watch *sw, enum tcp_state kernel, enum tcp_state machine)
{
    return kernel == STATE_CLOSED && !sw->written && (machine == STATE_LISTEN || machine == STATE_UNKNOWN);
}

/* Whether a pair that differs has been the same for long enough to be believed, and the sniffer has told
 * everything that passed in that time. */
static bool confirmed(struct sampler *p, struct side_watch *sw, enum tcp_state kernel, enum tcp_state machine)
{
    if (!sw->odd || sw->odd_kernel != kernel || sw->odd_machine != machine) {
        sw->odd = true;
        sw->odd_kernel = kernel;
        sw->odd_machine = machine;
        sw->odd_ns = p->last_ns;
        return false;
    }
    uint64_t heard = p->turn ? turn_heard_until(p->turn) : UINT64_MAX;
    return p->last_ns - sw->odd_ns >= p->again_ns && heard >= sw->odd_ns + p->again_ns;
}

/* Asks, and shows the answer. False: there is no socket yet. */
static bool view(struct sampler *p, const struct watch *w, enum side side, struct event_sample *k,
                 uint64_t now_ns)
{
    ask(p, w, side, k);
    if (no_socket_yet(&w->side[side], k->state, session_state(p->session, w->conn, side)))
        return false;
    const struct event_sample *old = session_kernel(p->session, w->conn, side);
    if (!old || !sample_same(old, k) || old->timer_ms != k->timer_ms) {
        session_kernel_set(p->session, w->conn, k, now_ns);
        p->news = true;
    }
    return true;
}

static void look(struct sampler *p, struct watch *w, enum side side)
{
    struct side_watch *sw = &w->side[side];
    struct event_sample k;
    const bool there = view(p, w, side, &k, p->last_ns);
    enum tcp_state machine = session_state(p->session, w->conn, side);
    sw->timer = k.timer != TIMER_NONE;
    sw->syn_received = k.state == STATE_SYN_RECEIVED || machine == STATE_SYN_RECEIVED;
    if (!there) {
        sw->odd = false;
        return;
    }
    if (k.state == machine) {
        write_sample(p, w, &k, machine);
        return;
    }
    /* Told once, the pair is only told again when it changes. */
    if (sw->written && sw->machine == machine && sw->last.state == k.state) {
        write_sample(p, w, &k, machine);
        return;
    }
    if (!confirmed(p, sw, k.state, machine))
        return;
    if (k.state == STATE_CLOSED && (machine == STATE_TIME_WAIT || machine == STATE_FIN_WAIT_2)) {
        struct event gone = {.kind = EVENT_GONE, .u.gone = side};
        apply(p, w, &gone);
        machine = session_state(p->session, w->conn, side);
    }
    write_sample(p, w, &k, machine);
}

/* A side is done with when its last CLOSED has been written, or when it never had a socket and the other one
 * is done. */
static bool side_done(struct sampler *p, const struct watch *w, enum side side)
{
    const struct side_watch *sw = &w->side[side];
    return sw->written && session_state(p->session, w->conn, side) == STATE_CLOSED &&
           sw->last.state == STATE_CLOSED && sw->machine == STATE_CLOSED && !sw->odd;
}

static bool side_never(struct sampler *p, const struct watch *w, enum side side)
{
    enum tcp_state m = session_state(p->session, w->conn, side);
    return !w->side[side].written && !w->side[side].odd && (m == STATE_UNKNOWN || m == STATE_LISTEN);
}

/* Asks both sides of a connection. A newer connection on the same addresses ends the watch: an answer would
 * be its. */
static void look_both(struct sampler *p, struct watch *w)
{
    struct event_key key = {.known = true, .tuple = w->tuple};
    watches_take(&p->watches, WATCH_TOUCHED, w);
    bool over = session_find(p->session, &key) != w->conn;
    bool done = over;
    if (!over) {
        for (int side = 0; side < SIDE_COUNT; side++)
            if (!side_done(p, w, (enum side)side))
                look(p, w, (enum side)side);
        bool client = side_done(p, w, SIDE_CLIENT), server = side_done(p, w, SIDE_SERVER);
        done = (client && (server || side_never(p, w, SIDE_SERVER))) ||
               (server && side_never(p, w, SIDE_CLIENT));
    }
    if (done)
        watches_drop(&p->watches, w);
    else
        watches_update(&p->watches, w);
}

/* Something happened to a connection: it is to be asked. */
static void touch(struct sampler *p, uint32_t conn)
{
    bool over;
    struct conn_view view;
    struct watch *w = watches_find(&p->watches, conn, &over);
    if (over)
        return;
    if (!w && session_conn(p->session, conn, &view)) {
        w = watches_add(&p->watches, conn, &view.tuple);
        p->failed = p->failed || !w;
    }
    if (w)
        watches_put(&p->watches, WATCH_TOUCHED, w);
}

/* Connections with new rows: what is asked now. */
static bool take_rows(struct sampler *p)
{
    bool any = false;
    size_t end = session_rows(p->session);
    for (; p->seen_rows < end; p->seen_rows++) {
        const struct row *r = session_row(p->session, p->seen_rows);
        if (r->kind == EVENT_SAMPLE || r->kind == EVENT_LISTENER || r->kind == EVENT_GONE)
            continue;
        any = true;
        if (r->conn == NO_CONN)
            continue;
        touch(p, r->conn);
    }
    return any;
}

static void look_listener(struct sampler *p)
{
    if (p->server.addr.family == 0)
        return;
    struct event_listener l = {.state = STATE_CLOSED, .syn_q = -1, .accept_q = -1, .backlog = -1};
    if (!p->hooks.listener(p->hooks.ctx, &p->server, &l))
        l = (struct event_listener){.state = STATE_CLOSED, .syn_q = -1, .accept_q = -1, .backlog = -1};
    else
        l.syn_q = p->watches.syn_received > 0 ? p->hooks.syn_queue(p->hooks.ctx, &p->server) : 0;
    if (p->listener_written ? listener_same(&l, &p->listener) : l.state == STATE_CLOSED)
        return;
    p->listener = l;
    p->listener_written = true;
    struct event e = {.kind = EVENT_LISTENER, .u.listener = l};
    apply(p, NULL, &e);
}

/* Looks at up to `most` connections from the front of a list; each goes to its end or leaves it. */
static void look_round(struct sampler *p, enum watch_list list, size_t most)
{
    size_t count = p->watches.list[list].count;
    for (size_t n = 0; n < count && n < most; n++) {
        struct watch *w = p->watches.list[list].first;
        if (!w || (list == WATCH_ODD && watches_odd_since(&p->watches) + p->again_ns > p->last_ns))
            return;
        watches_take(&p->watches, list, w);
        look_both(p, w);
    }
}

bool sampler_run(struct sampler *p, uint64_t now_ns)
{
    p->news = false;
    if (held(p, now_ns))
        return false;
    if (now_ns > p->last_ns)
        p->last_ns = now_ns;
    bool any = take_rows(p);
    look_round(p, WATCH_TOUCHED, SIZE_MAX);
    look_round(p, WATCH_ODD, SIZE_MAX);
    if (sampler_timer_runs(p) && p->last_ns - p->timers_ns >= TIMERS_NS) {
        p->timers_ns = p->last_ns;
        look_round(p, WATCH_TIMER, TIMERS_ROUND);
        any = true;
    }
    if (any)
        look_listener(p);
    return p->news;
}

void sampler_refresh(struct sampler *p, uint32_t conn, uint64_t now_ns)
{
    bool over;
    const struct watch *w = watches_find(&p->watches, conn, &over);
    struct event_sample k;
    for (int side = 0; w && side < SIDE_COUNT; side++)
        if (!side_done(p, w, (enum side)side))
            view(p, w, (enum side)side, &k, now_ns);
}

uint64_t sampler_wait(const struct sampler *p, uint64_t now_ns)
{
    uint64_t due = UINT64_MAX, again = watches_odd_since(&p->watches);
    if (again != 0)
        due = again + p->again_ns;
    if (sampler_timer_runs(p) && p->timers_ns + TIMERS_NS < due)
        due = p->timers_ns + TIMERS_NS;
    if (due == UINT64_MAX)
        return 0;
    return due > now_ns ? due - now_ns : 1;
}

bool sampler_timer_runs(const struct sampler *p)
{
    return p->watches.list[WATCH_TIMER].count > 0;
}

bool sampler_unsettled(const struct sampler *p)
{
    return p->watches.list[WATCH_ODD].count > 0;
}

bool sampler_failed(const struct sampler *p)
{
    return p->failed;
}
