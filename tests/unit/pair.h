/* pair.h: a server, a client and the network they talk over, in the child that a test runs in. */
#ifndef TCPVIZ_TESTS_PAIR_H
#define TCPVIZ_TESTS_PAIR_H

#include "unit/child.h"
#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include "core/types.h"
#include "plat/netns.h"
#include "plat/sysctls.h"

enum { PORT = 3344 };

struct pair {
    int family, listener, client, server;
    struct endpoint at_listener, at_client;
};

static inline struct endpoint endpoint_of(const struct sockaddr_storage *s)
{
    struct endpoint e = {.addr.family = s->ss_family == AF_INET6 ? 6 : 4};
    if (s->ss_family == AF_INET6) {
        const struct sockaddr_in6 *a = (const void *)s;
        memcpy(e.addr.at, &a->sin6_addr, 16);
        e.port = ntohs(a->sin6_port);
    } else {
        const struct sockaddr_in *a = (const void *)s;
        memcpy(e.addr.at, &a->sin_addr, 4);
        e.port = ntohs(a->sin_port);
    }
    return e;
}

static inline struct endpoint own_end(int fd)
{
    struct sockaddr_storage s;
    socklen_t len = sizeof s;
    CHECK(getsockname(fd, (struct sockaddr *)&s, &len) == 0);
    return endpoint_of(&s);
}

static inline int wait_for(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};
    return poll(&p, 1, 5000) == 1;
}

static inline void pair_listen(struct pair *p, int family, int backlog)
{
    struct sockaddr_storage s = {.ss_family = (sa_family_t)family};
    socklen_t len = family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (family == AF_INET6) {
        ((struct sockaddr_in6 *)&s)->sin6_addr = in6addr_loopback;
        ((struct sockaddr_in6 *)&s)->sin6_port = htons(PORT);
    } else {
        ((struct sockaddr_in *)&s)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ((struct sockaddr_in *)&s)->sin_port = htons(PORT);
    }
    *p = (struct pair){.family = family, .client = -1, .server = -1};
    p->listener = socket(family, SOCK_STREAM, 0);
    CHECK(p->listener >= 0 && bind(p->listener, (struct sockaddr *)&s, len) == 0);
    CHECK(listen(p->listener, backlog) == 0);
    p->at_listener = own_end(p->listener);
}

static inline int pair_connect(struct pair *p)
{
    struct sockaddr_storage s;
    socklen_t len = sizeof s;
    int fd = socket(p->family, SOCK_STREAM, 0);
    CHECK(getsockname(p->listener, (struct sockaddr *)&s, &len) == 0 &&
          connect(fd, (struct sockaddr *)&s, len) == 0);
    return fd;
}

static inline void pair_open(struct pair *p, int family)
{
    pair_listen(p, family, 5);
    p->client = pair_connect(p);
    p->server = accept(p->listener, NULL, NULL);
    CHECK(p->server >= 0);
    p->at_client = own_end(p->client);
}

static inline void enter(void)
{
    struct fail f = {0};
    if (!netns_private(&(struct netns_options){0}, &f)) {
        fprintf(stderr, "%s: %s\n", f.what, f.why);
        _exit(1);
    }
    sysctls_lab(NULL, NULL);
}

#endif
