/* Segments of one's own making: the notation, what is wrong in it, and the frame that comes of it, read back
 * by the decoder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/decode.h"
#include "core/inject.h"

static const uint8_t mac[2][6] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};

static struct inject_sender client(int family)
{
    struct inject_sender s = {.from = SIDE_CLIENT,
                              .mac = {mac[0], mac[1]},
                              .base = {1000, UINT32_MAX - 4},
                              .seq = 1101,
                              .ack = 7,
                              .win = 501,
                              .tsval = 90000,
                              .tsecr = 80000};
    for (int i = 0; i < 2; i++) {
        struct addr a = {.family = (uint8_t)family, .at = {10, 0, 0, (uint8_t)(i + 1)}};
        s.tuple.end[i] = (struct endpoint){.addr = a, .port = (uint16_t)(i ? 3344 : 40000)};
    }
    return s;
}

static void make_from(const struct inject_sender *s, const char *text, struct seg *out,
                      const uint8_t **payload)
{
    static uint8_t frame[INJECT_FRAME];
    struct inject i;
    struct cmd_error e;
    if (!inject_parse(text, strlen(text), &i, &e))
        fail_msg("%s: %s", text, e.message);
    const uint32_t len = inject_build(&i, s, frame);
    assert_int_equal(seg_decode(out, DLT_EN10MB_, frame, len, len), FRAME_TCP);
    assert_int_equal(out->cksum, CKSUM_GOOD);
    assert_false(out->truncated);
    *payload = frame + out->data.at;
}

static void make(const char *text, struct seg *out)
{
    const uint8_t *payload;
    const struct inject_sender s = client(4);
    make_from(&s, text, out, &payload);
}

static void what_is_written(void **state)
{
    (void)state;
    struct seg g;
    const uint8_t *payload;
    struct inject_sender s = client(4);
    make_from(&s, "P. 101:111(10) ack 3 win 1000 urg 4", &g, &payload);
    assert_int_equal(g.flags, TCP_PSH | TCP_ACK | TCP_URG);
    assert_int_equal(g.seq.v, 1101);
    assert_int_equal(g.len, 10);
    assert_int_equal(g.ack.v, UINT32_MAX - 1); /* relative to what the other side began with, which wraps */
    assert_int_equal(g.win, 1000);
    assert_memory_equal(payload, "abcdefghij", 10);
    assert_int_equal(g.src.port, 40000);
    assert_int_equal(g.dst.port, 3344);
    make("FSRPEW", &g);
    assert_int_equal(g.flags, TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ECE | TCP_CWR);
    make("S 0:0(0) ack 1", &g); /* an ACK number means the flag */
    assert_int_equal(g.flags, TCP_SYN | TCP_ACK);
    make("4000 > 5000 R 1:1(0)", &g);
    assert_int_equal(g.src.port, 4000);
    assert_int_equal(g.dst.port, 5000);
    make("- 5:1465(1460)", &g);
    assert_int_equal(g.flags, 0);
    assert_int_equal(g.len, 1460);
}

static void what_is_left_out_is_the_senders(void **state)
{
    (void)state;
    struct seg g;
    make(".", &g);
    assert_int_equal(g.seq.v, 1101);
    assert_int_equal(g.ack.v, 7);
    assert_int_equal(g.win, 501);
    assert_int_equal(g.len, 0);
    assert_false(g.opt.timestamps);
    make("R", &g);
    assert_int_equal(g.ack.v, 0);
}

static void options(void **state)
{
    (void)state;
    struct seg g;
    make("S 0:0(0) win 65535 <mss 1400,sackOK,TS val 5 ecr 0,nop,wscale 7>", &g);
    assert_true(g.opt.mss && g.opt.mss_value == 1400 && g.opt.sack_permitted && g.opt.timestamps);
    assert_true(g.opt.tsval == 5 && g.opt.tsecr == 0 && g.opt.wscale && g.opt.shift == 7);
    make(". 1:1(0) <nop, nop, TS val -5000>", &g);
    assert_int_equal(g.opt.tsval, 85000);
    assert_int_equal(g.opt.tsecr, 80000);
    make(". <TS val +1 ecr 4294967295,eol>", &g);
    assert_int_equal(g.opt.tsval, 90001);
    assert_int_equal(g.opt.tsecr, UINT32_MAX);
    make(". 1:1(0) ack 1 <sack 3:9 20:30,nop,nop>", &g);
    assert_int_equal(g.opt.sacks, 2);
    assert_int_equal(g.opt.sack[0].left.v, UINT32_MAX - 1);
    assert_int_equal(g.opt.sack[0].right.v, 4);
    assert_int_equal(g.opt.sack[1].right.v, 25);
}

static void version_six(void **state)
{
    (void)state;
    struct seg g;
    const uint8_t *payload;
    const struct inject_sender s = client(6);
    make_from(&s, "P. 1:1461(1460) <TS val 1 ecr 1>", &g, &payload);
    assert_int_equal(g.src.addr.family, 6);
    assert_true(g.len > 1400 && g.len < 1460); /* what fits */
}

static void is_wrong(const char *text, const char *message, const char *word)
{
    struct inject i;
    struct cmd_error e;
    if (inject_parse(text, strlen(text), &i, &e))
        fail_msg("%s: is taken", text);
    assert_string_equal(e.message, message);
    assert_true(e.at <= strlen(text) && e.at + e.len <= strlen(text));
    assert_int_equal(e.len, strlen(word));
    assert_memory_equal(text + e.at, word, e.len);
}

static void mistakes(void **state)
{
    (void)state;
    is_wrong("", "something is missing", "");
    is_wrong("Q 1:1(0)", "{word}: flags are letters of FSRP.UEW, or - for none", "Q");
    is_wrong("R 1:5(0)", "{word}: TO is FROM and LENGTH together, and at most 1460 bytes fit", "1:5(0)");
    is_wrong("R 1:1462(1461)", "{word}: TO is FROM and LENGTH together, and at most 1460 bytes fit",
             "1:1462(1461)");
    is_wrong("R 1-1(0)", "{word}: numbers are written as FROM:TO(LENGTH)", "1-1(0)");
    is_wrong("R 1:1(0", "{word}: numbers are written as FROM:TO(LENGTH)", "1:1(0");
    is_wrong("R 1:1(0) ack", "something is missing", "");
    is_wrong("R 1:1(0) ack x", "{word} is not a number", "x");
    is_wrong("R 1:1(0) win 65536", "{word} is too large", "65536");
    is_wrong("R 1:1(0) ack 4294967296", "{word} is too large", "4294967296");
    is_wrong("R 1:1(0) foo", "{word} is not expected here: ack, win, urg or options may follow", "foo");
    is_wrong("R <foo>", "{word}: options are mss, wscale, sackOK, sack, TS, nop and eol", "foo");
    is_wrong("R <nop", "options stand between < and >, with a comma between two", "");
    is_wrong("R <nop nop>", "options stand between < and >, with a comma between two", "nop");
    is_wrong("R <TS 5>", "{word}: a time stamp is written as TS val N ecr N", "TS");
    is_wrong("R <TS val x>", "{word} is not a number", "x");
    is_wrong("R <mss 70000>", "{word} is too large", "70000");
    is_wrong("R <sack 1>", "{word}: up to four blocks are written as sack FROM:TO", "1");
    is_wrong("R <sack 1:2 1:2 1:2 1:2 1:2>", "{word}: up to four blocks are written as sack FROM:TO", "1:2");
    is_wrong("R <sack>", "something is missing", ">");
    is_wrong("R <TS val 1,TS val 1,TS val 1,TS val 1,TS val 1>",
             "{word}: a header has room for 40 bytes of options", "1");
    is_wrong("70000 > 1 R", "{word}: flags are letters of FSRP.UEW, or - for none", "70000");
    is_wrong("1 > 70000 R", "{word} is too large", "70000");
}

/* Whatever is typed, it is read within its bounds, and what is taken makes a frame. */
static void anything(void **state)
{
    (void)state;
    static const char *const words[] = {"S",   "R.",     "-",          "1:1(0)", "5:9(4)", "ack", "win",
                                        "urg", "7",      "4294967295", "<",      ">",      ",",   "nop",
                                        "mss", "wscale", "sackOK",     "sack",   "1:2",    "TS",  "val",
                                        "ecr", "-5",     "eol",        "4000",   "(",      ":",   "x"};
    const struct inject_sender s = client(4);
    uint64_t r = 1;
    for (int n = 0; n < 200000; n++) {
        char text[128] = "";
        size_t len = 0;
        do {
            r = r * UINT64_C(6364136223846793005) + 1442695040888963407;
            const char *word = words[(r >> 33) % COUNT_OF(words)];
            if (len + strlen(word) + 1 < sizeof text) {
                strcpy(text + len, word);
                len += strlen(word);
                if ((r >> 60) & 1)
                    text[len++] = ' ';
            }
        } while ((r >> 40) % 9 != 0);
        struct inject i;
        struct cmd_error e;
        char *exact = test_malloc(len + 1); /* no byte behind the text is read */
        memcpy(exact, text, len);
        uint8_t frame[INJECT_FRAME];
        if (inject_parse(exact, len, &i, &e)) {
            const uint32_t made = inject_build(&i, &s, frame);
            struct seg g;
            assert_true(made <= INJECT_FRAME);
            assert_int_equal(seg_decode(&g, DLT_EN10MB_, frame, made, made), FRAME_TCP);
        } else {
            assert_true(e.message != NULL && e.at + e.len <= len);
        }
        test_free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written), cmocka_unit_test(what_is_left_out_is_the_senders),
        cmocka_unit_test(options),         cmocka_unit_test(version_six),
        cmocka_unit_test(mistakes),        cmocka_unit_test(anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
