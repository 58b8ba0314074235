/* html_head.c: what stands above the rows: title, policy, style; the header; search and choices. */
#include "core/builtin.h"
#include "export/html.h"
#include "export/inert.h"

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

void html_put_asset(struct export *e, const char *tag, const char *name)
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

static void put_title(struct export *e)
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
    html_put_asset(e, "style", "report/report.css");
    str_put(out, "</head>\n<body>\n");
}

void html_put_head(struct export *e)
{
    const struct html_facts *f = &((struct html *)e->own)->facts;
    struct str *out = &e->out;
    put_title(e);
    str_put(out, "<a class=\"skip\" href=\"#ladder\">");
    html_say(e, N_("to the ladder"));
    str_put(out, "</a>\n<header><h1>tcpviz: ");
    put_source(e);
    str_put(out, "</h1>\n<p>");
    put_date(out, e->steady ? 0 : session_started(e->session));
    str_put(out, " · ");
    html_counted(e, N_("segments: {n}"), f->segments);
    str_put(out, " · ");
    html_counted(e, N_("connections: {n}"), f->conns);
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
        html_number(out, "<option>", (uint64_t)c + 1);
    str_put(out, "</select></label>\n");
}

void html_put_tools(struct export *e)
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
