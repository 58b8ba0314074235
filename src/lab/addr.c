/* addr.c: addresses as the kernel has them. */
#include <netinet/in.h>
#include <string.h>

#include "lab/call.h"

socklen_t endpoint_to(const struct endpoint *e, struct sockaddr_storage *out)
{
    *out = (struct sockaddr_storage){0};
    if (e->addr.family == 6) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(e->port);
        memcpy(&six->sin6_addr, e->addr.at, 16);
        return sizeof *six;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    four->sin_family = AF_INET;
    four->sin_port = htons(e->port);
    memcpy(&four->sin_addr, e->addr.at, 4);
    return sizeof *four;
}

void endpoint_from(const struct sockaddr_storage *from, struct endpoint *out)
{
    *out = (struct endpoint){0};
    if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;
        out->addr.family = 6;
        out->port = ntohs(six->sin6_port);
        memcpy(out->addr.at, &six->sin6_addr, 16);
    } else if (from->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)from;
        out->addr.family = 4;
        out->port = ntohs(four->sin_port);
        memcpy(out->addr.at, &four->sin_addr, 4);
    }
}

void endpoint_own(int fd, struct endpoint *out)
{
    struct sockaddr_storage sa = {0};
    socklen_t len = sizeof sa;
    if (getsockname(fd, (struct sockaddr *)&sa, &len) < 0)
        sa.ss_family = AF_UNSPEC;
    endpoint_from(&sa, out);
}
