/* ktrace.c: perf events at tracepoints (perf_event_open(2); include/trace/events/tcp.h, skb.h, sock.h).
 *
 * Each processor has a ring of its own, so what was said is put in order of time before it is told. A segment
 * that was thrown away is known only by the socket that it was for: which connection that is was told when
 * the socket changed its state. What cannot be told for certain is left out.
 *
 * Perf events are no account: a full ring loses what comes, and a kernel may be deaf to what is said while a
 * processor is idle (perf's own guard against recursion, seen on Linux 6.18).
 *
 * Events of one processor share a ring; those of several may not (kernel/events/core.c,
 * perf_event_set_output), and what softirqs say is heard by watching processors only. So there is an event
 * for each point and a ring for each processor, smaller ones where there are many. */
#include "plat/ktrace.h"

#include <endian.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/perf_event.h>

#include "core/str.h"
#include "plat/descr.h"
#include "plat/loop.h"
#include "plat/owners.h"
#include "plat/tformat.h"

enum {
    RING_MOST = 64, /* pages of a ring: a power of two, down to RING_LEAST where all have RINGS_MOST */
    RING_LEAST = 8,
    RINGS_MOST = 1024,
    FORMAT_MOST = 65536,
    RECORD_MOST = 256
};

enum point { RETRANSMIT, RESET, DROP, STATE, POINTS };

static const struct {
    const char *path, *name;
    /* What the kernel itself sorts out; %u: the port. */
    const char *filter;
} points[POINTS] = {
    [RETRANSMIT] = {"tcp/tcp_retransmit_skb", "tcp_retransmit_skb", "sport == %u || dport == %u"},
    [RESET] = {"tcp/tcp_send_reset", "tcp_send_reset", NULL},
    [DROP] = {"skb/kfree_skb", "kfree_skb", "rx_sk != 0 && (protocol == 2048 || protocol == 34525)"},
    [STATE] = {"sock/inet_sock_set_state", "inet_sock_set_state", "sport == %u || dport == %u"},
};

/* Where a point's fields are. */
struct fields {
    char *text; /* of its format; NULL: the kernel has no such point */
    uint32_t id;
    struct tfield socket, reason, state, sport, dport, family, saddr, daddr, saddr6, daddr6;
};

struct ring {
    struct perf_event_mmap_page *page;
    int fd[POINTS], first; /* the one that has the ring */
};

/* One record, as it was written. */
struct record {
    uint64_t time_ns; /* CLOCK_MONOTONIC */
    enum point point;
    uint8_t bytes[RECORD_MOST];
};

struct ktrace {
    const struct mem *mem;
    uint16_t port;
    struct fields fields[POINTS];
    struct ring *rings;
    size_t ring_count, ring_pages, page_size;
    bool lost; /* something was not heard: a ring was full, or there was no memory */
    struct record *heard;
    size_t heard_count, heard_cap;
    struct str name;
    struct owners owners;
};

/* Where tracefs is, or NULL; the caller frees it. */
static char *tracefs(void)
{
    FILE *mounts = setmntent("/proc/self/mounts", "re");
    char *at = NULL;
    for (struct mntent *m = mounts ? getmntent(mounts) : NULL; m && !at; m = getmntent(mounts))
        if (strcmp(m->mnt_type, "tracefs") == 0)
            at = strdup(m->mnt_dir);
    if (mounts)
        endmntent(mounts);
    return at;
}

static char *format_of(const char *folder, const char *point)
{
    char *path = NULL, *text = NULL;
    if (asprintf(&path, "%s/events/%s/format", folder, point) < 0)
        return NULL;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    free(path);
    if (fd < 0)
        return NULL;
    text = calloc(1, FORMAT_MOST + 1);
    size_t len = 0;
    ssize_t n = 0;
    while (text && (n = read(fd, text + len, FORMAT_MOST - len)) > 0)
        len += (size_t)n;
    close(fd);
    return text;
}

static void learn(struct fields *f, const char *folder, enum point p)
{
    f->text = format_of(folder, points[p].path);
    if (!f->text)
        return;
    f->id = tformat_id(f->text);
    f->socket = tformat_field(f->text, p == DROP ? "rx_sk" : "skaddr");
    f->reason = tformat_field(f->text, "reason");
    f->state = tformat_field(f->text, "newstate");
    f->sport = tformat_field(f->text, "sport");
    f->dport = tformat_field(f->text, "dport");
    f->family = tformat_field(f->text, "family");
    f->saddr = tformat_field(f->text, "saddr");
    f->daddr = tformat_field(f->text, "daddr");
    f->saddr6 = tformat_field(f->text, "saddr_v6");
    f->daddr6 = tformat_field(f->text, "daddr_v6");
}

/* A point on one processor; -1: it may not be heard. */
static int listen_to(const struct ktrace *k, enum point p, int cpu)
{
    struct perf_event_attr a = {.type = PERF_TYPE_TRACEPOINT,
                                .size = sizeof a,
                                .config = k->fields[p].id,
                                .sample_period = 1,
                                .sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
                                .watermark = 1,
                                .wakeup_watermark = (uint32_t)(k->ring_pages / 2 * k->page_size),
                                .use_clockid = 1,
                                .clockid = CLOCK_MONOTONIC,
                                .disabled = 1};
    if (!a.config || (p == DROP && !k->fields[p].socket.size))
        return -1;
    const int fd = (int)syscall(SYS_perf_event_open, &a, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    char filter[96];
    if (fd >= 0 && points[p].filter) {
        snprintf(filter, sizeof filter, points[p].filter, (unsigned)k->port, (unsigned)k->port);
        if (ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter) < 0) {
            close(fd);
            return -1;
        }
    }
    return fd < 0 ? -1 : descr_high(fd);
}

/* All points of a processor speak into one ring. False: none does. */
static bool ring_open(const struct ktrace *k, struct ring *r, int cpu)
{
    r->first = -1;
    for (int p = 0; p < POINTS; p++)
        r->fd[p] = -1;
    for (int p = 0; p < POINTS; p++) {
        const int fd = listen_to(k, (enum point)p, cpu);
        if (fd < 0)
            continue;
        r->fd[p] = fd;
        if (r->first < 0) {
            void *at =
                mmap(NULL, (k->ring_pages + 1) * k->page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            if (at == MAP_FAILED)
                return false;
            r->page = at;
            r->first = fd;
        } else if (ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, r->first) < 0) {
            continue;
        }
        ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
    }
    return r->first >= 0;
}

struct ktrace *ktrace_open(const struct mem *m, uint16_t port)
{
    char *folder = tracefs();
    struct ktrace *k = folder ? mem_new(m, sizeof *k) : NULL;
    if (!k) {
        free(folder);
        return NULL;
    }
    const long cpus = sysconf(_SC_NPROCESSORS_CONF);
    k->mem = m;
    k->port = port;
    k->page_size = (size_t)sysconf(_SC_PAGESIZE);
    k->ring_pages = RING_MOST;
    while (cpus > 0 && (size_t)cpus * k->ring_pages > RINGS_MOST && k->ring_pages > RING_LEAST)
        k->ring_pages /= 2;
    str_init(&k->name, m);
    for (int p = 0; p < POINTS; p++)
        learn(&k->fields[p], folder, (enum point)p);
    free(folder);
    k->rings = cpus > 0 ? mem_new(m, (size_t)cpus * sizeof *k->rings) : NULL;
    bool heard = false;
    for (; k->rings && k->ring_count < (size_t)cpus; k->ring_count++)
        heard = ring_open(k, &k->rings[k->ring_count], (int)k->ring_count) || heard;
    if (heard)
        return k;
    ktrace_close(k);
    return NULL;
}

int ktrace_fd(const struct ktrace *k, size_t i)
{
    for (size_t at = 0; at < k->ring_count; at++)
        if (k->rings[at].page && i-- == 0)
            return k->rings[at].first;
    return -1;
}

void ktrace_close(struct ktrace *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < k->ring_count; i++) {
        if (k->rings[i].page)
            munmap(k->rings[i].page, (k->ring_pages + 1) * k->page_size);
        for (int p = 0; p < POINTS; p++)
            if (k->rings[i].fd[p] >= 0)
                close(k->rings[i].fd[p]);
    }
    for (int p = 0; p < POINTS; p++)
        free(k->fields[p].text);
    str_release(&k->name);
    mem_free(k->mem, k->heard, k->heard_cap * sizeof *k->heard);
    mem_free(k->mem, k->rings, k->ring_count * sizeof *k->rings);
    mem_free(k->mem, k, sizeof *k);
}

/* The number in a field of up to eight bytes, as this machine writes it; 0 where there is no such field. */
static uint64_t number_in(const struct record *r, struct tfield f)
{
    uint64_t v = 0;
    if (f.size == 0 || f.size > sizeof v || f.offset + f.size > sizeof r->bytes)
        return 0;
#if __BYTE_ORDER == __BIG_ENDIAN
    memcpy((uint8_t *)&v + sizeof v - f.size, r->bytes + f.offset, f.size);
#else
    memcpy(&v, r->bytes + f.offset, f.size);
#endif
    return v;
}

static bool address_in(const struct record *r, struct tfield f, uint8_t family, struct addr *out)
{
    const size_t size = family == 4 ? 4 : 16;
    if (f.size != size || f.offset + size > sizeof r->bytes)
        return false;
    *out = (struct addr){.family = family};
    memcpy(out->at, r->bytes + f.offset, size);
    return true;
}

/* A field that is a whole struct sockaddr. */
static bool sockaddr_in_field(const struct record *r, struct tfield f, struct endpoint *out)
{
    enum { V4_ADDR = 4, V6_ADDR = 8, PORT = 2 };
    uint16_t family, port;
    if (f.size < 28 || f.offset + f.size > sizeof r->bytes)
        return false;
    memcpy(&family, r->bytes + f.offset, sizeof family);
    memcpy(&port, r->bytes + f.offset + PORT, sizeof port);
    out->port = be16toh(port);
    const bool v4 = family == AF_INET;
    const struct tfield addr = {f.offset + (v4 ? V4_ADDR : V6_ADDR), v4 ? 4 : 16};
    return (v4 || family == AF_INET6) && address_in(r, addr, v4 ? 4 : 6, &out->addr);
}

static bool ends_of(const struct fields *f, const struct record *r, struct ends *out)
{
    if (f->saddr.size > 16)
        return sockaddr_in_field(r, f->saddr, &out->local) && sockaddr_in_field(r, f->daddr, &out->remote);
    const bool v4 = number_in(r, f->family) == AF_INET || (!f->family.size && !f->saddr6.size);
    out->local.port = (uint16_t)number_in(r, f->sport);
    out->remote.port = (uint16_t)number_in(r, f->dport);
    return v4 ? address_in(r, f->saddr, 4, &out->local.addr) && address_in(r, f->daddr, 4, &out->remote.addr)
              : address_in(r, f->saddr6, 6, &out->local.addr) &&
                    address_in(r, f->daddr6, 6, &out->remote.addr);
}

/* A socket has changed its state. */
static void follow(struct ktrace *k, const struct record *r)
{
    const struct fields *f = &k->fields[STATE];
    struct ends e;
    owners_learn(&k->owners, number_in(r, f->socket), number_in(r, f->state), ends_of(f, r, &e) ? &e : NULL);
}

static bool whose(const struct ktrace *k, const struct record *r, struct ends *out)
{
    const struct fields *f = &k->fields[r->point];
    return r->point == DROP ? owners_find(&k->owners, number_in(r, f->socket), out) : ends_of(f, r, out);
}

static void put_name(struct ktrace *k, const struct record *r)
{
    const struct fields *f = &k->fields[r->point];
    const uint64_t reason = number_in(r, f->reason);
    size_t len;
    const char *name = f->reason.size ? tformat_symbol(f->text, "reason", reason, &len) : NULL;
    str_clear(&k->name);
    str_put(&k->name, points[r->point].name);
    if (f->reason.size)
        str_put_char(&k->name, ':');
    if (name)
        str_put_n(&k->name, name, len);
    else if (f->reason.size)
        str_put_u64(&k->name, reason);
}

static void hear(struct ktrace *k, const uint8_t *raw, uint32_t len, uint64_t time_ns)
{
    uint16_t id;
    void *grown = k->heard;
    if (len < sizeof id)
        return;
    if (!mem_grow(k->mem, &grown, &k->heard_cap, k->heard_count + 1, sizeof *k->heard)) {
        k->lost = true;
        return;
    }
    k->heard = grown;
    memcpy(&id, raw, sizeof id);
    struct record *r = &k->heard[k->heard_count];
    *r = (struct record){.time_ns = time_ns, .point = POINTS};
    for (int p = 0; p < POINTS; p++)
        if (k->fields[p].text && k->fields[p].id == id)
            r->point = (enum point)p;
    memcpy(r->bytes, raw, len < RECORD_MOST ? len : RECORD_MOST);
    k->heard_count += r->point != POINTS;
}

/* Copies from a ring, whose end may come in between. */
static void copy(const struct ktrace *k, const struct ring *r, uint64_t at, void *out, size_t len)
{
    const size_t size = k->ring_pages * k->page_size, from = at & (size - 1);
    const size_t first = len < size - from ? len : size - from;
    const uint8_t *data = (const uint8_t *)r->page + k->page_size;
    memcpy(out, data + from, first);
    memcpy((uint8_t *)out + first, data, len - first);
}

/* A sample: its head, its time, the length of what was written, and that. What the ring had no room for is
 * told in its place. */
static void empty(struct ktrace *k, const struct ring *r)
{
    uint64_t tail = r->page->data_tail;
    const uint64_t head = __atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE);
    while (tail + sizeof(struct perf_event_header) <= head) {
        struct perf_event_header h;
        struct {
            uint64_t time_ns;
            uint32_t len;
        } s;
        uint8_t raw[RECORD_MOST];
        copy(k, r, tail, &h, sizeof h);
        if (h.size < sizeof h)
            break;
        k->lost = k->lost || h.type == PERF_RECORD_LOST;
        if (h.type == PERF_RECORD_SAMPLE && h.size >= sizeof h + 12) {
            copy(k, r, tail + sizeof h, &s, 12);
            const uint32_t most = h.size - (uint32_t)sizeof h - 12, len = s.len < most ? s.len : most;
            const uint32_t kept = len < sizeof raw ? len : (uint32_t)sizeof raw;
            copy(k, r, tail + sizeof h + 12, raw, kept);
            hear(k, raw, kept, s.time_ns);
        }
        tail += h.size;
    }
    __atomic_store_n(&r->page->data_tail, head, __ATOMIC_RELEASE);
}

static int by_time(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    return (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
}

/* What CLOCK_REALTIME is ahead of CLOCK_MONOTONIC. Who is interrupted between the two looks again. */
static uint64_t clocks_apart(void)
{
    uint64_t apart = 0, best_ns = UINT64_MAX;
    for (int i = 0; i < 3; i++) {
        const uint64_t before = clock_steady(), now = clock_now(), took_ns = clock_steady() - before;
        if (took_ns >= best_ns)
            continue;
        best_ns = took_ns;
        apart = now - before - took_ns / 2;
    }
    return apart;
}

void ktrace_drain(struct ktrace *k, ktrace_say *say, void *ctx)
{
    k->lost = false;
    for (size_t i = 0; i < k->ring_count; i++)
        if (k->rings[i].page)
            empty(k, &k->rings[i]);
    if (k->lost)
        owners_clear(&k->owners);
    if (k->heard_count == 0)
        return;
    qsort(k->heard, k->heard_count, sizeof *k->heard, by_time);
    const uint64_t apart = clocks_apart();
    for (size_t i = 0; i < k->heard_count; i++) {
        const struct record *r = &k->heard[i];
        struct ends e;
        if (r->point == STATE) {
            if (!k->lost) /* it may be from before what was not heard */
                follow(k, r);
        } else if (whose(k, r, &e) && (e.local.port == k->port) != (e.remote.port == k->port)) {
            put_name(k, r);
            say(ctx, r->time_ns + apart, k->name.at, &e.local, &e.remote);
        }
    }
    k->heard_count = 0;
}
