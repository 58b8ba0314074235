/* state.h: what the program remembers between runs: files under $XDG_STATE_HOME/tcpviz, else
 * ~/.local/state/tcpviz. */
#ifndef TCPVIZ_PLAT_STATE_H
#define TCPVIZ_PLAT_STATE_H

#include <stdbool.h>

/* Whether this is asked for the first time by this user; remembers that it was. Where nothing can be
 * remembered (no home, a full disk) it is always the first time. */
bool state_first(const char *name);

#endif
