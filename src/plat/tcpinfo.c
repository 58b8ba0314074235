/* tcpinfo.c: what a descriptor tells of its connection. The kernel's word for "no threshold yet" is
 * 0x7fffffff (TCP_INFINITE_SSTHRESH); a round-trip time of 0 is one that was not measured. */
#include "plat/tcpinfo.h"
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include "plat/diag.h"

enum { INFINITE_SSTHRESH = 0x7fffffff };

void sample_init(struct event_sample *out, enum tcp_state state)
{
    *out = (struct event_sample){.side = SIDE_NONE, .state = state, .recv_q = -1, .send_q = -1, .unsent = -1};
    out->cwnd = out->ssthresh = out->rtt_us = out->rto_us = out->rcvbuf = out->sndbuf = out->mss =
        out->snd_wnd = -1;
    out->timer_ms = out->probes = out->probes_max = out->backoff = -1;
}

static bool has_info(const struct event_sample *s)
{
    return s->state != STATE_CLOSED && s->state != STATE_TIME_WAIT && s->state != STATE_LISTEN;
}

#define HELD(len, field) ((len) >= offsetof(struct tcp_info, field) + sizeof(((struct tcp_info *)0)->field))

void sample_tcp_info(struct event_sample *out, const void *info, size_t len)
{
    struct tcp_info i = {0};
    memcpy(&i, info, len < sizeof i ? len : sizeof i);
    if (!has_info(out))
        return;
    out->cwnd = i.tcpi_snd_cwnd;
    out->ssthresh = i.tcpi_snd_ssthresh >= INFINITE_SSTHRESH ? -1 : (int64_t)i.tcpi_snd_ssthresh;
    out->rtt_us = i.tcpi_rtt ? (int64_t)i.tcpi_rtt : -1;
    out->rto_us = i.tcpi_rto ? (int64_t)i.tcpi_rto : -1;
    out->mss = i.tcpi_snd_mss;
    out->backoff = i.tcpi_backoff;
    if (out->probes < 0)
        out->probes = i.tcpi_probes;
    if (HELD(len, tcpi_notsent_bytes))
        out->unsent = i.tcpi_notsent_bytes;
    if (HELD(len, tcpi_snd_wnd))
        out->snd_wnd = i.tcpi_snd_wnd;
}

void sample_meminfo(struct event_sample *out, const void *meminfo, size_t len)
{
    uint32_t room[SK_MEMINFO_VARS] = {0};
    if (len <= SK_MEMINFO_SNDBUF * sizeof *room)
        return;
    memcpy(room, meminfo, len < sizeof room ? len : sizeof room);
    out->rcvbuf = room[SK_MEMINFO_RCVBUF];
    out->sndbuf = room[SK_MEMINFO_SNDBUF];
}

void tcpinfo_add(int fd, struct event_sample *out)
{
    /* After a half-close the kernel's TIME-WAIT is no longer this descriptor's: what it tells is the past. */
    if (!has_info(out))
        return;
    struct tcp_info info;
    socklen_t len = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
        sample_tcp_info(out, &info, len);
    int unsent;
    if (ioctl(fd, SIOCOUTQNSD, &unsent) == 0)
        out->unsent = unsent;
    uint32_t room[SK_MEMINFO_VARS];
    len = sizeof room;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, room, &len) == 0)
        sample_meminfo(out, room, len);
    int on, most;
    len = sizeof on;
    if (getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &len) < 0 || !on)
        return;
    len = sizeof most;
    if (getsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &most, &len) == 0)
        out->probes_max = most;
}
