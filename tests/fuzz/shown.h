/* shown.h: for the targets that feed a session: everything that can be shown of it is made, and must be
 * whole. */
#ifndef TCPVIZ_TESTS_SHOWN_H
#define TCPVIZ_TESTS_SHOWN_H

#include "fuzz/fuzz.h"

#include "export/labsheet.h"
#include "export/summary.h"
#include "scene/detail.h"
#include "scene/fill.h"
#include "scene/ladder.h"

/* Nothing raw gets out. Lines of CSV end with two bytes. */
static inline bool harmless(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    if (getenv("SHOW"))
        fwrite(bytes, 1, len, stdout);
    for (size_t i = 0; i < len; i++)
        MUST(((uint8_t)bytes[i] >= ' ' && bytes[i] != 0x7f) || bytes[i] == '\n' ||
             (bytes[i] == '\r' && i + 1 < len && bytes[i + 1] == '\n'));
    return true;
}

/* A file of bytes, not of text. */
static inline bool any_bytes(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    MUST(bytes || !len);
    return true;
}

static inline void export_in(const struct export_format *format, const struct voice *v,
                             const struct session *s)
{
    const struct export_options o = {.format = format, .voice = *v, .mem = heap_mem()};
    const bool binary = !strncmp(format->name, "pcap", 4);
    struct export *e = export_new(&o, s, (struct export_sink){binary ? any_bytes : harmless, NULL});
    MUST(e && (export_all(e, 0) || export_problem(e)));
    export_free(e);
}

/* What of a text is ours: a title ends, and a brief sentence begins, with what a segment of HTTP holds. */
static inline void words_of(const struct str *text, bool title, const struct str *http, const char **at,
                            size_t *len)
{
    const char *end = title ? strstr(text->at, ", ") : NULL;
    const size_t skip = http->len && !strncmp(text->at, http->at, http->len) ? http->len : 0;
    *at = text->at + skip;
    *len = end ? (size_t)(end - text->at) : text->len - skip;
}

/* A sentence has no place that is not filled, and names no frame that there is not. */
static inline void said(const struct str *text, bool title, const struct str *http)
{
    const char *at;
    size_t len;
    words_of(text, title, http, &at, &len);
    bool whole = !text->failed && len > 0 && !memchr(at, '{', len) && !memchr(at, '}', len);
    for (const char *end = at + len, *hash = at; whole && (hash = memchr(hash, '#', (size_t)(end - hash)));
         hash++)
        whole = hash[1] >= '1' && hash[1] <= '9';
    if (!whole)
        fprintf(stderr, "not whole: %s\n", text->at);
    MUST(whole);
    harmless(NULL, text->at, text->len);
}

static inline void sentences(const struct voice *v, const struct session *s, const struct row *r)
{
    static void (*const says[])(struct str *, const struct voice *, const struct session *,
                                const struct row *) = {say_brief, say_note, say_why, say_next, say_title};
    enum { LADDER_CELLS = 44 };
    struct str text, http;
    str_init(&text, heap_mem());
    str_init(&http, heap_mem());
    put_http_kind(&http, s, r, v->ascii);
    for (size_t i = 0; i < COUNT_OF(says); i++) {
        str_clear(&text);
        says[i](&text, v, s, r);
        said(&text, says[i] == say_title, &http);
        const char *ours;
        size_t len;
        words_of(&text, says[i] == say_title, &http, &ours, &len);
        const char *cut = says[i] == say_brief ? strstr(ours, "…") : NULL;
        MUST(!cut || cut == ours || cut[-1] < '0' || cut[-1] > '9'); /* half a number is a lie */
        MUST(says[i] != say_brief || cells_of(text.at, text.len) <= LADDER_CELLS);
    }
    str_release(&http);
    str_release(&text);
}

/* What a row says of others lies before it. */
static inline void linked(const struct session *s, const struct row *r)
{
    struct row_extra x;
    session_extra(s, r, &x);
    MUST(r->labels || r->annot != ANNOT_NONE); /* no label fits a broken header or flags without sense */
    MUST(!(annot_labels((enum annot_id)r->annot) & ~r->labels));
    MUST(r->acks < r->frame && (r->states & 15) < STATE_COUNT && r->states >> 4 < STATE_COUNT);
    for (uint32_t i = 0; i < x.repeats_count; i++)
        MUST(x.repeats[i] && x.repeats[i] < r->frame);
}

/* A row as a line of the ladder, in sentences and, if it can be opened, in full. */
static inline void lay_row_out(const struct voice *v, const struct session *s, uint32_t row)
{
    const struct ladder_style style = {.voice = *v};
    const struct row *r = session_row(s, row);
    struct ladder_line line;
    struct detail detail;

    ladder_line_init(&line, heap_mem());
    detail_init(&detail, heap_mem());
    if (r->kind == EVENT_SEGMENT)
        sentences(v, s, r);
    ladder_line_of(&line, s, row, row ? row - 1 : NO_ROW, &style);
    bool open = detail_of(&detail, v, s, row, false);
    MUST(open == (r->kind == EVENT_SEGMENT || r->kind == EVENT_CALL || r->kind == EVENT_NOTE));
    for (size_t i = 0; i < detail.fields; i++)
        MUST(detail.field[i].at <= detail.caplen &&
             detail.field[i].len <= detail.caplen - detail.field[i].at);
    detail_release(&detail);
    ladder_line_release(&line);
}

/* All rows, or one of them: words cost ten times what the judging does. */
static inline void lay_out(const struct voice *v, const struct session *s, bool all, unsigned which)
{
    const uint32_t first = (uint32_t)session_first(s), rows = (uint32_t)session_rows(s);
    for (uint32_t row = first; row < rows; row++) {
        const struct row *r = session_row(s, row);
        if (r->kind == EVENT_SEGMENT)
            linked(s, r);
        if (all || row - first == which % (rows - first))
            lay_row_out(v, s, row);
    }
}

/* Counts that cannot be told apart from each other must add up. */
static inline void counted(const struct session *s)
{
    struct conn_view c;
    for (uint32_t i = 0; session_conn(s, i, &c); i++)
        for (int side = 0; side < SIDE_COUNT; side++) {
            const struct flow_stats *n = &c.stats[side];
            MUST(n->unique_bytes <= flow_bytes(n));
            MUST(n->data_segments <= n->segments && n->pure_acks <= n->segments);
            MUST(n->retransmitted_segments <= n->segments && n->out_of_order <= n->segments);
        }
}

enum { SHOW_ENGLISH = 1, SHOW_CHINESE = 2, SHOW_EXPORTS = 4, SHOW_EACH_ROW = 8, SHOW_ALL = 15 };

/* The session as a file. All formats cost a hundred times what the reading does, so an input comes out in one
 * of them: the fuzzer turns every input in many ways. */
static inline void write_out(const struct session *s, unsigned which, const struct voice *v)
{
    const struct export_sink sink = {harmless, NULL};
    unsigned formats = 0;
    while (export_format_at(formats))
        formats++;
    which %= formats + 5;
    if (which < formats)
        export_in(export_format_at(which), v, s);
    else if (which < formats + 2)
        MUST(summary_put(s, v, which == formats, sink, heap_mem()));
    else
        MUST(labsheet_put(s, v, (enum labsheet_kind)(which - formats - 2), sink, heap_mem()));
}

/* What of a session is asked for; `which` chooses the row and the format. */
static inline void show(const struct session *s, unsigned what, unsigned which)
{
    const struct voice english = {.lang = LANG_EN}, chinese = {.lang = LANG_ZH};
    if (getenv("SHOW")) /* a person wants to see what an input is */
        export_in(export_find("jsonl", strlen("jsonl")), &english, s);
    counted(s);
    if (what & SHOW_ENGLISH)
        lay_out(&english, s, what & SHOW_EACH_ROW, which);
    if (what & SHOW_CHINESE)
        lay_out(&chinese, s, what & SHOW_EACH_ROW, which);
    if (what & SHOW_EXPORTS)
        write_out(s, which, what & SHOW_CHINESE ? &chinese : &english);
}

/* In every format. */
static inline void show_as_all(const struct session *s)
{
    enum { FORMATS = 16 };
    MUST(!export_format_at(FORMATS - 5)); /* and the five reports */
    for (unsigned i = 0; i < FORMATS; i++)
        show(s, i ? SHOW_EXPORTS : SHOW_ALL, i);
}

#endif
