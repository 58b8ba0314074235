/* both.c: two programs that call each other at the same moment: each binds a port of its own, and then both
 * connect() before either SYN can arrive. TCP makes one connection of it (RFC 9293 3.5, figure 8). */
#include <errno.h>

#include "lab/state.h"

/* A socket with a name of its own. False: there is none, and f says why. */
static bool begin(struct lab *l, struct peer *p, enum side side, struct endpoint *own, int *fd,
                  struct fail *f)
{
    const struct defaults *d = &l->defaults[side];
    p->caller.held = true;
    *fd = call_socket(&p->caller, l->o.ipv6 ? AF_INET6 : AF_INET);
    if (*fd < 0)
        return fail_errno(f, errno, NULL, "connect both");
    defaults_apply(l, &p->caller, *fd, side);
    if (d->idle_s > 0)
        keepalive_apply(&p->caller, *fd, d->idle_s, d->interval_s, d->count);
    *own = (struct endpoint){.addr = l->hosts.addr[side]};
    if (call_bind(&p->caller, *fd, own) < 0)
        return fail_errno(f, errno, NULL, "connect both");
    endpoint_own(*fd, own);
    return true;
}

static void call_other(struct lab *l, struct peer *p, enum side side, const struct tuple *t, int fd)
{
    const int r = call_connect(&p->caller, fd, &t->end[side_other(side)]);
    const bool in_progress = r < 0 && errno == EINPROGRESS;
    peer_open(p, fd, in_progress, l->defaults[side].may_read);
    p->broken = r < 0 && !in_progress;
    peer_watch(p);
}

bool lab_connect_both(struct lab *l, struct tuple *named, struct fail *f)
{
    struct pair *c = pair_new(l);
    struct tuple t = {0};
    int fd[SIDE_COUNT] = {-1, -1};
    if (c == NULL)
        return fail_errno(f, ENOMEM, NULL, "connect both");
    c->serial = ++l->serials;
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++)
        if (!begin(l, &c->end[s], s, &t.end[s], &fd[s], f)) {
            for (enum side made = SIDE_CLIENT; made < SIDE_COUNT; made++)
                if (fd[made] >= 0)
                    call_close(&c->end[made].caller, fd[made], CALL_CLOSE, false);
            pair_free(l, c);
            return false;
        }
    pair_name(l, c, &t);
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++)
        caller_name(&c->end[s].caller, &(struct event_key){.known = true, .tuple = t, .serial = c->serial});
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++)
        call_other(l, &c->end[s], s, &t, fd[s]);
    *named = t;
    return true;
}
