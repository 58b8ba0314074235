#include "app/outlet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "plat/file.h"

struct outlet {
    struct outlet_options options;
    const struct export_format *format;
    struct outfile *file;
    struct export *export;
    const struct session *session;
    uint32_t next;    /* the first row that was not written yet */
    bool whole, over; /* a range by outlet_some; it is all written */
    bool failed, broken_pipe;
    bool waits; /* for rows that may tell more of those at the end */
};

/* The part of [FORMAT:]FILE before the colon counts as a format only if it is one, so that a file may hold
 * colons. NULL: it is none. */
static const struct export_format *spec_prefix(const char *spec, const char **path)
{
    const char *colon = strchr(spec, ':');
    const struct export_format *format = colon ? export_find(spec, (size_t)(colon - spec)) : NULL;

    *path = format ? colon + 1 : spec;
    return format;
}

static const struct export_format *spec_format(const char *spec, const char **path, struct fail *f)
{
    const struct export_format *format = spec_prefix(spec, path);

    if (!format)
        format = export_by_suffix(spec);
    if (!format)
        fail_set(f, FAIL_USAGE, N_("its format is not known"),
                 N_("name it, as in txt:FILE; --help lists the formats"), "%s", spec);
    else if (!**path)
        fail_set(f, FAIL_USAGE, N_("a file is missing after the format"), NULL, "%s", spec);
    return f->status ? NULL : format;
}

const char *outlet_path(const char *spec)
{
    const char *path;
    spec_prefix(spec, &path);
    return path;
}

static bool outlet_put(void *ctx, const char *bytes, size_t len)
{
    struct outlet *o = ctx;
    errno = 0;
    if (outfile_write(o->file, bytes, len))
        return true;
    o->broken_pipe = errno == EPIPE;
    return false;
}

struct outlet *outlet_open(const char *spec, const struct outlet_options *options, struct fail *f)
{
    const char *path;
    const struct export_format *format = spec_format(spec, &path, f);
    if (!format)
        return NULL;
    struct outlet *o = calloc(1, sizeof *o);
    if (!o) {
        fail_errno(f, ENOMEM, NULL, "%s", spec);
        return NULL;
    }
    o->options = *options;
    o->format = format;
    o->file = outfile_open(path, f);
    if (!o->file) {
        free(o);
        return NULL;
    }
    return o;
}

static bool outlet_export(struct outlet *o, const struct session *s)
{
    const struct export_options e = {o->format, o->options.voice, o->options.steady, o->options.mem};
    o->session = s;
    o->export = export_new(&e, s, (struct export_sink){outlet_put, o});
    if (!o->export)
        o->failed = true;
    return !o->failed;
}

static bool outlet_flushes(const struct outlet *o)
{
    return (o->format->how & EXPORT_STREAMS) && outfile_direct(o->file);
}

bool outlet_looks_twice(const char *spec)
{
    struct fail f = {0};
    const char *path;
    const struct export_format *format = spec_format(spec, &path, &f);
    fail_release(&f);
    return format && (format->how & EXPORT_TWICE);
}

/* Whether rows are written as they come. */
static bool outlet_feeds(const struct outlet *o)
{
    return !(o->format->how & EXPORT_TWICE) && !o->whole;
}

bool outlet_begin(struct outlet *o, const struct session *s, uint32_t first)
{
    o->next = first;
    if (!outlet_export(o, s) || (outlet_feeds(o) && !export_begin(o->export, outlet_flushes(o))))
        o->failed = true;
    return !o->failed;
}

bool outlet_feed(struct outlet *o, uint64_t until_ns)
{
    uint32_t rows = (uint32_t)session_rows(o->session);
    bool any = false;

    if (!outlet_feeds(o))
        return !o->failed;
    for (uint32_t i = o->next; i < rows; i++)
        if (session_waits(o->session, i, until_ns))
            rows = i;
    o->waits = until_ns && rows < session_rows(o->session);
    for (; !o->failed && o->next < rows; o->next++, any = true)
        o->failed = !export_row(o->export, o->next, outlet_flushes(o) && o->next + 1 == rows);
    if (!o->failed && outlet_flushes(o) && (any || outfile_lags(o->file))) {
        errno = 0;
        o->failed = !outfile_flush(o->file);
        o->broken_pipe = o->failed && errno == EPIPE;
    }
    return !o->failed;
}

bool outlet_lags(const struct outlet *o)
{
    return !o->failed && outlet_flushes(o) && (o->waits || outfile_lags(o->file));
}

bool outlet_over(struct outlet *o, const struct session *s, const struct export_range *range)
{
    o->whole = true;
    if (!outlet_export(o, s))
        return false;
    export_over(o->export, range);
    return true;
}

enum export_step outlet_some(struct outlet *o, size_t rows)
{
    const enum export_step step = o->failed ? EXPORT_FAILED : export_some(o->export, rows);
    o->failed = step == EXPORT_FAILED;
    o->over = step == EXPORT_DONE;
    return step;
}

unsigned outlet_done(const struct outlet *o)
{
    return o->export ? export_done(o->export) : 0;
}

/* What is left to be written. */
static void outlet_rest(struct outlet *o)
{
    if (outlet_feeds(o)) {
        o->failed = !outlet_feed(o, UINT64_MAX) || !export_end(o->export);
        return;
    }
    const struct export_range all = {.first = o->next, .end = (uint32_t)session_rows(o->session)};
    if (!o->whole)
        export_over(o->export, &all);
    if (!o->over)
        outlet_some(o, SIZE_MAX);
}

bool outlet_finish(struct outlet *o, struct fail *f)
{
    if (o->export && !o->failed)
        outlet_rest(o);
    struct outfile *file = o->file;
    const char *problem = o->export ? export_problem(o->export) : NULL;
    o->file = NULL;
    if (problem) {
        outfile_abandon(file);
        return fail_set(f, FAIL_SYSTEM, problem, NULL, "%s", o->format->name);
    }
    const bool starved = o->failed && outfile_sound(file);
    if (starved && !outfile_direct(file)) /* half a file is not put in the place of a whole one */
        outfile_abandon(file);
    else if (!outfile_commit(file, f))
        return false;
    return !starved || fail_errno(f, ENOMEM, NULL, "%s", o->format->name);
}

void outlet_free(struct outlet *o)
{
    if (!o)
        return;
    if (o->export)
        export_free(o->export);
    if (o->file)
        outfile_abandon(o->file);
    free(o);
}

bool outlet_broken_pipe(const struct outlet *o)
{
    return o->broken_pipe;
}
