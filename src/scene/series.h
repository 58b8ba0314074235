/* series.h: a quantity over time, small enough to be drawn: of many values the largest of each stretch is
 * kept. */
#ifndef TCPVIZ_SCENE_SERIES_H
#define TCPVIZ_SCENE_SERIES_H

#include <stdint.h>
#include "core/types.h"

enum { SERIES_POINTS = 256 };

/* Initialise with zero. Times come in order; one that is earlier counts as the time before. */
struct series {
    struct {
        uint64_t time_ns, value; /* the value that holds from then on */
    } point[SERIES_POINTS];
    size_t count;
    uint32_t stride, taken; /* so many values make a point; so many of the newest have come */
    uint64_t most;
};

void series_add(struct series *s, uint64_t time_ns, uint64_t value);

#endif
