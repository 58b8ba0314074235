/* transcript.h: what the sides of a connection said, as lines of text or of hex, without a device. Lines are
 * cut when they are asked for; an index with a mark every so many lines is made in slices, so that a stream
 * of any length can be paged through. Foreign bytes are made safe. */
#ifndef TCPVIZ_SCENE_TRANSCRIPT_H
#define TCPVIZ_SCENE_TRANSCRIPT_H

#include "scene/say.h"
#include "session/stream.h"

struct transcript_style {
    struct voice voice;
    enum side side; /* what that side said; SIDE_NONE: both, in turns */
    bool hex;
    int width; /* cells of a line */
};

struct transcript_line {
    enum side side;  /* who said it */
    bool remark;     /* not said: that bytes are missing */
    struct str text; /* freshly put */
};

struct transcript;
struct transcript *transcript_new(const struct mem *m, const struct session *s,
                                  uint32_t conn); /* NULL: no memory */
void transcript_free(struct transcript *t);
/* How lines are cut from now on: they are counted anew where that is another way. */
void transcript_set(struct transcript *t, const struct transcript_style *style);
/* Looks at rows and counts lines until about that time (clock_steady); false: all is counted. ends: no more
 * rows are expected, so what waits for bytes that were not seen need not wait. */
bool transcript_work(struct transcript *t, uint64_t until_ns, bool ends);
size_t transcript_lines(const struct transcript *t);                               /* counted so far */
bool transcript_line(struct transcript *t, size_t i, struct transcript_line *out); /* false: there is none */
uint64_t transcript_said(const struct transcript *t, enum side side); /* bytes; SIDE_NONE: of both */

#endif
