/* tstamp.c: SO_TIMESTAMPING. A stamp of sending comes back through the socket's error queue, as a message
 * without payload that holds the time and a struct sock_extended_err with the point and the number of the
 * byte. */
#include "plat/tstamp.h"
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

/* SOF_TIMESTAMPING_OPT_ID_TCP of Linux 6.2, which older headers lack: ids count from what was written rather
 * than from what was acknowledged when stamps were asked for. */
enum { OPT_ID_TCP = 1 << 16 };

bool tstamp_enable(int fd)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &len) < 0)
        return false;
    unsigned want = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_TX_SCHED |
                    SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_OPT_ID |
                    SOF_TIMESTAMPING_OPT_TSONLY;
    unsigned best = want | OPT_ID_TCP;
    return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &best, sizeof best) == 0 ||
           setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &want, sizeof want) == 0;
}

static uint64_t software_ns(const struct cmsghdr *c)
{
    struct scm_timestamping t;
    memcpy(&t, CMSG_DATA(c), sizeof t);
    return (uint64_t)t.ts[0].tv_sec * 1000000000u + (uint64_t)t.ts[0].tv_nsec;
}

static bool point_of(uint32_t kernel, enum stamp_point *out)
{
    switch (kernel) {
    case SCM_TSTAMP_SCHED: *out = STAMP_QDISC; return true;
    case SCM_TSTAMP_SND: *out = STAMP_DRIVER; return true;
    case SCM_TSTAMP_ACK: *out = STAMP_ACKED; return true;
    default: return false;
    }
}

static bool is_error(const struct cmsghdr *c)
{
    return (c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR) ||
           (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_RECVERR);
}

/* A control buffer is read as a struct cmsghdr: aligned so. */
union control {
    struct cmsghdr align;
    char bytes[256];
};

int tstamp_read_tx(int fd, void (*stamp)(void *ctx, enum stamp_point point, uint64_t time_ns, uint32_t id),
                   void *ctx)
{
    int count = 0;
    for (;;) {
        union control control;
        struct msghdr m = {.msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
        if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
            return count;
        count++;
        uint64_t time_ns = 0;
        struct sock_extended_err err = {.ee_origin = SO_EE_ORIGIN_NONE};
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
            if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING)
                time_ns = software_ns(c);
            else if (is_error(c))
                memcpy(&err, CMSG_DATA(c), sizeof err);
        }
        enum stamp_point point;
        if (!time_ns || err.ee_origin != SO_EE_ORIGIN_TIMESTAMPING || !point_of(err.ee_info, &point))
            continue;
        stamp(ctx, point, time_ns, err.ee_data);
    }
}

uint64_t tstamp_offset(uint64_t near, uint32_t id)
{
    int32_t away = (int32_t)(id - (uint32_t)near);
    return near + (uint64_t)(int64_t)away;
}

ssize_t tstamp_recv(int fd, void *buf, size_t len, uint64_t *softirq_ns)
{
    union control control;
    struct iovec to = {.iov_base = buf, .iov_len = len};
    struct msghdr m = {.msg_iov = &to,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = sizeof control.bytes};
    *softirq_ns = 0;
    ssize_t n = recvmsg(fd, &m, 0);
    if (n < 0)
        return n;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING)
            *softirq_ns = software_ns(c);
    return n;
}
