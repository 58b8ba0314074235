/* mem.h: where core gets its memory from. Core has no malloc of its own: whoever makes an object hands it one
 * of these, so that a test can fail the Nth allocation. plat/heap.h has the ordinary one. */
#ifndef TCPVIZ_CORE_MEM_H
#define TCPVIZ_CORE_MEM_H

#include <stdbool.h>
#include <stddef.h>

struct mem {
    /* Like realloc: old may be NULL (then old_size is 0); new_size 0 frees and returns NULL.
     * NULL otherwise means that there is no memory; old then stays valid. */
    void *(*resize)(void *ctx, void *old, size_t old_size, size_t new_size);
    void *ctx;
    /* Zeroed memory that resize may take on; NULL: resize gives it, and it is cleared here. */
    void *(*zeroed)(void *ctx, size_t size);
};

/* Zeroed memory, or NULL. */
void *mem_new(const struct mem *m, size_t size);
void mem_free(const struct mem *m, void *p, size_t size);
/* Makes *items (of item_size bytes each) hold at least `want`; *cap is what it holds now. New items are not
 * initialised. False, with nothing changed, where there is no memory. */
bool mem_grow(const struct mem *m, void **items, size_t *cap, size_t want, size_t item_size);

/* An arena: many small things that live and die together. Memory from it is zeroed, aligned to 8 bytes. */
struct arena;
struct arena *arena_new(const struct mem *m);
void arena_free(struct arena *a);
void *arena_take(struct arena *a, size_t size);                  /* NULL: no memory */
char *arena_text(struct arena *a, const char *text, size_t len); /* a copy, ended by 0 */
size_t arena_used(const struct arena *a);                        /* bytes held from m */

#endif
