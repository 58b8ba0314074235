/* settings.c: options of sockets, of those there are and of those to come (RULES: before there is a
 * connection they are the defaults; the server's act on the listener, whose children inherit them). */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "lab/state.h"

void keepalive_apply(struct caller *w, int fd, int idle_s, int interval_s, int count)
{
    static const struct call_option alive = {SOL_SOCKET, SO_KEEPALIVE, "SOL_SOCKET", "SO_KEEPALIVE"};
    static const struct call_option idle = {IPPROTO_TCP, TCP_KEEPIDLE, "IPPROTO_TCP", "TCP_KEEPIDLE"};
    static const struct call_option interval = {IPPROTO_TCP, TCP_KEEPINTVL, "IPPROTO_TCP", "TCP_KEEPINTVL"};
    static const struct call_option times = {IPPROTO_TCP, TCP_KEEPCNT, "IPPROTO_TCP", "TCP_KEEPCNT"};
    sockopt_number(w, fd, &alive, idle_s > 0);
    if (idle_s <= 0)
        return;
    sockopt_number(w, fd, &idle, idle_s);
    sockopt_number(w, fd, &interval, interval_s > 0 ? interval_s : idle_s);
    if (count > 0)
        sockopt_number(w, fd, &times, count);
}

void defaults_apply(struct lab *l, struct caller *w, int fd, enum side side)
{
    const struct defaults *d = &l->defaults[side];
    for (size_t i = 0; i < SOCKOPT_COUNT; i++)
        if (d->set[i])
            sockopt_apply(w, fd, l->o.ipv6, i, &d->value[i]);
}

void defaults_reset(struct lab *l)
{
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++)
        l->defaults[s] = (struct defaults){.may_read = -1};
    l->defaults[SIDE_SERVER].idle_s = l->o.keepalive_s;
    l->accepting = true;
    l->answers = false;
    l->backlog = l->o.backlog;
}

bool lab_keepalive(struct lab *l, const struct tuple *t, enum side side, int seconds, int interval, int count,
                   struct fail *f)
{
    enum {
        SECONDS_MOST = 32767,
        COUNT_MOST = 127
    }; /* MAX_TCP_KEEPIDLE, _KEEPINTVL, _KEEPCNT of the kernel */
    if (seconds < 0 || seconds > SECONDS_MOST || interval < 0 || interval > SECONDS_MOST || count < 0 ||
        count > COUNT_MOST)
        return fail_set(f, FAIL_USAGE, N_("seconds from 1 to 32767, probes from 1 to 127"), NULL,
                        "keepalive");
    struct peer *p = lab_peer_if_open(l, t, side);
    if (p != NULL) {
        keepalive_apply(&p->caller, p->fd, seconds, interval, count);
        return true;
    }
    struct defaults *d = &l->defaults[side];
    d->idle_s = seconds;
    d->interval_s = interval;
    d->count = count;
    return true;
}

bool lab_set(struct lab *l, const struct tuple *t, enum side side, const char *option, const char *value,
             struct fail *f)
{
    size_t i = 0;
    struct sockopt_value v;
    if (!sockopt_find(option, &i, f) || !sockopt_parse(i, value, &v, f))
        return false;
    struct peer *p = lab_peer_if_open(l, t, side);
    if (p != NULL) {
        sockopt_apply(&p->caller, p->fd, l->o.ipv6, i, &v);
        return true;
    }
    l->defaults[side].set[i] = true;
    l->defaults[side].value[i] = v;
    if (side == SIDE_SERVER && l->listen_fd >= 0)
        sockopt_apply(&l->listener, l->listen_fd, l->o.ipv6, i, &v);
    return true;
}
