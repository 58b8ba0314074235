/* cksum.h: the Internet checksum (RFC 1071). */
#ifndef TCPVIZ_CORE_CKSUM_H
#define TCPVIZ_CORE_CKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Adds bytes to a sum that begins as 0. All pieces but the last must have an even length. */
uint64_t cksum_add(uint64_t sum, const uint8_t *bytes, size_t len);
/* The sum folded to 16 bits, as the field of a header would hold it read in network order; not complemented.
 * Over bytes that include a right checksum it is 0xFFFF. */
uint16_t cksum_fold(uint64_t sum);

#endif
