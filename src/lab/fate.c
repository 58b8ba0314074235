/* fate.c: a hash in place of a generator, so that no frame's fate depends on how many were drawn before it.
 * The mixing is that of SplitMix64 (Steele, Lea, Flood 2014), once for each of the four that go in. */
#include "lab/fate.h"

static uint64_t mix(uint64_t z)
{
    z += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t fate_draw(uint64_t seed, enum side from, uint64_t number, enum fate what)
{
    return mix(mix(mix(mix(seed) ^ (uint64_t)from) ^ number) ^ (uint64_t)what);
}

bool fate_befalls(uint64_t seed, enum side from, uint64_t number, enum fate what, uint32_t chance)
{
    return fate_draw(seed, from, number, what) % FATE_CERTAIN < chance;
}

int64_t fate_jitter(uint64_t seed, enum side from, uint64_t number, uint64_t most)
{
    if (most == 0)
        return 0;
    return (int64_t)(fate_draw(seed, from, number, FATE_JITTER) % (2 * most + 1)) - (int64_t)most;
}
