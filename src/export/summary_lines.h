/* summary_lines.h: one connection as a line. For the files of the summary. */
#ifndef TCPVIZ_EXPORT_SUMMARY_LINES_H
#define TCPVIZ_EXPORT_SUMMARY_LINES_H

#include "scene/say.h"

/* What all connections have together. */
struct totals {
    uint64_t conns, segments, bytes, retransmitted, zero_windows, resets, out_of_order;
};

void summary_json(struct str *out, uint32_t conn, const struct conn_view *c);

void summary_head(struct str *out, const struct voice *v);
/* Adds the connection to the totals too. */
void summary_text(struct str *out, const struct voice *v, uint32_t conn, const struct conn_view *c,
                  struct totals *sum);
void summary_totals(struct str *out, const struct voice *v, const struct totals *sum);

#endif
