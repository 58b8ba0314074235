#include "plat/state.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes the folders of a path, as far as they are missing; only the user may look into new ones. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
}

/* sudo leaves HOME as root's on many systems; this user may not write there, and would not look there. */
static const char *home(void)
{
    const struct passwd *user = getenv("SUDO_UID") && geteuid() != 0 ? getpwuid(geteuid()) : NULL;
    return user ? user->pw_dir : getenv("HOME");
}

char *state_path(const char *name)
{
    const char *state = getenv("XDG_STATE_HOME"), *at = home();
    const bool absolute = state && state[0] == '/'; /* a relative one is to be ignored (XDG Base Directory) */
    char *path = NULL;

    if (!absolute && !at)
        return NULL;
    if (asprintf(&path, "%s%s/tcpviz/%s", absolute ? state : at, absolute ? "" : "/.local/state", name) < 0)
        return NULL;
    make_folders(path);
    return path;
}

bool state_first(const char *name)
{
    char *path = state_path(name);
    const int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    const bool first = !path || fd >= 0 || errno != EEXIST;
    if (fd >= 0)
        close(fd);
    free(path);
    return first;
}
