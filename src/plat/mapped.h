/* mapped.h: the bytes of a file that is read once, from its first byte on: mapped where it is a plain file,
 * read into memory where it is a pipe, a terminal, standard input, a file that is followed while it grows, or
 * packed (unpack.h): then they are the unpacked ones. What is in memory is bounded: what was released goes.
 */
#ifndef TCPVIZ_PLAT_MAPPED_H
#define TCPVIZ_PLAT_MAPPED_H

#include "core/mem.h"
#include "plat/fail.h"

#include <stdint.h>

struct mapped;

/* Opens path; "-" is the standard input. follow: its end is not the end, until another file takes its place
 * or it is cut. Memory comes from m. A mapped file must not be made shorter meanwhile. NULL: f says why. */
struct mapped *mapped_open(const struct mem *m, const char *path, bool follow, struct fail *f);
void mapped_close(struct mapped *b);

/* What there is so far: *len bytes, of which the first stands at offset *base; valid until mapped_more or
 * mapped_close. Never NULL. */
const uint8_t *mapped_bytes(const struct mapped *b, uint64_t *base, size_t *len);
/* Bytes before that offset are not asked for any more. */
void mapped_release(struct mapped *b, uint64_t upto);
/* How far that offset is: *at becomes one in the file as it lies there, packed or not, and *whole its length;
 * 0 while that is not known (a pipe). */
void mapped_progress(const struct mapped *b, uint64_t *at, uint64_t *whole);
/* Whether all bytes stay where they are until it is closed, released or not. */
bool mapped_lasting(const struct mapped *b);
/* Whether nothing will follow. */
bool mapped_all(const struct mapped *b);

enum mapped_next {
    MAPPED_GREW,  /* there is more, or mapped_all became true */
    MAPPED_WAITS, /* not yet: mapped_fd becomes readable when it is worth asking again */
    MAPPED_FAILED /* f says why */
};
/* Reads what comes next; does not wait. */
enum mapped_next mapped_more(struct mapped *b, struct fail *f);
/* To wait for after MAPPED_WAITS. */
int mapped_fd(const struct mapped *b);

/* What was wrong with how the bytes ended (packed ones that are damaged or cut, a followed file that was cut
 * or replaced), for the catalogue; NULL: nothing. *at is the offset in the file as it lies there, packed or
 * not. *harmless: it is no damage. */
const char *mapped_problem(const struct mapped *b, uint64_t *at, bool *harmless);

#endif
