/* offload.c: the switches of SIOCETHTOOL (linux/ethtool.h). */
#include "plat/offload.h"
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include "core/types.h"

int offload_off(const char *iface)
{
    /* GSO before SG: the kernel turns on nothing by itself, but refuses what hangs on a switch that is off.
     */
    static const uint32_t switches[] = {ETHTOOL_STSO,    ETHTOOL_SGSO,    ETHTOOL_SGRO,
                                        ETHTOOL_STXCSUM, ETHTOOL_SRXCSUM, ETHTOOL_SSG};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int err = 0;
    for (size_t i = 0; i < COUNT_OF(switches) && !err; i++) {
        struct ethtool_value off = {.cmd = switches[i], .data = 0};
        struct ifreq r = {.ifr_data = (char *)&off};
        strncpy(r.ifr_name, iface, IFNAMSIZ - 1);
        if (ioctl(fd, SIOCETHTOOL, &r) < 0 && errno != EOPNOTSUPP && errno != EINVAL)
            err = -errno;
    }
    close(fd);
    return err;
}
