#include "plat/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct mapped {
    const struct mem *mem;
    uint8_t *bytes;  /* NULL while there are none */
    size_t len, cap; /* cap 0: it is a mapping, not memory */
    int fd;          /* of a pipe that has not ended; -1 */
    bool standard;   /* fd is not ours to close */
    char *name;      /* for errors */
    size_t name_size;
};

/* Maps a regular file as it is now. */
static bool map_file(struct mapped *b, size_t size, struct fail *f)
{
    if (size) {
        void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, b->fd, 0);
        if (at == MAP_FAILED)
            return fail_errno(f, errno, NULL, "%s", b->name);
        (void)posix_madvise(at, size, POSIX_MADV_SEQUENTIAL);
        b->bytes = at;
        b->len = size;
    }
    if (!b->standard)
        close(b->fd);
    b->fd = -1;
    return true;
}

static bool open_file(struct mapped *b, const char *path, struct fail *f)
{
    struct stat st;
    b->standard = strcmp(path, "-") == 0;
    b->fd = b->standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (b->fd < 0 || fstat(b->fd, &st))
        return fail_errno(f, errno, NULL, "%s", b->name);
    if (S_ISDIR(st.st_mode))
        return fail_errno(f, EISDIR, NULL, "%s", b->name);
    /* A standard input that somebody has read from begins where they stopped: only reading gives the rest. */
    if (S_ISREG(st.st_mode) && (!b->standard || lseek(b->fd, 0, SEEK_CUR) == 0))
        return map_file(b, (size_t)st.st_size, f);
    return true;
}

struct mapped *mapped_open(const struct mem *m, const char *path, struct fail *f)
{
    struct mapped *b = mem_new(m, sizeof *b);
    if (b) {
        b->mem = m;
        b->fd = -1;
        b->name_size = strlen(path) + 1;
        b->name = mem_new(m, b->name_size);
    }
    if (!b || !b->name) {
        fail_errno(f, ENOMEM, NULL, "%s", path);
        mapped_close(b);
        return NULL;
    }
    memcpy(b->name, path, b->name_size);
    if (open_file(b, path, f))
        return b;
    mapped_close(b);
    return NULL;
}

void mapped_close(struct mapped *b)
{
    if (!b)
        return;
    if (b->fd >= 0 && !b->standard)
        close(b->fd);
    if (b->cap)
        mem_free(b->mem, b->bytes, b->cap);
    else if (b->bytes)
        munmap(b->bytes, b->len);
    mem_free(b->mem, b->name, b->name_size);
    mem_free(b->mem, b, sizeof *b);
}

const uint8_t *mapped_bytes(const struct mapped *b, size_t *len)
{
    *len = b->len;
    return b->bytes ? b->bytes : (const uint8_t *)"";
}

bool mapped_all(const struct mapped *b)
{
    return b->fd < 0;
}

int mapped_fd(const struct mapped *b)
{
    return b->fd;
}

bool mapped_more(struct mapped *b, struct fail *f)
{
    enum { ROOM = 64 * 1024 };
    void *bytes = b->bytes;
    if (b->fd < 0)
        return true;
    if (!mem_grow(b->mem, &bytes, &b->cap, b->len + ROOM, 1))
        return fail_errno(f, ENOMEM, NULL, "%s", b->name);
    b->bytes = bytes;
    ssize_t n = read(b->fd, b->bytes + b->len, b->cap - b->len);
    if (n > 0) {
        b->len += (size_t)n;
    } else if (n == 0) {
        if (!b->standard)
            close(b->fd);
        b->fd = -1;
    } else if (errno != EINTR && errno != EAGAIN) {
        return fail_errno(f, errno, NULL, "%s", b->name);
    }
    return true;
}
