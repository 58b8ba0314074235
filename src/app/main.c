#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app/compare.h"
#include "app/parts.h"
#include "app/sessions.h"
#include "plat/heap.h"

/* The language: as asked for, else of the environment, else English. */
static struct voice voice_of(const struct options *o)
{
    static const char *const places[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    struct voice v = {.lang = LANG_EN, .ascii = o->ascii};
    const char *name = o->lang;

    for (size_t i = 0; !name && i < COUNT_OF(places); i++) {
        name = getenv(places[i]);
        if (name && !*name)
            name = NULL;
    }
    if (name && !lang_find(name, &v.lang))
        v.lang = LANG_EN;
    return v;
}

/* A language asked for works in every locale: where the locale has no characters for it, they are counted and
 * written as UTF-8 all the same. */
static void locale_set(const struct voice *v)
{
    setlocale(LC_ALL, "");
    if (v->lang != LANG_EN && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static int print(const struct str *text, struct fail *f)
{
    if (text->failed)
        fail_errno(f, ENOMEM, NULL, "%s", "tcpviz");
    else if (fputs(text->at, stdout) < 0 || fflush(stdout) != 0)
        fail_errno(f, errno, NULL, "%s", N_("standard output"));
    return (int)f->status;
}

int main(int argc, char **argv)
{
    struct options o = {0};
    struct fail f = {0};
    struct str text;
    int status;

    str_init(&text, heap_mem());
    const bool good = options_parse(&o, argc, argv, &f);
    struct voice v = voice_of(&o);
    locale_set(&v);
    if (!good) {
        status = (int)f.status;
    } else if (o.mode == MODE_HELP) {
        options_help(&text, &v);
        status = print(&text, &f);
    } else if (o.mode == MODE_VERSION) {
        str_put(&text, "tcpviz " TCPVIZ_VERSION "\n");
        status = print(&text, &f);
    } else if (o.mode == MODE_SESSIONS) {
        status = sessions_list(&text, &v, &f) ? print(&text, &f) : (int)f.status;
    } else if (o.mode == MODE_DIFF) {
        status = compare_main(&o, &v, &f);
    } else {
        status = app_main(&o, &v, &f);
    }
    if (f.status)
        (void)fail_print(&f, &v);
    fail_release(&f);
    options_release(&o);
    str_release(&text);
    return status;
}
