/* cells.c: how wide a text is on a terminal, and where it may break. libunistring counts as wcwidth does, but
 * in every locale; East Asian characters of ambiguous width count one cell, as UTF-8 terminals show them. */
#include "scene/fill.h"

#include <string.h>
#include <unilbrk.h>
#include <uniwidth.h>

static size_t cells_of_char(uint32_t ch)
{
    /* ASCII; frames, bars, arrows and blocks are most of what else is painted */
    if ((ch >= 0x20 && ch < 0x7f) || (ch >= 0x2500 && ch < 0x25fd))
        return 1;
    int w = uc_width(ch, "UTF-8");
    return w > 0 ? (size_t)w : 0;
}

size_t cells_of(const char *text, size_t len)
{
    size_t cells = 0;
    while (len > 0) {
        uint32_t ch;
        size_t take = utf8_plain(text, len);
        if (take > 0) {
            cells += take;
        } else {
            take = utf8_next(text, len, &ch);
            cells += cells_of_char(ch);
        }
        text += take, len -= take;
    }
    return cells;
}

size_t cells_cut(const char *text, size_t len, size_t cells)
{
    size_t at = 0, used = 0;
    while (at < len) {
        uint32_t ch;
        size_t most = cells - used < len - at ? cells - used : len - at, take = utf8_plain(text + at, most);
        if (take > 0) {
            used += take;
            at += take;
            continue;
        }
        take = utf8_next(text + at, len - at, &ch);
        used += cells_of_char(ch);
        if (used > cells)
            break;
        at += take;
    }
    return at;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Half a number is a lie, and a whole one right before the mark would look like half of one: back to where
 * neither stands, or to a whole one that a blank can follow within `most` cells (*blank). */
static size_t cut_before_number(const char *text, size_t keep, size_t most, bool *blank)
{
    for (*blank = false;;) {
        while (keep > 0 && strchr(" ,;:#", text[keep - 1]))
            keep--;
        if (keep == 0 || !digit(text[keep - 1]))
            return keep;
        bool goes_on = digit(text[keep]) || (strchr(".,", text[keep]) && digit(text[keep + 1]));
        *blank = !goes_on && cells_of(text, keep) < most;
        if (*blank)
            return keep;
        while (keep > 0 && (digit(text[keep - 1]) || strchr(".,", text[keep - 1])))
            keep--;
    }
}

void cut_at_word(struct str *out, size_t start, size_t cells, bool ascii)
{
    const char *text = out->at + start;
    size_t len = out->len - start, mark = ascii ? 3 : 1;
    if (len <= cells || cells_of(text, len) <= cells) /* no character takes more cells than bytes */
        return;
    size_t keep = cells_cut(text, len, cells > mark ? cells - mark : 0);
    /* Back to the blank before, unless that takes more than a third: a text without blanks is cut where it
     * is. */
    for (size_t i = keep; i > keep * 2 / 3; i--) {
        if (text[i] == ' ') {
            keep = i;
            break;
        }
    }
    bool blank;
    keep = cut_before_number(text, keep, cells > mark ? cells - mark : 0, &blank);
    str_cut(out, start + keep);
    if (!ascii && keep >= 3 && memcmp(out->at + out->len - 3, "…", 3) == 0)
        return;
    str_put(out, blank ? " " : "");
    str_put(out, ascii ? "..." : "…");
}

/* A text is wrapped in pieces, so that a long one needs no memory of its length. */
enum { WRAP_PIECE = 2048 };

struct wrap {
    size_t width;
    void (*line)(void *ctx, const char *at, size_t len);
    void *ctx;
};

/* One line, without the blanks at its end; a word longer than the line is cut wherever the line ends. */
static void wrap_line(const struct wrap *w, const char *at, size_t len)
{
    while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\n' || at[len - 1] == '\r'))
        len--;
    for (;;) {
        size_t take = cells_cut(at, len, w->width);
        if (take == 0 && len > 0) {
            uint32_t ignored;
            take = utf8_next(at, len, &ignored);
        }
        w->line(w->ctx, at, take);
        at += take, len -= take;
        if (len == 0)
            return;
    }
}

/* The length of the piece of text to look at: not cut within a character. */
static size_t wrap_piece(const char *text, size_t len)
{
    if (len <= WRAP_PIECE)
        return len;
    size_t n = WRAP_PIECE;
    while (n > WRAP_PIECE - 4 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* The lines of one piece; `last`: the text ends with it. Returns how much of it became lines: the line that
 * goes on in the next piece is left, unless it is all there is. */
static size_t wrap_lines(const struct wrap *w, const char *text, size_t piece, bool last)
{
    char breaks[WRAP_PIECE];
    size_t begin = 0, good = 0;
    u8_possible_linebreaks((const uint8_t *)text, piece, "UTF-8", breaks);
    for (size_t i = 0; i <= piece; i++) {
        char at = i < piece ? breaks[i] : last ? UC_BREAK_POSSIBLE : UC_BREAK_PROHIBITED;
        if (at != UC_BREAK_POSSIBLE && at != UC_BREAK_MANDATORY)
            continue;
        /* The blanks where a line breaks are not shown, so they need no room. */
        size_t shown = i;
        while (shown > begin && text[shown - 1] == ' ')
            shown--;
        if (good > begin && cells_of(text + begin, shown - begin) > w->width) {
            wrap_line(w, text + begin, good - begin);
            begin = good;
        }
        good = i;
        if (at == UC_BREAK_MANDATORY) {
            wrap_line(w, text + begin, i - begin);
            begin = good = i + 1;
        }
    }
    if (begin < piece && (last || begin == 0)) {
        wrap_line(w, text + begin, piece - begin);
        begin = piece;
    }
    return begin;
}

void text_wrap(const char *text, size_t len, size_t width,
               void (*line)(void *ctx, const char *at, size_t len), void *ctx)
{
    const struct wrap w = {width ? width : 1, line, ctx};
    while (len > 0) {
        size_t piece = wrap_piece(text, len);
        size_t done = wrap_lines(&w, text, piece, piece == len);
        text += done, len -= done;
    }
}
