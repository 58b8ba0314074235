/* intake.c: the file of -r, slice by slice, between the turns' other work. */
#include "app/parts.h"

#include "app/reader.h"

static void filled(void *ctx, int events)
{
    (void)ctx; /* the turn that follows reads it */
    (void)events;
}

bool app_is_reading(const struct app *a)
{
    return a->reader && !(a->options->follow && a->read_waits);
}

void app_read_no_more(struct app *a)
{
    if (!a->reader)
        return;
    reader_progress(a->reader, &a->read, &a->whole);
    source_close(a->filled);
    a->filled = NULL;
    if (reader_lasting(a->reader)) /* the session's frames are in its file */
        a->filed = a->reader;
    else
        reader_close(a->reader);
    a->reader = NULL;
}

/* The file has ended, in one way or the other. */
static void conclude(struct app *a, const struct fail *f)
{
    app_read_no_more(a);
    if (f->what || f->status)
        app_tell(a, f);
    a->starved = a->starved || fail_starved(f);
    if (f->status)
        a->status = (int)f->status;
    if (!a->screen && !a->script)
        app_quit(a, (int)f->status);
}

bool app_read(struct app *a)
{
    struct fail f = {0};

    if (!a->reader)
        return false;
    const bool waited = a->read_waits;
    const uint64_t version = session_version(a->session);
    const enum reader_state state = reader_some(a->reader, a->session, &f);
    a->read_waits = state == READER_WAITS;
    if (a->read_waits && !a->filled)
        a->filled = loop_fd(a->loop, reader_fd(a->reader), LOOP_READ, filled, a);
    if (a->read_waits && !a->filled) /* it cannot be waited for: it is asked again and again */
        a->read_waits = false;
    if (state == READER_ENDED)
        conclude(a, &f);
    fail_release(&f);
    /* A turn for something else, in which nothing came, is no news: the screen would wake for it again. */
    return !(waited && a->read_waits) || session_version(a->session) != version;
}
