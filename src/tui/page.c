#include "tui/page.h"

#include <string.h>

void page_init(struct page *p, const struct mem *m)
{
    memset(p, 0, sizeof *p);
    p->mem = m;
    str_init(&p->title, m);
    str_init(&p->text, m);
}

void page_release(struct page *p)
{
    str_release(&p->title);
    str_release(&p->text);
    if (p->line != NULL)
        (void)p->mem->resize(p->mem->ctx, p->line, p->cap * sizeof *p->line, 0);
}

void page_clear(struct page *p, int width)
{
    str_clear(&p->title);
    str_clear(&p->text);
    p->lines = 0;
    p->width = width > 4 ? width : 4;
}

struct adding {
    struct page *page;
    enum look look;
};

static void add_line(void *ctx, const char *at, size_t len)
{
    const struct adding *a = ctx;
    struct page *p = a->page;
    void *lines = p->line;
    if (!mem_grow(p->mem, &lines, &p->cap, p->lines + 1, sizeof *p->line))
        return;
    p->line = lines;
    p->line[p->lines++] = (struct page_line){p->text.len, len, a->look};
    str_put_n(&p->text, at, len);
}

void page_add_n(struct page *p, enum look look, const char *text, size_t len)
{
    struct adding a = {p, look};
    if (len == 0)
        add_line(&a, "", 0);
    else
        text_wrap(text, len, (size_t)p->width, add_line, &a);
}

void page_add(struct page *p, enum look look, const char *text)
{
    page_add_n(p, look, text, strlen(text));
}

void page_line_add(struct page *p, enum look look, const char *text)
{
    struct adding a = {p, look};
    add_line(&a, text, strlen(text));
}

void page_move(struct page *p, int by, int rows)
{
    long most = (long)p->lines - rows;
    long top = (long)p->top + by;
    if (top > most)
        top = most;
    p->top = top < 0 ? 0 : (int)top;
}

void page_paint(struct page *p, struct canvas *c, struct rect r, bool ascii)
{
    char place[48] = "";
    struct str right;
    page_move(p, 0, r.rows - 2);
    str_init(&right, p->mem);
    if ((long)p->lines > r.rows - 2) {
        str_put_u64(&right, (uint64_t)p->top + 1);
        str_put(&right, ascii ? "-" : "–");
        str_put_u64(&right, (uint64_t)(p->top + r.rows - 2));
        str_put(&right, " / ");
        str_put_u64(&right, p->lines);
    }
    if (right.len < sizeof place)
        memcpy(place, right.at, right.len + 1);
    str_release(&right);
    canvas_box(c, r, LOOK_FRAME, p->title.at, place, ascii);
    struct rect in = {r.y + 1, r.x + 2, r.rows - 2, r.cols - 4};
    for (int y = 0; y < in.rows && (size_t)p->top + (size_t)y < p->lines; y++) {
        const struct page_line *l = &p->line[p->top + y];
        canvas_put_n(c, in, y, 0, l->look, 0, p->text.at + l->at, l->len);
    }
}
