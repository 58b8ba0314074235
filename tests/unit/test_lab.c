/* The lab with the real kernel: each test in a child of its own with a private namespace, events collected by
 * a sink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/str.h"
#include "lab/lab.h"
#include "plat/diag.h"
#include "plat/heap.h"

/* What happened, a line each: "client write(7, …) = 5". */
struct seen {
    struct str text;
    unsigned stamps[STAMP_POINTS];
    uint64_t last_byte[STAMP_POINTS];
    struct event_call last_close;
    uint64_t data_bytes; /* of what read() returned, as the events have it */
};

struct fixture {
    struct lab_options o;
    struct seen seen;
    struct lab *lab;
    struct loop *loop;
    struct tuple t;
    struct fail f;
};

static void take(void *ctx, const struct event *e)
{
    struct seen *s = ctx;
    if (e->kind == EVENT_STAMP) {
        s->stamps[e->u.stamp.point]++;
        s->last_byte[e->u.stamp.point] = e->u.stamp.last_byte;
        return;
    }
    const struct event_call *c = &e->u.call;
    if ((c->data != NULL) != (c->kind == CALL_READ && c->err == 0 && c->result > 0) ||
        (c->data != NULL && c->data_len > (size_t)c->result))
        abort();
    s->data_bytes += c->data_len;
    for (const char *p = c->args; *p != 0; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            abort();
    if (c->kind == CALL_CLOSE || c->kind == CALL_ABORT || c->kind == CALL_CRASH)
        s->last_close = *c;
    str_put(&s->text, side_name(c->side));
    str_put(&s->text, e->key.known ? "# " : " ");
    str_put(&s->text, c->name);
    str_put_char(&s->text, '(');
    str_put(&s->text, c->args);
    str_put(&s->text, ") = ");
    if (c->errname != NULL)
        str_put(&s->text, c->errname);
    else
        str_put_i64(&s->text, c->result);
    str_put_char(&s->text, '\n');
}

static bool saw(const struct fixture *x, const char *part)
{
    return strstr(x->seen.text.at, part) != NULL;
}

static unsigned times(const struct fixture *x, const char *part)
{
    unsigned n = 0;
    for (const char *at = x->seen.text.at; (at = strstr(at, part)) != NULL; at++)
        n++;
    return n;
}

/* Acts until `part` was seen; the test fails after 5 s. */
static void until(struct fixture *x, const char *part)
{
    uint64_t end = clock_steady() + UINT64_C(5000000000);
    while (!saw(x, part)) {
        lab_act(x->lab);
        if (clock_steady() > end) {
            fprintf(stderr, "never seen: %s in\n%s", part, x->seen.text.at);
            abort();
        }
    }
}

static enum tcp_state kernel_state(struct fixture *x, enum side side, struct event_sample *s)
{
    struct diag *d = diag_open(&x->f);
    if (d == NULL)
        abort();
    *s = (struct event_sample){0};
    bool there = diag_socket(d, &x->t.end[side], &x->t.end[side_other(side)], s);
    diag_close(d);
    return there ? s->state : STATE_CLOSED;
}

#define CHECK(what)                                                                                          \
    do {                                                                                                     \
        if (!(what)) {                                                                                       \
            fprintf(stderr, "%s:%d: not so: %s\n%s", __func__, __LINE__, #what, x->seen.text.at);            \
            _exit(1);                                                                                        \
        }                                                                                                    \
    } while (0)

/* The kernel's state becomes `want`; the test fails after 5 s. */
static void become(struct fixture *x, enum side side, enum tcp_state want)
{
    struct event_sample s;
    uint64_t end = clock_steady() + UINT64_C(5000000000);
    while (kernel_state(x, side, &s) != want)
        CHECK(clock_steady() < end);
}

static void forget(struct fixture *x)
{
    str_clear(&x->seen.text);
}

static void up(struct fixture *x, enum lab_kind kind, bool ipv6)
{
    *x = (struct fixture){0};
    str_init(&x->seen.text, heap_mem());
    x->o = (struct lab_options){.kind = kind,
                                .ipv6 = ipv6,
                                .port = 3344,
                                .backlog = 128,
                                .keepalive_s = 8,
                                .mem = heap_mem(),
                                .sink = {take, &x->seen}};
    if (!lab_prepare(&x->o, NULL, NULL, &x->f)) {
        fprintf(stderr, "%s: %s\n", x->f.what, x->f.why);
        _exit(1);
    }
    x->loop = loop_new(&x->f);
    x->o.loop = x->loop;
    x->lab = lab_up(&x->o, &x->f);
    CHECK(x->lab != NULL);
}

static void down(struct fixture *x)
{
    lab_down(x->lab);
    loop_free(x->loop);
    fail_release(&x->f);
    str_release(&x->seen.text);
}

static void join(struct fixture *x)
{
    CHECK(lab_connect(x->lab, 1, &x->t, &x->f));
    until(x, "server# accept4(");
    until(x, "client# getsockopt(");
}

static void handshake(struct fixture *x)
{
    CHECK(saw(x, "server socket(AF_INET, SOCK_STREAM, 0) = "));
    CHECK(saw(x, "SO_REUSEADDR, [1], 4) = 0"));
    CHECK(saw(x, ", 127.0.0.1:3344) = 0\n"));
    CHECK(saw(x, ", 128) = 0\n"));
    join(x);
    CHECK(saw(x, "client# socket(AF_INET, SOCK_STREAM, 0) = "));
    CHECK(saw(x, "client# connect("));
    CHECK(saw(x, ", 127.0.0.1:3344) = EINPROGRESS"));
    CHECK(saw(x, "TCP_KEEPIDLE, [8], 4) = 0"));
    CHECK(saw(x, "TCP_KEEPINTVL, [8], 4) = 0"));
    struct event_sample s;
    CHECK(kernel_state(x, SIDE_CLIENT, &s) == STATE_ESTABLISHED);
    CHECK(s.timer == TIMER_NONE);
    CHECK(kernel_state(x, SIDE_SERVER, &s) == STATE_ESTABLISHED);
    CHECK(s.timer == TIMER_KEEPALIVE);
    CHECK(!lab_act(x->lab)); /* nothing is ready any more */
}

static bool all_stamped(const struct fixture *x)
{
    for (enum stamp_point i = 0; i < STAMP_POINTS; i++)
        if (x->seen.stamps[i] < 2)
            return false;
    return true;
}

static void request_and_answer(struct fixture *x)
{
    struct lab_program p;
    join(x);
    CHECK(!lab_respond(x->lab, &x->t, "no", 2, &x->f) && x->f.status == FAIL_EXPECT);
    CHECK(lab_send(x->lab, &x->t, 5, "很", true, &x->f));
    CHECK(saw(x, "client# write("));
    CHECK(saw(x, "\"POST /blog/ HTTP/1.1\\r\\nHo…\", "));
    until(x, "server# read(");
    CHECK(lab_program(x->lab, &x->t, SIDE_SERVER, &p));
    CHECK(p.waits == WAITS_TEACHER && p.requests_waiting == 1);
    CHECK(strstr(p.text, "Content-Length: 15\r\n") != NULL && strstr(p.text, "很很很很很") != NULL);
    CHECK(x->seen.data_bytes == p.read_bytes);
    uint64_t sent = p.read_bytes;
    CHECK(lab_respond(x->lab, &x->t, "很好", 6, &x->f));
    until(x, "client# read(");
    CHECK(lab_program(x->lab, &x->t, SIDE_CLIENT, &p));
    CHECK(p.waits == WAITS_READ && strstr(p.text, "Content-Length: 6\r\n\r\n很好") != NULL);
    CHECK(p.written_bytes == sent);
    /* The kernel begins to stamp what it receives a little later than it was asked: the first bytes may lack
     * it. */
    uint64_t end = clock_steady() + UINT64_C(5000000000);
    while (!all_stamped(x)) {
        CHECK(clock_steady() < end);
        if (!lab_act(x->lab) && x->seen.stamps[STAMP_ACKED] == x->seen.stamps[STAMP_READ])
            CHECK(lab_write(x->lab, &x->t, SIDE_CLIENT, 1, &x->f) &&
                  lab_write(x->lab, &x->t, SIDE_SERVER, 1, &x->f));
    }
    CHECK(lab_program(x->lab, &x->t, SIDE_CLIENT, &p));
    uint64_t last_read = x->seen.last_byte[STAMP_READ], last_sent = x->seen.last_byte[STAMP_QDISC];
    CHECK(last_read == p.read_bytes - 1 || last_read == p.written_bytes - 1);
    CHECK(last_sent == p.read_bytes - 1 || last_sent == p.written_bytes - 1);
}

static void closes(struct fixture *x)
{
    struct lab_program p;
    struct event_sample s;
    join(x);
    CHECK(lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_CLOSE, &x->f));
    until(x, "server# read(");
    CHECK(saw(x, "\"\", 6148) = 0"));
    CHECK(lab_program(x->lab, &x->t, SIDE_SERVER, &p) && p.peer_closed && p.open);
    CHECK(lab_program(x->lab, &x->t, SIDE_CLIENT, &p) && p.waits == WAITS_CLOSED && p.fd == -1);
    CHECK(kernel_state(x, SIDE_SERVER, &s) == STATE_CLOSE_WAIT);
    become(x, SIDE_CLIENT, STATE_FIN_WAIT_2); /* the ACK of a FIN is a delayed one */
    CHECK(!lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_CLOSE, &x->f) && x->f.status == FAIL_EXPECT);
    CHECK(!lab_act(x->lab));
    CHECK(lab_end(x->lab, &x->t, SIDE_SERVER, LAB_CLOSE, &x->f));
    CHECK(kernel_state(x, SIDE_CLIENT, &s) == STATE_TIME_WAIT);
    CHECK(kernel_state(x, SIDE_SERVER, &s) == STATE_CLOSED);
    forget(x);
    join(x); /* the other order, by halves */
    CHECK(lab_end(x->lab, &x->t, SIDE_SERVER, LAB_SHUTDOWN_WR, &x->f));
    until(x, "client# read(");
    CHECK(saw(x, ", SHUT_WR) = 0") && saw(x, "\"\", 65536) = 0"));
    CHECK(lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_SHUTDOWN_RDWR, &x->f));
    until(x, "\"\", 6148) = 0");
    while (lab_act(x->lab))
        continue;
    CHECK(kernel_state(x, SIDE_SERVER, &s) == STATE_TIME_WAIT);
    CHECK(lab_end(x->lab, &x->t, SIDE_SERVER, LAB_CLOSE, &x->f) &&
          lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_CLOSE, &x->f));
}

static void zero_window(struct fixture *x)
{
    struct event_sample s;
    struct lab_program p;
    CHECK(lab_set(x->lab, NULL, SIDE_SERVER, "rcvbuf", "4096", &x->f));
    CHECK(saw(x, "server setsockopt(") && saw(x, "SO_RCVBUF, [4096], 4) = 0"));
    CHECK(lab_read(x->lab, NULL, SIDE_SERVER, 0, &x->f));
    join(x);
    CHECK(lab_send(x->lab, &x->t, 6000, "a", true, &x->f));
    while (lab_act(x->lab))
        continue;
    CHECK(times(x, "server# read(") == 0);
    CHECK(lab_program(x->lab, &x->t, SIDE_SERVER, &p) && p.waits == WAITS_STOPPED);
    CHECK(kernel_state(x, SIDE_CLIENT, &s) == STATE_ESTABLISHED && s.send_q > 0);
    CHECK(lab_read(x->lab, &x->t, SIDE_SERVER, 100, &x->f));
    until(x, ", 100) = 100");
    CHECK(!lab_act(x->lab));
    CHECK(lab_read(x->lab, &x->t, SIDE_SERVER, -1, &x->f));
    for (uint64_t end = clock_steady() + UINT64_C(5000000000); clock_steady() < end;) {
        lab_act(x->lab);
        if (lab_program(x->lab, &x->t, SIDE_SERVER, &p) && p.requests_waiting == 1)
            break;
    }
    CHECK(p.requests_waiting == 1);
}

static void accept_off(struct fixture *x)
{
    struct lab_program p;
    CHECK(lab_accept(x->lab, false, &x->f) && !lab_accepting(x->lab));
    CHECK(lab_listen(x->lab, 1, &x->f) && saw(x, ", 1) = 0"));
    CHECK(lab_connect(x->lab, 2, &x->t, &x->f));
    while (lab_act(x->lab))
        continue;
    CHECK(times(x, "accept4(") == 0 && times(x, "client# connect(") == 2);
    CHECK(lab_program(x->lab, &x->t, SIDE_SERVER, &p) && p.waits == WAITS_STOPPED);
    CHECK(!lab_end(x->lab, &x->t, SIDE_SERVER, LAB_CLOSE, &x->f) && x->f.status == FAIL_EXPECT);
    CHECK(lab_accept(x->lab, true, &x->f));
    while (lab_act(x->lab))
        continue;
    CHECK(times(x, "server# accept4(") == 2);
    CHECK(lab_program(x->lab, &x->t, SIDE_SERVER, &p) && p.open);
    CHECK(lab_listen(x->lab, -1, &x->f) && !lab_listening(x->lab));
    forget(x);
    CHECK(lab_connect(x->lab, 1, &x->t, &x->f)); /* refused: a row, no failure */
    while (lab_act(x->lab))
        continue;
    CHECK(saw(x, "client# connect(") && saw(x, "SO_ERROR, [ECONNREFUSED], 4) = 0"));
    CHECK(x->t.end[SIDE_CLIENT].port != 0);
    CHECK(lab_listen(x->lab, 128, &x->f) && lab_listening(x->lab));
}

static void abort_and_crash(struct fixture *x)
{
    struct event_sample s;
    join(x);
    CHECK(lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_ABORT, &x->f));
    CHECK(x->seen.last_close.kind == CALL_ABORT);
    until(x, "server# read(");
    CHECK(saw(x, "6148) = ECONNRESET"));
    CHECK(!lab_act(x->lab));
    CHECK(lab_write(x->lab, &x->t, SIDE_SERVER, 10, &x->f)); /* a row, no failure */
    CHECK(saw(x, "\"abcdefghij\", 10) = EPIPE"));
    CHECK(lab_end(x->lab, &x->t, SIDE_SERVER, LAB_CLOSE, &x->f));
    forget(x);
    join(x);
    CHECK(lab_end(x->lab, &x->t, SIDE_SERVER, LAB_CRASH, &x->f));
    CHECK(x->seen.last_close.kind == CALL_CRASH);
    CHECK(kernel_state(x, SIDE_SERVER, &s) == STATE_CLOSED);
    CHECK(kernel_state(x, SIDE_CLIENT, &s) == STATE_ESTABLISHED);
    CHECK(lab_write(x->lab, &x->t, SIDE_CLIENT, 1, &x->f));
    until(x, "65536) = ECONNRESET");
    CHECK(lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_CLOSE, &x->f));
}

static void unread_close(struct fixture *x)
{
    CHECK(lab_read(x->lab, NULL, SIDE_SERVER, 0, &x->f));
    join(x);
    CHECK(lab_write(x->lab, &x->t, SIDE_CLIENT, 10, &x->f));
    while (lab_act(x->lab))
        continue;
    CHECK(lab_end(x->lab, &x->t, SIDE_SERVER, LAB_CLOSE, &x->f));
    CHECK(x->seen.last_close.kind == CALL_CLOSE && x->seen.last_close.unread);
    until(x, "client# read(");
    CHECK(saw(x, "65536) = ECONNRESET"));
    CHECK(lab_set(x->lab, &x->t, SIDE_CLIENT, "linger", "0", &x->f));
    CHECK(lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_CLOSE, &x->f));
    CHECK(x->seen.last_close.kind == CALL_ABORT && !x->seen.last_close.unread);
}

static void bulk(struct fixture *x)
{
    struct lab_program p;
    enum { BYTES = 8 * 1024 * 1024 };
    join(x);
    CHECK(lab_write(x->lab, &x->t, SIDE_CLIENT, BYTES, &x->f));
    for (uint64_t end = clock_steady() + UINT64_C(20000000000); clock_steady() < end;) {
        lab_act(x->lab);
        if (lab_program(x->lab, &x->t, SIDE_SERVER, &p) && p.read_bytes == BYTES)
            break;
    }
    CHECK(p.read_bytes == BYTES);
    CHECK(p.text_len >= 64 * 1024 && p.text_len <= 128 * 1024);
    for (size_t i = 0; i < p.text_len; i++)
        CHECK(p.text[i] == (char)('a' + i % 26));
    CHECK(x->seen.data_bytes >= 64 * 1024 && x->seen.data_bytes < 1024 * 1024);
    CHECK(x->seen.stamps[STAMP_READ] < 40 && x->seen.stamps[STAMP_QDISC] < 40);
    CHECK(times(x, "EAGAIN") == 0);
    CHECK(lab_send(x->lab, &x->t, 3, "x", true,
                   &x->f)); /* after so much that is none, a request is still one */
    while (lab_act(x->lab))
        continue;
}

static void by_itself(struct fixture *x)
{
    struct lab_program p;
    join(x);
    CHECK(lab_send(x->lab, &x->t, 1, "a", false, &x->f));
    while (lab_act(x->lab))
        continue;
    CHECK(lab_auto(x->lab, true, &x->f)); /* also answers what waits */
    until(x, "client# read(");
    CHECK(lab_program(x->lab, &x->t, SIDE_CLIENT, &p) && strstr(p.text, "\r\n\r\ngreat") != NULL);
    CHECK(lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_CLOSE, &x->f));
    until(x, "server# close(");
}

/* Another program as client: raw bytes to the server's port. */
static int outside(const char *bytes, size_t len)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(3344)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 || send(fd, bytes, len, 0) != (ssize_t)len)
        abort();
    return fd;
}

static void outsiders(struct fixture *x)
{
    static const char asks_close[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    CHECK(lab_auto(x->lab, true, &x->f));
    int one = outside(asks_close, sizeof asks_close - 1);
    until(x, "server# close(");
    char answer[1000];
    ssize_t n = recv(one, answer, sizeof answer - 1, 0);
    CHECK(n > 0);
    answer[n] = 0;
    CHECK(strncmp(answer, "HTTP/1.1 200 OK\r\n", 17) == 0 && strstr(answer, "\r\n\r\ngreat") != NULL);
    close(one);
    forget(x);
    static char junk[66000];
    memset(junk, 0x1b, sizeof junk);
    int two = outside(junk, sizeof junk);
    until(x, "HTTP/1.1 400 Bad");
    until(x, "server# close(");
    CHECK(saw(x, "\\x1b"));
    close(two);
}

/* Between two good requests in one read() one that is none: it is refused, and nothing behind it is answered.
 */
static void refusal(struct fixture *x)
{
    static const char good_bad_good[] = "GET / HTTP/1.1\r\n\r\n"
                                        "GET / HTTP/1.1\r\nContent-Length: no\r\n\r\n"
                                        "GET / HTTP/1.1\r\n\r\n";
    CHECK(lab_auto(x->lab, true, &x->f));
    int fd = outside(good_bad_good, sizeof good_bad_good - 1);
    until(x, "HTTP/1.1 400 Bad");
    until(x, "server# close(");
    char answers[1000];
    ssize_t n = recv(fd, answers, sizeof answers - 1, MSG_WAITALL);
    CHECK(n > 0);
    answers[n] = 0;
    const char *bad = strstr(answers, "HTTP/1.1 400 Bad Request");
    CHECK(strncmp(answers, "HTTP/1.1 200 OK\r\n", 17) == 0 && bad && !strstr(bad, "200 OK"));
    CHECK(!strstr(answers + 1, "HTTP/1.1 200 OK"));
    close(fd);
}

static void settings(struct fixture *x)
{
    CHECK(lab_set(x->lab, NULL, SIDE_CLIENT, "nodelay", "on", &x->f));
    CHECK(lab_keepalive(x->lab, NULL, SIDE_CLIENT, 3, 2, 4, &x->f));
    CHECK(!lab_set(x->lab, NULL, SIDE_CLIENT, "rcvbfu", "1", &x->f));
    CHECK(x->f.status == FAIL_USAGE && strstr(x->f.why, "rcvbuf") != NULL);
    CHECK(!lab_set(x->lab, NULL, SIDE_CLIENT, "rcvbuf", "1x\x1b[2J", &x->f));
    CHECK(x->f.status == FAIL_USAGE && strchr(x->f.what, 0x1b) == NULL);
    CHECK(!lab_set(x->lab, NULL, SIDE_CLIENT, "ttl", "256", &x->f));
    CHECK(!lab_set(x->lab, NULL, SIDE_CLIENT, "cork", "perhaps", &x->f));
    join(x);
    CHECK(saw(x, "TCP_NODELAY, [1], 4) = 0") && saw(x, "TCP_KEEPIDLE, [3], 4) = 0"));
    CHECK(saw(x, "TCP_KEEPINTVL, [2], 4) = 0") && saw(x, "TCP_KEEPCNT, [4], 4) = 0"));
    CHECK(lab_set(x->lab, &x->t, SIDE_CLIENT, "congestion", "no\nsuch",
                  &x->f)); /* the kernel's refusal is a row */
    CHECK(saw(x, "TCP_CONGESTION, \"no") && saw(x, " = ENOENT"));
    for (size_t i = 0; lab_option_name(i) != NULL; i++) {
        const char *name = lab_option_name(i);
        const char *value = strcmp(name, "congestion") == 0 ? "reno" : strcmp(name, "mss") == 0 ? "500" : "1";
        forget(x);
        CHECK(lab_set(x->lab, &x->t, SIDE_SERVER, name, value, &x->f));
        const bool before = strcmp(name, "mss") == 0 || strncmp(name, "fastopen", 8) == 0;
        CHECK(saw(x, "server# setsockopt(") && (saw(x, ") = 0\n") || before));
    }
    CHECK(lab_sysctl(x->lab, SIDE_NONE, "tcp_ecn", "1", &x->f));
    CHECK(!lab_sysctl(x->lab, SIDE_NONE, "tcp_nothing", "1", &x->f));
    forget(x);
    lab_reset(x->lab);
    CHECK(x->seen.last_close.side == SIDE_SERVER && lab_listening(x->lab));
    CHECK(times(x, "SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0") == 2);
    forget(x);
    join(x);
    CHECK(!saw(x, "TCP_NODELAY") && saw(x, "TCP_KEEPIDLE, [8], 4) = 0"));
}

static void turn(void *ctx)
{
    struct fixture *x = ctx;
    while (lab_act(x->lab))
        continue;
    if (saw(x, "server# read("))
        loop_stop(x->loop);
}

static void woken_by_loop(struct fixture *x)
{
    loop_turn(x->loop, turn, x);
    CHECK(lab_connect(x->lab, 1, &x->t, &x->f));
    CHECK(lab_send(x->lab, &x->t, 1, "a", true, &x->f));
    alarm(5);
    loop_run(x->loop);
    CHECK(saw(x, "server# read("));
}

static unsigned turns;

static void count_turn(void *ctx)
{
    lab_act(((struct fixture *)ctx)->lab);
    turns++;
}

static void stop(void *ctx)
{
    loop_stop(((struct fixture *)ctx)->loop);
}

/* How often the loop wakes up in 100 ms in which nothing happens: once for the timer, and for what was left
 * to do. */
static unsigned wakeups(struct fixture *x)
{
    struct source *timer = loop_timer(x->loop, stop, x);
    turns = 0;
    loop_turn(x->loop, count_turn, x);
    source_start(timer, 100, 0);
    loop_run(x->loop);
    source_close(timer);
    return turns;
}

/* Without descriptors accept() fails: one row, no busy loop, and it goes on when one is free again. */
static void no_descriptors(struct fixture *x)
{
    join(x);
    CHECK(lab_accept(x->lab, false, &x->f));
    struct tuple second;
    CHECK(lab_connect(x->lab, 1, &second, &x->f));
    int spare = dup(0);
    struct rlimit few = {.rlim_cur = (rlim_t)spare, .rlim_max = (rlim_t)spare};
    close(spare);
    CHECK(spare > 0 && setrlimit(RLIMIT_NOFILE, &few) == 0);
    CHECK(lab_accept(x->lab, true, &x->f));
    until(x, "SOCK_NONBLOCK) = EMFILE");
    CHECK(wakeups(x) <= 3);
    CHECK(times(x, "EMFILE") == 1);
    struct tuple none;
    CHECK(!lab_connect(x->lab, 1, &none, &x->f) && x->f.status == FAIL_SYSTEM);
    CHECK(saw(x, "client socket(AF_INET, SOCK_STREAM, 0) = EMFILE"));
    forget(x);
    CHECK(lab_end(x->lab, &x->t, SIDE_SERVER, LAB_CLOSE, &x->f));
    until(x, "server# accept4(");
}

static void hung_up(struct fixture *x)
{
    struct lab_program p;
    CHECK(lab_read(x->lab, NULL, SIDE_SERVER, 0, &x->f));
    join(x);
    CHECK(lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_ABORT, &x->f));
    CHECK(wakeups(x) <= 3); /* the server does not read: the reset must not be reported for ever */
    CHECK(times(x, "server# read(") == 0);
    CHECK(lab_read(x->lab, &x->t, SIDE_SERVER, -1, &x->f));
    until(x, "6148) = ECONNRESET");
    CHECK(wakeups(x) <= 3);
    CHECK(lab_end(x->lab, &x->t, SIDE_SERVER, LAB_CLOSE, &x->f));
    CHECK(lab_read(x->lab, NULL, SIDE_SERVER, -1, &x->f));
    forget(x);
    join(x);
    CHECK(lab_end(x->lab, &x->t, SIDE_SERVER, LAB_SHUTDOWN_RD, &x->f));
    until(x, "\"\", 6148) = 0");
    CHECK(lab_program(x->lab, &x->t, SIDE_SERVER, &p) && !p.peer_closed && p.waits == WAITS_NOTHING);
    CHECK(lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_SHUTDOWN_WR, &x->f));
    CHECK(lab_end(x->lab, &x->t, SIDE_SERVER, LAB_SHUTDOWN_WR, &x->f));
    until(x, "65536) = 0");
    CHECK(wakeups(x) <= 3);
}

static void many(struct fixture *x)
{
    CHECK(lab_connect(x->lab, 100, &x->t, &x->f));
    while (lab_act(x->lab))
        continue;
    CHECK(times(x, "server# accept4(") == 100);
    lab_auto(x->lab, true, &x->f);
    CHECK(lab_send(x->lab, &x->t, 1, "a", true, &x->f));
    until(x, "client# read(");
    lab_reset(x->lab);
    CHECK(!lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_CLOSE, &x->f));
    for (int i = 0; i < 100; i++) {
        join(x);
        lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_CLOSE, &x->f);
        lab_end(x->lab, &x->t, SIDE_SERVER, LAB_CLOSE, &x->f);
        forget(x);
    }
}

/* Runs one test in a child: its own namespace, as root or as an ordinary user. */
static void in_child(void (*test)(struct fixture *x), bool ordinary, bool ipv6)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct fixture x;
        if (ordinary && getuid() == 0 && (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0))
            _exit(2);
        up(&x, LAB_PRIVATE, ipv6);
        test(&x);
        down(&x);
        exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

#define TEST(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        in_child(name, false, false);                                                                        \
        in_child(name, true, false);                                                                         \
    }
TEST(handshake)
TEST(request_and_answer)
TEST(closes)
TEST(zero_window)
TEST(accept_off)
TEST(abort_and_crash)
TEST(unread_close)
TEST(bulk)
TEST(by_itself)
TEST(outsiders)
TEST(refusal)
TEST(settings)
TEST(woken_by_loop)
TEST(many)
TEST(hung_up)
TEST(no_descriptors)

static void six(struct fixture *x)
{
    join(x);
    CHECK(saw(x, "socket(AF_INET6") && saw(x, ", [::1]:3344) = EINPROGRESS"));
    CHECK(lab_set(x->lab, &x->t, SIDE_CLIENT, "ttl", "3", &x->f));
    CHECK(saw(x, "IPPROTO_IPV6, IPV6_UNICAST_HOPS, [3], 4) = 0"));
    CHECK(lab_send(x->lab, &x->t, 5, "a", true, &x->f));
    until(x, "server# read(");
}

static void test_six(void **state)
{
    (void)state;
    in_child(six, true, true);
}

static void port_in_use(struct fixture *x)
{
    struct fail f = {0};
    struct lab_options o = x->o;
    CHECK(lab_up(&o, &f) == NULL);
    CHECK(f.status == FAIL_SYSTEM && strcmp(f.what, "port 3344") == 0 && f.way != NULL);
    fail_release(&f);
}

/* On the host's loopback, here a namespace that stands for it, what would touch the machine is refused. */
static void on_host(struct fixture *x)
{
    struct lab_options o = x->o;
    lab_down(x->lab);
    o.kind = LAB_HOST;
    CHECK(lab_prepare(&o, NULL, NULL, &x->f));
    x->lab = lab_up(&o, &x->f);
    CHECK(x->lab != NULL);
    join(x);
    CHECK(!lab_sysctl(x->lab, SIDE_NONE, "tcp_ecn", "1", &x->f) && x->f.status == FAIL_EXPECT);
    CHECK(!lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_CRASH, &x->f) && x->f.status == FAIL_EXPECT);
    int one = outside("x", 1);
    until(x, "\"x\", 6148) = 1");
    struct sockaddr_in own;
    socklen_t len = sizeof own;
    CHECK(getsockname(one, (struct sockaddr *)&own, &len) == 0);
    x->t.end[SIDE_CLIENT].port = ntohs(own.sin_port);
    CHECK(!lab_end(x->lab, &x->t, SIDE_CLIENT, LAB_CLOSE, &x->f) && x->f.status == FAIL_EXPECT);
    CHECK(lab_end(x->lab, &x->t, SIDE_SERVER, LAB_ABORT, &x->f));
    close(one);
}

static void test_on_host(void **state)
{
    (void)state;
    in_child(on_host, false, false);
}

static void test_port_in_use(void **state)
{
    (void)state;
    in_child(port_in_use, true, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handshake),     cmocka_unit_test(test_request_and_answer),
        cmocka_unit_test(test_closes),        cmocka_unit_test(test_zero_window),
        cmocka_unit_test(test_accept_off),    cmocka_unit_test(test_abort_and_crash),
        cmocka_unit_test(test_unread_close),  cmocka_unit_test(test_bulk),
        cmocka_unit_test(test_by_itself),     cmocka_unit_test(test_outsiders),
        cmocka_unit_test(test_refusal),       cmocka_unit_test(test_settings),
        cmocka_unit_test(test_woken_by_loop), cmocka_unit_test(test_many),
        cmocka_unit_test(test_hung_up),       cmocka_unit_test(test_no_descriptors),
        cmocka_unit_test(test_six),           cmocka_unit_test(test_port_in_use),
        cmocka_unit_test(test_on_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
