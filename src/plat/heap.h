/* heap.h: the ordinary memory: realloc and free behind core's struct mem. Static storage. */
#ifndef TCPVIZ_PLAT_HEAP_H
#define TCPVIZ_PLAT_HEAP_H

#include "core/mem.h"

const struct mem *heap_mem(void);

#endif
