/* reboot.c: a host that starts anew.
 *
 * Its programs lose their sockets without a word (TCP_REPAIR), and what the kernel still knows by itself, an
 * orphan that waits for its last ACK, a TIME-WAIT, is ended too. For every connection of the host a call is
 * told of that no program made: from there on its machine is CLOSED, as the kernel is. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "lab/state.h"
#include "plat/diag.h"

static void forget(struct lab *l, struct pair *c, enum side side)
{
    struct peer *p = &c->end[side];
    struct caller *w = &p->caller;
    const int one = 1;
    if (!w->key.known) /* a server's end that was not accepted */
        w->key = (struct event_key){.known = true, .tuple = c->tuple, .serial = c->serial};
    if (peer_is_open(p)) {
        setsockopt(p->fd, IPPROTO_TCP, TCP_REPAIR, &one, sizeof one);
        l->desk.calls.quiet = true;
        peer_close(p, CALL_CRASH);
        l->desk.calls.quiet = false;
    }
    call_tell(w, CALL_CRASH, "reboot");
}

static void forget_all(struct lab *l, const struct pair_list *list, enum side side)
{
    for (struct pair *c = list->first, *next; c != NULL; c = next) {
        next = c->after; /* an ended one goes into the other list */
        if (c->tuple.end[SIDE_CLIENT].port != 0)
            forget(l, c, side);
        pair_settle(l, c);
    }
}

bool lab_reboot(struct lab *l, enum side side, struct fail *f)
{
    hosts_visit(&l->hosts, side);
    struct diag *d = diag_open(f);
    hosts_leave(&l->hosts);
    if (d == NULL)
        return false;
    forget_all(l, &l->ended, side); /* first: those that are open now join them */
    forget_all(l, &l->live, side);
    if (side == SIDE_SERVER)
        server_unlisten(l);
    diag_end_all(d);
    diag_close(d);
    return true;
}
