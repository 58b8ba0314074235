#include "tui/wire_paint.h"

#include <string.h>

enum { BAR_CELLS = 10, GAP = 3 };

static const char *arrow(const struct voice *v, enum side to)
{
    if (to == SIDE_SERVER)
        return v->ascii ? "->" : "→";
    return v->ascii ? "<-" : "←";
}

/* What goes to one side, cut to its room. */
static int paint_way(struct canvas *c, struct rect r, int x, int room, const struct wire_panel *p,
                     enum side to, const struct voice *voice)
{
    const struct str *text = &p->way[to];
    const int used = canvas_put(c, r, 0, x, LOOK_KEY, CELL_BOLD, arrow(voice, to)) + 2;
    if ((int)cells_of(text->at, text->len) + used <= room)
        return used + canvas_put(c, r, 0, x + used, LOOK_TEXT, 0, text->at);
    const size_t keep = cells_cut(text->at, text->len, room - used > 1 ? (size_t)(room - used - 1) : 0);
    const int end = used + canvas_put_n(c, r, 0, x + used, LOOK_TEXT, 0, text->at, keep);
    return end + canvas_put(c, r, 0, x + end, LOOK_DIM, 0, voice->ascii ? "~" : "…");
}

/* Queue and counts, at the right end; returns where they begin. */
static int paint_counts(struct canvas *c, struct rect r, const struct wire_panel *p,
                        const struct voice *voice)
{
    int x = r.cols - (int)cells_of(p->counts.at, p->counts.len);
    canvas_put(c, r, 0, x, LOOK_DIM, 0, p->counts.at);
    if (!p->has_queue)
        return x;
    x -= (int)cells_of(p->queue_text.at, p->queue_text.len) + GAP;
    canvas_put(c, r, 0, x, LOOK_TEXT, 0, p->queue_text.at);
    if (p->queue.whole > 0) {
        x -= BAR_CELLS + 1;
        canvas_bar(c, r, 0, x, BAR_CELLS, LOOK_QUEUE, p->queue.part, p->queue.whole, voice->ascii);
    }
    const char *words = say(voice, N_("queue"));
    x -= (int)cells_of(words, strlen(words)) + 1;
    canvas_put(c, r, 0, x, LOOK_DIM, 0, words);
    return x;
}

static void paint_ways(struct canvas *c, struct rect r, const struct wire_panel *p, const struct voice *voice)
{
    const int end = paint_counts(c, r, p, voice) - GAP;
    /* where one direction is short the other has the rest */
    const int half = end / 2;
    const int there = (int)cells_of(p->way[SIDE_SERVER].at, p->way[SIDE_SERVER].len) + GAP;
    const int back = (int)cells_of(p->way[SIDE_CLIENT].at, p->way[SIDE_CLIENT].len) + GAP;
    int room = there <= half ? half : end - back - GAP > half ? end - back - GAP : half;
    if (room > end)
        room = end;
    paint_way(c, r, 0, room - GAP, p, SIDE_SERVER, voice);
    paint_way(c, r, room, end - room, p, SIDE_CLIENT, voice);
}

void wire_paint(struct canvas *c, struct rect r, const struct wire_panel *p, const struct voice *voice)
{
    canvas_box(c, r, LOOK_FRAME, say(voice, N_("on the wire")), p->settings.len > 0 ? p->settings.at : NULL,
               voice->ascii);
    paint_ways(c, (struct rect){r.y + 1, r.x + 2, 1, r.cols - 4}, p, voice);
}

void wire_paint_line(struct canvas *c, struct rect r, const struct wire_panel *p, const struct voice *voice)
{
    paint_ways(c, (struct rect){r.y, r.x + 1, 1, r.cols - 2}, p, voice);
}
