/* page.h: text to be read: lines with a look, longer than the screen, with a title. */
#ifndef TCPVIZ_TUI_PAGE_H
#define TCPVIZ_TUI_PAGE_H

#include "scene/say.h"
#include "tui/canvas.h"

struct page_line {
    size_t at, len; /* in text */
    enum look look;
};

struct page {
    const struct mem *mem;
    struct str title, text;
    struct page_line *line;
    size_t lines, cap;
    int top;
    int width; /* cells that lines are broken at */
};

void page_init(struct page *p, const struct mem *m);
void page_release(struct page *p);
void page_clear(struct page *p, int width);
/* Adds a paragraph, broken into lines of the page's width; an empty one is an empty line. */
void page_add(struct page *p, enum look look, const char *text);
void page_add_n(struct page *p, enum look look, const char *text, size_t len);
/* Adds one line as it is; what does not fit is not seen. */
void page_line_add(struct page *p, enum look look, const char *text);
/* Moves by so many lines, within what there is; rows: how many are seen at once. */
void page_move(struct page *p, int by, int rows);
void page_paint(struct page *p, struct canvas *c, struct rect r, bool ascii);

#endif
