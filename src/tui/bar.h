/* bar.h: the lines at the top and at the foot of the screen. */
#ifndef TCPVIZ_TUI_BAR_H
#define TCPVIZ_TUI_BAR_H

#include "tui/state.h"

void bar_title(struct screen *s);
void bar_keys(struct screen *s);
/* The prompt or what was said last; sets the cursor's place where a line is being edited. */
void bar_foot(struct screen *s, int *y, int *x);
/* The key whose words stand at column x of the key bar; NULL: none. */
const struct key_row *bar_key_at(const struct screen *s, int x);

#endif
