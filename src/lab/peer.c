#include "lab/peer.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lab/stamps.h"
#include "plat/loop.h"

/* So many write() calls at a time: a reader outside that keeps up must not keep the program from everything
 * else. */
enum { WRITES_AT_ONCE = 16, BUSY_SHOWN = 256 };

void peer_init(struct peer *p, struct desk *d, struct pair *c, enum side side)
{
    *p = (struct peer){.desk = d, .pair = c, .fd = -1};
    p->caller = (struct caller){.calls = &d->calls, .side = side};
    str_init(&p->text, d->mem);
}

void peer_open(struct peer *p, int fd, bool connecting, int64_t may_read)
{
    p->fd = fd;
    p->was_open = true;
    p->connecting = connecting;
    p->may_read = may_read;
    if (!connecting)
        stamps_moving(p, 0);
    peer_watch(p);
}

bool peer_is_open(const struct peer *p)
{
    return p->fd >= 0;
}

static uint32_t wanted(const struct peer *p)
{
    if (p->connecting)
        return EPOLLOUT;
    uint32_t events = 0;
    if (p->may_read != 0 && !p->eof && !p->broken)
        events |= EPOLLIN;
    if (p->first != NULL)
        events |= EPOLLOUT;
    return events;
}

void peer_watch(struct peer *p)
{
    if (p->fd < 0)
        return;
    uint32_t events = wanted(p);
    struct epoll_event e = {.events = events, .data.ptr = p};
    if (!p->watched && (events != 0 || p->events == 0))
        p->watched = epoll_ctl(p->desk->epoll, EPOLL_CTL_ADD, p->fd, &e) == 0;
    else if (p->watched && events != p->events)
        epoll_ctl(p->desk->epoll, EPOLL_CTL_MOD, p->fd, &e);
    p->events = events;
}

void peer_mute(struct peer *p)
{
    if (p->fd >= 0 && p->watched)
        epoll_ctl(p->desk->epoll, EPOLL_CTL_DEL, p->fd, NULL);
    p->watched = false;
}

static void drop_first(struct peer *p)
{
    struct piece *gone = p->first;
    p->first = gone->next;
    if (p->first == NULL)
        p->last = NULL;
    str_release(&gone->text);
    mem_free(p->desk->mem, gone, sizeof *gone);
}

static void drop_all(struct peer *p)
{
    while (p->first != NULL)
        drop_first(p);
}

bool peer_put(struct peer *p, struct str *text, const char *fill, size_t fill_len, uint64_t fill_bytes)
{
    struct piece *n = text->failed ? NULL : mem_new(p->desk->mem, sizeof *n);
    if (n == NULL) {
        str_release(text);
        return false;
    }
    n->text = *text;
    n->fill_len = fill_len < sizeof n->fill ? fill_len : sizeof n->fill;
    if (n->fill_len > 0)
        memcpy(n->fill, fill, n->fill_len);
    n->fill_left = n->fill_len > 0 ? fill_bytes : 0;
    if (p->last != NULL)
        p->last->next = n;
    else
        p->first = n;
    p->last = n;
    peer_watch(p);
    return true;
}

static size_t least(size_t a, uint64_t b)
{
    return b < a ? (size_t)b : a;
}

/* The next bytes of a piece, as many as there is room for. Once a pattern stands there, it is copied twice as
 * long. */
static size_t compose(const struct piece *n, char *room, size_t size)
{
    size_t len = least(size, n->text.len - n->text_done);
    if (len > 0)
        memcpy(room, n->text.at + n->text_done, len);
    char *fill = room + len;
    size_t want = least(size - len, n->fill_left), done = least(want, n->fill_len);
    for (size_t i = 0; i < done; i++)
        fill[i] = n->fill[(n->fill_at + i) % n->fill_len];
    while (done > 0 && done < want) {
        size_t more = least(done, want - done);
        memcpy(fill + done, fill, more);
        done += more;
    }
    return len + want;
}

static void advance(struct peer *p, size_t len)
{
    struct piece *n = p->first;
    size_t of_text = n->text.len - n->text_done;
    if (of_text > len)
        of_text = len;
    n->text_done += of_text;
    len -= of_text;
    if (len > 0)
        n->fill_at = (n->fill_at + len) % n->fill_len;
    n->fill_left -= len;
    if (n->text_done == n->text.len && n->fill_left == 0)
        drop_first(p);
}

static bool ready(const struct peer *p, short events)
{
    struct pollfd f = {.fd = p->fd, .events = events};
    return poll(&f, 1, 0) == 1;
}

bool peer_flush(struct peer *p)
{
    bool did = false;
    for (int i = 0; i < WRITES_AT_ONCE && p->first != NULL && p->fd >= 0 && !p->connecting; i++) {
        if (!ready(p, POLLOUT))
            break;
        size_t len = compose(p->first, p->desk->room, PEER_ROOM);
        stamps_moving(p, len);
        ssize_t n = call_write(&p->caller, p->fd, p->desk->room, len);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        did = true;
        if (n < 0) {
            drop_all(p);
            break;
        }
        p->written_bytes += (uint64_t)n;
        advance(p, (size_t)n);
    }
    peer_watch(p);
    return did;
}

/* What was read is kept to be shown: a head and the start of its body, whatever comes. */
static void show(struct peer *p, size_t len)
{
    if (p->text_whole)
        str_clear(&p->text);
    p->text_whole = false;
    size_t left = p->text.len < PEER_TEXT_MAX ? PEER_TEXT_MAX - p->text.len : 0;
    str_put_n(&p->text, p->desk->room, len < left ? len : left);
}

/* A flood shall not fill the session with bytes that nobody looks at. */
static bool busy(const struct peer *p)
{
    return p->moved > STAMPS_MOST;
}

int64_t peer_read(struct peer *p, size_t most)
{
    if (p->fd < 0 || p->connecting || p->eof || p->broken || p->may_read == 0 || !ready(p, POLLIN))
        return -1;
    if (most > PEER_ROOM)
        most = PEER_ROOM;
    if (p->may_read > 0 && (uint64_t)p->may_read < most)
        most = (size_t)p->may_read;
    uint64_t softirq_ns = 0;
    ssize_t n = call_read(&p->caller, p->fd, p->desk->room, most, busy(p) ? BUSY_SHOWN : most, &softirq_ns);
    uint64_t now = clock_now();
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return -1;
    p->broken = n < 0;
    p->eof = n == 0;
    if (n > 0) {
        p->read_bytes += (uint64_t)n;
        if (p->may_read > 0)
            p->may_read -= n;
        show(p, (size_t)n);
        stamps_read(p, softirq_ns, now);
        stamps_moving(p, (uint64_t)n);
    }
    peer_watch(p);
    return n < 0 ? 0 : n;
}

void peer_connected(struct peer *p)
{
    int err = 0;
    if (!p->connecting || !ready(p, POLLOUT))
        return;
    call_so_error(&p->caller, p->fd, &err);
    p->connecting = false;
    p->broken = err != 0;
    if (p->broken)
        drop_all(p);
    else
        stamps_moving(p, 0);
    peer_watch(p);
}

static bool lingers_not(int fd)
{
    struct linger l = {0};
    socklen_t len = sizeof l;
    return getsockopt(fd, SOL_SOCKET, SO_LINGER, &l, &len) == 0 && l.l_onoff != 0 && l.l_linger == 0;
}

void peer_close(struct peer *p, enum call_kind kind)
{
    if (p->fd < 0)
        return;
    int unread = 0;
    if (ioctl(p->fd, SIOCINQ, &unread) < 0)
        unread = 0;
    if (kind == CALL_CLOSE && lingers_not(p->fd))
        kind = CALL_ABORT;
    if (p->stamping)
        stamps_drain(p);
    peer_mute(p);
    call_close(&p->caller, p->fd, kind, unread > 0);
    p->fd = -1;
    p->connecting = false;
    p->waiting = 0;
    drop_all(p);
}

void peer_release(struct peer *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    drop_all(p);
    str_release(&p->text);
    caller_release(&p->caller);
}
