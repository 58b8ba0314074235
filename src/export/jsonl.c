/* jsonl.c: JSON Lines, one object an event, the same for every source. Keys stand in a fixed order; what is
 * not known is null; times are seconds since the epoch with nine decimals. Numbers are written digit by
 * digit: a locale or a floating-point number would change them. */
#include "export/json.h"

void json_string(struct str *out, const char *text)
{
    if (!text) {
        str_put(out, "null");
        return;
    }
    str_put_char(out, '"');
    str_put_json(out, text, strlen(text));
    str_put_char(out, '"');
}

void json_name(struct str *out, const char *name)
{
    str_put(out, name ? "\"" : "null");
    str_put(out, name);
    str_put(out, name ? "\"" : "");
}

/* -1 is what the kernel did not say. */
#define json_known(out, name, v) (json_key(out, name), put_known(out, v))
static void put_known(struct str *out, int64_t v)
{
    if (v < 0)
        str_put(out, "null");
    else
        str_put_i64(out, v);
}

void json_seconds(struct str *out, uint64_t ns)
{
    str_put_fixed(out, ns, 9);
}

void json_address(struct str *out, const struct endpoint *at)
{
    str_put_char(out, '"');
    str_put_endpoint(out, at);
    str_put_char(out, '"');
}

void json_conn(struct str *out, uint32_t conn)
{
    json_key(out, "conn");
    if (conn == NO_CONN)
        str_put(out, "null");
    else
        str_put_u64(out, (uint64_t)conn + 1);
}

static void put_call(struct export *e, const struct row *r)
{
    const struct event_call *c = session_call(e->session, r);
    struct str *out = &e->out;
    if (!c)
        return;
    json_time(out, "took", e->steady ? 0 : c->took_ns);
    json_word(out, "side", side_name(c->side));
    json_conn(out, r->conn);
    json_text(out, "name", c->name);
    json_text(out, "args", c->args);
    if (c->errname) {
        json_text(out, "result", c->errname);
    } else {
        json_key(out, "result");
        str_put_i64(out, c->result);
    }
}

static void put_sample(struct export *e, const struct row *r)
{
    const struct event_sample *k = session_sample(e->session, r);
    struct str *out = &e->out;
    if (!k)
        return;
    json_word(out, "side", side_name(k->side));
    json_conn(out, r->conn);
    json_word(out, "state", state_name(k->state));
    json_word(out, "machine", state_name(session_sample_machine(e->session, r)));
    json_known(out, "recv_q", k->recv_q);
    json_known(out, "send_q", k->send_q);
    json_known(out, "unsent", k->unsent);
    json_known(out, "cwnd", k->cwnd);
    json_known(out, "ssthresh", k->ssthresh);
    json_known(out, "rtt_us", k->rtt_us);
    json_known(out, "rto_us", k->rto_us);
    json_word(out, "timer", timer_name(k->timer));
    json_known(out, "timer_ms", k->timer == TIMER_NONE ? -1 : k->timer_ms);
}

static void put_listener(struct export *e, const struct row *r)
{
    const struct event_listener *k = session_listener_at(e->session, r);
    struct str *out = &e->out;
    if (!k)
        return;
    json_word(out, "state", state_name(k->state));
    json_known(out, "syn_q", k->syn_q);
    json_known(out, "accept_q", k->accept_q);
    json_known(out, "backlog", k->backlog);
}

static void put_stamp(struct export *e, const struct row *r)
{
    uint32_t segment;
    enum stamp_point point;
    if (!session_stamp(e->session, r, &segment, &point))
        return;
    const struct row *of = segment == NO_ROW ? NULL : session_row(e->session, segment);
    json_known(&e->out, "frame", of ? (int64_t)of->frame : -1);
    json_word(&e->out, "point", stamp_point_name(point));
}

static void put_counter(struct export *e, const struct row *r)
{
    const struct event_counter *c = session_counter(e->session, r);
    if (!c)
        return;
    json_word(&e->out, "side", side_name(c->side));
    json_text(&e->out, "name", c->name);
    json_key(&e->out, "delta");
    str_put_i64(&e->out, c->delta);
}

static void put_wire(struct export *e, const struct row *r)
{
    const struct event_wire *w = session_wire(e->session, r);
    if (!w)
        return;
    json_known(&e->out, "frame", w->frame);
    json_word(&e->out, "event", wire_event_name(w->what));
    json_word(&e->out, "state", state_name(row_state(r, (enum side)r->side)));
}

static void put_note(struct export *e, const struct row *r)
{
    size_t len = 0;
    const char *text = session_note(e->session, r, &len, NULL);
    struct str error;
    str_init(&error, e->out.mem);
    if (say_icmp(&error, &e->voice, e->session, r)) {
        text = error.at;
        len = error.len;
    }
    json_key(&e->out, "text");
    str_put_char(&e->out, '"');
    if (text)
        str_put_json(&e->out, text, len);
    str_put_char(&e->out, '"');
    e->out.failed = e->out.failed || error.failed;
    str_release(&error);
}

static void jsonl_begin(struct export *e)
{
    struct str *out = &e->out;
    json_begin(out, "type");
    str_put(out, "\"session\"");
    json_text(out, "tool", "tcpviz");
    json_text(out, "version", TCPVIZ_VERSION);
    json_text(out, "source", session_source(e->session));
    json_key(out, "started");
    str_put_char(out, '"');
    put_date(out, session_started(e->session));
    str_put(out, "\"}\n");
}

static void jsonl_row(struct export *e, uint32_t row)
{
    /* What a kind adds to its type and time. A kind without a row here is none of the export's. */
    static void (*const bodies[EVENT_KINDS])(struct export * e, const struct row *r) = {
        [EVENT_SEGMENT] = json_segment,  [EVENT_CALL] = put_call,   [EVENT_SAMPLE] = put_sample,
        [EVENT_LISTENER] = put_listener, [EVENT_STAMP] = put_stamp, [EVENT_COUNTER] = put_counter,
        [EVENT_NOTE] = put_note,         [EVENT_WIRE] = put_wire,
    };
    const struct row *r = session_row(e->session, row);
    if (!r || r->kind >= EVENT_KINDS || !bodies[r->kind])
        return;
    json_begin(&e->out, "type");
    json_name(&e->out, event_kind_name((enum event_kind)r->kind));
    if (r->kind == EVENT_SEGMENT) {
        json_key(&e->out, "frame");
        str_put_u64(&e->out, r->frame);
    }
    json_time(&e->out, "time", r->time_ns);
    bodies[r->kind](e, r);
    str_put(&e->out, "}\n");
}

const struct export_writer jsonl_writer = {.begin = jsonl_begin, .row = jsonl_row};
