#include "scene/series.h"

/* Two points become one: it begins with the first and is as high as the higher. */
static void halve(struct series *s)
{
    for (size_t i = 0; i < s->count / 2; i++) {
        s->point[i] = s->point[2 * i];
        if (s->point[2 * i + 1].value > s->point[i].value)
            s->point[i].value = s->point[2 * i + 1].value;
    }
    s->count /= 2;
    s->stride *= 2;
}

void series_add(struct series *s, uint64_t time_ns, uint64_t value)
{
    if (s->stride == 0)
        s->stride = 1;
    if (value > s->most)
        s->most = value;
    if (s->taken > 0 && s->taken < s->stride) {
        if (value > s->point[s->count - 1].value)
            s->point[s->count - 1].value = value;
        s->taken++;
        return;
    }
    if (s->count == SERIES_POINTS)
        halve(s);
    uint64_t before = s->count ? s->point[s->count - 1].time_ns : 0;
    s->point[s->count].time_ns = time_ns > before ? time_ns : before;
    s->point[s->count++].value = value;
    s->taken = 1;
}
