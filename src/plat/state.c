#include "plat/state.h"

#include <errno.h>
#include <fcntl.h>
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

bool state_first(const char *name)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    const bool absolute = state && state[0] == '/'; /* a relative one is to be ignored (XDG Base Directory) */
    char *path = NULL;

    if (!absolute && !home)
        return true;
    if (asprintf(&path, "%s%s/tcpviz/%s", absolute ? state : home, absolute ? "" : "/.local/state", name) < 0)
        return true;
    make_folders(path);
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool first = fd >= 0 || errno != EEXIST;
    if (fd >= 0)
        close(fd);
    free(path);
    return first;
}
