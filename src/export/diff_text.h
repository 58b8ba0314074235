/* diff_text.h: two sessions side by side as text, at most DIFF_TEXT_CELLS wide. */
#ifndef TCPVIZ_EXPORT_DIFF_TEXT_H
#define TCPVIZ_EXPORT_DIFF_TEXT_H

#include "export/export.h"
#include "session/diff.h"

enum { DIFF_TEXT_CELLS = 120 };

/* name: of the two, as they were asked for. False: there was no memory, or the sink failed. */
bool diff_text_put(const struct diff *d, const char *const name[DIFF_SIDES], const struct voice *v,
                   struct export_sink sink, const struct mem *m);

#endif
