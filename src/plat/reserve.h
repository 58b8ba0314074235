/* reserve.h: memory for who ends the program where there is none. */
#ifndef TCPVIZ_PLAT_RESERVE_H
#define TCPVIZ_PLAT_RESERVE_H

#include <stddef.h>

/* Like realloc and free; where there is no memory, what is asked for comes out of the reserve while that
 * lasts. */
void *reserve_resize(void *old, size_t size);
void reserve_free(void *p);

#endif
