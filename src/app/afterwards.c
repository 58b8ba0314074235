#include "app/afterwards.h"

#include <errno.h>

#include "app/line.h"
#include "plat/append.h"
#include "session/entry.h"
#include "tui/screen.h"

enum { ROWS_MOST = 2000000 /* a session of so many is made again in some seconds */ };

/* Adds a block to the end of the file. */
static bool add(const struct app *a, const struct str *block, struct fail *f)
{
    if (block->failed)
        return fail_errno(f, ENOMEM, NULL, "%s", a->options->read);
    if (!a->can_add || a->status)
        return fail_set(f, FAIL_EXPECT,
                        a->status ? N_("its end is damaged: nothing can be added")
                                  : N_("it is packed, or a pipe: nothing can be added"),
                        NULL, "%s", a->options->read);
    return append_more(a->options->read, block->at, block->len, f);
}

/* While it is read, rows still come in between. */
static bool is_over(struct app *a, struct fail *f)
{
    return !a->reader || line_fail(a, FAIL_EXPECT, NULL, f, N_("the file is still being read"), NULL, NULL);
}

bool afterwards_note(struct app *a, const char *text, size_t len, bool said, struct fail *f)
{
    const size_t rows = session_rows(a->session);
    const uint32_t at = a->screen ? screen_row(a->screen) : NO_ROW,
                   to = at == NO_ROW ? (uint32_t)rows : at + 1;
    const struct row *before = to > 0 ? session_row(a->session, to - 1) : NULL;
    const struct event e = {.kind = EVENT_NOTE,
                            .time_ns = before ? before->time_ns : session_started(a->session),
                            .u.note = {.text = text, .len = len, .said = said}};
    struct str block;
    if (!is_over(a, f))
        return false;
    if (to < rows && (rows > ROWS_MOST || session_first(a->session) > 0))
        return line_fail(a, FAIL_EXPECT, NULL, f, N_("too many rows to put one between them"), NULL, NULL);
    str_init(&block, a->mem);
    entry_put_note(&block, &e, to);
    const bool good = !a->reread || add(a, &block, f);
    str_release(&block);
    if (!good)
        return false;
    if (!(to < rows ? session_insert(a->session, to, &e) : session_apply(a->session, &e)))
        return fail_errno(f, ENOMEM, NULL, "%s", "note");
    if (a->screen)
        screen_inserted(a->screen, to);
    return true;
}

bool afterwards_mark(struct app *a, const char *name, size_t len, uint32_t row, struct fail *f)
{
    const struct row *at = session_row(a->session, row);
    struct str block;
    if (!a->reread || a->origin == ORIGIN_SCRIPT)
        return true;
    if (!is_over(a, f))
        return false;
    str_init(&block, a->mem);
    entry_put_mark(&block, name, len, row, at ? at->time_ns : session_started(a->session));
    const bool good = add(a, &block, f);
    str_release(&block);
    return good;
}
