#include "plat/descr.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { HIGH = 64, MOST = 65536 };

uint64_t descr_reserve(void)
{
    uint64_t taken = 0;

    for (;;) {
        const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return taken;
        if (fd >= HIGH) {
            close(fd);
            return taken;
        }
        taken |= UINT64_C(1) << fd;
    }
}

void descr_release(uint64_t taken)
{
    for (int fd = 0; fd < HIGH; fd++)
        if (taken >> fd & 1)
            close(fd);
}

int descr_high(int fd)
{
    const int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, HIGH);

    if (high < 0)
        return fd;
    close(fd);
    return high;
}

void descr_many(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= MOST)
        return;
    limit.rlim_cur = limit.rlim_max < MOST ? limit.rlim_max : MOST;
    setrlimit(RLIMIT_NOFILE, &limit);
}
