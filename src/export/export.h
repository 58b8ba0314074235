/* export.h: a session as a file: one table of formats, one writer a row. Rows are written one by one, so that
 * a pipe has a row as soon as it is judged. Nothing here opens files: bytes go to a sink. */
#ifndef TCPVIZ_EXPORT_EXPORT_H
#define TCPVIZ_EXPORT_EXPORT_H

#include "scene/say.h"
#include "session/selection.h"

/* Takes bytes; false: they could not be written (the sink knows why), and nothing more is put. */
struct export_sink {
    bool (*put)(void *ctx, const char *bytes, size_t len);
    void *ctx;
};

/* How a format is written. */
enum {
    EXPORT_STREAMS = 1, /* useful row by row on a pipe */
    EXPORT_TWICE = 2    /* a picture: it looks at all rows before it writes the first, so they have to stay */
};

struct export;
struct export_writer;
/* One format. */
struct export_format {
    const char *name;   /* "jsonl", as in -e jsonl:FILE */
    const char *suffix; /* ".jsonl" */
    const char *words;  /* for the catalogue: what it is */
    unsigned how;       /* EXPORT_ */
    const struct export_writer *writer;
};

/* The i-th format, NULL past the end. */
const struct export_format *export_format_at(size_t i);
/* By name; by the suffix of a file's name, the longest that fits. NULL: there is none. */
const struct export_format *export_find(const char *name, size_t len);
const struct export_format *export_by_suffix(const char *path);

struct export_options {
    const struct export_format *format;
    struct voice voice;
    bool steady; /* measured times as constants */
    const struct mem *mem;
};

/* NULL: no memory. session is borrowed. */
struct export *export_new(const struct export_options *o, const struct session *s, struct export_sink sink);
void export_free(struct export *e);

/* Row by row, for a format that needs to look once: the head, then rows of the timeline in order (any
 * subset), then the tail. After each the bytes are with the sink if `flush` is set, else at the latest after
 * export_end. False: the sink failed, there was no memory, or export_problem; it stays so. */
bool export_begin(struct export *e, bool flush);
bool export_row(struct export *e, uint32_t row, bool flush);
bool export_end(struct export *e);

/* The rows of a whole export: [first, end) of the timeline. */
struct export_range {
    uint32_t first, end;
    const struct selection *only; /* instead those of a selection that has been worked; NULL: all */
};

/* A whole export, in slices: head, rows, tail. Any format. */
void export_over(struct export *e, const struct export_range *range);
enum export_step { EXPORT_GOES_ON, EXPORT_DONE, EXPORT_FAILED };
/* Looks at some rows more: about so many. */
enum export_step export_some(struct export *e, size_t rows);
/* How much of it is done, in thousandths. */
unsigned export_done(const struct export *e);
/* All of it at once: from row `first` on. */
bool export_all(struct export *e, uint32_t first);

/* Why this session cannot be written in this format, for the catalogue; NULL: it can. */
const char *export_problem(const struct export *e);

#endif
