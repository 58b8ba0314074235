/* detail_view.c: one row, whole. On the left the bytes and, below, the fields that they are: the bytes of the
 * field under the cursor are lit. On the right the way through the layers; below, why. Where there is no room
 * for two columns, why and way share one box below the fields. */
#include <string.h>
#include "tui/state.h"

enum { WIDE_COLS = 100, LAYER_CELLS = 10, DATA_LINES = 3, WHY_ROWS = 8, FIELD_CELLS = 22, LINE_BYTES = 20 };

void detail_scroll(struct screen *s, int by)
{
    page_move(&s->way, by, s->way_rows);
}

/* The bytes of one layer from line y on, `per` a line; returns the line after them. */
static int paint_layer(struct screen *s, struct rect in, int y, const struct detail_layer *l, int per,
                       int most)
{
    const struct detail *d = &s->detail;
    const struct detail_field *lit = s->field < d->fields ? &d->field[s->field] : NULL;
    canvas_put(s->canvas, in, y, 0, LOOK_DIM, 0, l->name);
    int lines = 0;
    for (uint32_t i = 0; i < l->len && i + l->at < d->caplen; i++) {
        int x = (int)(i % (uint32_t)per);
        lines = (int)(i / (uint32_t)per);
        if (lines >= most)
            return y + lines;
        static const char hex[] = "0123456789abcdef";
        uint8_t b = d->bytes[l->at + i];
        char text[3] = {hex[b >> 4], hex[b & 15], 0};
        uint32_t at = l->at + i;
        bool on = lit != NULL && at >= lit->at && at < lit->at + lit->len;
        int cell = LAYER_CELLS + x * 3;
        canvas_put(s->canvas, in, y + lines, cell, on ? LOOK_CURSOR : LOOK_TEXT, on ? CELL_REVERSE : 0, text);
        if (on && (at == lit->at || x == 0))
            canvas_put(s->canvas, in, y + lines, cell - 1, LOOK_CURSOR, 0, "[");
        if (on && (at == lit->at + lit->len - 1 || x == per - 1))
            canvas_put(s->canvas, in, y + lines, cell + 2, LOOK_CURSOR, 0, "]");
    }
    return y + lines + 1;
}

/* The fields, as many as fit, so that the one under the cursor is among them. */
static void paint_fields(struct screen *s, struct rect in, int y)
{
    const struct detail *d = &s->detail;
    size_t room = in.rows > y ? (size_t)(in.rows - y) : 0;
    if (room == 0)
        return;
    size_t top = s->field < room / 2 ? 0 : s->field - room / 2;
    if (top + room > d->fields)
        top = d->fields > room ? d->fields - room : 0;
    for (size_t i = top; i < d->fields && i < top + room; i++, y++) {
        bool here = i == s->field;
        enum look look = here ? LOOK_CURSOR : LOOK_TEXT;
        canvas_put(s->canvas, in, y, 0, here ? LOOK_CURSOR : LOOK_DIM, 0, d->field[i].name);
        if (here)
            canvas_put(s->canvas, in, y, FIELD_CELLS - 2, look, 0, s->voice.ascii ? ">" : "▸");
        canvas_put(s->canvas, in, y, FIELD_CELLS, look, 0, d->field[i].value.at);
    }
}

static void paint_bytes(struct screen *s, struct rect r)
{
    const struct detail *d = &s->detail;
    canvas_box(s->canvas, r, LOOK_FRAME, say(&s->voice, N_("bytes and fields")), NULL, s->voice.ascii);
    struct rect in = {r.y + 1, r.x + 2, r.rows - 2, r.cols - 4};
    int per = (in.cols - LAYER_CELLS) / 3;
    if (per > LINE_BYTES)
        per = LINE_BYTES;
    int data = in.rows > 16 ? DATA_LINES : 1;
    int y = 0;
    for (size_t i = 0; i < d->layers; i++)
        y = paint_layer(s, in, y, &d->layer[i], per, i + 1 == d->layers ? data : 4);
    paint_fields(s, in, y < in.rows - 4 ? y + 1 : y);
}

/* One cell of the way: name, what it adds, and the time at its right edge. */
static void put_step(struct str *out, const struct path_step *step, size_t cells)
{
    size_t time = cells_of(step->time.at, step->time.len);
    size_t name = cells_of(step->name.at, step->name.len);
    size_t start = out->len;
    size_t room = cells > time + 1 ? cells - time - 1 : 0;
    str_put_n(out, step->name.at, cells_cut(step->name.at, step->name.len, room));
    if (name + 1 + cells_of(step->adds.at, step->adds.len) <= room && step->adds.len > 0) {
        str_put_char(out, ' ');
        str_put_n(out, step->adds.at, step->adds.len);
    }
    size_t used = cells_of(out->at + start, out->len - start);
    if (used + time < cells)
        str_put_rep(out, " ", cells - used - time);
    str_put_n(out, step->time.at, step->time.len);
}

static void add_steps(struct screen *s, const struct path *p)
{
    size_t half = (size_t)(s->way.width - 4) / 2;
    size_t count = p->downs > p->ups ? p->downs : p->ups;
    for (size_t i = 0; i < count; i++) {
        str_clear(&s->scratch);
        if (i < p->downs)
            put_step(&s->scratch, &p->down[i], half);
        else
            str_put_rep(&s->scratch, " ", half);
        str_put(&s->scratch, "    ");
        if (i < p->ups)
            put_step(&s->scratch, &p->up[i], half);
        page_line_add(&s->way, LOOK_TEXT, s->scratch.at);
    }
}

static void add_sentences(struct screen *s, const struct path_step *step, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        str_clear(&s->scratch);
        say_fill(&s->scratch, say(&s->voice, N_("{layer}: {sentence}")), "layer", step[i].name.at, "sentence",
                 step[i].sentence.at, NULL);
        page_add(&s->way, step[i].absent ? LOOK_DIM : LOOK_TEXT, s->scratch.at);
    }
}

static void add_way(struct screen *s)
{
    const struct path *p = &s->detail.path;
    if (p->downs == 0)
        return;
    const char *client = say(&s->voice, N_("CLIENT"));
    const char *server = say(&s->voice, N_("SERVER"));
    const char *left = p->from == SIDE_CLIENT ? client : server;
    size_t half = (size_t)(s->way.width - 4) / 2;
    str_clear(&s->scratch);
    str_put(&s->scratch, left);
    str_put(&s->scratch, s->voice.ascii ? " v" : " ↓");
    str_put_rep(&s->scratch, " ", half + 4 - cells_of(s->scratch.at, s->scratch.len));
    str_put(&s->scratch, p->from == SIDE_CLIENT ? server : client);
    str_put(&s->scratch, s->voice.ascii ? " ^" : " ↑");
    page_line_add(&s->way, LOOK_TITLE, s->scratch.at);
    add_steps(s, p);
    page_add(&s->way, LOOK_TEXT, "");
    if (p->acknowledged.len > 0)
        page_add(&s->way, LOOK_GOOD, p->acknowledged.at);
    if (s->detail.measures.len > 0)
        page_add(&s->way, LOOK_TEXT, s->detail.measures.at);
    if (p->note.len > 0)
        page_add(&s->way, LOOK_DIM, p->note.at);
    page_add(&s->way, LOOK_TEXT, "");
    add_sentences(s, p->down, p->downs);
    add_sentences(s, p->up, p->ups);
}

static void add_if(struct page *p, enum look look, const struct str *text)
{
    if (text->len > 0)
        page_add_n(p, look, text->at, text->len);
}

static void add_words(struct screen *s, struct page *p)
{
    const struct detail *d = &s->detail;
    add_if(p, LOOK_TEXT, d->call.len > 0 ? &d->call : &d->what);
    add_if(p, LOOK_TEXT, &d->why);
    add_if(p, LOOK_TEXT, &d->next);
    str_clear(&s->scratch);
    str_put_n(&s->scratch, d->rfc.at, d->rfc.len);
    str_put(&s->scratch, d->rfc.len > 0 && d->wireshark.len > 0 ? ".  " : "");
    str_put_n(&s->scratch, d->wireshark.at, d->wireshark.len);
    add_if(p, LOOK_DIM, &s->scratch);
    add_if(p, LOOK_DIM, &d->differs);
}

/* The first look at a row is at its TCP header. */
static void choose_field(struct screen *s)
{
    const struct detail *d = &s->detail;
    if (s->field < d->fields)
        return;
    s->field = 0;
    for (size_t i = 0; i < d->fields; i++)
        if (d->field[i].layer < d->layers && strcmp(d->layer[d->field[i].layer].name, "TCP") == 0) {
            s->field = i;
            return;
        }
}

static void paint_way(struct screen *s, struct rect r, const char *title)
{
    str_clear(&s->way.title);
    str_put(&s->way.title, title);
    s->way_rows = r.rows - 2;
    page_paint(&s->way, s->canvas, r, s->voice.ascii);
}

void detail_view(struct screen *s, struct rect r)
{
    uint32_t row = rows_cursor(s);
    struct detail *d = &s->detail;
    canvas_clear(s->canvas, r, LOOK_TEXT);
    if (row == NO_ROW || !detail_of(d, &s->voice, s->o.session, row, s->o.steady))
        return;
    choose_field(s);
    struct rect line = {r.y, r.x, 1, r.cols};
    const char *keys = say(&s->voice, s->voice.ascii ? N_("<- -> row   Tab field   Esc back")
                                                     : N_("← → row   Tab field   Esc back"));
    canvas_put(s->canvas, line, 0, 1, LOOK_TITLE, CELL_BOLD, d->title.at);
    if (cells_of(d->title.at, d->title.len) + cells_of(keys, strlen(keys)) + 4 <= (size_t)r.cols)
        canvas_put_right(s->canvas, line, 0, r.cols - 1, LOOK_DIM, keys);
    struct rect body = {r.y + 1, r.x, r.rows - 1, r.cols};
    bool wide = r.cols >= WIDE_COLS && d->fields > 0;
    int why = wide ? (body.rows > 26 ? WHY_ROWS : WHY_ROWS - 2) : 0;
    int left = wide ? r.cols / 2 : r.cols;
    int top = d->fields == 0 ? 0 : wide ? body.rows - why : body.rows / 2;
    if (top > 0)
        paint_bytes(s, (struct rect){body.y, 0, top, left});
    if (wide) {
        page_clear(&s->way, r.cols - left - 4);
        add_way(s);
        paint_way(s, (struct rect){body.y, left, top, r.cols - left},
                  say(&s->voice, N_("the way through the layers")));
        page_clear(&s->box, r.cols - 4);
        s->boxed.made = false; /* the box at the foot is lent for why: it must be filled anew */
        add_words(s, &s->box);
        str_put(&s->box.title, say(&s->voice, N_("why")));
        s->box.top = 0;
        page_paint(&s->box, s->canvas, (struct rect){body.y + top, 0, why, r.cols}, s->voice.ascii);
    } else {
        page_clear(&s->way, r.cols - 4);
        add_words(s, &s->way);
        page_add(&s->way, LOOK_TEXT, "");
        add_way(s);
        paint_way(s, (struct rect){body.y + top, 0, body.rows - top, r.cols},
                  say(&s->voice, d->fields > 0 ? N_("why, and the way through the layers") : N_("whole")));
    }
}
