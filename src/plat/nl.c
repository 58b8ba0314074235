/* nl.c: netlink by libmnl. */
#include "plat/nl.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

struct nl {
    struct mnl_socket *socket;
    uint32_t number;
    /* As large as the kernel makes a part of a dump; where it is smaller, messages are cut. */
    char buffer[32768];
};

struct nl *nl_open(int bus, struct fail *f)
{
    struct nl *n = calloc(1, sizeof *n);
    if (n)
        n->socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
    if (n && n->socket && mnl_socket_bind(n->socket, 0, MNL_SOCKET_AUTOPID) == 0)
        return n;
    fail_errno(f, n ? errno : ENOMEM, NULL, "%s", "netlink");
    nl_close(n);
    return NULL;
}

void nl_close(struct nl *n)
{
    if (!n)
        return;
    if (n->socket)
        mnl_socket_close(n->socket);
    free(n);
}

int nl_ask(struct nl *n, struct nlmsghdr *request, int (*answer)(const struct nlmsghdr *m, void *ctx),
           void *ctx)
{
    request->nlmsg_seq = ++n->number;
    if (mnl_socket_sendto(n->socket, request, request->nlmsg_len) < 0)
        return -errno;
    int more = MNL_CB_OK;
    while (more > MNL_CB_STOP) {
        ssize_t len = mnl_socket_recvfrom(n->socket, n->buffer, sizeof n->buffer);
        if (len < 0)
            return -errno;
        more = mnl_cb_run(n->buffer, (size_t)len, n->number, mnl_socket_get_portid(n->socket), answer, ctx);
    }
    return more < 0 ? -errno : 0;
}
