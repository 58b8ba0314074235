/* seq.h: sequence numbers are a type: arithmetic is modulo 2^32 (RFC 9293 3.4) and `<` does not compile. */
#ifndef TCPVIZ_CORE_SEQ_H
#define TCPVIZ_CORE_SEQ_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint32_t v;
} seq_t;

static inline seq_t seq_of(uint32_t v)
{
    return (seq_t){v};
}

static inline seq_t seq_add(seq_t a, uint32_t n)
{
    return (seq_t){a.v + n};
}

/* How far b lies behind a, in bytes: 0 to 2^32 - 1. */
static inline uint32_t seq_dist(seq_t a, seq_t b)
{
    return b.v - a.v;
}

/* The signed distance from a to b: negative where b comes before a. */
static inline int32_t seq_diff(seq_t a, seq_t b)
{
    return (int32_t)(b.v - a.v);
}

static inline bool seq_eq(seq_t a, seq_t b)
{
    return a.v == b.v;
}

static inline bool seq_before(seq_t a, seq_t b)
{
    return (int32_t)(a.v - b.v) < 0;
}

static inline bool seq_after(seq_t a, seq_t b)
{
    return seq_before(b, a);
}

/* a <= b */
static inline bool seq_upto(seq_t a, seq_t b)
{
    return !seq_before(b, a);
}

static inline seq_t seq_max(seq_t a, seq_t b)
{
    return seq_before(a, b) ? b : a;
}

#endif
