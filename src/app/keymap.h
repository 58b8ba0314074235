/* keymap.h: the rows of keymap.def, as the screen wants them. */
#ifndef TCPVIZ_APP_KEYMAP_H
#define TCPVIZ_APP_KEYMAP_H

#include "tui/keys.h"

extern const struct key_row keymap[];
extern const size_t keymap_count;

#endif
