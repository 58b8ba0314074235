/* drill.h: a segment in packetdrill's notation, the shortest that is read far and wide. Numbers are relative
 * to the first numbers of both sides. */
#ifndef TCPVIZ_EXPORT_DRILL_H
#define TCPVIZ_EXPORT_DRILL_H

#include "core/str.h"
#include "session/session.h"

/* The flags: "S", "P.", "-" for none: as packetdrill wants them, with the ACK's dot at the end; tcpdump has
 * it before U, E and W. */
void drill_flags(struct str *out, unsigned flags, bool dot_last);
/* The options in their order: "mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 10"; nothing where there are none.
 * padding: nop and eol too, and a nop for every byte of an option that packetdrill has no word for, so that
 * the header keeps its length; without it those are "option 30". */
void drill_options(struct str *out, const struct session *s, const struct row *r, const struct seg *seg,
                   bool padding);
/* "P. 1:101(100) ack 1 win 64240 <nop,nop,TS val 7 ecr 5>"; with_window: `win` is there. */
void drill_segment(struct str *out, const struct session *s, const struct row *r, const struct seg *seg,
                   bool with_window);

#endif
