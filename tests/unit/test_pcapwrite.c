/* What is written is what is read: by pcapfile.h, and, where it passes a block over, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/types.h"
#include "plat/heap.h"
#include "session/pcapfile.h"
#include "session/pcapwrite.h"

static const uint8_t bytes[] = {1, 2, 3, 4, 5};
static const uint64_t when = UINT64_C(1795347030018499123);

/* Blocks have a length that is a multiple of four, at both ends. Returns where the next one begins. */
static size_t whole_block(const struct str *file, size_t at, uint32_t type)
{
    uint32_t head[2], tail;
    assert_true(file->len - at >= 12);
    memcpy(head, file->at + at, sizeof head);
    assert_int_equal(head[0], type);
    assert_int_equal(head[1] % 4, 0);
    assert_true(head[1] <= file->len - at);
    memcpy(&tail, file->at + at + head[1] - 4, sizeof tail);
    assert_int_equal(head[1], tail);
    return at + head[1];
}

static struct pcapfile *reader_of(const struct str *file)
{
    struct pcapfile *f = pcapfile_new(heap_mem());
    assert_non_null(f);
    pcapfile_bytes(f, 0, (const uint8_t *)file->at, file->len, true);
    return f;
}

static void test_a_pcap_is_read_again(void **state)
{
    struct str file;
    struct pcap_frame p;
    (void)state;
    str_init(&file, heap_mem());
    pcap_put_head(&file, 101);
    pcap_put_record(&file, when, bytes, sizeof bytes, 60);
    pcap_put_record(&file, when + 1, NULL, 0, 0);
    struct pcapfile *f = reader_of(&file);
    assert_int_equal(pcapfile_next(f, &p), PCAP_FRAME);
    assert_int_equal(p.time_ns, when);
    assert_int_equal(p.linktype, 101);
    assert_int_equal(p.caplen, sizeof bytes);
    assert_int_equal(p.wirelen, 60);
    assert_memory_equal(p.bytes, bytes, sizeof bytes);
    assert_int_equal(pcapfile_next(f, &p), PCAP_FRAME);
    assert_int_equal(p.time_ns, when + 1);
    assert_int_equal(p.caplen, 0);
    assert_int_equal(pcapfile_next(f, &p), PCAP_END);
    pcapfile_free(f);
    str_release(&file);
}

static void test_packets_are_read_again_whatever_stands_beside_them(void **state)
{
    (void)state;
    for (uint32_t caplen = 0; caplen <= sizeof bytes; caplen++)
        for (size_t comment_len = 0; comment_len < 6; comment_len++)
            for (size_t own_len = 0; own_len < 10; own_len += 3) {
                struct str file;
                struct pcap_frame p;
                struct pcapng_packet q = {.interface = 1,
                                          .time_ns = when,
                                          .bytes = bytes,
                                          .caplen = caplen,
                                          .wirelen = 9,
                                          .comment = "words",
                                          .comment_len = comment_len,
                                          .own_len = own_len};
                str_init(&file, heap_mem());
                pcapng_put_section(&file, "tcpviz test");
                pcapng_put_interface(&file, 1, "one");
                pcapng_put_interface(&file, 113, "another");
                size_t at = whole_block(&file, 0, 0x0A0D0D0A);
                at = whole_block(&file, at, 1);
                at = whole_block(&file, at, 1);
                pcapng_put_packet(&file, &q);
                assert_int_equal(whole_block(&file, at, 6), file.len);
                struct pcapfile *f = reader_of(&file);
                assert_int_equal(pcapfile_next(f, &p), PCAP_FRAME);
                assert_int_equal(p.time_ns, when);
                assert_int_equal(p.linktype, 113);
                assert_int_equal(p.caplen, caplen);
                assert_int_equal(p.wirelen, 9);
                assert_memory_equal(p.bytes, bytes, caplen);
                assert_int_equal(pcapfile_next(f, &p), PCAP_END);
                pcapfile_free(f);
                str_release(&file);
            }
}

/* The comment of the first packet block at `at`: where its text is, and how long. */
static const char *comment_of(const struct str *file, size_t at, uint32_t caplen, uint16_t *len)
{
    at += 28 + (caplen + 3) / 4 * 4;
    uint16_t code;
    memcpy(&code, file->at + at, sizeof code);
    memcpy(len, file->at + at + 2, sizeof *len);
    assert_int_equal(code, PCAPNG_OPTION_COMMENT);
    return file->at + at + 4;
}

static void test_a_comment_longer_than_an_option_is_cut_between_characters(void **state)
{
    struct str file, text;
    uint16_t len;
    (void)state;
    str_init(&file, heap_mem());
    str_init(&text, heap_mem());
    str_put(&text, "x");
    str_put_rep(&text, "é", 50000);
    struct pcapng_packet q = {.comment = text.at, .comment_len = text.len};
    pcapng_put_packet(&file, &q);
    assert_int_equal(whole_block(&file, 0, 6), file.len);
    const char *comment = comment_of(&file, 0, 0, &len);
    assert_true(len > 65000 && len < 65533);
    assert_int_equal(len % 2, 1); /* the x, then whole characters */
    assert_memory_equal(comment, text.at, len);
    str_release(&file);
    str_release(&text);
}

static void field_is(const char *value, size_t len, const char *form, size_t form_len)
{
    struct str file;
    str_init(&file, heap_mem());
    const size_t begin = pcapng_begin_entry(&file, when);
    const size_t at = file.len;
    pcapng_put_field(&file, "TCPVIZ_X", value, len);
    assert_true(file.len - at == form_len);
    assert_memory_equal(file.at + at, form, form_len);
    pcapng_end_entry(&file, begin);
    assert_int_equal(whole_block(&file, 0, 9), file.len);
    static const char head[] = "__REALTIME_TIMESTAMP=1795347030018499\n";
    assert_memory_equal(file.at + 8, head, sizeof head - 1);
    str_release(&file);
}

#define FIELD_IS(value, form) field_is(value, sizeof(value) - 1, form, sizeof(form) - 1)

static void test_fields_hold_any_bytes(void **state)
{
    (void)state;
    FIELD_IS("", "TCPVIZ_X=\n");
    FIELD_IS("a = b\tc é", "TCPVIZ_X=a = b\tc é\n");
    FIELD_IS("a\nb", "TCPVIZ_X\n\3\0\0\0\0\0\0\0a\nb\n");
    FIELD_IS("\0", "TCPVIZ_X\n\1\0\0\0\0\0\0\0\0\n");
    FIELD_IS("\x1b[31m", "TCPVIZ_X\n\5\0\0\0\0\0\0\0\x1b[31m\n");
    FIELD_IS("\xff", "TCPVIZ_X\n\1\0\0\0\0\0\0\0\xff\n");
    FIELD_IS("\xef\xbf\xbd", "TCPVIZ_X=\xef\xbf\xbd\n"); /* U+FFFD itself is a character */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pcap_is_read_again),
        cmocka_unit_test(test_packets_are_read_again_whatever_stands_beside_them),
        cmocka_unit_test(test_a_comment_longer_than_an_option_is_cut_between_characters),
        cmocka_unit_test(test_fields_hold_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
