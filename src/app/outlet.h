/* outlet.h: one export that is asked for on the command line or by `export`: a format and a place, fed as
 * rows come. A file is written whole or not at all; pipes and standard output get a row as soon as it is
 * judged. */
#ifndef TCPVIZ_APP_OUTLET_H
#define TCPVIZ_APP_OUTLET_H

#include "export/export.h"
#include "plat/fail.h"

struct outlet_options {
    const struct mem *mem;
    struct voice voice;
    bool steady;
};

struct outlet;

/* spec is [FORMAT:]FILE ('-' is standard output; the format comes from the suffix where it is not named).
 * NULL: f says why: status 2 for an unknown format, 3 where the place cannot be written. The session may be
 * set later. */
struct outlet *outlet_open(const char *spec, const struct outlet_options *o, struct fail *f);
/* From here on rows of s, from `first` on, are written by outlet_feed. */
bool outlet_begin(struct outlet *o, const struct session *s, uint32_t first);
/* Writes the rows that are new. False: it failed; outlet_finish says why. */
bool outlet_feed(struct outlet *o);
/* Whether a slow reader has not taken everything yet: feed again soon. */
bool outlet_lags(const struct outlet *o);
/* Writes the rest, or only the rows of a selection where nothing was fed before, and puts the file into its
 * place. */
bool outlet_finish(struct outlet *o, struct fail *f);
/* The whole of a session at once: from row `first` on, or the rows of `only`. Then outlet_finish. */
bool outlet_all(struct outlet *o, const struct session *s, uint32_t first, const struct selection *only);
/* Nothing of it is left in the file system unless it was finished. NULL is allowed. */
void outlet_free(struct outlet *o);
/* Whether the reader of the pipe has gone: no reason for words. */
bool outlet_broken_pipe(const struct outlet *o);

#endif
