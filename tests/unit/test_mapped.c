/* The bytes of a file: from pipes, packed, followed while they grow; every way to cut what is packed. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "core/types.h"
#include "plat/heap.h"
#include "plat/mapped.h"

enum { MANY = 3 << 20 /* more than the buffers hold */ };

/* A file that is there for one test. */
struct place {
    char name[40];
    int fd;
};

static struct place place(void)
{
    struct place p = {.name = "/tmp/tcpviz-mapped-XXXXXX"};
    p.fd = mkstemp(p.name);
    assert_true(p.fd >= 0);
    return p;
}

static void leave(struct place *p)
{
    close(p->fd);
    unlink(p->name);
}

static void add(const struct place *p, const void *bytes, size_t len)
{
    assert_int_equal(write(p->fd, bytes, len), len);
}

/* Bytes that pack a little, and differ from place to place. */
static uint8_t *sample(size_t len)
{
    uint8_t *bytes = malloc(len + 1);
    uint32_t state = 7;
    for (size_t i = 0; i < len; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] = (uint8_t)(i % 64 < 40 ? i / 512 : state >> 24);
    }
    return bytes;
}

static size_t pack_gzip(uint8_t *to, size_t room, const uint8_t *from, size_t len)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)from;
    z.avail_in = (uInt)len;
    z.next_out = to;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static size_t pack_zstd(uint8_t *to, size_t room, const uint8_t *from, size_t len)
{
    size_t size = ZSTD_compress(to, room, from, len, 3);
    assert_false(ZSTD_isError(size));
    return size;
}

static size_t (*const packers[])(uint8_t *, size_t, const uint8_t *, size_t) = {pack_gzip, pack_zstd};

/* Reads to the end, letting go what was read; the bytes must be those of want. How many there were. */
static size_t drain(struct mapped *b, const uint8_t *want, size_t most)
{
    struct fail f = {0};
    uint64_t base;
    size_t len, total = 0;
    for (bool more = true; more;) {
        const uint8_t *bytes = mapped_bytes(b, &base, &len);
        assert_int_equal(base, total);
        assert_true(total + len <= most);
        assert_memory_equal(bytes, want + total, len);
        total += len;
        mapped_release(b, total);
        more = !mapped_all(b);
        if (more)
            assert_int_equal(mapped_more(b, &f), MAPPED_GREW);
    }
    return total;
}

static void plain_files_are_mapped(void **state)
{
    (void)state;
    struct place p = place();
    struct fail f = {0};
    uint8_t *bytes = sample(4 * MANY);
    add(&p, bytes, 4 * MANY);
    struct mapped *b = mapped_open(heap_mem(), p.name, false, &f);
    assert_non_null(b);
    uint64_t base;
    size_t len;
    const uint8_t *at = mapped_bytes(b, &base, &len);
    assert_true(mapped_all(b) && base == 0 && len == 4 * MANY);
    mapped_release(b, 4 * MANY); /* and may be looked at all the same */
    assert_memory_equal(at, bytes, len);
    assert_ptr_equal(mapped_bytes(b, &base, &len), at);
    mapped_close(b);
    free(bytes);
    leave(&p);
}

/* Members one after the other, zeros behind the last as tapes have them. */
static void packed_files_are_unpacked(void **state)
{
    (void)state;
    uint8_t *bytes = sample(MANY), *packed = malloc(2 * MANY);
    for (size_t kind = 0; kind < COUNT_OF(packers); kind++) {
        struct place p = place();
        struct fail f = {0};
        size_t first = packers[kind](packed, 2 * MANY, bytes, MANY / 3);
        size_t size =
            first + packers[kind](packed + first, 2 * MANY - first, bytes + MANY / 3, MANY - MANY / 3);
        if (kind == 0)
            memset(packed + size, 0, 100);
        add(&p, packed, size + (kind == 0 ? 100 : 0));
        struct mapped *b = mapped_open(heap_mem(), p.name, false, &f);
        assert_non_null(b);
        assert_int_equal(drain(b, bytes, MANY), MANY);
        uint64_t at;
        bool harmless;
        assert_null(mapped_problem(b, &at, &harmless));
        mapped_close(b);
        leave(&p);
    }
    free(bytes);
    free(packed);
}

/* Cut anywhere, what can be unpacked comes, and the cut is told; so is a byte that is not what it was. */
static void packed_files_that_are_broken(void **state)
{
    (void)state;
    enum { LEN = 3000 };
    uint8_t *bytes = sample(LEN), packed[2 * LEN];
    for (size_t kind = 0; kind < COUNT_OF(packers); kind++) {
        size_t size = packers[kind](packed, sizeof packed, bytes, LEN);
        for (size_t cut = 4; cut < size; cut++) {
            struct place p = place();
            struct fail f = {0};
            add(&p, packed, cut);
            struct mapped *b = mapped_open(heap_mem(), p.name, false, &f);
            assert_true(drain(b, bytes, LEN) <= LEN);
            uint64_t at;
            bool harmless;
            assert_string_equal(mapped_problem(b, &at, &harmless), "the packed bytes end too early");
            assert_true(at == cut && !harmless);
            mapped_close(b);
            leave(&p);
        }
        uint8_t *damaged = kind == 0 ? &packed[size - 8] : &packed[5]; /* the sum; the size of the window */
        *damaged ^= 0xFF;
        struct place p = place();
        struct fail f = {0};
        add(&p, packed, size);
        struct mapped *b = mapped_open(heap_mem(), p.name, false, &f);
        drain(b, bytes, LEN);
        uint64_t at;
        bool harmless;
        assert_non_null(mapped_problem(b, &at, &harmless));
        assert_true(at <= size && !harmless);
        mapped_close(b);
        leave(&p);
    }
    struct place p = place(); /* what follows the last member is none */
    struct fail f = {0};
    size_t size = pack_gzip(packed, sizeof packed, bytes, LEN);
    add(&p, packed, size);
    add(&p, "\0junk", 5);
    struct mapped *b = mapped_open(heap_mem(), p.name, false, &f);
    assert_int_equal(drain(b, bytes, LEN), LEN);
    uint64_t at;
    bool harmless;
    assert_string_equal(mapped_problem(b, &at, &harmless), "the packed bytes are damaged");
    assert_int_equal(at, size + 1);
    mapped_close(b);
    leave(&p);
    free(bytes);
}

static size_t held, most_held;

static void *counting_resize(void *ctx, void *old, size_t old_size, size_t new_size)
{
    (void)ctx;
    held += new_size - old_size;
    most_held = held > most_held ? held : most_held;
    if (new_size)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

/* However much comes, what is kept of it is little. */
static void what_was_released_goes(void **state)
{
    (void)state;
    static const struct mem counting = {.resize = counting_resize, .ctx = NULL};
    uint8_t *bytes = calloc(4, MANY), *packed = malloc(MANY);
    struct place p = place();
    struct fail f = {0};
    add(&p, packed, pack_gzip(packed, MANY, bytes, 4 * MANY));
    struct mapped *b = mapped_open(&counting, p.name, false, &f);
    assert_int_equal(drain(b, bytes, 4 * MANY), 4 * MANY);
    mapped_close(b);
    assert_int_equal(held, 0);
    assert_true(most_held < 2 << 20);
    leave(&p);
    free(bytes);
    free(packed);
}

static bool may_read(const struct mapped *b, int ms)
{
    struct pollfd p = {.fd = mapped_fd(b), .events = POLLIN};
    return poll(&p, 1, ms) > 0;
}

/* Pieces of a pipe, the first ones smaller than what tells whether they are packed. */
static void pipes_are_read(void **state)
{
    (void)state;
    enum { LEN = 180000 };
    uint8_t *bytes = sample(LEN), *packed = malloc(2 * LEN);
    for (int kind = 0; kind < 3; kind++) {
        int ends[2], saved = dup(STDIN_FILENO);
        struct fail f = {0};
        uint64_t base;
        size_t len, got = 0;
        const size_t size = kind < 2 ? packers[kind](packed, 2 * LEN, bytes, LEN) : LEN;
        const uint8_t *sent = kind < 2 ? packed : bytes;
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
        struct mapped *b = mapped_open(heap_mem(), "-", false, &f);
        assert_non_null(b);
        assert_int_equal(mapped_more(b, &f), MAPPED_WAITS); /* nothing there yet */
        assert_int_equal(mapped_fd(b), STDIN_FILENO);
        assert_false(may_read(b, 0));
        for (size_t at = 0, piece = 1; at < size; at += piece, piece = at < 10 ? 1 : 3000) {
            piece = piece < size - at ? piece : size - at;
            assert_int_equal(write(ends[1], sent + at, piece), piece);
            while (mapped_more(b, &f) == MAPPED_GREW)
                ;
            const uint8_t *given = mapped_bytes(b, &base, &len);
            if (kind == 2 || at >= 10) {
                assert_true(base + len >= got && base + len <= LEN);
                assert_memory_equal(given, bytes + base, len);
                got = (size_t)base + len;
                mapped_release(b, got - got % 7);
            }
        }
        assert_false(mapped_all(b));
        close(ends[1]);
        while (!mapped_all(b))
            assert_int_equal(mapped_more(b, &f), MAPPED_GREW);
        const uint8_t *given = mapped_bytes(b, &base, &len);
        assert_int_equal(base + len, LEN);
        assert_memory_equal(given, bytes + base, len);
        mapped_close(b);
        close(ends[0]);
        dup2(saved, STDIN_FILENO);
        close(saved);
    }
    free(bytes);
    free(packed);
}

/* What comes until it would have to wait. */
static size_t caught_up(struct mapped *b)
{
    struct fail f = {0};
    uint64_t base;
    size_t len;
    while (mapped_more(b, &f) == MAPPED_GREW && !mapped_all(b))
        ;
    (void)mapped_bytes(b, &base, &len);
    return (size_t)base + len;
}

static void files_that_grow(void **state)
{
    (void)state;
    struct fail f = {0};
    uint64_t at;
    bool harmless;
    for (int end = 0; end < 3; end++) {
        struct place p = place(), other = place();
        struct mapped *b = mapped_open(heap_mem(), p.name, true, &f);
        assert_non_null(b);
        assert_int_equal(caught_up(b), 0);
        assert_false(mapped_all(b) || may_read(b, 0));
        for (size_t i = 1; i <= 5; i++) {
            add(&p, "a piece of it", 13);
            assert_true(may_read(b, 5000));
            assert_int_equal(caught_up(b), i * 13);
            assert_false(may_read(b, 0));
        }
        if (end == 0)
            assert_int_equal(ftruncate(p.fd, 20), 0);
        else if (end == 1)
            unlink(p.name);
        else
            rename(other.name, p.name);
        assert_true(may_read(b, 5000));
        assert_int_equal(caught_up(b), 65);
        assert_true(mapped_all(b));
        assert_non_null(mapped_problem(b, &at, &harmless));
        assert_true(at == 65 && harmless == (end > 0));
        mapped_close(b);
        leave(&other);
        leave(&p);
    }
}

static void files_that_cannot_be_read(void **state)
{
    (void)state;
    struct fail f = {0};
    uint64_t base;
    size_t len;
    assert_null(mapped_open(heap_mem(), "/nowhere/at.pcap", false, &f));
    assert_int_equal(f.status, FAIL_SYSTEM);
    assert_string_equal(f.what, "/nowhere/at.pcap");
    assert_string_equal(f.why, strerror(2));
    assert_null(mapped_open(heap_mem(), "/", false, &f));
    assert_string_equal(f.why, "Is a directory");
    fail_release(&f);
    struct place p = place();
    struct mapped *b = mapped_open(heap_mem(), p.name, false, &f);
    assert_non_null(b);
    assert_non_null(mapped_bytes(b, &base, &len));
    assert_int_equal(len, 0);
    assert_true(mapped_all(b));
    mapped_close(b);
    leave(&p);
    mapped_close(NULL);
}

static size_t requests_left;

static void *failing_resize(void *ctx, void *old, size_t old_size, size_t new_size)
{
    (void)ctx;
    (void)old_size;
    if (new_size)
        return requests_left ? requests_left--, realloc(old, new_size) : NULL;
    free(old);
    return NULL;
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    static const struct mem failing = {.resize = failing_resize, .ctx = NULL};
    enum { LEN = 3000 };
    uint8_t *bytes = sample(LEN), packed[2 * LEN];
    struct place p = place();
    add(&p, packed, pack_gzip(packed, sizeof packed, bytes, LEN));
    for (size_t n = 0; n < 4; n++) {
        struct fail f = {0};
        requests_left = n;
        struct mapped *b = mapped_open(&failing, p.name, false, &f);
        assert_int_equal(b != NULL, n >= 2);
        if (b)
            assert_int_equal(mapped_more(b, &f), MAPPED_FAILED);
        assert_int_equal(f.status, FAIL_SYSTEM);
        assert_string_equal(f.why, "Cannot allocate memory");
        fail_release(&f);
        mapped_close(b);
    }
    leave(&p);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_files_are_mapped),
        cmocka_unit_test(packed_files_are_unpacked),
        cmocka_unit_test(packed_files_that_are_broken),
        cmocka_unit_test(what_was_released_goes),
        cmocka_unit_test(pipes_are_read),
        cmocka_unit_test(files_that_grow),
        cmocka_unit_test(files_that_cannot_be_read),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
