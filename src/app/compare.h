/* compare.h: --diff A B: two sessions or captures side by side, on the screen or as text. */
#ifndef TCPVIZ_APP_COMPARE_H
#define TCPVIZ_APP_COMPARE_H

#include "app/options.h"

/* Returns the exit status; f has what is to be said. */
int compare_main(const struct options *o, const struct voice *v, struct fail *f);

#endif
