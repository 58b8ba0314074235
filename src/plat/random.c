#include "plat/random.h"

#include <sys/random.h>
#include <time.h>

/* Where the kernel has no number to give (it has just booted, or a sandbox keeps the call from us), the clock
 * and where this stack lies are still more than the writer of a capture can know. */
uint64_t random_word(void)
{
    uint64_t word = 0;
    if (getrandom(&word, sizeof word, GRND_NONBLOCK) != (ssize_t)sizeof word) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        word = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec ^ (uint64_t)(uintptr_t)&now;
    }
    return word ? word : 1;
}
