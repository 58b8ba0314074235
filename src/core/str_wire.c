/* str_wire.c: addresses as text, and foreign bytes made harmless. What comes from the wire, a file or a user
 * may hold escape sequences that drive a terminal, and characters that turn the order of a line round so that
 * it reads as something else; neither may reach a screen or a file as it is. */
#include "core/str.h"
#include "core/types.h"

#include <string.h>

static char *put_octet(char *to, unsigned v)
{
    if (v >= 100)
        *to++ = (char)('0' + v / 100);
    if (v >= 10)
        *to++ = (char)('0' + v / 10 % 10);
    *to++ = (char)('0' + v % 10);
    return to;
}

static void put_addr4(struct str *s, const uint8_t *at)
{
    char text[16], *to = text;
    for (int i = 0; i < 4; i++) {
        to = put_octet(to, at[i]);
        *to++ = '.';
    }
    str_put_n(s, text, (size_t)(to - text) - 1);
}

/* RFC 5952: the first longest run of two or more zero groups becomes "::". */
static void put_addr6(struct str *s, const uint8_t at[static 16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (memcmp(at, mapped, sizeof mapped) == 0) { /* RFC 5952 5: the IPv4 address within is written as such */
        str_put(s, "::ffff:");
        put_addr4(s, at + 12);
        return;
    }
    int best = -1, best_len = 1;
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && !at[2 * (i + n)] && !at[2 * (i + n) + 1])
            n++;
        if (n > best_len) {
            best = i;
            best_len = n;
        }
        i += n;
    }
    for (int i = 0; i < 8; i++) {
        if (i == best) {
            str_put(s, "::");
            i += best_len - 1;
            continue;
        }
        if (i && !(best >= 0 && i == best + best_len))
            str_put_char(s, ':');
        str_put_hex(s, (uint64_t)at[2 * i] << 8 | at[2 * i + 1], 1);
    }
}

void str_put_addr(struct str *s, const struct addr *a)
{
    if (a->family == 4)
        put_addr4(s, a->at);
    else if (a->family == 6)
        put_addr6(s, a->at);
    else
        str_put_char(s, '?');
}

void str_put_endpoint(struct str *s, const struct endpoint *e)
{
    if (e->addr.family == 6)
        str_put_char(s, '[');
    str_put_addr(s, &e->addr);
    if (e->addr.family == 6)
        str_put_char(s, ']');
    if (e->addr.family) {
        str_put_char(s, ':');
        str_put_u64(s, e->port);
    }
}

/* Unicode table 3-7: what the byte after the lead may be is narrower than 80..BF for four leads; that is what
 * rules out overlong forms, surrogates and numbers above 10FFFF. */
size_t utf8_next(const char *bytes, size_t len, uint32_t *out)
{
    const unsigned char *at = (const unsigned char *)bytes;
    *out = 0xFFFD;
    if (!len)
        return 0;
    unsigned char lead = at[0];
    if (lead < 0x80) {
        *out = lead;
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4)
        return 1;
    size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (len < size || at[1] < low || at[1] > high)
        return 1;
    uint32_t ch = lead & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 1;
        ch = ch << 6 | (at[i] & 0x3Fu);
    }
    *out = ch;
    return size;
}

/* Characters that are valid but change how the text around them is shown, or are not shown at all. */
static bool unsafe_char(uint32_t ch)
{
    static const struct {
        uint32_t first, last;
    } unsafe[] = {
        {0x80, 0x9F},       /* C1: a terminal may take them as escape sequences */
        {0x061C, 0x061C},   /* Arabic letter mark */
        {0x200E, 0x200F},   /* left-to-right and right-to-left marks */
        {0x2028, 0x202E},   /* line and paragraph separators, embeddings and overrides */
        {0x2060, 0x206F},   /* invisible operators, isolates, deprecated controls */
        {0xFEFF, 0xFEFF},   /* byte order mark */
        {0xFFF9, 0xFFFB},   /* interlinear annotation */
        {0xFFFE, 0xFFFF},   /* no characters, and not allowed in XML */
        {0xE0000, 0xE0FFF}, /* tags: a text within a text that nobody sees */
    };
    for (size_t i = 0; i < COUNT_OF(unsafe); i++)
        if (ch >= unsafe[i].first && ch <= unsafe[i].last)
            return true;
    return false;
}

static uint64_t eight(const char *bytes)
{
    uint64_t w;
    memcpy(&w, bytes, sizeof w);
    return w;
}

/* The last eight bytes of a text; of one that has fewer, but four, all of them, some twice. */
static uint64_t last_eight(const char *bytes, size_t len)
{
    uint32_t first, last;
    if (len >= 8)
        return eight(bytes + len - 8);
    memcpy(&first, bytes, sizeof first);
    memcpy(&last, bytes + len - 4, sizeof last);
    return first | (uint64_t)last << 32;
}

/* Of eight bytes: one is no printable ASCII if its top bit is set, or is after 0x20 was taken from it, or
 * after 1 was added to it. */
static bool any_special(uint64_t w)
{
    return ((w | (w - UINT64_C(0x2020202020202020)) | (w + UINT64_C(0x0101010101010101))) &
            UINT64_C(0x8080808080808080)) != 0;
}

size_t utf8_plain(const char *bytes, size_t len)
{
    size_t n = 0;
    while (len - n >= 8 && !any_special(eight(bytes + n)))
        n += 8;
    if (len - n < 8 && len >= 4 && !any_special(last_eight(bytes, len)))
        return len;
    while (n < len && bytes[n] >= 0x20 && bytes[n] < 0x7F)
        n++;
    return n;
}

/* Eight bytes at once: whether any of them is not printable ASCII, or one of the two that JSON escapes. A
 * byte is below n where subtracting n borrows from its high bit (Bit Twiddling Hacks, "haszero"). */
static bool any_odd(uint64_t w)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\', delete = w ^ ones * 0x7F;
    return (((w - ones * 0x20) | (quote - ones) | (slash - ones) | (delete - ones) | w) & highs) != 0;
}

/* How many bytes from here on need no care in JSON: there two more do. */
static size_t json_run(const char *bytes, size_t len)
{
    static const bool care[256] = {['"'] = true, ['\\'] = true};
    size_t n = 0;
    while (len - n >= 8 && !any_odd(eight(bytes + n)))
        n += 8;
    if (len - n < 8 && len >= 4 && !any_odd(last_eight(bytes, len)))
        return len;
    while (n < len && bytes[n] >= 0x20 && bytes[n] < 0x7F && !care[(unsigned char)bytes[n]])
        n++;
    return n;
}

bool str_json_plain(const char *bytes, size_t len)
{
    return json_run(bytes, len) == len;
}

static void put_control(struct str *s, uint32_t ch, bool ascii)
{
    if (ascii) {
        str_put_char(s, '^');
        str_put_char(s, (char)(ch ^ 0x40));
    } else { /* U+2400 and on: control pictures */
        char picture[3] = {'\xE2', '\x90', (char)(ch == 0x7F ? 0xA1 : 0x80 + ch)};
        str_put_n(s, picture, sizeof picture);
    }
}

void str_put_safe(struct str *s, const char *bytes, size_t len, bool ascii)
{
    while (len) {
        uint32_t ch;
        size_t n = utf8_plain(bytes, len);
        if (n) {
            str_put_n(s, bytes, n);
        } else {
            n = utf8_next(bytes, len, &ch);
            if (ch < 0x20 || ch == 0x7F) {
                put_control(s, ch, ascii);
            } else if (unsafe_char(ch)) {
                str_put(s, "<U+");
                for (unsigned digits = 8; digits-- > 0;)
                    if (digits < 4 || ch >> (4 * digits))
                        str_put_char(s, "0123456789ABCDEF"[ch >> (4 * digits) & 15]);
                str_put_char(s, '>');
            } else if (ascii) {
                str_put_char(s, '?');
            } else if (ch == 0xFFFD) {
                str_put(s, "\xEF\xBF\xBD");
            } else {
                str_put_n(s, bytes, n);
            }
        }
        bytes += n;
        len -= n;
    }
}

static void put_json_escape(struct str *s, uint32_t ch)
{
    static const char shorts[0x80] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\',
    };
    str_put_char(s, '\\');
    if (ch < sizeof shorts && shorts[ch]) {
        str_put_char(s, shorts[ch]);
    } else if (ch < 0x10000) {
        str_put_char(s, 'u');
        str_put_hex(s, ch, 4);
    } else { /* RFC 8259 7: a pair of surrogates */
        str_put_char(s, 'u');
        str_put_hex(s, 0xD800 + ((ch - 0x10000) >> 10), 4);
        str_put(s, "\\u");
        str_put_hex(s, 0xDC00 + ((ch - 0x10000) & 0x3FF), 4);
    }
}

void str_put_json(struct str *s, const char *bytes, size_t len)
{
    while (len) {
        uint32_t ch;
        size_t n = json_run(bytes, len);
        if (n) {
            str_put_n(s, bytes, n);
        } else {
            n = utf8_next(bytes, len, &ch);
            if (ch < 0x80 || unsafe_char(ch))
                put_json_escape(s, ch);
            else if (ch == 0xFFFD)
                str_put(s, "\xEF\xBF\xBD");
            else
                str_put_n(s, bytes, n);
        }
        bytes += n;
        len -= n;
    }
}
