/* compare.c: reads the two files whole, compares them, and shows that. */
#include "app/compare.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "app/keymap.h"
#include "app/parts.h"
#include "app/reader.h"
#include "export/diff_text.h"
#include "plat/crash.h"
#include "plat/file.h"
#include "plat/heap.h"
#include "session/diff.h"
#include "tui/diff_screen.h"

/* One of the two. */
struct compared {
    const char *path;
    struct reader *reader; /* the session's frames are in its file */
    struct session *session;
};

static void compared_free(struct compared *c)
{
    session_free(c->session);
    reader_close(c->reader);
}

/* All of the file. What is said of it without being wrong, and damage, is printed, not returned: the rest is
 * compared. *status becomes what that is worth. */
static bool read_whole(struct compared *c, const struct voice *v, int *status, struct fail *f)
{
    enum reader_state state;
    while ((state = reader_some(c->reader, c->session, f)) != READER_ENDED) {
        struct pollfd p = {.fd = reader_fd(c->reader), .events = POLLIN};
        if (state == READER_WAITS)
            poll(&p, 1, -1);
    }
    if (f->status == FAIL_SYSTEM || session_out_of_memory(c->session))
        return f->status || fail_errno(f, ENOMEM, NULL, "%s", c->path);
    if (f->what)
        fail_print(f, v);
    if (f->status)
        *status = (int)f->status;
    fail_release(f);
    return true;
}

static bool compared_read(struct compared *c, const struct options *o, const struct voice *v, int *status,
                          struct fail *f)
{
    struct session_options s = {
        .source = c->path,
        .started_ns = clock_now(),
        .memory = (o->memory ? o->memory : memory_half()) / 2,
        .mem = heap_mem(),
    };
    c->reader = reader_open(c->path, NULL, false, heap_mem(), f);
    if (!c->reader || !reader_head(c->reader, &s, f))
        return false;
    c->session = session_new(&s);
    if (!c->session)
        return fail_errno(f, ENOMEM, NULL, "%s", c->path);
    session_frames_from(c->session, reader_frame, c->reader);
    return read_whole(c, v, status, f) && !f->status;
}

static bool to_file(void *ctx, const char *bytes, size_t len)
{
    return outfile_write(ctx, bytes, len);
}

static bool put_text(const struct options *o, const struct diff *d, const struct voice *v, const char *path,
                     struct fail *f)
{
    struct outfile *out = outfile_open(path, f);
    if (!out)
        return false;
    if (!diff_text_put(d, o->diff, v, (struct export_sink){to_file, out}, heap_mem()) &&
        !outfile_flush(out)) /* what it was is told by commit */
        return outfile_commit(out, f) && fail_errno(f, ENOMEM, NULL, "%s", path);
    return outfile_commit(out, f);
}

/* The FILE of an export, of which only text can be made. */
static const char *text_path(const char *spec, struct fail *f)
{
    const size_t name = strcspn(spec, ":");
    const struct export_format *format = spec[name] ? export_find(spec, name) : NULL;
    const char *path = format ? spec + name + 1 : spec;
    if (!format)
        format = export_by_suffix(path);
    if (format && strcmp(format->name, "txt") == 0 && *path)
        return path;
    fail_set(f, FAIL_USAGE, N_("two sessions side by side are written as text: txt:FILE"), NULL, "%s", spec);
    return NULL;
}

static bool put_texts(const struct options *o, const struct diff *d, const struct voice *v, struct fail *f)
{
    for (size_t i = 0; i < o->export_count; i++)
        if (!put_text(o, d, v, text_path(o->exports[i], f), f))
            return false;
    return o->export_count || put_text(o, d, v, "-", f);
}

/* The screen of the two, and how it ended. */
struct shown {
    struct loop *loop;
    int status;
};

static void left(void *ctx, bool gone)
{
    struct shown *s = ctx;
    s->status = gone ? FAIL_SYSTEM : 0;
    loop_stop(s->loop);
}

static void caught(void *ctx, int signum)
{
    struct shown *s = ctx;
    s->status = 128 + signum;
    loop_stop(s->loop);
}

static bool signals_up(struct shown *s, struct fail *f)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (!loop_signal(s->loop, ends[i], caught, s))
            return fail_errno(f, ENOMEM, NULL, "signals");
    return true;
}

static bool put_screen(const struct options *o, const struct diff *d, const struct voice *v, int *status,
                       struct fail *f)
{
    struct shown shown = {.loop = loop_new(f)};
    struct screen_rescue rescue;
    struct diff_screen *screen = NULL;
    struct voice voice = *v;
    if (screen_ascii()) {
        voice.ascii = true;
        voice.lang = LANG_EN;
    }
    if (shown.loop && signals_up(&shown, f))
        screen = diff_screen_new(&(struct diff_screen_options){.mem = heap_mem(),
                                                               .loop = shown.loop,
                                                               .diff = d,
                                                               .name = {o->diff[0], o->diff[1]},
                                                               .voice = voice,
                                                               .color = app_screen_color(o),
                                                               .keys = keymap,
                                                               .key_count = keymap_count,
                                                               .left = left,
                                                               .ctx = &shown},
                                 f);
    if (screen) {
        diff_screen_rescue_get(screen, &rescue);
        app_rescue_with(&rescue);
        loop_run(shown.loop);
        crash_restore_with(NULL);
    }
    diff_screen_free(screen);
    loop_free(shown.loop);
    if (!*status)
        *status = shown.status;
    return screen != NULL;
}

/* Without a terminal, or where a file is asked for, as text. */
static bool show(const struct options *o, const struct compared c[DIFF_SIDES], const struct voice *v,
                 int *status, struct fail *f)
{
    const bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    struct diff *d = diff_new(heap_mem(), c[0].session, c[1].session);
    if (!d)
        return fail_errno(f, ENOMEM, NULL, "%s", "--diff");
    const bool good = o->export_count || !terminal ? put_texts(o, d, v, f) : put_screen(o, d, v, status, f);
    diff_free(d);
    return good;
}

int compare_main(const struct options *o, const struct voice *v, struct fail *f)
{
    struct compared c[DIFF_SIDES] = {{.path = o->diff[0]}, {.path = o->diff[1]}};
    int status = 0;
    bool good = true;
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; good && i < o->export_count; i++)
        good = text_path(o->exports[i], f) != NULL;
    for (unsigned i = 0; good && i < DIFF_SIDES; i++)
        good = compared_read(&c[i], o, v, &status, f);
    if (good && !show(o, c, v, &status, f) && !status)
        status = (int)f->status;
    if (!good)
        status = (int)f->status;
    compared_free(&c[1]);
    compared_free(&c[0]);
    return status;
}
