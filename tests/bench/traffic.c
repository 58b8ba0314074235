/* traffic.c: what wire.py lets two hosts say to each other, and what it measures of it. A program of the
 * bench, no part of tcpviz. All results are lines of JSON on standard output.
 *
 *   quiet IF                           switches the offloads of an interface off, as tcpviz does
 *   echo PORT                          answers every byte with one
 *   ping HOST PORT TIMES               how long a byte and its answer take
 *   sink PORT                          reads until the end: how much, how fast
 *   bulk HOST PORT SECONDS SEGMENTS    so many segments of 536 bytes a second; 0: full ones, as fast as it
 * can stamps PORT SECONDS DELAY          how much later than DELAY ms datagrams come clocks HOST PORT RATE
 * SECONDS      so many datagrams a second, each with the time of its leaving */
#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SECOND = 1000000000, SEGMENT = 536, LATE_BINS = 1000000 };

static void check(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(1);
}

static uint64_t read_clock(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static struct sockaddr_in place(const char *host, const char *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    check(!host || inet_pton(AF_INET, host, &a.sin_addr) == 1, "address");
    return a;
}

static void set(int fd, int level, int name, int value)
{
    check(setsockopt(fd, level, name, &value, sizeof value) == 0, "setsockopt");
}

static void ready(void)
{
    puts("{\"ready\": true}");
    fflush(stdout);
}

static int accept_one(const char *port)
{
    const struct sockaddr_in a = place(NULL, port);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    check(bind(fd, (const struct sockaddr *)&a, sizeof a) == 0 && listen(fd, 1) == 0, "listen");
    ready();
    const int one = accept(fd, NULL, NULL);
    check(one >= 0, "accept");
    set(one, IPPROTO_TCP, TCP_NODELAY, 1);
    return one;
}

static int call(const char *host, const char *port, int mss, int pace)
{
    const struct sockaddr_in a = place(host, port);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (mss)
        set(fd, IPPROTO_TCP, TCP_MAXSEG, mss);
    if (pace)
        set(fd, SOL_SOCKET, SO_MAX_PACING_RATE, pace);
    check(connect(fd, (const struct sockaddr *)&a, sizeof a) == 0, "connect");
    return fd;
}

static void quiet(const char *name)
{
    static const uint32_t off[] = {ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_STXCSUM,
                                   ETHTOOL_SRXCSUM};
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        struct ethtool_value v = {.cmd = off[i]};
        struct ifreq r = {.ifr_data = (char *)&v};
        strncpy(r.ifr_name, name, IFNAMSIZ - 1);
        (void)ioctl(fd, SIOCETHTOOL, &r); /* what it has not is off */
    }
}

static void echo(const char *port)
{
    const int fd = accept_one(port);
    char c;
    while (read(fd, &c, 1) == 1)
        check(write(fd, &c, 1) == 1, "write");
}

static int by_size(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void ping(const char *host, const char *port, size_t times)
{
    const int fd = call(host, port, 0, 0);
    uint64_t *took = calloc(times, sizeof *took);
    char c = 'x';
    check(took != NULL && times > 0, "times");
    for (size_t i = 0; i < times; i++) {
        const uint64_t begin = read_clock(CLOCK_MONOTONIC);
        check(write(fd, &c, 1) == 1 && read(fd, &c, 1) == 1, "ping");
        took[i] = read_clock(CLOCK_MONOTONIC) - begin;
    }
    qsort(took, times, sizeof *took, by_size);
    printf("{\"median_us\": %.1f, \"p90_us\": %.1f, \"least_us\": %.1f}\n", (double)took[times / 2] / 1e3,
           (double)took[times * 9 / 10] / 1e3, (double)took[0] / 1e3);
    free(took);
}

static void sink(const char *port)
{
    static char buffer[1 << 18];
    const int fd = accept_one(port);
    uint64_t begin = 0, bytes = 0;
    ssize_t n;
    while ((n = read(fd, buffer, sizeof buffer)) > 0) {
        if (!begin)
            begin = read_clock(CLOCK_MONOTONIC);
        bytes += (uint64_t)n;
    }
    const double seconds = (double)(read_clock(CLOCK_MONOTONIC) - begin) / SECOND;
    printf("{\"bytes\": %llu, \"gbits\": %.3f}\n", (unsigned long long)bytes,
           (double)bytes * 8 / seconds / 1e9);
}

static void bulk(const char *host, const char *port, int seconds, int segments)
{
    static char buffer[1 << 17];
    const int fd = call(host, port, segments ? SEGMENT : 0, segments * SEGMENT);
    const uint64_t end = read_clock(CLOCK_MONOTONIC) + (uint64_t)seconds * SECOND;
    while (read_clock(CLOCK_MONOTONIC) < end)
        check(write(fd, buffer, sizeof buffer) > 0, "write");
    struct tcp_info i = {0};
    socklen_t len = sizeof i;
    check(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &i, &len) == 0, "TCP_INFO");
    printf("{\"segments\": %u, \"again\": %u, \"acks\": %u}\n", i.tcpi_segs_out, i.tcpi_total_retrans,
           i.tcpi_segs_in);
}

struct datagram {
    uint64_t number, left_ns;
};

/* Both times are CLOCK_REALTIME: the kernel says when a datagram came, not when it was read. */
static void stamps(const char *port, int seconds, int delay_ms)
{
    static uint32_t late[LATE_BINS]; /* by µs */
    const struct sockaddr_in a = place(NULL, port);
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    const struct timeval patience = {.tv_sec = 2 + delay_ms / 1000};
    const uint64_t due = (uint64_t)delay_ms * 1000,
                   end = read_clock(CLOCK_MONOTONIC) + (uint64_t)(seconds + 10) * SECOND;
    uint64_t count = 0, early = 0, within = 0, seen = 0, median = 0, most = 0;
    set(fd, SOL_SOCKET, SO_RCVBUF, 1 << 24);
    set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0, "SO_RCVTIMEO");
    check(bind(fd, (const struct sockaddr *)&a, sizeof a) == 0, "bind");
    ready();
    while (read_clock(CLOCK_MONOTONIC) < end) {
        struct datagram d;
        struct timespec t;
        char control[128];
        struct iovec v = {&d, sizeof d};
        struct msghdr m = {
            .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        if (recvmsg(fd, &m, 0) != sizeof d || !CMSG_FIRSTHDR(&m))
            break;
        memcpy(&t, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof t);
        const uint64_t us = ((uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec - d.left_ns) / 1000;
        count++;
        early += us < due;
        if (us >= due)
            late[us - due < LATE_BINS ? us - due : LATE_BINS - 1]++;
    }
    for (uint64_t us = 0; us < LATE_BINS; us++) {
        seen += late[us];
        within += us < 1000 ? late[us] : 0;
        if (!median && seen * 2 >= count)
            median = us;
        if (late[us])
            most = us;
    }
    printf("{\"count\": %llu, \"within_1_ms\": %.5f, \"early\": %llu, \"median_late_us\": %llu, "
           "\"most_late_us\": %llu}\n",
           (unsigned long long)count, count ? (double)within / (double)count : 0, (unsigned long long)early,
           (unsigned long long)median, (unsigned long long)most);
}

static void clocks(const char *host, const char *port, int rate, int seconds)
{
    const struct sockaddr_in a = place(host, port);
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    const uint64_t begin = read_clock(CLOCK_MONOTONIC), step = (uint64_t)(SECOND / rate);
    struct datagram d = {0};
    for (uint64_t due = begin; due < begin + (uint64_t)seconds * SECOND; due += step) {
        const struct timespec t = {.tv_sec = (time_t)(due / SECOND), .tv_nsec = (long)(due % SECOND)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
        d.number++;
        d.left_ns = read_clock(CLOCK_REALTIME);
        check(sendto(fd, &d, sizeof d, 0, (const struct sockaddr *)&a, sizeof a) == sizeof d, "sendto");
    }
    printf("{\"sent\": %llu}\n", (unsigned long long)d.number);
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    if (!strcmp(what, "quiet"))
        quiet(argv[2]);
    else if (!strcmp(what, "echo"))
        echo(argv[2]);
    else if (!strcmp(what, "ping") && argc == 5)
        ping(argv[2], argv[3], (size_t)atoi(argv[4]));
    else if (!strcmp(what, "sink"))
        sink(argv[2]);
    else if (!strcmp(what, "bulk") && argc == 6)
        bulk(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]));
    else if (!strcmp(what, "stamps") && argc == 5)
        stamps(argv[2], atoi(argv[3]), atoi(argv[4]));
    else if (!strcmp(what, "clocks") && argc == 6)
        clocks(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]));
    else
        return 2;
    return 0;
}
