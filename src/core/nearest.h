/* nearest.h: the right word for a mistyped one. */
#ifndef TCPVIZ_CORE_NEAREST_H
#define TCPVIZ_CORE_NEAREST_H

#include <stddef.h>

/* How many single mistakes lie between two words: a byte too much, one missing, one wrong, or two neighbours
 * swapped (optimal string alignment). Words longer than 40 bytes are as far from each other as the longer one
 * is long. */
size_t word_distance(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
