/* svg.c: the ladder as a picture. Rows stand below each other at one distance, so time runs downwards but not
 * at one scale. An arrow of which two times are known is slanted: it ends as far down as its end lies between
 * the times of the rows. Light or dark as the reader prefers; all text is text.
 *
 * All rows are looked at first: how high the picture is, and when what happened, is known before it begins.
 */
#include "core/builtin.h"
#include "core/chunks.h"
#include "export/inert.h"
#include "export/writer.h"

/* Where what stands on a sheet, in its units. */
struct sheet {
    const char *width; /* of the picture: in mm, in pixels */
    int units;         /* the same in units */
    int scale;         /* the height is given in 1/1000 of the width's measure for a unit */
    const char *measure;
    int small, large; /* size of the type: of the ladder's words, of sentences */
    int number, time, client, left, right, server, what, margin;
    int segment, line, heading; /* heights of rows */
};

/* A page of 210 mm, upright; a slide of 1280 pixels. */
static const struct sheet a4 = {.width = "210mm",
                                .units = 794,
                                .scale = 264,
                                .measure = "mm",
                                .small = 9,
                                .large = 9,
                                .number = 62,
                                .time = 124,
                                .client = 198,
                                .left = 206,
                                .right = 450,
                                .server = 458,
                                .what = 536,
                                .margin = 30,
                                .segment = 26,
                                .line = 13,
                                .heading = 26};
static const struct sheet slide = {.width = "1280",
                                   .units = 1280,
                                   .scale = 1000,
                                   .measure = "",
                                   .small = 14,
                                   .large = 15,
                                   .number = 92,
                                   .time = 196,
                                   .client = 312,
                                   .left = 324,
                                   .right = 734,
                                   .server = 746,
                                   .what = 862,
                                   .margin = 40,
                                   .segment = 36,
                                   .line = 21,
                                   .heading = 38};

/* A row and where it stands. */
struct point {
    uint64_t time_ns;
    int64_t y;
};

struct svg {
    const struct sheet *sheet;
    struct ladder_line line;
    struct chunks points; /* in the order of rows; times never go back */
    size_t at;            /* the point of the row that is drawn */
    uint32_t conn;
    int64_t y; /* the next row begins there */
    size_t lines;
};

enum { SENTENCE = 44, LINES_MOST = 8, ARROW = 40 };

/* The classes of the tones, and the names of their heads. */
static const char *const tones[TONE_COUNT] = {
    [TONE_OPEN] = "open",   [TONE_DATA] = "data", [TONE_ACK] = "ack",
    [TONE_PROBE] = "probe", [TONE_FIN] = "fin",   [TONE_RST] = "rst",
    [TONE_AGAIN] = "again", [TONE_CALL] = "call", [TONE_NOTE] = "note",
};

/* An arrow has a row to itself, and so has where it ends. */
static bool is_high(const struct row *r)
{
    return r->kind == EVENT_SEGMENT || r->kind == EVENT_WIRE;
}

static void count_line(void *ctx, const char *at, size_t len)
{
    struct svg *v = ctx;
    (void)at;
    (void)len;
    v->lines++;
}

/* As much of a sentence as is shown: a remark may be megabytes long. */
static size_t shown_len(const struct str *text)
{
    enum { BYTES = 8 };
    size_t most = (size_t)SENTENCE * LINES_MOST;
    size_t len = text->len < most * BYTES ? text->len : cells_cut(text->at, most * BYTES, most);
    return cells_cut(text->at, len, most - SENTENCE / 2);
}

/* Makes room for a row: its place, and what its words are. A row of another connection than the one before
 * has a heading above. Returns how high the row itself is. */
static int64_t place(struct export *e, uint32_t row, const struct row *r, bool *heading)
{
    const struct ladder_style style = {.voice = e->voice, .time = TIME_START, .steady = e->steady};
    struct svg *v = e->own;
    ladder_line_of(&v->line, e->session, row, NO_ROW, &style);
    e->out.failed = e->out.failed || ladder_line_failed(&v->line);
    *heading = r->conn != NO_CONN && r->conn != v->conn;
    if (*heading) {
        v->conn = r->conn;
        v->y += v->sheet->heading;
    }
    v->lines = 0;
    text_wrap(v->line.sentence.at, shown_len(&v->line.sentence), SENTENCE, count_line, v);
    int64_t more = v->lines > 1 ? (int64_t)(v->lines - 1) * v->sheet->line : 0;
    return (is_high(r) ? v->sheet->segment : v->sheet->line + v->sheet->line / 4) + more;
}

static void svg_gather(struct export *e, uint32_t row)
{
    struct svg *v = e->own;
    const struct row *r = session_row(e->session, row);
    bool heading;
    if (!r || !session_shown(e->session, r))
        return;
    int64_t height = place(e, row, r, &heading);
    const struct point *before = v->points.count ? chunks_at(&v->points, v->points.count - 1) : NULL;
    struct point *p = chunks_add(&v->points);
    if (!p) {
        e->out.failed = true;
        return;
    }
    p->time_ns = before && before->time_ns > r->time_ns ? before->time_ns : r->time_ns;
    p->y = v->y;
    v->y += height;
}

static void put_int(struct str *out, const char *before, int64_t n)
{
    str_put(out, before);
    str_put_i64(out, n);
}

/* <text class="NAME" x="…" y="…">: its content and end are the caller's. */
static void open_text(struct export *e, const char *name, int64_t x, int64_t y)
{
    str_put(&e->out, "<text class=\"");
    str_put(&e->out, name);
    put_int(&e->out, "\" x=\"", x);
    put_int(&e->out, "\" y=\"", y);
    str_put(&e->out, "\">");
}

static void put_text(struct export *e, const char *name, int64_t x, int64_t y, const char *text, size_t len)
{
    if (len == 0)
        return;
    open_text(e, name, x, y);
    inert_put(&e->out, INERT_XML, text, len);
    str_put(&e->out, "</text>");
}

static void put_words(struct export *e, const char *name, int64_t x, int64_t y, const char *text)
{
    if (text)
        put_text(e, name, x, y, text, strlen(text));
}

static void put_style(struct export *e)
{
    const struct svg *v = e->own;
    const struct builtin *style = builtin_find("report/picture.css");
    struct str *out = &e->out;
    str_put(out, "<style>\n");
    if (style)
        str_put_n(out, (const char *)style->at, style->len);
    put_int(out, "text { font-size: ", v->sheet->large);
    put_int(out, "px; }\n.n, .t, .c, .s, .w, .v, .h { font-size: ", v->sheet->small);
    str_put(out, "px; }\n</style>\n<defs>\n");
    for (size_t i = 0; i < TONE_CALL; i++) {
        str_put(out, "<marker id=\"");
        str_put(out, tones[i]);
        put_int(
            out,
            "\" viewBox=\"0 0 10 10\" refX=\"10\" refY=\"5\" markerUnits=\"userSpaceOnUse\" markerWidth=\"",
            v->sheet->small);
        put_int(out, "\" markerHeight=\"", v->sheet->small);
        str_put(out, "\" orient=\"auto\"><polygon class=\"f-");
        str_put(out, tones[i]);
        str_put(out, "\" points=\"0,1 10,5 0,9\"/></marker>\n");
    }
    str_put(out, "</defs>\n");
}

/* "tcpviz 0.1.0  private loopback  2026-11-22T…" and the heads of the columns. */
static void put_head(struct export *e)
{
    struct svg *v = e->own;
    const struct sheet *s = v->sheet;
    const char *source = say(&e->voice, session_source(e->session));
    int64_t y = s->margin + s->large;
    open_text(e, "title", s->margin, y);
    str_put(&e->out, "tcpviz " TCPVIZ_VERSION "   ");
    inert_put_cut(&e->out, INERT_XML, source, strlen(source), 60);
    str_put(&e->out, "   ");
    put_date(&e->out, e->steady ? 0 : session_started(e->session));
    str_put(&e->out, "</text>\n");
    y += s->heading;
    put_words(e, "n", s->number, y, "#");
    put_words(e, "t", s->time, y, say(&e->voice, N_("time")));
    put_words(e, "c", s->left, y, say(&e->voice, N_("CLIENT")));
    put_words(e, "s", s->right, y, say(&e->voice, N_("SERVER")));
    put_words(e, "k", s->what, y, say(&e->voice, N_("what happened")));
    str_put_char(&e->out, '\n');
}

/* The first row stands below the head. */
static int64_t top_of(const struct sheet *s)
{
    return s->margin + s->large + s->heading + s->line / 2;
}

static void put_line(struct str *out, const char *name, int64_t x1, int64_t y1, int64_t x2, int64_t y2)
{
    str_put(out, "<path class=\""), str_put(out, name);
    put_int(out, "\" d=\"M", x1);
    put_int(out, " ", y1);
    put_int(out, "L", x2);
    put_int(out, " ", y2);
    str_put(out, "\"/>");
}

static void svg_begin(struct export *e)
{
    struct svg *v = e->own;
    const struct sheet *s = v->sheet;
    struct str *out = &e->out;
    const int64_t rows = v->y, top = top_of(s), height = top + rows + s->segment + s->margin;
    str_put(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"");
    str_put(out, s->width);
    put_int(out, "\" height=\"", height * s->scale / 1000);
    str_put(out, s->measure);
    put_int(out, "\" viewBox=\"0 0 ", s->units);
    put_int(out, " ", height);
    str_put(out, "\" role=\"img\" lang=\"");
    str_put(out, e->voice.lang == LANG_ZH ? "zh" : "en");
    str_put(out, "\">\n<title>");
    const char *title = say(&e->voice, N_("TCP as a ladder: every segment, its way and its sentence"));
    inert_put(out, INERT_XML, title, strlen(title));
    str_put(out, "</title>\n");
    put_style(e);
    put_int(out, "<rect class=\"bg\" width=\"", s->units);
    put_int(out, "\" height=\"", height);
    str_put(out, "\"/>\n");
    put_head(e);
    put_line(out, "rail", s->left, top, s->left, top + rows + s->segment / 2);
    put_line(out, "rail", s->right, top, s->right, top + rows + s->segment / 2);
    str_put_char(out, '\n');
    v->y = 0;
    v->conn = NO_CONN;
}

/* How far down a moment lies, between the rows before and after it. */
static int64_t y_of(const struct svg *v, uint64_t time_ns)
{
    size_t low = v->at, high = v->points.count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        const struct point *p = chunks_at(&v->points, middle);
        if (p->time_ns <= time_ns)
            low = middle;
        else
            high = middle;
    }
    const struct point *a = chunks_at(&v->points, low), *b = chunks_at(&v->points, low + 1);
    if (!b)
        return a->y + v->sheet->segment / 3;
    uint64_t whole = b->time_ns - a->time_ns, part = time_ns > a->time_ns ? time_ns - a->time_ns : 0;
    if (whole == 0)
        return a->y;
    return a->y + (int64_t)((double)(b->y - a->y) * ((double)part / (double)whole));
}

/* A state stands at its side's end of the arrow. */
static void put_states(struct export *e, int64_t client_y, int64_t server_y)
{
    const struct svg *v = e->own;
    const struct sheet *s = v->sheet;
    put_words(e, "c", s->client, client_y + s->small / 3, state_name(v->line.shown[SIDE_CLIENT]));
    put_words(e, "s", s->server, server_y + s->small / 3, state_name(v->line.shown[SIDE_SERVER]));
}

/* The arrow: its words stand above its beginning, its head where its way ended. */
static void put_arrow(struct export *e, uint32_t row, int64_t y)
{
    struct svg *v = e->own;
    const struct sheet *s = v->sheet;
    const struct ladder_line *l = &v->line;
    const struct ladder_way way = ladder_way_of(e->session, row);
    const bool right = l->from == SIDE_CLIENT;
    const struct str *words = cells_of(l->arrow.at, l->arrow.len) > ARROW ? &l->arrow_short : &l->arrow;
    int64_t from = right ? s->left : s->right, to = right ? s->right : s->left, end = y;
    if (way.end_ns && !e->steady)
        end += y_of(v, way.end_ns) - ((const struct point *)chunks_at(&v->points, v->at))->y;
    if (way.lost)
        to = from + (to - from) * 2 / 3;
    str_put(&e->out, "<path class=\""), str_put(&e->out, tones[l->tone]);
    str_put(&e->out, way.lost ? " lost" : "");
    put_int(&e->out, "\" d=\"M", from);
    put_int(&e->out, " ", y);
    put_int(&e->out, "L", to);
    put_int(&e->out, " ", end);
    str_put(&e->out, "\"/>");
    if (way.lost)
        put_words(e, "c", to + s->small / 2, end + s->small / 3, "✗");
    open_text(e, right ? "w" : "v", right ? s->left + s->small : s->right - s->small, y - s->small / 2);
    str_put(&e->out, "<tspan class=\"f-"), str_put(&e->out, tones[l->tone]);
    str_put(&e->out, "\">"), str_put(&e->out, tone_glyph(l->tone, false));
    str_put(&e->out, "</tspan> ");
    inert_put(&e->out, INERT_XML, words->at, words->len);
    str_put(&e->out, "</text>");
    put_states(e, right ? y : end, right ? end : y);
}

/* The lines of a sentence below each other. */
struct below {
    struct export *e;
    const char *name;
    int64_t y;
};

static void put_sentence_line(void *ctx, const char *at, size_t len)
{
    struct below *b = ctx;
    const struct svg *v = b->e->own;
    put_text(b->e, b->name, v->sheet->what, b->y, at, len);
    b->y += v->sheet->line;
}

static void put_heading(struct export *e, const struct row *r, int64_t y)
{
    struct svg *v = e->own;
    const struct sheet *s = v->sheet;
    struct conn_view conn;
    if (!session_conn(e->session, r->conn, &conn))
        return;
    put_int(&e->out, "<rect class=\"band\" x=\"", s->margin);
    put_int(&e->out, "\" y=\"", y - s->heading + s->heading / 6);
    put_int(&e->out, "\" width=\"", s->units - 2 * s->margin);
    put_int(&e->out, "\" height=\"", s->heading * 2 / 3);
    str_put(&e->out, "\"/>");
    str_clear(&e->note);
    say_conn(&e->note, &e->voice, r->conn, &conn.tuple);
    put_text(e, "h", s->margin + s->small, y - s->heading / 3, e->note.at, e->note.len);
    str_put_char(&e->out, '\n');
    e->out.failed = e->out.failed || e->note.failed;
}

static void svg_row(struct export *e, uint32_t row)
{
    struct svg *v = e->own;
    const struct sheet *s = v->sheet;
    const struct row *r = session_row(e->session, row);
    const struct ladder_line *l = &v->line;
    bool heading;
    if (!r || !session_shown(e->session, r) || v->at >= v->points.count)
        return;
    const int64_t height = place(e, row, r, &heading), top = top_of(s) + v->y;
    const bool segment = r->kind == EVENT_SEGMENT, high = is_high(r);
    /* An arrow lies low in its row, for its words stand above it. */
    const int64_t y = top + (high ? s->segment * 2 / 3 : s->line * 3 / 4);
    struct below b = {e, segment ? "b" : l->kind == EVENT_NOTE ? "i" : "k", y + (high ? s->small / 3 : 0)};
    if (heading)
        put_heading(e, r, top);
    put_text(e, "n", s->number, y + s->small / 3, l->number.at, l->number.len);
    put_text(e, "t", s->time, y + s->small / 3, l->time.at, l->time.len);
    if (segment)
        put_arrow(e, row, y);
    else if (high)
        put_states(e, y, y);
    else if (l->from < SIDE_COUNT)
        put_line(&e->out, "call", l->from == SIDE_CLIENT ? s->left : s->right, y - s->small / 3,
                 l->from == SIDE_CLIENT ? s->left + s->small : s->right - s->small, y - s->small / 3);
    size_t len = shown_len(&l->sentence);
    text_wrap(l->sentence.at, len, SENTENCE, put_sentence_line, &b);
    if (len < l->sentence.len)
        put_words(e, "i", s->what - s->small, b.y - s->line, "…");
    str_put_char(&e->out, '\n');
    v->y += height;
    v->at++;
}

static void svg_end(struct export *e)
{
    str_put(&e->out, "</svg>\n");
}

static void open_sheet(struct export *e, const struct sheet *sheet)
{
    enum { POINTS_SHIFT = 6 };
    struct svg *v = e->own;
    v->sheet = sheet;
    v->conn = NO_CONN;
    e->voice.ascii = false; /* the picture is not shown on this terminal */
    ladder_line_init(&v->line, e->out.mem);
    chunks_init(&v->points, e->out.mem, sizeof(struct point), POINTS_SHIFT);
}

static void svg_open(struct export *e)
{
    open_sheet(e, &a4);
}

static void slide_open(struct export *e)
{
    open_sheet(e, &slide);
}

static void svg_close(struct export *e)
{
    struct svg *v = e->own;
    ladder_line_release(&v->line);
    chunks_release(&v->points);
}

#define PICTURE(how)                                                                                         \
    {                                                                                                        \
        .own = sizeof(struct svg), .open = (how), .gather = svg_gather, .begin = svg_begin, .row = svg_row,  \
        .end = svg_end, .close = svg_close                                                                   \
    }
const struct export_writer svg_writer = PICTURE(svg_open), slide_writer = PICTURE(slide_open);
