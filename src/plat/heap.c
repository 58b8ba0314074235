/* heap.c: realloc and free as a struct mem. What is as large as a huge page is mapped by itself and asked for
 * as such: the first touch of each small page costs as much as judging some segments, and what the kernel
 * gives is zero already. */
#include "plat/heap.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, HUGE_PAGE = 2 << 20, HOARD = 64 << 20, HOARD_PAD = 1 << 20 };

static size_t pages(size_t size)
{
    return (size + PAGE - 1) / PAGE * PAGE;
}

/* Zeroed memory that begins at a huge page; NULL: there is none. */
static void *huge_new(size_t size)
{
    const size_t len = pages(size), whole = len + HUGE_PAGE;
    unsigned char *at = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    const size_t head = (HUGE_PAGE - (size_t)at % HUGE_PAGE) % HUGE_PAGE;
    if (head)
        munmap(at, head);
    if (whole - head > len)
        munmap(at + head + len, whole - head - len);
    (void)madvise(at + head, len, MADV_HUGEPAGE);
    return at + head;
}

/* Between sizes of which one at least is huge. */
static void *huge_resize(void *old, size_t old_size, size_t new_size)
{
    void *at;
    if (old_size >= HUGE_PAGE && new_size >= HUGE_PAGE) {
        at = mremap(old, pages(old_size), pages(new_size), MREMAP_MAYMOVE);
        return at == MAP_FAILED ? NULL : at;
    }
    at = new_size >= HUGE_PAGE ? huge_new(new_size) : new_size ? malloc(new_size) : NULL;
    if (new_size && !at)
        return NULL;
    if (old && at)
        memcpy(at, old, old_size < new_size ? old_size : new_size);
    if (old_size >= HUGE_PAGE)
        munmap(old, pages(old_size));
    else
        free(old);
    return at;
}

static void *heap_resize(void *ctx, void *old, size_t old_size, size_t new_size)
{
    (void)ctx;
    if (old_size >= HUGE_PAGE || new_size >= HUGE_PAGE)
        return huge_resize(old, old_size, new_size);
    if (new_size)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

static void *heap_zeroed(void *ctx, size_t size)
{
    (void)ctx;
    return size >= HUGE_PAGE ? huge_new(size) : calloc(1, size);
}

void heap_hoard(void)
{
    mallopt(M_TRIM_THRESHOLD, HOARD);
    mallopt(M_MMAP_THRESHOLD, HUGE_PAGE);
    mallopt(M_TOP_PAD, HOARD_PAD);
}

uint64_t memory_half(void)
{
    const long count = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return count > 0 && size > 0 ? (uint64_t)count * (uint64_t)size / 2 : 0;
}

const struct mem *heap_mem(void)
{
    static const struct mem heap = {heap_resize, NULL, heap_zeroed};
    return &heap;
}
