/* summary.h: a session as a list of its connections: one line each, and totals; or as JSON Lines. */
#ifndef TCPVIZ_EXPORT_SUMMARY_H
#define TCPVIZ_EXPORT_SUMMARY_H

#include "export/export.h"

/* Puts the connections into the sink, some kilobytes at a time. json: one object a line. False: the sink
 * failed, or there was no memory. */
bool summary_put(const struct session *s, const struct voice *v, bool json, struct export_sink sink,
                 const struct mem *m);

#endif
