/* html.c: a page that a browser shows by itself: style and script are in it, and nothing is fetched. Without
 * the script it reads the same; the script adds search, the choice of labels and connections, and keys.
 *
 * A row is a line of a grid, and opens to its explanation (details and summary). End tags that HTML does
 * without are left out: a page may have many thousand rows. */
#include "export/html.h"
#include "export/inert.h"
#include "scene/sample.h"

/* So many rows are laid out together, or not at all while they are out of sight. */
enum { BLOCK = 40 };

void html_text(struct export *e, const char *text, size_t len)
{
    inert_put(&e->out, INERT_XML, text, len);
}

void html_say(struct export *e, const char *english)
{
    const char *text = say(&e->voice, english);
    html_text(e, text, strlen(text));
}

static void html_gather(struct export *e, uint32_t row)
{
    struct html *h = e->own;
    const struct row *r = session_row(e->session, row);
    if (html_shows(e->session, r))
        html_facts_add(e, &h->facts, r);
}

static void html_begin(struct export *e)
{
    static const char *const head[] = {"#", N_("time"), N_("CLIENT"), "", N_("SERVER"), N_("what happened")};
    struct html *h = e->own;
    html_put_head(e);
    html_put_facts(e, &h->facts);
    html_put_tools(e);
    str_put(&e->out, h->facts.conns > 1 ? "<main id=\"ladder\" class=\"many\">\n" : "<main id=\"ladder\">\n");
    str_put(&e->out, "<p class=\"w\">");
    html_say(e, N_("▲ opens   ■ data   · ACK   ? probe   ▼ FIN   ✖ RST   ↻ sent again"));
    str_put(&e->out, "\n<div class=\"head\">");
    for (size_t i = 0; i < COUNT_OF(head); i++) {
        str_put(&e->out, "<b>");
        html_say(e, head[i]);
        str_put(&e->out, "</b>");
    }
    str_put(&e->out, "</div>\n");
}

/* Where a connection begins, a heading says which it is; further rows have its number. */
static void put_connection(struct export *e, const struct row *r)
{
    struct html *h = e->own;
    struct conn_view conn;
    const size_t byte = r->conn / 8;
    const uint8_t bit = (uint8_t)(1u << r->conn % 8);
    if (r->conn == NO_CONN || byte >= h->facts.cap || !session_conn(e->session, r->conn, &conn))
        return;
    if (!h->told)
        h->told = mem_new(e->out.mem, h->facts.cap);
    e->out.failed = e->out.failed || !h->told;
    if (!h->told || (h->told[byte] & bit))
        return;
    h->told[byte] |= bit;
    html_number(&e->out, "<h2 data-c=\"", (uint64_t)r->conn + 1);
    str_put(&e->out, "\">");
    str_clear(&e->note);
    say_conn(&e->note, &e->voice, r->conn, &conn.tuple);
    html_text(e, e->note.at, e->note.len);
    str_put(&e->out, "</h2>\n");
}

/* A text in which "#4" leads to that row. */
static void put_linked(struct export *e, const struct str *text)
{
    const char *at = text->at, *end = text->at + text->len;
    while (at < end) {
        const char *hash = memchr(at, '#', (size_t)(end - at));
        size_t digits = hash ? strspn(hash + 1, "0123456789") : 0;
        const char *stop = !hash ? end : digits ? hash : hash + 1;
        html_text(e, at, (size_t)(stop - at));
        at = stop;
        if (digits == 0)
            continue;
        str_put(&e->out, "<a href=\"#f");
        str_put_n(&e->out, hash + 1, digits);
        str_put(&e->out, "\">");
        str_put_n(&e->out, hash, digits + 1);
        str_put(&e->out, "</a>");
        at += digits + 1;
    }
}

/* A text on a line of its own, where there is one. */
static void put_said(struct export *e, const struct row *r,
                     void (*put)(struct str *out, const struct voice *v, const struct session *s,
                                 const struct row *r))
{
    str_clear(&e->note);
    put(&e->note, &e->voice, e->session, r);
    if (e->note.len == 0)
        return;
    put_linked(e, &e->note);
    str_put_char(&e->out, '\n');
}

static void put_icmp_means(struct str *out, const struct voice *v, const struct session *s,
                           const struct row *r)
{
    (void)say_icmp_means(out, v, s, r);
}

static void put_state(struct export *e, const char *open, enum tcp_state state, const char *close)
{
    if (state == STATE_UNKNOWN)
        return;
    str_put(&e->out, open);
    str_put(&e->out, state_name(state));
    str_put(&e->out, close);
}

static void put_labels(struct export *e, uint64_t labels)
{
    str_put(&e->out, "\" data-l=\"");
    for (bool first = true; labels; labels &= labels - 1, first = false) {
        str_put(&e->out, first ? "" : " ");
        str_put(&e->out, label_name((enum label)__builtin_ctzll(labels)));
    }
}

static void put_conn_data(struct export *e, const struct row *r)
{
    if (r->conn != NO_CONN)
        html_number(&e->out, "\" data-c=\"", (uint64_t)r->conn + 1);
}

/* Its lines are those of the file: many elements would make a long page slow. */
static void put_explanation(struct export *e, const struct row *r)
{
    const char *rfc = annot_rfc((enum annot_id)r->annot);
    str_put(&e->out, "<div>");
    put_said(e, r, say_note);
    put_said(e, r, say_reasons);
    put_said(e, r, say_next);
    str_put(&e->out, rfc);
    if (r->wireshark) {
        str_put(&e->out, rfc ? " · " : "");
        str_clear(&e->note);
        say_wireshark(&e->note, &e->voice, r);
        html_text(e, e->note.at, e->note.len);
    }
    str_put(&e->out, "</div></details>\n");
}

static void put_segment(struct export *e, const struct row *r)
{
    static const char tones[TONE_COUNT] = {
        [TONE_OPEN] = 'o', [TONE_DATA] = 'd', [TONE_ACK] = 'a',  [TONE_PROBE] = 'p',
        [TONE_FIN] = 'f',  [TONE_RST] = 'r',  [TONE_AGAIN] = 'g'};
    const struct ladder_line *l = &((struct html *)e->own)->line;
    const bool right = l->from == SIDE_CLIENT;
    struct str *out = &e->out;
    html_number(out, "<details id=\"f", r->frame);
    str_put(out, right ? "\" class=\"r t" : "\" class=\"r l t");
    str_put_char(out, tones[l->tone]);
    put_labels(e, r->labels);
    put_conn_data(e, r);
    html_number(out, "\"><summary><b>", r->frame);
    str_put(out, "</b><small>");
    str_put_n(out, l->time.at, l->time.len);
    str_put(out, "</small>");
    put_state(e, "<i>", l->shown[SIDE_CLIENT], "</i>");
    str_put(out, right ? "<span>→ " : "<span>← ");
    str_put(out, tone_glyph(l->tone, false));
    str_put_char(out, ' ');
    html_text(e, l->arrow.at, l->arrow.len);
    str_put(out, "</span>");
    put_state(e, "<var>", l->shown[SIDE_SERVER], "</var>");
    str_put(out, "<em>");
    html_text(e, l->sentence.at, l->sentence.len);
    str_put(out, "</em></summary>");
    put_explanation(e, r);
}

static void put_call(struct export *e, const struct row *r, const struct event_call *c)
{
    const struct ladder_line *l = &((struct html *)e->own)->line;
    struct str *out = &e->out;
    str_put(out, c->side == SIDE_CLIENT ? "<details class=\"call" : "<details class=\"call l");
    put_conn_data(e, r);
    str_put(out, "\"><summary><span></span><em>");
    html_text(e, l->sentence.at, l->sentence.len);
    str_put(out, "</em></summary><div>");
    html_say(e, c->side == SIDE_CLIENT ? N_("a call of the client's program")
                                       : N_("a call of the server's program"));
    str_put_char(out, '\n');
    html_text(e, c->name, strlen(c->name));
    str_put_char(out, '(');
    html_text(e, c->args ? c->args : "", c->args ? strlen(c->args) : 0);
    str_put(out, ") = ");
    if (c->errname)
        html_text(e, c->errname, strlen(c->errname));
    else
        str_put_i64(out, c->result);
    str_clear(&e->note);
    say_call_means(&e->note, &e->voice, c, r->conn == NO_CONN);
    if (e->note.len > 0) {
        str_put_char(out, '\n');
        html_text(e, e->note.at, e->note.len);
    }
    str_put(out, "</div></details>\n");
}

/* An ICMP error that quotes a segment; its whole sentence is in e->note. */
static void put_icmp(struct export *e, const struct row *r)
{
    const struct ladder_line *l = &((struct html *)e->own)->line;
    struct str *out = &e->out;
    html_number(out, "<details id=\"f", r->frame);
    str_put(out, "\" class=\"icmp");
    put_conn_data(e, r);
    html_number(out, "\"><summary><b>", r->frame);
    str_put(out, "</b><small>");
    str_put_n(out, l->time.at, l->time.len);
    str_put(out, "</small><span></span><em>");
    html_text(e, l->sentence.at, l->sentence.len);
    str_put(out, "</em></summary><div>");
    put_linked(e, &e->note);
    str_put_char(out, '\n');
    put_said(e, r, put_icmp_means);
    str_put(out, "</div></details>\n");
}

/* What became of a frame: the end of its way. */
static void put_wire(struct export *e, const struct row *r, const struct event_wire *w)
{
    const struct ladder_line *l = &((struct html *)e->own)->line;
    const bool right = l->from == SIDE_CLIENT;
    struct str *out = &e->out;
    str_put(out, right ? "<div class=\"m wire" : "<div class=\"m wire l");
    put_conn_data(e, r);
    str_put(out, "\"><small>");
    str_put_n(out, l->time.at, l->time.len);
    str_put(out, "</small>");
    put_state(e, "<i>", l->shown[SIDE_CLIENT], "</i>");
    str_put(out, w->what == WIRE_DROPPED   ? "<span>✗</span>"
                 : w->what != WIRE_ARRIVED ? "<span></span>"
                 : right                   ? "<span>╌╌▶</span>"
                                           : "<span>◀╌╌</span>");
    put_state(e, "<var>", l->shown[SIDE_SERVER], "</var>");
    str_put(out, "<em>");
    html_text(e, l->sentence.at, l->sentence.len);
    str_put(out, "</em></div>\n");
}

/* A row without an explanation: a remark, an answer of the kernel, a counter. */
static void put_thin(struct export *e, const struct row *r, const char *kind, const char *text, size_t len)
{
    str_put(&e->out, "<div class=\"m ");
    str_put(&e->out, kind);
    put_conn_data(e, r);
    str_put(&e->out, "\"><span></span><em>");
    html_text(e, text, len);
    str_put(&e->out, "</em></div>\n");
}

static void html_row(struct export *e, uint32_t row)
{
    const struct ladder_style style = {.voice = e->voice, .time = TIME_START, .steady = e->steady};
    const struct row *r = session_row(e->session, row);
    struct html *h = e->own;
    if (!html_shows(e->session, r))
        return;
    size_t len = 0;
    const struct event_call *call = session_call(e->session, r);
    const char *note = session_note(e->session, r, &len, NULL);
    if (h->within == 0)
        str_put(&e->out, "<section>\n");
    put_connection(e, r);
    str_clear(&e->note);
    const bool icmp = r->kind == EVENT_NOTE && say_icmp(&e->note, &e->voice, e->session, r);
    const struct event_wire *wire = session_wire(e->session, r);
    if (r->kind == EVENT_SEGMENT || call || icmp || wire)
        ladder_line_of(&h->line, e->session, row, NO_ROW, &style);
    if (r->kind == EVENT_SEGMENT)
        put_segment(e, r);
    else if (call)
        put_call(e, r, call);
    else if (icmp)
        put_icmp(e, r);
    else if (wire)
        put_wire(e, r, wire);
    else if (note)
        put_thin(e, r, "note", note, len);
    else if (say_measured(&e->note, &e->voice, e->session, r))
        put_thin(e, r, r->kind == EVENT_COUNTER ? "counter" : "kernel", e->note.at, e->note.len);
    h->within = (h->within + 1) % BLOCK;
    if (h->within == 0)
        str_put(&e->out, "</section>\n");
    e->out.failed = e->out.failed || e->note.failed || ladder_line_failed(&h->line);
}

/* Nothing is left out in silence. */
static void put_aside(struct export *e)
{
    bool usual;
    str_clear(&e->note);
    for (size_t i = 0; say_aside(&e->note, &e->voice, e->session, i, &usual); i++) {
        str_put(&e->out, "<p>");
        html_say(e, N_("not shown: "));
        html_text(e, e->note.at, e->note.len);
        str_put_char(&e->out, '\n');
        str_clear(&e->note);
    }
    e->out.failed = e->out.failed || e->note.failed;
}

static void html_end(struct export *e)
{
    const struct html *h = e->own;
    str_put(&e->out, h->within ? "</section>\n" : "");
    str_put(&e->out, "</main>\n<footer>");
    put_aside(e);
    str_put(&e->out, "<p>tcpviz " TCPVIZ_VERSION " · RFC 9293</footer>\n");
    html_put_asset(e, "script", "report/report.js");
    str_put(&e->out, "</body>\n</html>\n");
}

static void html_open(struct export *e)
{
    struct html *h = e->own;
    e->voice.ascii = false; /* the page is not shown on this terminal */
    ladder_line_init(&h->line, e->out.mem);
}

static void html_close(struct export *e)
{
    struct html *h = e->own;
    mem_free(e->out.mem, h->told, h->told ? h->facts.cap : 0);
    html_facts_release(&h->facts, e->out.mem);
    ladder_line_release(&h->line);
}

const struct export_writer html_writer = {.own = sizeof(struct html),
                                          .open = html_open,
                                          .gather = html_gather,
                                          .begin = html_begin,
                                          .row = html_row,
                                          .end = html_end,
                                          .close = html_close};
