/* Two sessions side by side: what is the same stands together whenever it happened, what differs is told, and
 * every row has its place once. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "export/diff_text.h"
#include "scene/diff.h"
#include "unit/hostile.h"

enum { RST_ACK = TCP_RST | TCP_ACK, PSH_ACK = TCP_PSH | TCP_ACK, FIN_ACK = TCP_FIN | TCP_ACK };

static struct session *captured(void)
{
    struct session_options o = {.source = "a.pcap", .started_ns = 7, .mem = heap_mem()};
    return session_new(&o);
}

static void see_at(struct session *s, uint64_t us, uint16_t port, enum side from, unsigned flags,
                   uint32_t seq, uint32_t ack, uint32_t len)
{
    struct made m;
    make_frame(&m, at_us(us), from, port, flags, seq, ack, len);
    assert_true(session_apply(s, &m.event));
}

static void call_at(struct session *s, uint64_t us, enum side side, enum call_kind kind, const char *name,
                    const char *args, int64_t result)
{
    const struct event e = {
        .kind = EVENT_CALL,
        .time_ns = at_us(us),
        .key = a_key(CLIENT_PORT),
        .u.call = {.side = side, .kind = kind, .name = name, .args = args, .fd = 5, .result = result}};
    assert_true(session_apply(s, &e));
}

/* Every row that tells something stands in one item, at its side; rows of one lane in their order. */
static void is_whole(const struct diff *d)
{
    size_t kinds[DIFF_KINDS] = {0};
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        const struct session *s = diff_session(d, side);
        uint8_t *seen = calloc(session_rows(s) + 1, 1);
        size_t rows = 0, wanted = 0;
        for (size_t p = 0; p < diff_parts(d); p++) {
            const struct diff_part *part = diff_part(d, p);
            uint32_t last = 0;
            for (size_t i = part->first; i < part->end; i++) {
                const uint32_t row = diff_item(d, i)->row[side];
                if (row == NO_ROW)
                    continue;
                const struct row *r = session_row(s, row);
                assert_int_equal(seen[row]++, 0);
                assert_int_equal(r->conn, part->conn[side]);
                rows++;
                if (r->kind != EVENT_SEGMENT)
                    continue;
                assert_true(row >= last);
                last = row;
            }
        }
        for (size_t i = 0; i < session_rows(s); i++) {
            const struct row *r = session_row(s, i);
            wanted += r->kind == EVENT_SEGMENT || (r->kind == EVENT_CALL && !diff_without_calls(d));
        }
        assert_int_equal(rows, wanted);
        free(seen);
    }
    for (size_t i = 0; i < diff_items(d); i++) {
        const struct diff_item *at = diff_item(d, i);
        kinds[at->kind]++;
        assert_int_equal(at->row[0] == NO_ROW, at->kind == DIFF_RIGHT);
        assert_int_equal(at->row[1] == NO_ROW, at->kind == DIFF_LEFT);
        if (at->kind == DIFF_ALIKE || at->kind == DIFF_DIFFERS)
            assert_int_equal(diff_why(d, at) == 0, at->kind == DIFF_ALIKE);
    }
    for (int k = 0; k < DIFF_KINDS; k++)
        assert_int_equal(kinds[k], diff_count(d, (enum diff_kind)k));
}

static struct diff *compared(const struct session *a, const struct session *b)
{
    struct diff *d = diff_new(heap_mem(), a, b);
    assert_non_null(d);
    is_whole(d);
    return d;
}

static void ends(struct diff *d, struct session *a, struct session *b)
{
    diff_free(d);
    session_free(a);
    session_free(b);
}

static void counts(const struct diff *d, size_t alike, size_t differ, size_t left, size_t right)
{
    assert_int_equal(diff_count(d, DIFF_ALIKE), alike);
    assert_int_equal(diff_count(d, DIFF_DIFFERS), differ);
    assert_int_equal(diff_count(d, DIFF_LEFT), left);
    assert_int_equal(diff_count(d, DIFF_RIGHT), right);
}

static void the_same_at_other_times(void **state)
{
    (void)state;
    struct session *a = captured(), *b = captured();
    shake_hands(a);
    see(a, at_us(100), SIDE_CLIENT, PSH_ACK, 1, 1, 10);
    see(a, at_us(200), SIDE_SERVER, TCP_ACK, 1, 11, 0);
    see(b, at_us(5000), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    see(b, at_us(9000), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    see(b, at_us(9001), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
    see(b, at_us(9002), SIDE_CLIENT, PSH_ACK, 1, 1, 10);
    see(b, at_us(99000), SIDE_SERVER, TCP_ACK, 1, 11, 0);
    struct diff *d = compared(a, b);
    counts(d, 5, 0, 0, 0);
    assert_int_equal(diff_parts(d), 1);
    ends(d, a, b);
}

/* Three writes of a byte as three segments, and as one and what waited for its ACK. */
static void nagle(void **state)
{
    (void)state;
    struct session *a = captured(), *b = captured();
    shake_hands(a);
    for (uint32_t i = 0; i < 3; i++) {
        see(a, at_us(100 + 20 * i), SIDE_CLIENT, PSH_ACK, 1 + i, 1, 1);
        see(a, at_us(110 + 20 * i), SIDE_SERVER, TCP_ACK, 1, 2 + i, 0);
    }
    shake_hands(b);
    see(b, at_us(100), SIDE_CLIENT, PSH_ACK, 1, 1, 1);
    see(b, at_us(300), SIDE_SERVER, TCP_ACK, 1, 2, 0);
    see(b, at_us(310), SIDE_CLIENT, PSH_ACK, 2, 1, 2);
    see(b, at_us(500), SIDE_SERVER, TCP_ACK, 1, 4, 0);
    struct diff *d = compared(a, b);
    counts(d, 5, 2, 2, 0);
    const struct diff_item *data = diff_item(d, 5), *ack = diff_item(d, 6);
    assert_int_equal(data->kind, DIFF_DIFFERS);
    assert_int_equal(diff_why(d, data), DIFFERS_LENGTH);
    assert_int_equal(diff_why(d, ack), DIFFERS_ACKED);
    ends(d, a, b);
}

static void close_and_abort(void **state)
{
    (void)state;
    struct session *a = captured(), *b = captured();
    shake_hands(a);
    see(a, at_us(100), SIDE_CLIENT, FIN_ACK, 1, 1, 0);
    see(a, at_us(110), SIDE_SERVER, FIN_ACK, 1, 2, 0);
    see(a, at_us(120), SIDE_CLIENT, TCP_ACK, 2, 2, 0);
    shake_hands(b);
    see(b, at_us(100), SIDE_CLIENT, RST_ACK, 1, 1, 0);
    struct diff *d = compared(a, b);
    counts(d, 3, 1, 2, 0);
    const struct diff_item *at = diff_item(d, 3);
    assert_int_equal(diff_why(d, at) & (DIFFERS_FLAGS | DIFFERS_STATES | DIFFERS_LABELS),
                     DIFFERS_FLAGS | DIFFERS_STATES | DIFFERS_LABELS);
    assert_int_equal(at->edges[0], STATE_FIN_WAIT_1 | STATE_CLOSE_WAIT << 4);
    assert_int_equal(at->edges[1], STATE_CLOSED | STATE_CLOSED << 4);
    ends(d, a, b);
}

/* A refused connection that only one session has does not shift the others. */
static void connections_by_what_came_of_them(void **state)
{
    (void)state;
    struct session *a = captured(), *b = captured();
    see_at(a, 0, 50001, SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    see_at(a, 1, 50001, SIDE_SERVER, RST_ACK, 0, 1, 0);
    for (int i = 0; i < 2; i++) {
        struct session *s = i ? b : a;
        const uint16_t port = (uint16_t)(50010 + i);
        see_at(s, 10, port, SIDE_CLIENT, TCP_SYN, 0, 0, 0);
        see_at(s, 11, port, SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
        see_at(s, 12, port, SIDE_CLIENT, TCP_ACK, 1, 1, 0);
        see_at(s, 13, port, SIDE_CLIENT, PSH_ACK, 1, 1, 7);
    }
    struct diff *d = compared(a, b);
    assert_int_equal(diff_parts(d), 2);
    assert_int_equal(diff_part(d, 0)->conn[1], NO_CONN);
    assert_int_equal(diff_part(d, 1)->conn[0], 1);
    assert_int_equal(diff_part(d, 1)->conn[1], 0);
    counts(d, 4, 0, 2, 0);
    ends(d, a, b);
}

/* Two captures of the same two connections, which came in the other order. */
static void connections_that_are_the_same(void **state)
{
    (void)state;
    struct session *a = captured(), *b = captured();
    for (int i = 0; i < 4; i++) {
        const uint16_t port = i == 0 || i == 3 ? 50001 : 50002;
        see_at(i < 2 ? a : b, (uint64_t)i * 10, port, SIDE_CLIENT, TCP_SYN, 0, 0, 0);
        see_at(i < 2 ? a : b, (uint64_t)i * 10 + 1, port, SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    }
    struct diff *d = compared(a, b);
    assert_int_equal(diff_parts(d), 2);
    assert_int_equal(diff_part(d, 0)->conn[0], 0);
    assert_int_equal(diff_part(d, 0)->conn[1], 1);
    assert_int_equal(diff_part(d, 1)->conn[1], 0);
    counts(d, 4, 0, 0, 0);
    ends(d, a, b);
}

/* A lab's connection with its calls; late: the server's accept() and read() come after segments that they
 * came before at the other time. */
static struct session *lab(bool late, int64_t got)
{
    struct session *s = a_session(heap_mem());
    const uint64_t shift = late ? 1000 : 0;
    call_at(s, 1, SIDE_CLIENT, CALL_CONNECT, "connect", late ? "9, 10.0.0.9:80" : "4, 10.0.0.2:3344", 0);
    call_at(s, 2, SIDE_CLIENT, CALL_OTHER, "setsockopt", late ? "9, TCP_NODELAY, [1]" : "4, TCP_NODELAY, [1]",
            0);
    see(s, at_us(10), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    see(s, at_us(20), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    see(s, at_us(30), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
    if (!late)
        call_at(s, 40, SIDE_SERVER, CALL_ACCEPT, "accept4", "3, 10.0.0.1:40000", 7);
    call_at(s, 50, SIDE_CLIENT, CALL_WRITE, "write", "4, \"abc\", 3", 3);
    see(s, at_us(60), SIDE_CLIENT, PSH_ACK, 1, 1, 3);
    if (!late)
        call_at(s, 70, SIDE_SERVER, CALL_READ, "read", "7, \"abc\", 100", got);
    see(s, at_us(80), SIDE_SERVER, TCP_ACK, 1, 4, 0);
    if (late) {
        call_at(s, 40 + shift, SIDE_SERVER, CALL_ACCEPT, "accept4", "3, 10.0.0.1:40000", 8);
        call_at(s, 70 + shift, SIDE_SERVER, CALL_READ, "read", "8, \"abc\", 100", got);
    }
    return s;
}

static void calls_in_an_order_of_their_own(void **state)
{
    (void)state;
    struct session *a = lab(false, 3), *b = lab(true, 3);
    struct diff *d = compared(a, b);
    counts(d, 10, 0, 0, 0);
    diff_free(d);
    d = compared(b, a);
    counts(d, 10, 0, 0, 0);
    ends(d, a, b);
    a = lab(false, 3);
    b = lab(false, 2);
    d = compared(a, b);
    counts(d, 9, 1, 0, 0);
    for (size_t i = 0; i < diff_items(d); i++)
        if (diff_item(d, i)->kind == DIFF_DIFFERS)
            assert_int_equal(diff_why(d, diff_item(d, i)), DIFFERS_RESULT);
    ends(d, a, b);
}

/* A call that only the right one has stands behind the segment that it stood behind there, and before what
 * its program called next. */
static void a_call_of_one_only_has_its_place(void **state)
{
    (void)state;
    struct session *a = a_session(heap_mem()), *b = a_session(heap_mem());
    for (int i = 0; i < 2; i++) {
        struct session *s = i ? b : a;
        shake_hands(s);
        if (!i)
            call_at(s, 50, SIDE_CLIENT, CALL_WRITE, "write", "4", 3);
        see(s, at_us(60), SIDE_CLIENT, PSH_ACK, 1, 1, 3);
        if (i)
            call_at(s, 70, SIDE_SERVER, CALL_OTHER, "setsockopt", "7, TCP_CORK, [1]", 0);
        see(s, at_us(80), SIDE_SERVER, TCP_ACK, 1, 4, 0);
        call_at(s, 90, SIDE_SERVER, CALL_READ, "read", "7", 3);
        see(s, at_us(100), SIDE_CLIENT, PSH_ACK, 4, 1, 3);
        if (i) {
            call_at(s, 105, SIDE_CLIENT, CALL_OTHER, "setsockopt", "4, TCP_CORK, [0]", 0);
            call_at(s, 110, SIDE_CLIENT, CALL_WRITE, "write", "4", 3);
        }
    }
    struct diff *d = compared(a, b);
    counts(d, 8, 0, 0, 2);
    size_t at[8] = {0};
    for (size_t i = 0; i < diff_items(d); i++)
        if (diff_item(d, i)->row[1] != NO_ROW && diff_item(d, i)->row[1] < 8)
            at[diff_item(d, i)->row[1]] = i;
    assert_int_equal(at[4], at[3] + 1); /* behind the data, before its ACK */
    assert_int_equal(at[5], at[4] + 1);
    for (size_t i = 0; i < diff_items(d); i++) {
        const struct event_call *c = session_call(b, session_row(b, diff_item(d, i)->row[1]));
        if (c && c->kind == CALL_WRITE) /* the left one has it early: so has its neighbour at the right */
            assert_int_equal(diff_item(d, i - 1)->kind, DIFF_RIGHT);
    }
    ends(d, a, b);
}

/* A capture of the same knows no calls: they are no difference. */
static void calls_that_only_one_knows(void **state)
{
    (void)state;
    struct session *a = lab(false, 3), *b = captured();
    shake_hands(b);
    see(b, at_us(60), SIDE_CLIENT, PSH_ACK, 1, 1, 3);
    see(b, at_us(80), SIDE_SERVER, TCP_ACK, 1, 4, 0);
    struct diff *d = compared(a, b);
    assert_true(diff_without_calls(d));
    assert_int_equal(diff_items(d), 5);
    ends(d, a, b);
}

static struct session *at_random(void)
{
    struct session *s = a_session(heap_mem());
    uint32_t next[SIDE_COUNT] = {1, 1};
    shake_hands(s);
    for (int i = rand() % 40; i > 0; i--) {
        const enum side side = rand() % 2 ? SIDE_SERVER : SIDE_CLIENT;
        const uint32_t len = (uint32_t)(rand() % 4);
        const uint64_t us = 1000 - (uint64_t)i;
        if (rand() % 3 == 0) {
            call_at(s, us, side, CALL_WRITE, "write", "4, \"x\", 1", rand() % 2);
        } else {
            see(s, at_us(us), side, PSH_ACK, next[side], next[side_other(side)], len);
            next[side] += len;
        }
    }
    return s;
}

/* Whatever they are, every row has its place, and a diff with itself is empty. */
static void any_two(void **state)
{
    (void)state;
    srand(3);
    for (int round = 0; round < 300; round++) {
        struct session *a = at_random(), *b = at_random();
        struct diff *d = compared(a, b);
        diff_free(d);
        d = compared(a, a);
        assert_int_equal(diff_count(d, DIFF_ALIKE), diff_items(d));
        ends(d, a, b);
    }
}

static bool to_text(void *ctx, const char *bytes, size_t len)
{
    str_put_n(ctx, bytes, len);
    return true;
}

static size_t width(const char *line)
{
    return cells_of(line, strcspn(line, "\n"));
}

/* Foreign text is inert, whatever language and width. */
static void hostile_text(void **state)
{
    (void)state;
    struct session *a = a_hostile_session(), *b = a_session(heap_mem());
    const char *const names[] = {"\033[2J\n<script>.pcap", "b\xff.pcap"};
    call_at(b, 1, SIDE_CLIENT, CALL_CONNECT, "connect", "4, 10.0.0.2:3344", 0);
    shake_hands(b);
    struct diff *d = diff_new(heap_mem(), a, b);
    for (int v = 0; v < 3; v++) {
        const struct voice voice = {.lang = v == 1 ? LANG_ZH : LANG_EN, .ascii = v == 2};
        struct str out;
        str_init(&out, heap_mem());
        assert_true(diff_text_put(d, names, &voice, (struct export_sink){to_text, &out}, heap_mem()));
        assert_true(is_tame(out.at, out.len, false));
        for (const char *line = out.at; *line; line += strcspn(line, "\n") + 1)
            assert_true(width(line) <= DIFF_TEXT_CELLS);
        str_release(&out);
    }
    ends(d, a, b);
}

/* From line to line by the differences, and back over the same ones. */
static void from_one_difference_to_the_next(void **state)
{
    (void)state;
    const struct voice voice = {.lang = LANG_EN};
    struct session *a = a_hostile_session(), *b = lab(true, 3);
    struct diff *d = diff_new(heap_mem(), a, b);
    struct diff_view *v = diff_view_new(heap_mem(), d);
    struct diff_line line;
    size_t forth = 0, back = 0, at = 0;
    diff_line_init(&line, heap_mem());
    for (size_t cells = 60; cells <= 200; cells += 70) {
        assert_true(diff_view_lay(v, &voice, cells));
        for (at = 0, forth = 0; (at = diff_view_next(v, at, false)) != SIZE_MAX; forth++) {
            assert_true(diff_view_line(v, at, &line));
            assert_true(line.kind == DIFF_LINE_ITEM && line.mark != DIFF_ALIKE);
        }
        for (at = diff_view_lines(v), back = 0; (at = diff_view_next(v, at, true)) != SIZE_MAX; back++)
            assert_true(diff_view_line(v, at, &line) && line.mark != DIFF_ALIKE);
        assert_int_equal(forth, diff_items(d) - diff_count(d, DIFF_ALIKE));
        assert_int_equal(back, forth);
        assert_false(diff_view_line(v, diff_view_lines(v), &line));
    }
    diff_line_release(&line);
    diff_view_free(v);
    ends(d, a, b);
}

/* Where a line stood at one width it is found at another: the same rows, or what stands above them. */
static void a_line_is_found_at_any_width(void **state)
{
    (void)state;
    const struct voice voice = {.lang = LANG_EN};
    struct session *a = a_hostile_session(), *b = lab(true, 3);
    struct diff *d = diff_new(heap_mem(), a, b);
    struct diff_view *v = diff_view_new(heap_mem(), d);
    struct diff_line line;
    struct diff_spot spot;
    diff_line_init(&line, heap_mem());
    assert_true(diff_view_lay(v, &voice, 200));
    const size_t lines = diff_view_lines(v);
    for (size_t i = 0; i < lines; i++) {
        assert_true(diff_view_lay(v, &voice, 200) && diff_view_line(v, i, &line));
        const struct diff_item *item = line.item;
        diff_view_spot(v, i, &spot);
        assert_int_equal(diff_view_at(v, &spot), i);
        assert_true(diff_view_lay(v, &voice, 62) && diff_view_lines(v) > lines);
        assert_true(diff_view_line(v, diff_view_at(v, &spot), &line) && line.item == item);
    }
    diff_view_spot(v, SIZE_MAX, &spot); /* no line: the end of what stands above all */
    assert_true(diff_view_line(v, diff_view_at(v, &spot), &line) && !line.item);
    diff_line_release(&line);
    diff_view_free(v);
    ends(d, a, b);
}

static void *scarce(void *ctx, void *old, size_t old_size, size_t new_size)
{
    int *left = ctx;
    if (new_size > 0 && (*left)-- <= 0)
        return NULL;
    return heap_mem()->resize(heap_mem()->ctx, old, old_size, new_size);
}

static void without_memory(void **state)
{
    (void)state;
    struct session *a = lab(false, 3), *b = lab(true, 2);
    struct diff *d = NULL;
    for (int allowed = 0; !d; allowed++) {
        int left = allowed;
        const struct mem mem = {scarce, &left, NULL};
        d = diff_new(&mem, a, b);
        assert_true(allowed < 200);
        if (d) {
            diff_free(d);
            break;
        }
    }
    session_free(a);
    session_free(b);
}

/* All lines as one text; false: there was no memory for one of them. */
static bool all_lines(struct diff_view *v, const struct mem *m, struct str *out)
{
    struct diff_line line;
    bool good = true;
    diff_line_init(&line, m);
    for (size_t i = 0; diff_view_line(v, i, &line); i++)
        for (unsigned side = 0; side < DIFF_SIDES; side++) {
            good = good && !line.text[side].failed;
            str_put(out, line.text[side].at);
            str_put(out, "\n");
        }
    diff_line_release(&line);
    return good && !out->failed;
}

/* Where memory was short while lines were laid out or asked for, that is told; when there is some again all
 * is as if nothing had been. */
static void a_view_is_whole_again(void **state)
{
    (void)state;
    const struct voice voice = {.lang = LANG_EN};
    int left = INT_MAX;
    bool enough = false;
    const struct mem mem = {scarce, &left, NULL};
    struct session *a = a_hostile_session(), *b = lab(true, 3);
    struct diff *d = diff_new(heap_mem(), a, b);
    struct str whole, again;
    str_init(&whole, heap_mem());
    str_init(&again, heap_mem());
    for (int allowed = 0; !enough; allowed++) {
        struct diff_view *v;
        left = INT_MAX;
        v = diff_view_new(&mem, d);
        left = allowed;
        enough = diff_view_lay(v, &voice, 100);
        str_clear(&again);
        enough = all_lines(v, &mem, &again) && enough; /* whatever there was memory for */
        left = INT_MAX;
        str_clear(&again);
        assert_true(diff_view_lay(v, &voice, 100) && all_lines(v, &mem, &again));
        if (whole.len == 0)
            str_put(&whole, again.at);
        assert_string_equal(again.at, whole.at);
        left = allowed;
        str_clear(&again);
        assert_true(!all_lines(v, &mem, &again) || strcmp(again.at, whole.at) == 0);
        left = INT_MAX;
        str_clear(&again);
        assert_true(all_lines(v, &mem, &again));
        assert_string_equal(again.at, whole.at);
        diff_view_free(v);
    }
    assert_true(whole.len > 0);
    str_release(&whole);
    str_release(&again);
    ends(d, a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_at_other_times),
        cmocka_unit_test(nagle),
        cmocka_unit_test(close_and_abort),
        cmocka_unit_test(connections_by_what_came_of_them),
        cmocka_unit_test(connections_that_are_the_same),
        cmocka_unit_test(calls_in_an_order_of_their_own),
        cmocka_unit_test(a_call_of_one_only_has_its_place),
        cmocka_unit_test(calls_that_only_one_knows),
        cmocka_unit_test(any_two),
        cmocka_unit_test(hostile_text),
        cmocka_unit_test(from_one_difference_to_the_next),
        cmocka_unit_test(a_line_is_found_at_any_width),
        cmocka_unit_test(without_memory),
        cmocka_unit_test(a_view_is_whole_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
