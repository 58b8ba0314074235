#include "plat/append.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/types.h"
#include "plat/descr.h"

struct append {
    struct loop *loop;
    int fd, err;
    bool regular, piped;
    bool busy;
    const char *bytes; /* of what is on its way to a pipe */
    size_t len;
    uint64_t length;
};

static const char busy[] = N_("another tcpviz is writing to it");

static int open_fresh(const char *path, bool fresh)
{
    if (strcmp(path, "-") == 0)
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    /* emptied only once it is certain that nobody else writes to it */
    return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (fresh ? O_EXCL : 0), 0600);
}

struct append *append_open(struct loop *l, const char *path, bool fresh, struct fail *f)
{
    struct stat st;
    struct append *a = calloc(1, sizeof *a);
    if (!a) {
        fail_errno(f, ENOMEM, NULL, "%s", path);
        return NULL;
    }
    a->loop = l;
    a->fd = open_fresh(path, fresh);
    if (a->fd < 0 || fstat(a->fd, &st) < 0) {
        fail_errno(f, errno, NULL, "%s", path);
        append_close(a);
        return NULL;
    }
    a->fd = descr_high(a->fd);
    a->regular = S_ISREG(st.st_mode);
    a->piped = S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode);
    if (!a->regular)
        return a;
    if (flock(a->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        fail_set(f, FAIL_SYSTEM, busy, NULL, "%s", path);
    else if (ftruncate(a->fd, 0) < 0)
        fail_errno(f, errno, NULL, "%s", path);
    else
        return a;
    append_close(a);
    return NULL;
}

/* A pipe that poll() calls writable takes PIPE_BUF bytes without waiting for its reader. */
static void write_some(struct append *a)
{
    struct pollfd p = {.fd = a->fd, .events = POLLOUT};

    while (a->len > 0 && !a->err && poll(&p, 1, 0) == 1) {
        const ssize_t n = write(a->fd, a->bytes, a->piped && a->len > PIPE_BUF ? PIPE_BUF : a->len);
        if (n >= 0) {
            a->bytes += n;
            a->len -= (size_t)n;
            a->length += (uint64_t)n;
        } else if (errno != EINTR && errno != EAGAIN) {
            a->err = errno;
        }
    }
    a->busy = a->len > 0 && !a->err;
}

static void written(void *ctx, size_t len, int err)
{
    struct append *a = ctx;
    a->busy = false;
    a->length += len;
    a->err = a->err ? a->err : err;
}

bool append_busy(struct append *a)
{
    if (a->busy && !a->regular)
        write_some(a);
    return a->busy;
}

bool append_waits(const struct append *a)
{
    return a->busy && !a->regular;
}

void append_write(struct append *a, const char *bytes, size_t len)
{
    if (a->err || !len)
        return;
    a->busy = true;
    a->bytes = bytes;
    a->len = len;
    if (!a->regular)
        write_some(a);
    else if (!loop_write(a->loop, a->fd, bytes, len, written, a))
        written(a, 0, ENOMEM);
}

int append_error(const struct append *a)
{
    return a->err;
}

uint64_t append_length(const struct append *a)
{
    return a->length;
}

void append_cut(struct append *a, uint64_t len)
{
    if (a->regular && len < a->length && ftruncate(a->fd, (off_t)len) == 0)
        a->length = len;
}

void append_flush(struct append *a, uint64_t most_ms)
{
    struct pollfd p = {.fd = a->fd, .events = POLLOUT};
    const uint64_t end = clock_steady() + most_ms * 1000000;

    if (a->regular)
        loop_written(a->loop, most_ms);
    for (uint64_t now = clock_steady(); !a->regular && append_busy(a) && now < end; now = clock_steady())
        poll(&p, 1, (int)((end - now) / 1000000) + 1);
}

void append_close(struct append *a)
{
    if (!a)
        return;
    while (a->busy && a->regular) /* it writes from the caller's memory */
        loop_written(a->loop, 1000);
    if (a->fd >= 0)
        close(a->fd);
    free(a);
}

/* 0 or an errno; what was written of them is taken away again. */
static int add(int fd, const char *bytes, size_t len)
{
    const off_t end = lseek(fd, 0, SEEK_END);
    size_t done = 0;
    int err = end < 0 ? errno : 0;
    while (!err && done < len) {
        const ssize_t n = write(fd, bytes + done, len - done);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            err = n == 0 ? EIO : errno;
    }
    if (!err && fsync(fd) < 0)
        err = errno;
    if (err && end >= 0 && ftruncate(fd, end) < 0)
        return errno;
    return err;
}

bool append_more(const char *path, const char *bytes, size_t len, struct fail *f)
{
    struct stat st;
    const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        const int err = errno;
        if (fd >= 0)
            close(fd);
        return fail_errno(f, err, NULL, "%s", path);
    }
    const bool taken = flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
    const int err = !S_ISREG(st.st_mode) ? ESPIPE : taken ? 0 : add(fd, bytes, len);
    close(fd);
    if (taken)
        return fail_set(f, FAIL_SYSTEM, busy, NULL, "%s", path);
    return !err || fail_errno(f, err, NULL, "%s", path);
}

bool append_locked(int fd)
{
    if (flock(fd, LOCK_SH | LOCK_NB) < 0)
        return errno == EWOULDBLOCK;
    flock(fd, LOCK_UN);
    return false;
}
