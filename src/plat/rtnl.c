/* rtnl.c: rtnetlink(7). */
#include "plat/rtnl.h"
#include <errno.h>
#include <net/if.h>
#include <sys/socket.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include "plat/nl.h"

enum { ROOM = 512 };

static struct nlmsghdr *begin(char *buffer, uint16_t type, unsigned flags)
{
    struct nlmsghdr *m = mnl_nlmsg_put_header(buffer);
    m->nlmsg_type = type;
    m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
    return m;
}

static int ask(struct nlmsghdr *m)
{
    struct fail f = {0};
    struct nl *n = nl_open(NETLINK_ROUTE, &f);
    int err = n ? nl_ask(n, m, NULL, NULL) : -ENOBUFS;
    nl_close(n);
    fail_release(&f);
    return err;
}

int rtnl_link_up(unsigned ifindex, int mtu)
{
    char buffer[ROOM];
    struct nlmsghdr *m = begin(buffer, RTM_NEWLINK, 0);
    struct ifinfomsg *link = mnl_nlmsg_put_extra_header(m, sizeof *link);
    link->ifi_family = AF_UNSPEC;
    link->ifi_index = (int)ifindex;
    link->ifi_flags = link->ifi_change = IFF_UP;
    mnl_attr_put_u32(m, IFLA_MTU, (uint32_t)mtu);
    return ask(m);
}

static void put_end(struct nlmsghdr *m, const struct rtnl_end *e)
{
    mnl_attr_put_strz(m, IFLA_IFNAME, e->name);
    mnl_attr_put(m, IFLA_ADDRESS, MAC_BYTES, e->mac);
    mnl_attr_put_u32(m, IFLA_MTU, (uint32_t)e->mtu);
}

int rtnl_cable(const struct rtnl_end *here, const struct rtnl_end *there, int ns)
{
    char buffer[ROOM];
    struct nlmsghdr *m = begin(buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    struct ifinfomsg *link = mnl_nlmsg_put_extra_header(m, sizeof *link);
    link->ifi_family = AF_UNSPEC;
    put_end(m, here);
    struct nlattr *info = mnl_attr_nest_start(m, IFLA_LINKINFO);
    mnl_attr_put_strz(m, IFLA_INFO_KIND, "veth");
    struct nlattr *data = mnl_attr_nest_start(m, IFLA_INFO_DATA);
    struct nlattr *peer = mnl_attr_nest_start(m, VETH_INFO_PEER);
    link = mnl_nlmsg_put_extra_header(m, sizeof *link);
    link->ifi_family = AF_UNSPEC;
    put_end(m, there);
    mnl_attr_put_u32(m, IFLA_NET_NS_FD, (uint32_t)ns);
    mnl_attr_nest_end(m, peer);
    mnl_attr_nest_end(m, data);
    mnl_attr_nest_end(m, info);
    return ask(m);
}

static uint8_t family_of(const struct addr *a)
{
    return a->family == 6 ? AF_INET6 : AF_INET;
}

static size_t size_of(const struct addr *a)
{
    return a->family == 6 ? 16 : 4;
}

int rtnl_address(unsigned ifindex, const struct addr *at, unsigned prefix)
{
    char buffer[ROOM];
    struct nlmsghdr *m = begin(buffer, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
    struct ifaddrmsg *a = mnl_nlmsg_put_extra_header(m, sizeof *a);
    a->ifa_family = family_of(at);
    a->ifa_prefixlen = (uint8_t)prefix;
    a->ifa_flags = at->family == 6 ? IFA_F_NODAD : 0;
    a->ifa_index = ifindex;
    mnl_attr_put(m, IFA_LOCAL, size_of(at), at->at);
    mnl_attr_put(m, IFA_ADDRESS, size_of(at), at->at);
    return ask(m);
}

int rtnl_neighbour(unsigned ifindex, const struct addr *at, const uint8_t mac[MAC_BYTES])
{
    char buffer[ROOM];
    struct nlmsghdr *m = begin(buffer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
    struct ndmsg *n = mnl_nlmsg_put_extra_header(m, sizeof *n);
    n->ndm_family = family_of(at);
    n->ndm_ifindex = (int)ifindex;
    n->ndm_state = NUD_PERMANENT;
    mnl_attr_put(m, NDA_DST, size_of(at), at->at);
    mnl_attr_put(m, NDA_LLADDR, MAC_BYTES, mac);
    return ask(m);
}
