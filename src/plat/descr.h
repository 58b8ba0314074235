/* descr.h: file descriptors are numbers that a class sees: the lab's sockets get the small ones, as in any
 * textbook program (3, 4, 5 …), and what the program itself needs stays above. */
#ifndef TCPVIZ_PLAT_DESCR_H
#define TCPVIZ_PLAT_DESCR_H

#include <stdint.h>

/* Takes all free descriptors below 64, so that those opened until descr_release are above. Returns which it
 * took, a bit each. */
uint64_t descr_reserve(void);
void descr_release(uint64_t taken);

/* Moves a descriptor above 64 and returns its new number; the old one where that cannot be done. Keeps
 * close-on-exec. */
int descr_high(int fd);

/* As many descriptors as the system lets us have, at most 65,536: `connect 1000` takes two for each
 * connection. */
void descr_many(void);

#endif
