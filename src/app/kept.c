/* kept.c: without -w, sessions are kept in a rotating set, so that what happened in class is there afterwards
 * though nobody thought of it before. Nothing of the set is ever in the way: where it cannot be written there
 * is none, and the oldest files go. */
#include "app/kept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/parts.h"
#include "plat/fileset.h"
#include "plat/state.h"
#include "scene/message.h"
#include "session/journal.h"

enum {
    SET_FILES = 20,
    SET_BYTES = 256 << 20, /* all together, and the most that one may have */
    FINISH_MS = 5000,
    PLAIN_MOST = 5000, /* words for so many plain segments a second */
    NAMES_TRIED = 100
};

struct kept {
    struct app *app;
    struct journal *journal;
    char *path;
    bool asked; /* by -w */
    enum journal_trouble told;
    uint64_t second; /* of the last plain segment */
    unsigned plain;  /* that had words in that second */
};

/* The words cost more than all else of a row: in a flood of segments that say nothing new most have none. */
static void words(void *ctx, const struct session *s, const struct row *r, struct str *out)
{
    struct kept *k = ctx;
    if (r && message_is_plain(r)) {
        const uint64_t second = r->time_ns / 1000000000;
        k->plain = second == k->second ? k->plain + 1 : 0;
        k->second = second;
        if (k->plain >= PLAIN_MOST)
            return;
    }
    say_message(&k->app->voice, s, r, out);
}

/* "sessions/20261122T113530.018Z-private-loopback.pcapng": names in the order of time. */
static char *set_path(const struct app *a, uint64_t started_ns, int again)
{
    const time_t seconds = (time_t)(started_ns / 1000000000);
    struct tm t;
    char when[32], what[40], number[16] = "", *name = NULL;
    size_t n = 0;
    for (const char *c = session_source(a->session); *c && n < sizeof what - 1; c++) {
        const bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        what[n++] = plain ? *c : '-';
    }
    what[n] = 0;
    if (!gmtime_r(&seconds, &t) || !strftime(when, sizeof when, "%Y%m%dT%H%M%S", &t))
        return NULL;
    if (again)
        snprintf(number, sizeof number, "-%d", again);
    if (asprintf(&name, "sessions/%s.%03uZ-%s%s" KEPT_SUFFIX, when, (unsigned)(started_ns / 1000000 % 1000),
                 what, number) < 0)
        return NULL;
    char *path = state_path(name);
    free(name);
    return path;
}

char *kept_folder(void)
{
    char *folder = state_path("sessions/");
    if (folder)
        folder[strlen(folder) - 1] = 0;
    return folder;
}

/* A new file of the set; several may begin at once. */
static struct append *open_in_set(struct app *a, char **path)
{
    struct append *file = NULL;
    char *folder = kept_folder();
    if (folder)
        fileset_trim(folder, KEPT_SUFFIX, SET_FILES - 1, SET_BYTES);
    free(folder);
    for (int again = 0; !file && again < NAMES_TRIED; again++) {
        struct fail f = {0};
        *path = set_path(a, session_started(a->session), again);
        file = *path ? append_open(a->loop, *path, true, &f) : NULL;
        const bool taken = !file && *path && access(*path, F_OK) == 0;
        fail_release(&f);
        if (!taken)
            break;
        free(*path);
        *path = NULL;
    }
    return file;
}

bool kept_open(struct app *a, struct kept **out, struct fail *f)
{
    const struct options *o = a->options;
    char *path = NULL;
    *out = NULL;
    if (o->no_journal || o->mode == MODE_READ)
        return true;
    struct append *file = o->write ? append_open(a->loop, o->write, false, f) : open_in_set(a, &path);
    if (!file) {
        free(path);
        return !o->write;
    }
    path = o->write ? strdup(o->write) : path;
    struct kept *k = calloc(1, sizeof *k);
    if (!k || !path) {
        append_close(file);
        free(k);
        free(path);
        return fail_errno(f, ENOMEM, NULL, "%s", "journal");
    }
    *k = (struct kept){.app = a, .path = path, .asked = o->write};
    const struct journal_options options = {
        .mem = a->mem,
        .record = {a->session, "tcpviz " TCPVIZ_VERSION, words, k},
        .most = o->write ? 0 : SET_BYTES,
    };
    *out = k;
    k->journal = journal_new(&options, file);
    return k->journal || fail_errno(f, ENOMEM, NULL, "%s", path);
}

static const char elsewhere[] = N_("the session is still in memory: export pcapng:FILE keeps it elsewhere");

/* What went wrong with the file. */
static void trouble_words(const struct kept *k, struct fail *f)
{
    const char *way = elsewhere;
    switch (journal_trouble(k->journal)) {
    case JOURNAL_GOOD: break;
    case JOURNAL_SLOW:
        fail_set(f, FAIL_SYSTEM, N_("the disk is too slow: rows are missing there"), way, "%s", k->path);
        break;
    case JOURNAL_BROKEN: fail_errno(f, journal_error(k->journal), way, "%s", k->path); break;
    case JOURNAL_LONG:
        fail_set(f, FAIL_SYSTEM, N_("it has 256 MB: nothing more is written to it"),
                 N_("a file of -w may be as long as the disk"), "%s", k->path);
        break;
    }
}

/* Each kind of trouble is told once. */
static void tell(struct kept *k)
{
    struct fail f = {0};
    const enum journal_trouble now = journal_trouble(k->journal);
    if (now == JOURNAL_GOOD || now == k->told)
        return;
    k->told = now;
    trouble_words(k, &f);
    app_tell(k->app, &f);
    fail_release(&f);
}

void kept_feed(struct kept *k)
{
    if (!k)
        return;
    journal_feed(k->journal);
    tell(k);
}

bool kept_lags(const struct kept *k)
{
    return k && journal_lags(k->journal);
}

bool kept_whole(const struct kept *k)
{
    return k && k->asked && journal_trouble(k->journal) == JOURNAL_GOOD;
}

bool kept_close(struct kept *k, struct fail *f)
{
    if (!k)
        return true;
    const enum journal_trouble before = k->told;
    if (!k->journal) {
        free(k->path);
        free(k);
        return false;
    }
    journal_finish(k->journal, FINISH_MS);
    const bool whole = journal_trouble(k->journal) == JOURNAL_GOOD;
    if (!whole && k->asked && !f->status) {
        if (journal_trouble(k->journal) != before)
            trouble_words(k, f);
        k->app->status = k->app->status ? k->app->status : FAIL_SYSTEM;
    }
    journal_free(k->journal);
    if (!k->asked && session_segments(k->app->session) == 0)
        unlink(k->path);
    free(k->path);
    free(k);
    return whole;
}
