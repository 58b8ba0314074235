/* lab.c: the lab as a whole: it comes up, its two programs take turns, it goes down.
 *
 * One epoll holds the listener and every end of a connection that a program waits for. In the loop it is one
 * source; lab_act takes from it until neither program has anything to do. Accepting comes before reading and
 * reading before writing, so that a turn ends in the same state however the kernel orders what is ready. */
#include "lab/lab.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lab/stamps.h"
#include "lab/state.h"
#include "plat/descr.h"
#include "plat/netns.h"
#include "plat/sysctls.h"

/* Whoever floods the server takes at most so many rounds of a turn; then the screen comes first. */
enum { ROUNDS = 64, ROUND_EVENTS = 64 };

static bool prepare_hosts(const struct lab_options *o, void (*warn)(void *ctx, const char *line), void *ctx,
                          struct fail *f)
{
    if (!hosts_up(o->hosts, o->ipv6, f))
        return false;
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        hosts_visit(o->hosts, s);
        sysctls_lab(s == SIDE_CLIENT ? warn : NULL, ctx); /* what one says the other would say too */
        hosts_leave(o->hosts);
    }
    return true;
}

bool lab_prepare(const struct lab_options *o, void (*warn)(void *ctx, const char *line), void *ctx,
                 struct fail *f)
{
    struct netns_options lo = {.mtu = 0};
    if (o->kind == LAB_HOST)
        return true;
    if (o->kind == LAB_WIRE)
        return prepare_hosts(o, warn, ctx, f);
    if (!netns_private(&lo, f))
        return false;
    sysctls_lab(warn, ctx);
    return true;
}

static void place_server(const struct lab_options *o, struct endpoint *out)
{
    *out = (struct endpoint){.port = o->port};
    if (o->hosts) {
        out->addr = o->hosts->addr[SIDE_SERVER];
    } else if (o->ipv6) {
        out->addr.family = 6;
        out->addr.at[15] = 1;
    } else {
        out->addr = (struct addr){.family = 4, .at = {127, 0, 0, 1}};
    }
}

/* The epoll has news: the turn that follows lets the programs act. */
static void woken(void *ctx, int events)
{
    (void)ctx, (void)events;
}

static bool open_desk(struct lab *l, struct fail *f)
{
    const struct mem *m = l->o.mem;
    l->desk = (struct desk){.mem = m,
                            .calls = {.hosts = &l->hosts, .sink = l->o.sink, .mem = m},
                            .epoll = -1,
                            .stamps = stamps_hold()};
    str_init(&l->desk.calls.args, m);
    l->desk.room = m->resize(m->ctx, NULL, 0, PEER_ROOM);
    l->desk.epoll = descr_high(epoll_create1(EPOLL_CLOEXEC));
    if (l->desk.room == NULL || l->desk.epoll < 0)
        return fail_errno(f, l->desk.room == NULL ? ENOMEM : errno, NULL, "lab");
    if (l->o.loop == NULL)
        return true;
    l->wake = loop_fd(l->o.loop, l->desk.epoll, LOOP_READ, woken, l);
    return l->wake != NULL || fail_errno(f, ENOMEM, NULL, "lab");
}

struct lab *lab_up(const struct lab_options *o, struct fail *f)
{
    struct lab *l = mem_new(o->mem, sizeof *l);
    if (l == NULL) {
        fail_errno(f, ENOMEM, NULL, "lab");
        return NULL;
    }
    l->o = *o;
    l->listen_fd = -1;
    l->listener = (struct caller){.calls = &l->desk.calls, .side = SIDE_SERVER};
    l->hosts = o->hosts ? *o->hosts : HOSTS_NONE;
    place_server(o, &l->server);
    defaults_reset(l);
    if (open_desk(l, f) && server_listen(l, f))
        return l;
    lab_down(l);
    return NULL;
}

void lab_down(struct lab *l)
{
    if (l == NULL)
        return;
    const struct mem *m = l->o.mem;
    l->desk.calls.quiet = true;
    source_close(l->wake);
    while (l->live.first != NULL)
        pair_free(l, l->live.first);
    pairs_sweep(l, 0);
    knobs_reset(l, false);
    if (l->listen_fd >= 0)
        close(l->listen_fd);
    caller_release(&l->listener);
    if (l->desk.epoll >= 0)
        close(l->desk.epoll);
    if (l->desk.stamps >= 0)
        close(l->desk.stamps);
    str_release(&l->desk.calls.args);
    if (l->desk.room != NULL)
        mem_free(m, l->desk.room, PEER_ROOM);
    mem_free(m, l, sizeof *l);
}

static bool act_read(struct lab *l, struct peer *p, uint32_t events)
{
    bool did = (events & EPOLLERR) != 0 && stamps_drain(p) > 0;
    if (p->connecting || (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0)
        return did;
    if (p->caller.side == SIDE_SERVER)
        return server_read(l, p) || did;
    return peer_read(p, PEER_ROOM) >= 0 || did;
}

static bool act_write(struct lab *l, struct peer *p, uint32_t events)
{
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) == 0)
        return false;
    bool was_connecting = p->connecting;
    if (was_connecting)
        peer_connected(p);
    bool did = p->caller.side == SIDE_SERVER ? server_write(l, p) : peer_flush(p);
    return did || was_connecting != p->connecting;
}

/* One round: everybody who is ready acts once. */
static bool act_round(struct lab *l, const struct epoll_event *ready, int count)
{
    bool did[ROUND_EVENTS] = {false}, any = false;
    for (int i = 0; i < count; i++)
        if (ready[i].data.ptr == NULL)
            did[i] = server_accept(l);
    for (int i = 0; i < count; i++) {
        struct peer *p = ready[i].data.ptr;
        if (p != NULL && peer_is_open(p))
            did[i] = act_read(l, p, ready[i].events);
    }
    for (int i = 0; i < count; i++) {
        struct peer *p = ready[i].data.ptr;
        if (p != NULL && peer_is_open(p))
            did[i] |= act_write(l, p, ready[i].events);
        /* Hung up or in error, and the program wants nothing of it: it would be reported for ever. */
        if (p != NULL && !did[i] && p->events == 0 && (ready[i].events & (EPOLLHUP | EPOLLERR)) != 0)
            peer_mute(p);
        any |= did[i];
    }
    return any;
}

bool lab_act(struct lab *l)
{
    struct epoll_event ready[ROUND_EVENTS];
    bool any = false;
    for (int i = 0; i < ROUNDS; i++) {
        int count = epoll_wait(l->desk.epoll, ready, ROUND_EVENTS, 0);
        if (count <= 0)
            break;
        any |= act_round(l, ready, count);
    }
    pairs_sweep(l, ENDED_KEPT);
    return any;
}

void lab_server(const struct lab *l, struct endpoint *out)
{
    *out = l->server;
}

bool lab_listening(const struct lab *l)
{
    return l->listen_fd >= 0;
}

bool lab_accepting(const struct lab *l)
{
    return l->accepting;
}

static enum lab_waits waits_in(const struct peer *p)
{
    if (!peer_is_open(p))
        return WAITS_CLOSED;
    if (p->connecting)
        return WAITS_CONNECT;
    if (p->first != NULL)
        return WAITS_WRITE;
    if (p->waiting > 0)
        return WAITS_TEACHER;
    if (p->eof || p->broken)
        return WAITS_NOTHING;
    return p->may_read == 0 ? WAITS_STOPPED : WAITS_READ;
}

bool lab_program(const struct lab *l, const struct tuple *t, enum side side, struct lab_program *out)
{
    *out = (struct lab_program){.fd = -1, .text = ""};
    const struct pair *c = t != NULL ? pair_find(l, t) : NULL;
    const struct peer *p = c != NULL ? &c->end[side] : NULL;
    if (p == NULL || !p->was_open) { /* a server's program is then at its listener */
        if (side != SIDE_SERVER || l->listen_fd < 0)
            return false;
        out->waits = l->accepting ? WAITS_ACCEPT : WAITS_STOPPED;
        out->fd = l->listen_fd;
        return true;
    }
    *out = (struct lab_program){
        .waits = waits_in(p),
        .open = peer_is_open(p),
        .fd = p->fd,
        .text = p->text.at,
        .text_len = p->text.len,
        .read_bytes = p->read_bytes,
        .written_bytes = p->written_bytes,
        .requests_waiting = p->waiting,
        .peer_closed = p->eof && !p->shut_rd,
    };
    return true;
}
