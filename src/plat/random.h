/* random.h: numbers that nobody who writes to us can guess. */
#ifndef TCPVIZ_PLAT_RANDOM_H
#define TCPVIZ_PLAT_RANDOM_H

#include <stdint.h>

uint64_t random_word(void); /* never 0 */

#endif
