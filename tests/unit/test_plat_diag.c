/* What the kernel says of sockets: samples beside ss(8), queues, counters, stamps; as root and as nobody. */
#include "unit/pair.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include "plat/counters.h"
#include "plat/diag.h"
#include "plat/heap.h"
#include "plat/loop.h"
#include "plat/tstamp.h"

/* The queues that ss prints for the socket with these ports, and its state. */
static void ss_says(uint16_t local, uint16_t remote, char *state, long *recv_q, long *send_q)
{
    FILE *ss = popen("ss -tanH", "r");
    char line[256], own[64], peer[64];
    bool found = false;
    CHECK(ss);
    while (fgets(line, sizeof line, ss)) {
        char word[32];
        long r, w;
        CHECK(sscanf(line, "%31s %ld %ld %63s %63s", word, &r, &w, own, peer) == 5);
        unsigned from = (unsigned)atoi(strrchr(own, ':') + 1), to = (unsigned)atoi(strrchr(peer, ':') + 1);
        if (from != local || to != remote)
            continue;
        strcpy(state, word);
        *recv_q = r;
        *send_q = w;
        found = true;
    }
    pclose(ss);
    CHECK(found);
}

static void same_as_ss(struct diag *d, const struct endpoint *a, const struct endpoint *b,
                       enum tcp_state state, const char *ss_state)
{
    struct event_sample s;
    char word[32];
    long recv_q = -1, send_q = -1;
    CHECK(diag_socket(d, a, b, &s));
    ss_says(a->port, b->port, word, &recv_q, &send_q);
    CHECK(s.state == state && !strcmp(word, ss_state));
    CHECK(s.recv_q == recv_q && s.send_q == send_q);
}

static void established_samples(struct diag *d, const struct pair *p)
{
    struct event_sample s;
    int on = 1, idle = 8, count = 3;
    setsockopt(p->server, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(p->server, IPPROTO_TCP, 4 /* TCP_KEEPIDLE */, &idle, sizeof idle);
    setsockopt(p->server, IPPROTO_TCP, 6 /* TCP_KEEPCNT */, &count, sizeof count);
    CHECK(diag_socket(d, &p->at_listener, &p->at_client, &s));
    CHECK(s.state == STATE_ESTABLISHED && s.timer == TIMER_KEEPALIVE && s.timer_ms > 7000 &&
          s.timer_ms <= 8100);
    CHECK(s.cwnd == 10 && s.ssthresh == -1 && s.rtt_us > 0 && s.rto_us >= 200000 && s.probes == 0);
    CHECK(s.rcvbuf > 0 && s.sndbuf > 0 && s.snd_wnd > 0 && s.unsent == 0 && s.probes_max == -1);
    CHECK(s.mss == (p->family == AF_INET6 ? 1428 : 1448));
    tcpinfo_add(p->server, &s);
    CHECK(s.probes_max == 3 && s.unsent == 0 && s.cwnd == 10);
    CHECK(write(p->client, "hello", 5) == 5 && wait_for(p->server, POLLIN));
    CHECK(diag_socket(d, &p->at_listener, &p->at_client, &s) && s.recv_q == 5);
    same_as_ss(d, &p->at_listener, &p->at_client, STATE_ESTABLISHED, "ESTAB");
    same_as_ss(d, &p->at_client, &p->at_listener, STATE_ESTABLISHED, "ESTAB");
}

/* A receiver that does not read: the sender's queue holds bytes that were never sent, and its persist timer
 * runs. */
static void full_window_samples(struct diag *d, const struct pair *p)
{
    static char block[65536];
    struct event_sample s;
    fcntl(p->client, F_SETFL, O_NONBLOCK);
    for (;;) {
        while (write(p->client, block, sizeof block) > 0)
            continue;
        CHECK(diag_socket(d, &p->at_client, &p->at_listener, &s));
        if (s.timer == TIMER_PERSIST)
            break;
    }
    int unsent = -1;
    tcpinfo_add(p->client, &s);
    CHECK(ioctl(p->client, SIOCOUTQNSD, &unsent) == 0 && unsent > 0 && s.unsent == unsent &&
          s.send_q >= s.unsent);
    CHECK(s.snd_wnd >= 0 && s.timer_ms >= 0 && s.probes >= 0);
    same_as_ss(d, &p->at_client, &p->at_listener, STATE_ESTABLISHED, "ESTAB");
    fcntl(p->client, F_SETFL, 0);
}

static void closing_samples(struct diag *d, const struct pair *p)
{
    struct event_sample s;
    shutdown(p->client, SHUT_WR);
    do
        CHECK(diag_socket(d, &p->at_client, &p->at_listener, &s));
    while (s.state != STATE_FIN_WAIT_2);
    same_as_ss(d, &p->at_listener, &p->at_client, STATE_CLOSE_WAIT, "CLOSE-WAIT");
    same_as_ss(d, &p->at_client, &p->at_listener, STATE_FIN_WAIT_2, "FIN-WAIT-2");
    close(p->server);
    do
        CHECK(diag_socket(d, &p->at_client, &p->at_listener, &s));
    while (s.state != STATE_TIME_WAIT);
    same_as_ss(d, &p->at_client, &p->at_listener, STATE_TIME_WAIT, "TIME-WAIT");
    CHECK(s.timer == TIMER_TIME_WAIT && s.timer_ms > 50000 && s.timer_ms <= 60100 && s.cwnd == -1 &&
          s.rtt_us == -1);
    tcpinfo_add(p->client, &s);
    CHECK(s.cwnd == -1 && s.state == STATE_TIME_WAIT);
    /* The child is gone; what answers to its name is the listener. */
    CHECK(!diag_socket(d, &p->at_listener, &p->at_client, &s));
}

static void diag_with(int family)
{
    struct fail f = {0};
    struct diag *d = diag_open(&f);
    struct pair p;
    CHECK(d);
    pair_open(&p, family);
    established_samples(d, &p);
    char rest[5];
    CHECK(read(p.server, rest, 5) == 5);
    closing_samples(d, &p);
    int again = pair_connect(&p), second = accept(p.listener, NULL, NULL);
    struct pair q = p;
    q.client = again;
    q.server = second;
    q.at_client = own_end(again);
    full_window_samples(d, &q);
    close(p.listener), close(p.client), close(again), close(second);
    diag_close(d);
}

static void diag_body(void)
{
    enter();
    diag_with(AF_INET);
    diag_with(AF_INET6);
}

static void samples_say_what_ss_says(void **state)
{
    (void)state;
    in_child(diag_body);
}

struct tally {
    const char *name;
    int64_t delta;
    int times, noise;
};

static void count_up(void *ctx, const char *name, int64_t delta)
{
    struct tally *t = ctx;
    t->noise += !strcmp(name, "InSegs") || !strcmp(name, "CurrEstab") || !strcmp(name, "TCPHPHits");
    if (strcmp(name, t->name) != 0)
        return;
    t->times++;
    t->delta = delta;
}

static void listener_body(void)
{
    enter();
    struct fail f = {0};
    struct diag *d = diag_open(&f);
    struct event_listener l;
    struct pair p;
    pair_listen(&p, AF_INET, 1);
    CHECK(diag_listener(d, &p.at_listener, &l) && l.state == STATE_LISTEN && l.accept_q == 0 &&
          l.backlog == 1);
    int first = pair_connect(&p), second = pair_connect(&p);
    CHECK(diag_listener(d, &p.at_listener, &l) && l.accept_q == 2 && l.syn_q == -1);
    CHECK(diag_syn_queue(d, &p.at_listener) == 0);
    /* The queue is full: the kernel drops the SYN of a third, and says so. */
    struct counters *c = counters_open(heap_mem(), &f);
    struct tally t = {.name = "ListenOverflows"};
    CHECK(c);
    counters_read(c, count_up, &t);
    CHECK(t.times == 0);
    int third = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in s = {
        .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK(connect(third, (struct sockaddr *)&s, sizeof s) < 0 && errno == EINPROGRESS);
    struct event_sample sample;
    struct endpoint at_third = own_end(third);
    CHECK(diag_socket(d, &at_third, &p.at_listener, &sample) && sample.state == STATE_SYN_SENT);
    CHECK(sample.timer == TIMER_RETRANSMIT && sample.timer_ms > 0 && sample.timer_ms <= 1100);
    counters_read(c, count_up, &t);
    CHECK(t.times == 1 && t.delta == 1);
    counters_read(c, count_up, &t);
    CHECK(t.times == 1);
    close(p.listener), close(first), close(second), close(third);
    CHECK(!diag_listener(d, &p.at_listener, &l) && l.state == STATE_CLOSED);
    counters_close(c);
    diag_close(d);
}

static void the_listener_tells_its_queues(void **state)
{
    (void)state;
    in_child(listener_body);
}

static void counters_body(void)
{
    enter();
    struct fail f = {0};
    struct counters *c = counters_open(heap_mem(), &f);
    struct pair p;
    CHECK(c);
    pair_open(&p, AF_INET);
    /* Unread bytes at close() are answered by RST. */
    CHECK(write(p.client, "bytes", 5) == 5 && wait_for(p.server, POLLIN));
    close(p.server);
    struct tally opens = {.name = "ActiveOpens"};
    counters_read(c, count_up, &opens);
    CHECK(opens.times == 1 && opens.delta == 1 && opens.noise == 0);
    pair_connect(&p);
    struct tally resets = {.name = "TCPAbortOnClose"};
    counters_read(c, count_up, &resets);
    CHECK(resets.times == 0);
    counters_close(c);
}

static void counters_tell_what_moved_since_last_time(void **state)
{
    (void)state;
    in_child(counters_body);
}

struct stamps {
    uint64_t at[STAMP_POINTS];
    uint32_t id;
    int count;
};

static void take_stamp(void *ctx, enum stamp_point point, uint64_t time_ns, uint32_t id)
{
    struct stamps *s = ctx;
    s->at[point] = time_ns;
    s->id = id;
    s->count++;
}

static void stamped_write(const struct pair *p, const char *text, uint32_t last_byte)
{
    struct stamps s = {0};
    size_t len = strlen(text);
    uint64_t before = clock_now(), softirq_ns;
    char buffer[64];
    CHECK(write(p->client, text, len) == (ssize_t)len && wait_for(p->server, POLLIN));
    CHECK(tstamp_recv(p->server, buffer, sizeof buffer, &softirq_ns) == (ssize_t)len &&
          !memcmp(buffer, text, len));
    /* The last of them comes with the ACK, which may be a delayed one. */
    while (!s.at[STAMP_ACKED]) {
        CHECK(wait_for(p->client, POLLERR));
        tstamp_read_tx(p->client, take_stamp, &s);
    }
    CHECK(s.count == 3 && s.id == last_byte);
    CHECK(before < s.at[STAMP_QDISC] && s.at[STAMP_QDISC] <= s.at[STAMP_DRIVER]);
    CHECK(s.at[STAMP_DRIVER] <= softirq_ns && softirq_ns <= s.at[STAMP_ACKED] &&
          s.at[STAMP_ACKED] < clock_now());
    /* Nothing is left that would wake a loop. */
    CHECK(tstamp_read_tx(p->client, take_stamp, &s) == 0);
    CHECK(poll(&(struct pollfd){.fd = p->client, .events = POLLIN}, 1, 0) == 0);
}

/* Where nobody asked for stamps yet, the kernel begins to take those of receiving a little later. Returns how
 * many bytes were written until then. */
static uint32_t bytes_until_stamped(const struct pair *p)
{
    struct stamps s = {0};
    uint64_t softirq_ns = 0, end = clock_steady() + 5000000000u;
    char byte;
    while (!softirq_ns && clock_steady() < end) {
        CHECK(write(p->client, "1", 1) == 1 && wait_for(p->server, POLLIN));
        CHECK(tstamp_recv(p->server, &byte, 1, &softirq_ns) == 1);
        for (s.at[STAMP_ACKED] = 0; !s.at[STAMP_ACKED];) {
            CHECK(wait_for(p->client, POLLERR));
            tstamp_read_tx(p->client, take_stamp, &s);
        }
    }
    CHECK(softirq_ns && s.id < 1000000);
    return s.id + 1;
}

static void stamps_body(void)
{
    enter();
    struct pair p;
    pair_listen(&p, AF_INET, 5);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(!tstamp_enable(fd));
    close(fd);
    p.client = pair_connect(&p);
    p.server = accept(p.listener, NULL, NULL);
    CHECK(tstamp_enable(p.client) && tstamp_enable(p.server));
    stamped_write(&p, "second", bytes_until_stamped(&p) + 5);
}

static void stamps_name_the_last_byte_of_a_write(void **state)
{
    (void)state;
    in_child(stamps_body);
    assert_int_equal(tstamp_offset(11, 10), 10);
    assert_int_equal(tstamp_offset(0x100000005, 0xfffffffe), 0xfffffffe);
    assert_int_equal(tstamp_offset(0x1fffffff0, 2), 0x200000002);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_say_what_ss_says),
        cmocka_unit_test(the_listener_tells_its_queues),
        cmocka_unit_test(counters_tell_what_moved_since_last_time),
        cmocka_unit_test(stamps_name_the_last_byte_of_a_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
