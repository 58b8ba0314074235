/* The loop, failures, privileges and crashes: each in the process, or a child of its own. */
#include "unit/child.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include "plat/caps.h"
#include "plat/crash.h"
#include "plat/fail.h"
#include "plat/loop.h"

/* The loop */

struct rounds {
    struct loop *loop;
    struct source *a, *b;
    int called, turns, stop_at, events;
    int fd;
};

static void turn(void *ctx)
{
    struct rounds *r = ctx;
    if (++r->turns == r->stop_at)
        loop_stop(r->loop);
}

static void drain(void *ctx, int events)
{
    struct rounds *r = ctx;
    char byte;
    r->called++;
    r->events = events;
    while (read(r->fd, &byte, 1) > 0)
        continue;
}

static void note_call(void *ctx)
{
    ((struct rounds *)ctx)->called++;
}

static void rounds_start(struct rounds *r)
{
    struct fail f = {0};
    *r = (struct rounds){.loop = loop_new(&f), .stop_at = 1, .fd = -1};
    assert_non_null(r->loop);
    loop_turn(r->loop, turn, r);
}

static void a_turn_follows_each_round(void **state)
{
    (void)state;
    struct rounds r;
    rounds_start(&r);
    int one[2], two[2];
    assert_int_equal(pipe2(one, O_NONBLOCK), 0);
    assert_int_equal(pipe2(two, O_NONBLOCK), 0);
    struct rounds other = {.fd = two[0]};
    r.fd = one[0];
    r.a = loop_fd(r.loop, one[0], LOOP_READ, drain, &r);
    r.b = loop_fd(r.loop, two[0], 0, drain, &other);
    assert_true(write(one[1], "x", 1) == 1 && write(two[1], "x", 1) == 1);
    loop_run(r.loop);
    assert_int_equal(r.called, 1);
    assert_int_equal(r.events, LOOP_READ);
    assert_int_equal(other.called, 0);
    assert_int_equal(r.turns, 1);

    /* Two sources in one round: one turn. */
    source_watch(r.b, LOOP_READ);
    assert_int_equal(write(one[1], "x", 1), 1);
    r.stop_at = 2;
    loop_run(r.loop);
    assert_int_equal(r.called, 2);
    assert_int_equal(other.called, 1);
    assert_int_equal(r.turns, 2);

    /* A timer's turn does not wait for the next descriptor. */
    struct source *t = loop_timer(r.loop, note_call, &r);
    source_start(t, 1, 0);
    r.stop_at = 3;
    loop_run(r.loop);
    assert_int_equal(r.called, 3);

    source_close(r.a);
    source_close(NULL);
    loop_free(r.loop);
    close(one[0]), close(one[1]), close(two[0]), close(two[1]);
}

static void nothing_is_called_while_idle(void **state)
{
    (void)state;
    struct rounds r;
    rounds_start(&r);
    struct source *never = loop_timer(r.loop, note_call, &r), *repeats = loop_timer(r.loop, note_call, &r);
    source_start(never, 1, 1);
    source_stop(never);
    source_start(repeats, 1, 1);
    r.stop_at = 3;
    loop_run(r.loop);
    assert_int_equal(r.turns, 3);
    assert_int_equal(r.called, 3);
    source_close(repeats);
    source_close(never);
    /* Without sources it ends by itself, with no turn. */
    loop_run(r.loop);
    assert_int_equal(r.turns, 3);
    loop_free(r.loop);
}

static void write_once(void *ctx, int events)
{
    struct rounds *r = ctx;
    r->events = events;
    r->called++;
    source_watch(r->a, 0);
}

static void a_descriptor_keeps_its_mode_and_files_are_refused(void **state)
{
    (void)state;
    struct rounds r;
    rounds_start(&r);
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    r.a = loop_fd(r.loop, fds[1], LOOP_WRITE, write_once, &r);
    assert_non_null(r.a);
    assert_int_equal(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0);
    loop_run(r.loop);
    assert_int_equal(r.events, LOOP_WRITE);
    assert_int_equal(r.called, 1);
    FILE *file = tmpfile();
    assert_null(loop_fd(r.loop, fileno(file), LOOP_READ, drain, &r));
    assert_null(loop_fd(r.loop, -1, LOOP_READ, drain, &r));
    fclose(file);
    loop_free(r.loop);
    close(fds[0]), close(fds[1]);
}

/* The peer is gone without reading: the socket is in error, and its owner hears of it as often as it goes on.
 */
static void reset_ready(void *ctx, int events)
{
    struct rounds *r = ctx;
    char byte;
    r->events |= events;
    if (++r->called == 1)
        return;
    assert_true(read(r->fd, &byte, 1) < 0 && errno == ECONNRESET);
    source_watch(r->a, 0);
}

static void an_error_wakes_the_owner_of_a_socket(void **state)
{
    (void)state;
    struct rounds r;
    rounds_start(&r);
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    assert_int_equal(write(fds[0], "unread", 6), 6);
    close(fds[1]);
    r.fd = fds[0];
    r.stop_at = 2;
    r.a = loop_fd(r.loop, fds[0], LOOP_READ, reset_ready, &r);
    loop_run(r.loop);
    assert_int_equal(r.called, 2);
    assert_int_equal(r.events, LOOP_READ);
    loop_free(r.loop);
    close(fds[0]);
}

static void caught(void *ctx, int signum)
{
    struct rounds *r = ctx;
    r->called++;
    r->events = signum;
}

static unsigned threads(void)
{
    DIR *d = opendir("/proc/self/task");
    unsigned n = 0;
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void signals_are_sources_and_no_thread_is_started(void **state)
{
    (void)state;
    struct rounds r;
    rounds_start(&r);
    unsigned before = threads();
    assert_non_null(loop_signal(r.loop, SIGUSR1, caught, &r));
    assert_null(loop_signal(r.loop, SIGKILL, caught, &r));
    raise(SIGUSR1);
    loop_run(r.loop);
    assert_int_equal(r.called, 1);
    assert_int_equal(r.events, SIGUSR1);
    assert_int_equal(threads(), before);
    loop_free(r.loop);
}

/* Failures */

static void a_failure_says_what_why_and_the_way_out(void **state)
{
    (void)state;
    struct fail f = {0};
    assert_false(fail_errno(&f, EADDRINUSE, "choose another one with -p", "port %d", 3344));
    assert_int_equal(f.status, FAIL_SYSTEM);
    assert_string_equal(f.what, "port 3344");
    assert_string_equal(f.why, "Address already in use");
    assert_string_equal(f.way, "choose another one with -p");
    /* The new words may be made of the old ones. */
    assert_false(fail_set(&f, FAIL_USAGE, f.why, NULL, "%s, again", f.what));
    assert_string_equal(f.what, "port 3344, again");
    assert_string_equal(f.why, "Address already in use");
    assert_null(f.way);
    fail_release(&f);
    assert_null(f.what);
    assert_int_equal(f.status, FAIL_NONE);
}

/* Privileges */

static void drop_body(void)
{
    struct fail f = {0};
    unsetenv("SUDO_UID");
    CHECK(caps_drop(&f) && !caps_have_net_raw());
    CHECK(socket(AF_PACKET, SOCK_RAW, 0) < 0 && errno == EPERM);
    CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

static void sudo_body(void)
{
    struct fail f = {0};
    setenv("SUDO_UID", "65534", 1);
    setenv("SUDO_GID", "65534", 1);
    CHECK(caps_drop_but_net_admin(&f) && !caps_have_net_raw());
    uid_t real, effective, saved;
    CHECK(getresuid(&real, &effective, &saved) == 0 && real == NOBODY && effective == NOBODY &&
          saved == NOBODY);
    CHECK(getegid() == NOBODY && setuid(0) < 0 && strcmp(getenv("HOME"), "/root") != 0);
    gid_t groups[8];
    int n = getgroups(8, groups);
    CHECK(n == 1 && groups[0] == NOBODY);
    /* What was kept is CAP_NET_ADMIN: a mark on a socket needs it. */
    int fd = socket(AF_INET, SOCK_DGRAM, 0), mark = 1;
    CHECK(setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark) == 0);
    CHECK(caps_drop(&f) && setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark) < 0);
}

static void privileges_are_given_up_for_good(void **state)
{
    (void)state;
    in_child(drop_body);
    if (geteuid() == 0)
        assert_int_equal(child_status(sudo_body, 0), 0);
}

/* Crashes */

static int told[2];

static void tell(void)
{
    if (write(told[1], "r", 1) < 0)
        _exit(2);
}

/* As in the program: cmocka and sanitizers have handlers of their own here. */
static void plain_signals(void)
{
    signal(SIGSEGV, SIG_DFL);
    signal(SIGABRT, SIG_DFL);
}

/* A fault of its own, not one that was sent. */
static void crash_by_fault(void)
{
    plain_signals();
    crash_restore_with(tell);
    long page = sysconf(_SC_PAGESIZE);
    volatile char *nothing = mmap(NULL, (size_t)page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *nothing = 1;
}

static void crash_by_kill(void)
{
    plain_signals();
    crash_restore_with(tell);
    raise(SIGSEGV);
}

static void crash_by_abort(void)
{
    plain_signals();
    crash_restore_with(tell);
    abort();
}

static void crash_after_restore(void)
{
    plain_signals();
    crash_restore_with(tell);
    crash_restore_with(NULL);
    abort();
}

static void crash_told(void (*body)(void), int signum, ssize_t times)
{
    char got[4];
    assert_int_equal(pipe2(told, O_NONBLOCK), 0);
    int status = child_status(body, 0);
    close(told[1]);
    assert_int_equal(read(told[0], got, sizeof got), times);
    close(told[0]);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signum);
}

static void a_crash_restores_once_and_still_is_one(void **state)
{
    (void)state;
    crash_told(crash_by_fault, SIGSEGV, 1);
    crash_told(crash_by_kill, SIGSEGV, 1);
    crash_told(crash_by_abort, SIGABRT, 1);
    crash_told(crash_after_restore, SIGABRT, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_follows_each_round),
        cmocka_unit_test(nothing_is_called_while_idle),
        cmocka_unit_test(a_descriptor_keeps_its_mode_and_files_are_refused),
        cmocka_unit_test(an_error_wakes_the_owner_of_a_socket),
        cmocka_unit_test(signals_are_sources_and_no_thread_is_started),
        cmocka_unit_test(a_failure_says_what_why_and_the_way_out),
        cmocka_unit_test(privileges_are_given_up_for_good),
        cmocka_unit_test(a_crash_restores_once_and_still_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
