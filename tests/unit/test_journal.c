/* The journal as a file: what is in it while the session goes on, what of a disk that is slow or full, and
 * which files of a set give way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plat/file.h"
#include "plat/fileset.h"
#include "session/journal.h"
#include "unit/again.h"

static struct loop *loop;
static struct voice voice;

static int up(void **state)
{
    struct fail f = {0};
    static char folder[] = "/tmp/tcpviz-test-XXXXXX";
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    *state = mkdtemp(folder);
    loop = loop_new(&f);
    return *state && loop && chdir(folder) == 0 ? 0 : -1;
}

static int down(void **state)
{
    struct fileset s;
    loop_free(loop);
    assert_true(fileset_read(&s, *state, ""));
    for (size_t i = 0; i < s.count; i++)
        unlink(s.file[i].path);
    fileset_release(&s);
    unlink("pipe");
    return chdir("/") == 0 && rmdir(*state) == 0 ? 0 : -1;
}

static struct journal *begin(const struct session *s, const char *path, uint64_t most, size_t waiting)
{
    struct fail f = {0};
    struct append *file = append_open(loop, path, false, &f);
    assert_non_null(file);
    const struct journal_options o = {
        heap_mem(), {s, "tcpviz test", say_message, &voice, false}, most, waiting};
    struct journal *j = journal_new(&o, file);
    assert_non_null(j);
    return j;
}

/* The session of a file, and how the file ended. */
static struct session *again(const char *path, enum pcap_next *how)
{
    struct fail f = {0};
    char *held;
    size_t len;
    assert_true(file_read_all(path, heap_mem(), &held, &len, &f));
    struct session *s = read_session(held, len, how);
    mem_free(heap_mem(), held, len + 1);
    return s;
}

static void same(const char *path, const struct session *s)
{
    struct str a, b;
    enum pcap_next how;
    struct session *t = again(path, &how);
    assert_non_null(t);
    assert_int_equal(how, PCAP_END);
    lines_of(&a, s);
    lines_of(&b, t);
    assert_string_equal(a.at, b.at);
    str_release(&a);
    str_release(&b);
    session_free(t);
}

/* Some rounds of the loop, until the file took what it was handed. */
static void settle(struct journal *j)
{
    journal_feed(j);
    loop_written(loop, 5000);
}

static void test_every_turn_is_in_the_file(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    struct journal *j = begin(s, "j", 0, 0);
    settle(j);
    same("j", s);
    shake_hands(s);
    settle(j);
    same("j", s);
    settle(j);
    for (uint32_t i = 0; i < 5000; i++)
        see(s, at_us(100 + i), SIDE_CLIENT, TCP_ACK, 1 + 100 * i, 1, 100);
    settle(j);
    same("j", s);
    see(s, at_us(9000), SIDE_CLIENT, TCP_ACK | TCP_FIN, 500001, 1, 0);
    assert_true(session_mark(s, "m", 1, 5003));
    journal_finish(j, 5000);
    same("j", s);
    enum pcap_next how;
    struct session *t = again("j", &how);
    assert_int_equal(session_mark_find(t, "m", 1)->row, 5003);
    session_free(t);
    assert_int_equal(journal_trouble(j), JOURNAL_GOOD);
    assert_int_equal(journal_missing(j), 0);
    struct stat st;
    assert_int_equal(stat("j", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    journal_free(j);
    session_free(s);
}

static void test_a_slow_reader_loses_rows_and_is_told_where(void **state)
{
    (void)state;
    enum { WAITING = 100000 };
    assert_int_equal(mkfifo("pipe", 0600), 0);
    const int fd = open("pipe", O_RDWR | O_NONBLOCK);
    struct session *s = a_session(heap_mem());
    struct journal *j = begin(s, "pipe", 0, WAITING);
    shake_hands(s);
    journal_feed(j);
    assert_false(journal_lags(j));
    for (uint32_t i = 0; i < 3000; i++) { /* some 700 KB; the pipe takes 64 KiB */
        see(s, at_us(100 + i), SIDE_CLIENT, TCP_ACK, 1 + 100 * i, 1, 100);
        journal_feed(j);
    }
    assert_true(journal_lags(j));
    assert_int_equal(journal_trouble(j), JOURNAL_SLOW);
    const uint64_t missing = journal_missing(j);
    assert_true(missing > 1000 && missing < 3000);
    /* the reader wakes up */
    struct str file;
    char bytes[4096];
    str_init(&file, heap_mem());
    for (int i = 0; i < 1000; i++) {
        ssize_t n;
        while ((n = read(fd, bytes, sizeof bytes)) > 0)
            str_put_n(&file, bytes, (size_t)n);
        journal_feed(j);
    }
    see(s, at_us(9000), SIDE_CLIENT, TCP_ACK | TCP_FIN, 300001, 1, 0);
    journal_finish(j, 1000);
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;)
        str_put_n(&file, bytes, (size_t)n);
    enum pcap_next how;
    struct session *t = read_session(file.at, file.len, &how);
    assert_non_null(t);
    assert_int_equal(how, PCAP_END);
    assert_int_equal(session_segments(t), session_segments(s) - journal_missing(j));
    assert_int_equal(session_rows(t), session_segments(t) + 1);
    size_t len;
    const char *told = session_note(t, session_row(t, session_rows(t) - 2), &len, NULL);
    assert_non_null(told);
    assert_int_equal(strtoull(told, NULL, 10), journal_missing(j));
    session_free(t);
    str_release(&file);
    journal_free(j);
    session_free(s);
    close(fd);
}

static void test_a_full_disk_is_told(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    struct journal *j = begin(s, "/dev/full", 0, 0);
    shake_hands(s);
    settle(j);
    settle(j);
    assert_int_equal(journal_trouble(j), JOURNAL_BROKEN);
    assert_int_equal(journal_error(j), ENOSPC);
    for (uint32_t i = 0; i < 1000; i++)
        see(s, at_us(100 + i), SIDE_CLIENT, TCP_ACK, 1 + 100 * i, 1, 100);
    settle(j);
    journal_finish(j, 1000);
    journal_free(j);
    session_free(s);
}

static void test_a_file_that_may_not_grow_ends_whole(void **state)
{
    (void)state;
    for (uint64_t most = 300; most < 3000; most += 97) {
        enum pcap_next how;
        struct stat st;
        struct session *s = a_session(heap_mem());
        struct journal *j = begin(s, "j", most, 0);
        for (uint32_t i = 0; i < 20; i++) {
            see(s, at_us(100 + i), SIDE_CLIENT, TCP_ACK, 1 + 100 * i, 1, 100);
            settle(j);
        }
        journal_finish(j, 1000);
        assert_int_equal(journal_trouble(j), JOURNAL_LONG);
        assert_int_equal(stat("j", &st), 0);
        assert_true((uint64_t)st.st_size <= most && (uint64_t)st.st_size + 500 > most);
        struct session *t = again("j", &how);
        if (t) {
            assert_int_equal(how, PCAP_END);
            assert_true(session_segments(t) < session_segments(s));
        }
        session_free(t);
        journal_free(j);
        session_free(s);
    }
}

static void test_a_file_is_one_writers(void **state)
{
    (void)state;
    struct fail f = {0};
    struct append *a = append_open(loop, "a", true, &f);
    assert_non_null(a);
    append_write(a, "abc", 3);
    append_flush(a, 1000);
    assert_int_equal(append_length(a), 3);
    assert_null(append_open(loop, "a", false, &f));
    assert_string_equal(f.why, "another tcpviz is writing to it");
    assert_null(append_open(loop, "a", true, &f));
    append_cut(a, 2);
    append_close(a);
    struct stat st;
    assert_int_equal(stat("a", &st), 0);
    assert_int_equal(st.st_size, 2);
    assert_non_null(a = append_open(loop, "a", false, &f));
    append_close(a);
    assert_int_equal(stat("a", &st), 0);
    assert_int_equal(st.st_size, 0);
    fail_release(&f);
}

static void put(const char *name, size_t size)
{
    const int fd = open(name, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    close(fd);
}

static size_t left(struct fileset *s)
{
    assert_true(fileset_read(s, ".", ".x"));
    return s->count;
}

static void test_the_oldest_of_a_set_give_way(void **state)
{
    (void)state;
    struct fileset s;
    struct fail f = {0};
    put("3.x", 100);
    put("1.x", 100);
    put("2.x", 100);
    put("4.x", 100);
    put("0.y", 100);
    put(".x", 100); /* nothing but the suffix */
    assert_int_equal(symlink("0.y", "0.x"), 0);
    assert_int_equal(left(&s), 4);
    assert_string_equal(s.file[0].path, "./1.x");
    assert_int_equal(s.file[3].bytes, 100);
    fileset_release(&s);
    fileset_trim(".", ".x", 3, 1000);
    assert_int_equal(left(&s), 3);
    assert_string_equal(s.file[0].path, "./2.x");
    fileset_release(&s);
    struct append *a = append_open(loop, "2.x", false, &f);
    fileset_trim(".", ".x", 3, 150);
    assert_int_equal(left(&s), 2); /* it is in use, and empty now */
    assert_string_equal(s.file[0].path, "./2.x");
    assert_string_equal(s.file[1].path, "./4.x");
    fileset_release(&s);
    append_close(a);
    fileset_trim(".", ".x", 0, 0);
    assert_int_equal(left(&s), 0);
    fileset_release(&s);
    unlink("0.x");
    assert_true(fileset_read(&s, "./nowhere", ".x"));
    assert_int_equal(s.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_turn_is_in_the_file, up, down),
        cmocka_unit_test_setup_teardown(test_a_slow_reader_loses_rows_and_is_told_where, up, down),
        cmocka_unit_test_setup_teardown(test_a_full_disk_is_told, up, down),
        cmocka_unit_test_setup_teardown(test_a_file_that_may_not_grow_ends_whole, up, down),
        cmocka_unit_test_setup_teardown(test_a_file_is_one_writers, up, down),
        cmocka_unit_test_setup_teardown(test_the_oldest_of_a_set_give_way, up, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
