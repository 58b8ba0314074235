/* verbs.c: what the teacher tells the programs to do with a connection. A verb makes its calls at once; what
 * they lead to on the other side happens when the programs act next. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "lab/state.h"

struct peer *lab_peer_if_open(struct lab *l, const struct tuple *t, enum side side)
{
    struct pair *c = t != NULL ? pair_find(l, t) : NULL;
    struct peer *p = c != NULL ? &c->end[side] : NULL;
    return p != NULL && peer_is_open(p) ? p : NULL;
}

struct peer *lab_peer(struct lab *l, const struct tuple *t, enum side side, const char *verb, struct fail *f)
{
    struct peer *p = lab_peer_if_open(l, t, side);
    if (p != NULL)
        return p;
    struct pair *c = t != NULL ? pair_find(l, t) : NULL;
    const char *why = N_("there is no connection");
    if (c != NULL && c->end[side].was_open)
        why = side == SIDE_SERVER ? N_("the server has closed it already")
                                  : N_("the client has closed it already");
    else if (c != NULL || t != NULL)
        why = side == SIDE_SERVER ? N_("the server has not accepted the connection")
                                  : N_("the client is not one of tcpviz");
    fail_set(f, FAIL_EXPECT, why, NULL, "%s", verb);
    return NULL;
}

bool lab_connect(struct lab *l, int count, struct tuple *last, struct fail *f)
{
    memset(last, 0, sizeof *last);
    for (int i = 0; i < count; i++)
        if (!client_connect(l, last, f))
            return false;
    return true;
}

static bool put_and_write(struct lab *l, struct peer *p, struct str *text, const char *fill, size_t fill_len,
                          uint64_t bytes, struct fail *f)
{
    if (!peer_put(p, text, fill, fill_len, bytes))
        return fail_errno(f, ENOMEM, NULL, "write");
    if (p->caller.side == SIDE_SERVER)
        server_write(l, p);
    else
        peer_flush(p);
    return true;
}

bool lab_send(struct lab *l, const struct tuple *t, uint64_t body, const char *fill, bool post,
              struct fail *f)
{
    struct peer *p = lab_peer(l, t, SIDE_CLIENT, "send", f);
    if (p == NULL)
        return false;
    if (fill == NULL || *fill == 0)
        fill = "a";
    size_t len = strnlen(fill, sizeof p->first->fill);
    if (body > UINT64_MAX / 64)
        return fail_set(f, FAIL_USAGE, N_("too many bytes"), NULL, "send");
    struct str head;
    str_init(&head, l->o.mem);
    http_request_head(&head, &l->server, body * len, post);
    p->text_whole = true; /* what comes next is another answer */
    return put_and_write(l, p, &head, fill, len, body * len, f);
}

bool lab_write(struct lab *l, const struct tuple *t, enum side side, uint64_t bytes, struct fail *f)
{
    static const char pattern[] = "abcdefghijklmnopqrstuvwxyz";
    struct peer *p = lab_peer(l, t, side, "write", f);
    if (p == NULL)
        return false;
    if (bytes == 0)
        return true;
    struct str none;
    str_init(&none, l->o.mem);
    return put_and_write(l, p, &none, pattern, sizeof pattern - 1, bytes, f);
}

bool lab_urgent(struct lab *l, const struct tuple *t, enum side side, uint64_t bytes, struct fail *f)
{
    struct peer *p = lab_peer(l, t, side, "write", f);
    if (p == NULL)
        return false;
    if (p->first != NULL || bytes > PEER_ROOM)
        return fail_set(f, FAIL_EXPECT, N_("there is no room: other bytes wait to be sent"), NULL, "write");
    memset(l->desk.room, '!', (size_t)bytes);
    const ssize_t n = bytes == 0 ? 0 : call_urgent(&p->caller, p->fd, l->desk.room, (size_t)bytes);
    p->written_bytes += n > 0 ? (uint64_t)n : 0;
    return true;
}

bool lab_respond(struct lab *l, const struct tuple *t, const char *text, size_t len, struct fail *f)
{
    struct peer *p = lab_peer(l, t, SIDE_SERVER, "respond", f);
    if (p == NULL)
        return false;
    if (p->waiting == 0)
        return fail_set(f, FAIL_EXPECT, N_("no request waits for an answer"), N_("send one with `send`"),
                        "respond");
    if (text == NULL) {
        text = "great";
        len = 5;
    }
    return server_answer(l, p, text, len) || fail_errno(f, ENOMEM, NULL, "respond");
}

bool lab_auto(struct lab *l, bool on, struct fail *f)
{
    (void)f;
    l->answers = on;
    for (struct pair *c = l->live.first, *next = NULL; on && c != NULL; c = next) {
        next = c->after; /* answering may close it, and then it is in the other list */
        if (peer_is_open(&c->end[SIDE_SERVER]))
            server_auto(l, &c->end[SIDE_SERVER]);
    }
    return true;
}

bool lab_read(struct lab *l, const struct tuple *t, enum side side, int64_t bytes, struct fail *f)
{
    (void)f;
    struct peer *p = lab_peer_if_open(l, t, side);
    if (p == NULL) {
        l->defaults[side].may_read = bytes;
        return true;
    }
    p->may_read = bytes;
    peer_watch(p);
    return true;
}

bool lab_accept(struct lab *l, bool on, struct fail *f)
{
    (void)f;
    l->accepting = on;
    l->accept_failed = false;
    server_watch(l);
    return true;
}

bool lab_listen(struct lab *l, int backlog, struct fail *f)
{
    if (backlog < 0) {
        if (l->listen_fd < 0)
            return fail_set(f, FAIL_EXPECT, N_("the server does not listen"), NULL, "listen off");
        server_unlisten(l);
        return true;
    }
    l->backlog = backlog;
    return server_listen(l, f);
}

void lab_close_peer(struct lab *l, struct peer *p, enum call_kind kind)
{
    peer_close(p, kind);
    pair_settle(l, p->pair);
    if (l->accept_failed) {
        l->accept_failed = false;
        server_watch(l);
    }
}

static void abort_peer(struct lab *l, struct peer *p)
{
    static const struct call_option o = {SOL_SOCKET, SO_LINGER, "SOL_SOCKET", "SO_LINGER"};
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    call_setsockopt(&p->caller, p->fd, &o, &none, sizeof none, "{l_onoff=1, l_linger=0}");
    lab_close_peer(l, p, CALL_ABORT);
}

/* A socket in repair mode is closed without a segment (tcp_close() of the kernel, CRIU's way out). */
static bool crash_peer(struct lab *l, struct peer *p, struct fail *f)
{
    static const struct call_option o = {IPPROTO_TCP, TCP_REPAIR, "IPPROTO_TCP", "TCP_REPAIR"};
    if (l->o.kind == LAB_HOST)
        return fail_set(f, FAIL_EXPECT, N_("not with --host: it needs CAP_NET_ADMIN"), N_("use `abort`"),
                        "crash");
    if (sockopt_number(&p->caller, p->fd, &o, 1) < 0)
        return fail_set(f, FAIL_EXPECT, strerror(errno), N_("use `abort`"), "crash");
    lab_close_peer(l, p, CALL_CRASH);
    return true;
}

static void shut(struct peer *p, int how)
{
    bool closed_before = p->eof;
    if (call_shutdown(&p->caller, p->fd, how) == 0 && how != SHUT_WR)
        p->shut_rd = !closed_before;
}

bool lab_end(struct lab *l, const struct tuple *t, enum side side, enum lab_end how, struct fail *f)
{
    static const char *const verbs[] = {[LAB_CLOSE] = "close",          [LAB_SHUTDOWN_RD] = "shutdown",
                                        [LAB_SHUTDOWN_WR] = "shutdown", [LAB_SHUTDOWN_RDWR] = "shutdown",
                                        [LAB_ABORT] = "abort",          [LAB_CRASH] = "crash"};
    struct peer *p = lab_peer(l, t, side, verbs[how], f);
    if (p == NULL)
        return false;
    switch (how) {
    case LAB_CLOSE: lab_close_peer(l, p, CALL_CLOSE); break;
    case LAB_SHUTDOWN_RD: shut(p, SHUT_RD); break;
    case LAB_SHUTDOWN_WR: shut(p, SHUT_WR); break;
    case LAB_SHUTDOWN_RDWR: shut(p, SHUT_RDWR); break;
    case LAB_ABORT: abort_peer(l, p); break;
    case LAB_CRASH: return crash_peer(l, p, f);
    }
    return true;
}

void lab_reset(struct lab *l)
{
    for (struct pair *c = l->live.first, *next = NULL; c != NULL; c = next) {
        next = c->after;
        for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++)
            if (peer_is_open(&c->end[s]))
                abort_peer(l, &c->end[s]);
    }
    pairs_sweep(l, 0);
    defaults_reset(l);
    knobs_reset(l, true);
    server_unlisten(l); /* connections that nobody accepted go with it, and so do its settings */
    struct fail f = {0};
    server_listen(l, &f); /* where that fails, its calls are rows that say so */
    fail_release(&f);
}
