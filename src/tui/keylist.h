/* keylist.h: the live table of keys, as the bar at the foot and as lines of the help. */
#ifndef TCPVIZ_TUI_KEYLIST_H
#define TCPVIZ_TUI_KEYLIST_H

#include "tui/keys.h"
#include "tui/page.h"

struct keylist {
    const struct key_row *rows;
    size_t count;
    unsigned views; /* what is open */
    const struct voice *voice;
};

/* Goes over the key bar from the left: paints, or with c NULL finds the key whose words stand at column hit.
 */
const struct key_row *keylist_bar(const struct keylist *k, struct canvas *c, struct rect r, int hit);
/* Adds a line for each command that has keys in `views`, with all of its keys. */
void keylist_page(const struct keylist *k, unsigned views, struct page *p);

#endif
