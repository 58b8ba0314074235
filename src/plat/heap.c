/* heap.c: realloc and free as a struct mem. */
#include "plat/heap.h"
#include <stdlib.h>

static void *heap_resize(void *ctx, void *old, size_t old_size, size_t new_size)
{
    (void)ctx, (void)old_size;
    if (new_size)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

const struct mem *heap_mem(void)
{
    static const struct mem heap = {heap_resize, NULL};
    return &heap;
}
