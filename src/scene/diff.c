/* diff.c: the account and the rows of two sessions. Lines of rows are made when they are asked for; where
 * each part begins is worked out once for a width. */
#include "scene/diff.h"

#include "scene/diff_account.h"
#include "scene/fill.h"

enum { NUMBER_LEAST = 3, WIDE = 50 /* from so many cells of a column on there is room for more */ };

struct diff_view {
    const struct mem *mem;
    const struct diff *d;
    struct voice voice;
    size_t column;
    struct diff_account top;  /* above all parts */
    size_t *begin;            /* the first line of each part, and the end */
    struct diff_account head; /* of the part `headed` */
    size_t headed;
    size_t number_cells, time_cells;
    struct ladder_line line;
};

void diff_line_init(struct diff_line *l, const struct mem *m)
{
    *l = (struct diff_line){0};
    for (unsigned i = 0; i < DIFF_SIDES; i++)
        str_init(&l->text[i], m);
}

void diff_line_release(struct diff_line *l)
{
    for (unsigned i = 0; i < DIFF_SIDES; i++)
        str_release(&l->text[i]);
}

static size_t digits(uint64_t n)
{
    size_t count = 1;
    while (n >= 10)
        n /= 10, count++;
    return count;
}

/* So that frame numbers and times of both stand below each other. */
static void measure(struct diff_view *v)
{
    uint64_t frames = 0, ns = 0;
    struct conn_view c;
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        const struct session *s = diff_session(v->d, side);
        if (session_frames(s) > frames)
            frames = session_frames(s);
        for (uint32_t i = 0; i < session_conns(s); i++)
            if (session_conn(s, i, &c) && c.last_ns > diff_begin(s, i) && c.last_ns - diff_begin(s, i) > ns)
                ns = c.last_ns - diff_begin(s, i);
    }
    v->number_cells = digits(frames) > NUMBER_LEAST ? digits(frames) : NUMBER_LEAST;
    v->time_cells = digits(ns / 1000000000) + 7;
}

struct diff_view *diff_view_new(const struct mem *m, const struct diff *d)
{
    struct diff_view *v = mem_new(m, sizeof *v);
    if (!v)
        return NULL;
    v->mem = m;
    v->d = d;
    diff_account_init(&v->top, m);
    diff_account_init(&v->head, m);
    ladder_line_init(&v->line, m);
    measure(v);
    v->begin = mem_new(m, (diff_parts(d) + 1) * sizeof *v->begin);
    if (v->begin)
        return v;
    diff_view_free(v);
    return NULL;
}

void diff_view_free(struct diff_view *v)
{
    if (!v)
        return;
    mem_free(v->mem, v->begin, (diff_parts(v->d) + 1) * sizeof *v->begin);
    ladder_line_release(&v->line);
    diff_account_release(&v->head);
    diff_account_release(&v->top);
    mem_free(v->mem, v, sizeof *v);
}

size_t diff_view_column(const struct diff_view *v)
{
    return v->column;
}

size_t diff_view_lines(const struct diff_view *v)
{
    return v->begin[diff_parts(v->d)];
}

/* The head of a part, as lines. */
static void make_head(struct diff_view *v, size_t part)
{
    if (v->headed == part)
        return;
    diff_account_clear(&v->head);
    diff_account_part(&v->head, &v->voice, v->d, part, v->column);
    v->headed = diff_account_failed(&v->head) ? SIZE_MAX : part;
}

bool diff_view_lay(struct diff_view *v, const struct voice *voice, size_t cells)
{
    v->voice = *voice;
    v->column = cells > DIFF_GAP + 2 ? (cells - DIFF_GAP) / 2 : 1;
    v->headed = SIZE_MAX;
    diff_account_clear(&v->top);
    diff_account_whole(&v->top, voice, v->d, v->column);
    size_t at = v->top.lines;
    bool failed = diff_account_failed(&v->top);
    for (size_t i = 0; i < diff_parts(v->d); i++) {
        const struct diff_part *p = diff_part(v->d, i);
        v->begin[i] = at;
        make_head(v, i);
        failed = failed || diff_account_failed(&v->head);
        at += v->head.lines + (p->end - p->first);
    }
    v->begin[diff_parts(v->d)] = at;
    return !failed;
}

/* The part that holds a line; SIZE_MAX: it is above all. */
static size_t part_of(const struct diff_view *v, size_t line)
{
    size_t low = 0, high = diff_parts(v->d);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (v->begin[middle] <= line)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? low - 1 : SIZE_MAX;
}

/* How many lines stand above the rows of a part. */
static size_t heads_of(const struct diff_view *v, size_t part)
{
    const struct diff_part *p = diff_part(v->d, part);
    return v->begin[part + 1] - v->begin[part] - (p->end - p->first);
}

const char *diff_letter(unsigned side)
{
    return side == 0 ? " A  " : " B  ";
}

const char *diff_mark(enum diff_kind k, bool ascii)
{
    static const char *const marks[DIFF_KINDS] = {
        [DIFF_ALIKE] = " ", [DIFF_DIFFERS] = "≠", [DIFF_LEFT] = "<", [DIFF_RIGHT] = ">"};
    return ascii && k == DIFF_DIFFERS ? "!" : marks[k];
}

static void put_right(struct str *out, const char *text, size_t len, size_t cells)
{
    const size_t used = cells_of(text, len);
    str_put_rep(out, " ", used < cells ? cells - used : 0);
    str_put_n(out, text, len);
}

/* The options of a SYN that differs in them. */
static void put_offered(struct str *out, const struct session *s, const struct row *r)
{
    struct tcp_options o;
    str_put(out, r->flags & TCP_ACK ? "SYN ACK" : "SYN");
    if (!diff_options(s, r, &o))
        return;
    if (o.mss) {
        str_put(out, " mss ");
        str_put_u64(out, o.mss_value);
    }
    str_put(out, o.sack_permitted ? " sack" : "");
    str_put(out, o.timestamps ? " ts" : "");
    str_put(out, o.fast_open ? " tfo" : "");
    if (o.wscale) {
        str_put(out, " ws ");
        str_put_u64(out, o.shift);
    }
}

/* "SYN-SENT|LISTEN": what the row made of the client, of the server. */
static void put_edges(struct str *out, uint8_t edges, bool ascii)
{
    const char *client = state_brief(state_in(edges, SIDE_CLIENT));
    const char *server = state_brief(state_in(edges, SIDE_SERVER));
    if (!edges)
        return;
    str_put(out, client);
    str_put(out, ascii ? "|" : "│");
    str_put(out, server);
}

/* Number and time of a segment, the side of a call. */
static void put_place(struct diff_view *v, struct str *out, const struct session *s, const struct row *r)
{
    const struct ladder_line *l = &v->line;
    struct str time;
    str_init(&time, v->mem);
    put_right(out, l->number.at, l->number.len, v->number_cells);
    str_put(out, " ");
    if (r->kind == EVENT_CALL)
        str_put(&time, say(&v->voice, r->side == SIDE_CLIENT ? N_("client") : N_("server")));
    else
        say_since(&time, &v->voice, diff_begin(s, r->conn), r->time_ns);
    put_right(out, time.at, time.len, v->time_cells);
    str_put(out, " ");
    out->failed = out->failed || time.failed;
    str_release(&time);
}

static void put_words_of(struct diff_view *v, struct str *out, const struct session *s, const struct row *r,
                         bool offers)
{
    const struct ladder_line *l = &v->line;
    const bool ascii = v->voice.ascii, client = l->from == SIDE_CLIENT;
    if (r->kind != EVENT_SEGMENT) {
        str_put_n(out, l->sentence.at, l->sentence.len);
        return;
    }
    str_put(out, ascii ? client ? "> " : "< " : client ? "→ " : "← ");
    str_put(out, tone_glyph(l->tone, ascii));
    str_put(out, " ");
    if (offers)
        put_offered(out, s, r);
    else
        str_put_n(out, l->arrow_short.at, l->arrow_short.len);
}

/* A row in its column; the states to the right, where there is room for them. */
static void put_row(struct diff_view *v, struct diff_line *out, unsigned side)
{
    const struct session *s = diff_session(v->d, side);
    const struct ladder_style style = {.voice = v->voice, .steady = v->voice.steady};
    const struct row *r = session_row(s, out->item->row[side]);
    struct str *text = &out->text[side], edges;
    if (!r)
        return;
    ladder_line_of(&v->line, s, out->item->row[side], NO_ROW, &style);
    out->tone[side] = v->line.tone;
    put_place(v, text, s, r);
    out->words[side] = text->len;
    put_words_of(v, text, s, r, r->flags & TCP_SYN && diff_why(v->d, out->item) & DIFFERS_OPTIONS);
    str_init(&edges, v->mem);
    put_edges(&edges, out->item->edges[side], v->voice.ascii);
    const size_t used = cells_of(text->at, text->len), wanted = cells_of(edges.at, edges.len);
    if (edges.len > 0 && used + 1 + wanted <= v->column) {
        str_put_rep(text, " ", v->column - used - wanted);
        str_put_n(text, edges.at, edges.len);
    }
    text->failed = text->failed || edges.failed || ladder_line_failed(&v->line);
    str_release(&edges);
    if (ladder_line_failed(&v->line))
        ladder_line_release(&v->line); /* the next row tries again */
    cut_at_word(text, 0, v->column, v->voice.ascii);
}

static void take_account(struct diff_line *out, const struct diff_account *a, size_t i)
{
    if (i >= a->lines) { /* there was memory for it when the lines were laid out, and now there is not */
        out->kind = DIFF_LINE_WORDS;
        out->text[0].failed = true;
        return;
    }
    const struct diff_account_line *l = &a->line[i];
    out->kind = l->kind;
    out->mark = l->differs ? DIFF_DIFFERS : DIFF_ALIKE;
    for (unsigned side = 0; side < DIFF_SIDES; side++)
        str_put_n(&out->text[side], a->text.at + l->at[side], l->len[side]);
    out->text[0].failed = out->text[0].failed || diff_account_failed(a);
}

bool diff_view_line(struct diff_view *v, size_t i, struct diff_line *out)
{
    const size_t part = part_of(v, i);
    out->item = NULL;
    out->mark = DIFF_ALIKE;
    for (unsigned side = 0; side < DIFF_SIDES; side++)
        str_clear(&out->text[side]);
    if (i >= diff_view_lines(v))
        return false;
    if (part == SIZE_MAX) {
        take_account(out, &v->top, i);
        return true;
    }
    make_head(v, part);
    i -= v->begin[part];
    if (i < heads_of(v, part)) {
        take_account(out, &v->head, i);
        return true;
    }
    out->kind = DIFF_LINE_ITEM;
    out->item = diff_item(v->d, diff_part(v->d, part)->first + i - heads_of(v, part));
    out->mark = (enum diff_kind)out->item->kind;
    for (unsigned side = 0; side < DIFF_SIDES; side++)
        put_row(v, out, side);
    return true;
}

/* The item of a line, or that which comes next (up: before); diff_items where there is none. */
static size_t item_near(const struct diff_view *v, size_t line, bool up)
{
    const size_t part = part_of(v, line);
    if (part == SIZE_MAX)
        return up ? SIZE_MAX : 0;
    const struct diff_part *p = diff_part(v->d, part);
    const size_t heads = heads_of(v, part);
    if (line < v->begin[part] + heads)
        return up ? p->first - 1 : p->first; /* SIZE_MAX above the first */
    return p->first + (line - v->begin[part] - heads);
}

static size_t line_of(const struct diff_view *v, size_t item)
{
    size_t low = 0, high = diff_parts(v->d);
    while (low < high) { /* the first part that ends behind it */
        const size_t middle = low + (high - low) / 2;
        if (diff_part(v->d, middle)->end <= item)
            low = middle + 1;
        else
            high = middle;
    }
    return v->begin[low + 1] - (diff_part(v->d, low)->end - item);
}

void diff_view_spot(const struct diff_view *v, size_t line, struct diff_spot *out)
{
    const size_t part = line < diff_view_lines(v) ? part_of(v, line) : SIZE_MAX;
    *out = (struct diff_spot){SIZE_MAX, part, line};
    if (part == SIZE_MAX)
        return;
    out->line = line - v->begin[part];
    if (out->line >= heads_of(v, part))
        out->item = item_near(v, line, false);
}

size_t diff_view_at(const struct diff_view *v, const struct diff_spot *spot)
{
    const bool top = spot->part == SIZE_MAX;
    if (spot->item != SIZE_MAX)
        return line_of(v, spot->item);
    const size_t lines = top ? v->top.lines : heads_of(v, spot->part);
    return (top ? 0 : v->begin[spot->part]) + (spot->line < lines ? spot->line : lines > 0 ? lines - 1 : 0);
}

size_t diff_view_next(const struct diff_view *v, size_t from, bool up)
{
    const size_t count = diff_items(v->d);
    size_t i;
    if (up ? from == 0 : from + 1 >= diff_view_lines(v))
        return SIZE_MAX;
    i = item_near(v, up ? from - 1 : from + 1, up);
    while (i < count && diff_item(v->d, i)->kind == DIFF_ALIKE)
        i += up ? (size_t)-1 : 1;
    return i < count ? line_of(v, i) : SIZE_MAX;
}

void diff_view_legend(const struct diff_view *v, struct str *out)
{
    say_fill(
        out,
        say(&v->voice, N_("Between the columns: {differs} both have it, but not the same; {left} only A has "
                          "it; {right} only B has it. "
                          "Times are not compared. States stand where they change: the client's, a line, the "
                          "server's.")),
        "differs", diff_mark(DIFF_DIFFERS, v->voice.ascii), "left", diff_mark(DIFF_LEFT, v->voice.ascii),
        "right", diff_mark(DIFF_RIGHT, v->voice.ascii), NULL);
}

void diff_view_says(const struct diff_view *v, const struct diff_item *item, unsigned side, bool brief,
                    struct str *out)
{
    const struct session *s = diff_session(v->d, side);
    const struct row *r = item->row[side] == NO_ROW ? NULL : session_row(s, item->row[side]);
    struct ladder_line l;
    if (!r)
        return;
    if (r->kind == EVENT_SEGMENT) {
        (brief ? say_brief : say_note)(out, &v->voice, s, r);
        return;
    }
    ladder_line_init(&l, v->mem);
    ladder_line_of(&l, s, item->row[side], NO_ROW, &(struct ladder_style){.voice = v->voice});
    str_put_n(out, l.sentence.at, l.sentence.len);
    out->failed = out->failed || ladder_line_failed(&l);
    ladder_line_release(&l);
    const struct event_call *call = session_call(s, r);
    if (!call || brief)
        return;
    str_put(out, "  ");
    say_call_means(out, &v->voice, call, r->conn == NO_CONN);
}

void diff_view_why(const struct diff_view *v, const struct diff_item *item, struct str *out)
{
    say_diff_why(out, &v->voice, v->d, item);
}

void diff_view_cut(struct str *text, size_t cells, bool ascii)
{
    cut_at_word(text, 0, cells, ascii);
}
