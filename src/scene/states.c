/* states.c: one side's panel from the machine's state, the kernel's last sample and what its program does.
 * The sample is older than now, so a timer has come nearer by the time that passed since. */
#include "scene/states.h"

#include "scene/fill.h"
#include "scene/sample.h"

/* All texts of a panel but its queues'. */
enum { TEXTS = 12 };

static void panel_texts(struct panel *p, struct str *out[TEXTS])
{
    struct str *const texts[TEXTS] = {&p->title,       &p->title_short, &p->state_text, &p->state_short,
                                      &p->kernel,      &p->program,     &p->numbers,    &p->timer_text,
                                      &p->timer_short, &p->probes,      &p->last_read,  &p->counts};
    for (size_t i = 0; i < TEXTS; i++)
        out[i] = texts[i];
}

void panel_init(struct panel *p, const struct mem *m)
{
    struct str *texts[TEXTS];
    *p = (struct panel){0};
    panel_texts(p, texts);
    for (size_t i = 0; i < TEXTS; i++)
        str_init(texts[i], m);
    queues_init(&p->queues, m);
    listener_queues_init(&p->listener, m);
}

void panel_release(struct panel *p)
{
    struct str *texts[TEXTS];
    panel_texts(p, texts);
    for (size_t i = 0; i < TEXTS; i++)
        str_release(texts[i]);
    queues_release(&p->queues);
    listener_queues_release(&p->listener);
}

static void put_title(struct panel *p, const struct voice *v, const struct panel_of *of)
{
    static const char *const sides[] = {[SIDE_CLIENT] = N_("CLIENT"), [SIDE_SERVER] = N_("SERVER")};
    struct conn_view conn;
    put_words(&p->title, v, sides[of->side]);
    put_words(&p->title_short, v, sides[of->side]);
    if (of->conn == NO_CONN || !session_conn(of->session, of->conn, &conn))
        return;
    str_put_char(&p->title, ' ');
    str_put_endpoint(&p->title, &conn.tuple.end[of->side]);
    str_put(&p->title_short, " :");
    str_put_u64(&p->title_short, conn.tuple.end[of->side].port);
}

static void put_state(struct panel *p, const struct voice *v, const struct panel_of *of,
                      const struct event_sample *k)
{
    p->state = of->conn == NO_CONN ? STATE_UNKNOWN
               : of->at            ? of->at->state[of->side]
                                   : session_state(of->session, of->conn, of->side);
    const struct row *row = of->seen_only && of->row != NO_ROW ? session_row(of->session, of->row) : NULL;
    if (row && row->conn == of->conn)
        p->state = row_state(row, of->side);
    str_put(&p->state_text, state_name(p->state));
    str_put(&p->state_short, state_brief(p->state));
    /* a moment may come before the kernel was asked about it: then it does not differ, it was not asked */
    row = of->at && of->at->row != NO_ROW ? session_row(of->session, of->at->row) : NULL;
    if (k && k->state != p->state && row && of->at->kernel_ns[of->side] < row->time_ns)
        k = NULL;
    p->sampled = k != NULL;
    p->agrees = k && k->state == p->state;
    if (p->agrees)
        put_words(&p->kernel, v, N_("kernel ✓"));
    else if (k)
        put_filled(&p->kernel, v, N_("kernel says {state}"), "state", state_name(k->state), NULL);
}

static void put_program(struct panel *p, const struct voice *v, const struct panel_of *of)
{
    static const char *const words[] = {
        [WAITS_NOTHING] = "",
        [WAITS_ACCEPT] = N_("waiting in accept()"),
        [WAITS_READ] = N_("waiting in read()"),
        [WAITS_WRITE] = N_("waiting in write()"),
        [WAITS_TEACHER] = N_("a request waits: r"),
        [WAITS_CONNECT] = N_("waiting in connect()"),
        [WAITS_CLOSED] = N_("closed"),
        [WAITS_STOPPED] = N_("does not read"),
    };
    const bool accepting = of->accepting && of->side == SIDE_SERVER;
    enum lab_waits waits = of->program ? of->program->waits : accepting ? WAITS_ACCEPT : WAITS_NOTHING;
    put_words(&p->program, v, words[waits]);
    if (of->program && of->program->peer_closed && (waits == WAITS_NOTHING || waits == WAITS_READ))
        str_clear(&p->program), put_words(&p->program, v, N_("read() = 0: the peer has closed"));
}

/* "cwnd 10", or "cwnd –" where the kernel did not say. */
static void put_count(struct str *out, const struct voice *v, const char *name, int64_t value)
{
    put_words(out, v, name);
    str_put_char(out, ' ');
    if (value < 0)
        str_put(out, v->ascii ? "-" : "–");
    else
        str_put_i64(out, value);
}

static void put_us(struct str *out, const struct voice *v, const char *name, int64_t us, bool steady)
{
    put_words(out, v, name);
    str_put_char(out, ' ');
    if (us < 0)
        str_put(out, v->ascii ? "-" : "–");
    else
        str_put_span(out, steady ? 0 : (uint64_t)us * 1000, v->ascii);
}

static void put_numbers(struct panel *p, const struct voice *v, const struct event_sample *k, bool steady)
{
    struct str *out = &p->numbers;
    if (!k || k->cwnd < 0)
        return;
    put_count(out, v, N_("cwnd"), k->cwnd);
    str_put(out, "  ");
    put_count(out, v, N_("ssthresh"), k->ssthresh);
    str_put(out, "  ");
    put_us(out, v, N_("rtt"), k->rtt_us, steady);
    str_put(out, "  ");
    put_us(out, v, N_("rto"), k->rto_us, steady);
    str_put(out, "  ");
    put_words(out, v, N_("window"));
    str_put_char(out, ' ');
    if (k->snd_wnd < 0)
        str_put(out, v->ascii ? "-" : "–");
    else
        str_put_size(out, (uint64_t)k->snd_wnd);
}

/* The whole length of the running timer in ms; 0 where nobody knows. A time-out of TIME-WAIT is 60 s on
 * Linux; RTO and persist double with each attempt, up to 120 s. */
static uint64_t timer_whole(const struct event_sample *k, uint64_t keepalive_ms)
{
    enum { TIME_WAIT_MS = 60000, RTO_MAX_MS = 120000 };
    switch (k->timer) {
    case TIMER_KEEPALIVE: return keepalive_ms;
    case TIMER_TIME_WAIT: return TIME_WAIT_MS;
    case TIMER_RETRANSMIT:
    case TIMER_PERSIST:
        return k->rto_us > 0 && k->rto_us / 1000 < RTO_MAX_MS ? (uint64_t)k->rto_us / 1000 : RTO_MAX_MS;
    case TIMER_NONE:
    case TIMER_DELAYED_ACK: break;
    }
    return 0;
}

static void put_timer(struct panel *p, const struct voice *v, const struct panel_of *of,
                      const struct event_sample *k)
{
    p->timer = k && k->timer <= TIMER_DELAYED_ACK ? k->timer : TIMER_NONE;
    p->timer_bar = (struct gauge){0};
    if (!k)
        return;
    struct str time;
    str_init(&time, p->timer_text.mem);
    if (p->timer != TIMER_NONE && k->timer_ms >= 0) {
        uint64_t since =
            of->at ? of->at->kernel_ns[of->side] : session_kernel_time(of->session, of->conn, of->side);
        uint64_t passed = of->now_ns > since ? (of->now_ns - since) / 1000000 : 0;
        uint64_t left = (uint64_t)k->timer_ms > passed ? (uint64_t)k->timer_ms - passed : 0;
        uint64_t whole = timer_whole(k, of->keepalive_ms);
        if (of->steady)
            left = 0;
        if (whole < left)
            whole = left;
        p->timer_bar = (struct gauge){whole > 0, whole - left, whole};
        /* Tenths of a second: what changes faster than the eye reads would only flicker. */
        str_put_fixed(&time, (left + 50) / 100, 1);
        str_put(&time, " s");
    }
    say_timer(&p->timer_text, v, k, time.at, false);
    say_timer(&p->timer_short, v, k, time.at, true);
    str_release(&time);
    if ((p->timer != TIMER_KEEPALIVE && p->timer != TIMER_PERSIST) || k->probes < 0)
        return;
    put_count(&p->probes, v, N_("probe"), k->probes);
    if (k->probes_max > 0) {
        struct str most;
        str_init(&most, p->probes.mem);
        str_put_i64(&most, k->probes_max);
        put_filled(&p->probes, v, N_(" of {whole}"), "whole", most.at, NULL);
        str_release(&most);
    }
}

/* The first line of what was read last, and how many bytes that was; false: nothing was. */
static bool get_last_read(const struct panel_of *of, struct str *line, uint32_t *len)
{
    const struct event_call *then = of->at ? of->at->read[of->side] : NULL;
    if (of->conn == NO_CONN || (of->at && !then))
        return false;
    if (then) {
        session_put_read(line, then);
        *len = (uint32_t)then->result;
        return true;
    }
    const char *now = session_last_read(of->session, of->conn, of->side, len);
    str_put(line, now);
    return now != NULL;
}

static void put_last_read(struct panel *p, const struct voice *v, const struct panel_of *of)
{
    uint32_t len = 0;
    struct str line, number;
    str_init(&line, p->last_read.mem);
    str_init(&number, p->last_read.mem);
    if (get_last_read(of, &line, &len)) {
        str_put_u64(&number, len);
        put_filled(&p->last_read, v, len == 1 ? N_("1 byte: {line}") : N_("{n} bytes: {line}"), "n",
                   number.at, "line", line.at, NULL);
    } else {
        str_put(&p->last_read, v->ascii ? "-" : "–");
    }
    str_release(&line);
    str_release(&number);
}

/* "sent 6.3 M in 4,512 segments, 12 again  window 64 K  mss 1460  rtt 31 ms": of its whole life. */
static void put_counts(struct panel *p, const struct voice *v, const struct panel_of *of)
{
    struct conn_view c;
    struct str bytes, number, segments, again;
    if (!of->seen_only || of->conn == NO_CONN || !session_conn(of->session, of->conn, &c))
        return;
    const struct flow_stats *f = &c.stats[of->side];
    str_init(&bytes, p->counts.mem);
    str_init(&number, p->counts.mem);
    str_init(&segments, p->counts.mem);
    str_init(&again, p->counts.mem);
    str_put_size(&bytes, flow_bytes(f));
    str_put_grouped(&number, f->segments);
    str_put_grouped(&again, f->retransmitted_segments);
    put_filled(&segments, v, f->segments == 1 ? N_("1 segment") : N_("{n} segments"), "n", number.at, NULL);
    put_filled(&p->counts, v,
               f->retransmitted_segments > 0 ? N_("sent {bytes} in {segments}, {again} again")
                                             : N_("sent {bytes} in {segments}"),
               "bytes", bytes.at, "segments", segments.at, "again", again.at, NULL);
    str_release(&bytes);
    str_release(&number);
    str_release(&segments);
    str_release(&again);
    str_put(&p->counts, "  ");
    put_words(&p->counts, v, N_("window"));
    str_put_char(&p->counts, ' ');
    str_put_size(&p->counts, c.rcv_wnd[of->side]);
    if (c.mss[of->side] > 0) {
        str_put(&p->counts, "  ");
        put_count(&p->counts, v, N_("mss"), c.mss[of->side]);
    }
    if (f->rtt_samples > 0) {
        str_put(&p->counts, "  ");
        put_us(&p->counts, v, N_("rtt"), (int64_t)(f->rtt_sum_ns / f->rtt_samples / 1000), of->steady);
    }
}

/* Of the past: the socket is closed since, by a RST or a close, and its timers with it; the kernel was asked
 * before that. */
static const struct event_sample *without_timer(const struct event_sample *k, struct event_sample *gone)
{
    if (!k)
        return NULL;
    *gone = *k;
    gone->timer = TIMER_NONE;
    gone->timer_ms = gone->probes = gone->probes_max = -1;
    return gone;
}

void panel_fill(struct panel *p, const struct voice *v, const struct panel_of *of)
{
    struct str *texts[TEXTS];
    struct event_sample gone;
    panel_texts(p, texts);
    for (size_t i = 0; i < TEXTS; i++)
        str_clear(texts[i]);
    p->side = of->side;
    p->seen_only = of->seen_only;
    const struct event_sample *k = of->conn == NO_CONN ? NULL
                                   : of->at            ? of->at->kernel[of->side]
                                                       : session_kernel(of->session, of->conn, of->side);
    put_title(p, v, of);
    put_state(p, v, of, k);
    put_program(p, v, of);
    queues_of(&p->queues, v, k);
    listener_queues_of(&p->listener, v, of->at ? of->at->listener : session_listener(of->session),
                       of->at ? of->at->listener_state : session_listener_state(of->session));
    put_numbers(p, v, k, of->steady);
    put_timer(p, v, of, of->at && p->state == STATE_CLOSED ? without_timer(k, &gone) : k);
    put_last_read(p, v, of);
    put_counts(p, v, of);
}
