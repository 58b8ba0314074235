#include "export/inert.h"

#include "scene/say.h"

/* What stands for a character of ASCII; NULL: itself. */
static const char *const marks[INERT_KINDS][128] = {
    [INERT_XML] = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"},
    [INERT_CSV] = {['"'] = "\"\""},
    /* a cell ends at |, a reader takes HTML as such, and pairs of the others mark a text */
    [INERT_MARKDOWN] = {['\\'] = "\\\\",
                        ['|'] = "\\|",
                        ['`'] = "\\`",
                        ['*'] = "\\*",
                        ['_'] = "\\_",
                        ['['] = "\\[",
                        [']'] = "\\]",
                        ['~'] = "\\~",
                        ['$'] = "\\$",
                        ['<'] = "&lt;",
                        ['>'] = "&gt;",
                        ['&'] = "&amp;"},
    /* # begins a character by its number, ; ends a line, %% is a comment, the others mark a text */
    [INERT_MERMAID] = {['#'] = "#35;",
                       [';'] = "#59;",
                       ['<'] = "#lt;",
                       ['>'] = "#gt;",
                       ['&'] = "#amp;",
                       ['"'] = "#quot;",
                       ['%'] = "#37;",
                       ['{'] = "#123;",
                       ['}'] = "#125;",
                       ['`'] = "#96;",
                       ['\\'] = "#92;",
                       ['$'] = "#36;"},
};

/* Replaces what has a mark in out from `start` on; from the back, for the text grows. */
static void put_marks(struct str *out, size_t start, const char *const mark[128])
{
    size_t more = 0;
    for (size_t i = start; i < out->len; i++) {
        unsigned char c = (unsigned char)out->at[i];
        if (c < 128 && mark[c])
            more += strlen(mark[c]) - 1;
    }
    if (more == 0 || !str_room(out, more))
        return;
    size_t from = out->len, to = out->len + more;
    out->len = to;
    out->at[to] = 0;
    while (from > start && from < to) {
        unsigned char c = (unsigned char)out->at[--from];
        const char *text = c < 128 ? mark[c] : NULL;
        size_t len = text ? strlen(text) : 1;
        to -= len;
        if (text)
            memcpy(out->at + to, text, len);
        else
            out->at[to] = (char)c;
    }
}

void inert_put(struct str *out, enum inert kind, const char *text, size_t len)
{
    size_t start = out->len;
    str_put_safe(out, text, len, false);
    put_marks(out, start, marks[kind]);
}

void inert_put_cut(struct str *out, enum inert kind, const char *text, size_t len, size_t cells)
{
    enum {
        BYTES = 8
    }; /* of a cell, at most: characters without a width of their own are many in few cells */
    size_t most = len > cells * BYTES ? cells * BYTES : len;
    while (most > 0 && most < len && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    size_t keep = cells_cut(text, most, cells);
    if (keep < len)
        keep = cells_cut(text, most, cells - 1);
    inert_put(out, kind, text, keep);
    if (keep < len)
        str_put(out, "…");
}

void inert_put_cell(struct str *out, const char *text, size_t len)
{
    str_put_char(out, '"');
    if (len > 0 && strchr("=+-@\t\r\n", *text))
        str_put_char(out, '\'');
    inert_put(out, INERT_CSV, text, len);
    str_put_char(out, '"');
}
