/* server.c: a server as a class would write it: it accepts whoever comes, reads what is there, and answers
 * when its teacher says so. It never closes by itself, but after the answer to a request that asked for it
 * (RFC 9112 9.6), and, where it answers by itself, when its client has closed: a half-closed connection is
 * worth looking at. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "lab/stamps.h"
#include "lab/state.h"
#include "plat/sysctls.h"

enum { ACCEPTS_AT_ONCE = 64 };

/* What the kernel makes of a backlog: it is cut to net.core.somaxconn (listen(2)). */
static int backlog_in_force(const struct lab *l)
{
    char most[32];
    struct fail f = {0};
    const int backlog = l->backlog;
    hosts_visit(&l->hosts, SIDE_SERVER);
    bool known = sysctl_read("net.core.somaxconn", most, sizeof most, &f);
    hosts_leave(&l->hosts);
    fail_release(&f);
    long limit = known ? strtol(most, NULL, 10) : backlog;
    return backlog < limit ? backlog : (int)limit;
}

static bool refuse_port(const struct lab *l, struct fail *f)
{
    return fail_errno(f, errno,
                      errno == EADDRINUSE ? N_("choose another one with -p")
                      : errno == EACCES   ? N_("choose one above 1023 with -p")
                                          : NULL,
                      "port %u", (unsigned)l->o.port);
}

bool server_listen(struct lab *l, struct fail *f)
{
    static const struct call_option reuse = {SOL_SOCKET, SO_REUSEADDR, "SOL_SOCKET", "SO_REUSEADDR"};
    struct caller *w = &l->listener;
    if (l->listen_fd < 0) {
        int fd = call_socket(w, l->o.ipv6 ? AF_INET6 : AF_INET);
        if (fd < 0)
            return fail_errno(f, errno, NULL, "socket");
        sockopt_number(w, fd, &reuse, 1);
        defaults_apply(l, w, fd, SIDE_SERVER);
        if (call_bind(w, fd, &l->server) < 0) {
            bool refused = refuse_port(l, f);
            call_close(w, fd, CALL_CLOSE, false);
            return refused;
        }
        l->listen_fd = fd;
    }
    if (call_listen(w, l->listen_fd, l->backlog, backlog_in_force(l)) < 0) {
        bool refused = refuse_port(l, f);
        server_unlisten(l);
        return refused;
    }
    server_watch(l);
    return true;
}

void server_unlisten(struct lab *l)
{
    if (l->listen_fd < 0)
        return;
    call_close(&l->listener, l->listen_fd, CALL_CLOSE, false);
    l->listen_fd = -1;
    l->listener_watched = false;
}

void server_watch(struct lab *l)
{
    bool wanted = l->listen_fd >= 0 && l->accepting && !l->accept_failed;
    if (wanted == l->listener_watched)
        return;
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(l->desk.epoll, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, l->listen_fd, &e);
    l->listener_watched = wanted;
}

/* The connection that a client of ours opened, or a new one where the client is an outside one. */
static struct pair *pair_of(struct lab *l, const struct tuple *t)
{
    struct pair *c = pair_find(l, t);
    if (c != NULL && !c->end[SIDE_SERVER].was_open)
        return c;
    c = pair_new(l);
    if (c != NULL)
        pair_name(l, c, t);
    return c;
}

static void welcome(struct lab *l, int fd, const struct endpoint *client)
{
    struct tuple t = {.end = {[SIDE_CLIENT] = *client}};
    endpoint_own(fd, &t.end[SIDE_SERVER]);
    struct pair *c = pair_of(l, &t);
    if (c == NULL) { /* no memory for it: the client sees that nobody is there */
        call_close(&l->listener, fd, CALL_CLOSE, false);
        return;
    }
    struct peer *p = &c->end[SIDE_SERVER];
    const struct defaults *d = &l->defaults[SIDE_SERVER];
    p->caller.key = (struct event_key){.known = true, .tuple = t};
    peer_open(p, fd, false, d->may_read);
    pair_settle(l, c);
    if (d->idle_s > 0)
        keepalive_apply(&p->caller, fd, d->idle_s, d->interval_s, d->count);
}

bool server_accept(struct lab *l)
{
    bool did = false;
    for (int i = 0; i < ACCEPTS_AT_ONCE && l->listener_watched; i++) {
        struct endpoint client = {0};
        int fd = call_accept(&l->listener, l->listen_fd, &client);
        if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        did = true;
        if (fd >= 0) {
            welcome(l, fd, &client);
        } else if (errno != ECONNABORTED && errno != EINTR) {
            l->accept_failed = true; /* no descriptors left: again when one was closed, not in a busy loop */
            server_watch(l);
        }
    }
    return did;
}

bool server_answer(struct lab *l, struct peer *p, const char *text, size_t len)
{
    struct str s;
    str_init(&s, l->o.mem);
    p->waiting--;
    bool last = p->close_asked && p->waiting == 0;
    http_answer(&s, text, len, last);
    p->close_flushed = last;
    if (!peer_put(p, &s, NULL, 0, 0))
        return false;
    server_write(l, p);
    return true;
}

/* Bytes that are no request: a server that answers by itself says so and closes; else the teacher decides. */
static void refuse_request(struct lab *l, struct peer *p)
{
    struct str s;
    str_init(&s, l->o.mem);
    http_refusal(&s);
    p->close_flushed = true;
    if (peer_put(p, &s, NULL, 0, 0))
        server_write(l, p);
}

void server_auto(struct lab *l, struct peer *p)
{
    while (l->answers && peer_is_open(p) && p->waiting > 0)
        if (!server_answer(l, p, "great", 5))
            break;
    if (!l->answers || !peer_is_open(p) || p->close_flushed)
        return;
    if (p->http.part == HTTP_WRONG)
        refuse_request(l, p);
    else if ((p->eof || p->broken) && p->first == NULL)
        lab_close_peer(l, p, CALL_CLOSE);
    else if (p->eof || p->broken)
        p->close_flushed = true;
}

/* Looks for the ends of requests in what was read. What follows one that asked for a close is not looked at,
 * nor what follows bytes that a server by itself refuses. */
static void look(const struct lab *l, struct peer *p, const char *bytes, size_t len)
{
    for (size_t at = 0; at < len && !p->close_asked && !p->close_flushed;) {
        at += http_feed(&p->http, bytes + at, len - at);
        if (l->answers && p->http.refused)
            p->http.part = HTTP_WRONG;
        if (p->http.part != HTTP_COMPLETE)
            break;
        p->waiting++;
        p->close_asked = p->http.close;
        p->text_whole = true;
        http_next(&p->http);
    }
}

bool server_read(struct lab *l, struct peer *p)
{
    int64_t n = peer_read(p, SERVER_READS);
    if (n < 0)
        return false;
    if (n > 0)
        look(l, p, l->desk.room, (size_t)n);
    server_auto(l, p);
    return true;
}

bool server_write(struct lab *l, struct peer *p)
{
    bool did = peer_flush(p);
    if (p->close_flushed && p->first == NULL && peer_is_open(p))
        lab_close_peer(l, p, CALL_CLOSE);
    return did;
}
