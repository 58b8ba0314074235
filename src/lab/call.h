/* call.h: the system calls that the two programs make. Each is made here, and each becomes an event: its
 * name, its arguments as a reader of strace knows them, when it began, how long it took, and what came of it.
 *
 * What tcpviz does for itself (epoll, poll, getsockname, SO_TIMESTAMPING) is no call of a program and not
 * here. */
#ifndef TCPVIZ_LAB_CALL_H
#define TCPVIZ_LAB_CALL_H

#include <sys/socket.h>

#include "core/event.h"
#include "core/str.h"
#include "plat/hosts.h"

/* Where calls go, and room to write their arguments in. One for a lab. */
struct calls {
    const struct hosts *hosts; /* sockets are made in those of their side */
    struct event_sink sink;
    struct str args;
    const struct mem *mem;
    bool quiet; /* what is done now is not part of the session */
};

/* The program at one socket. While `held`, its calls are kept: a client's connection has no name before
 * connect() has chosen a port. caller_name gives the name and lets them go, in order. */
struct held_call {
    struct event e;
    char *args; /* owned */
    size_t args_len;
};
struct caller {
    struct calls *calls;
    enum side side;
    struct event_key key;
    bool held;
    struct held_call *kept;
    size_t kept_count, kept_cap;
};

void caller_name(struct caller *w, const struct event_key *key);
void caller_release(struct caller *w);

/* All return what the system call does and leave errno as it was set. */
int call_socket(struct caller *w, int family);
struct call_option {
    int level, name; /* for the kernel, and as a reader knows them */
    const char *level_text, *name_text;
};
/* shown: how the value reads: "[1]". */
int call_setsockopt(struct caller *w, int fd, const struct call_option *o, const void *value, socklen_t len,
                    const char *shown);
/* getsockopt(SO_ERROR): how a connect() in progress ended. *err: an errno, 0 where it is connected. */
int call_so_error(struct caller *w, int fd, int *err);
int call_bind(struct caller *w, int fd, const struct endpoint *at);
/* in_force: the backlog that the kernel makes of it. */
int call_listen(struct caller *w, int fd, int backlog, int in_force);
/* The key of the event is the new connection's. *peer is who connected. */
int call_accept(struct caller *w, int fd, struct endpoint *peer);
int call_connect(struct caller *w, int fd, const struct endpoint *to);
/* A read() that finds nothing and a write() that finds no room are no events: a program that blocks would
 * still be in them. shown: bytes that the event holds at most. softirq_ns: when the kernel received the last
 * of these bytes, 0 where it did not say. */
ssize_t call_read(struct caller *w, int fd, void *bytes, size_t room, size_t shown, uint64_t *softirq_ns);
ssize_t call_write(struct caller *w, int fd, const void *bytes, size_t len);
/* send() with MSG_OOB: the last byte is urgent (RFC 6093). */
ssize_t call_urgent(struct caller *w, int fd, const void *bytes, size_t len);
int call_shutdown(struct caller *w, int fd, int how);
/* kind: CALL_CLOSE, CALL_ABORT or CALL_CRASH. */
int call_close(struct caller *w, int fd, enum call_kind kind, bool unread);
/* What happens to a program without a call of its own: told of as one, of no length. */
void call_tell(struct caller *w, enum call_kind kind, const char *name);

/* Addresses for the kernel and from it. endpoint_to returns the length. */
socklen_t endpoint_to(const struct endpoint *e, struct sockaddr_storage *out);
void endpoint_from(const struct sockaddr_storage *from, struct endpoint *out);
/* The name of a socket's own end; family 0 where it has none. Not a call of the program. */
void endpoint_own(int fd, struct endpoint *out);

#endif
