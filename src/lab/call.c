/* call.c: a call is timed, made, and told of. Its begin is taken on the capture's clock just before it, so
 * that a segment it sends stands after it; how long it took is measured on the steady clock, which nobody
 * sets. */
#include "lab/call.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "plat/loop.h"
#include "plat/tstamp.h"

enum { SHOWN_BYTES = 24 };

struct begun {
    uint64_t time_ns, steady_ns;
};

static struct begun begin(void)
{
    uint64_t now = clock_now();
    return (struct begun){now, clock_steady()};
}

static void keep(struct caller *w, const struct event *e)
{
    const struct mem *m = w->calls->mem;
    void *kept = w->kept;
    if (!mem_grow(m, &kept, &w->kept_cap, w->kept_count + 1, sizeof *w->kept))
        return;
    w->kept = kept;
    size_t len = strlen(e->u.call.args) + 1;
    char *args = m->resize(m->ctx, NULL, 0, len);
    if (args == NULL)
        return;
    memcpy(args, e->u.call.args, len);
    w->kept[w->kept_count++] = (struct held_call){*e, args, len};
}

static void tell(struct caller *w, const struct event *e)
{
    if (w->calls->quiet)
        return;
    if (w->held)
        keep(w, e);
    else
        w->calls->sink.take(w->calls->sink.ctx, e);
}

static void drop_kept(struct caller *w)
{
    const struct mem *m = w->calls->mem;
    for (size_t i = 0; i < w->kept_count; i++)
        mem_free(m, w->kept[i].args, w->kept[i].args_len);
    mem_free(m, w->kept, w->kept_cap * sizeof *w->kept);
    w->kept = NULL;
    w->kept_count = w->kept_cap = 0;
}

void caller_name(struct caller *w, const struct event_key *key)
{
    w->key = *key;
    w->held = false;
    for (size_t i = 0; i < w->kept_count; i++) {
        struct event e = w->kept[i].e;
        e.key = *key;
        e.u.call.args = w->kept[i].args;
        tell(w, &e);
    }
    drop_kept(w);
}

void caller_release(struct caller *w)
{
    drop_kept(w);
}

/* The event of a call that has just ended; its arguments are in calls->args, `result` is what it returned. */
static struct event ended(const struct caller *w, struct begun b, enum call_kind kind, const char *name,
                          int fd, int64_t result)
{
    int err = result < 0 ? errno : 0;
    struct event e = {.kind = EVENT_CALL, .time_ns = b.time_ns, .key = w->key};
    e.u.call = (struct event_call){
        .side = w->side,
        .kind = kind,
        .name = name,
        .args = w->calls->args.at,
        .fd = fd,
        .result = result,
        .err = err,
        .errname = err != 0 ? strerrorname_np(err) : NULL,
        .took_ns = clock_steady() - b.steady_ns,
        .value = -1,
    };
    if (err != 0)
        errno = err;
    return e;
}

/* Says it and leaves errno as the call left it. */
static void told(struct caller *w, const struct event *e)
{
    tell(w, e);
    errno = e->u.call.err;
}

static struct str *args_of(struct caller *w, int fd)
{
    struct str *s = &w->calls->args;
    str_clear(s);
    str_put_i64(s, fd);
    return s;
}

/* The start of data as a string of C, cut after SHOWN_BYTES bytes: "POST /blog/ HTTP/1.1\r\nHo…". */
static void put_quoted(struct str *s, const char *bytes, size_t len)
{
    str_put_char(s, '"');
    size_t at = 0;
    while (at < len && at < SHOWN_BYTES) {
        uint32_t c = 0;
        size_t n = utf8_next(bytes + at, len - at, &c);
        if (c == '\r' || c == '\n' || c == '\t') {
            str_put(s, c == '\r' ? "\\r" : c == '\n' ? "\\n" : "\\t");
        } else if (c < 0x20 || c == 0x7f || (c == 0xfffd && n == 1)) {
            str_put(s, "\\x");
            str_put_hex(s, (uint8_t)bytes[at], 2);
        } else if (c == '"' || c == '\\') {
            str_put_char(s, '\\');
            str_put_char(s, (char)c);
        } else {
            str_put_safe(s, bytes + at, n, false);
        }
        at += n;
    }
    if (at < len)
        str_put(s, "…");
    str_put_char(s, '"');
}

int call_socket(struct caller *w, int family)
{
    struct str *s = &w->calls->args;
    str_clear(s);
    str_put(s, family == AF_INET6 ? "AF_INET6" : "AF_INET");
    str_put(s, ", SOCK_STREAM, 0");
    hosts_visit(w->calls->hosts, w->side);
    struct begun b = begin();
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct event e = ended(w, b, CALL_SOCKET, "socket", fd, fd);
    hosts_leave(w->calls->hosts);
    told(w, &e);
    return fd;
}

int call_setsockopt(struct caller *w, int fd, const struct call_option *o, const void *value, socklen_t len,
                    const char *shown)
{
    struct str *s = args_of(w, fd);
    str_put(s, ", ");
    str_put(s, o->level_text);
    str_put(s, ", ");
    str_put(s, o->name_text);
    str_put(s, ", ");
    str_put_safe(s, shown, strlen(shown), false);
    str_put(s, ", ");
    str_put_u64(s, len);
    struct begun b = begin();
    int r = setsockopt(fd, o->level, o->name, value, len);
    struct event e = ended(w, b, CALL_OTHER, "setsockopt", fd, r);
    told(w, &e);
    return r;
}

int call_so_error(struct caller *w, int fd, int *err)
{
    struct begun b = begin();
    socklen_t len = sizeof *err;
    *err = 0;
    int r = getsockopt(fd, SOL_SOCKET, SO_ERROR, err, &len);
    struct str *s = args_of(w, fd);
    str_put(s, ", SOL_SOCKET, SO_ERROR, [");
    str_put(s, *err != 0 ? strerrorname_np(*err) : "0");
    str_put(s, "], 4");
    struct event e = ended(w, b, CALL_OTHER, "getsockopt", fd, r);
    told(w, &e);
    return r;
}

int call_bind(struct caller *w, int fd, const struct endpoint *at)
{
    struct sockaddr_storage sa;
    socklen_t len = endpoint_to(at, &sa);
    struct str *s = args_of(w, fd);
    str_put(s, ", ");
    str_put_endpoint(s, at);
    struct begun b = begin();
    int r = bind(fd, (const struct sockaddr *)&sa, len);
    struct event e = ended(w, b, CALL_BIND, "bind", fd, r);
    told(w, &e);
    return r;
}

int call_listen(struct caller *w, int fd, int backlog, int in_force)
{
    struct str *s = args_of(w, fd);
    str_put(s, ", ");
    str_put_i64(s, backlog);
    struct begun b = begin();
    int r = listen(fd, backlog);
    struct event e = ended(w, b, CALL_LISTEN, "listen", fd, r);
    e.u.call.value = in_force;
    told(w, &e);
    return r;
}

int call_accept(struct caller *w, int fd, struct endpoint *peer)
{
    struct sockaddr_storage sa = {0};
    socklen_t len = sizeof sa;
    struct begun b = begin();
    int r = accept4(fd, (struct sockaddr *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return r;
    struct str *s = args_of(w, fd);
    str_put(s, ", ");
    struct event_key before = w->key;
    if (r >= 0) {
        endpoint_from(&sa, peer);
        str_put_endpoint(s, peer);
        w->key = (struct event_key){.known = true};
        w->key.tuple.end[SIDE_CLIENT] = *peer;
        endpoint_own(r, &w->key.tuple.end[SIDE_SERVER]);
    } else {
        str_put(s, "NULL");
    }
    str_put(s, ", SOCK_NONBLOCK");
    struct event e = ended(w, b, CALL_ACCEPT, "accept4", fd, r);
    told(w, &e);
    w->key = before;
    return r;
}

int call_connect(struct caller *w, int fd, const struct endpoint *to)
{
    struct sockaddr_storage sa;
    socklen_t len = endpoint_to(to, &sa);
    struct str *s = args_of(w, fd);
    str_put(s, ", ");
    str_put_endpoint(s, to);
    struct begun b = begin();
    int r = connect(fd, (const struct sockaddr *)&sa, len);
    struct event e = ended(w, b, CALL_CONNECT, "connect", fd, r);
    told(w, &e);
    return r;
}

static bool would_block(ssize_t n)
{
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

ssize_t call_read(struct caller *w, int fd, void *bytes, size_t room, size_t shown, uint64_t *softirq_ns)
{
    struct begun b = begin();
    ssize_t n = tstamp_recv(fd, bytes, room, softirq_ns);
    if (would_block(n))
        return n;
    struct event e = ended(w, b, CALL_READ, "read", fd, n);
    if (n > 0) {
        e.u.call.data = bytes;
        e.u.call.data_len = (size_t)n < shown ? (size_t)n : shown;
    }
    struct str *s = args_of(w, fd);
    str_put(s, ", ");
    put_quoted(s, bytes, n > 0 ? (size_t)n : 0);
    str_put(s, ", ");
    str_put_u64(s, room);
    e.u.call.args = s->at;
    told(w, &e);
    return n;
}

static ssize_t send_bytes(struct caller *w, int fd, const void *bytes, size_t len, bool urgent)
{
    struct str *s = args_of(w, fd);
    str_put(s, ", ");
    put_quoted(s, bytes, len);
    str_put(s, ", ");
    str_put_u64(s, len);
    str_put(s, urgent ? ", MSG_OOB" : "");
    struct begun b = begin();
    ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL | (urgent ? MSG_OOB : 0));
    if (would_block(n))
        return n;
    struct event e = ended(w, b, CALL_WRITE, urgent ? "send" : "write", fd, n);
    told(w, &e);
    return n;
}

ssize_t call_write(struct caller *w, int fd, const void *bytes, size_t len)
{
    return send_bytes(w, fd, bytes, len, false);
}

ssize_t call_urgent(struct caller *w, int fd, const void *bytes, size_t len)
{
    return send_bytes(w, fd, bytes, len, true);
}

int call_shutdown(struct caller *w, int fd, int how)
{
    static const char *const names[] = {
        [SHUT_RD] = "SHUT_RD", [SHUT_WR] = "SHUT_WR", [SHUT_RDWR] = "SHUT_RDWR"};
    static const enum call_kind kinds[] = {
        [SHUT_RD] = CALL_SHUTDOWN_RD, [SHUT_WR] = CALL_SHUTDOWN_WR, [SHUT_RDWR] = CALL_SHUTDOWN_RDWR};
    struct str *s = args_of(w, fd);
    str_put(s, ", ");
    str_put(s, names[how]);
    struct begun b = begin();
    int r = shutdown(fd, how);
    struct event e = ended(w, b, kinds[how], "shutdown", fd, r);
    told(w, &e);
    return r;
}

int call_close(struct caller *w, int fd, enum call_kind kind, bool unread)
{
    (void)args_of(w, fd);
    struct begun b = begin();
    int r = close(fd);
    struct event e = ended(w, b, kind, "close", fd, r);
    e.u.call.unread = unread;
    told(w, &e);
    return r;
}

void call_tell(struct caller *w, enum call_kind kind, const char *name)
{
    str_clear(&w->calls->args);
    struct begun b = begin();
    struct event e = ended(w, b, kind, name, -1, 0);
    e.u.call.took_ns = 0;
    told(w, &e);
}
