/* say.c: the catalogue is a GNU .mo file built into the program: two tables of (length, offset), the
 * originals sorted by their bytes, so that a text is found by bisection. The file is ours, yet every number
 * in it is checked: a broken catalogue gives English, not a crash. Nothing is allocated; a translation points
 * into the file. */
#include "scene/fill.h"

#include <stdarg.h>
#include <string.h>
#include "core/builtin.h"

enum { MO_MAGIC = 0x950412de, MO_HEADER = 20 };

static const char *const catalogue[LANG_COUNT] = {[LANG_ZH] = "po/zh.mo"};
static const char *const lang_names[LANG_COUNT] = {[LANG_EN] = "en", [LANG_ZH] = "zh"};
_Static_assert(COUNT_OF(lang_names) == LANG_COUNT, "name every language");

bool lang_find(const char *name, enum lang *out)
{
    size_t len = strcspn(name, "_-.@");
    for (size_t i = 0; i < LANG_COUNT; i++) {
        if (strlen(lang_names[i]) == len && memcmp(lang_names[i], name, len) == 0)
            return *out = (enum lang)i, true;
    }
    return false;
}

/* A number as msgfmt writes it on this machine; 0 past the end. */
static uint32_t mo_number(const struct builtin *mo, size_t at)
{
    uint32_t v = 0;
    if (at <= mo->len && mo->len - at >= sizeof v)
        memcpy(&v, mo->at + at, sizeof v);
    return v;
}

/* Text i of the table at `table`; NULL if it does not lie within the file with its closing 0. */
static const char *mo_text(const struct builtin *mo, uint32_t table, uint32_t i)
{
    size_t row = (size_t)table + (size_t)i * 8;
    uint32_t len = mo_number(mo, row), at = mo_number(mo, row + 4);
    if (at >= mo->len || len >= mo->len - at || mo->at[at + len] != 0)
        return NULL;
    return (const char *)mo->at + at;
}

static const char *mo_find(const struct builtin *mo, const char *english)
{
    if (mo->len < MO_HEADER || mo_number(mo, 0) != MO_MAGIC)
        return NULL;
    uint32_t originals = mo_number(mo, 12), translations = mo_number(mo, 16);
    uint32_t low = 0, high = mo_number(mo, 8);
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        const char *text = mo_text(mo, originals, mid);
        if (!text)
            return NULL;
        int order = strcmp(english, text);
        if (order == 0)
            return mo_text(mo, translations, mid);
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const char *say(const struct voice *v, const char *english)
{
    /* The empty text is the key of the catalogue's own header. */
    if (!english || !*english)
        return "";
    if (v->lang >= LANG_COUNT || !catalogue[v->lang])
        return english;
    const struct builtin *mo = builtin_find(catalogue[v->lang]);
    const char *found = mo ? mo_find(mo, english) : NULL;
    return found && *found ? found : english;
}

/* What an ASCII terminal gets for the marks that texts use. */
static const struct {
    const char *mark, *plain;
} plain_marks[] = {
    {"…", "..."}, {"–", "-"},  {"—", "-"},  {"→", "->"}, {"←", "<-"}, {"⇄", "<->"}, {"×", "x"},
    {"µ", "u"},   {"≤", "<="}, {"≥", ">="}, {"✓", "ok"}, {"“", "\""}, {"”", "\""},  {"‘", "'"},
    {"’", "'"},   {"·", "."},  {"±", "+-"}, {"≈", "~"},  {"↑", "^"},  {"↓", "v"},   {"≠", "!="},
};

void put_plain(struct str *out, const char *text, size_t len, bool ascii)
{
    if (!ascii) {
        str_put_n(out, text, len);
        return;
    }
    while (len > 0) {
        size_t run = 0;
        while (run < len && (unsigned char)text[run] < 0x80)
            run++;
        str_put_n(out, text, run);
        text += run, len -= run;
        if (len == 0)
            return;
        uint32_t ignored;
        size_t take = utf8_next(text, len, &ignored);
        const char *plain = NULL;
        for (size_t i = 0; i < COUNT_OF(plain_marks) && !plain; i++) {
            if (strlen(plain_marks[i].mark) == take && memcmp(plain_marks[i].mark, text, take) == 0)
                plain = plain_marks[i].plain;
        }
        if (plain)
            str_put(out, plain);
        else
            str_put_n(out, text, take);
        text += take, len -= take;
    }
}

void put_foreign(struct str *out, const char *text, bool ascii)
{
    size_t len = text ? strlen(text) : 0;
    if (utf8_plain(text, len) == len) {
        str_put_n(out, text, len);
        return;
    }
    struct str safe;
    str_init(&safe, out->mem);
    str_put_safe(&safe, text, len, false);
    put_plain(out, safe.at, safe.len, ascii);
    out->failed = out->failed || safe.failed;
    str_release(&safe);
}

/* The length of the name in a place that starts at text ("{name}"); 0 if it is none. */
static size_t place_name(const char *text)
{
    size_t n = 0;
    while ((text[1 + n] >= 'a' && text[1 + n] <= 'z') || text[1 + n] == '_')
        n++;
    return n > 0 && text[1 + n] == '}' ? n : 0;
}

void fill(struct str *out, const char *text, bool ascii, fill_value *value, void *ctx)
{
    while (*text) {
        const char *open = strchr(text, '{');
        size_t run = open ? (size_t)(open - text) : strlen(text);
        put_plain(out, text, run, ascii);
        text += run;
        if (!open)
            return;
        size_t name = place_name(text);
        size_t take = name ? name + 2 : 1;
        if (!name || !value(ctx, out, text + 1, name))
            str_put_n(out, text, take);
        text += take;
    }
}

enum { PAIRS = 12 };

struct pairs {
    const char *name[PAIRS], *value[PAIRS];
    size_t count;
};

static bool pair_value(void *ctx, struct str *out, const char *name, size_t len)
{
    const struct pairs *p = ctx;
    for (size_t i = 0; i < p->count; i++) {
        if (strlen(p->name[i]) == len && memcmp(p->name[i], name, len) == 0) {
            str_put(out, p->value[i]);
            return true;
        }
    }
    return false;
}

static void pair_add(struct pairs *p, const char *name, const char *value)
{
    if (p->count == PAIRS)
        return;
    p->name[p->count] = name;
    p->value[p->count++] = value;
}

void say_fill(struct str *out, const char *text, ...)
{
    struct pairs p = {.count = 0};
    va_list args;
    va_start(args, text);
    for (const char *name = va_arg(args, const char *); name; name = va_arg(args, const char *))
        pair_add(&p, name, va_arg(args, const char *));
    va_end(args);
    fill(out, text, false, pair_value, &p);
}

void put_filled(struct str *out, const struct voice *v, const char *english, ...)
{
    struct pairs p = {.count = 0};
    va_list args;
    va_start(args, english);
    for (const char *name = va_arg(args, const char *); name; name = va_arg(args, const char *))
        pair_add(&p, name, va_arg(args, const char *));
    va_end(args);
    fill(out, say(v, english), v->ascii, pair_value, &p);
}

void put_gap(struct str *out, const struct voice *v)
{
    if (v->lang == LANG_EN && out->len > 0 && out->at[out->len - 1] != ' ')
        str_put_char(out, ' ');
}

void say_since(struct str *out, const struct voice *v, uint64_t from_ns, uint64_t ns)
{
    const uint64_t us = (ns < from_ns ? from_ns - ns : ns - from_ns) / 1000;
    if (ns < from_ns && us)
        str_put(out, v->ascii ? "-" : "−");
    str_put_fixed(out, us, 6);
}

void put_words(struct str *out, const struct voice *v, const char *english)
{
    const char *text = say(v, english);
    put_plain(out, text, strlen(text), v->ascii);
}
