/* fate.h: what happens to a frame by chance. All of it follows from the seed, the direction of the frame and
 * its number in that direction, not from time: the same seed gives the same fates. Pure. */
#ifndef TCPVIZ_LAB_FATE_H
#define TCPVIZ_LAB_FATE_H

#include <stdbool.h>
#include <stdint.h>
#include "core/types.h"

/* Each is drawn by itself: a direction that also loses frames duplicates the same ones. */
enum fate { FATE_LOSS, FATE_DUPLICATE, FATE_REORDER, FATE_CORRUPT, FATE_JITTER, FATE_BIT };

enum { FATE_CERTAIN = 100000 }; /* thousandths of a percent */

/* Any 64 bits, each as likely. number counts from 1. */
uint64_t fate_draw(uint64_t seed, enum side from, uint64_t number, enum fate what);
/* Whether it befalls that frame, where it befalls `chance` of FATE_CERTAIN. */
bool fate_befalls(uint64_t seed, enum side from, uint64_t number, enum fate what, uint32_t chance);
/* How much earlier or later it comes: -most to +most. */
int64_t fate_jitter(uint64_t seed, enum side from, uint64_t number, uint64_t most);

#endif
