/* packet.c: AF_PACKET by recvmmsg() and sendmmsg(). A ring (TPACKET_V3) would cost less a frame, but hands
 * over blocks by a timer: a frame that has to go on at once would wait for it. The stamp is the kernel's, of
 * the moment in which the sender's card gave the frame away. */
#include "plat/packet.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include "plat/descr.h"
#include "plat/loop.h"

/* Bursts wait in the socket while the program is busy; the kernel cuts this to net.core.rmem_max. */
enum { RECEIVE_ROOM = 8 << 20, CONTROL_BYTES = 64 };

struct packets {
    int fd;
    uint64_t lost;
    struct packet taken[PACKETS_AT_ONCE];
    struct mmsghdr in[PACKETS_AT_ONCE], out[PACKETS_AT_ONCE];
    struct iovec in_at[PACKETS_AT_ONCE], out_at[PACKETS_AT_ONCE];
    _Alignas(struct cmsghdr) char control[PACKETS_AT_ONCE][CONTROL_BYTES];
    uint8_t bytes[PACKETS_AT_ONCE][PACKET_BYTES];
};

static void prepare(struct packets *p)
{
    for (int i = 0; i < PACKETS_AT_ONCE; i++) {
        p->in_at[i] = (struct iovec){p->bytes[i], PACKET_BYTES};
        p->in[i].msg_hdr = (struct msghdr){.msg_iov = &p->in_at[i], .msg_iovlen = 1};
        p->out[i].msg_hdr = (struct msghdr){.msg_iov = &p->out_at[i], .msg_iovlen = 1};
    }
}

/* Options before the protocol is bound: nothing comes before they are in force. What is sent goes past the
 * queueing discipline, which for some time after the cable was made drops everything (it waits for
 * linkwatch). */
static int open_on(int fd, unsigned ifindex)
{
    int on = 1, room = RECEIVE_ROOM;
    struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)ifindex};
    if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) < 0)
        return errno;
    return bind(fd, (const struct sockaddr *)&at, sizeof at) < 0 ? errno : 0;
}

struct packets *packets_open(unsigned ifindex, struct fail *f)
{
    struct packets *p = calloc(1, sizeof *p);
    if (!p) {
        fail_errno(f, ENOMEM, NULL, "%s", "wire");
        return NULL;
    }
    prepare(p);
    p->fd = descr_high(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int err = p->fd < 0 ? errno : open_on(p->fd, ifindex);
    if (!err)
        return p;
    fail_errno(f, err, NULL, "%s", "wire");
    packets_close(p);
    return NULL;
}

void packets_close(struct packets *p)
{
    if (!p)
        return;
    if (p->fd >= 0)
        close(p->fd);
    free(p);
}

int packets_fd(const struct packets *p)
{
    return p->fd;
}

static uint64_t stamp_of(struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        struct timespec t;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
            continue;
        memcpy(&t, CMSG_DATA(c), sizeof t);
        return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
    }
    return clock_now();
}

int packets_take(struct packets *p, struct packet **out)
{
    for (int i = 0; i < PACKETS_AT_ONCE; i++) {
        p->in[i].msg_hdr.msg_control = p->control[i];
        p->in[i].msg_hdr.msg_controllen = CONTROL_BYTES;
    }
    *out = p->taken;
    const int n = recvmmsg(p->fd, p->in, PACKETS_AT_ONCE, MSG_DONTWAIT, NULL);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    for (int i = 0; i < n; i++)
        p->taken[i] = (struct packet){stamp_of(&p->in[i].msg_hdr), p->bytes[i], p->in[i].msg_len};
    return n;
}

int packets_send(struct packets *p, const struct packet *out, int count)
{
    for (int i = 0; i < count; i++)
        p->out_at[i] = (struct iovec){out[i].bytes, out[i].len};
    const int n = sendmmsg(p->fd, p->out, (unsigned)count, MSG_DONTWAIT);
    return n < 0 ? 0 : n;
}

uint64_t packets_lost(struct packets *p)
{
    struct tpacket_stats now;
    socklen_t len = sizeof now;
    if (getsockopt(p->fd, SOL_PACKET, PACKET_STATISTICS, &now, &len) == 0)
        p->lost += now.tp_drops; /* since it was asked last */
    return p->lost;
}
