/* Files: whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/mem.h"
#include "plat/file.h"
#include "plat/heap.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tcpviz-test-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    DIR *d = opendir(folder);
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static unsigned files_here(void)
{
    DIR *d = opendir(".");
    unsigned n = 0;
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static void expect_file(const char *path, const char *text)
{
    struct fail f = {0};
    char *held;
    size_t len;
    assert_true(file_read_all(path, heap_mem(), &held, &len, &f));
    assert_int_equal(len, strlen(text));
    assert_string_equal(held, text);
    mem_free(heap_mem(), held, len + 1);
}

static void put_file(const char *path, const char *text)
{
    struct fail f = {0};
    struct outfile *o = outfile_open(path, &f);
    assert_non_null(o);
    assert_true(outfile_write(o, text, strlen(text)));
    assert_true(outfile_commit(o, &f));
}

static void a_file_is_replaced_at_once_and_keeps_its_mode(void **state)
{
    (void)state;
    struct fail f = {0};
    struct stat s;
    mode_t mask = umask(027);
    put_file("whole", "old");
    umask(mask);
    assert_true(stat("whole", &s) == 0 && (s.st_mode & 07777) == 0640);
    chmod("whole", 0604);
    struct outfile *o = outfile_open("whole", &f);
    assert_false(outfile_direct(o));
    assert_true(outfile_write(o, "new", 3) && outfile_flush(o));
    expect_file("whole", "old");
    assert_true(outfile_commit(o, &f));
    expect_file("whole", "new");
    assert_true(stat("whole", &s) == 0 && (s.st_mode & 07777) == 0604);

    o = outfile_open("whole", &f);
    assert_true(outfile_write(o, "never", 5) && outfile_flush(o));
    assert_int_equal(files_here(), 1); /* a kill would leave nothing */
    outfile_abandon(o);
    outfile_abandon(NULL);
    expect_file("whole", "new");
    assert_int_equal(files_here(), 1);
}

static void the_target_of_a_link_is_replaced(void **state)
{
    (void)state;
    struct stat s;
    put_file("target", "old");
    assert_true(symlink("target", "one") == 0 && symlink("one", "two") == 0 &&
                symlink("missing", "dangling") == 0);
    put_file("two", "new");
    expect_file("target", "new");
    assert_true(lstat("two", &s) == 0 && S_ISLNK(s.st_mode));
    put_file("dangling", "made");
    expect_file("missing", "made");
    struct fail f = {0};
    assert_true(symlink("turn", "round") == 0 && symlink("round", "turn") == 0);
    assert_null(outfile_open("round", &f));
    assert_string_equal(f.why, "Too many levels of symbolic links");
    fail_release(&f);
}

static void what_is_no_file_is_written_directly(void **state)
{
    (void)state;
    struct fail f = {0};
    assert_int_equal(mkfifo("pipe", 0600), 0);
    int in = open("pipe", O_RDONLY | O_NONBLOCK);
    struct outfile *o = outfile_open("pipe", &f);
    char got[8];
    assert_true(o && outfile_direct(o));
    assert_true(outfile_write(o, "now", 3) && outfile_flush(o));
    assert_int_equal(read(in, got, sizeof got), 3);
    close(in);
    signal(SIGPIPE, SIG_IGN);
    assert_true(outfile_write(o, "late", 4));
    assert_false(outfile_flush(o));
    assert_false(outfile_write(o, "more", 4));
    assert_false(outfile_commit(o, &f));
    assert_int_equal(f.status, FAIL_SYSTEM);
    assert_string_equal(f.what, "pipe");
    assert_string_equal(f.why, "Broken pipe");

    o = outfile_open("/dev/full", &f);
    static char block[40000];
    assert_false(outfile_write(o, block, sizeof block));
    assert_false(outfile_commit(o, &f));
    assert_string_equal(f.why, "No space left on device");
    assert_null(outfile_open(".", &f));
    assert_string_equal(f.why, "Is a directory");
    assert_null(outfile_open("no/such/place", &f));
    assert_string_equal(f.what, "no/such/place");
    fail_release(&f);
    assert_int_equal(files_here(), 1);
}

static void too_much_and_nothing_are_told(void **state)
{
    (void)state;
    struct fail f = {0};
    char *text;
    size_t len;
    int fd = open("large", O_WRONLY | O_CREAT, 0600);
    assert_int_equal(ftruncate(fd, FILE_READ_MOST), 0);
    assert_true(file_read_all("large", heap_mem(), &text, &len, &f));
    assert_int_equal(len, FILE_READ_MOST);
    mem_free(heap_mem(), text, len + 1);
    assert_int_equal(ftruncate(fd, FILE_READ_MOST + 1), 0);
    close(fd);
    assert_false(file_read_all("large", heap_mem(), &text, &len, &f));
    assert_string_equal(f.why, "longer than 16 MB");
    assert_false(file_read_all("none", heap_mem(), &text, &len, &f));
    assert_string_equal(f.why, "No such file or directory");
    assert_false(file_read_all(".", heap_mem(), &text, &len, &f));
    assert_string_equal(f.why, "Is a directory");
    fail_release(&f);
    put_file("empty", "");
    expect_file("empty", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_replaced_at_once_and_keeps_its_mode, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(the_target_of_a_link_is_replaced, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_written_directly, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(too_much_and_nothing_are_told, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
