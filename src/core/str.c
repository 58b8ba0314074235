#include "core/str.h"

#include <string.h>

#include "core/types.h"

/* What `at` points to before there is memory; cap 0 says that it must not be written. */
static const char empty[1] = "";

void str_init(struct str *s, const struct mem *m)
{
    *s = (struct str){.at = (char *)empty, .mem = m};
}

void str_release(struct str *s)
{
    if (s->cap)
        mem_free(s->mem, s->at, s->cap);
    str_init(s, s->mem);
}

void str_clear(struct str *s)
{
    str_cut(s, 0);
}

void str_cut(struct str *s, size_t len)
{
    if (len < s->len) {
        s->len = len;
        s->at[len] = 0;
    }
}

bool str_room(struct str *s, size_t len)
{
    if (s->cap - s->len > len)
        return true;
    void *at = s->cap ? s->at : NULL;
    if (len >= SIZE_MAX / 2 - s->len || !mem_grow(s->mem, &at, &s->cap, s->len + len + 1, 1)) {
        s->failed = true;
        return false;
    }
    s->at = at;
    return true;
}

void str_trim(struct str *s)
{
    size_t len = s->len;
    while (len > 0 && s->at[len - 1] == ' ')
        len--;
    str_cut(s, len);
}

void str_put_rep(struct str *s, const char *text, size_t times)
{
    const size_t len = strlen(text);
    size_t all;
    if (__builtin_mul_overflow(len, times, &all) || !all || (s->cap - s->len <= all && !str_room(s, all)))
        return;
    char *at = s->at + s->len;
    s->len += all;
    s->at[s->len] = 0;
    if (len == 1) {
        memset(at, *text, all);
        return;
    }
    memcpy(at, text, len); /* NOLINT(bugprone-not-null-terminated-result): the end is set above */
    for (size_t done = len, more; done < all; done += more) { /* twice as many at a time */
        more = done < all - done ? done : all - done;
        memcpy(at + done, at, more);
    }
}

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445"
    "46474849505152535455565758596061626364656667686970717273747576777879808182838485868788899091"
    "9293949596979899";

/* The digits of a number, without a loop: all of them can be worked out at once, and most numbers have few.
 */
static char *put_two(char *to, uint32_t v)
{
    memcpy(to, pairs + v * (size_t)2, 2);
    return to + 2;
}

static char *put_four(char *to, uint32_t v)
{
    const uint32_t high = v / 100;
    return put_two(put_two(to, high), v - high * 100);
}

static char *put_eight(char *to, uint32_t v)
{
    const uint32_t high = v / 10000;
    return put_four(put_four(to, high), v - high * 10000);
}

/* v below 100, without zeros before it. */
static char *put_up_to_two(char *to, uint32_t v)
{
    *to = (char)('0' + v);
    return v < 10 ? to + 1 : put_two(to, v);
}

/* The same of v below 10,000; of v below 100,000,000. */
static char *put_up_to_four(char *to, uint32_t v)
{
    const uint32_t high = v / 100;
    return v < 100 ? put_up_to_two(to, v) : put_two(put_up_to_two(to, high), v - high * 100);
}

static char *put_up_to_eight(char *to, uint32_t v)
{
    const uint32_t high = v / 10000;
    return v < 10000 ? put_up_to_four(to, v) : put_four(put_up_to_four(to, high), v - high * 10000);
}

enum { DIGITS = 20 /* that a number has at most */ };

static char *put_number(char *to, uint64_t v)
{
    enum { EIGHT = 100000000 };
    if (v < EIGHT)
        return put_up_to_eight(to, (uint32_t)v);
    const uint64_t high = v / EIGHT;
    to = high < EIGHT ? put_up_to_eight(to, (uint32_t)high)
                      : put_eight(put_up_to_four(to, (uint32_t)(high / EIGHT)), (uint32_t)(high % EIGHT));
    return put_eight(to, (uint32_t)(v - high * EIGHT));
}

void str_put_u64(struct str *s, uint64_t v)
{
    if (s->cap - s->len <= DIGITS && !str_room(s, DIGITS))
        return;
    char *end = put_number(s->at + s->len, v);
    *end = 0;
    s->len = (size_t)(end - s->at);
}

void str_put_i64(struct str *s, int64_t v)
{
    if (v < 0)
        str_put_char(s, '-');
    str_put_u64(s, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void str_put_hex(struct str *s, uint64_t v, unsigned digits)
{
    for (unsigned n = 16; n-- > 0;)
        if (n < digits || n == 0 || v >> (4 * n))
            str_put_char(s, "0123456789abcdef"[v >> (4 * n) & 15]);
}

/* Exactly so many digits of v, the last ones. */
static char *put_decimals(char *to, uint32_t v, unsigned decimals)
{
    unsigned left = decimals;
    for (; left >= 4; left -= 4, v /= 10000)
        put_four(to + left - 4, v % 10000);
    for (; left > 0; left--, v /= 10)
        to[left - 1] = (char)('0' + v % 10);
    return to + decimals;
}

void str_put_fixed(struct str *s, uint64_t v, unsigned decimals)
{
    static const uint32_t units[] = {1,      10,      100,      1000,      10000,
                                     100000, 1000000, 10000000, 100000000, 1000000000};
    enum { MOST = COUNT_OF(units) - 1, ROOM = DIGITS + 1 + MOST };
    if (decimals > MOST || (s->cap - s->len <= ROOM && !str_room(s, ROOM)))
        return;
    const uint64_t whole = decimals == MOST ? v / 1000000000 : v / units[decimals];
    char *end = put_number(s->at + s->len, whole);
    if (decimals) {
        *end = '.';
        end = put_decimals(end + 1, (uint32_t)(v - whole * units[decimals]), decimals);
    }
    *end = 0;
    s->len = (size_t)(end - s->at);
}

void str_put_grouped(struct str *s, uint64_t v)
{
    char digits[DIGITS], text[26];
    size_t len = 0;
    const char *end = put_number(digits, v);
    for (const char *at = digits; at < end; at++) {
        if (at > digits && (end - at) % 3 == 0)
            text[len++] = ',';
        text[len++] = *at;
    }
    str_put_n(s, text, len);
}

/* v / unit, rounded: one decimal below ten, none from there on. */
static void put_scaled(struct str *s, uint64_t v, uint64_t unit)
{
    uint64_t whole = v / unit, tenths = whole * 10 + (v % unit * 10 + unit / 2) / unit;
    if (tenths < 100)
        str_put_fixed(s, tenths, 1);
    else
        str_put_u64(s, whole + (v % unit >= unit - unit / 2));
}

void str_put_size(struct str *s, uint64_t bytes)
{
    static const char letters[] = "KMGTPE";
    if (bytes < 10000) {
        str_put_grouped(s, bytes);
        return;
    }
    unsigned i = 0;
    uint64_t unit = 1024;
    while (letters[i + 1] && bytes / unit + (bytes % unit >= unit / 2) >= 1024) {
        unit *= 1024;
        i++;
    }
    if (bytes % unit == 0) /* 64 K, and not 8.0 K: sizes of buffers are often whole */
        str_put_u64(s, bytes / unit);
    else
        put_scaled(s, bytes, unit);
    str_put_char(s, ' ');
    str_put_char(s, letters[i]);
}

void str_put_span(struct str *s, uint64_t ns, bool ascii)
{
    /* A unit is used below `most` of it; above, the next one. */
    static const struct {
        uint64_t unit, most;
        const char *name, *ascii;
    } units[] = {
        {1, 1000, "ns", "ns"},
        {1000, 1000, "µs", "us"},
        {1000000, 1000, "ms", "ms"},
        {1000000000, 120, "s", "s"},
        {60 * UINT64_C(1000000000), 120, "min", "min"},
        {3600 * UINT64_C(1000000000), 48, "h", "h"},
        {86400 * UINT64_C(1000000000), UINT64_MAX, "d", "d"},
    };
    size_t i = 0;
    uint64_t nearest;
    while ((nearest = ns / units[i].unit + (ns % units[i].unit * 2 >= units[i].unit && units[i].unit > 1)) >=
           units[i].most)
        i++;
    if (units[i].unit == 1 || units[i].unit > UINT64_C(1000000000))
        str_put_u64(s, nearest);
    else
        put_scaled(s, ns, units[i].unit);
    str_put_char(s, ' ');
    str_put(s, ascii ? units[i].ascii : units[i].name);
}

void str_put_utf8(struct str *s, uint32_t ch)
{
    char b[4];
    if (ch < 0x80) {
        str_put_char(s, (char)ch);
        return;
    }
    int n = ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
    for (int i = n - 1; i > 0; i--) {
        b[i] = (char)(0x80 | (ch & 0x3f));
        ch >>= 6;
    }
    b[0] = (char)((0xf00 >> n) | ch);
    str_put_n(s, b, (size_t)n);
}
