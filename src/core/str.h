/* str.h: text that grows. Invariants: after str_init, `at` is never NULL and ends in 0; len does not count
 * that 0. When memory runs out the text stays what it was, `failed` is set and stays set: check once, at the
 * end. */
#ifndef TCPVIZ_CORE_STR_H
#define TCPVIZ_CORE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "core/mem.h"

struct str {
    char *at;
    size_t len, cap;
    const struct mem *mem;
    bool failed;
};

void str_init(struct str *s, const struct mem *m);
void str_release(struct str *s); /* contents; the struct may be initialised again */
void str_clear(struct str *s);   /* to length 0; keeps its memory */
void str_cut(struct str *s, size_t len);
void str_trim(struct str *s); /* blanks at the end go */

/* Makes room for len bytes more and the 0. False: no memory. */
bool str_room(struct str *s, size_t len);

static inline void str_put_n(struct str *s, const char *text, size_t len)
{
    if (!len || (s->cap - s->len <= len && !str_room(s, len)))
        return;
    memcpy(s->at + s->len, text, len);
    s->len += len;
    s->at[s->len] = 0;
}

/* text may be NULL: nothing. The length of a literal is counted by the compiler. */
static inline void str_put(struct str *s, const char *text)
{
    if (text)
        str_put_n(s, text, strlen(text));
}

static inline void str_put_char(struct str *s, char c)
{
    str_put_n(s, &c, 1);
}

void str_put_rep(struct str *s, const char *text, size_t times);
void str_put_u64(struct str *s, uint64_t v);
void str_put_i64(struct str *s, int64_t v);
void str_put_hex(struct str *s, uint64_t v, unsigned digits); /* at least so many digits */
/* v / 10^decimals with exactly that many decimals, at most nine: (str_put_fixed(s, 1500, 3)) is "1.500" */
void str_put_fixed(struct str *s, uint64_t v, unsigned decimals);
/* The text with thousands set apart: 9,600,000 */
void str_put_grouped(struct str *s, uint64_t v);
/* Bytes as a reader likes them in little room: 431, 9,999, "64 K", "2.5 M" (K is 1024 bytes). */
void str_put_size(struct str *s, uint64_t bytes);
/* A length of time in little room with its unit: "46 µs", "203 ms", "8.0 s", "12 min". ascii: "us". */
void str_put_span(struct str *s, uint64_t ns, bool ascii);
/* "127.0.0.1:3344", "[::1]:3344" (RFC 5952 for IPv6); "?" for family 0. */
struct endpoint;
struct addr;
void str_put_addr(struct str *s, const struct addr *a);
void str_put_endpoint(struct str *s, const struct endpoint *e);
/* Makes foreign bytes harmless: C0, DEL, C1 and bidirectional controls become visible (\x1b as "␛" or "^[" in
 * ascii mode, newline as "␊" or "^J"), bytes that are not UTF-8 become U+FFFD ("?" in ascii mode). */
void str_put_safe(struct str *s, const char *bytes, size_t len, bool ascii);
/* The same as the inside of a JSON string: escaped, valid UTF-8, U+FFFD for what is not. */
void str_put_json(struct str *s, const char *bytes, size_t len);
/* Whether str_put_json would put just these bytes. */
bool str_json_plain(const char *bytes, size_t len);

/* The UTF-8 character at the start of bytes: how many bytes it takes (>= 1 while len > 0) and which it is;
 * 0xFFFD where it is none (one byte is then taken). */
size_t utf8_next(const char *bytes, size_t len, uint32_t *out);
void str_put_utf8(struct str *s, uint32_t ch); /* ch: at most 0x10FFFF */
/* How many bytes at the start are printable ASCII, which needs no care and takes a cell each. */
size_t utf8_plain(const char *bytes, size_t len);

#endif
