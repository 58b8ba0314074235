#include "tui/keylist.h"

#include <string.h>

enum { BAR_PLACES = 20 };

const struct key_row *key_find(const struct key_row *rows, size_t count, unsigned view, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (key_here(&rows[i], view) && strcmp(rows[i].key, key) == 0)
            return &rows[i];
    return NULL;
}

/* Whether the row's key means it: on the wire some keys that mean something elsewhere are taken. */
static bool is_meant(const struct keylist *l, const struct key_row *k, unsigned views)
{
    return key_here(k, views) && key_find(l->rows, l->count, views, k->key) == k;
}

/* Two keys that do the like on either side share a place where there is little room: "x/X close". */
static const struct pair {
    const char *first, *second; /* their lines */
    const char *words;
} pairs[] = {{"close client", "close server", N_("close")}, {"view slower", "view faster", N_("delay")}};

/* Of a row its pair and the other row of it, NULL: it stands alone. */
static const struct pair *pair_of(const struct keylist *l, const struct key_row *k,
                                  const struct key_row **other)
{
    for (size_t p = 0; p < COUNT_OF(pairs); p++) {
        const bool first = strcmp(k->line, pairs[p].first) == 0;
        if (!first && strcmp(k->line, pairs[p].second) != 0)
            continue;
        for (size_t i = 0; i < l->count; i++)
            if (key_here(&l->rows[i], l->views) && l->rows[i].bar == k->bar &&
                strcmp(l->rows[i].line, first ? pairs[p].second : pairs[p].first) == 0) {
                *other = &l->rows[i];
                return &pairs[p];
            }
    }
    return NULL;
}

/* Paints one place from x on, where it fits: the cells it takes. *at: the row whose key or words stand at
 * `hit`. */
static int put_place(const struct keylist *l, struct canvas *c, struct rect r, int x, bool tight,
                     const struct key_row *k, int hit, const struct key_row **at)
{
    const struct key_row *other = NULL;
    const struct pair *pair = tight ? pair_of(l, k, &other) : NULL;
    const char *words = say(l->voice, pair ? pair->words : k->help);
    const int key = (int)strlen(k->key), both = pair ? key + 1 + (int)strlen(other->key) : key;
    const int width = both + 1 + (int)cells_of(words, strlen(words));
    if (x + width > r.cols || (pair && strcmp(k->line, pair->second) == 0))
        return 0;
    if (c) {
        canvas_put(c, r, 0, x, LOOK_KEY, 0, k->key);
        if (pair) {
            canvas_put(c, r, 0, x + key, LOOK_TEXT, 0, "/");
            canvas_put(c, r, 0, x + key + 1, LOOK_KEY, 0, other->key);
        }
        canvas_put(c, r, 0, x + both + 1, LOOK_TEXT, 0, words);
    } else if (hit >= x && hit < x + (pair ? key : width)) {
        *at = k;
    } else if (pair && hit > x + key && hit < x + both) {
        *at = other; /* on the words of both it is neither */
    }
    return width;
}

const struct key_row *keylist_bar(const struct keylist *l, struct canvas *c, struct rect r, int hit)
{
    enum { ROOMY = 100, ROOMY_WIRE = 180 /* it has more keys */ };
    const bool tight = r.cols < (l->views & V_WIRE ? ROOMY_WIRE : ROOMY);
    const struct key_row *at = NULL;
    int x = 1;
    for (int place = 1; place <= BAR_PLACES; place++) {
        for (size_t i = 0; i < l->count; i++) {
            const struct key_row *k = &l->rows[i];
            if (k->bar != place || !is_meant(l, k, l->views))
                continue;
            const int width = put_place(l, c, r, x, tight, k, hit, &at);
            x += width > 0 ? width + (tight ? 1 : 2) : 0;
        }
    }
    return at;
}

/* Appends text so that it takes at least `cells`. */
static void put_padded(struct str *out, const char *text, size_t cells)
{
    size_t width = cells_of(text, strlen(text));
    str_put(out, text);
    if (width < cells)
        str_put_rep(out, " ", cells - width);
}

static bool line_seen(const struct keylist *l, size_t before, unsigned views, const char *line)
{
    for (size_t i = 0; i < before; i++)
        if (is_meant(l, &l->rows[i], views) && strcmp(l->rows[i].line, line) == 0)
            return true;
    return false;
}

/* One line for all keys that run the same command. */
static void add_keys(const struct keylist *l, size_t first, unsigned views, struct page *p)
{
    const struct key_row *k = &l->rows[first];
    struct str keys, line;
    str_init(&keys, p->mem);
    str_init(&line, p->mem);
    for (size_t i = first; i < l->count; i++)
        if (is_meant(l, &l->rows[i], views) && strcmp(l->rows[i].line, k->line) == 0) {
            str_put(&keys, keys.len > 0 ? "  " : "");
            str_put(&keys, l->rows[i].key);
        }
    put_padded(&line, keys.at, p->width < 90 ? 18 : 22);
    put_padded(&line, say(l->voice, k->help), 32);
    str_put(&line, " :");
    str_put(&line, k->line[0] == '?' ? k->line + 1 : k->line);
    page_add(p, LOOK_TEXT, line.at);
    str_release(&keys);
    str_release(&line);
}

void keylist_page(const struct keylist *l, unsigned views, struct page *p)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct key_row *k = &l->rows[i];
        if (is_meant(l, k, views) && !line_seen(l, i, views, k->line))
            add_keys(l, i, views, p);
    }
}
