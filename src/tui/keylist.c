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

const struct key_row *keylist_bar(const struct keylist *l, struct canvas *c, struct rect r, int hit)
{
    int gap = r.cols < 100 ? 1 : 2;
    int x = 1;
    for (int place = 1; place <= BAR_PLACES; place++) {
        for (size_t i = 0; i < l->count; i++) {
            const struct key_row *k = &l->rows[i];
            if (k->bar != place || key_find(l->rows, l->count, l->views, k->key) != k)
                continue;
            const char *words = say(l->voice, k->help);
            int width = (int)strlen(k->key) + 1 + (int)cells_of(words, strlen(words));
            if (x + width > r.cols)
                continue;
            if (c != NULL) {
                canvas_put(c, r, 0, x, LOOK_KEY, 0, k->key);
                canvas_put(c, r, 0, x + (int)strlen(k->key) + 1, LOOK_TEXT, 0, words);
            } else if (hit >= x && hit < x + width) {
                return k;
            }
            x += width + gap;
        }
    }
    return NULL;
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
        if (key_here(&l->rows[i], views) && strcmp(l->rows[i].line, line) == 0)
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
        if (key_here(&l->rows[i], views) && strcmp(l->rows[i].line, k->line) == 0) {
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
        if (key_here(k, views) && !line_seen(l, i, views, k->line))
            add_keys(l, i, views, p);
    }
}
