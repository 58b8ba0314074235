/* csv.c: a spreadsheet (RFC 4180): a head with the names of the columns, a line an event. A row fills the
 * cells of its kind, from the left to the right. */
#include "export/drill.h"
#include "export/inert.h"
#include "export/writer.h"

enum column {
#define COLUMN(id, name) COLUMN_##id,
#include "export/csv_columns.def"
    COLUMNS
};

struct csv {
    unsigned at; /* the column that is written next */
};

/* Moves on to a column. */
static struct str *to(struct export *e, enum column column)
{
    struct csv *c = e->own;
    for (; c->at < column; c->at++)
        str_put_char(&e->out, ',');
    return &e->out;
}

static void number(struct export *e, enum column column, uint64_t v)
{
    str_put_u64(to(e, column), v);
}

/* -1 is what the kernel did not say. */
static void known(struct export *e, enum column column, int64_t v)
{
    if (v >= 0)
        number(e, column, (uint64_t)v);
}

/* A name of ours, which needs no care; NULL: none. */
static void name(struct export *e, enum column column, const char *text)
{
    str_put(to(e, column), text);
}

static void foreign(struct export *e, enum column column, const char *text)
{
    if (text)
        inert_put_cell(to(e, column), text, strlen(text));
}

static void conn(struct export *e, const struct row *r)
{
    if (r->conn != NO_CONN)
        number(e, COLUMN_CONN, (uint64_t)r->conn + 1);
}

/* The names of a set's members, a blank between them. */
static void names(struct str *out, uint64_t set, const char *(*name_of)(size_t i))
{
    for (bool first = true; set; set &= set - 1, first = false) {
        if (!first)
            str_put_char(out, ' ');
        str_put(out, name_of((size_t)__builtin_ctzll(set)));
    }
}

static const char *label_of(size_t i)
{
    return label_name((enum label)i);
}

static const char *ws_of(size_t i)
{
    return ws_name((enum ws_label)i);
}

/* Where it comes from, what it says. Options hold commas. */
static void put_seg(struct export *e, const struct row *r, const struct seg *seg)
{
    struct str *out = to(e, COLUMN_SRC);
    str_put_endpoint(out, &seg->src);
    str_put_endpoint(to(e, COLUMN_DST), &seg->dst);
    drill_flags(to(e, COLUMN_FLAGS), r->flags, false);
    number(e, COLUMN_SEQ, r->seq);
    number(e, COLUMN_ACK, r->ack);
    number(e, COLUMN_LEN, row_len(r));
    number(e, COLUMN_WIN, row_win(r));
    if (seg->tcp.len > 20) {
        str_put_char(to(e, COLUMN_OPTIONS), '"');
        drill_options(out, e->session, r, seg, false);
        str_put_char(out, '"');
    }
}

static void put_links(struct export *e, const struct row *r)
{
    struct row_extra x;
    session_extra(e->session, r, &x);
    if (r->acks)
        number(e, COLUMN_ACKS_FRAME, r->acks);
    struct str *out = x.repeats_count ? to(e, COLUMN_REPEATS_FRAMES) : &e->out;
    for (uint32_t i = 0; i < x.repeats_count; i++) {
        if (i > 0)
            str_put_char(out, ' ');
        str_put_u64(out, x.repeats[i]);
    }
    if (x.call)
        foreign(e, COLUMN_CAUSE, x.call->name);
    else if (x.cause != CAUSE_CALL)
        name(e, COLUMN_CAUSE, cause_name(x.cause));
}

/* A sentence of ours begins as words do, and what it has from elsewhere is harmless but for quotes. */
static void put_sentence(struct export *e)
{
    struct str *out = to(e, COLUMN_NOTE);
    if (memchr(e->note.at, '"', e->note.len)) {
        inert_put_cell(out, e->note.at, e->note.len);
        return;
    }
    str_put_char(out, '"');
    str_put_n(out, e->note.at, e->note.len);
    str_put_char(out, '"');
}

static void put_segment(struct export *e, const struct row *r)
{
    struct seg seg;
    number(e, COLUMN_FRAME, r->frame);
    conn(e, r);
    name(e, COLUMN_FROM, side_name((enum side)r->side));
    if (session_head(e->session, r, &seg))
        put_seg(e, r, &seg);
    names(to(e, COLUMN_LABELS), r->labels, label_of);
    names(to(e, COLUMN_WIRESHARK), r->wireshark, ws_of);
    name(e, COLUMN_STEP, step_name((enum step)r->step));
    name(e, COLUMN_CLIENT_STATE, state_name(row_state(r, SIDE_CLIENT)));
    name(e, COLUMN_SERVER_STATE, state_name(row_state(r, SIDE_SERVER)));
    put_links(e, r);
    str_clear(&e->note);
    say_note(&e->note, &e->voice, e->session, r);
    put_sentence(e);
}

static void put_call(struct export *e, const struct row *r)
{
    const struct event_call *c = session_call(e->session, r);
    if (!c)
        return;
    conn(e, r);
    name(e, COLUMN_FROM, side_name(c->side));
    foreign(e, COLUMN_NAME, c->name);
    foreign(e, COLUMN_ARGS, c->args);
    if (c->errname)
        foreign(e, COLUMN_RESULT, c->errname);
    else
        str_put_i64(to(e, COLUMN_RESULT), c->result);
    str_put_fixed(to(e, COLUMN_TOOK), e->steady ? 0 : c->took_ns, 9);
}

static void put_sample(struct export *e, const struct row *r)
{
    const struct event_sample *k = session_sample(e->session, r);
    if (!k)
        return;
    conn(e, r);
    name(e, COLUMN_FROM, side_name(k->side));
    name(e, k->side == SIDE_CLIENT ? COLUMN_CLIENT_STATE : COLUMN_SERVER_STATE, state_name(k->state));
    known(e, COLUMN_RECV_Q, k->recv_q);
    known(e, COLUMN_SEND_Q, k->send_q);
    known(e, COLUMN_UNSENT, k->unsent);
    known(e, COLUMN_CWND, k->cwnd);
    known(e, COLUMN_SSTHRESH, k->ssthresh);
    known(e, COLUMN_RTT_US, k->rtt_us);
    known(e, COLUMN_RTO_US, k->rto_us);
    name(e, COLUMN_TIMER, timer_name(k->timer));
    known(e, COLUMN_TIMER_MS, k->timer == TIMER_NONE ? -1 : k->timer_ms);
}

static void put_listener(struct export *e, const struct row *r)
{
    const struct event_listener *k = session_listener_at(e->session, r);
    if (!k)
        return;
    name(e, COLUMN_FROM, side_name(SIDE_SERVER));
    name(e, COLUMN_SERVER_STATE, state_name(k->state));
    known(e, COLUMN_SYN_Q, k->syn_q);
    known(e, COLUMN_ACCEPT_Q, k->accept_q);
    known(e, COLUMN_BACKLOG, k->backlog);
}

static void put_stamp(struct export *e, const struct row *r)
{
    uint32_t segment;
    enum stamp_point point;
    if (!session_stamp(e->session, r, &segment, &point))
        return;
    const struct row *of = segment == NO_ROW ? NULL : session_row(e->session, segment);
    known(e, COLUMN_FRAME, of ? (int64_t)of->frame : -1);
    name(e, COLUMN_NAME, stamp_point_name(point));
}

static void put_counter(struct export *e, const struct row *r)
{
    const struct event_counter *c = session_counter(e->session, r);
    if (!c)
        return;
    name(e, COLUMN_FROM, side_name(c->side));
    foreign(e, COLUMN_NAME, c->name);
    str_put_i64(to(e, COLUMN_RESULT), c->delta);
}

static void put_wire(struct export *e, const struct row *r)
{
    const struct event_wire *w = session_wire(e->session, r);
    if (!w)
        return;
    number(e, COLUMN_FRAME, w->frame);
    conn(e, r);
    name(e, r->side == SIDE_CLIENT ? COLUMN_CLIENT_STATE : COLUMN_SERVER_STATE,
         state_name(row_state(r, (enum side)r->side)));
    name(e, COLUMN_NAME, wire_event_name(w->what));
}

static void put_note(struct export *e, const struct row *r)
{
    size_t len = 0;
    const char *text = session_note(e->session, r, &len, NULL);
    str_clear(&e->note);
    if (say_icmp(&e->note, &e->voice, e->session, r)) {
        number(e, COLUMN_FRAME, r->frame);
        conn(e, r);
        put_sentence(e);
    } else if (text) {
        inert_put_cell(to(e, COLUMN_NOTE), text, len);
    }
}

static void csv_begin(struct export *e)
{
    static const char *const head[COLUMNS] = {
#define COLUMN(id, name) [COLUMN_##id] = (name),
#include "export/csv_columns.def"
    };
    for (size_t i = 0; i < COLUMNS; i++) {
        str_put(&e->out, i ? "," : "");
        str_put(&e->out, head[i]);
    }
    str_put(&e->out, "\r\n");
}

static void csv_row(struct export *e, uint32_t row)
{
    static void (*const bodies[EVENT_KINDS])(struct export * e, const struct row *r) = {
        [EVENT_SEGMENT] = put_segment,   [EVENT_CALL] = put_call,   [EVENT_SAMPLE] = put_sample,
        [EVENT_LISTENER] = put_listener, [EVENT_STAMP] = put_stamp, [EVENT_COUNTER] = put_counter,
        [EVENT_NOTE] = put_note,         [EVENT_WIRE] = put_wire,
    };
    const struct row *r = session_row(e->session, row);
    struct csv *c = e->own;
    if (!r || r->kind >= EVENT_KINDS || !bodies[r->kind])
        return;
    uint64_t start = session_start(e->session);
    c->at = COLUMN_TYPE;
    name(e, COLUMN_TYPE, event_kind_name((enum event_kind)r->kind));
    str_put_fixed(to(e, COLUMN_TIME), r->time_ns, 9);
    str_put(to(e, COLUMN_SINCE), r->time_ns < start ? "-" : "");
    str_put_fixed(&e->out, r->time_ns < start ? start - r->time_ns : r->time_ns - start, 9);
    bodies[r->kind](e, r);
    str_put(to(e, COLUMNS - 1), "\r\n");
    e->out.failed = e->out.failed || e->note.failed;
}

const struct export_writer csv_writer = {.own = sizeof(struct csv), .begin = csv_begin, .row = csv_row};
