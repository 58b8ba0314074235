#include "app/parse.h"

#include <errno.h>
#include <string.h>

#include "app/line.h"
#include "app/script.h"
#include "core/builtin.h"
#include "core/inject.h"
#include "plat/file.h"
#include "plat/heap.h"

enum {
    DEEPEST = 8,     /* files that source each other */
    LONGEST = 20000, /* steps, so that eight files of a hundred `source` lines each end in a message */
    NAMES = 128      /* scripts that a message names */
};

void step_place(const struct stage *t, struct str *out)
{
    if (!t->file)
        return;
    str_put_safe(out, t->file, strlen(t->file), false);
    str_put(out, ":");
    str_put_i64(out, t->number);
}

/* A built-in script, by its name without folder and suffix. */
static const struct builtin *built_in(const char *name)
{
    struct str path;
    str_init(&path, heap_mem());
    str_put(&path, "scripts/");
    str_put(&path, name);
    str_put(&path, ".tcpviz");
    const struct builtin *b = builtin_find(path.at);
    str_release(&path);
    return b;
}

bool script_name_at(size_t i, struct str *out)
{
    static const char folder[] = "scripts/", suffix[] = ".tcpviz";
    enum { FOLDER = sizeof folder - 1, SUFFIX = sizeof suffix - 1 };
    const struct builtin *b;
    str_clear(out);
    for (size_t at = 0; (b = builtin_at(at)) != NULL; at++) {
        const size_t len = strlen(b->name);
        if (strncmp(b->name, folder, FOLDER) != 0 || len <= FOLDER + SUFFIX ||
            strcmp(b->name + len - SUFFIX, suffix) != 0)
            continue;
        if (i-- > 0)
            continue;
        str_put_n(out, b->name + FOLDER, len - FOLDER - SUFFIX);
        return !out->failed;
    }
    return false;
}

static const char *name_at(void *ctx, size_t i)
{
    struct str *name = ctx; /* the nearest so far has to stay: each has a text of its own */
    return i < NAMES && script_name_at(i, &name[i]) ? name[i].at : NULL;
}

/* Neither a file nor a script: the nearest of those that are built in, or all of them. */
static bool unknown_script(const struct app *a, const char *file, struct fail *f)
{
    enum { WIDTH = 76 };
    struct str name[NAMES], why, way;
    for (size_t i = 0; i < NAMES; i++)
        str_init(&name[i], heap_mem());
    str_init(&why, heap_mem());
    str_init(&way, heap_mem());
    const char *near = nearest_word(file, strlen(file), name_at, name);
    if (near)
        say_fill(&why, say(&a->voice, N_("{why}; of the scripts that are built in the nearest is {nearest}")),
                 "why", say(&a->voice, f->why), "nearest", near, NULL);
    else
        str_put(&why, f->why);
    str_put(&way, say(&a->voice, near ? N_("man tcpviz-wire tells of the scripts that are built in")
                                      : N_("these scripts are built in, man tcpviz-wire tells of them:")));
    size_t cells = WIDTH;
    for (size_t i = 0; !near && i < NAMES && name[i].len > 0; i++) {
        cells += name[i].len + 1;
        str_put(&way, cells > WIDTH ? "\n" : " ");
        cells = cells > WIDTH ? name[i].len : cells;
        str_put_n(&way, name[i].at, name[i].len);
    }
    fail_set(f, f->status, why.at, way.at, "%s", f->what);
    str_release(&way);
    str_release(&why);
    for (size_t i = 0; i < NAMES; i++)
        str_release(&name[i]);
    return false;
}

bool script_load(const struct app *a, const char *file, char **out, size_t *len, struct fail *f)
{
    if (file_read_all(file, a->mem, out, len, f))
        return true;
    const struct builtin *b = built_in(file);
    if (!b)
        return strchr(file, '/') || f->way || !f->why ? false : unknown_script(a, file, f);
    *out = mem_new(a->mem, b->len + 1);
    if (!*out)
        return fail_errno(f, ENOMEM, NULL, "%s", file);
    memcpy(*out, b->at, b->len);
    *len = b->len;
    fail_release(f);
    return true;
}

/* The lines of another file come in place of this one. */
static bool parse_source(struct script *s, const struct stage *t, const char *place, int depth,
                         struct fail *f)
{
    const struct cmd_arg *file = cmd_get(&t->cmd, "FILE");
    const char *name = arena_text(s->arena, file->text, file->len);
    char *text = NULL;
    size_t len = 0;
    if (depth == DEEPEST)
        return line_fail(s->app, FAIL_USAGE, place, f, N_("scripts source each other more than {n} deep"),
                         "n", "8");
    if (!name)
        return fail_errno(f, ENOMEM, NULL, "%s", "source");
    if (!script_load(s->app, name, &text, &len, f))
        return place ? fail_set(f, f->status, f->why, f->way, "%s: %s", place, f->what) : false;
    bool good = parse_steps(s, name, text, len, depth + 1, f);
    mem_free(s->app->mem, text, len + 1);
    return good;
}

static bool parse_condition(struct script *s, struct stage *t, const char *place, struct fail *f)
{
    const struct cmd_arg *text = cmd_get(&t->cmd, "CONDITION"), *segment = cmd_get(&t->cmd, "SEGMENT");
    struct inject unused;
    struct cmd_error e;
    if (segment)
        return inject_parse(segment->text, segment->len, &unused, &e) ||
               line_wrong(s->app, &e, segment->text, NULL, place, f);
    if (!text)
        return true;
    t->cond = cond_parse(s->app->mem, text->text, text->len, &e);
    if (t->cond)
        return true;
    if (!e.message)
        return fail_errno(f, ENOMEM, NULL, "%s", t->cmd.spec->name);
    return line_wrong(s->app, &e, text->text, NULL, place, f);
}

static bool parse_step(struct script *s, struct stage *t, size_t len, int depth, struct fail *f)
{
    struct str where;
    str_init(&where, heap_mem());
    step_place(t, &where);
    const char *place = t->file ? where.at : NULL;
    bool good = line_parse(s->app, t->text, len, place, &t->cmd, f);
    if (good && t->cmd.spec && s->count == LONGEST)
        good = line_fail(s->app, FAIL_USAGE, place, f, N_("the script is longer than {n} commands"), "n",
                         "20000");
    if (good && t->cmd.spec && t->cmd.spec->id == COMMAND_SOURCE) {
        good = parse_source(s, t, place, depth, f);
    } else if (good && t->cmd.spec) {
        *s->end = t;
        s->end = &t->next;
        s->count++;
        good = parse_condition(s, t, place, f);
    }
    str_release(&where);
    return good;
}

bool parse_steps(struct script *s, const char *file, const char *text, size_t len, int depth, struct fail *f)
{
    const char *end = text + len, *next;
    const char *name = file ? arena_text(s->arena, file, strlen(file)) : NULL;
    if (file && !name)
        return fail_errno(f, ENOMEM, NULL, "%s", file);
    for (int number = 1; text < end; text = next, number++) {
        const char *eol = memchr(text, '\n', (size_t)(end - text));
        size_t line = (size_t)((eol ? eol : end) - text);
        next = eol ? eol + 1 : end;
        struct stage *t = arena_take(s->arena, sizeof *t);
        char *copy = arena_text(s->arena, text, line);
        if (!t || !copy)
            return fail_errno(f, ENOMEM, NULL, "%s", file ? file : "script");
        *t = (struct stage){.file = name, .number = number, .text = copy};
        if (!parse_step(s, t, line, depth, f))
            return false;
    }
    return true;
}
