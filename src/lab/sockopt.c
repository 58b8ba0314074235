#include "lab/sockopt.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cmd.h"
#include "lab/lab.h"
#include "plat/heap.h"

enum kind { FLAG, NUMBER, TEXT, LINGER };

struct row {
    const char *name;
    struct call_option four, six;
    enum kind kind;
    long low, high;
};

static const struct row rows[] = {
#define SOCKOPT(id, name, level, option, level6, option6, kind, low, high, help)                             \
    {name, {level, option, #level, #option}, {level6, option6, #level6, #option6}, kind, low, high},
#include "lab/options.def"
};
_Static_assert(COUNT_OF(rows) == SOCKOPT_COUNT, "a value's place for each row");

const char *lab_option_name(size_t i)
{
    return i < COUNT_OF(rows) ? rows[i].name : NULL;
}

static const char *name_at(void *ctx, size_t i)
{
    (void)ctx;
    return lab_option_name(i);
}

/* What a user typed goes into a message: made harmless, and not longer than a line has room for. */
static bool refuse(struct fail *f, const char *option, const char *typed, const char *why)
{
    struct str safe;
    str_init(&safe, heap_mem());
    str_put_safe(&safe, typed, strnlen(typed, 60), false);
    fail_set(f, FAIL_USAGE, why, NULL, "set %s%s%s", option != NULL ? option : "", option != NULL ? " " : "",
             safe.at);
    str_release(&safe);
    return false;
}

bool sockopt_find(const char *name, size_t *i, struct fail *f)
{
    for (*i = 0; *i < COUNT_OF(rows); ++*i)
        if (strcmp(rows[*i].name, name) == 0)
            return true;
    char why[80] = N_("unknown option");
    const char *near = nearest_word(name, strlen(name), name_at, NULL);
    if (near != NULL)
        snprintf(why, sizeof why, "unknown option; nearest is %s", near);
    return refuse(f, NULL, name, why);
}

static bool is_off(const char *value)
{
    return strcmp(value, "off") == 0;
}

/* A flag, a number, or the seconds of linger, as a whole number; -1 for linger off. */
static bool parse_number(const struct row *r, const char *value, long *out, struct fail *f)
{
    if (r->kind == FLAG && (strcmp(value, "on") == 0 || is_off(value))) {
        *out = !is_off(value);
        return true;
    }
    if (r->kind == LINGER && is_off(value)) {
        *out = -1;
        return true;
    }
    char *end = NULL;
    errno = 0;
    *out = strtol(value, &end, 10);
    if (errno == 0 && end != value && *end == 0 && *out >= r->low && *out <= r->high)
        return true;
    char why[80];
    if (r->kind == FLAG)
        snprintf(why, sizeof why, "on or off");
    else
        snprintf(why, sizeof why, "%sa whole number from %ld to %ld", r->kind == LINGER ? "off or " : "",
                 r->low, r->high);
    return refuse(f, r->name, value, why);
}

static bool parse_text(const struct row *r, const char *value, struct sockopt_value *out, struct fail *f)
{
    size_t len = strlen(value);
    if (len < (size_t)r->low || len > (size_t)r->high)
        return refuse(f, r->name, value, N_("a name of 1 to 15 characters"));
    memcpy(out->u.text, value, len + 1);
    out->len = (socklen_t)len;
    snprintf(out->shown, sizeof out->shown, "\"%s\"", value);
    return true;
}

bool sockopt_parse(size_t i, const char *value, struct sockopt_value *out, struct fail *f)
{
    const struct row *r = &rows[i];
    *out = (struct sockopt_value){.len = sizeof(int)};
    if (r->kind == TEXT)
        return parse_text(r, value, out, f);
    long n = 0;
    if (!parse_number(r, value, &n, f))
        return false;
    if (r->kind == LINGER) {
        out->u.linger = (struct linger){.l_onoff = n >= 0, .l_linger = n >= 0 ? (int)n : 0};
        out->len = sizeof out->u.linger;
        snprintf(out->shown, sizeof out->shown, "{l_onoff=%d, l_linger=%d}", out->u.linger.l_onoff,
                 out->u.linger.l_linger);
        return true;
    }
    out->u.number = (int)n;
    snprintf(out->shown, sizeof out->shown, "[%d]", (int)n);
    return true;
}

int sockopt_apply(struct caller *w, int fd, bool ipv6, size_t i, const struct sockopt_value *v)
{
    const struct call_option *o = ipv6 ? &rows[i].six : &rows[i].four;
    return call_setsockopt(w, fd, o, &v->u, v->len, v->shown);
}

int sockopt_number(struct caller *w, int fd, const struct call_option *o, int value)
{
    char shown[24];
    snprintf(shown, sizeof shown, "[%d]", value);
    return call_setsockopt(w, fd, o, &value, sizeof value, shown);
}
