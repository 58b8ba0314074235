/* cksum.c: RFC 1071 2 (B): the sum does not depend on the order of the bytes within a word but for a swap at
 * the end, and (A): nor on the width of the additions. So words are added as the machine has them, 32 bits
 * into 64, four sums side by side, and swapped once. */
#include "core/cksum.h"

#include <string.h>

/* Two words side by side. */
typedef uint64_t pair __attribute__((vector_size(16)));

/* Adds what is whole of 32 bytes: each half of eight bytes into a sum of its own. */
static uint64_t add_wide(const uint8_t *bytes, size_t len)
{
    const pair low = {UINT32_MAX, UINT32_MAX};
    pair sums[4] = {{0}};
    for (; len >= 32; bytes += 32, len -= 32) {
        pair word[2];
        memcpy(word, bytes, sizeof word);
        sums[0] += word[0] & low;
        sums[1] += word[0] >> 32;
        sums[2] += word[1] & low;
        sums[3] += word[1] >> 32;
    }
    pair sum = sums[0] + sums[1] + sums[2] + sums[3];
    return sum[0] + sum[1];
}

uint64_t cksum_add(uint64_t sum, const uint8_t *bytes, size_t len)
{
    const size_t wide = len & ~(size_t)31;
    if (wide)
        sum += add_wide(bytes, wide);
    for (bytes += wide, len -= wide; len >= 4; bytes += 4, len -= 4) {
        uint32_t word;
        memcpy(&word, bytes, sizeof word);
        sum += word;
    }
    if (len & 2) {
        uint16_t half;
        memcpy(&half, bytes, sizeof half);
        sum += half;
        bytes += 2;
    }
    if (len & 1) {
        uint16_t last = 0;
        memcpy(&last, bytes, 1);
        sum += last;
    }
    return sum;
}

uint16_t cksum_fold(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (uint16_t)(sum << 8 | sum >> 8);
#else
    return (uint16_t)sum;
#endif
}
