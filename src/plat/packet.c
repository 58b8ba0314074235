/* packet.c: AF_PACKET by a ring that the kernel fills, and sendmmsg(). The ring is TPACKET_V2, whose frames
 * are to be had one by one: that of TPACKET_V3 hands over blocks by a timer, and a frame that has to go on at
 * once would wait for it. A socket's own queue, which net.core.rmem_max limits, would hold the frames of some
 * milliseconds only. The stamp is the kernel's, of the moment in which the sender's card gave the frame away.
 */
#include "plat/packet.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include "plat/descr.h"
#include "plat/hosts.h"
#include "plat/loop.h"

/* SLOTS: what comes while the program is busy waits there: at 100,000 frames a second 80 ms. IDLE_CALLS: of
 * so many that find nothing, one asks whether the interface is still there. */
enum { SLOTS = 8192, SLOT_BYTES = 2048, BLOCK_BYTES = 1 << 16, IDLE_CALLS = 16 };
/* What stands before a frame (TPACKET2_HDRLEN) is rounded up. */
_Static_assert(sizeof(struct tpacket2_hdr) + sizeof(struct sockaddr_ll) + 2 * TPACKET_ALIGNMENT + ETH_HLEN +
                       HOSTS_MTU <=
                   SLOT_BYTES,
               "a whole frame has room in a slot");

struct packets {
    int fd;
    uint8_t *ring;             /* MAP_FAILED: there is none */
    unsigned next, held, idle; /* the slot that comes next; how many before it are not the kernel's yet */
    uint64_t lost, cut;
    struct packet taken[PACKETS_AT_ONCE];
    struct mmsghdr out[PACKETS_AT_ONCE];
    struct iovec out_at[PACKETS_AT_ONCE];
};

static void prepare(struct packets *p)
{
    for (int i = 0; i < PACKETS_AT_ONCE; i++)
        p->out[i].msg_hdr = (struct msghdr){.msg_iov = &p->out_at[i], .msg_iovlen = 1};
}

/* Options before the protocol is bound: nothing comes before they are in force. What is sent goes past the
 * queueing discipline, which for some time after the cable was made drops everything (it waits for
 * linkwatch). */
static int open_on(struct packets *p, unsigned ifindex)
{
    const int fd = p->fd, on = 1, version = TPACKET_V2;
    const struct tpacket_req ring = {.tp_block_size = BLOCK_BYTES,
                                     .tp_block_nr = SLOTS * SLOT_BYTES / BLOCK_BYTES,
                                     .tp_frame_size = SLOT_BYTES,
                                     .tp_frame_nr = SLOTS};
    const struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)ifindex};
    if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) < 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring) < 0)
        return errno;
    p->ring = mmap(NULL, (size_t)SLOTS * SLOT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p->ring == MAP_FAILED)
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
    p->ring = MAP_FAILED;
    p->fd = descr_high(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int err = p->fd < 0 ? errno : open_on(p, ifindex);
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
    if (p->ring != MAP_FAILED)
        munmap(p->ring, (size_t)SLOTS * SLOT_BYTES);
    if (p->fd >= 0)
        close(p->fd);
    free(p);
}

int packets_fd(const struct packets *p)
{
    return p->fd;
}

static struct tpacket2_hdr *slot(const struct packets *p, unsigned i)
{
    return (struct tpacket2_hdr *)(void *)(p->ring + (size_t)(i % SLOTS) * SLOT_BYTES);
}

/* What the caller had is the kernel's again. */
static void give_back(struct packets *p)
{
    for (; p->held > 0; p->held--)
        __atomic_store_n(&slot(p, p->next - p->held)->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
}

static bool is_gone(struct packets *p)
{
    uint8_t none;
    return recv(p->fd, &none, 0, MSG_DONTWAIT) < 0 && errno != EAGAIN && errno != EINTR;
}

int packets_take(struct packets *p, struct packet **out)
{
    int n = 0;
    give_back(p);
    *out = p->taken;
    for (; p->held < PACKETS_AT_ONCE; p->held++, p->next++) {
        const struct tpacket2_hdr *h = slot(p, p->next);
        if (!(__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
            break;
        if (h->tp_snaplen < h->tp_len) /* its slot holds the beginning only: it would not go on as it is */
            p->cut++;
        else
            p->taken[n++] = (struct packet){(uint64_t)h->tp_sec * 1000000000u + h->tp_nsec,
                                            (uint8_t *)h + h->tp_mac, h->tp_snaplen};
    }
    if (p->held > 0 || ++p->idle % IDLE_CALLS != 0)
        return n;
    return is_gone(p) ? -1 : 0;
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
    return p->lost + p->cut;
}
