/* inflate.c: RFC 1951. A code is found by its length: of the codes of each length it is known how many there
 * are, and the symbols stand in the order of their codes (3.2.2). That is slow and small; a packet is short.
 */
#include "core/inflate.h"

#include <string.h>

#include "core/types.h"

enum {
    LENGTHS = 19,   /* codes for the lengths of codes */
    LITERALS = 288, /* bytes, the end of the block, and lengths of copies */
    DISTANCES = 30,
    BITS_MOST = 15, /* of a code */
    END_OF_BLOCK = 256
};

struct code {
    uint16_t count[BITS_MOST + 1]; /* codes of each length */
    uint16_t symbol[LITERALS];     /* in the order of the codes */
};

struct inflate {
    const uint8_t *in, *end;
    uint8_t *out;
    size_t made, room, most; /* `room` of them have a place in `out` */
    uint32_t bits;
    unsigned held; /* bits */
    enum inflate_end ended;
    bool fixed_made; /* a block has used them: */
    struct code literals, distances;
};

static bool stop(struct inflate *z, enum inflate_end how)
{
    if (z->ended == INFLATE_WHOLE)
        z->ended = how;
    return false;
}

/* The next n bits, n at most 13, low ones first; 0 once the bytes have ended. */
static unsigned take(struct inflate *z, unsigned n)
{
    for (; z->held < n; z->held += 8) {
        if (z->in == z->end) {
            stop(z, INFLATE_CUT);
            return 0;
        }
        z->bits |= (uint32_t)*z->in++ << z->held;
    }
    unsigned value = z->bits & ((1u << n) - 1);
    z->bits >>= n;
    z->held -= n;
    return value;
}

/* The codes that these lengths make; 0: that symbol has none. False: there are more than fit. */
static bool make_code(struct code *c, const uint8_t *length, unsigned symbols)
{
    uint16_t at[BITS_MOST + 1] = {0};
    int left = 1;
    memset(c, 0, sizeof *c);
    for (unsigned i = 0; i < symbols; i++)
        c->count[length[i]]++;
    c->count[0] = 0;
    for (int bits = 1; bits <= BITS_MOST; bits++) {
        left = (left << 1) - c->count[bits];
        if (left < 0)
            return false;
        if (bits < BITS_MOST)
            at[bits + 1] = (uint16_t)(at[bits] + c->count[bits]);
    }
    for (unsigned i = 0; i < symbols; i++)
        if (length[i])
            c->symbol[at[length[i]]++] = (uint16_t)i;
    return true;
}

/* The symbol of the next code, bit by bit. What is no code is damage. */
static unsigned symbol_of(struct inflate *z, const struct code *c)
{
    int code = 0, first = 0, index = 0;
    for (int bits = 1; bits <= BITS_MOST && z->ended == INFLATE_WHOLE; bits++) {
        code |= (int)take(z, 1);
        int count = c->count[bits];
        if (code - count < first)
            return z->ended == INFLATE_WHOLE ? c->symbol[index + (code - first)] : 0;
        index += count;
        first = (first + count) << 1;
        code <<= 1;
    }
    stop(z, INFLATE_DAMAGED);
    return 0;
}

static bool put(struct inflate *z, uint8_t byte)
{
    if (z->made == z->most)
        return stop(z, INFLATE_DAMAGED);
    if (z->made < z->room)
        z->out[z->made] = byte;
    z->made++;
    return true;
}

/* Bytes once more that stand `back` before. There may be fewer of them than are wanted: then they come again
 * and again, and there are twice as many to copy each time. */
static bool put_again(struct inflate *z, size_t back, size_t len)
{
    const size_t left = z->most - z->made, some = len < left ? len : left, from = z->made - back;
    const size_t to = z->made + some < z->room ? z->made + some : z->room;
    for (size_t at = z->made; at < to;) {
        size_t there = at - from < to - at ? at - from : to - at;
        memcpy(z->out + at, z->out + from, there);
        at += there;
    }
    z->made += some;
    return some == len || stop(z, INFLATE_DAMAGED);
}

/* 3.2.5: a length and a distance, each a base and further bits. */
static bool copy(struct inflate *z, unsigned symbol, const struct code *distances)
{
    static const uint16_t length[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                      31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint8_t length_bits[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                          2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    static const uint16_t distance[] = {1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
                                        33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
                                        1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
    static const uint8_t distance_bits[] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                            6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
    if (symbol >= COUNT_OF(length))
        return stop(z, INFLATE_DAMAGED);
    size_t len = length[symbol] + take(z, length_bits[symbol]);
    unsigned far = symbol_of(z, distances);
    if (far >= COUNT_OF(distance))
        return stop(z, INFLATE_DAMAGED);
    size_t back = distance[far] + take(z, distance_bits[far]);
    if (z->ended != INFLATE_WHOLE || back > z->made)
        return stop(z, INFLATE_DAMAGED);
    return put_again(z, back, len);
}

static bool codes(struct inflate *z, const struct code *literals, const struct code *distances)
{
    for (;;) {
        unsigned symbol = symbol_of(z, literals);
        if (z->ended != INFLATE_WHOLE)
            return false;
        if (symbol == END_OF_BLOCK)
            return true;
        if (symbol < END_OF_BLOCK ? !put(z, (uint8_t)symbol) : !copy(z, symbol - END_OF_BLOCK - 1, distances))
            return false;
    }
}

static unsigned take16(struct inflate *z)
{
    unsigned low = take(z, 8);
    return low | take(z, 8) << 8;
}

static bool stored(struct inflate *z)
{
    z->bits = z->held = 0; /* on to the next byte */
    unsigned len = take16(z);
    unsigned not_len = take16(z);
    if (z->ended == INFLATE_WHOLE && len != (~not_len & 0xFFFF))
        return stop(z, INFLATE_DAMAGED);
    while (len-- && z->ended == INFLATE_WHOLE) {
        uint8_t byte = (uint8_t)take(z, 8);
        if (z->ended == INFLATE_WHOLE)
            put(z, byte);
    }
    return z->ended == INFLATE_WHOLE;
}

/* 3.2.6. An empty block has ten bits: its codes are not made for each. */
static bool fixed(struct inflate *z)
{
    uint8_t length[LITERALS];
    if (!z->fixed_made) {
        for (unsigned i = 0; i < LITERALS; i++)
            length[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
        make_code(&z->literals, length, LITERALS);
        memset(length, 5, DISTANCES);
        make_code(&z->distances, length, DISTANCES);
        z->fixed_made = true;
    }
    return codes(z, &z->literals, &z->distances);
}

/* 3.2.7: how many codes of each kind, then their lengths, which are coded themselves. */
static bool read_lengths(struct inflate *z, uint8_t *length, unsigned count)
{
    static const uint8_t order[LENGTHS] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    struct code code;
    uint8_t first[LENGTHS] = {0};
    unsigned codes_there = take(z, 4) + 4;
    for (unsigned i = 0; i < codes_there; i++)
        first[order[i]] = (uint8_t)take(z, 3);
    if (!make_code(&code, first, LENGTHS))
        return stop(z, INFLATE_DAMAGED);
    for (unsigned at = 0; at < count;) {
        unsigned symbol = symbol_of(z, &code), times = 1;
        uint8_t value = (uint8_t)symbol;
        if (z->ended != INFLATE_WHOLE || (symbol == 16 && at == 0))
            return stop(z, INFLATE_DAMAGED);
        if (symbol >= 16) {
            value = symbol == 16 ? length[at - 1] : 0;
            times = symbol == 16 ? 3 + take(z, 2) : symbol == 17 ? 3 + take(z, 3) : 11 + take(z, 7);
        }
        if (times > count - at)
            return stop(z, INFLATE_DAMAGED);
        while (times--)
            length[at++] = value;
    }
    return z->ended == INFLATE_WHOLE;
}

static bool dynamic(struct inflate *z)
{
    struct code literals, distances;
    uint8_t length[LITERALS + 32];
    unsigned literal_count = take(z, 5) + 257;
    unsigned distance_count = take(z, 5) + 1;
    if (z->ended != INFLATE_WHOLE || literal_count > 286 || distance_count > DISTANCES)
        return stop(z, INFLATE_DAMAGED);
    if (!read_lengths(z, length, literal_count + distance_count))
        return false;
    if (!make_code(&literals, length, literal_count) ||
        !make_code(&distances, length + literal_count, distance_count))
        return stop(z, INFLATE_DAMAGED);
    return codes(z, &literals, &distances);
}

enum inflate_end inflate_bytes(const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t most,
                               size_t *made)
{
    struct inflate z = {.in = in, .end = in + len, .out = out, .room = room, .most = most};
    for (bool last = false; !last && z.ended == INFLATE_WHOLE;) {
        last = take(&z, 1);
        switch (take(&z, 2)) {
        case 0: stored(&z); break;
        case 1: fixed(&z); break;
        case 2: dynamic(&z); break;
        default: stop(&z, INFLATE_DAMAGED); break;
        }
    }
    *made = z.made;
    return z.ended;
}
