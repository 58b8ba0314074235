/* heap.h: the ordinary memory: realloc and free behind core's struct mem. Static storage. */
#ifndef TCPVIZ_PLAT_HEAP_H
#define TCPVIZ_PLAT_HEAP_H

#include <stdint.h>
#include "core/mem.h"

const struct mem *heap_mem(void);
/* Half of the machine's memory, bytes. */
uint64_t memory_half(void);

#endif
