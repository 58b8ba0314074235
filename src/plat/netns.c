/* netns.c: a network of one's own without privilege (namespaces(7), user_namespaces(7)).
 *
 * unshare() makes the user namespace first and the network namespace inside it, so that this process has
 * every capability over the new network, and none outside. Its ids are mapped to themselves: the kernel lets
 * an unprivileged process map just its own, once it has given up setgroups(). A namespace lasts as long as
 * the process: nothing has to be tidied up, even after a crash. */
#include "plat/netns.h"
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/types.h"
#include "plat/offload.h"
#include "plat/rtnl.h"

enum { ETHERNET_MTU = 1500 };

bool netns_forbidden(int err, struct fail *f)
{
    static const char ways[] = N_(
        "ways out: run `sudo tcpviz --host`, for the wire `sudo tcpviz --wire`; or `sudo setcap "
        "cap_net_raw+ep` on the program and run `tcpviz "
        "--host`; or allow user namespaces: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` "
        "or the "
        "AppArmor profile assets/apparmor/tcpviz");
    /* ENOSPC: user.max_user_namespaces; ENOSYS, EINVAL: a kernel built without them. */
    if (err == EPERM || err == EACCES || err == ENOSPC || err == EUSERS || err == ENOSYS || err == EINVAL)
        return fail_set(f, FAIL_SYSTEM, N_("user namespaces are forbidden here"), ways, "%s",
                        N_("private network"));
    return fail_errno(f, err, ways, "%s", N_("private network"));
}

/* Writes a file of /proc in one write(), as its id maps demand. 0 or an errno. */
static int put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int err = write(fd, text, strlen(text)) < 0 ? errno : 0;
    close(fd);
    return err;
}

static int put_id(const char *path, unsigned id)
{
    char line[64];
    snprintf(line, sizeof line, "%u %u 1", id, id);
    return put(path, line);
}

static bool enter_user(struct fail *f)
{
    unsigned uid = geteuid(), gid = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return netns_forbidden(errno, f);
    /* A program with file capabilities is not dumpable, its /proc files are root's, and it could not map
     * itself. What made it precious is gone: unshare() took its capabilities. */
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    int err = put("/proc/self/setgroups", "deny");
    if (!err || err == ENOENT)
        err = put_id("/proc/self/uid_map", uid);
    if (!err)
        err = put_id("/proc/self/gid_map", gid);
    return err ? netns_forbidden(err, f) : true;
}

bool netns_enter(struct fail *f)
{
    /* Root of a container may lack CAP_SYS_ADMIN: then it does as everybody. */
    if (geteuid() == 0 && unshare(CLONE_NEWNET) == 0)
        return true;
    return enter_user(f);
}

bool netns_loopback(const struct netns_options *o, struct fail *f)
{
    int err = offload_off("lo");
    if (!err)
        err = rtnl_link_up(if_nametoindex("lo"), o->mtu ? o->mtu : ETHERNET_MTU);
    return err ? netns_forbidden(-err, f) : true;
}

bool netns_another(struct fail *f)
{
    return unshare(CLONE_NEWNET) == 0 || netns_forbidden(errno, f);
}

int netns_hold(void)
{
    return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

int netns_go(int ns)
{
    return setns(ns, CLONE_NEWNET) == 0 ? 0 : errno;
}

bool netns_private(const struct netns_options *o, struct fail *f)
{
    return netns_enter(f) && netns_loopback(o, f);
}

bool netns_possible(void)
{
    pid_t child = fork();
    if (child == 0) {
        struct fail f = {0};
        _exit(netns_private(&(struct netns_options){0}, &f) ? 0 : 1);
    }
    int status = -1;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
