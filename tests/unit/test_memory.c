/* Memory that runs out at every possible place: each part says so, keeps what it had and gives everything
 * back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "export/export.h"
#include "export/labsheet.h"
#include "session/filter.h"
#include "scene/message.h"
#include "scene/transcript.h"
#include "session/cond.h"
#include "session/conns.h"
#include "session/jread.h"
#include "session/record.h"
#include "session/turn.h"
#include "tui/canvas.h"
#include "unit/timeline.h"

enum { ALLOCATIONS_MOST = 3000 };

/* Fails the request number fail_at, or it and all that follow. */
struct purse {
    size_t asked, fail_at;
    bool stays_empty, refused;
    size_t held; /* bytes that were not given back */
};

static void *from_purse(void *ctx, void *old, size_t old_size, size_t new_size)
{
    struct purse *p = ctx;
    assert_true(old || !old_size);
    if (new_size) {
        p->asked++;
        if (p->asked == p->fail_at || (p->stays_empty && p->asked > p->fail_at)) {
            p->refused = true;
            return NULL;
        }
    }
    p->held += new_size - old_size;
    return heap_mem()->resize(heap_mem()->ctx, old, old_size, new_size);
}

static bool session_of(const struct mem *m, const struct session *unused);
static bool transcript_of(const struct mem *m, const struct session *s);
static bool record_of(const struct mem *m, const struct session *s);

/* Runs a part again and again, each time with another request refused, until none is. The part says whether
 * all went well; some take up again what they found no room for. */
static void with_every_failure(bool (*part)(const struct mem *m, const struct session *s),
                               const struct session *s)
{
    for (int stays = 0; stays < 2; stays++) {
        bool whole = false;
        for (size_t n = 1; n < ALLOCATIONS_MOST && !whole; n++) {
            struct purse p = {.fail_at = n, .stays_empty = stays};
            const struct mem m = {.resize = from_purse, .ctx = &p};
            const bool good = part(&m, s);
            if (p.held)
                fail_msg("request %zu refused: %zu bytes were not given back", n, p.held);
            if (good == p.refused && !(good && part == transcript_of))
                fail_msg("request %zu refused: %s", n,
                         good ? "nothing was said of it" : "a failure without a reason");
            whole = !p.refused;
        }
        assert_true(whole);
    }
}

static struct event event_at(uint64_t us, enum event_kind kind)
{
    return (struct event){.kind = kind, .time_ns = at_us(us), .key = a_key(CLIENT_PORT)};
}

/* A life with an event of each kind, a copy that is sent again, and acknowledgments that name it. */
static bool live(struct event_sink to)
{
    static const struct {
        uint64_t us;
        enum side from;
        unsigned flags;
        uint32_t seq, ack, len;
    } segments[] = {
        {0, SIDE_CLIENT, TCP_SYN, 0, 0, 0},        {20, SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0},
        {40, SIDE_CLIENT, TCP_ACK, 1, 1, 0},       {60, SIDE_CLIENT, TCP_ACK, 101, 1, 100},
        {70, SIDE_SERVER, TCP_ACK, 1, 1, 0},       {80, SIDE_SERVER, TCP_ACK, 1, 1, 0},
        {300000, SIDE_CLIENT, TCP_ACK, 1, 1, 100}, {300020, SIDE_CLIENT, TCP_ACK, 101, 1, 100},
        {300040, SIDE_SERVER, TCP_ACK, 1, 201, 0}, {400000, SIDE_CLIENT, TCP_ACK | TCP_FIN, 201, 1, 0},
        {400020, SIDE_SERVER, TCP_ACK, 1, 202, 0}, {500000, SIDE_SERVER, TCP_ACK | TCP_FIN, 1, 202, 0},
        {500020, SIDE_CLIENT, TCP_ACK, 202, 2, 0},
    };
    struct made m;
    for (size_t i = 0; i < COUNT_OF(segments); i++) {
        make_frame(&m, at_us(segments[i].us), segments[i].from, CLIENT_PORT, segments[i].flags,
                   segments[i].seq, segments[i].ack, segments[i].len);
        to.take(to.ctx, &m.event);
    }
    struct event e = event_at(600000, EVENT_CALL);
    e.u.call = (struct event_call){.side = SIDE_SERVER,
                                   .kind = CALL_READ,
                                   .name = "read",
                                   .args = "5, \"GET / HTTP/1.1\", 100",
                                   .fd = 5,
                                   .result = 100,
                                   .data = "GET / HTTP/1.1\r\n",
                                   .data_len = 16};
    to.take(to.ctx, &e);
    e = event_at(600010, EVENT_SAMPLE);
    e.u.sample = (struct event_sample){.side = SIDE_CLIENT, .state = STATE_TIME_WAIT};
    to.take(to.ctx, &e);
    e = event_at(600020, EVENT_STAMP);
    e.u.stamp = (struct event_stamp){SIDE_CLIENT, STAMP_QDISC, SIDE_CLIENT, 199};
    to.take(to.ctx, &e);
    e = (struct event){.kind = EVENT_NOTE, .time_ns = at_us(600030), .u.note = {"look here", 9, true}};
    to.take(to.ctx, &e);
    e = (struct event){
        .kind = EVENT_COUNTER, .time_ns = at_us(600040), .u.counter = {SIDE_CLIENT, "TCPTimeouts", 1}};
    to.take(to.ctx, &e);
    return true;
}

struct applied {
    struct session *session;
    bool good;
};

static void apply(void *ctx, const struct event *e)
{
    struct applied *a = ctx;
    a->good = session_apply(a->session, e) && a->good;
}

/* What was taken before can still be read, to the last row. */
static void read_all(const struct session *s)
{
    struct row_extra extra;
    struct seg g;
    uint64_t stamps[STAMP_POINTS];
    for (uint32_t i = 0; i < session_rows(s); i++) {
        const struct row *r = session_row(s, i);
        session_extra(s, r, &extra);
        session_stamps_of(s, i, stamps);
        assert_true(r->kind != EVENT_SEGMENT || session_seg(s, r, &g));
        assert_true(r->kind != EVENT_CALL || session_call(s, r)->args);
    }
}

static bool session_of(const struct mem *m, const struct session *unused)
{
    (void)unused;
    struct applied a = {a_session(m), true};
    if (!a.session)
        return false;
    live((struct event_sink){apply, &a});
    assert_int_equal(a.good, !session_out_of_memory(a.session));
    read_all(a.session);
    /* Where nothing was said to be missing, nothing is. */
    if (a.good) {
        assert_int_equal(session_rows(a.session), 18);
        assert_int_equal(session_state(a.session, 0, SIDE_CLIENT), STATE_TIME_WAIT);
        assert_int_equal(session_state(a.session, 0, SIDE_SERVER), STATE_CLOSED);
    }
    session_free(a.session);
    return a.good;
}

static void test_session(void **state)
{
    (void)state;
    with_every_failure(session_of, NULL);
}

static bool turn_of(const struct mem *m, const struct session *unused)
{
    (void)unused;
    struct session *s = a_session(heap_mem());
    struct turn *t = turn_new(m, s);
    bool good = t != NULL;
    if (t) {
        live(turn_sink(t));
        turn_flush(t);
        good = !turn_failed(t);
        assert_true(turn_empty(t));
        assert_false(session_out_of_memory(s));
    }
    turn_free(t);
    session_free(s);
    return good;
}

static void test_turn(void **state)
{
    (void)state;
    with_every_failure(turn_of, NULL);
}

static struct session *a_life(void)
{
    struct applied a = {a_session(heap_mem()), true};
    live((struct event_sink){apply, &a});
    assert_true(a.good);
    return a.session;
}

static const char filter_text[] = "(from:client or label:ack) and not len > 5000 or kind:note";

/* The filter is parsed and the selection made from the same purse; a row that found no room comes later. */
static bool selection_of(const struct mem *m, const struct session *s)
{
    struct selection *all = selection_new(m, s);
    if (!all)
        return false;
    selection_set(all, 0, NO_CONN, NULL, true);
    const size_t first = selection_count(all);
    selection_extend(all);
    const size_t then = selection_count(all);
    for (size_t i = 1; i < then; i++)
        assert_true(selection_at(all, i - 1) < selection_at(all, i));
    selection_free(all);
    assert_true(first <= then && then <= 15);
    return first == 15;
}

static bool filter_of(const struct mem *m, const struct session *s)
{
    struct cmd_error e = {0};
    struct filter *f = filter_parse(m, filter_text, sizeof filter_text - 1, &e);
    if (!f)
        return false;
    assert_true(filter_passes(f, s, session_row(s, 0)));
    filter_free(f);
    return true;
}

static bool cond_of(const struct mem *m, const struct session *s)
{
    static const char text[] = "client is TIME-WAIT and server recv-q = 0 and segments > 3 since here";
    struct cmd_error e = {.message = text};
    (void)s;
    struct cond *c = cond_parse(m, text, sizeof text - 1, &e);
    assert_true(c || !e.message);
    cond_free(c);
    return c != NULL;
}

static void test_selection_filter_and_condition(void **state)
{
    (void)state;
    struct session *s = a_life();
    with_every_failure(selection_of, s);
    with_every_failure(filter_of, s);
    with_every_failure(cond_of, s);
    session_free(s);
}

/* A list that found no room is the one that it was, and is made when it is asked for again. */
static bool conns_of(const struct mem *m, const struct session *s)
{
    struct picks marks, copy;
    struct conns *c = conns_new(m, s);
    if (!c)
        return false;
    picks_init(&marks, m);
    picks_init(&copy, m);
    conns_set(c, CONNS_CLIENT, true, NULL);
    const bool made = !conns_work(c, UINT64_MAX) && conns_made(c) == 1;
    assert_int_equal(conns_count(c), session_conns(s));
    assert_int_equal(conns_at(c, 0), 0);
    picks_flip(&marks, 100);
    const bool marked = picks_has(&marks, 100), copied = picks_copy(&copy, &marks);
    assert_int_equal(picks_has(&copy, 100), marked && copied);
    picks_release(&copy);
    picks_release(&marks);
    conns_free(c);
    return made && marked && copied;
}

/* What found no room is looked at again with the next work: in the end all of it stands there, once and in
 * order. */
static bool transcript_of(const struct mem *m, const struct session *s)
{
    struct transcript *t = transcript_new(m, s, 0);
    struct transcript_line l = {0};
    if (!t)
        return false;
    str_init(&l.text, m);
    transcript_set(t, &(struct transcript_style){.side = SIDE_NONE, .width = 20});
    while (transcript_work(t, UINT64_MAX, true))
        ;
    bool good = transcript_lines(t) == 10 && transcript_said(t, SIDE_CLIENT) == 200;
    for (size_t i = 0; transcript_line(t, i, &l); i++) {
        char want[21] = "";
        memset(want, 'a' + (int)i * 2, 10);
        memset(want + 10, 'b' + (int)i * 2, 10);
        good = good && !l.text.failed;
        if (!l.text.failed && !l.remark)
            assert_memory_equal(l.text.at, want, l.text.len);
    }
    str_release(&l.text);
    transcript_free(t);
    return good;
}

static void test_list_and_transcript(void **state)
{
    (void)state;
    struct session_options o = {.source = "a.pcap", .started_ns = 7, .mem = heap_mem()};
    struct session *s = session_new(&o);
    shake_hands(s);
    for (uint32_t i = 0; i < 20; i++) { /* in pairs, the later one first */
        struct made m;
        make_frame(&m, at_us(100 + i), SIDE_CLIENT, CLIENT_PORT, TCP_PSH | TCP_ACK, 1 + (i ^ 1) * 10, 1, 10);
        memset(m.bytes + 40, 'a' + (int)(i ^ 1), 10);
        seal_frame(&m, 10);
        session_apply(s, &m.event);
    }
    with_every_failure(conns_of, s);
    with_every_failure(transcript_of, s);
    session_free(s);
}

/* Every sentence of a row is whole, or its text says that it failed. */
static bool words_of(const struct mem *m, const struct session *s)
{
    static void (*const says[])(struct str *, const struct voice *, const struct session *,
                                const struct row *) = {say_brief, say_note, say_why, say_next, say_title};
    static const struct voice v = {LANG_ZH, false, false, NULL};
    bool good = true;
    for (uint32_t i = 0; i < session_rows(s) && session_row(s, i)->kind == EVENT_SEGMENT; i++) {
        for (size_t k = 0; k < COUNT_OF(says); k++) {
            struct str out, whole;
            str_init(&out, m);
            str_init(&whole, heap_mem());
            says[k](&out, &v, s, session_row(s, i));
            says[k](&whole, &v, s, session_row(s, i));
            if (!out.failed)
                assert_string_equal(out.at, whole.at);
            good = good && !out.failed;
            str_release(&out);
            str_release(&whole);
        }
    }
    return good;
}

static void test_words(void **state)
{
    (void)state;
    struct session *s = a_life();
    with_every_failure(words_of, s);
    session_free(s);
}

static bool canvas_of(const struct mem *m, const struct session *s)
{
    (void)s;
    struct str out;
    struct canvas *c = canvas_new(m, 3, 20);
    if (!c)
        return false;
    canvas_put(c, canvas_rect(c), 1, 0, LOOK_TEXT, 0, "握手 handshake");
    str_init(&out, m);
    canvas_text(c, &out);
    const bool good = !out.failed;
    str_release(&out);
    canvas_free(c);
    return good;
}

static void test_canvas(void **state)
{
    (void)state;
    with_every_failure(canvas_of, NULL);
}

/* Written and read again. */
static bool record_of(const struct mem *m, const struct session *s)
{
    struct voice v = {.lang = LANG_EN};
    const struct record_options o = {s, "tcpviz test", say_message, &v, false};
    struct session_options again = {.mem = m};
    struct pcap_frame p;
    struct str file;
    bool good = true;
    str_init(&file, m);
    struct record *r = record_new(m, &o);
    struct jread *j = jread_new(m);
    struct pcapfile *f = pcapfile_new(m);
    if (r)
        record_begin(r, &file);
    for (size_t i = 0; r && i < session_rows(s); i++)
        record_row(r, (uint32_t)i, &file);
    if (r)
        record_rest(r, &file);
    good = r && j && f && !file.failed &&
           jread_head(j, (const uint8_t *)file.at, file.len, true, &again) == JREAD_JOURNAL;
    struct session *t = good ? session_new(&again) : NULL;
    good = t != NULL;
    if (good) {
        pcapfile_entries(f);
        pcapfile_bytes(f, 0, (const uint8_t *)file.at, file.len, true);
    }
    while (good) {
        const enum pcap_next next = pcapfile_next(f, &p);
        struct event e = {.kind = EVENT_SEGMENT, .time_ns = p.time_ns};
        if (next == PCAP_ENTRY) {
            good = jread_entry(j, &p, t);
        } else if (next == PCAP_FRAME) {
            e.u.segment = (struct event_segment){
                .linktype = p.linktype, .bytes = p.bytes, .caplen = p.caplen, .wirelen = p.wirelen};
            jread_frame(j, f, &p, &e.u.segment);
            good = session_apply(t, &e);
        } else {
            good = next == PCAP_END;
            break;
        }
    }
    session_free(t);
    pcapfile_free(f);
    jread_free(j);
    record_free(r);
    str_release(&file);
    return good;
}

static void test_record(void **state)
{
    (void)state;
    struct session *s = a_life();
    assert_true(session_mark(s, "m", 1, 2));
    with_every_failure(record_of, s);
    session_free(s);
}

static bool keep(void *ctx, const char *bytes, size_t len)
{
    str_put_n(ctx, bytes, len);
    return true;
}

static const char *export_name;

static bool export_to(struct str *out, const struct mem *m, const struct session *s)
{
    const struct export_options o = {
        .format = export_find(export_name, strlen(export_name)), .mem = m, .steady = true};
    str_init(out, heap_mem());
    struct export *e = export_new(&o, s, (struct export_sink){keep, out});
    const bool good = e && export_all(e, 0);
    if (e)
        export_free(e);
    return good;
}

/* What was written until then is the beginning of what would have been written. */
static bool export_of(const struct mem *m, const struct session *s)
{
    struct str out, whole;
    const bool good = export_to(&out, m, s);
    assert_true(export_to(&whole, heap_mem(), s));
    if (out.len > whole.len || memcmp(out.at, whole.at, out.len) != 0)
        fail_msg("%s wrote\n%s", export_name, out.at);
    assert_true(!good || out.len == whole.len);
    str_release(&out);
    str_release(&whole);
    return good;
}

static bool sheet_of(const struct mem *m, const struct session *s)
{
    static const struct voice v = {LANG_ZH, false, true, NULL};
    struct str out, whole;
    str_init(&out, heap_mem());
    str_init(&whole, heap_mem());
    const bool good = labsheet_put(s, &v, LABSHEET_WHOLE, (struct export_sink){keep, &out}, m);
    assert_true(labsheet_put(s, &v, LABSHEET_WHOLE, (struct export_sink){keep, &whole}, heap_mem()));
    if (good)
        assert_string_equal(out.at, whole.at);
    str_release(&out);
    str_release(&whole);
    return good;
}

static void test_lab_sheet(void **state)
{
    (void)state;
    struct session *s = a_life();
    with_every_failure(sheet_of, s);
    session_free(s);
}

static void test_exports(void **state)
{
    (void)state;
    struct session *s = a_life();
    for (size_t i = 0; export_format_at(i); i++) {
        export_name = export_format_at(i)->name;
        with_every_failure(export_of, s);
    }
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session),
        cmocka_unit_test(test_turn),
        cmocka_unit_test(test_selection_filter_and_condition),
        cmocka_unit_test(test_list_and_transcript),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_canvas),
        cmocka_unit_test(test_exports),
        cmocka_unit_test(test_lab_sheet),
        cmocka_unit_test(test_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
