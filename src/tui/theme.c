#include "tui/theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/builtin.h"
#include "core/types.h"

static const char *const look_name[LOOK_COUNT] = {
#define LOOK(id, name) [LOOK_##id] = (name),
#include "tui/looks.def"
};

static const char *const theme_names[] = {"dark", "light", "mono"};

struct word {
    const char *at;
    size_t len;
};

static bool word_is(struct word w, const char *text)
{
    return strlen(text) == w.len && memcmp(text, w.at, w.len) == 0;
}

/* The next word of a line; len 0 at its end or at a comment. */
static struct word next_word(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t'))
        (*at)++;
    struct word w = {*at, 0};
    if (*at < end && **at == '#') {
        *at = end;
        return w;
    }
    while (*at < end && **at != ' ' && **at != '\t')
        (*at)++;
    w.len = (size_t)(*at - w.at);
    return w;
}

/* "114/10/2": the number for so many colours. */
static bool parse_color(struct word w, int colors, int16_t *out)
{
    int number[3] = {0, 0, 0};
    int n = 0;
    bool digits = false;
    *out = -1;
    if (word_is(w, "-"))
        return true;
    for (size_t i = 0; i < w.len; i++) {
        if (w.at[i] == '/' && digits && n < 2) {
            n++;
            digits = false;
        } else if (w.at[i] >= '0' && w.at[i] <= '9' && number[n] < 1000) {
            number[n] = number[n] * 10 + (w.at[i] - '0');
            digits = true;
        } else {
            return false;
        }
    }
    if (!digits || number[0] > 255)
        return false;
    int want = colors >= 256 ? 0 : colors >= 16 ? 1 : 2;
    if (want > n)
        want = n;
    if (colors >= 8)
        *out = number[want] < colors ? (int16_t)number[want] : -1;
    return true;
}

static bool parse_attr(struct word w, uint8_t *attr)
{
    static const struct {
        const char *name;
        uint8_t bit;
    } names[] = {{"bold", CELL_BOLD},
                 {"dim", CELL_DIM},
                 {"reverse", CELL_REVERSE},
                 {"underline", CELL_UNDERLINE},
                 {"blink", CELL_BLINK}};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (word_is(w, names[i].name)) {
            *attr |= names[i].bit;
            return true;
        }
    return false;
}

static bool parse_line(struct theme *t, const char *at, const char *end, int colors)
{
    struct word name = next_word(&at, end);
    if (name.len == 0)
        return true;
    for (size_t i = 0; i < LOOK_COUNT; i++) {
        if (!word_is(name, look_name[i]))
            continue;
        struct theme_look look = {-1, -1, 0};
        if (!parse_color(next_word(&at, end), colors, &look.fg) ||
            !parse_color(next_word(&at, end), colors, &look.bg))
            return false;
        for (struct word w = next_word(&at, end); w.len > 0; w = next_word(&at, end))
            if (!parse_attr(w, &look.attr))
                return false;
        t->look[i] = look;
        return true;
    }
    return false;
}

bool theme_parse(struct theme *t, const char *text, size_t len, int colors, int *line)
{
    const char *end = text + len;
    for (size_t i = 0; i < LOOK_COUNT; i++)
        t->look[i] = (struct theme_look){-1, -1, 0};
    *line = 0;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (stop == NULL)
            stop = end;
        (*line)++;
        if (!parse_line(t, text, stop, colors))
            return false;
        text = stop < end ? stop + 1 : end;
    }
    return true;
}

bool theme_load(struct theme *t, const char *name, int colors)
{
    char room[64];
    int line;
    const int len = snprintf(room, sizeof room, "themes/%s.theme", name);
    if (len < 0 || (size_t)len >= sizeof room)
        return false;
    const struct builtin *file = builtin_find(room);
    return file != NULL && theme_parse(t, (const char *)file->at, file->len, colors, &line);
}

void theme_for(struct theme *t, const char *name, bool never, bool always, int colors)
{
    const char *no_color = getenv("NO_COLOR"); /* no-color.org: set and not empty */
    const bool mono = never || (!always && no_color != NULL && *no_color != '\0');
    if (mono)
        colors = 0;
    if (!theme_load(t, mono || colors < 8 ? "mono" : name, colors))
        memset(t, 0xff, sizeof *t);
}

const char *theme_next(const char *name)
{
    size_t n = COUNT_OF(theme_names);
    for (size_t i = 0; i < n; i++)
        if (strcmp(theme_names[i], name) == 0)
            return theme_names[(i + 1) % n];
    return theme_names[0];
}
