/* transcript.c: a line ends at a newline, where its cells are full, where the other side speaks, and where
 * bytes are missing; it goes on over the borders of segments. The last line may grow with the next row, so
 * counting goes back to the last mark when there is more. */
#include "scene/transcript.h"

#include <string.h>

#include "plat/loop.h"
#include "scene/fill.h"

enum { MARK_EVERY = 64, LINE_MOST = 2048, HEX_LONG = 16, HEX_SHORT = 8, TAB = 8, CLOCK_EVERY = 16 };

/* The next byte that no line holds yet. */
struct place {
    size_t piece;
    uint32_t from;
};

struct transcript {
    const struct mem *mem;
    struct stream *stream;
    struct transcript_style style;
    struct place *mark; /* where line i * MARK_EVERY begins */
    size_t marks, cap;
    size_t lines, pieces; /* counted; when there were so many pieces */
    struct place end;     /* behind the counted lines */
    size_t next_line;     /* the line that begins at `next`: lines are asked for one after the other */
    struct place next;
    char bytes[LINE_MOST]; /* of one line */
    struct str scratch;
};

struct transcript *transcript_new(const struct mem *m, const struct session *s, uint32_t conn)
{
    struct transcript *t = mem_new(m, sizeof *t);
    if (!t)
        return NULL;
    t->mem = m;
    str_init(&t->scratch, m);
    t->next_line = SIZE_MAX;
    t->style = (struct transcript_style){.side = SIDE_NONE, .width = 1};
    t->stream = stream_new(m, s, conn);
    if (t->stream)
        return t;
    transcript_free(t);
    return NULL;
}

void transcript_free(struct transcript *t)
{
    if (!t)
        return;
    stream_free(t->stream);
    mem_free(t->mem, t->mark, t->cap * sizeof *t->mark);
    str_release(&t->scratch);
    mem_free(t->mem, t, sizeof *t);
}

static void count_from(struct transcript *t, size_t mark)
{
    t->marks = mark < t->marks ? mark + 1 : t->marks;
    t->lines = t->marks > 0 ? (t->marks - 1) * MARK_EVERY : 0;
    t->end = t->marks > 0 ? t->mark[t->marks - 1] : (struct place){0};
    t->next_line = SIZE_MAX;
}

void transcript_set(struct transcript *t, const struct transcript_style *style)
{
    bool same = t->style.side == style->side && t->style.hex == style->hex && t->style.width == style->width;
    t->style = *style;
    t->style.width = style->width > TAB ? style->width : TAB;
    if (!same)
        count_from(t, 0);
}

/* The piece at a place, those that are read or not meant passed over; NULL: none. */
static const struct stream_piece *piece_at(const struct transcript *t, struct place *at)
{
    const struct stream_piece *p;
    while ((p = stream_piece(t->stream, at->piece)) != NULL) {
        bool meant = t->style.side == SIDE_NONE || t->style.side == p->side;
        if (meant && at->from < p->len)
            return p;
        at->piece++;
        at->from = 0;
    }
    return NULL;
}

/* Copies up to `most` bytes that one side said without a break, stopping behind a newline where lines are
 * text. Moves the place behind them. */
static size_t gather(struct transcript *t, struct place *at, enum side side, size_t most)
{
    size_t n = 0;
    const struct stream_piece *p;
    while (n < most && (p = piece_at(t, at)) != NULL && p->side == side) {
        uint32_t len;
        const uint8_t *bytes = stream_bytes(t->stream, p, at->from, &len);
        if (!bytes)
            break;
        if (len > most - n)
            len = (uint32_t)(most - n);
        const uint8_t *newline = t->style.hex ? NULL : memchr(bytes, '\n', len);
        if (newline)
            len = (uint32_t)(newline - bytes) + 1;
        memcpy(t->bytes + n, bytes, len);
        n += len;
        at->from += len;
        if (newline)
            break;
    }
    return n;
}

/* How wide one character is once it is made safe, standing at cell x. */
static size_t cells_safe(struct transcript *t, const char *at, size_t len, size_t x)
{
    if (*at == '\t')
        return TAB - x % TAB;
    str_clear(&t->scratch);
    str_put_safe(&t->scratch, at, len, t->style.voice.ascii);
    return cells_of(t->scratch.at, t->scratch.len);
}

static void put_safe(const struct transcript *t, struct str *out, const char *at, size_t len, size_t cells)
{
    if (*at == '\t')
        str_put_rep(out, " ", cells);
    else
        str_put_safe(out, at, len, t->style.voice.ascii);
}

/* The bytes of t->bytes[0 .. n) that make one line; its text into out, unless that is NULL. */
static size_t cut_text(struct transcript *t, size_t n, struct str *out)
{
    size_t at = 0, x = 0, width = (size_t)t->style.width;
    while (at < n && t->bytes[at] != '\n') {
        size_t run = at;
        while (run < n && x + (run - at) < width && t->bytes[run] >= 0x20 && t->bytes[run] < 0x7f)
            run++;
        if (run > at) {
            if (out)
                str_put_n(out, t->bytes + at, run - at);
            x += run - at;
            at = run;
            continue;
        }
        if (t->bytes[at] == '\r' && at + 1 < n && t->bytes[at + 1] == '\n') {
            at++;
            continue;
        }
        uint32_t ch;
        size_t take = utf8_next(t->bytes + at, n - at, &ch), cells = cells_safe(t, t->bytes + at, take, x);
        if (x + cells > width && x > 0)
            return at;
        if (out)
            put_safe(t, out, t->bytes + at, take, cells);
        x += cells;
        at += take;
    }
    return at < n ? at + 1 : at;
}

/* "000010  48 54 54 50 2f 31 2e 31 …  HTTP/1.1": the number of the first byte, bytes, what is printable. */
static void put_hex(const struct transcript *t, struct str *out, uint64_t at, size_t n, size_t per)
{
    str_put_hex(out, at, 6);
    str_put_char(out, ' ');
    for (size_t i = 0; i < per; i++) {
        str_put(out, i == HEX_SHORT ? "  " : " ");
        if (i < n)
            str_put_hex(out, (unsigned char)t->bytes[i], 2);
        else
            str_put(out, "  ");
    }
    str_put(out, "  ");
    for (size_t i = 0; i < n; i++)
        str_put_char(out, t->bytes[i] >= 0x20 && t->bytes[i] < 0x7f ? t->bytes[i] : '.');
}

static size_t hex_per_line(const struct transcript *t)
{
    return t->style.width >= 6 + 1 + HEX_LONG * 3 + 1 + 2 + HEX_LONG ? HEX_LONG : HEX_SHORT;
}

static void put_missing(const struct transcript *t, struct str *out, uint32_t n, bool seen)
{
    struct str number;
    str_init(&number, t->mem);
    str_put_grouped(&number, n);
    const char *words = n == 1 ? (seen ? N_("[1 byte not captured]") : N_("[1 byte missing]"))
                        : seen ? N_("[{n} bytes not captured]")
                               : N_("[{n} bytes missing]");
    put_filled(out, &t->style.voice, words, "n", number.at, NULL);
    str_release(&number);
}

/* The line that begins at a place, which moves behind it. out may be NULL. False: there is none. */
static bool cut_line(struct transcript *t, struct place *at, struct transcript_line *out)
{
    uint32_t len;
    const struct stream_piece *p = piece_at(t, at);
    struct place begin = *at;
    if (!p)
        return false;
    bool there = stream_bytes(t->stream, p, at->from, &len) != NULL;
    if (out) {
        str_clear(&out->text);
        out->side = p->side;
        out->remark = !there;
    }
    if (!there) {
        if (out)
            put_missing(t, &out->text, p->len - at->from, p->row != NO_ROW);
        at->from = p->len;
        return true;
    }
    if (t->style.hex) {
        size_t per = hex_per_line(t), n = gather(t, at, p->side, per);
        if (out)
            put_hex(t, &out->text, p->at + begin.from, n, per);
        return true;
    }
    size_t most = (size_t)t->style.width * 4 + 2; /* the longest character has four bytes */
    size_t n = gather(t, at, p->side, most < LINE_MOST ? most : LINE_MOST);
    size_t used = cut_text(t, n, out ? &out->text : NULL);
    if (used < n) { /* what is left belongs to the next line */
        *at = begin;
        (void)gather(t, at, p->side, used);
    }
    return true;
}

/* Counts one line more. False: there is none, or no memory for its mark. */
static bool count(struct transcript *t)
{
    if (t->lines % MARK_EVERY == 0 && t->lines / MARK_EVERY == t->marks) {
        void *items = t->mark;
        if (!mem_grow(t->mem, &items, &t->cap, t->marks + 1, sizeof *t->mark))
            return false;
        t->mark = items;
        t->mark[t->marks++] = t->end;
    }
    if (!cut_line(t, &t->end, NULL))
        return false;
    t->lines++;
    return true;
}

bool transcript_work(struct transcript *t, uint64_t until_ns, bool ends)
{
    if (stream_work(t->stream, until_ns))
        return true;
    if (ends)
        stream_finish(t->stream);
    size_t pieces = stream_pieces(t->stream);
    if (pieces != t->pieces && t->marks > 0)
        count_from(t, t->marks - 1);
    t->pieces = pieces;
    for (size_t i = 1; count(t); i++)
        if (i % CLOCK_EVERY == 0 && clock_steady() >= until_ns)
            return true;
    return false;
}

size_t transcript_lines(const struct transcript *t)
{
    return t->lines;
}

bool transcript_line(struct transcript *t, size_t i, struct transcript_line *out)
{
    if (i >= t->lines)
        return false;
    if (i != t->next_line) {
        t->next = t->mark[i / MARK_EVERY];
        for (t->next_line = i - i % MARK_EVERY; t->next_line < i; t->next_line++)
            (void)cut_line(t, &t->next, NULL);
    }
    t->next_line++;
    return cut_line(t, &t->next, out);
}

uint64_t transcript_said(const struct transcript *t, enum side side)
{
    if (side < SIDE_COUNT)
        return stream_said(t->stream, side);
    return stream_said(t->stream, SIDE_CLIENT) + stream_said(t->stream, SIDE_SERVER);
}
