/* talk.c: what the sides of a connection said, line by line. */
#include "tui/state.h"

enum { MARGIN = 2 /* cells of the arrow that says who speaks */ };

/* The connection that is looked at: in the list that under the cursor, else that of the row. */
static uint32_t looked_at(const struct screen *s)
{
    uint32_t at = rows_cursor(s);
    const struct row *r = at == NO_ROW ? NULL : session_row(s->o.session, at);
    if (base_mode(s) == MODE_LIST)
        return list_cursor(s);
    return r != NULL && r->conn != NO_CONN ? r->conn : rows_conn(s);
}

void talk_open(struct screen *s)
{
    struct talk_view *v = &s->talk;
    uint32_t conn = looked_at(s);
    if (conn == NO_CONN) {
        screen_say(s, say(&s->voice, N_("there is no connection yet")), true);
        return;
    }
    transcript_free(v->lines);
    v->lines = transcript_new(s->o.mem, s->o.session, conn);
    if (v->lines == NULL) {
        screen_say(s, say(&s->voice, N_("no memory")), true);
        return;
    }
    v->from = base_mode(s);
    v->conn = conn;
    v->side = SIDE_NONE;
    v->top = 0;
    s->mode = MODE_TALK;
    s->dirty = true;
}

void talk_close(struct screen *s)
{
    transcript_free(s->talk.lines);
    s->talk.lines = NULL;
    s->talk.counting = false;
    s->mode = s->talk.from;
}

static size_t seen(const struct screen *s)
{
    return s->layout.body.rows > 2 ? (size_t)s->layout.body.rows - 2 : 1;
}

/* So that the last lines fill the view, as far as they are counted. */
static void clip(struct screen *s)
{
    struct talk_view *v = &s->talk;
    size_t lines = transcript_lines(v->lines), most = lines > seen(s) ? lines - seen(s) : 0;
    if (v->top > most)
        v->top = most;
}

void talk_move(struct screen *s, long by)
{
    long to = (long)s->talk.top + by;
    s->talk.top = to < 0 ? 0 : (size_t)to;
    clip(s);
}

void talk_direction(struct screen *s)
{
    static const enum side next[] = {
        [SIDE_NONE] = SIDE_CLIENT, [SIDE_CLIENT] = SIDE_SERVER, [SIDE_SERVER] = SIDE_NONE};
    s->talk.side = next[s->talk.side];
    s->talk.top = 0;
}

void talk_hex(struct screen *s)
{
    s->talk.hex = !s->talk.hex;
    s->talk.top = 0;
}

bool talk_work(struct screen *s, uint64_t until_ns)
{
    struct talk_view *v = &s->talk;
    if (v->lines == NULL)
        return false;
    transcript_set(v->lines, &(struct transcript_style){.voice = s->voice,
                                                        .side = v->side,
                                                        .hex = v->hex,
                                                        .width = canvas_rect(s->canvas).cols - 4 - MARGIN});
    size_t before = transcript_lines(v->lines);
    bool counted = v->counting;
    v->counting = transcript_work(v->lines, until_ns, !s->info.live && !s->info.reading);
    s->dirty |= before != transcript_lines(v->lines) || counted != v->counting;
    return v->counting;
}

static void put_title(struct screen *s, struct str *out)
{
    static const char *const words[] = {[SIDE_CLIENT] = N_("what the client said"),
                                        [SIDE_SERVER] = N_("what the server said"),
                                        [SIDE_NONE] = N_("what both sides said")};
    struct str number, bytes;
    str_init(&number, s->o.mem);
    str_init(&bytes, s->o.mem);
    str_put_u64(&number, (uint64_t)s->talk.conn + 1);
    const uint64_t said = transcript_said(s->talk.lines, s->talk.side);
    str_put_grouped(&bytes, said);
    str_put(out, say(&s->voice, words[s->talk.side]));
    str_put(out, "  ");
    say_fill(out, say(&s->voice, N_("connection {n}")), "n", number.at, NULL);
    str_put(out, "  ");
    say_fill(out, say(&s->voice, said == 1 ? N_("1 byte") : N_("{n} bytes")), "n", bytes.at, NULL);
    str_release(&number);
    str_release(&bytes);
}

/* "36–70 / 1,204", and that counting goes on. */
static void put_place(struct screen *s, struct str *out)
{
    size_t lines = transcript_lines(s->talk.lines), last = s->talk.top + seen(s);
    if (lines == 0)
        return;
    str_put_grouped(out, s->talk.top + 1);
    str_put(out, s->voice.ascii ? "-" : "–");
    str_put_grouped(out, last < lines ? last : lines);
    str_put(out, " / ");
    str_put_grouped(out, lines);
    if (s->talk.counting)
        str_put(out, s->voice.ascii ? "..." : "…");
}

void talk_view(struct screen *s)
{
    struct talk_view *v = &s->talk;
    struct rect r = s->layout.body;
    struct rect in = {r.y + 1, r.x + 2, r.rows - 2, r.cols - 4};
    struct str title, place;
    clip(s);
    str_init(&title, s->o.mem);
    str_init(&place, s->o.mem);
    put_title(s, &title);
    put_place(s, &place);
    canvas_box(s->canvas, r, LOOK_FRAME, title.at, place.at, s->voice.ascii);
    str_release(&title);
    str_release(&place);
    for (int y = 0; y < in.rows && transcript_line(v->lines, v->top + (size_t)y, &v->line); y++) {
        bool client = v->line.side == SIDE_CLIENT;
        enum look look = v->line.remark ? LOOK_WARN : client ? LOOK_DATA : LOOK_OPEN;
        const char *arrow = s->voice.ascii ? client ? ">" : "<" : client ? "→" : "←";
        canvas_put(s->canvas, in, y, 0, LOOK_DIM, 0, arrow);
        canvas_put_n(s->canvas, in, y, MARGIN, look, 0, v->line.text.at, v->line.text.len);
    }
    if (transcript_lines(v->lines) == 0 && !v->counting)
        canvas_put(s->canvas, in, 0, 0, LOOK_DIM, 0, say(&s->voice, N_("Nothing was said.")));
}
