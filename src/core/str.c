#include "core/str.h"

#include <string.h>

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
    size_t len = strlen(text);
    if (!len || !times || times > SIZE_MAX / 2 / len || !str_room(s, len * times))
        return;
    char *at = s->at + s->len;
    s->len += len * times;
    if (len == 1)
        memset(at, *text, times);
    for (; len > 1 && times > 0; times--, at += len)
        memcpy(at, text, len); /* NOLINT(bugprone-not-null-terminated-result): the end is set below */
    s->at[s->len] = 0;
}

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445"
    "46474849505152535455565758596061626364656667686970717273747576777879808182838485868788899091"
    "9293949596979899";

/* How many digits v has: 1233 / 4096 is the logarithm of 2, a little less (Bit Twiddling Hacks, "Find integer
 * log base 10"). */
static unsigned count_digits(uint64_t v)
{
    static const uint64_t tens[] = {0,
                                    10,
                                    100,
                                    1000,
                                    10000,
                                    100000,
                                    1000000,
                                    10000000,
                                    100000000,
                                    1000000000,
                                    10000000000,
                                    100000000000,
                                    1000000000000,
                                    10000000000000,
                                    100000000000000,
                                    1000000000000000,
                                    10000000000000000,
                                    100000000000000000,
                                    1000000000000000000,
                                    UINT64_C(10000000000000000000)};
    const unsigned guess = (64 - (unsigned)__builtin_clzll(v | 1)) * 1233 >> 12;
    return guess + (v >= tens[guess]);
}

/* The digits of v, of which there are so many, in front of `end`. */
static void put_digits(char *end, uint64_t v)
{
    for (; v >= 100; v /= 100) {
        end -= 2;
        memcpy(end, pairs + v % 100 * 2, 2);
    }
    if (v < 10)
        end[-1] = (char)('0' + v);
    else
        memcpy(end - 2, pairs + v * 2, 2);
}

/* Digits of v, from the right; returns where they start within digits[20]. */
static unsigned to_digits(char digits[static 20], uint64_t v)
{
    put_digits(digits + 20, v);
    return 20 - count_digits(v);
}

/* Most numbers have few digits: they are written where they belong. */
void str_put_u64(struct str *s, uint64_t v)
{
    enum { MOST = 20 };
    if (s->cap - s->len <= MOST && !str_room(s, MOST))
        return;
    char *to = s->at + s->len;
    const unsigned len = v < 10 ? 1 : count_digits(v);
    if (v < 10)
        *to = (char)('0' + v);
    else
        put_digits(to + len, v);
    to[len] = 0;
    s->len += len;
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

void str_put_fixed(struct str *s, uint64_t v, unsigned decimals)
{
    char digits[20];
    unsigned at = to_digits(digits, v), len = 20 - at;
    unsigned whole = len > decimals ? len - decimals : 0;
    if (whole)
        str_put_n(s, digits + at, whole);
    else
        str_put_char(s, '0');
    if (!decimals)
        return;
    str_put_char(s, '.');
    if (len < decimals)
        str_put_rep(s, "0", decimals - len);
    str_put_n(s, digits + at + whole, len - whole);
}

void str_put_grouped(struct str *s, uint64_t v)
{
    if (v < 1000) {
        str_put_u64(s, v);
        return;
    }
    char digits[20], text[26];
    size_t len = 0;
    for (unsigned at = to_digits(digits, v), i = at; i < 20; i++) {
        if (i > at && (20 - i) % 3 == 0)
            text[len++] = ',';
        text[len++] = digits[i];
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
