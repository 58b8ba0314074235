/* measure.h: what can be read off a segment and those around it: how long an answer took, how much is out. */
#ifndef TCPVIZ_SCENE_MEASURE_H
#define TCPVIZ_SCENE_MEASURE_H

#include "scene/say.h"

/* Bytes of the row's sender that are out after it: sent, and not acknowledged by anything before it. *win:
 * the window that the other side offered last. False: it cannot be told from the rows nearby. */
bool measure_flight(const struct session *s, const struct row *r, uint32_t *bytes, uint32_t *win);
/* How long after the segment that it acknowledges a row came, where that was sent only once. False: it
 * acknowledges none that is known. */
bool measure_answer(const struct session *s, const struct row *r, uint64_t *ns);
/* Both as sentences; nothing where nothing is known. */
void say_measures(struct str *out, const struct voice *v, const struct session *s, const struct row *r);

#endif
