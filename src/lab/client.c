/* client.c: a client that opens connections when it is told to, and reads what comes. connect() does not
 * block, as the screen must not: on a loopback the handshake is over before it returns (EINPROGRESS all the
 * same), else the end of it is asked for (SO_ERROR) when the socket becomes writable. */
#include <errno.h>

#include "lab/state.h"

/* The port that connect() chose makes the connection's name. False: it chose none. */
static bool name(struct lab *l, struct pair *c, int fd)
{
    struct event_key key = {.known = true, .serial = c->serial};
    endpoint_own(fd, &key.tuple.end[SIDE_CLIENT]);
    key.tuple.end[SIDE_SERVER] = l->server;
    key.known = key.tuple.end[SIDE_CLIENT].port != 0;
    if (key.known)
        pair_name(l, c, &key.tuple);
    caller_name(&c->end[SIDE_CLIENT].caller, &key);
    return key.known;
}

/* A port known beforehand, so that two runs look the same. One that is taken is left to the kernel. */
static void choose_port(const struct lab *l, const struct pair *c, int fd)
{
    struct endpoint own = l->server;
    struct sockaddr_storage sa;
    if (hosts_exist(&l->hosts))
        own.addr = l->hosts.addr[SIDE_CLIENT];
    if (l->o.client_port == 0)
        return;
    own.port = (uint16_t)(l->o.client_port + c->serial - 1);
    const socklen_t len = endpoint_to(&own, &sa);
    (void)bind(fd, (const struct sockaddr *)&sa, len);
}

bool client_connect(struct lab *l, struct tuple *named, struct fail *f)
{
    struct pair *c = pair_new(l);
    if (c == NULL)
        return fail_errno(f, ENOMEM, NULL, "connect");
    struct peer *p = &c->end[SIDE_CLIENT];
    const struct defaults *d = &l->defaults[SIDE_CLIENT];
    c->serial = ++l->serials;
    p->caller.held = true;
    int fd = call_socket(&p->caller, l->o.ipv6 ? AF_INET6 : AF_INET);
    if (fd < 0) {
        fail_errno(f, errno, NULL, "connect");
        caller_name(&p->caller, &(struct event_key){.known = false});
        pair_free(l, c);
        return false;
    }
    choose_port(l, c, fd);
    defaults_apply(l, &p->caller, fd, SIDE_CLIENT);
    if (d->idle_s > 0)
        keepalive_apply(&p->caller, fd, d->idle_s, d->interval_s, d->count);
    int r = call_connect(&p->caller, fd, &l->server);
    int err = r < 0 ? errno : 0;
    bool in_progress = err == EINPROGRESS;
    if (!name(l, c, fd)) { /* no port was free: a row of the timeline, but no connection */
        call_close(&p->caller, fd, CALL_CLOSE, false);
        pair_free(l, c);
        return true;
    }
    peer_open(p, fd, in_progress, d->may_read);
    p->broken = r < 0 && !in_progress;
    peer_watch(p);
    *named = c->tuple;
    return true;
}
