/* cksum.c: RFC 1071 2 (B): the sum does not depend on the order of the bytes within a word but for a swap at
 * the end, and (A): nor on the width of the additions. So words are added as the machine has them, 32 bits
 * into 64, two sums side by side, and swapped once. */
#include "core/cksum.h"

#include <string.h>

uint64_t cksum_add(uint64_t sum, const uint8_t *bytes, size_t len)
{
    uint64_t other = 0;
    for (; len >= 16; bytes += 16, len -= 16) {
        uint64_t word[2];
        memcpy(word, bytes, sizeof word);
        sum += (word[0] & UINT32_MAX) + (word[0] >> 32);
        other += (word[1] & UINT32_MAX) + (word[1] >> 32);
    }
    for (; len >= 4; bytes += 4, len -= 4) {
        uint32_t word;
        memcpy(&word, bytes, sizeof word);
        sum += word;
    }
    if (len) {
        uint32_t word = 0;
        memcpy(&word, bytes, len);
        sum += word;
    }
    return sum + other;
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
