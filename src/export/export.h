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

struct export;
/* One format. */
struct export_format {
    const char *name;   /* "jsonl", as in -e jsonl:FILE */
    const char *suffix; /* ".jsonl" */
    const char *words;  /* for the catalogue: what it is */
    bool streams;       /* useful row by row on a pipe */
    void (*begin)(struct export *e);
    void (*row)(struct export *e, uint32_t row);
    void (*end)(struct export *e);
};

/* The i-th format, NULL past the end. */
const struct export_format *export_format_at(size_t i);
/* By name; by the suffix of a file's name. NULL: there is none. */
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
/* The head, then rows of the timeline in order (any subset), then the tail. After each the bytes are with the
 * sink if `flush` is set, else at the latest after export_end. False: the sink failed or there was no memory;
 * it stays so. */
bool export_begin(struct export *e, bool flush);
bool export_row(struct export *e, uint32_t row, bool flush);
bool export_end(struct export *e);
/* Everything from row `first` on (0: all), or the rows of `only` where it is not NULL: begin, rows, end. */
bool export_all(struct export *e, uint32_t first, const struct selection *only);

#endif
