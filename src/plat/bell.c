#include "plat/bell.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>

/* LONGEST: a frame that was put together from many, and its header. */
enum { LONGEST = 66 << 10, ROOM = 2 * LONGEST };

struct bell {
    int fd;
    size_t used;
    struct bell_frame frame[BELL_MOST];
    uint8_t room[ROOM];
};

/* The filter is in force before anything is bound: nothing comes that was not asked for. */
static bool set_up(int fd, const char *iface, bool inward)
{
    const int on = 1;
    const struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(iface)};
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    const struct sock_fprog silence = {1, &nothing};
    return at.sll_ifindex != 0 &&
           setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &silence, sizeof silence) == 0 &&
           (!inward || setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) == 0) &&
           setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0 &&
           setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) == 0 &&
           bind(fd, (const struct sockaddr *)&at, sizeof at) == 0;
}

struct bell *bell_open(const char *iface, bool inward)
{
    struct bell *b = malloc(sizeof *b);
    if (!b)
        return NULL;
    b->used = 0;
    b->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (b->fd >= 0 && set_up(b->fd, iface, inward))
        return b;
    bell_close(b);
    return NULL;
}

void bell_close(struct bell *b)
{
    if (!b)
        return;
    if (b->fd >= 0)
        close(b->fd);
    free(b);
}

int bell_fd(const struct bell *b)
{
    return b->fd;
}

bool bell_on(struct bell *b, const struct sock_fprog *filter)
{
    return setsockopt(b->fd, SOL_SOCKET, SO_ATTACH_FILTER, filter, sizeof *filter) == 0;
}

void bell_off(struct bell *b)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    const struct sock_fprog silence = {1, &nothing};
    (void)bell_on(b, &silence);
    bell_forget(b);
}

void bell_forget(struct bell *b)
{
    uint8_t none;
    while (recv(b->fd, &none, 1, MSG_DONTWAIT) >= 0)
        ;
}

/* What the kernel says beside a frame. False: not all, or the frame had a tag that it took out. */
static bool read_aside(struct msghdr *m, struct bell_frame *f)
{
    bool stamped = false, whole = false;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        struct timespec t;
        struct tpacket_auxdata aux;
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            memcpy(&t, CMSG_DATA(c), sizeof t);
            f->time_ns = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
            stamped = true;
        } else if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA) {
            memcpy(&aux, CMSG_DATA(c), sizeof aux);
            f->wirelen = aux.tp_len;
            whole = !(aux.tp_status & TP_STATUS_VLAN_VALID);
        }
    }
    return stamped && whole;
}

int bell_take(struct bell *b, int have, const struct bell_frame **out)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(struct tpacket_auxdata))];
    } aside;
    *out = b->frame;
    if (have == 0)
        b->used = 0;
    for (;; have++) {
        const bool fits = have < BELL_MOST && ROOM - b->used >= LONGEST;
        struct iovec at = {b->room + (fits ? b->used : 0), LONGEST};
        struct msghdr m = {
            .msg_iov = &at, .msg_iovlen = 1, .msg_control = &aside, .msg_controllen = sizeof aside};
        const ssize_t n = recvmsg(b->fd, &m, MSG_DONTWAIT);
        if (n < 0)
            return have;
        if (!fits || (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
            return -1;
        struct bell_frame *f = &b->frame[have];
        *f = (struct bell_frame){.bytes = at.iov_base, .caplen = (uint32_t)n};
        if (!read_aside(&m, f))
            return -1;
        b->used += (size_t)n;
    }
}
