/* The formats of the export on hostile text: what comes from the wire, a file or a user does nothing in any
 * of them. Then each format's own rules, and the same bytes whether a file is written at once or in slices.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "export/export.h"
#include "unit/hostile.h"

static const struct voice english = {LANG_EN, false, false, NULL};

static bool take(void *ctx, const char *bytes, size_t len)
{
    str_put_n(ctx, bytes, len);
    return true;
}

static struct export *start(struct str *out, const struct export_format *f, const struct session *s,
                            struct voice v)
{
    str_init(out, heap_mem());
    struct export_options o = {.format = f, .voice = v, .mem = heap_mem()};
    struct export *e = export_new(&o, s, (struct export_sink){take, out});
    assert_non_null(e);
    return e;
}

static void whole(struct str *out, const char *format, const struct session *s)
{
    const struct export_format *f = export_find(format, strlen(format));
    assert_non_null(f);
    struct export *e = start(out, f, s, english);
    assert_true(export_all(e, 0));
    export_free(e);
}

static bool is_binary(const struct export_format *f)
{
    return strncmp(f->name, "pcap", 4) == 0;
}

static void test_no_format_hands_on_what_a_terminal_obeys(void **state)
{
    (void)state;
    struct session *s = a_hostile_session();
    const struct export_format *f;
    for (size_t i = 0; (f = export_format_at(i)); i++) {
        for (size_t lang = 0; lang < LANG_COUNT; lang++) {
            struct str out;
            struct export *e = start(&out, f, s, (struct voice){(enum lang)lang, false, false, NULL});
            assert_true(export_all(e, 0));
            if (!is_binary(f) && !is_tame(out.at, out.len, strcmp(f->name, "csv") == 0))
                fail_msg("%s lets something through", f->name);
            export_free(e);
            str_release(&out);
        }
    }
    session_free(s);
}

static void test_slices_make_the_same_file(void **state)
{
    (void)state;
    struct session *s = a_hostile_session();
    const struct export_format *f;
    for (size_t i = 0; (f = export_format_at(i)); i++) {
        struct str once, sliced;
        whole(&once, f->name, s);
        struct export *e = start(&sliced, f, s, english);
        const struct export_range range = {.end = (uint32_t)session_rows(s)};
        export_over(e, &range);
        enum export_step step = EXPORT_GOES_ON;
        for (unsigned done = 0; step == EXPORT_GOES_ON;) {
            step = export_some(e, 1);
            assert_true(export_done(e) >= done && export_done(e) <= 1000);
            done = export_done(e);
        }
        assert_int_equal(step, EXPORT_DONE);
        assert_int_equal(once.len, sliced.len);
        assert_memory_equal(once.at, sliced.at, once.len);
        export_free(e);
        str_release(&once);
        str_release(&sliced);
    }
    session_free(s);
}

static void test_only_the_rows_of_a_selection(void **state)
{
    (void)state;
    struct session *s = a_hostile_session();
    struct cmd_error wrong = {0};
    struct filter *notes = filter_parse(heap_mem(), "kind:note", 9, &wrong);
    struct selection *only = selection_new(heap_mem(), s);
    assert_non_null(notes);
    selection_set(only, 0, NO_CONN, notes, true);
    struct str out;
    struct export *e = start(&out, export_find("jsonl", 5), s, english);
    const struct export_range range = {.only = only};
    export_over(e, &range);
    assert_int_equal(export_some(e, SIZE_MAX), EXPORT_DONE);
    size_t lines = 0;
    for (const char *at = out.at; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, 1 + COUNT_OF(hostile_texts));
    export_free(e);
    str_release(&out);
    selection_free(only);
    filter_free(notes);
    session_free(s);
}

/* Reads one record of RFC 4180: how many cells it has; the last one's text goes to `last`. NULL: it is none.
 */
static const char *read_record(const char *at, size_t *cells, struct str *last)
{
    for (*cells = 1;; (*cells)++) {
        str_clear(last);
        if (*at == '"') {
            for (at++; *at != '"' || at[1] == '"'; at += *at == '"' ? 2 : 1) {
                if (!*at)
                    return NULL;
                str_put_n(last, at, 1);
            }
            at++;
        } else {
            for (; *at && !strchr(",\r\n\"", *at); at++)
                str_put_n(last, at, 1);
        }
        if (last->len && strchr("=+-@\t\r", last->at[0]) && strcmp(last->at, "-1") != 0)
            fail_msg("a spreadsheet would compute %s", last->at);
        if (*at == '\r' && at[1] == '\n')
            return at + 2;
        if (*at++ != ',')
            return NULL;
    }
}

static void test_csv_is_a_table_of_inert_cells(void **state)
{
    (void)state;
    struct session *s = a_hostile_session();
    struct str out, last;
    size_t columns = 0, records = 0, whole_texts = 0, cells;
    whole(&out, "csv", s);
    str_init(&last, heap_mem());
    for (const char *at = out.at; *at; records++) {
        at = read_record(at, &cells, &last);
        assert_non_null(at);
        columns = columns ? columns : cells;
        assert_int_equal(cells, columns);
        whole_texts += strcmp(last.at, "a,b\"c\"\"d") == 0 || strcmp(last.at, "你好，世界 – ❤") == 0 ||
                       strcmp(last.at, "'-2+3") == 0;
    }
    assert_int_equal(records, 1 + session_rows(s));
    assert_int_equal(whole_texts, 3);
    str_release(&last);
    str_release(&out);
    session_free(s);
}

static void test_markdown_is_one_table(void **state)
{
    (void)state;
    struct session *s = a_hostile_session();
    struct str out;
    size_t lines = 0;
    whole(&out, "md", s);
    for (const char *at = out.at; *at; lines++) {
        size_t len = strcspn(at, "\n"), bars = 0;
        for (size_t i = 0; i < len; i++) {
            bars += at[i] == '|' && (i == 0 || at[i - 1] != '\\');
            assert_true(at[i] != '<' && at[i] != '>');
        }
        if (lines >= 4)
            assert_int_equal(bars, 9);
        at += len + 1;
    }
    assert_true(lines > session_rows(s) / 2);
    assert_non_null(
        strstr(out.at, "\\`x\\` \\*\\*b\\*\\* \\[l\\](javascript:alert(1)) \\~\\~s\\~\\~ \\$x\\$"));
    str_release(&out);
    session_free(s);
}

/* Between a message's colon and its line's end stands nothing that Mermaid reads as more than text. */
static void test_mermaid_has_only_text_in_its_messages(void **state)
{
    (void)state;
    struct session *s = a_hostile_session();
    struct str out;
    whole(&out, "mermaid", s);
    assert_memory_equal(out.at, "sequenceDiagram\n    %% tcpviz ", 30);
    const char *at = strchr(strchr(out.at, '\n') + 1, '\n') + 1;
    for (size_t len; *at; at += len + 1) {
        len = strcspn(at, "\n");
        static const char *const begins[] = {"    participant ", "    Note left of ", "    Note right of ",
                                             "    Note over ",   "    c1->>s1: ",     "    s1->>c1: "};
        size_t b = 0;
        while (b < COUNT_OF(begins) && strncmp(at, begins[b], strlen(begins[b])) != 0)
            b++;
        assert_true(b < COUNT_OF(begins));
        for (size_t i = strlen(begins[b]); i < len; i++) {
            if (strncmp(at + i, "<br/>", 5) == 0)
                i += 4;
            else if (at[i] == '#')
                i += strcspn(at + i, ";");
            else if (strchr("<>;%{}\"`", at[i]))
                fail_msg("mermaid reads %.*s", (int)len, at);
        }
    }
    str_release(&out);
    session_free(s);
}

/* The tags of the page are ours: hostile text adds none, and no attribute. */
static void test_html_has_only_its_own_tags(void **state)
{
    (void)state;
    static const char *const tags[] = {
        "!doctype", "html",     "head",   "meta",   "title",   "style",   "body",       "a",    "header",
        "h1",       "h2",       "p",      "span",   "section", "details", "summary",    "dl",   "dt",
        "dd",       "br",       "div",    "figure", "svg",     "path",    "figcaption", "form", "label",
        "input",    "fieldset", "legend", "select", "option",  "button",  "output",     "main", "b",
        "small",    "i",        "var",    "em",     "footer",  "script"};
    struct session *s = a_hostile_session();
    struct str out;
    size_t rows = 0, scripts = 0;
    whole(&out, "html", s);
    for (const char *at = out.at; (at = strchr(at, '<')); at++) {
        const char *name = at + 1 + (at[1] == '/');
        size_t len = strspn(name, "!abcdefghijklmnopqrstuvwxyz0123456789"), i = 0;
        while (i < COUNT_OF(tags) && !(strlen(tags[i]) == len && memcmp(tags[i], name, len) == 0))
            i++;
        if (i == COUNT_OF(tags))
            fail_msg("a tag of somebody else's: %.40s", at);
        rows += strncmp(at, "<details class=\"", 16) == 0 || strncmp(at, "<details id=\"f", 14) == 0 ||
                strncmp(at, "<div class=\"m ", 14) == 0;
        if (strncmp(at, "<script", 7) == 0 ||
            strncmp(at, "<style", 6) == 0) { /* ours, and what it holds is code */
            scripts++;
            at = strstr(at, at[2] == 'c' ? "</script>" : "</style>");
            assert_non_null(at);
        }
    }
    assert_int_equal(scripts, 2);
    assert_int_equal(rows, session_rows(s) + 1); /* and the connections, which fold too */
    assert_null(strstr(out.at, "=\"http"));
    assert_null(strstr(out.at, "onload=\""));
    str_release(&out);
    session_free(s);
}

static uint32_t le32(const char *at)
{
    uint32_t v;
    memcpy(&v, at, 4);
    return v;
}

static void test_pcap_holds_the_frames(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    struct str out;
    whole(&out, "pcap", s);
    assert_int_equal(out.len, 24); /* nothing came: a capture all the same */
    str_release(&out);
    shake_hands(s);
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    whole(&out, "pcap", s);
    assert_int_equal(le32(out.at), 0xa1b23c4d);
    assert_int_equal(le32(out.at + 20), DLT_RAW_);
    assert_int_equal(out.len, 24 + 3 * (16 + 40) + 16 + 140);
    const char *last = out.at + 24 + 3 * 56;
    assert_int_equal(le32(last), 1795347030);
    assert_int_equal(le32(last + 4), 60000);
    assert_int_equal(le32(last + 8), 140);
    assert_memory_equal(last + 16 + 40, "xxxx", 4);
    str_release(&out);
    struct made m;
    make_frame(&m, at_us(90), SIDE_CLIENT, CLIENT_PORT, TCP_ACK, 101, 1, 0);
    uint8_t other[200] = {2, 0, 0, 0}; /* the same behind four bytes of another link type */
    memcpy(other + 4, m.bytes, 40);
    m.event.u.segment.bytes = other;
    m.event.u.segment.caplen = m.event.u.segment.wirelen = 44;
    m.event.u.segment.linktype = DLT_NULL_;
    assert_true(session_apply(s, &m.event));
    struct export *e = start(&out, export_find("pcap", 4), s, english);
    assert_false(export_all(e, 0));
    assert_non_null(export_problem(e));
    export_free(e);
    str_release(&out);
    session_free(s);
}

/* Every < begins a tag of ours, every & an entity, and tags close in order: it is well-formed. */
static void test_svg_is_well_formed(void **state)
{
    (void)state;
    static const char *const pictures[] = {"svg", "slide"};
    struct session *s = a_hostile_session();
    for (size_t p = 0; p < COUNT_OF(pictures); p++) {
        struct str out;
        char open[16][12];
        size_t depth = 0, texts = 0;
        whole(&out, pictures[p], s);
        assert_memory_equal(out.at, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", 39);
        for (const char *at = strchr(out.at, '\n'); *at; at++) {
            if (*at == '&')
                assert_true(strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&lt;", 4) == 0 ||
                            strncmp(at, "&gt;", 4) == 0 || strncmp(at, "&quot;", 6) == 0 ||
                            strncmp(at, "&#39;", 5) == 0);
            if (strncmp(at, "<style>", 7) == 0)
                at = strstr(at, "</style>") + strlen("</style>");
            if (*at != '<')
                continue;
            bool end = at[1] == '/';
            const char *name = at + 1 + end, *close = strchr(at, '>');
            size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz");
            assert_true(close && len > 0 && len < sizeof open[0] - 1);
            texts += !end && strncmp(name, "text", len) == 0;
            if (end) {
                assert_true(depth > 0);
                assert_true(strlen(open[--depth]) == len && memcmp(open[depth], name, len) == 0);
            } else if (close[-1] != '/') {
                assert_true(depth < COUNT_OF(open));
                memcpy(open[depth], name, len);
                open[depth++][len] = 0;
            }
            at = close;
        }
        assert_int_equal(depth, 0);
        assert_true(texts > session_rows(s));
        assert_null(strstr(out.at, "<script"));
        str_release(&out);
    }
    session_free(s);
}

static void has(const struct str *out, const char *text)
{
    if (!strstr(out->at, text))
        fail_msg("not there: %s\nin: %s", text, out->at);
}

static void test_packetdrill_gets_what_the_server_needs(void **state)
{
    (void)state;
    struct session_options o = {.source = "a capture", .mem = heap_mem()};
    struct session *s = session_new(&o);
    struct str out;
    shake_hands(s);
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    see(s, at_us(70), SIDE_SERVER, TCP_ACK | TCP_PSH, 1, 101, 50);
    see(s, at_us(90), SIDE_SERVER, TCP_ACK | TCP_FIN, 51, 101, 0);
    whole(&out, "pkt", s);
    has(&out, " 0        socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n");
    has(&out, "+0.000000 listen(3, 1) = 0\n");
    has(&out, "+0.000000 < S 0:0(0) win 64240  // #1 ");
    has(&out, "+0.000020 > S. 0:0(0) ack 1  // #2 ");
    has(&out, "+0.000020 < . 1:1(0) ack 1 win 64240  // #3 ");
    has(&out, "+0.000000 accept(3, ..., ...) = 4\n");
    has(&out, "+0.000020 < P. 1:101(100) ack 1 win 64240  // #4 ");
    has(&out, "+0.000010 write(4, ..., 50) = 50\n+0.000000 > P. 1:51(50) ack 101  // #5 ");
    has(&out, "+0.000020 close(4) = 0\n+0.000000 > F. 51:51(0) ack 101  // #6 ");
    str_release(&out);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_format_hands_on_what_a_terminal_obeys),
        cmocka_unit_test(test_slices_make_the_same_file),
        cmocka_unit_test(test_only_the_rows_of_a_selection),
        cmocka_unit_test(test_csv_is_a_table_of_inert_cells),
        cmocka_unit_test(test_markdown_is_one_table),
        cmocka_unit_test(test_mermaid_has_only_text_in_its_messages),
        cmocka_unit_test(test_svg_is_well_formed),
        cmocka_unit_test(test_html_has_only_its_own_tags),
        cmocka_unit_test(test_pcap_holds_the_frames),
        cmocka_unit_test(test_packetdrill_gets_what_the_server_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
