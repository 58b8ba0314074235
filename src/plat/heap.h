/* heap.h: the ordinary memory: realloc and free behind core's struct mem. Static storage. */
#ifndef TCPVIZ_PLAT_HEAP_H
#define TCPVIZ_PLAT_HEAP_H

#include <stdint.h>
#include "core/mem.h"

const struct mem *heap_mem(void);
/* Memory that is freed is kept for what comes next, some tens of megabytes of it: where much is taken and
 * given back all the time, the kernel would clear the same pages again and again. */
void heap_hoard(void);
/* Half of the machine's memory, bytes. */
uint64_t memory_half(void);

#endif
