#include "tui/compared.h"

#include <string.h>

struct comparing {
    struct page *page;
    const struct voice *v;
    struct str line;
};

static const struct detail_field *field_named(const struct detail *d, const char *name)
{
    for (size_t i = 0; i < d->fields; i++)
        if (strcmp(d->field[i].name, name) == 0)
            return &d->field[i];
    return NULL;
}

/* A value in `cells` cells, the last of them blank; what was cut is told by a mark. */
static void put_cell(struct comparing *c, const char *text, size_t cells)
{
    size_t len = strlen(text);
    bool whole = cells_of(text, len) < cells;
    size_t keep = whole ? len : cells_cut(text, len, cells - 2);
    str_put_n(&c->line, text, keep);
    if (!whole)
        str_put(&c->line, c->v->ascii ? "~" : "…");
    str_put_rep(&c->line, " ", cells - cells_of(text, keep) - !whole);
}

static void add_pair(struct comparing *c, const char *name, const char *a, const char *b)
{
    enum { NAME = 20 };
    size_t half = (size_t)(c->page->width - NAME - 4) / 2, cells = cells_of(name, strlen(name));
    bool differ = strcmp(a, b) != 0;
    str_clear(&c->line);
    str_put(&c->line, differ ? "* " : "  ");
    str_put(&c->line, name);
    str_put_rep(&c->line, " ", cells < NAME ? NAME + 1 - cells : 1);
    put_cell(c, a, half);
    put_cell(c, b, half);
    page_line_add(c->page, differ ? LOOK_CURSOR : LOOK_DIM, c->line.at);
}

void compared_page(struct page *p, const struct voice *v, const struct detail *left,
                   const struct detail *right)
{
    struct comparing c = {.page = p, .v = v};
    str_init(&c.line, p->mem);
    add_pair(&c, "", left->title.at, right->title.at);
    if (left->call.len + right->call.len > 0)
        add_pair(&c, say(v, N_("system call")), left->call.at, right->call.at);
    for (size_t i = 0; i < left->fields; i++) {
        const struct detail_field *f = field_named(right, left->field[i].name);
        add_pair(&c, left->field[i].name, left->field[i].value.at, f == NULL ? "" : f->value.at);
    }
    for (size_t i = 0; i < right->fields; i++)
        if (field_named(left, right->field[i].name) == NULL)
            add_pair(&c, right->field[i].name, "", right->field[i].value.at);
    str_release(&c.line);
}
