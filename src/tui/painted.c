/* painted.c: a table of lines, found by the number of their row: rows that are seen at once are next to each
 * other, so with twice as many places as lines hardly two of them meet. */
#include "tui/painted.h"

#include <string.h>

enum { PLACES = 2 };

void painted_init(struct painted *p, const struct mem *m)
{
    *p = (struct painted){.mem = m};
}

static size_t cells_size(const struct painted *p)
{
    return p->lines * (size_t)p->cols * sizeof *p->cell;
}

void painted_release(struct painted *p)
{
    if (p->key != NULL)
        mem_free(p->mem, p->key, p->lines * sizeof *p->key);
    if (p->cell != NULL)
        mem_free(p->mem, p->cell, cells_size(p));
    painted_init(p, p->mem);
}

static void resize(struct painted *p, size_t lines, int cols)
{
    painted_release(p);
    p->lines = lines;
    p->cols = cols;
    p->key = mem_new(p->mem, lines * sizeof *p->key);
    p->cell = mem_new(p->mem, cells_size(p));
    if (p->key == NULL || p->cell == NULL)
        painted_release(p);
}

void painted_begin(struct painted *p, int rows, int cols, const struct painted_common *common)
{
    size_t lines = (size_t)(rows > 0 ? rows : 1) * PLACES;
    bool fits = p->lines >= lines && p->lines < lines * 2 && p->cols == cols;
    if (!fits)
        resize(p, lines, cols);
    /* Should padding differ, lines are painted again: no harm.
     * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
    if (fits && memcmp(&p->common, common, sizeof *common) == 0)
        return;
    memcpy(&p->common, common, sizeof *common);
    if (p->key != NULL)
        memset(p->key, 0xff, p->lines * sizeof *p->key);
}

static bool known(const struct painted_key *a, const struct painted_key *b)
{
    return a->row == b->row && a->before == b->before && a->how == b->how;
}

bool painted_show(const struct painted *p, struct canvas *c, int y, const struct painted_key *key)
{
    struct cell *to = canvas_at(c, y, 0);
    if (p->lines == 0 || to == NULL || canvas_rect(c).cols != p->cols)
        return false;
    size_t at = key->row % p->lines;
    if (!known(&p->key[at], key))
        return false;
    memcpy(to, &p->cell[at * (size_t)p->cols], (size_t)p->cols * sizeof *to);
    return true;
}

void painted_keep(struct painted *p, struct canvas *c, int y, const struct painted_key *key)
{
    const struct cell *from = canvas_at(c, y, 0);
    if (p->lines == 0 || from == NULL || canvas_rect(c).cols != p->cols)
        return;
    size_t at = key->row % p->lines;
    p->key[at] = *key;
    memcpy(&p->cell[at * (size_t)p->cols], from, (size_t)p->cols * sizeof *from);
}
