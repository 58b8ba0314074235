/* frame.c: one frame of the live view: title, panels, ladder, box, key bar, prompt. */
#include <string.h>
#include "tui/bar.h"
#include "tui/panel_paint.h"
#include "tui/state.h"

static int digits_of(uint64_t v)
{
    int n = 1;
    while (v >= 10) {
        v /= 10;
        n++;
    }
    return n;
}

static uint64_t newest_time(const struct screen *s)
{
    size_t n = session_rows(s->o.session);
    const struct row *last = n == 0 ? NULL : session_row(s->o.session, n - 1);
    return last == NULL ? session_start(s->o.session) : last->time_ns;
}

static int time_cells(const struct screen *s)
{
    if (s->time == TIME_OF_DAY)
        return 15;
    uint64_t start = session_start(s->o.session);
    uint64_t now = newest_time(s), oldest, newest;
    session_extent(s->o.session, &oldest, &newest);
    now = newest > now ? newest : now;
    const int on = digits_of(now > start ? (now - start) / 1000000000 : 0);
    const int back = oldest && oldest < start ? 1 + digits_of((start - oldest) / 1000000000) : 0;
    return 7 + (back > on ? back : on);
}

/* What the box says of the row under the cursor: the sentence whole, then why, as far as there is room.
 * Returns how many lines the sentence takes. */
static size_t make_box(struct screen *s)
{
    uint32_t at = rows_cursor(s);
    const struct row *row = at == NO_ROW ? NULL : session_row(s->o.session, at);
    /* what is known of a connection grows with the next rows: the other side's MSS */
    enum { LEARNT = 32 };
    size_t after = row == NULL ? 0 : session_rows(s->o.session) - at;
    const struct boxed wanted = {at, after < LEARNT ? (uint32_t)after : LEARNT,
                                 s->canvas == NULL ? 1 : canvas_rect(s->canvas).cols - 4, row != NULL, 0};
    if (s->boxed.made && s->boxed.row == at && s->boxed.after == wanted.after &&
        s->boxed.width == wanted.width)
        return s->boxed.whole;
    s->boxed = wanted;
    str_clear(&s->scratch);
    page_clear(&s->box, wanted.width);
    if (row == NULL)
        return 0;
    if (row->kind == EVENT_SEGMENT) {
        say_note(&s->scratch, &s->voice, s->o.session, row);
    } else if (row->kind == EVENT_CALL) {
        const struct event_call *call = session_call(s->o.session, row);
        if (call != NULL) {
            say_call(&s->scratch, &s->voice, call);
            str_put_char(&s->scratch, '\n');
            say_call_means(&s->scratch, &s->voice, call, row->conn == NO_CONN);
        }
    } else if (row->kind == EVENT_WIRE) {
        say_wire_whole(&s->scratch, &s->voice, s->o.session, row);
    } else {
        size_t len;
        bool said;
        const char *note = session_note(s->o.session, row, &len, &said);
        if (note != NULL) {
            str_put_safe(&s->scratch, note, len, s->voice.ascii);
        } else if (say_icmp(&s->scratch, &s->voice, s->o.session, row)) {
            str_put_char(&s->scratch, '\n');
            say_icmp_means(&s->scratch, &s->voice, s->o.session, row);
        }
    }
    page_add(&s->box, LOOK_TEXT, s->scratch.at);
    size_t whole = s->box.lines;
    if (row->kind == EVENT_SEGMENT) {
        if (s->voice.lang == LANG_EN)
            str_put_char(&s->scratch, ' ');
        say_reasons(&s->scratch, &s->voice, s->o.session, row);
        page_clear(&s->box, s->box.width);
        page_add(&s->box, LOOK_TEXT, s->scratch.at);
    }
    s->boxed.whole = whole;
    return whole;
}

/* "#4  data, POST /blog/", and on the right how long it was until the next segment. */
static void box_titles(struct screen *s, uint32_t at, struct str *left, struct str *right)
{
    const struct row *row = session_row(s->o.session, at);
    if (row->kind == EVENT_WIRE) {
        str_put(left, say(&s->voice, N_("on the wire")));
        return;
    }
    uint32_t quotes;
    if (session_icmp(s->o.session, row, &quotes)) {
        str_put_char(left, '#');
        str_put_u64(left, row->frame);
        str_put(left, "  ");
        str_put(left, say(&s->voice, N_("an ICMP error")));
        return;
    }
    if (row->kind != EVENT_SEGMENT) {
        const struct event_call *call = session_call(s->o.session, row);
        const char *client = N_("a call of the client's program");
        const char *server = N_("a call of the server's program");
        str_put(left, say(&s->voice, call == NULL                ? N_("note")
                                     : call->side == SIDE_CLIENT ? client
                                                                 : server));
        return;
    }
    str_put_char(left, '#');
    str_put_u64(left, row->frame);
    str_put(left, "  ");
    say_title(left, &s->voice, s->o.session, row);
    for (size_t i = s->cursor + 1; !s->o.steady && i < s->count && i < s->cursor + 9; i++) {
        const struct row *next = session_row(s->o.session, selection_at(s->rows, i));
        if (next->kind != EVENT_SEGMENT)
            continue;
        if (next->time_ns < row->time_ns)
            return;
        struct str span, number;
        str_init(&span, s->o.mem);
        str_init(&number, s->o.mem);
        str_put_span(&span, next->time_ns - row->time_ns, s->voice.ascii);
        str_put_u64(&number, next->frame);
        say_fill(right, say(&s->voice, N_("{span} to #{n}")), "span", span.at, "n", number.at, NULL);
        str_release(&span);
        str_release(&number);
        return;
    }
}

/* On the lower edge: that there is more, and how to see it. */
static void paint_rest(struct screen *s, struct rect r)
{
    const char *key = "Enter", *words = say(&s->voice, N_("the rest"));
    const int width = (int)strlen(key) + 1 + (int)cells_of(words, strlen(words));
    int x = r.cols - width - 4;
    if (x < 2)
        return;
    canvas_put(s->canvas, r, r.rows - 1, x - 1, LOOK_TEXT, 0, " ");
    x += canvas_put(s->canvas, r, r.rows - 1, x, LOOK_KEY, 0, key);
    x += canvas_put(s->canvas, r, r.rows - 1, x, LOOK_TEXT, 0, " ");
    x += canvas_put(s->canvas, r, r.rows - 1, x, LOOK_TEXT, 0, words);
    canvas_put(s->canvas, r, r.rows - 1, x, LOOK_TEXT, 0, " ");
}

static void paint_box(struct screen *s)
{
    struct canvas *c = s->canvas;
    struct rect r = s->layout.box;
    uint32_t at = rows_cursor(s);
    struct str left, right;
    str_init(&left, s->o.mem);
    str_init(&right, s->o.mem);
    if (at != NO_ROW)
        box_titles(s, at, &left, &right);
    canvas_box(c, r, LOOK_FRAME, left.at, right.at, s->voice.ascii);
    struct rect in = {r.y + 1, r.x + 2, r.rows - 2, r.cols - 4};
    for (int y = 0; y < in.rows && (size_t)y < s->box.lines; y++) {
        const struct page_line *l = &s->box.line[y];
        int used = canvas_put_n(c, in, y, 0, LOOK_TEXT, 0, s->box.text.at + l->at, l->len);
        bool last = y == in.rows - 1 || (size_t)y + 1 == s->box.lines;
        if (last && (size_t)y + 1 < s->box.lines)
            canvas_put(c, in, y, used < in.cols ? used : in.cols - 1, LOOK_DIM, 0,
                       s->voice.ascii ? "~" : "…");
        const struct row *row = last && at != NO_ROW ? session_row(s->o.session, at) : NULL;
        const char *rfc =
            row != NULL && row->kind == EVENT_SEGMENT ? annot_rfc((enum annot_id)row->annot) : NULL;
        if (rfc != NULL && used + 3 + (int)strlen(rfc) <= in.cols)
            canvas_put_right(c, in, y, in.cols, LOOK_DIM, rfc);
    }
    if (in.rows > 0 && s->box.lines > (size_t)in.rows)
        paint_rest(s, r);
    str_release(&left);
    str_release(&right);
}

static void fill_panels(struct screen *s)
{
    s->timers = false;
    uint32_t conn = rows_conn(s);
    struct moment moment;
    uint64_t now_ns = clock_now();
    bool past = replay_moment(s, conn, &moment, &now_ns);
    for (int side = 0; side < SIDE_COUNT; side++) {
        struct lab_program program = {0};
        bool known =
            !past && conn != NO_CONN && s->o.hooks.program(s->o.hooks.ctx, conn, (enum side)side, &program);
        struct panel_of of = {.session = s->o.session,
                              .conn = conn,
                              .side = (enum side)side,
                              .now_ns = now_ns,
                              .at = past ? &moment : NULL,
                              .program = known ? &program : NULL,
                              .accepting = s->info.accepting && !past,
                              .keepalive_ms = s->info.keepalive_ms,
                              .steady = s->o.steady,
                              .seen_only = !session_track(s->o.session)->live,
                              .row = rows_cursor(s)};
        panel_fill(&s->panel[side], &s->voice, &of);
        s->timers |= s->panel[side].timer != TIMER_NONE && !past;
    }
}

static void paint_panels(struct screen *s)
{
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (s->layout.panels)
            panel_paint(s->canvas, s->layout.side[side], &s->panel[side], &s->voice);
        else
            panel_paint_line(s->canvas, s->layout.side[side], &s->panel[side], &s->voice);
    }
}

/* One line of the ladder: copied, where it was painted before. */
static void paint_line(struct screen *s, size_t at, int y)
{
    struct rect r = s->layout.rows;
    uint32_t row = selection_at(s->rows, at);
    struct ladder_look how = {at == s->cursor, rows_marked(s, row), at == s->find.found && !s->find.of_list,
                              wire_slanted(s, row)};
    struct painted_key key = {row, s->time == TIME_DELTA && at > 0 ? selection_at(s->rows, at - 1) : NO_ROW,
                              (unsigned)(how.cursor | how.marked << 1 | how.found << 2)};
    /* a line of the wire looks different when more is known of its frame */
    if (!wire_drawn(s) && painted_show(&s->painted, s->canvas, r.y + y, &key))
        return;
    rows_line(s, at);
    const int taken = ladder_paint(s->canvas, r, y, &s->layout.columns, &s->line, &how, &s->voice);
    if (y < LADDER_LINES)
        s->taken[y] = taken;
    if (wire_drawn(s))
        return;
    painted_keep(&s->painted, s->canvas, r.y + y, &key);
}

static void begin_lines(struct screen *s)
{
    struct painted_common common;
    memset(&common, 0, sizeof common); /* compared byte by byte */
    memcpy(&common.columns, &s->layout.columns, sizeof common.columns);
    common.start_ns = session_start(s->o.session);
    common.lang = s->voice.lang;
    common.time = s->time;
    common.flags = (unsigned)s->absolute | (unsigned)s->voice.ascii << 1 | s->inserted << 2;
    painted_begin(&s->painted, s->layout.rows.rows, canvas_rect(s->canvas).cols, &common);
}

static void paint_ladder(struct screen *s)
{
    struct rect r = s->layout.rows;
    const struct ladder_columns *col = &s->layout.columns;
    size_t seen = r.rows > 0 ? (size_t)r.rows : 1;
    if (seen > 1 && wire_busy(s))
        seen--; /* a line for now */
    if (s->cursor < s->top)
        s->top = s->cursor;
    size_t bottom = s->follow && s->count > 0 ? s->count - 1 : s->cursor;
    if (bottom >= s->top + seen)
        s->top = bottom - seen + 1;
    if (s->top > 0 && s->top + seen > s->count)
        s->top = s->count > seen ? s->count - seen : 0;
    ladder_paint_head(s->canvas, s->layout.head, col, &s->voice);
    for (int y = 0; y < r.rows; y++) {
        size_t at = s->top + (size_t)y;
        if (at >= s->count) {
            ladder_paint_empty(s->canvas, r, y, col, s->voice.ascii);
            continue;
        }
        paint_line(s, at, y);
    }
    wire_slants(s);
    if (s->wired && s->count >= s->top)
        wire_foot(s, (int)(s->count - s->top));
}

static void paint_said(struct screen *s)
{
    struct rect r = s->layout.said;
    for (int y = 0; y < r.rows && (size_t)y < s->said.lines; y++) {
        const struct page_line *l = &s->said.line[y];
        canvas_put_n(s->canvas, r, y, 1, LOOK_NOTE, CELL_BOLD, s->said.text.at + l->at, l->len);
    }
}

static void make_layout(struct screen *s)
{
    struct layout_wants w = {.number_cells = digits_of(session_frames(s->o.session)),
                             .conn_cells = rows_several(s) ? digits_of(session_conns(s->o.session)) : 0,
                             .time_cells = time_cells(s),
                             .timeline = s->info.replay || s->replay.on,
                             .lines = !session_track(s->o.session)->live};
    term_size(s->term, &w.rows, &w.cols);
    if (base_mode(s) != MODE_LIST)
        w.box_lines = (int)make_box(s);
    page_clear(&s->said, w.cols - 2);
    if (s->info.said != NULL && *s->info.said != '\0') {
        str_clear(&s->scratch);
        str_put_safe(&s->scratch, s->info.said, strlen(s->info.said), s->voice.ascii);
        page_add(&s->said, LOOK_NOTE, s->scratch.at);
    }
    w.wire = s->wired;
    w.said_lines = s->said.lines > 3 ? 3 : (int)s->said.lines;
    layout_make(&s->layout, &w);
}

void frame_paint(struct screen *s, int *y, int *x)
{
    *y = -1;
    *x = 0;
    wire_sync(s);
    make_layout(s);
    canvas_clear(s->canvas, canvas_rect(s->canvas), LOOK_TEXT);
    if (s->layout.tiny) {
        canvas_put(s->canvas, canvas_rect(s->canvas), 0, 0, LOOK_WARN, 0,
                   say(&s->voice, N_("tcpviz needs 60 x 16 cells: enlarge it")));
        return;
    }
    begin_lines(s);
    bar_title(s);
    if (base_mode(s) == MODE_DETAIL) {
        detail_view(s, s->layout.body);
    } else if (base_mode(s) == MODE_TALK) {
        talk_view(s);
    } else if (base_mode(s) == MODE_LIST) {
        list_view(s);
    } else {
        fill_panels(s);
        paint_panels(s);
        wire_view(s);
        paint_ladder(s);
        paint_box(s);
        replay_line(s);
        paint_said(s);
    }
    if (s->mode == MODE_PAGE) {
        canvas_clear(s->canvas, s->layout.body, LOOK_TEXT);
        page_paint(&s->page, s->canvas, s->layout.body, s->voice.ascii);
    } else if (s->mode == MODE_DIALOG) {
        dialog_paint(&s->dialog, s->canvas, s->layout.body, &s->voice, y, x);
    }
    bar_keys(s);
    bar_foot(s, y, x);
}
