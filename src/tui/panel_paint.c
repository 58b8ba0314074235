#include "tui/panel_paint.h"

#include <string.h>

enum { BAR_CELLS = 20, BAR_SHORT = 12, ROOMY_CELLS = 54, BAR_LEAST = 4, LABEL_CELLS = 11, LINE_BAR = 12 };

static int bar_cells(struct rect in)
{
    return in.cols >= ROOMY_CELLS ? BAR_CELLS : BAR_SHORT;
}

/* Both queues on one scale, on bars that give way to what is written beside them. */
static void paint_gauges(struct canvas *c, struct rect in, int y, const struct queues *q,
                         const struct voice *voice)
{
    const char *const labels[] = {say(voice, N_("send queue")), say(voice, N_("recv queue"))};
    const struct gauge *const gauges[] = {&q->send, &q->recv};
    const struct str *const texts[] = {&q->send_text, &q->recv_text};
    int x = LABEL_CELLS, bar = bar_cells(in);

    for (int i = 0; i < 2; i++) {
        const int label = (int)cells_of(labels[i], strlen(labels[i])) + 1;
        x = label > x ? label : x;
    }
    for (int i = 0; i < 2; i++) {
        const int room = in.cols - x - 2 - (int)cells_of(texts[i]->at, texts[i]->len);
        bar = room < bar ? room : bar;
    }
    bar = bar < BAR_LEAST ? BAR_LEAST : bar;
    for (int i = 0; i < 2; i++) {
        canvas_put(c, in, y + i, 0, LOOK_DIM, 0, labels[i]);
        canvas_bar(c, in, y + i, x, bar, LOOK_QUEUE, gauges[i]->known ? gauges[i]->part : 0, gauges[i]->whole,
                   voice->ascii);
        canvas_put(c, in, y + i, x + bar + 2, LOOK_TEXT, 0, texts[i]->at);
    }
}

static void paint_listener(struct canvas *c, struct rect in, int y, const struct panel *p,
                           const struct voice *voice)
{
    const struct listener_queues *l = &p->listener;
    if (!l->known)
        return;
    int x = canvas_put(c, in, y, 0, LOOK_STATE, CELL_BOLD, l->state) + 3;
    x += canvas_put(c, in, y, x, LOOK_TEXT, 0, l->syn_text.at) + 3;
    x += canvas_put(c, in, y, x, LOOK_DIM, 0, say(voice, N_("accept queue"))) + 1;
    canvas_bar(c, in, y, x, 10, LOOK_QUEUE, l->accept.part, l->accept.whole, voice->ascii);
    canvas_put(c, in, y, x + 11, LOOK_TEXT, 0, l->accept_text.at);
}

static void paint_timer(struct canvas *c, struct rect in, int y, const struct panel *p,
                        const struct voice *voice)
{
    int x = canvas_put(c, in, y, 0, p->timer == TIMER_NONE ? LOOK_DIM : LOOK_PROBE, 0, p->timer_text.at) + 1;
    if (p->timer_bar.known && p->timer_bar.whole > 0) {
        canvas_bar(c, in, y, x, bar_cells(in), LOOK_PROBE, p->timer_bar.part, p->timer_bar.whole,
                   voice->ascii);
        x += bar_cells(in) + 1;
    }
    canvas_put(c, in, y, x, LOOK_TEXT, 0, p->probes.at);
}

void panel_paint(struct canvas *c, struct rect r, const struct panel *p, const struct voice *voice)
{
    canvas_box(c, r, LOOK_FRAME, p->title.at, p->kernel.at, voice->ascii);
    struct rect in = {r.y + 1, r.x + 2, r.rows - 2, r.cols - 4};
    int y = 0;
    canvas_put(c, in, y, 0, p->sampled && !p->agrees ? LOOK_WARN : LOOK_STATE, CELL_BOLD, p->state_text.at);
    int program = (int)cells_of(p->program.at, p->program.len);
    int x = in.cols - 22;
    if (x + program > in.cols)
        x = in.cols - program;
    canvas_put(c, in, y++, x, LOOK_NOTE, 0, p->program.at);
    paint_gauges(c, in, y, &p->queues, voice);
    y += 2;
    bool tight = in.rows < 7;
    if (!tight || p->side == SIDE_CLIENT || !p->listener.known)
        canvas_put(c, in, y++, 0, LOOK_TEXT, 0, p->numbers.at);
    if (p->side == SIDE_SERVER && p->listener.known)
        paint_listener(c, in, y++, p, voice);
    paint_timer(c, in, y++, p, voice);
    x = canvas_put(c, in, y, 0, LOOK_DIM, 0, say(voice, N_("last read"))) + 2;
    canvas_put(c, in, y, x, LOOK_TEXT, 0, p->last_read.at);
}

/* A short gauge: its name, the number, a bar. Returns where the next one begins. */
static int line_gauge(struct canvas *c, struct rect r, int x, const char *label, const struct gauge *g,
                      const struct str *text, const struct voice *voice)
{
    int used = canvas_put(c, r, 0, x, LOOK_DIM, 0, label);
    canvas_put(c, r, 0, x + used + 1, LOOK_TEXT, 0, text->at);
    canvas_bar(c, r, 0, x + used + 6, LINE_BAR, LOOK_QUEUE, g->known ? g->part : 0, g->whole, voice->ascii);
    return x + used + 6 + LINE_BAR + 1;
}

/* What is known from the wire alone. */
static void paint_counts(struct canvas *c, struct rect r, const struct panel *p)
{
    bool wide = r.cols >= 100;
    int x = wide ? 32 : 15;
    canvas_put(c, r, 0, 1, LOOK_TITLE, CELL_BOLD, wide ? p->title.at : p->title_short.at);
    if (wide && (int)cells_of(p->title.at, p->title.len) + 2 > x)
        x = (int)cells_of(p->title.at, p->title.len) + 2;
    canvas_put(c, r, 0, x, LOOK_STATE, CELL_BOLD, wide ? p->state_text.at : p->state_short.at);
    x += wide ? 14 : 9;
    /* what does not fit is left out from the end, a count at a time: none is cut */
    size_t len = p->counts.len;
    while (len > 0 && x + (int)cells_of(p->counts.at, len) > r.cols) {
        do
            len--;
        while (len > 0 && strncmp(p->counts.at + len, "  ", 2) != 0);
    }
    canvas_put_n(c, r, 0, x, LOOK_TEXT, 0, p->counts.at, len);
}

void panel_paint_line(struct canvas *c, struct rect r, const struct panel *p, const struct voice *voice)
{
    if (p->seen_only) {
        paint_counts(c, r, p);
        return;
    }
    int x = 1 + canvas_put(c, r, 0, 1, LOOK_TITLE, CELL_BOLD, p->title_short.at) + 1;
    if (x < 15)
        x = 15;
    const struct str *state = r.cols >= 76 ? &p->state_text : &p->state_short;
    canvas_put(c, r, 0, x, p->sampled && !p->agrees ? LOOK_WARN : LOOK_STATE, CELL_BOLD, state->at);
    x += r.cols >= 76 ? 13 : 9;
    if (r.cols >= 76) {
        x = line_gauge(c, r, x, say(voice, N_("snd")), &p->queues.send, &p->queues.send_short, voice);
        x = line_gauge(c, r, x, say(voice, N_("rcv")), &p->queues.recv, &p->queues.recv_short, voice);
    } else {
        x += canvas_put(c, r, 0, x, LOOK_DIM, 0, say(voice, N_("snd"))) + 1;
        x += canvas_put(c, r, 0, x, LOOK_TEXT, 0, p->queues.send_short.at) + 1;
        x += canvas_put(c, r, 0, x, LOOK_DIM, 0, say(voice, N_("rcv"))) + 1;
        x += canvas_put(c, r, 0, x, LOOK_TEXT, 0, p->queues.recv_short.at) + 1;
    }
    x += canvas_put(c, r, 0, x, LOOK_PROBE, 0, p->timer_short.at) + 2;
    if (p->side == SIDE_SERVER && p->listener.known && x + 24 <= r.cols) {
        x += canvas_put(c, r, 0, x, LOOK_DIM, 0, say(voice, N_("accept queue"))) + 1;
        x += canvas_put(c, r, 0, x, LOOK_TEXT, 0, p->listener.accept_text.at) + 2;
    }
    if (x + (int)cells_of(p->program.at, p->program.len) <= r.cols)
        canvas_put(c, r, 0, x, LOOK_NOTE, 0, p->program.at);
}
