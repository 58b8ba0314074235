/* slice.h: how soon the scheduler lets the program have a processor once it is woken.
 *
 * A program that runs for a moment and has to run at once asks for short slices: it then gets less time at
 * once, but goes before others that are on a processor already. That costs nobody anything and needs no
 * privilege; a kernel that does not know it (before 6.12) changes nothing. */
#ifndef TCPVIZ_PLAT_SLICE_H
#define TCPVIZ_PLAT_SLICE_H

#include <stdint.h>

void slice_short(uint64_t ns);

#endif
