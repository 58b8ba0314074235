/* html.c: a page that a browser shows by itself: style and script are in it, and nothing is fetched. Without
 * the script it reads the same; the script adds search, the choice of labels and connections, and keys.
 *
 * A row is a line of a grid, and opens to its explanation (details and summary). End tags that HTML does
 * without are left out: a page may have many thousand rows. */
#include "core/builtin.h"
#include "export/html.h"
#include "export/inert.h"
#include "scene/sample.h"

/* So many rows are laid out together, or not at all while they are out of sight. */
enum { BLOCK = 40 };

struct html {
    struct html_facts facts;
    struct ladder_line line;
    uint8_t *told;   /* a bit for each connection whose heading was written */
    unsigned within; /* rows of the block that is open; 0: none is */
};

void html_text(struct export *e, const char *text, size_t len)
{
    inert_put(&e->out, INERT_XML, text, len);
}

void html_say(struct export *e, const char *english)
{
    const char *text = say(&e->voice, english);
    html_text(e, text, strlen(text));
}

static void put_number(struct str *out, const char *before, uint64_t n)
{
    str_put(out, before);
    str_put_u64(out, n);
}

static void html_gather(struct export *e, uint32_t row)
{
    struct html *h = e->own;
    const struct row *r = session_row(e->session, row);
    if (html_shows(r))
        html_facts_add(e, &h->facts, r);
}

/* What style and script are known by: whoever put text into the session could not know it. */
static void put_nonce(struct export *e)
{
    const struct html *h = e->own;
    uint64_t sum = UINT64_C(14695981039346656037);
    const uint64_t parts[] = {session_started(e->session), session_version(e->session), h->facts.rows,
                              h->facts.last_ns};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        sum = (sum ^ (e->steady ? 0 : parts[i])) * UINT64_C(1099511628211);
    str_put_hex(&e->out, sum, 16);
}

static void put_asset(struct export *e, const char *tag, const char *name)
{
    const struct builtin *b = builtin_find(name);
    str_put_char(&e->out, '<');
    str_put(&e->out, tag);
    str_put(&e->out, " nonce=\"");
    put_nonce(e);
    str_put(&e->out, "\">\n");
    if (b)
        str_put_n(&e->out, (const char *)b->at, b->len);
    str_put(&e->out, "</");
    str_put(&e->out, tag);
    str_put(&e->out, ">\n");
}

/* "private loopback": a name of ours in the reader's language; a file's as it is. */
static void put_source(struct export *e)
{
    const char *source = say(&e->voice, session_source(e->session));
    inert_put_cut(&e->out, INERT_XML, source, strlen(source), 200);
}

static void put_head(struct export *e)
{
    struct str *out = &e->out;
    str_put(out, "<!doctype html>\n<html lang=\"");
    str_put(out, e->voice.lang == LANG_ZH ? "zh-CN" : "en");
    str_put(out,
            "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
            "content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"generator\" content=\"tcpviz " TCPVIZ_VERSION "\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'nonce-");
    put_nonce(e);
    str_put(out, "'; script-src 'nonce-");
    put_nonce(e);
    str_put(out, "'\">\n<title>tcpviz: ");
    put_source(e);
    str_put(out, "</title>\n");
    put_asset(e, "style", "report/report.css");
    str_put(out, "</head>\n<body>\n");
}

/* A number with its words: "segments: 1,204". */
static void put_fact(struct export *e, const char *english, uint64_t n)
{
    struct str number;
    str_init(&number, e->out.mem);
    str_put_grouped(&number, n);
    str_clear(&e->note);
    say_fill(&e->note, say(&e->voice, english), "n", number.at, NULL);
    html_text(e, e->note.at, e->note.len);
    e->out.failed = e->out.failed || number.failed || e->note.failed;
    str_release(&number);
}

static void put_header(struct export *e)
{
    const struct html_facts *f = &((struct html *)e->own)->facts;
    struct str *out = &e->out;
    str_put(out, "<a class=\"skip\" href=\"#ladder\">");
    html_say(e, N_("to the ladder"));
    str_put(out, "</a>\n<header><h1>tcpviz: ");
    put_source(e);
    str_put(out, "</h1>\n<p>");
    put_date(out, e->steady ? 0 : session_started(e->session));
    str_put(out, " · ");
    put_fact(e, N_("segments: {n}"), f->segments);
    str_put(out, " · ");
    put_fact(e, N_("connections: {n}"), f->conns);
    str_put(out, " · ");
    str_put_span(out, e->steady ? 0 : f->last_ns - f->first_ns, false);
    str_put(out, "\n<p>");
    html_say(e, N_("A click on a row, or Enter, opens its explanation."));
    str_put(out, " <span class=\"js\">");
    html_say(e, N_("Keys: / search, j and k the next row and the one before, Escape ends the search."));
    str_put(out, "</span>\n</header>\n");
}

static void put_check(struct export *e, bool there, const char *id, bool checked, const char *words)
{
    if (!there)
        return;
    str_put(&e->out, "<label><input type=\"checkbox\" id=\"show-");
    str_put(&e->out, id);
    str_put(&e->out, checked ? "\" checked> " : "\"> ");
    html_say(e, words);
    str_put(&e->out, "</label>\n");
}

static void open_choice(struct export *e, const char *id, const char *words)
{
    str_put(&e->out, "<label class=\"js\"><select id=\"");
    str_put(&e->out, id);
    str_put(&e->out, "\" aria-label=\"");
    html_say(e, words);
    str_put(&e->out, "\"><option value=\"\">");
    html_say(e, words);
}

static void put_choices(struct export *e)
{
    const struct html_facts *f = &((struct html *)e->own)->facts;
    struct str *out = &e->out;
    open_choice(e, "label", N_("every label"));
    for (size_t l = 0; l < LABEL_COUNT; l++) {
        if (!(f->labels & LABEL_BIT(l)))
            continue;
        str_put(out, "<option value=\""), str_put(out, label_name((enum label)l)), str_put(out, "\">");
        html_say(e, label_words((enum label)l));
    }
    str_put(out, "</select></label>\n");
    if (f->conns < 2)
        return;
    open_choice(e, "conn", N_("every connection"));
    uint32_t c = html_next_conn(f, 0);
    for (size_t i = 0; c != NO_CONN && i < HTML_LISTED; i++, c = html_next_conn(f, c + 1))
        put_number(out, "<option>", (uint64_t)c + 1);
    str_put(out, "</select></label>\n");
}

static void put_tools(struct export *e)
{
    const struct html_facts *f = &((struct html *)e->own)->facts;
    struct str *out = &e->out;
    str_put(out, "<form class=\"tools\" id=\"tools\" role=\"search\">\n<label class=\"js\"><input "
                 "type=\"search\" id=\"search\" "
                 "placeholder=\"");
    html_say(e, N_("search"));
    str_put(out, "\" aria-label=\"");
    html_say(e, N_("search"));
    str_put(out, "\"></label>\n");
    put_choices(e);
    str_put(out, "<fieldset><legend>");
    html_say(e, N_("show:"));
    str_put(out, "</legend>\n");
    put_check(e, true, "c", true, N_("client"));
    put_check(e, true, "s", true, N_("server"));
    put_check(e, f->kinds[EVENT_CALL], "call", true, N_("system calls"));
    put_check(e, f->kinds[EVENT_NOTE], "note", true, N_("remarks"));
    put_check(e, f->kinds[EVENT_SAMPLE] || f->kinds[EVENT_LISTENER], "kernel", true,
              N_("the kernel's answers"));
    put_check(e, f->kinds[EVENT_COUNTER], "counter", false, N_("counters"));
    str_put(out, "</fieldset>\n<button type=\"button\" class=\"js\" id=\"open\">");
    html_say(e, N_("open or close all"));
    str_put(out, "</button>\n<output id=\"told\" aria-live=\"polite\" data-of=\"");
    html_say(e, N_("{n} of {all} rows"));
    str_put(out, "\"></output>\n</form>\n");
}

static void html_begin(struct export *e)
{
    static const char *const head[] = {"#", N_("time"), N_("CLIENT"), "", N_("SERVER"), N_("what happened")};
    struct html *h = e->own;
    put_head(e);
    put_header(e);
    html_put_facts(e, &h->facts);
    put_tools(e);
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
    put_number(&e->out, "<h2 data-c=\"", (uint64_t)r->conn + 1);
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
        put_number(&e->out, "\" data-c=\"", (uint64_t)r->conn + 1);
}

/* Its lines are those of the file: many elements would make a long page slow. */
static void put_explanation(struct export *e, const struct row *r)
{
    const char *rfc = annot_rfc((enum annot_id)r->annot);
    str_put(&e->out, "<div>");
    put_said(e, r, say_note);
    put_said(e, r, say_why);
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
    put_number(out, "<details id=\"f", r->frame);
    str_put(out, right ? "\" class=\"r t" : "\" class=\"r l t");
    str_put_char(out, tones[l->tone]);
    put_labels(e, r->labels);
    put_conn_data(e, r);
    put_number(out, "\"><summary><b>", r->frame);
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
    if (!html_shows(r))
        return;
    size_t len = 0;
    const struct event_call *call = session_call(e->session, r);
    const char *note = session_note(e->session, r, &len, NULL);
    if (h->within == 0)
        str_put(&e->out, "<section>\n");
    put_connection(e, r);
    str_clear(&e->note);
    if (r->kind == EVENT_SEGMENT || call)
        ladder_line_of(&h->line, e->session, row, NO_ROW, &style);
    if (r->kind == EVENT_SEGMENT)
        put_segment(e, r);
    else if (call)
        put_call(e, r, call);
    else if (note)
        put_thin(e, r, "note", note, len);
    else if (say_measured(&e->note, &e->voice, e->session, r))
        put_thin(e, r, r->kind == EVENT_COUNTER ? "counter" : "kernel", e->note.at, e->note.len);
    h->within = (h->within + 1) % BLOCK;
    if (h->within == 0)
        str_put(&e->out, "</section>\n");
    e->out.failed = e->out.failed || e->note.failed || ladder_line_failed(&h->line);
}

static void html_end(struct export *e)
{
    const struct html *h = e->own;
    str_put(&e->out, h->within ? "</section>\n" : "");
    str_put(&e->out, "</main>\n<footer><p>tcpviz " TCPVIZ_VERSION " · RFC 9293</footer>\n");
    put_asset(e, "script", "report/report.js");
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
