/* list_view.c: the list of connections, painted. */
#include "tui/bar.h"

static void paint_troubles(struct screen *s)
{
    struct rect r = s->layout.troubles;
    uint32_t marked = picks_count(&s->list.marks, (uint32_t)session_conns(s->o.session));
    int end = r.cols - 1;
    if (marked > 0) {
        struct str number;
        str_init(&number, s->o.mem);
        str_put_grouped(&number, marked);
        str_clear(&s->scratch);
        say_fill(&s->scratch, say(&s->voice, N_("{n} marked")), "n", number.at, NULL);
        canvas_put_right(s->canvas, r, 0, end, LOOK_KEY, s->scratch.at);
        end -= (int)cells_of(s->scratch.at, s->scratch.len) + 2;
        str_release(&number);
    }
    str_clear(&s->scratch);
    say_troubles(&s->scratch, &s->voice, s->o.session, end > 3 ? (size_t)end - 3 : 0);
    if (s->scratch.len > 0)
        canvas_put(s->canvas, r, 0, 3, LOOK_WARN, 0, s->scratch.at);
    else if (session_conns(s->o.session) > 0)
        canvas_put(s->canvas, r, 0, 3, LOOK_GOOD, 0,
                   say(&s->voice, s->info.reading ? N_("no connection stands out so far")
                                                  : N_("no connection stands out")));
}

static const char *nothing(const struct screen *s)
{
    if (conns_busy(s->list.conns))
        return "";
    if (session_conns(s->o.session) > 0)
        return N_("no connection passes the filter");
    return s->info.reading || s->info.live ? N_("no TCP connection so far")
                                           : N_("there is no TCP connection in it");
}

/* The lines that are seen, so that the cursor is among them, and none is left blank. */
static void scroll(struct list_view *l, size_t count, size_t seen)
{
    if (l->cursor < l->top)
        l->top = l->cursor;
    if (l->cursor >= l->top + seen)
        l->top = l->cursor - seen + 1;
    if (l->top > 0 && l->top + seen > count)
        l->top = count > seen ? count - seen : 0;
}

void list_view(struct screen *s)
{
    struct list_view *l = &s->list;
    struct rect r = s->layout.list;
    size_t count = conns_count(l->conns), seen = r.rows > 0 ? (size_t)r.rows : 1;
    const struct list_wants w = {r.cols,
                                 session_conns(s->o.session),
                                 session_segments(s->o.session),
                                 {(int)session_end_length(s->o.session, SIDE_CLIENT),
                                  (int)session_end_length(s->o.session, SIDE_SERVER)},
                                 l->order};
    list_columns_make(&l->columns, &w);
    const struct list_column *col = l->columns.at;
    const struct conn_style style = {s->voice,
                                     {(size_t)col[CONNS_CLIENT].cells, (size_t)col[CONNS_SERVER].cells},
                                     (size_t)col[CONNS_ACTIVITY].cells < ACTIVITY_BINS ? 8 : ACTIVITY_BINS,
                                     l->columns.brief_states};
    paint_troubles(s);
    list_paint_head(s->canvas, s->layout.list_head, &l->columns, l->order, l->down, &s->voice);
    scroll(l, count, seen);
    if (count == 0)
        canvas_put(s->canvas, r, 0, 3, LOOK_DIM, 0, say(&s->voice, nothing(s)));
    for (size_t y = 0; y < seen && l->top + y < count; y++) {
        size_t at = l->top + y;
        uint32_t conn = conns_at(l->conns, at);
        const struct list_look how = {at == l->cursor, picks_has(&l->marks, conn),
                                      s->find.of_list && at == s->find.found};
        if (conn_line_of(&l->line, s->o.session, conn, &style))
            list_paint(s->canvas, r, (int)y, &l->columns, &l->line, &how, s->voice.ascii);
    }
}
