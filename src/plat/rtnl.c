/* rtnl.c: rtnetlink(7). */
#include "plat/rtnl.h"
#include <errno.h>
#include <net/if.h>
#include <linux/rtnetlink.h>
#include "plat/nl.h"

int rtnl_link_up(unsigned ifindex, int mtu)
{
    char buffer[256];
    struct nlmsghdr *m = mnl_nlmsg_put_header(buffer);
    m->nlmsg_type = RTM_NEWLINK;
    m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    struct ifinfomsg *link = mnl_nlmsg_put_extra_header(m, sizeof *link);
    link->ifi_family = AF_UNSPEC;
    link->ifi_index = (int)ifindex;
    link->ifi_flags = link->ifi_change = IFF_UP;
    mnl_attr_put_u32(m, IFLA_MTU, (uint32_t)mtu);

    struct fail f = {0};
    struct nl *n = nl_open(NETLINK_ROUTE, &f);
    int err = n ? nl_ask(n, m, NULL, NULL) : -ENOBUFS;
    nl_close(n);
    fail_release(&f);
    return err;
}
