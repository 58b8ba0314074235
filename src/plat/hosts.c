/* hosts.c: how the two hosts are put together.
 *
 * A card's namespace is chosen when its cable is made, so no interface is ever moved. Before that, each
 * namespace is told that new interfaces are to be silent: no IPv6 where none is wanted, and else no address
 * of its own making, no search for routers, no question whether an address is taken. */
#include "plat/hosts.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <unistd.h>
#include "plat/descr.h"
#include "plat/netns.h"
#include "plat/offload.h"
#include "plat/sysctls.h"

static const char card[] = "eth0";

void hosts_mac(enum side side, uint8_t out[MAC_BYTES])
{
    /* Locally administered, as 02 says; the last byte is that of the address. */
    static const uint8_t macs[SIDE_COUNT][MAC_BYTES] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
    for (size_t i = 0; i < MAC_BYTES; i++)
        out[i] = macs[side][i];
}

static struct addr address_of(enum side side, bool ipv6)
{
    const uint8_t last = side == SIDE_CLIENT ? 1 : 2;
    if (!ipv6)
        return (struct addr){.family = 4, .at = {10, 0, 0, last}};
    return (struct addr){.family = 6, .at = {[0] = 0xfd, [15] = last}};
}

/* Interfaces that come are silent. A kernel without IPv6 has none of these settings. */
static void hush(bool ipv6)
{
    static const struct {
        const char *name, *value;
    } settings[] = {
        {"net.ipv6.conf.default.accept_dad", "0"},    {"net.ipv6.conf.default.autoconf", "0"},
        {"net.ipv6.conf.default.accept_ra", "0"},     {"net.ipv6.conf.default.router_solicitations", "0"},
        {"net.ipv6.conf.default.addr_gen_mode", "1"},
    };
    struct fail f = {0};
    if (!ipv6)
        sysctl_write("net.ipv6.conf.default.disable_ipv6", "1", &f);
    for (size_t i = 0; ipv6 && i < COUNT_OF(settings); i++)
        sysctl_write(settings[i].name, settings[i].value, &f);
    fail_release(&f);
}

/* The card of the host that the process is in. 0 or a negative errno. */
static int card_up(const struct hosts *h, enum side side)
{
    const enum side other = side_other(side);
    const unsigned index = if_nametoindex(card);
    uint8_t mac[MAC_BYTES];
    int err = offload_off(card);
    if (!err)
        err = rtnl_link_up(if_nametoindex("lo"), HOSTS_MTU);
    if (!err)
        err = rtnl_link_up(index, HOSTS_MTU);
    if (!err)
        err = rtnl_address(index, &h->addr[side], h->addr[side].family == 6 ? 64 : 24);
    hosts_mac(other, mac);
    return err ? err : rtnl_neighbour(index, &h->addr[other], mac);
}

/* The cable from the host into this namespace. */
static int cable_up(struct hosts *h, enum side side)
{
    struct rtnl_end here = {.name = side_name(side), .mac = {2, 0, 0, 0, 1, (uint8_t)side}, .mtu = HOSTS_MTU};
    struct rtnl_end there = {.name = card, .mtu = HOSTS_MTU};
    hosts_mac(side, there.mac);
    int err = rtnl_cable(&here, &there, h->of[side]);
    if (err)
        return err;
    h->end[side] = if_nametoindex(here.name);
    err = offload_off(here.name);
    if (!err)
        err = rtnl_link_up(h->end[side], HOSTS_MTU);
    if (err)
        return err;
    hosts_visit(h, side);
    err = card_up(h, side);
    hosts_leave(h);
    return err;
}

static bool namespace_up(int *ns, struct fail *f)
{
    *ns = descr_high(netns_hold());
    return *ns >= 0 || netns_forbidden(errno, f);
}

bool hosts_up(struct hosts *h, bool ipv6, struct fail *f)
{
    *h = HOSTS_NONE;
    if (!netns_enter(f) || !namespace_up(&h->home, f))
        return false;
    hush(false);
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        h->addr[s] = address_of(s, ipv6);
        if (!netns_another(f) || !namespace_up(&h->of[s], f))
            return false;
        hush(ipv6);
        hosts_leave(h);
    }
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        const int err = cable_up(h, s);
        if (err)
            return netns_forbidden(-err, f);
    }
    return true;
}

void hosts_down(struct hosts *h)
{
    const int held[] = {h->home, h->of[SIDE_CLIENT], h->of[SIDE_SERVER]};
    for (size_t i = 0; i < COUNT_OF(held); i++)
        if (held[i] >= 0)
            close(held[i]);
    *h = HOSTS_NONE;
}

static void go(int ns)
{
    const int err = errno;
    if (ns >= 0)
        netns_go(ns);
    errno = err;
}

void hosts_visit(const struct hosts *h, enum side side)
{
    if (side < SIDE_COUNT)
        go(h->of[side]);
}

void hosts_leave(const struct hosts *h)
{
    go(h->home);
}
