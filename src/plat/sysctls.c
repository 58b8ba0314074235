/* sysctls.c: /proc/sys/net shows the namespace of whoever opens it, and lets its owner write. */
#include "plat/sysctls.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/types.h"

struct setting {
    const char *name, *value;
    bool may_lack; /* a kernel without it is as good */
};

static const struct setting lab[] = {
    {"net.ipv4.tcp_congestion_control", "reno", false}, {"net.ipv4.tcp_syncookies", "0", false},
    {"net.ipv4.tcp_no_metrics_save", "1", false},       {"net.ipv6.conf.lo.disable_ipv6", "0", true},
    {"net.ipv6.conf.lo.accept_ra", "0", true},          {"net.ipv6.conf.lo.autoconf", "0", true},
};

/* Below this nothing is named but a setting of the network: letters, digits, _ and -, in parts set apart by
 * dots. */
static bool path_of(char *path, size_t size, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const char *prefix = strchr(name, '.') ? "" : "net/ipv4/";
    if (!*prefix && strncmp(name, "net.", 4) != 0)
        return false;
    size_t start = (size_t)snprintf(path, size, "/proc/sys/%s", prefix);
    size_t len = (size_t)snprintf(path + start, size - start, "%s", name);
    if (start + len >= size)
        return false;
    for (char *part = path + start;;) {
        size_t n = strspn(part, plain);
        if (n == 0)
            return false;
        if (part[n] == 0)
            return true;
        if (part[n] != '.')
            return false;
        part[n] = '/';
        part += n + 1;
    }
}

static bool refused(int err, const char *name, struct fail *f)
{
    if (err == ENOENT || err == EISDIR)
        return fail_set(f, FAIL_EXPECT, N_("there is no such setting here"), NULL, "sysctl %s", name);
    fail_errno(f, err, NULL, "sysctl %s", name);
    f->status = FAIL_EXPECT;
    return false;
}

static int open_setting(const char *name, int mode)
{
    char path[256];
    if (!path_of(path, sizeof path, name)) {
        errno = ENOENT;
        return -1;
    }
    return open(path, mode | O_CLOEXEC);
}

bool sysctl_write(const char *name, const char *value, struct fail *f)
{
    int fd = open_setting(name, O_WRONLY);
    if (fd < 0)
        return refused(errno, name, f);
    int err = write(fd, value, strlen(value)) < 0 ? errno : 0;
    close(fd);
    return err ? refused(err, name, f) : true;
}

bool sysctl_read(const char *name, char *out, size_t size, struct fail *f)
{
    int fd = open_setting(name, O_RDONLY);
    if (fd < 0)
        return refused(errno, name, f);
    ssize_t n = read(fd, out, size - 1);
    int err = n < 0 ? errno : 0;
    close(fd);
    if (err)
        return refused(err, name, f);
    out[n] = 0;
    out[strcspn(out, "\n")] = 0;
    return true;
}

void sysctls_lab(void (*warn)(void *ctx, const char *line), void *ctx)
{
    for (size_t i = 0; i < COUNT_OF(lab); i++) {
        struct fail f = {0};
        bool there = sysctl_write(lab[i].name, lab[i].value, &f);
        if (!there && !lab[i].may_lack && warn) {
            char line[256];
            snprintf(line, sizeof line, "%s = %s: %s", f.what, lab[i].value, f.why);
            warn(ctx, line);
        }
        fail_release(&f);
    }
}
