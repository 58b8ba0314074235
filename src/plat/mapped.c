/* mapped.c: what comes in may be packed, so there are two buffers: `raw` as it was read, `bytes` as it is
 * given out. What is not packed is read into `bytes` at once, and its first bytes tell whether it is. */
#include "plat/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "core/types.h"
#include "plat/unpack.h"

enum {
    ROOM = 256 * 1024,     /* read and unpacked at a time */
    AROUND = 256 * 1024,   /* more than the kernel maps around a page that is looked at */
    DROP = 4 * 1024 * 1024 /* a mapping's pages are given back in pieces of this size */
};

struct mapped {
    const struct mem *mem;
    uint8_t *bytes;    /* NULL while there are none */
    size_t first, len; /* those from first on are kept */
    size_t cap;        /* 0: it is a mapping, not memory */
    uint64_t base;     /* offset of bytes[first]; of a mapping always 0 */
    size_t dropped;    /* so many bytes of a mapping were given back, */
    size_t before;     /* and what follows these was released last */
    int fd;            /* -1: all of it is there */
    int watch;         /* readable when a followed file changes; -1 */
    bool standard;     /* fd is not ours to close */
    bool regular;      /* reading it never waits */
    bool follow;
    bool told;      /* its first bytes have told what it is */
    bool ended;     /* nothing more will be read */
    bool harmless;  /* problem is no damage */
    uint64_t taken; /* bytes read so far */
    struct unpack *unpack;
    uint8_t *raw; /* ROOM bytes, where it is packed */
    size_t raw_at, raw_len;
    bool full; /* unpacking stopped for lack of room */
    const char *problem;
    char *name; /* for errors, and to see what stands there now */
    size_t name_size;
};

static void close_fd(struct mapped *b)
{
    if (b->fd >= 0 && !b->standard)
        close(b->fd);
    b->fd = -1;
}

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
    b->ended = true;
    close_fd(b);
    return true;
}

/* A file that shrinks under a mapping is the end of whoever looks at it, so what is followed is read. */
static bool to_be_mapped(struct mapped *b, const struct stat *st)
{
    uint8_t magic[UNPACK_MAGIC];

    /* A standard input that somebody has read from begins where they stopped: only reading gives the rest. */
    if (!S_ISREG(st->st_mode) || b->follow || (b->standard && lseek(b->fd, 0, SEEK_CUR) != 0))
        return false;
    return pread(b->fd, magic, sizeof magic, 0) < (ssize_t)sizeof magic ||
           unpack_kind_of(magic) == UNPACK_NONE;
}

/* Tells when a file changes; where the kernel has no more watches, ten looks a second will do. */
static bool watch_file(struct mapped *b, struct fail *f)
{
    enum { LOOK_NS = 100000000 };
    const struct itimerspec often = {.it_interval = {0, LOOK_NS}, .it_value = {0, LOOK_NS}};

    b->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (b->watch >= 0 &&
        inotify_add_watch(b->watch, b->name, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF) >= 0)
        return true;
    if (b->watch >= 0)
        close(b->watch);
    b->watch = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return (b->watch >= 0 && timerfd_settime(b->watch, 0, &often, NULL) == 0) ||
           fail_errno(f, errno, NULL, "%s", b->name);
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
    b->regular = S_ISREG(st.st_mode);
    b->follow = b->follow && b->regular && !b->standard; /* of others the end is the end */
    if (to_be_mapped(b, &st))
        return map_file(b, (size_t)st.st_size, f);
    return !b->follow || watch_file(b, f);
}

struct mapped *mapped_open(const struct mem *m, const char *path, bool follow, struct fail *f)
{
    struct mapped *b = mem_new(m, sizeof *b);
    if (b) {
        b->mem = m;
        b->fd = b->watch = -1;
        b->follow = follow;
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
    close_fd(b);
    if (b->watch >= 0)
        close(b->watch);
    unpack_free(b->unpack);
    mem_free(b->mem, b->raw, ROOM);
    if (b->cap)
        mem_free(b->mem, b->bytes, b->cap);
    else if (b->bytes)
        munmap(b->bytes, b->len);
    mem_free(b->mem, b->name, b->name_size);
    mem_free(b->mem, b, sizeof *b);
}

const uint8_t *mapped_bytes(const struct mapped *b, uint64_t *base, size_t *len)
{
    *base = b->base;
    *len = b->len - b->first;
    return b->bytes ? b->bytes + b->first : (const uint8_t *)"";
}

void mapped_release(struct mapped *b, uint64_t upto)
{
    if (b->cap) {
        b->first += (size_t)(upto - b->base);
        b->base = upto;
        return;
    }
    /* The pages stay in the kernel's cache; whoever looks at them again finds them there. What was released
     * last is looked at once more, when it is written: it goes with the next piece. */
    const size_t whole = (size_t)upto / DROP * DROP, last = b->before / AROUND * AROUND;
    b->before = (size_t)upto;
    if (whole < b->dropped + DROP)
        return;
    (void)madvise(b->bytes + b->dropped, whole - b->dropped, MADV_DONTNEED);
    b->dropped = last < whole ? last : whole;
}

/* Where in the file, as it lies there, stands what comes next. */
static uint64_t place(const struct mapped *b)
{
    return b->taken - (b->raw_len - b->raw_at);
}

void mapped_progress(const struct mapped *b, uint64_t *at, uint64_t *whole)
{
    struct stat st;
    *whole = b->len;
    if (b->fd < 0 && !b->cap)
        return;
    if (b->unpack)
        *at = place(b);
    *whole = b->regular && fstat(b->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
    *whole = *whole && *whole < *at ? *at : *whole;
}

bool mapped_lasting(const struct mapped *b)
{
    return b->bytes && !b->cap;
}

bool mapped_all(const struct mapped *b)
{
    return b->ended;
}

int mapped_fd(const struct mapped *b)
{
    return b->follow ? b->watch : b->fd;
}

const char *mapped_problem(const struct mapped *b, uint64_t *at, bool *harmless)
{
    *at = place(b);
    *harmless = b->harmless;
    return b->problem;
}

static void end(struct mapped *b, const char *problem, bool harmless)
{
    b->ended = true;
    b->problem = problem;
    b->harmless = harmless;
}

/* Room for ROOM bytes at the end; what was released makes some first. */
static bool make_room(struct mapped *b)
{
    void *bytes = b->bytes;
    if (b->first && b->cap - b->len < ROOM) {
        memmove(b->bytes, b->bytes + b->first, b->len - b->first);
        b->len -= b->first;
        b->first = 0;
    }
    if (!mem_grow(b->mem, &bytes, &b->cap, b->len + ROOM, 1))
        return false;
    b->bytes = bytes;
    return true;
}

/* What the end of a followed file means: more may come, unless it is no longer the file of that name, or
 * shorter than it was. Reading the watch comes first, so that nothing that happens after the look is missed.
 */
static enum mapped_next at_the_end(struct mapped *b)
{
    char events[4096];
    struct stat here, there;
    while (read(b->watch, events, sizeof events) > 0)
        ;
    const bool known = fstat(b->fd, &here) == 0;
    if (known && (uint64_t)here.st_size > b->taken)
        return MAPPED_GREW;
    if (known && (uint64_t)here.st_size < b->taken)
        end(b, N_("it was made shorter while it was followed"), false);
    else if (!known || stat(b->name, &there) || there.st_ino != here.st_ino || there.st_dev != here.st_dev)
        end(b, N_("it was renamed or removed while it was followed: nothing more is to come"), true);
    return b->ended ? MAPPED_GREW : MAPPED_WAITS;
}

/* Reads at most `room` bytes. Whether there were any; else *how says what that means. */
static bool take(struct mapped *b, uint8_t *to, size_t room, size_t *got, enum mapped_next *how,
                 struct fail *f)
{
    struct pollfd p = {.fd = b->fd, .events = POLLIN};
    *how = MAPPED_WAITS;
    if (!b->regular && poll(&p, 1, 0) == 0)
        return false;
    const ssize_t n = read(b->fd, to, room);
    if (n > 0) {
        *got = (size_t)n;
        b->taken += *got;
        return true;
    }
    if (n == 0 && b->follow) {
        *how = at_the_end(b);
    } else if (n == 0) {
        end(b, NULL, false);
        *how = MAPPED_GREW;
    } else if (errno != EINTR && errno != EAGAIN) {
        fail_errno(f, errno, NULL, "%s", b->name);
        *how = MAPPED_FAILED;
    }
    return false;
}

/* The first bytes tell whether they are packed: then they are not given out, but unpacked. */
static bool look(struct mapped *b)
{
    if (b->told || b->len < UNPACK_MAGIC)
        return true;
    b->told = true;
    const enum unpack_kind kind = unpack_kind_of(b->bytes);
    if (kind == UNPACK_NONE)
        return true;
    b->unpack = unpack_new(kind);
    b->raw = mem_new(b->mem, ROOM);
    if (!b->unpack || !b->raw)
        return false;
    memcpy(b->raw, b->bytes, b->len);
    b->raw_len = b->len;
    b->len = 0;
    return true;
}

/* Unpacks what was read; reads only when that is used up. */
static enum mapped_next more_unpacked(struct mapped *b, struct fail *f)
{
    enum mapped_next how = MAPPED_GREW;
    const size_t before = b->len;
    while (b->len == before && !b->ended) {
        if (b->raw_at == b->raw_len && !b->full) {
            b->raw_at = b->raw_len = 0;
            size_t got = 0;
            if (!take(b, b->raw, ROOM, &got, &how, f)) {
                if (b->ended && !b->problem && !unpack_whole(b->unpack))
                    end(b, N_("the packed bytes end too early"), false);
                return how;
            }
            b->raw_len = got;
        }
        const uint8_t *in = b->raw + b->raw_at;
        uint8_t *out = b->bytes + b->len;
        size_t in_left = b->raw_len - b->raw_at, out_left = ROOM;
        const bool good = unpack_some(b->unpack, &in, &in_left, &out, &out_left);
        b->raw_at = b->raw_len - in_left;
        b->len += ROOM - out_left;
        b->full = out_left == 0;
        if (!good && unpack_starved(b->unpack)) {
            fail_errno(f, ENOMEM, NULL, "%s", b->name);
            return MAPPED_FAILED;
        }
        if (!good)
            end(b, N_("the packed bytes are damaged"), false);
    }
    return MAPPED_GREW;
}

enum mapped_next mapped_more(struct mapped *b, struct fail *f)
{
    enum mapped_next how = MAPPED_GREW;
    size_t got = 0;
    if (b->ended)
        return MAPPED_GREW;
    if (!make_room(b)) {
        fail_errno(f, ENOMEM, NULL, "%s", b->name);
        return MAPPED_FAILED;
    }
    if (b->unpack)
        return more_unpacked(b, f);
    if (!take(b, b->bytes + b->len, b->told ? ROOM : ROOM - b->len, &got, &how, f))
        return how;
    b->len += got;
    if (look(b))
        return MAPPED_GREW;
    fail_errno(f, ENOMEM, NULL, "%s", b->name);
    return MAPPED_FAILED;
}
