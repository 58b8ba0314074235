#include "tui/shift.h"

#include <string.h>

enum { LEAST = 3 /* rows that must move for a scroll to be worth its bytes */ };

struct frames {
    const struct cell *shown, *want;
    int rows, cols;
};

static bool row_same(const struct frames *f, int y, int shown_y)
{
    return memcmp(&f->want[y * f->cols], &f->shown[shown_y * f->cols], (size_t)f->cols * sizeof *f->want) ==
           0;
}

/* How many rows of [first, last] would be right after a scroll. */
static int right_after(const struct frames *f, int first, int last, int by)
{
    int n = 0;
    for (int y = first; y <= last; y++)
        if (y + by >= first && y + by <= last && !row_same(f, y, y) && row_same(f, y, y + by))
            n++;
    return n;
}

/* Looks for a block of rows that moved: first those that moved together, then by how much. A row that stands
 * where it stood ends the block, for moving it would have to be undone. */
static struct shift find_block(const struct frames *f)
{
    struct shift best = {.right = 0};
    for (int first = 0, last; first < f->rows; first = last + 1) {
        for (last = first; last < f->rows && !row_same(f, last, last); last++)
            ;
        last -= 1;
        if (last - first + 1 < LEAST) {
            last = last < first ? first : last;
            continue;
        }
        for (int by = -(last - first); by <= last - first; by++) {
            int right = by == 0 ? 0 : right_after(f, first, last, by);
            if (right > best.right)
                best = (struct shift){first, last, by, right};
        }
    }
    return best;
}

/* Whether most of a row would be right: the row under the cursor has another mark than before. */
static bool nearly(const struct frames *f, int y, int shown_y)
{
    int right = 0;
    for (int x = 0; x < f->cols; x++)
        right += memcmp(&f->want[y * f->cols + x], &f->shown[shown_y * f->cols + x], sizeof *f->want) == 0;
    return right * 4 > f->cols * 3;
}

/* The block ends where its rows stop being right, so that rows around it that are no part of it stay. */
static void narrow(const struct frames *f, struct shift *s)
{
    int low = s->last, high = s->first;
    for (int y = s->first; y <= s->last; y++) {
        int from = y + s->by;
        if (from < s->first || from > s->last || !row_same(f, y, from))
            continue;
        low = y < low ? y : low;
        high = y > high ? y : high;
    }
    while (low > s->first && low - 1 + s->by >= s->first && nearly(f, low - 1, low - 1 + s->by))
        low--;
    while (high < s->last && high + 1 + s->by <= s->last && nearly(f, high + 1, high + 1 + s->by))
        high++;
    s->first = s->by > 0 ? low : low + s->by;
    s->last = s->by > 0 ? high + s->by : high;
}

struct shift shift_find(const struct cell *shown, const struct cell *want, int rows, int cols)
{
    const struct frames f = {shown, want, rows, cols};
    struct shift s = find_block(&f);
    if (s.right < LEAST)
        return (struct shift){.right = 0};
    narrow(&f, &s);
    return s;
}
