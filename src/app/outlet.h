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
/* The FILE of a spec that outlet_open took. */
const char *outlet_path(const char *spec);
/* Whether an export as that spec says looks at all rows twice: then no row may be given up before its end. */
bool outlet_looks_twice(const char *spec);
/* From here on rows of s, from `first` on, are written by outlet_feed. */
bool outlet_begin(struct outlet *o, const struct session *s, uint32_t first);
/* Writes the rows that are new, of a format that looks at them once, but for those at the end of which the
 * next ones may tell more: so the same rows are written the same, live and read again. until_ns: all that was
 * before it is on the timeline; 0: they come from a file. False: it failed; outlet_finish says why. */
bool outlet_feed(struct outlet *o, uint64_t until_ns);
/* Whether a slow reader has not taken everything yet, or rows are waited for: feed again soon. */
bool outlet_lags(const struct outlet *o);
/* Instead of begin and feed: a range of rows that are all there, by outlet_some. */
bool outlet_over(struct outlet *o, const struct session *s, const struct export_range *range);
/* Looks at some rows of it more. Anything but EXPORT_GOES_ON: outlet_finish is next. */
enum export_step outlet_some(struct outlet *o, size_t rows);
unsigned outlet_done(const struct outlet *o); /* thousandths */
/* Writes the rest and puts the file into its place. */
bool outlet_finish(struct outlet *o, struct fail *f);
/* Nothing of it is left in the file system unless it was finished. NULL is allowed. */
void outlet_free(struct outlet *o);
/* Whether the reader of the pipe has gone: no reason for words. */
bool outlet_broken_pipe(const struct outlet *o);

#endif
