/* file.c: a reader of a folder never sees half a file: the text grows without a name, so that nothing is left
 * of it when the program is killed, or under a temporary name where the file system cannot do that. It is in
 * the same folder (so that rename() stays within one file system) and takes the place of the old one at once.
 */
#include "plat/file.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/types.h"

enum {
    BUFFER = 16384,
    LINKS = 40,
    READ_STEP = 65536,
    LAG_MOST = 64 << 20 /* what may wait for the slow reader of a pipe */
};

struct outfile {
    int fd;
    int err;                 /* the first errno; nothing is written after it */
    char *path;              /* as the user gave it, for messages */
    char *target;            /* what is replaced; NULL: written directly */
    char *temp;              /* NULL: it has no name yet */
    bool paced;              /* a pipe: its reader may be slow, and the program does not wait for it */
    size_t sent, held, room; /* of buffer: what is out already, where it ends, its size */
    char *buffer;
};

/* The folder of a path with a name in it; NULL: no memory. */
static char *beside(const char *path, const char *name)
{
    char *copy = strdup(path), *out = NULL;
    if (copy && asprintf(&out, "%s/%s", dirname(copy), name) < 0)
        out = NULL;
    free(copy);
    return out;
}

/* Follows symbolic links by hand: the last one's target need not exist. */
static char *resolve(const char *path, int *err)
{
    char *at = strdup(path);
    for (int links = 0; at; links++) {
        char to[PATH_MAX];
        ssize_t n = readlink(at, to, sizeof to - 1);
        if (n < 0)
            return at;
        to[n] = 0;
        char *next = links == LINKS ? NULL : to[0] == '/' ? strdup(to) : beside(at, to);
        free(at);
        at = next;
        if (links == LINKS) {
            *err = ELOOP;
            return NULL;
        }
    }
    *err = ENOMEM;
    return NULL;
}

/* The rights that a new file gets; there are no threads that the moment without a mask could hurt. */
static mode_t default_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static int open_temp(struct outfile *o, mode_t mode)
{
    char *folder = access("/proc/self/fd", X_OK) == 0 ? beside(o->target, ".") : NULL;
    o->fd = folder ? open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) : -1;
    free(folder);
    if (o->fd >= 0)
        return fchmod(o->fd, mode) < 0 ? errno : 0;
    o->temp = beside(o->target, ".tcpviz-XXXXXX");
    if (!o->temp)
        return ENOMEM;
    o->fd = mkostemp(o->temp, O_CLOEXEC);
    if (o->fd < 0) {
        int err = errno;
        free(o->temp);
        o->temp = NULL;
        return err;
    }
    return fchmod(o->fd, mode) < 0 ? errno : 0;
}

static int open_direct(struct outfile *o, const char *target)
{
    o->fd = open(target, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return o->fd < 0 ? errno : 0;
}

static int open_out(struct outfile *o, const char *path)
{
    if (strcmp(path, "-") == 0) {
        o->fd = STDOUT_FILENO;
        return 0;
    }
    int err = 0;
    struct stat old;
    char *target = resolve(path, &err);
    if (!target)
        return err;
    bool there = stat(target, &old) == 0;
    if (!there && errno != ENOENT)
        err = errno;
    else if (there && S_ISDIR(old.st_mode))
        err = EISDIR;
    else if (there && !S_ISREG(old.st_mode))
        err = open_direct(o, target);
    else if (there && access(target, W_OK) < 0)
        err = errno; /* rename() would replace what its owner made read-only */
    else
        o->target = target;
    if (o->target)
        return open_temp(o, there ? old.st_mode & 07777 : default_mode());
    free(target);
    return err;
}

static void outfile_free(struct outfile *o)
{
    if (o->fd > STDOUT_FILENO)
        close(o->fd);
    if (o->temp)
        unlink(o->temp);
    free(o->buffer);
    free(o->temp);
    free(o->target);
    free(o->path);
    free(o);
}

struct outfile *outfile_open(const char *path, struct fail *f)
{
    struct outfile *o = calloc(1, sizeof *o);
    if (!o) {
        fail_errno(f, ENOMEM, NULL, "%s", path);
        return NULL;
    }
    o->fd = -1;
    o->path = strdup(path);
    int err = o->path ? open_out(o, path) : ENOMEM;
    struct stat st;
    if (!err) {
        o->paced = !o->target && fstat(o->fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
        return o;
    }
    fail_errno(f, err, NULL, "%s", path);
    outfile_free(o);
    return NULL;
}

bool outfile_direct(const struct outfile *o)
{
    return !o->target;
}

/* Everything goes out, or o->err says why not. */
static void write_out(struct outfile *o, const char *bytes, size_t len)
{
    while (len && !o->err) {
        ssize_t n = write(o->fd, bytes, len);
        if (n >= 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN) {
            /* A pipe or terminal that somebody else made non-blocking. */
            poll(&(struct pollfd){.fd = o->fd, .events = POLLOUT}, 1, -1);
        } else if (errno != EINTR) {
            o->err = errno;
        }
    }
}

/* As much as a pipe takes without waiting: poll() says writable where PIPE_BUF bytes fit. */
static void write_some(struct outfile *o)
{
    struct pollfd p = {.fd = o->fd, .events = POLLOUT};

    while (o->sent < o->held && !o->err && poll(&p, 1, 0) == 1) {
        const size_t left = o->held - o->sent, len = left < PIPE_BUF ? left : PIPE_BUF;
        write_out(o, o->buffer + o->sent, len);
        o->sent += len;
    }
}

bool outfile_flush(struct outfile *o)
{
    if (o->paced && o->held - o->sent < LAG_MOST) {
        write_some(o);
    } else {
        write_out(o, o->buffer + o->sent, o->held - o->sent);
        o->sent = o->held;
    }
    if (o->sent > o->held / 2) { /* seldom, so that a lag of megabytes is not moved for each row */
        memmove(o->buffer, o->buffer + o->sent, o->held - o->sent);
        o->held -= o->sent;
        o->sent = 0;
    }
    return !o->err;
}

bool outfile_sound(const struct outfile *o)
{
    return !o->err;
}

bool outfile_lags(const struct outfile *o)
{
    return o->held > o->sent && !o->err;
}

static bool has_room(struct outfile *o, size_t len)
{
    size_t room = o->room ? o->room : BUFFER;
    while (room < o->held + len)
        room *= 2;
    if (room == o->room)
        return true;
    char *more = realloc(o->buffer, room);
    if (!more) {
        o->err = o->err ? o->err : ENOMEM;
        return false;
    }
    o->buffer = more;
    o->room = room;
    return true;
}

bool outfile_write(struct outfile *o, const void *bytes, size_t len)
{
    if (!o->err && !o->paced && !o->held && len >= BUFFER) { /* as it is: an export comes in large pieces */
        write_out(o, bytes, len);
        return !o->err;
    }
    if (o->err || !has_room(o, len))
        return false;
    memcpy(o->buffer + o->held, bytes, len);
    o->held += len;
    return o->held - o->sent < BUFFER || outfile_flush(o);
}

/* What had no name gets a temporary one. */
static void give_name(struct outfile *o)
{
    enum { TRIES = 1000 };
    char *from = NULL, name[64];
    if (asprintf(&from, "/proc/self/fd/%d", o->fd) < 0)
        from = NULL;
    int err = from ? EEXIST : ENOMEM;
    for (unsigned i = 0; err == EEXIST && i < TRIES; i++) {
        snprintf(name, sizeof name, ".tcpviz-%ld-%u", (long)getpid(), i);
        free(o->temp);
        o->temp = beside(o->target, name);
        err = !o->temp                                                           ? ENOMEM
              : linkat(AT_FDCWD, from, AT_FDCWD, o->temp, AT_SYMLINK_FOLLOW) < 0 ? errno
                                                                                 : 0;
    }
    free(from);
    if (!err)
        return;
    free(o->temp); /* it is another's */
    o->temp = NULL;
    o->err = err;
}

bool outfile_commit(struct outfile *o, struct fail *f)
{
    o->paced = false;
    outfile_flush(o);
    if (o->target && !o->temp && !o->err)
        give_name(o);
    /* Some file systems say only at close() that there was no room. */
    if (o->fd != STDOUT_FILENO && close(o->fd) < 0 && !o->err)
        o->err = errno;
    o->fd = -1;
    if (o->target && !o->err && rename(o->temp, o->target) < 0)
        o->err = errno;
    if (o->target && !o->err) {
        free(o->temp);
        o->temp = NULL;
    }
    bool whole = !o->err;
    if (!whole)
        fail_errno(f, o->err, NULL, "%s", strcmp(o->path, "-") == 0 ? N_("standard output") : o->path);
    outfile_free(o);
    return whole;
}

void outfile_abandon(struct outfile *o)
{
    if (o)
        outfile_free(o);
}

/* Reads to the end. 0 or an errno; EFBIG: longer than allowed. */
static int read_rest(int fd, const struct mem *m, char **out, size_t *len, size_t *cap)
{
    for (;;) {
        if (*cap - *len < READ_STEP) {
            char *more = m->resize(m->ctx, *out, *cap, *cap * 2 + READ_STEP);
            if (!more)
                return ENOMEM;
            *out = more;
            *cap = *cap * 2 + READ_STEP;
        }
        ssize_t n = read(fd, *out + *len, READ_STEP - 1);
        if (n < 0 && errno != EINTR)
            return errno;
        if (n == 0)
            return 0;
        *len += n > 0 ? (size_t)n : 0;
        if (*len > FILE_READ_MOST)
            return EFBIG;
    }
}

bool file_read_all(const char *path, const struct mem *m, char **out, size_t *len, struct fail *f)
{
    bool input = strcmp(path, "-") == 0;
    int fd = input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fail_errno(f, errno, NULL, "%s", path);
    char *text = NULL;
    size_t n = 0, cap = 0;
    int err = read_rest(fd, m, &text, &n, &cap);
    if (!input)
        close(fd);
    /* Shrunk to what it holds: the size by which it is freed. */
    char *exact = err ? NULL : m->resize(m->ctx, text, cap, n + 1);
    if (exact) {
        exact[n] = 0;
        *out = exact;
        *len = n;
        return true;
    }
    m->resize(m->ctx, text, cap, 0);
    if (err == EFBIG)
        return fail_set(f, FAIL_SYSTEM, N_("longer than 16 MB"), NULL, "%s", path);
    return fail_errno(f, err ? err : ENOMEM, NULL, "%s", input ? N_("standard input") : path);
}
