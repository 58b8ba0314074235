#include "app/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "plat/heap.h"

/* One text of a failure: translated where it is a message of ours, and harmless in any case. */
static void put_words(struct str *out, const char *text, const struct voice *v)
{
    const char *words = say(v, text);
    str_put_safe(out, words, strlen(words), v->ascii);
}

void fail_words(struct str *out, const struct fail *f, const struct voice *v)
{
    if (f->what)
        put_words(out, f->what, v);
    if (f->why) {
        str_put(out, f->what ? ": " : "");
        put_words(out, f->why, v);
    }
}

bool fail_print(const struct fail *f, const struct voice *v)
{
    struct str text;
    const char *way = f->way ? say(v, f->way) : NULL;

    str_init(&text, heap_mem());
    str_put(&text, "tcpviz: ");
    fail_words(&text, f, v);
    str_put(&text, "\n");
    while (way && *way) { /* a way out may have several lines, one for each way */
        const size_t len = strcspn(way, "\n");
        str_put(&text, "  ");
        str_put_safe(&text, way, len, v->ascii);
        str_put(&text, "\n");
        way += len + (way[len] == '\n');
    }
    const bool whole = !text.failed && (f->what || f->why);
    if (whole)
        fputs(text.at, stderr);
    else /* there was no memory for the words */
        fprintf(stderr, "tcpviz: %s\n", say(v, N_("out of memory")));
    str_release(&text);
    return whole;
}

void app_tell(struct app *a, const struct fail *f)
{
    if (!a->screen) {
        (void)fail_print(f, &a->voice);
        return;
    }
    struct str text;
    str_init(&text, a->mem);
    fail_words(&text, f, &a->voice);
    screen_say(a->screen, text.at, true);
    str_release(&text);
}

/* A line about the session; false: there was no memory for it. */
static bool tell_line(struct app *a, const struct str *line)
{
    struct fail f = {0};
    if (line->failed)
        return false;
    fail_set(&f, FAIL_NONE, line->at, NULL, "%s", session_source(a->session));
    a->starved = !fail_print(&f, &a->voice);
    fail_release(&f);
    return !a->starved;
}

/* Drops of the sniffer are never passed over: what is told without those frames may be wrong. */
static bool tell_drops(struct app *a)
{
    struct str count, line;

    str_init(&count, a->mem);
    str_init(&line, a->mem);
    str_put_u64(&count, app_drops(a));
    say_fill(&line, say(&a->voice, N_("the sniffer had no room for {n} frames: they are missing")), "n",
             count.at, NULL);
    const bool whole = !count.failed && tell_line(a, &line);
    str_release(&line);
    str_release(&count);
    return whole;
}

void app_tell_aside(struct app *a, struct fail *f)
{
    bool usual, whole = true;
    struct str line;

    str_init(&line, a->mem);
    for (size_t i = 0; whole && say_aside(&line, &a->voice, a->session, i, &usual); i++) {
        whole = usual || tell_line(a, &line);
        str_clear(&line);
    }
    str_release(&line);
    if (whole && app_drops(a))
        whole = tell_drops(a);
    if (!whole)
        fail_errno(f, ENOMEM, NULL, "%s", session_source(a->session));
}
