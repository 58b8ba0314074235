/* caps.c: capabilities(7) by the system calls themselves. */
#include "plat/caps.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/capability.h>
#include "core/types.h"

#define BIT(cap) (UINT64_C(1) << (cap))

struct caps {
    struct __user_cap_data_struct half[_LINUX_CAPABILITY_U32S_3];
};

static int caps_get(struct caps *c)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    return syscall(SYS_capget, &header, c->half) < 0 ? -errno : 0;
}

static int caps_set(const struct caps *c)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    return syscall(SYS_capset, &header, c->half) < 0 ? -errno : 0;
}

bool caps_have_net_raw(void)
{
    struct caps c;
    return caps_get(&c) == 0 && (c.half[CAP_TO_INDEX(CAP_NET_RAW)].effective & CAP_TO_MASK(CAP_NET_RAW)) != 0;
}

/* An id that sudo left in the environment; false where there is none. */
static bool sudo_id(const char *name, unsigned *out)
{
    const char *text = getenv(name);
    if (!text || *text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long id = strtoul(text, &end, 10);
    if (errno || *end || id >= UINT32_MAX)
        return false;
    *out = (unsigned)id;
    return true;
}

/* Becomes who called sudo. 0 or a negative errno. */
static int become_caller(void)
{
    unsigned uid, gid;
    if (geteuid() != 0 || !sudo_id("SUDO_UID", &uid) || !sudo_id("SUDO_GID", &gid) || uid == 0)
        return 0;
    const struct passwd *user = getpwuid(uid);
    if (user) {
        /* What is kept without being asked goes to that user's home, not to root's. */
        setenv("HOME", user->pw_dir, 1);
        if (initgroups(user->pw_name, gid) < 0)
            return -errno;
    } else if (setgroups(1, &gid) < 0) {
        return -errno;
    }
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        return -errno;
    /* A way back would make all of this worthless. */
    return setuid(0) == 0 ? -EPERM : 0;
}

/* kept: a bit for each capability that is kept where it is held. */
static bool drop_but(uint64_t kept, struct fail *f)
{
    struct caps now;
    int err = caps_get(&now);
    struct caps left = {0};
    for (size_t i = 0; !err && i < COUNT_OF(left.half); i++)
        left.half[i].permitted = left.half[i].effective = now.half[i].permitted & (uint32_t)(kept >> 32 * i);
    /* The bounding set needs CAP_SETPCAP, which only root has; no_new_privs closes the same door for the
     * others: no program that is run from here can gain what is given up now. */
    for (unsigned long cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0;)
        cap++;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (!err && prctl(PR_SET_KEEPCAPS, kept ? 1 : 0, 0, 0, 0) < 0)
        err = -errno;
    if (!err)
        err = become_caller();
    if (!err)
        err = caps_set(&left);
    if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        err = -errno;
    return err ? fail_errno(f, -err, NULL, "%s", N_("giving up privileges")) : true;
}

bool caps_drop(struct fail *f)
{
    return drop_but(0, f);
}

bool caps_drop_but_net_admin(struct fail *f)
{
    return drop_but(BIT(CAP_NET_ADMIN), f);
}

bool caps_drop_but_hosts(struct fail *f)
{
    return drop_but(BIT(CAP_NET_ADMIN) | BIT(CAP_SYS_ADMIN), f);
}

bool caps_step_down(struct fail *f)
{
    unsigned uid;
    return geteuid() != 0 || !sudo_id("SUDO_UID", &uid) || uid == 0 || drop_but(BIT(CAP_SYS_ADMIN), f);
}
