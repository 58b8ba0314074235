#include "scene/sample.h"

#include "scene/fill.h"

static const struct {
    const char *words, *brief;
} timers[] = {
    [TIMER_NONE] = {N_("no timer runs"), N_("no timer")},
    [TIMER_RETRANSMIT] = {N_("retransmission in {time}"), N_("rto {time}")},
    [TIMER_KEEPALIVE] = {N_("keepalive in {time}"), N_("ka {time}")},
    [TIMER_TIME_WAIT] = {N_("TIME-WAIT ends in {time}"), N_("tw {time}")},
    [TIMER_PERSIST] = {N_("window probe in {time}"), N_("zwp {time}")},
    [TIMER_DELAYED_ACK] = {N_("delayed ACK in {time}"), N_("ack {time}")},
};

void say_timer(struct str *out, const struct voice *v, const struct event_sample *k, const char *time,
               bool brief)
{
    size_t timer = (size_t)k->timer < COUNT_OF(timers) ? (size_t)k->timer : TIMER_NONE;
    const char *words = brief ? timers[timer].brief : timers[timer].words;
    /* An orphan in FIN-WAIT-2 waits in the kernel's table of TIME-WAIT, with its clock. */
    if (timer == TIMER_TIME_WAIT && k->state == STATE_FIN_WAIT_2)
        words = brief ? N_("fw2 {time}") : N_("FIN-WAIT-2 ends in {time}");
    put_filled(out, v, words, "time", time, NULL);
}

/* A number in a text with the place {n}; -1: nothing is put. Between two of them stands a comma. */
static void put_counted(struct str *out, const struct voice *v, size_t start, const char *english, int64_t n)
{
    if (n < 0)
        return;
    struct str number;
    str_init(&number, out->mem);
    str_put_i64(&number, n);
    if (out->len > start)
        str_put(out, v->lang == LANG_ZH ? "，" : ", ");
    put_filled(out, v, english, "n", number.at, NULL);
    out->failed = out->failed || number.failed;
    str_release(&number);
}

/* The same with a length of time. */
static void put_spanned(struct str *out, const struct voice *v, const char *english, int64_t us)
{
    if (us < 0)
        return;
    struct str time;
    str_init(&time, out->mem);
    str_put_span(&time, v->steady ? 0 : (uint64_t)us * 1000, v->ascii);
    str_put(out, v->lang == LANG_ZH ? "，" : ", ");
    put_filled(out, v, english, "time", time.at, NULL);
    out->failed = out->failed || time.failed;
    str_release(&time);
}

void say_queues(struct str *out, const struct voice *v, const struct event_sample *k)
{
    size_t start = out->len;
    put_counted(out, v, start, N_("send queue {n}"), k->send_q);
    put_counted(out, v, start, N_("receive queue {n}"), k->recv_q);
}

void say_sample(struct str *out, const struct voice *v, const struct event_sample *k)
{
    size_t start = out->len;
    put_filled(out, v,
               k->side == SIDE_CLIENT ? N_("the client's socket: {state}")
                                      : N_("the server's socket: {state}"),
               "state", state_name(k->state) ? state_name(k->state) : "?", NULL);
    put_counted(out, v, start, N_("cwnd {n}"), k->cwnd);
    put_spanned(out, v, N_("RTT {time}"), k->rtt_us);
    put_spanned(out, v, N_("RTO {time}"), k->rto_us);
    if (k->timer == TIMER_NONE || k->timer_ms < 0)
        return;
    struct str time;
    str_init(&time, out->mem);
    if (v->steady || k->timer_ms == 0)
        str_put(&time, "0 ms");
    else
        str_put_span(&time, (uint64_t)k->timer_ms * 1000000, v->ascii);
    str_put(out, v->lang == LANG_ZH ? "，" : ", ");
    say_timer(out, v, k, time.at, false);
    out->failed = out->failed || time.failed;
    str_release(&time);
}

void say_listener(struct str *out, const struct voice *v, const struct event_listener *k)
{
    size_t start = out->len;
    put_filled(out, v, N_("the listening socket: {state}"), "state",
               state_name(k->state) ? state_name(k->state) : "?", NULL);
    put_counted(out, v, start, N_("syn queue {n}"), k->syn_q);
    put_counted(out, v, start, N_("accept queue {n}"), k->accept_q);
    put_counted(out, v, start, N_("backlog {n}"), k->backlog);
}

void say_counter(struct str *out, const struct voice *v, const struct event_counter *c)
{
    struct str number, name;
    str_init(&number, out->mem);
    str_init(&name, out->mem);
    str_put_i64(&number, c->delta);
    put_foreign(&name, c->name, v->ascii);
    put_filled(out, v,
               counter_is_said(c) ? N_("the kernel said {name}")
                                  : N_("the kernel's counter {name} moved by {n}"),
               "name", name.at, "n", number.at, NULL);
    out->failed = out->failed || number.failed || name.failed;
    str_release(&name);
    str_release(&number);
}

bool say_measured(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    const struct event_sample *k = session_sample(s, r);
    const struct event_listener *l = session_listener_at(s, r);
    const struct event_counter *c = session_counter(s, r);
    if (k) {
        size_t start = out->len;
        say_sample(out, v, k);
        if (out->len > start && (k->send_q >= 0 || k->recv_q >= 0))
            str_put(out, v->lang == LANG_ZH ? "，" : ", ");
        say_queues(out, v, k);
    } else if (l) {
        say_listener(out, v, l);
    } else if (c) {
        say_counter(out, v, c);
    }
    return k || l || c;
}
