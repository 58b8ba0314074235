#include "lab/stamps.h"

#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "plat/descr.h"
#include "plat/loop.h"
#include "plat/tstamp.h"

#define QUIET_NS UINT64_C(1000000000)

int stamps_hold(void)
{
    int fd = descr_high(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    int receiving = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &receiving, sizeof receiving);
    return fd;
}

static void off(struct peer *p)
{
    int none = 0;
    stamps_drain(p);
    p->stamping = setsockopt(p->fd, SOL_SOCKET, SO_TIMESTAMPING, &none, sizeof none) < 0;
}

/* Ids begin anew where the stream is: only while nothing is outstanding is it certain which byte that is. */
static void on(struct peer *p)
{
    int outstanding = 0;
    if (ioctl(p->fd, SIOCOUTQ, &outstanding) < 0 || outstanding != 0)
        return;
    p->stamping = tstamp_enable(p->fd);
    p->stamp_base = p->written_bytes;
}

void stamps_moving(struct peer *p, uint64_t bytes)
{
    uint64_t now = clock_steady();
    if (now - p->moved_ns > QUIET_NS)
        p->moved = 0;
    p->moved_ns = now;
    p->moved += bytes;
    bool wanted = p->moved <= STAMPS_MOST && !p->desk->calls.quiet;
    if (p->stamping && !wanted)
        off(p);
    else if (!p->stamping && wanted)
        on(p);
}

static void tell(const struct peer *p, enum stamp_point point, enum side sender, uint64_t time_ns,
                 uint64_t last_byte)
{
    const struct calls *c = p->caller.calls;
    struct event e = {.kind = EVENT_STAMP, .time_ns = time_ns, .key = p->caller.key};
    e.u.stamp = (struct event_stamp){
        .side = p->caller.side, .point = point, .sender = sender, .last_byte = last_byte};
    if (!c->quiet && p->caller.key.known)
        c->sink.take(c->sink.ctx, &e);
}

void stamps_read(struct peer *p, uint64_t softirq_ns, uint64_t read_ns)
{
    if (!p->stamping || p->read_bytes == 0)
        return;
    enum side sender = side_other(p->caller.side);
    if (softirq_ns != 0)
        tell(p, STAMP_SOFTIRQ, sender, softirq_ns, p->read_bytes - 1);
    tell(p, STAMP_READ, sender, read_ns, p->read_bytes - 1);
}

static void sent(void *ctx, enum stamp_point point, uint64_t time_ns, uint32_t id)
{
    const struct peer *p = ctx;
    uint64_t near = p->written_bytes - p->stamp_base;
    tell(p, point, p->caller.side, time_ns, p->stamp_base + tstamp_offset(near, id));
}

int stamps_drain(struct peer *p)
{
    return tstamp_read_tx(p->fd, sent, p);
}
