/* terminfo.c: most terminals place the cursor, set the region that scrolls and choose colours as ECMA-48 has
 * it: their descriptions are recognised, and emit.c writes the sequences without looking them up. Others go
 * by tparm(). Padding ($<5>) is left out: it was for lines that lost characters. */
#include "tui/terminfo.h"

#include <stdio.h>
#include <string.h>
#include <term.h>
#include "core/types.h"

static const char *text_of(const char *name)
{
    const char *text = tigetstr(name);
    return text == NULL || (intptr_t)text == -1 || *text == '\0' ? NULL : text;
}

/* Copies a sequence without its padding. False: there is no room. */
static bool copy_bare(char *out, size_t size, const char *text)
{
    size_t n = 0;
    while (*text != '\0') {
        const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
        if (end != NULL) {
            text = end + 1;
            continue;
        }
        if (n + 1 >= size)
            return false;
        out[n++] = *text++;
    }
    out[n] = '\0';
    return true;
}

static bool is_bare(const char *name, const char *wanted)
{
    char bare[64];
    const char *text = text_of(name);
    return text != NULL && copy_bare(bare, sizeof bare, text) && strcmp(bare, wanted) == 0;
}

/* A short sequence without padding: what needs some is not used. */
static const char *unpadded(const char *name)
{
    const char *text = text_of(name);
    return text != NULL && strstr(text, "$<") == NULL ? text : NULL;
}

static const char *place(int y, int x)
{
    static char bare[64];
    const char *text = tparm(text_of("cup"), (long)y, (long)x, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
    return text != NULL && copy_bare(bare, sizeof bare, text) ? bare : "";
}

/* Adds a sequence; "\033[…m" is joined to one that ends so. */
static void add(char out[PEN_BYTES], const char *text)
{
    char bare[PEN_BYTES];
    if (text == NULL || !copy_bare(bare, sizeof bare, text))
        return;
    size_t have = strlen(out), len = strlen(bare);
    bool joins = have > 2 && out[have - 1] == 'm' && memcmp(out, "\033[", 2) == 0 && len > 3 &&
                 memcmp(bare, "\033[", 2) == 0 && bare[len - 1] == 'm';
    if (have + len >= PEN_BYTES)
        return;
    if (joins) {
        out[have - 1] = ';';
        memcpy(out + have, bare + 2, len - 1);
    } else {
        memcpy(out + have, bare, len + 1);
    }
}

static const char *color(const char *name, int n)
{
    const char *text = text_of(name);
    return n < 0 || text == NULL ? NULL : tparm(text, (long)n, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
}

static void make_pen(struct pen *p)
{
    static const struct {
        unsigned bit;
        const char *name;
    } attrs[] = {{CELL_BOLD, "bold"},
                 {CELL_REVERSE, "rev"},
                 {CELL_UNDERLINE, "smul"},
                 {CELL_DIM, "dim"},
                 {CELL_BLINK, "blink"}};
    const char *reset = text_of("sgr0");
    /* sgr0 also leaves the line-drawing set, which is never entered here */
    add(p->text, is_bare("sgr0", "\033(B\033[m") || is_bare("sgr0", "\033[m\017") ? "\033[m" : reset);
    for (size_t i = 0; i < COUNT_OF(attrs); i++)
        if (p->attr & attrs[i].bit)
            add(p->attrs, text_of(attrs[i].name));
    add(p->colors, color("setaf", p->fg));
    add(p->colors, color("setab", p->bg));
    add(p->both, p->attrs);
    add(p->both, p->colors);
    add(p->text, p->both);
}

static const struct pen *pen_of(void *ctx, enum look look, unsigned attr)
{
    struct terminfo *t = ctx;
    const struct theme_look *l = &t->theme.look[look];
    struct pen want = {.fg = t->colors > 0 ? l->fg : (int16_t)-1,
                       .bg = t->colors > 0 ? l->bg : (int16_t)-1,
                       .attr = (uint8_t)(attr | l->attr)};
    want.plain = want.bg < 0 && (want.attr & (CELL_REVERSE | CELL_UNDERLINE | CELL_BLINK)) == 0;
    for (size_t i = 0; i < t->pens; i++) {
        const struct pen *p = &t->pen[i];
        if (p->fg == want.fg && p->bg == want.bg && p->attr == want.attr)
            return p;
    }
    struct pen *p = &t->pen[t->pens < PENS ? t->pens++ : PENS - 1];
    *p = want;
    make_pen(p);
    return p;
}

void terminfo_read(struct terminfo *t, bool ascii, bool bare)
{
    bool moves = is_bare("cup", "\033[%i%p1%d;%p2%dH");
    t->caps = (struct emit_caps){
        .clear_to_end = unpadded("el"),
        .up = unpadded("ind"),
        .down = unpadded("ri"),
        /* Terminals that end one attribute alone end each so, bold and dim with 22 (VT220 and later);
         * terminfo has no name for that one. */
        .faint = is_bare("rmul", "\033[24m") ? "\033[22m" : NULL,
        .region = moves && is_bare("csr", "\033[%i%p1%d;%p2%dr"),
        .ahead = is_bare("cuf", "\033[%p1%dC"),
        .column = is_bare("hpa", "\033[%i%p1%dG"),
        .back = is_bare("cub1", "\b"),
        .below = bare && is_bare("cud1", "\n"),
        .erases = is_bare("ech", "\033[%p1%dX"),
        .corner = tigetflag("am") <= 0 || tigetflag("xenl") > 0,
        .ascii = ascii,
        .place = moves ? NULL : place,
        .make_pen = pen_of,
        .ctx = t,
    };
    t->show_cursor = unpadded("cnorm");
    t->hide_cursor = unpadded("civis");
}

void terminfo_theme(struct terminfo *t, const struct theme *theme, int colors)
{
    t->theme = *theme;
    t->colors = colors;
    t->pens = 0;
    memset(t->caps.pen, 0, sizeof t->caps.pen);
}
