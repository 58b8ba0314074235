/* counted.c: what the kernel counted when a segment was sent or came in.
 *
 * The counters of a host are read once for all segments of some milliseconds, and stand before the first of
 * them. So a counter belongs to a segment for certain where it is the only one of them that can have moved
 * it, or where it moved as often as there are such segments; else it was one of these. Only what stands near
 * is looked at. */
#include "scene/wire.h"

#include <string.h>

#include "scene/fill.h"
#include "scene/kernel.h"

enum { READ_NS = 5000000 /* between what moved a counter and when it is read, at most */ };
enum whose { SENT, CAME };

static const struct {
    const char *name;
    enum whose whose;
    uint64_t labels;
    const char *meaning;
} counters[] = {
#define COUNTS(name, whose, labels, meaning) {name, whose, labels, meaning},
#include "scene/counters.def"
};

static bool near(const struct row *a, const struct row *b)
{
    return rows_apart_ns(a, b) < READ_NS;
}

/* The counter that was read; NULL: the row is none. What was said at a tracepoint is no reading. */
static const struct event_counter *reading(const struct session *s, const struct row *r)
{
    const struct event_counter *c = session_counter(s, r);
    return c && !counter_is_said(c) ? c : NULL;
}

/* The entry by which this segment moves a counter of that name at that host; COUNT_OF(counters): none. */
static size_t entry_of(const struct row *r, const struct event_counter *c)
{
    size_t i = 0;
    for (; i < COUNT_OF(counters); i++) {
        const enum side host =
            counters[i].whose == SENT ? (enum side)r->side : side_other((enum side)r->side);
        if (c->side == host && (r->labels & counters[i].labels) && strcmp(c->name, counters[i].name) == 0)
            break;
    }
    return i;
}

/* How many segments from row `from` on can have moved it, up to the next reading of counters. */
static uint64_t candidates(const struct session *s, uint32_t from, const struct event_counter *c)
{
    const struct row *first = session_row(s, from), *r = first;
    uint64_t count = 0;
    bool segments = false;
    for (uint32_t i = from; i < from + NEAR_ROWS && r && near(first, r); r = session_row(s, ++i)) {
        if (segments && reading(s, r))
            break;
        segments = segments || r->kind == EVENT_SEGMENT;
        count += r->kind == EVENT_SEGMENT && entry_of(r, c) < COUNT_OF(counters);
    }
    return count;
}

static void put_one(struct str *out, const struct voice *v, const struct event_counter *c, size_t entry,
                    uint64_t count)
{
    struct str number;
    const bool certain = c->delta > 0 && (uint64_t)c->delta >= count;
    str_init(&number, out->mem);
    str_put_u64(&number, count);
    put_gap(out, v);
    put_filled(
        out, v,
        certain ? N_("The {side}'s kernel counted it: {name}, {meaning}.")
                : N_("The {side}'s kernel counted {name}, {meaning}: for one of {n} segments, maybe this."),
        "side", say(v, side_name(c->side)), "name", c->name, "meaning", say(v, counters[entry].meaning), "n",
        number.at, NULL);
    out->failed = out->failed || number.failed;
    str_release(&number);
}

void say_counted(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    const uint32_t at = r->kind == EVENT_SEGMENT ? session_frame(s, r->frame) : NO_ROW;
    bool counted = false;
    for (uint32_t i = at, n = 0; at != NO_ROW && i-- > 0 && n < NEAR_ROWS; n++) {
        const struct row *before = session_row(s, i);
        if (!before || !near(r, before))
            return;
        const struct event_counter *c = reading(s, before);
        if (!c && counted && before->kind == EVENT_SEGMENT)
            return; /* counters before that are of an earlier reading */
        if (!c)
            continue;
        counted = true;
        const size_t entry = c->side == SIDE_NONE ? COUNT_OF(counters) : entry_of(r, c);
        if (entry < COUNT_OF(counters))
            put_one(out, v, c, entry, candidates(s, i, c));
    }
}
