/* diff_made.h: what stands behind diff.h, for diff*.c only: diff.c (what is asked), diff_conns.c (which
 * connections are parts), diff_rows.c (the rows of a part). */
#ifndef TCPVIZ_SESSION_DIFF_MADE_H
#define TCPVIZ_SESSION_DIFF_MADE_H

#include "session/happened.h"
#include "session/lane.h"

/* A row of a part that is compared. */
struct diff_seen {
    uint32_t row;
    uint8_t edges;
};

/* Where something stands among all of its kind, for sorting: behind the left one of that number (0: before
 * all), and there in the order of the right one (0: it is the left one itself). */
struct diff_placed {
    uint64_t at;
    union {
        struct diff_item item;
        uint32_t conn[DIFF_SIDES];
    };
};

struct diff {
    const struct mem *mem;
    const struct session *session[DIFF_SIDES];
    uint32_t *row[DIFF_SIDES]; /* rows that tell something, by connection; those of none last */
    size_t rows[DIFF_SIDES];
    size_t *from[DIFF_SIDES]; /* where those of each connection begin; one more, and the end */
    bool calls, wire;         /* they are compared */
    struct diff_part *part;
    size_t parts, part_cap;
    struct diff_item *item;
    size_t items, item_cap;
    size_t count[DIFF_KINDS];
    struct lane lane;
    struct diff_seen *seen[DIFF_SIDES]; /* of the part under way */
    size_t seens[DIFF_SIDES], seen_cap[DIFF_SIDES];
    uint32_t *behind; /* for each seen one of the right: how many of the left stand before it */
    size_t behind_cap;
    struct diff_placed *placed;
    size_t place_count, place_cap;
};

/* Each: false, no memory. */
bool diff_pair_conns(struct diff *d); /* makes the parts, without items, in order */
bool diff_align_part(struct diff *d, struct diff_part *p);
bool diff_place(struct diff *d, const struct diff_placed *p);
void diff_sort_placed(struct diff *d);
/* Rows of a connection, NO_CONN for those of none. */
const uint32_t *diff_rows_of(const struct diff *d, unsigned side, uint32_t conn, size_t *count);

static inline uint64_t diff_at(uint64_t behind_left, uint64_t right)
{
    return behind_left << 32 | right;
}

#endif
