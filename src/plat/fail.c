/* fail.c: failures as values. Where there is no memory for the words, that is the failure: half of them would
 * mislead. */
#include "plat/fail.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set(struct fail *f, enum fail_status status, const char *why, const char *way, const char *format,
                va_list ap)
{
    /* The new words may quote the old ones, so these go last. */
    struct fail old = *f;
    f->status = status;
    if (vasprintf(&f->what, format, ap) < 0)
        f->what = NULL;
    f->why = why ? strdup(why) : NULL;
    f->way = way ? strdup(way) : NULL;
    fail_release(&old);
    if (f->what && !f->why == !why && !f->way == !way)
        return;
    fail_release(f);
    f->status = FAIL_SYSTEM;
}

bool fail_set(struct fail *f, enum fail_status status, const char *why, const char *way,
              const char *what_format, ...)
{
    va_list ap;
    va_start(ap, what_format);
    set(f, status, why, way, what_format, ap);
    va_end(ap);
    return false;
}

bool fail_errno(struct fail *f, int err, const char *way, const char *what_format, ...)
{
    /* The words of strerror() before the C library translates them: the app translates, by its own --lang. */
    const char *why = strerrordesc_np(err);
    va_list ap;
    va_start(ap, what_format);
    set(f, FAIL_SYSTEM, why ? why : "Unknown error", way, what_format, ap);
    va_end(ap);
    return false;
}

bool fail_starved(const struct fail *f)
{
    return f->status == FAIL_SYSTEM &&
           ((!f->what && !f->why) || (f->why && !strcmp(f->why, strerrordesc_np(ENOMEM))));
}

void fail_release(struct fail *f)
{
    free(f->what);
    free(f->why);
    free(f->way);
    *f = (struct fail){0};
}
