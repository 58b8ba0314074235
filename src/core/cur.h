/* cur.h: bytes are read through a cursor that cannot overrun. The first read past the end sets `bad`, which
 * stays; bad reads give 0. Check once, at the end. */
#ifndef TCPVIZ_CORE_CUR_H
#define TCPVIZ_CORE_CUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cur {
    const uint8_t *at, *end;
    bool bad;
};

static inline struct cur cur_of(const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    return (struct cur){at, at + len, false};
}

static inline size_t cur_left(const struct cur *c)
{
    return (size_t)(c->end - c->at);
}

static inline bool cur_has(struct cur *c, size_t n)
{
    if (!c->bad && cur_left(c) >= n)
        return true;
    c->bad = true;
    return false;
}

static inline void cur_skip(struct cur *c, size_t n)
{
    if (cur_has(c, n))
        c->at += n;
}

static inline uint8_t cur_u8(struct cur *c)
{
    if (!cur_has(c, 1))
        return 0;
    return *c->at++;
}

static inline uint16_t cur_be16(struct cur *c)
{
    if (!cur_has(c, 2))
        return 0;
    c->at += 2;
    return (uint16_t)(c->at[-2] << 8 | c->at[-1]);
}

static inline uint32_t cur_be32(struct cur *c)
{
    uint32_t high = cur_be16(c);
    return high << 16 | cur_be16(c);
}

static inline uint16_t cur_le16(struct cur *c)
{
    return __builtin_bswap16(cur_be16(c));
}

static inline uint32_t cur_le32(struct cur *c)
{
    return __builtin_bswap32(cur_be32(c));
}

#endif
