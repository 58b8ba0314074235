/* Facts become words: the catalogue, the cells they take, the sentences and their clauses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/builtin.h"
#include "scene/fill.h"
#include "unit/timeline.h"

static const struct voice english = {LANG_EN, false, false, NULL}, chinese = {LANG_ZH, false, false, NULL},
                          plain = {LANG_EN, true, false, NULL};

static void test_a_language_is_found_by_its_locale(void **state)
{
    (void)state;
    enum lang l = LANG_COUNT;
    assert_true(lang_find("zh_CN.UTF-8", &l));
    assert_int_equal(l, LANG_ZH);
    assert_true(lang_find("en", &l));
    assert_int_equal(l, LANG_EN);
    assert_false(lang_find("fr", &l));
    assert_false(lang_find("", &l));
    assert_false(lang_find("zhx", &l));
}

static void test_the_catalogue_has_what_the_source_says(void **state)
{
    (void)state;
    assert_string_equal(say(&english, "what happened"), "what happened");
    assert_string_equal(say(&chinese, "what happened"), "发生了什么");
    assert_string_equal(say(&chinese, "in no catalogue"), "in no catalogue");
    assert_string_equal(say(&chinese, ""), "");
    assert_string_equal(say(&chinese, NULL), "");
}

/* Every sentence and clause, with the values that a classroom has. */
static bool typical(void *ctx, struct str *out, const char *name, size_t len)
{
    static const struct {
        const char *name, *value;
    } values[] = {
        {"len", "431"},   {"seq", "1"},         {"seq_end", "431"}, {"ack", "432"},
        {"win", "65160"}, {"mss", "1448"},      {"acks", "4"},      {"repeats", "3"},
        {"acked", "431"}, {"silence", "8.0 s"}, {"lacks", "38"},    {"n", "2"},
        {"limit", "128"}, {"port", "3344"},     {"probably", ""},   {"call", "close()"},
    };
    const struct voice *v = ctx;
    if (len == 4 && (memcmp(name, "side", 4) == 0 || memcmp(name, "peer", 4) == 0)) {
        str_put(out, say(v, memcmp(name, "side", 4) == 0 ? "client" : "server"));
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        if (strlen(values[i].name) == len && memcmp(values[i].name, name, len) == 0) {
            str_put(out, values[i].value);
            return true;
        }
    }
    return false;
}

static void test_every_sentence_fits_and_has_no_place_left(void **state)
{
    (void)state;
    const struct voice *const voices[] = {&english, &chinese};
    struct str text;
    str_init(&text, heap_mem());
    for (size_t v = 0; v < COUNT_OF(voices); v++) {
        for (enum annot_id id = 1; id < ANNOT_COUNT; id++) {
            const char *const whole[] = {annot_what(id), annot_why(id), annot_next(id)};
            str_clear(&text);
            fill(&text, say(voices[v], annot_brief(id)), false, typical, (void *)voices[v]);
            if (cells_of(text.at, text.len) > BRIEF_CELLS)
                fail_msg("%zu cells: %s", cells_of(text.at, text.len), text.at);
            assert_null(strchr(text.at, '{'));
            for (size_t i = 0; i < COUNT_OF(whole); i++) {
                str_clear(&text);
                fill(&text, say(voices[v], whole[i]), false, typical, (void *)voices[v]);
                assert_null(strchr(text.at, '{'));
                assert_true(text.len > 15);
            }
            assert_true(strncmp(annot_rfc(id), "RFC", 3) == 0 || strchr(annot_rfc(id), '('));
        }
        for (unsigned i = 0; i < 2 * LABEL_COUNT; i++) {
            const enum label l = (enum label)(i / 2);
            str_clear(&text);
            fill(&text, say(voices[v], clause_brief(l, i % 2)), false, typical, (void *)voices[v]);
            assert_true(text.len > 0 && cells_of(text.at, text.len) <= 24);
            str_clear(&text);
            fill(&text, say(voices[v], clause_what(l, i % 2)), false, typical, (void *)voices[v]);
            assert_null(strchr(text.at, '{'));
            assert_true(text.len > 5);
        }
    }
    str_release(&text);
}

static void test_no_two_sentences_read_the_same(void **state)
{
    (void)state;
    const struct voice *const voices[] = {&english, &chinese};
    for (size_t v = 0; v < COUNT_OF(voices); v++) {
        for (enum annot_id a = 1; a < ANNOT_COUNT; a++) {
            for (enum annot_id b = 1; b < a; b++) {
                assert_string_not_equal(say(voices[v], annot_brief(a)), say(voices[v], annot_brief(b)));
                assert_string_not_equal(say(voices[v], annot_what(a)), say(voices[v], annot_what(b)));
            }
        }
        for (enum label a = 0; a < LABEL_COUNT; a++) {
            for (enum label b = 0; b < a; b++)
                assert_string_not_equal(say(voices[v], clause_what(a, true)),
                                        say(voices[v], clause_what(b, true)));
        }
    }
}

static void test_cells_are_what_a_terminal_shows(void **state)
{
    (void)state;
    assert_int_equal(cells_of("abc", 3), 3);
    assert_int_equal(cells_of("握手", 6), 4);
    assert_int_equal(cells_of("├──▶", strlen("├──▶")), 4);
    assert_int_equal(cells_of("e\xcc\x81", 3), 1);
    assert_int_equal(cells_cut("握手 1/3", strlen("握手 1/3"), 3), 3);
    assert_int_equal(cells_cut("abc", 3, 9), 3);
    assert_int_equal(cells_cut("abc", 3, 0), 0);
}

struct lines {
    struct str text;
    size_t count, widest;
};

static void a_line(void *ctx, const char *at, size_t len)
{
    struct lines *l = ctx;
    size_t cells = cells_of(at, len);
    str_put_n(&l->text, at, len);
    str_put_char(&l->text, '|');
    l->count++;
    l->widest = cells > l->widest ? cells : l->widest;
}

static void wrapped(struct lines *l, const char *text, size_t len, size_t width)
{
    *l = (struct lines){0};
    str_init(&l->text, heap_mem());
    text_wrap(text, len, width, a_line, l);
}

static void test_lines_break_where_they_may(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t width;
        const char *lines;
    } cases[] = {
        {"the client asks to open", 10, "the client|asks to|open|"},
        {"one\ntwo", 10, "one|two|"},
        {"one\n\ntwo", 10, "one||two|"},
        {"abcdefghijkl", 5, "abcde|fghij|kl|"},
        {"握手第一步，共三步。", 10, "握手第一|步，共三|步。|"},
        {"", 10, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct lines l;
        wrapped(&l, cases[i].text, strlen(cases[i].text), cases[i].width);
        assert_string_equal(l.text.at, cases[i].lines);
        str_release(&l.text);
    }
}

static void test_a_long_text_is_wrapped_whole(void **state)
{
    (void)state;
    struct str text;
    struct lines l;
    str_init(&text, heap_mem());
    for (int i = 0; i < 3000; i++)
        str_put(&text, i % 7 == 3 ? "字节 " : "word ");
    wrapped(&l, text.at, text.len, 40);
    assert_true(l.widest <= 40 && l.widest > 30);
    size_t words = 0;
    for (const char *p = l.text.at; (p = strpbrk(p, " |")); p++)
        words++;
    assert_int_equal(words, 3000);
    str_release(&l.text);
    str_clear(&text);
    for (int i = 0; i < 5000; i++)
        str_put(&text, "节");
    wrapped(&l, text.at, text.len, 7);
    assert_int_equal(l.widest, 6);
    assert_int_equal(l.text.len - l.count, text.len);
    str_release(&l.text);
    str_release(&text);
}

static void test_places_are_filled_and_others_stay(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, heap_mem());
    say_fill(&out, "{word} is not {nearest} {} {other} {", "word", "x{y}", "nearest", "y", NULL);
    assert_string_equal(out.at, "x{y} is not y {} {other} {");
    str_release(&out);
}

static void test_ascii_has_no_other_marks(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, heap_mem());
    put_plain(&out, "46 µs → 2 × 3 … ✓", strlen("46 µs → 2 × 3 … ✓"), true);
    assert_string_equal(out.at, "46 us -> 2 x 3 ... ok");
    for (enum annot_id id = 1; id < ANNOT_COUNT; id++) {
        const char *const texts[] = {annot_brief(id), annot_what(id), annot_why(id), annot_next(id)};
        for (size_t t = 0; t < COUNT_OF(texts); t++) {
            str_clear(&out);
            put_plain(&out, texts[t], strlen(texts[t]), plain.ascii);
            for (size_t i = 0; i < out.len; i++)
                assert_true((unsigned char)out.at[i] < 0x80);
        }
    }
    str_release(&out);
}

static void said_call(const struct voice *v, const struct event_call *c, const char *expected)
{
    struct str out;
    str_init(&out, heap_mem());
    say_call(&out, v, c);
    assert_string_equal(out.at, expected);
    assert_true(cells_of(out.at, out.len) <= BRIEF_CELLS);
    str_release(&out);
}

static void test_a_call_is_one_short_line(void **state)
{
    (void)state;
    struct event_call c = {
        .name = "write", .kind = CALL_WRITE, .args = "7, \"POST /a\\\"b HTTP\"…, 431", .result = 431};
    said_call(&english, &c, "write(7, …, 431) = 431");
    said_call(&plain, &c, "write(7, ..., 431) = 431");
    c = (struct event_call){.name = "read", .kind = CALL_READ, .args = "7, 6148", .result = 0};
    said_call(&english, &c, "read(7, 6148) = 0: the peer's FIN");
    said_call(&chinese, &c, "read(7, 6148) = 0：对方的 FIN");
    c = (struct event_call){.name = "listen", .kind = CALL_LISTEN, .args = "3, 128"};
    said_call(&english, &c, "listen(3, 128)");
    c = (struct event_call){.name = "connect",
                            .kind = CALL_CONNECT,
                            .args = "5, 127.0.0.1:3344",
                            .err = 115,
                            .errname = "EINPROGRESS"};
    said_call(&english, &c, "connect(5, 127.0.0.1:3344) = EINPROGRESS");
    c = (struct event_call){.name = "setsockopt", .args = "5, SOL_SOCKET, SO_RCVBUF, 4096, and so on and on"};
    said_call(&english, &c, "setsockopt(SO_RCVBUF, 4096, and so on and…)");
    c = (struct event_call){.name = "write", .args = "7, \"never closed"};
    said_call(&english, &c, "write(7, …)");
}

/* A session with one of everything that two labels can make. */
static struct session *a_talk(void)
{
    struct session *s = a_session(heap_mem());
    struct event e = {.kind = EVENT_CALL,
                      .time_ns = at_us(50),
                      .key = a_key(CLIENT_PORT),
                      .u.call = {.side = SIDE_CLIENT,
                                 .kind = CALL_WRITE,
                                 .name = "write",
                                 .args = "5, \"x\", 100",
                                 .fd = 5,
                                 .result = 100}};
    shake_hands(s);
    assert_true(session_apply(s, &e));
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    see(s, at_us(70), SIDE_SERVER, TCP_ACK, 1, 101, 0);
    see(s, at_us(900000), SIDE_CLIENT, TCP_ACK | TCP_PSH | TCP_URG, 1, 1, 100);
    see(s, at_us(900010), SIDE_CLIENT, TCP_ACK | TCP_FIN, 101, 1, 0);
    return s;
}

static void test_a_row_speaks_with_its_numbers(void **state)
{
    (void)state;
    struct session *s = a_talk();
    struct str out;
    str_init(&out, heap_mem());
    const struct row *ack = session_row(s, 5), *data = session_row(s, 4);
    assert_int_equal(ack->kind, EVENT_SEGMENT);
    say_note(&out, &english, s, ack);
    assert_non_null(strstr(out.at, "#4"));
    assert_non_null(strstr(out.at, "101"));
    str_clear(&out);
    say_brief(&out, &english, s, data);
    assert_non_null(strstr(out.at, "100 bytes"));
    str_clear(&out);
    say_note(&out, &english, s, data);
    assert_non_null(strstr(out.at, "write(100)"));
    str_clear(&out);
    say_title(&out, &english, s, data);
    assert_string_equal(out.at, "data");
    str_clear(&out);
    say_why(&out, &english, s, data);
    assert_true(out.len > 15);
    str_clear(&out);
    say_next(&out, &chinese, s, data);
    assert_true(out.len > 15);
    str_release(&out);
    session_free(s);
}

/* No label fits flags that no TCP sets, and their title is what their sentence says. */
static void test_senseless_flags_have_a_title_of_their_own(void **state)
{
    (void)state;
    struct session *s = a_talk();
    struct str out, brief;
    struct made m;
    make_frame(&m, at_us(900020), SIDE_CLIENT, CLIENT_PORT, 0, 102, 0, 0);
    seal_frame(&m, 0);
    assert_true(session_apply(s, &m.event));
    const struct row *r = session_row(s, (uint32_t)session_rows(s) - 1);
    assert_int_equal(r->kind, EVENT_SEGMENT);
    assert_int_equal(r->labels, 0);
    str_init(&out, heap_mem());
    str_init(&brief, heap_mem());
    say_title(&out, &english, s, r);
    assert_string_equal(out.at, "Flags that do not belong together");
    str_clear(&out);
    say_title(&out, &chinese, s, r);
    say_brief(&brief, &chinese, s, r);
    assert_string_equal(out.at, brief.at);
    str_release(&brief);
    str_release(&out);
    session_free(s);
}

static void test_built_in_files_are_found(void **state)
{
    (void)state;
    size_t i = 0;
    for (; builtin_at(i); i++)
        assert_ptr_equal(builtin_find(builtin_at(i)->name), builtin_at(i));
    assert_true(i > 20);
    assert_null(builtin_find(""));
    assert_null(builtin_find("po/zh"));
    assert_null(builtin_find("zzz"));
}

/* A number of a text, from `*at` on: the next run of digits. */
static bool next_number(const char **at, const char **from, size_t *len)
{
    *at += strcspn(*at, "0123456789");
    *from = *at;
    *len = strspn(*at, "0123456789");
    *at += *len;
    return *len > 0;
}

static size_t count_number(const char *text, const char *number, size_t len)
{
    size_t count = 0, n;
    const char *from;
    while (next_number(&text, &from, &n))
        count += n == len && memcmp(from, number, n) == 0;
    return count;
}

static void test_labels_that_the_sentence_lacks_get_a_clause(void **state)
{
    (void)state;
    struct session *s = a_talk();
    struct str en, zh;
    str_init(&en, heap_mem());
    str_init(&zh, heap_mem());
    for (size_t i = 0; i < session_rows(s); i++) {
        const struct row *r = session_row(s, i);
        if (r->kind != EVENT_SEGMENT)
            continue;
        struct row_extra x;
        session_extra(s, r, &x);
        str_clear(&en);
        str_clear(&zh);
        say_brief(&en, &english, s, r);
        say_brief(&zh, &chinese, s, r);
        assert_true(cells_of(en.at, en.len) <= BRIEF_CELLS && cells_of(zh.at, zh.len) <= BRIEF_CELLS);
        assert_true((strstr(en.at, "; ") != NULL) >= ((r->labels & ~annot_labels(x.annot.id)) != 0));
        str_clear(&en);
        str_clear(&zh);
        say_note(&en, &english, s, r);
        say_note(&zh, &chinese, s, r);
        size_t n;
        const char *at = en.at, *from;
        while (next_number(&at, &from, &n))
            assert_int_equal(count_number(zh.at, from, n), count_number(en.at, from, n));
    }
    const struct row *again = session_row(s, 6);
    assert_true(again->labels & LBL(URGENT));
    str_clear(&en);
    say_note(&en, &english, s, again);
    assert_non_null(strstr(en.at, clause_what(LABEL_URGENT, true)));
    str_release(&en);
    str_release(&zh);
    session_free(s);
}

static void note_of(struct str *out, const struct session *s, uint32_t row)
{
    str_clear(out);
    say_note(out, &english, s, session_row(s, row));
}

/* Windows whose scale was not seen, the numbers of what a SYN carries, one duplicate ACK. */
static void numbers_mean_what_they_say(void **state)
{
    (void)state;
    const struct session_options o = {.source = "a.pcap", .mem = heap_mem()};
    struct session *middle = session_new(&o), *whole = session_new(&o);
    struct str text;
    str_init(&text, heap_mem());
    see(middle, at_us(0), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
    note_of(&text, middle, 0);
    assert_non_null(strstr(text.at, "room for ≥ 64240 bytes"));
    see(whole, at_us(0), SIDE_CLIENT, TCP_SYN, 0, 0, 10);
    note_of(&text, whole, 0);
    assert_non_null(strstr(text.at, "a window of 64240 bytes"));
    assert_non_null(strstr(text.at, "10 bytes behind the SYN, the last is number 10"));
    see(whole, at_us(10), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    see(whole, at_us(20), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
    see(whole, at_us(30), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 10);
    see(whole, at_us(40), SIDE_SERVER, TCP_ACK, 1, 11, 0);
    note_of(&text, whole, 4);
    assert_non_null(strstr(text.at, "room for 64240 bytes"));
    struct made ack; /* one duplicate ACK with a SACK block, and the copy that it asks for */
    for (uint32_t i = 0; i < 2; i++)
        see(whole, at_us(50 + i), SIDE_CLIENT, TCP_ACK, 11 + 10 * i, 1, 10);
    make_frame(&ack, at_us(60), SIDE_SERVER, CLIENT_PORT, TCP_ACK, 1, 11, 12);
    put16(ack.bytes + 32, 8u << 12 | TCP_ACK);
    put32(ack.bytes + 40, 0x0101050A);
    put32(ack.bytes + 44, CLIENT_ISN + 21);
    put32(ack.bytes + 48, CLIENT_ISN + 31);
    assert_true(session_apply(whole, &ack.event));
    see(whole, at_us(2000), SIDE_CLIENT, TCP_ACK, 11, 1, 10);
    note_of(&text, whole, 8);
    assert_non_null(strstr(text.at, ": 1 duplicate ACK said that #6 is missing"));
    str_release(&text);
    session_free(middle);
    session_free(whole);
}

/* What is cut ends with a whole number and a blank, or with none. */
static void no_number_is_cut(void **state)
{
    (void)state;
    static const char text[] = "again from 118, as #16, #15";
    static const char *const cuts[] = {"again from…", "again from 118 …", "again from 118, as…",
                                       "again from 118, as #16 …", text};
    size_t seen = 0;
    for (size_t cells = 11; cells <= sizeof text; cells++) {
        struct str out;
        str_init(&out, heap_mem());
        str_put(&out, text);
        cut_at_word(&out, 0, cells, false);
        assert_true(cells_of(out.at, out.len) <= cells);
        while (seen < COUNT_OF(cuts) && strcmp(out.at, cuts[seen]) != 0)
            seen++;
        if (seen == COUNT_OF(cuts))
            fail_msg("%zu cells: \"%s\"", cells, out.at);
        str_release(&out);
    }
    assert_int_equal(seen, COUNT_OF(cuts) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_language_is_found_by_its_locale),
        cmocka_unit_test(test_the_catalogue_has_what_the_source_says),
        cmocka_unit_test(test_every_sentence_fits_and_has_no_place_left),
        cmocka_unit_test(test_no_two_sentences_read_the_same),
        cmocka_unit_test(test_cells_are_what_a_terminal_shows),
        cmocka_unit_test(test_lines_break_where_they_may),
        cmocka_unit_test(test_a_long_text_is_wrapped_whole),
        cmocka_unit_test(test_places_are_filled_and_others_stay),
        cmocka_unit_test(test_ascii_has_no_other_marks),
        cmocka_unit_test(test_a_call_is_one_short_line),
        cmocka_unit_test(test_built_in_files_are_found),
        cmocka_unit_test(test_a_row_speaks_with_its_numbers),
        cmocka_unit_test(test_senseless_flags_have_a_title_of_their_own),
        cmocka_unit_test(test_labels_that_the_sentence_lacks_get_a_clause),
        cmocka_unit_test(numbers_mean_what_they_say),
        cmocka_unit_test(no_number_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
