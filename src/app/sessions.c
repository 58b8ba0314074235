/* sessions.c: the files of the set are read once more, for nothing beside them knows what they hold: a
 * program that was killed could not have told it. */
#include "app/sessions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/kept.h"
#include "app/reader.h"
#include "plat/fileset.h"
#include "plat/heap.h"

/* Cells of the columns; numbers stand to the right. */
enum { WHEN = 19, SOURCE = 18, CONNS = 12, SEGMENTS = 10, SIZE = 8, GAP = 2 };

/* What stands behind `start` becomes a cell of the line. */
static void make_cell(struct str *out, size_t start, size_t cells, bool right)
{
    const size_t len = out->len - start, used = cells_of(out->at + start, len);
    const size_t blanks = used < cells ? cells - used : 0;
    str_put_rep(out, " ", blanks);
    if (right && !out->failed) {
        memmove(out->at + start + blanks, out->at + start, len);
        memset(out->at + start, ' ', blanks);
    }
    str_put_rep(out, " ", GAP);
}

static void put_text(struct str *out, const char *text, size_t cells, bool right)
{
    const size_t start = out->len;
    str_put_n(out, text, cells_cut(text, strlen(text), cells));
    make_cell(out, start, cells, right);
}

static void put_number(struct str *out, uint64_t v, size_t cells, bool size)
{
    const size_t start = out->len;
    if (size)
        str_put_size(out, v);
    else
        str_put_grouped(out, v);
    make_cell(out, start, cells, true);
}

static void put_time(struct str *out, uint64_t ns)
{
    const time_t seconds = (time_t)(ns / 1000000000);
    struct tm t;
    char text[40] = "";
    if (localtime_r(&seconds, &t))
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &t);
    put_text(out, text, WHEN, false);
}

/* What a file holds, as far as it can be read. False: it is no session. */
static bool put_session(struct str *out, const struct voice *v, const struct fileset_file *file)
{
    struct fail f = {0};
    struct session_options o = {.rowless = true, .mem = heap_mem()};
    struct reader *r = reader_open(file->path, NULL, false, heap_mem(), &f);
    struct session *s = r && reader_head(r, &o, &f) && o.source ? session_new(&o) : NULL;
    while (s && reader_some(r, s, &f) == READER_READS)
        ;
    if (s && session_finish(s)) {
        put_time(out, session_started(s));
        put_text(out, say(v, session_source(s)), SOURCE, false);
        put_number(out, session_conns(s), CONNS, false);
        put_number(out, session_segments(s), SEGMENTS, false);
        put_number(out, file->bytes, SIZE, true);
        str_put_safe(out, file->path, strlen(file->path), v->ascii);
        str_put(out, "\n");
    }
    session_free(s);
    reader_close(r);
    fail_release(&f);
    return s != NULL;
}

static void put_head(struct str *out, const struct voice *v)
{
    put_text(out, say(v, N_("begun")), WHEN, false);
    put_text(out, say(v, N_("source")), SOURCE, false);
    put_text(out, say(v, N_("connections")), CONNS, true);
    put_text(out, say(v, N_("segments")), SEGMENTS, true);
    put_text(out, say(v, N_("size")), SIZE, true);
    str_put(out, say(v, N_("file")));
    str_put(out, "\n");
}

bool sessions_list(struct str *out, const struct voice *v, struct fail *f)
{
    struct fileset set;
    char *folder = kept_folder();
    bool any = false;
    if (!folder || !fileset_read(&set, folder, KEPT_SUFFIX)) {
        free(folder);
        return fail_errno(f, folder ? ENOMEM : ENOENT, NULL, "%s", "--sessions");
    }
    put_head(out, v);
    for (size_t i = set.count; i-- > 0;)
        any = put_session(out, v, &set.file[i]) || any;
    if (!any) {
        str_clear(out);
        say_fill(out, say(v, N_("no session is kept in {folder} yet\n")), "folder", folder, NULL);
    }
    fileset_release(&set);
    free(folder);
    return !out->failed || fail_errno(f, ENOMEM, NULL, "%s", "--sessions");
}
