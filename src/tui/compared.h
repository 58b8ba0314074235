/* compared.h: two rows side by side, field by field, as lines of a page; those that differ are marked. */
#ifndef TCPVIZ_TUI_COMPARED_H
#define TCPVIZ_TUI_COMPARED_H

#include "scene/detail.h"
#include "tui/page.h"

void compared_page(struct page *p, const struct voice *v, const struct detail *left,
                   const struct detail *right);

#endif
