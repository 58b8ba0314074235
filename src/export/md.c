/* md.c: a table for a lab report (GitHub's Markdown): a line a segment, call or remark, and one for each
 * answer of the kernel that is another than before, with the queues. States stand where they change. */
#include "export/inert.h"
#include "export/writer.h"
#include "scene/sample.h"

struct md {
    struct ladder_line line;
    uint32_t conn; /* of the rows above */
};

enum { CELLS = 8, NUMBER = 0, TIME, CLIENT, SEGMENT, SERVER, CLIENT_QUEUES, SERVER_QUEUES, WHAT };

/* The next cells of a line, empty ones up to `cell`. */
static void skip_to(struct export *e, int *at, int cell)
{
    for (; *at < cell; ++*at)
        str_put(&e->out, *at ? " |" : "|");
    str_put(&e->out, " ");
}

static void cell(struct export *e, int *at, int which, const char *text, size_t len)
{
    if (len == 0)
        return;
    skip_to(e, at, which + 1);
    inert_put(&e->out, INERT_MARKDOWN, text, len);
}

static void end_line(struct export *e, int *at)
{
    for (; *at <= CELLS; ++*at)
        str_put(&e->out, " |");
    str_put_char(&e->out, '\n');
}

static void name(struct export *e, int *at, int which, const char *text)
{
    if (text)
        cell(e, at, which, text, strlen(text));
}

static void md_begin(struct export *e)
{
    struct str *out = &e->out;
    const char *source = say(&e->voice, session_source(e->session));
    const char *const head[CELLS] = {
        "#",          N_("time"),          N_("client"),        N_("segment"),
        N_("server"), N_("client queues"), N_("server queues"), N_("what happened")};
    str_put(out, "# tcpviz ");
    inert_put(out, INERT_MARKDOWN, source, strlen(source));
    str_put(out, "\n\n" TCPVIZ_VERSION ", ");
    put_date(out, e->steady ? 0 : session_started(e->session));
    str_put(out, "\n\n");
    int at = 0;
    for (int i = 0; i < CELLS; i++)
        name(e, &at, i, say(&e->voice, head[i]));
    end_line(e, &at);
    str_put(out, "|---:|---:|:--|:--|:--|:--|:--|:--|\n");
}

/* Where the rows go over to another connection, a line says which. */
static void put_connection(struct export *e, const struct row *r)
{
    struct md *m = e->own;
    struct conn_view conn;
    int at = 0;
    if (r->conn == NO_CONN || r->conn == m->conn || !session_conn(e->session, r->conn, &conn))
        return;
    m->conn = r->conn;
    str_clear(&e->note);
    say_conn(&e->note, &e->voice, r->conn, &conn.tuple);
    skip_to(e, &at, WHAT + 1);
    str_put(&e->out, "**");
    inert_put(&e->out, INERT_MARKDOWN, e->note.at, e->note.len);
    str_put(&e->out, "**");
    end_line(e, &at);
}

/* The arrow with its words: "SYN seq 0 mss 1460 →". */
static void put_segment(struct export *e, int *at, const struct ladder_line *l)
{
    bool right = l->from == SIDE_CLIENT;
    name(e, at, CLIENT, state_name(l->shown[SIDE_CLIENT]));
    skip_to(e, at, SEGMENT + 1);
    str_put(&e->out, right ? "" : e->voice.ascii ? "<- " : "← ");
    inert_put(&e->out, INERT_MARKDOWN, l->arrow.at, l->arrow.len);
    str_put(&e->out, !right ? "" : e->voice.ascii ? " ->" : " →");
    name(e, at, SERVER, state_name(l->shown[SIDE_SERVER]));
}

/* Of a frame that arrived: its receiver's state, where it changed. */
static void put_states(struct export *e, int *at, const struct ladder_line *l)
{
    name(e, at, CLIENT, state_name(l->shown[SIDE_CLIENT]));
    name(e, at, SERVER, state_name(l->shown[SIDE_SERVER]));
}

static void put_line(struct export *e, uint32_t row, const struct row *r)
{
    const struct ladder_style style = {.voice = e->voice, .time = TIME_START, .steady = e->steady};
    struct md *m = e->own;
    struct ladder_line *l = &m->line;
    const struct event_call *call = session_call(e->session, r);
    int at = 0;
    ladder_line_of(l, e->session, row, NO_ROW, &style);
    cell(e, &at, NUMBER, l->number.at, l->number.len);
    cell(e, &at, TIME, l->time.at, l->time.len);
    if (r->kind == EVENT_SEGMENT)
        put_segment(e, &at, l);
    else if (r->kind == EVENT_WIRE)
        put_states(e, &at, l);
    else if (call)
        name(e, &at, call->side == SIDE_CLIENT ? CLIENT : SERVER, call->name);
    const struct str *what = &l->sentence;
    str_clear(&e->note);
    if (r->kind == EVENT_SEGMENT)
        say_note(&e->note, &e->voice, e->session, r);
    if (r->kind == EVENT_SEGMENT || say_icmp(&e->note, &e->voice, e->session, r))
        what = &e->note;
    cell(e, &at, WHAT, what->at, what->len);
    end_line(e, &at);
    e->out.failed = e->out.failed || ladder_line_failed(l);
}

/* What the kernel said of its sockets. */
static void put_measured(struct export *e, const struct row *r)
{
    const struct event_sample *k = session_sample(e->session, r);
    const struct event_listener *listener = session_listener_at(e->session, r);
    int at = 0;
    if (!k && !listener)
        return;
    str_clear(&e->note);
    if (listener)
        say_listener(&e->note, &e->voice, listener);
    if (k) {
        say_queues(&e->note, &e->voice, k);
        cell(e, &at, k->side == SIDE_CLIENT ? CLIENT_QUEUES : SERVER_QUEUES, e->note.at, e->note.len);
        str_clear(&e->note);
        say_sample(&e->note, &e->voice, k);
    }
    cell(e, &at, WHAT, e->note.at, e->note.len);
    end_line(e, &at);
}

static void md_row(struct export *e, uint32_t row)
{
    const struct row *r = session_row(e->session, row);
    if (!r)
        return;
    put_connection(e, r);
    if (session_shown(e->session, r))
        put_line(e, row, r);
    else
        put_measured(e, r);
    e->out.failed = e->out.failed || e->note.failed;
}

/* Nothing is left out in silence. */
static void md_end(struct export *e)
{
    bool usual;
    str_clear(&e->note);
    for (size_t i = 0; say_aside(&e->note, &e->voice, e->session, i, &usual); i++) {
        str_put(&e->out, i == 0 ? "\n" : "\\\n");
        str_put(&e->out, say(&e->voice, N_("not shown: ")));
        inert_put(&e->out, INERT_MARKDOWN, e->note.at, e->note.len);
        str_clear(&e->note);
    }
    e->out.failed = e->out.failed || e->note.failed;
    str_put(&e->out, e->out.len > 0 && e->out.at[e->out.len - 1] != '\n' ? "\n" : "");
}

static void md_open(struct export *e)
{
    struct md *m = e->own;
    ladder_line_init(&m->line, e->out.mem);
    m->conn = NO_CONN;
}

static void md_close(struct export *e)
{
    struct md *m = e->own;
    ladder_line_release(&m->line);
}

const struct export_writer md_writer = {.own = sizeof(struct md),
                                        .open = md_open,
                                        .begin = md_begin,
                                        .row = md_row,
                                        .end = md_end,
                                        .close = md_close};
