/* heap.c: realloc and free as a struct mem. */
#include "plat/heap.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HUGE_PAGE = 2 << 20 };

/* What is as large as a huge page is asked for as such: the first touch of each small page costs as much as
 * judging some segments. */
static void *huge(size_t size)
{
    void *at = aligned_alloc(HUGE_PAGE, (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
    if (at)
        (void)madvise(at, size, MADV_HUGEPAGE);
    return at;
}

static void *heap_resize(void *ctx, void *old, size_t old_size, size_t new_size)
{
    (void)ctx, (void)old_size;
    if (!old && new_size >= HUGE_PAGE)
        return huge(new_size);
    if (new_size)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

uint64_t memory_half(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size / 2 : 0;
}

const struct mem *heap_mem(void)
{
    static const struct mem heap = {heap_resize, NULL};
    return &heap;
}
