/* state.h: what the program remembers between runs: files under $XDG_STATE_HOME/tcpviz, else
 * ~/.local/state/tcpviz. Under sudo it is the caller's home, not root's, once the program is the caller. */
#ifndef TCPVIZ_PLAT_STATE_H
#define TCPVIZ_PLAT_STATE_H

#include <stdbool.h>

/* Whether this is asked for the first time by this user; remembers that it was. Where nothing can be
 * remembered (no home, a full disk) it is always the first time. */
bool state_first(const char *name);
/* The path of what is called so there ("sessions/x"; a name that ends in / is a folder), which the caller
 * frees; folders on the way are made, for this user alone. NULL: there is no home, or no memory. */
char *state_path(const char *name);

#endif
