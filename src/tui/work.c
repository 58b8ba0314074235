/* work.c: keys come first. Lists, selections, searches and counts that need longer than a key may take are
 * done a slice at a time; between two slices the loop serves keys, rows and the file that is read. */
#include "tui/state.h"

void work_start(struct screen *s)
{
    source_start(s->work, 0, 0);
}

void work_on(void *ctx)
{
    struct screen *s = ctx;
    bool more = list_work(s, clock_steady() + WORK_NS);
    more = rows_work(s, clock_steady() + WORK_NS) || more;
    more = talk_work(s, clock_steady() + WORK_NS) || more;
    more = find_work(s, clock_steady() + WORK_NS) || more;
    if (more)
        work_start(s);
    screen_draw(s);
}
