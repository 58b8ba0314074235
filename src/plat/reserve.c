/* reserve.c: libuv aborts where it finds no room for the list of descriptors that it watches (uv__io_start),
 * and whoever aborts says nothing. Its hooks have no context, so the reserve is the one of the process; it
 * costs nothing while nobody needs it. */
#include "plat/reserve.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    RESERVE = 128 * 1024 /* that list for some thousands of descriptors, and the smaller ones before it */,
    ALIGN = 16
};

static struct {
    _Alignas(ALIGN) unsigned char bytes[RESERVE];
    size_t used; /* what was given out is not taken back */
} reserve;

/* How many bytes from p on may be read, where p came from here; 0: it did not. */
static size_t reserved(const void *p)
{
    const uintptr_t at = (uintptr_t)p, begin = (uintptr_t)reserve.bytes;
    return at >= begin && at < begin + reserve.used ? (size_t)(begin + reserve.used - at) : 0;
}

static void *from_reserve(size_t size)
{
    if (size > RESERVE - reserve.used)
        return NULL;
    void *p = reserve.bytes + reserve.used;
    reserve.used += (size + ALIGN - 1) / ALIGN * ALIGN;
    return p;
}

void *reserve_resize(void *old, size_t size)
{
    const size_t had = reserved(old);
    void *p = had ? malloc(size) : realloc(old, size);
    if (!p && size)
        p = from_reserve(size);
    else if (!had)
        return p;
    if (p && old) {
        const size_t holds = had ? had : malloc_usable_size(old);
        memcpy(p, old, holds < size ? holds : size);
        reserve_free(old);
    }
    return p;
}

void reserve_free(void *p)
{
    if (!reserved(p))
        free(p);
}
