#include "tui/timeline.h"

enum { TIME_CELLS = 12, STATE_CELLS = 12, EDGES = 2 };

/* The line itself, between the two times and what plays. */
static struct rect line_of(struct rect r)
{
    const int from = TIME_CELLS + 2, cells = r.cols - 2 * TIME_CELLS - STATE_CELLS - 4;
    return (struct rect){r.y, r.x + from, 1, cells > 4 ? cells : 4};
}

/* The column of a time on a line of so many cells. */
static int column_of(const struct timeline *t, uint64_t ns, int cells)
{
    const uint64_t whole = t->last_ns - t->first_ns, part = ns > t->first_ns ? ns - t->first_ns : 0;
    if (whole == 0 || part >= whole)
        return whole == 0 ? 0 : cells - 1;
    return (int)((double)part / (double)whole * (cells - 1));
}

static void put_time(struct str *out, const struct timeline *t, const struct voice *v, uint64_t ns)
{
    str_clear(out);
    say_since(out, v, t->first_ns, ns);
}

static void paint_line(struct canvas *c, struct rect r, const struct timeline *t, const struct voice *v)
{
    const int inner = r.cols - EDGES, at = column_of(t, t->at_ns, inner);
    const struct rect line = {r.y, r.x + 1, 1, inner};
    canvas_put(c, r, 0, 0, LOOK_DIM, 0, v->ascii ? "[" : "▕");
    canvas_put(c, r, 0, r.cols - 1, LOOK_DIM, 0, v->ascii ? "]" : "▏");
    for (int x = 0; x < inner; x++)
        canvas_put(c, line, 0, x, x < at ? LOOK_BAR : LOOK_DIM, 0,
                   x < at ? (v->ascii ? "=" : "━") : (v->ascii ? "." : "┄"));
    for (const struct session_mark *m = session_marks(t->session); m; m = m->next) {
        const struct row *row = session_row(t->session, m->row);
        canvas_put(c, line, 0, column_of(t, row ? row->time_ns : t->last_ns, inner), LOOK_NOTE, 0,
                   v->ascii ? "v" : "▾");
    }
    canvas_put(c, line, 0, at, LOOK_KEY, CELL_BOLD, v->ascii ? "O" : "●");
}

static void put_speed(struct str *out, const struct timeline *t, const struct voice *v)
{
    str_clear(out);
    str_put(out, t->playing ? (v->ascii ? "> " : "▶ ") : (v->ascii ? "|| " : "‖ "));
    str_put(out, v->ascii ? "x" : "×");
    if (t->speed % 10)
        str_put_fixed(out, t->speed, 1);
    else
        str_put_u64(out, t->speed / 10);
}

void timeline_paint(struct canvas *c, struct rect r, const struct timeline *t, const struct voice *v,
                    struct str *scratch)
{
    const struct rect line = line_of(r);
    put_time(scratch, t, v, t->at_ns);
    canvas_put_right(c, r, 0, TIME_CELLS + 1, t->hidden ? LOOK_KEY : LOOK_TEXT, scratch->at);
    paint_line(c, line, t, v);
    put_time(scratch, t, v, t->last_ns);
    canvas_put(c, r, 0, line.x - r.x + line.cols + 1, LOOK_DIM, 0, scratch->at);
    put_speed(scratch, t, v);
    canvas_put_right(c, r, 0, r.cols - 1, t->playing ? LOOK_GOOD : LOOK_DIM, scratch->at);
}

bool timeline_at(struct rect r, const struct timeline *t, int x, uint64_t *ns)
{
    const struct rect line = line_of(r);
    const int inner = line.cols - EDGES, at = x - line.x - 1;
    if (at < 0 || at >= inner)
        return false;
    *ns = t->first_ns + (uint64_t)((double)(t->last_ns - t->first_ns) * at / (inner - 1));
    return true;
}
