/* export.c: bytes gather until somebody may want them (flush) or there are many of them. */
#include "export/writer.h"

#include <string.h>

enum { GATHER = 1 << 16 };

static const struct export_format formats[] = {
#define FORMAT(id, dot_suffix, row_by_row, what)                                                             \
    {.name = #id,                                                                                            \
     .suffix = (dot_suffix),                                                                                 \
     .words = (what),                                                                                        \
     .streams = (row_by_row),                                                                                \
     .begin = id##_begin,                                                                                    \
     .row = id##_row,                                                                                        \
     .end = id##_end},
#include "export/formats.def"
};

const struct export_format *export_format_at(size_t i)
{
    return i < COUNT_OF(formats) ? &formats[i] : NULL;
}

const struct export_format *export_find(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        if (strlen(formats[i].name) == len && memcmp(formats[i].name, name, len) == 0)
            return &formats[i];
    }
    return NULL;
}

const struct export_format *export_by_suffix(const char *path)
{
    size_t len = strlen(path);
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        size_t n = strlen(formats[i].suffix);
        if (len > n && strcmp(path + len - n, formats[i].suffix) == 0)
            return &formats[i];
    }
    return NULL;
}

struct export *export_new(const struct export_options *o, const struct session *s, struct export_sink sink)
{
    struct export *e = mem_new(o->mem, sizeof *e);
    if (!e)
        return NULL;
    e->format = o->format;
    e->session = s;
    e->voice = o->voice;
    e->steady = o->steady;
    e->sink = sink;
    e->conn = NO_CONN;
    str_init(&e->out, o->mem);
    str_init(&e->note, o->mem);
    ladder_line_init(&e->line, o->mem);
    return e;
}

void export_free(struct export *e)
{
    if (!e)
        return;
    const struct mem *mem = e->out.mem;
    ladder_line_release(&e->line);
    str_release(&e->note);
    str_release(&e->out);
    mem_free(mem, e, sizeof *e);
}

/* A text that lacks a piece is not handed over: what was written so far stays whole lines. */
static bool hand_over(struct export *e, bool now)
{
    if (e->out.failed)
        e->failed = true;
    if (e->failed || (!now && e->out.len < GATHER))
        return !e->failed;
    if (e->out.len > 0 && !e->sink.put(e->sink.ctx, e->out.at, e->out.len))
        e->failed = true;
    str_clear(&e->out);
    return !e->failed;
}

bool export_begin(struct export *e, bool flush)
{
    e->format->begin(e);
    return hand_over(e, flush);
}

bool export_row(struct export *e, uint32_t row, bool flush)
{
    if (e->failed)
        return false;
    e->format->row(e, row);
    return hand_over(e, flush);
}

bool export_end(struct export *e)
{
    if (e->failed)
        return false;
    e->format->end(e);
    return hand_over(e, true);
}

bool export_all(struct export *e, uint32_t first, const struct selection *only)
{
    bool good = export_begin(e, false);
    if (only) {
        for (size_t i = 0; good && i < selection_count(only); i++)
            good = export_row(e, selection_at(only, i), false);
    } else {
        for (size_t i = first; good && i < session_rows(e->session); i++)
            good = export_row(e, (uint32_t)i, false);
    }
    return good && export_end(e);
}
