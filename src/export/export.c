/* export.c: bytes gather until somebody may want them (flush) or there are many of them. */
#include "export/writer.h"

#include <string.h>

enum { GATHER = 1 << 16 };

static const struct export_format formats[] = {
#define FORMAT(id, dot_suffix, in_what_way, what)                                                            \
    {.name = #id, .suffix = (dot_suffix), .words = (what), .how = (in_what_way), .writer = &id##_writer},
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
    const struct export_format *best = NULL;
    size_t len = strlen(path);
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        size_t n = strlen(formats[i].suffix);
        if (len > n && strcmp(path + len - n, formats[i].suffix) == 0 && (!best || n > strlen(best->suffix)))
            best = &formats[i];
    }
    return best;
}

struct export *export_new(const struct export_options *o, const struct session *s, struct export_sink sink)
{
    const struct export_writer *w = o->format->writer;
    struct export *e = mem_new(o->mem, sizeof *e);
    if (!e)
        return NULL;
    e->format = o->format;
    e->session = s;
    e->voice = o->voice;
    e->steady = o->steady;
    e->sink = sink;
    str_init(&e->out, o->mem);
    str_init(&e->note, o->mem);
    e->own = w->own ? mem_new(o->mem, w->own) : NULL;
    e->voice.phrases = phrases_new(o->mem);
    if ((w->own && !e->own) || !e->voice.phrases) {
        export_free(e);
        return NULL;
    }
    if (w->open)
        w->open(e);
    return e;
}

void export_free(struct export *e)
{
    if (!e)
        return;
    const struct mem *mem = e->out.mem;
    const struct export_writer *w = e->format->writer;
    if (e->own && w->close)
        w->close(e);
    mem_free(mem, e->own, w->own);
    phrases_free(e->voice.phrases);
    str_release(&e->note);
    str_release(&e->out);
    mem_free(mem, e, sizeof *e);
}

/* A text that lacks a piece is not handed over: what was written so far stays whole lines. */
static bool hand_over(struct export *e, bool now)
{
    if (e->out.failed || e->problem)
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
    if (e->failed)
        return false;
    if (e->format->writer->begin)
        e->format->writer->begin(e);
    return hand_over(e, flush);
}

bool export_row(struct export *e, uint32_t row, bool flush)
{
    if (e->failed)
        return false;
    e->format->writer->row(e, row);
    return hand_over(e, flush);
}

bool export_end(struct export *e)
{
    if (e->failed)
        return false;
    if (e->format->writer->end)
        e->format->writer->end(e);
    return hand_over(e, true);
}

void export_over(struct export *e, const struct export_range *range)
{
    e->at = (struct export_at){.range = *range};
    if (range->only) {
        e->at.range.first = 0;
        e->at.range.end = (uint32_t)selection_count(range->only);
    }
    e->at.next = e->at.range.first;
    e->at.gathering = e->format->writer->gather != NULL;
}

/* One row, in the pass that is under way. */
static void look_at(struct export *e, uint32_t i)
{
    const struct selection *only = e->at.range.only;
    const uint32_t row = only ? selection_at(only, i) : i;
    if (!session_row(e->session, row))
        return;
    if (!e->at.gathering) {
        (void)export_row(e, row, false);
        return;
    }
    e->format->writer->gather(e, row);
    e->failed = e->failed || e->out.failed;
}

enum export_step export_some(struct export *e, size_t rows)
{
    struct export_at *at = &e->at;
    while (!e->failed) {
        if (!at->gathering && !at->begun) {
            at->begun = true;
            (void)export_begin(e, false);
        } else if (at->next < at->range.end) {
            if (rows-- == 0)
                return EXPORT_GOES_ON;
            look_at(e, at->next++);
        } else if (at->gathering) {
            at->gathering = false;
            at->next = at->range.first;
        } else {
            return export_end(e) ? EXPORT_DONE : EXPORT_FAILED;
        }
    }
    return EXPORT_FAILED;
}

unsigned export_done(const struct export *e)
{
    const struct export_at *at = &e->at;
    uint64_t all = at->range.end - at->range.first, done = at->next - at->range.first;
    if (e->format->writer->gather) {
        done += at->gathering ? 0 : all;
        all *= 2;
    }
    return all ? (unsigned)(done * 1000 / all) : 1000;
}

bool export_all(struct export *e, uint32_t first)
{
    const struct export_range range = {.first = first, .end = (uint32_t)session_rows(e->session)};
    export_over(e, &range);
    return export_some(e, SIZE_MAX) == EXPORT_DONE;
}

const char *export_problem(const struct export *e)
{
    return e->problem;
}
