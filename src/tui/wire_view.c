/* wire_view.c: what the screen has of the wire: its panel, and the frames that are under way across the
 * lines. */
#include <string.h>
#include "tui/state.h"
#include "tui/lanes.h"
#include "tui/wire_paint.h"

enum { LOOK_BACK = 100 /* lines above the first one whose frames may still be under way */ };

/* A key acts on the wire as it is, not as it was drawn last: keys come faster than frames. */
static void look(struct screen *s)
{
    s->wired = s->o.hooks.wire != NULL && s->o.hooks.wire(s->o.hooks.ctx, &s->wire_now);
}

void wire_sync(struct screen *s)
{
    look(s);
    if (!s->wired)
        return;
    struct voice v = s->voice;
    v.steady = s->o.steady;
    wire_panel_fill(&s->wire, &v, s->o.session, &s->wire_now);
}

void wire_view(struct screen *s)
{
    if (s->layout.wire.rows > 1)
        wire_paint(s->canvas, s->layout.wire, &s->wire, &s->voice);
    else if (s->layout.wire.rows > 0)
        wire_paint_line(s->canvas, s->layout.wire, &s->wire, &s->voice);
}

bool wire_drawn(const struct screen *s)
{
    return s->wired || session_track(s->o.session)->wire;
}

/* A segment whose way is longer than its line. */
bool wire_slanted(const struct screen *s, uint32_t row)
{
    const struct row *r = wire_drawn(s) && row != NO_ROW ? session_row(s->o.session, row) : NULL;
    struct session_flight f;
    if (r == NULL || r->kind != EVENT_SEGMENT)
        return false;
    return !session_flight_of(s->o.session, r, &f) || !session_flight_fast(r, &f);
}

/* How far it had come at the times of its lines, from its own on; the last one is its end, or now. */
static void fill_come(const struct screen *s, size_t at, size_t lines, uint64_t left_ns, uint64_t whole_ns,
                      uint16_t now, uint16_t *come)
{
    come[0] = 0;
    for (size_t i = 1; i < lines; i++) {
        const uint32_t row = i + 1 < lines ? selection_at(s->rows, at + i) : NO_ROW;
        const struct row *r = row == NO_ROW ? NULL : session_row(s->o.session, row);
        const uint64_t since = r != NULL && r->time_ns > left_ns ? r->time_ns - left_ns : 0;
        uint64_t part = r == NULL ? now : whole_ns == 0 ? 0 : since * SLANT_WHOLE / whole_ns;
        if (part > now)
            part = now;
        come[i] = part > come[i - 1] ? (uint16_t)part : come[i - 1];
    }
}

/* Of one that has no end yet: where it is by now. False: it has just arrived, and that is not judged yet. */
static bool fill_flight(struct screen *s, uint32_t frame, struct slant *out, uint64_t *whole_ns,
                        uint16_t *now)
{
    struct wire_seen seen;
    if (!s->o.hooks.wire_frame(s->o.hooks.ctx, frame, &seen))
        return false;
    out->end = seen.held ? SLANT_HELD : SLANT_FLIES;
    *whole_ns = seen.whole_ns;
    *now = (uint16_t)(seen.whole_ns == 0 ? 0 : seen.passed_ns * SLANT_WHOLE / seen.whole_ns);
    return true;
}

/* Of one whose end is known, but not yet at the moment that is played: where it is then. */
static bool fill_played(const struct screen *s, const struct row *of, const struct session_flight *f,
                        struct slant *out, uint16_t *now)
{
    if (!s->replay.on || f->end_row < s->revealed)
        return false;
    const uint64_t at_ns = replay_now(s), whole_ns = f->end_ns - of->time_ns;
    const uint64_t come =
        at_ns > of->time_ns && whole_ns ? (at_ns - of->time_ns) * SLANT_WHOLE / whole_ns : 0;
    *now = (uint16_t)((come < SLANT_WHOLE ? come : SLANT_WHOLE) / (f->end == WIRE_DROPPED ? 2u : 1u));
    out->end = SLANT_FLIES;
    return true;
}

/* The frame of the at-th shown row. False: it is not under way across lines that are seen. */
static bool lane_of(struct screen *s, size_t at, struct lane *lane)
{
    const struct rect r = s->layout.rows;
    const uint32_t row = selection_at(s->rows, at);
    const struct row *of = session_row(s->o.session, row);
    struct session_flight f = {0};
    uint64_t whole_ns = 0;
    uint16_t now = SLANT_WHOLE;
    if (!wire_slanted(s, row))
        return false;
    session_flight_of(s->o.session, of, &f);
    size_t last = f.end_ns ? selection_near(s->rows, f.end_row) : s->count;
    if (last > s->count)
        last = s->count;
    struct slant out = {.from = (enum side)of->side,
                        .look = ladder_look_of(ladder_tone(of)),
                        .end = f.end == WIRE_DROPPED ? SLANT_LOST : SLANT_ARRIVES,
                        .first = (int)at - (int)s->top,
                        .last = (int)last - (int)s->top};
    const bool played = f.end_ns && fill_played(s, of, &f, &out, &now);
    if (f.end_ns)
        whole_ns = f.end_ns - of->time_ns;
    else if (!fill_flight(s, of->frame, &out, &whole_ns, &now))
        out.end = SLANT_FLIES;
    if (f.end_ns && f.end == WIRE_DROPPED && !played)
        now = SLANT_WHOLE / 2;
    const size_t lines = last - at + 1;
    if (lines > LANE_LINES || out.last < 0 || out.first >= r.rows)
        return false;
    out.words = out.first >= 0 && out.first < LADDER_LINES
                    ? s->taken[out.first]
                    : (s->layout.columns.right - s->layout.columns.left) / 2;
    fill_come(s, at, lines, of->time_ns, whole_ns, now, lane->come);
    lane->slant = out;
    return true;
}

void wire_slants(struct screen *s)
{
    if (!wire_drawn(s))
        return;
    const struct rect r = s->layout.rows;
    const struct ladder_columns *col = &s->layout.columns;
    const size_t seen = (size_t)(r.rows > 0 ? r.rows : 0);
    size_t count = 0;
    for (size_t at = s->top > LOOK_BACK ? s->top - LOOK_BACK : 0; at < s->count && at < s->top + seen; at++) {
        void *lanes = s->lanes;
        if (!mem_grow(s->o.mem, &lanes, &s->lanes_cap, count + 1, sizeof *s->lanes))
            break;
        s->lanes = lanes;
        count += lane_of(s, at, &s->lanes[count]);
    }
    lanes_place(s->lanes, count, col->right - col->left, r.rows);
    for (size_t i = 0; i < count; i++)
        slant_paint(s->canvas, r, col, &s->lanes[i].slant, s->voice.ascii);
}

/* Behind the newest row: what is under way now. */
void wire_foot(struct screen *s, int y)
{
    const struct ladder_columns *col = &s->layout.columns;
    const struct rect r = s->layout.rows;
    uint32_t way = 0, held = 0;
    for (int side = 0; side < SIDE_COUNT; side++) {
        way += s->wire_now.to[side].counts.on_way;
        held += s->wire_now.to[side].counts.held;
    }
    if (way + held == 0 || y >= r.rows)
        return;
    const char *words = say(&s->voice, N_("now"));
    canvas_put_right(s->canvas, r, y, col->time_end, LOOK_KEY, words);
    struct str n, text;
    str_init(&n, s->o.mem);
    str_init(&text, s->o.mem);
    if (way > 0) {
        str_put_u64(&n, way);
        say_fill(&text, say(&s->voice, N_("{n} under way")), "n", n.at, NULL);
    }
    if (held > 0) {
        str_clear(&n);
        str_put_u64(&n, held);
        str_put(&text, text.len > 0 ? "  " : "");
        say_fill(&text, say(&s->voice, N_("{n} held")), "n", n.at, NULL);
    }
    if (col->sentence < col->cols)
        canvas_put(s->canvas, r, y, col->sentence, LOOK_DIM, 0, text.at);
    str_release(&n);
    str_release(&text);
}

bool wire_busy(const struct screen *s)
{
    uint32_t all = 0;
    for (int side = 0; s->wired && side < SIDE_COUNT; side++)
        all += s->wire_now.to[side].counts.on_way + s->wire_now.to[side].counts.held;
    return all > 0;
}

uint32_t wire_frame_of(const struct screen *s, uint32_t row)
{
    const struct row *r = session_row(s->o.session, row);
    const struct event_wire *e = r == NULL ? NULL : session_wire(s->o.session, r);
    return r == NULL ? 0 : e != NULL ? e->frame : r->frame;
}

bool wire_in_hand(const struct screen *s, uint32_t row)
{
    const uint32_t frame = s->o.hooks.wire_frame == NULL || row == NO_ROW ? 0 : wire_frame_of(s, row);
    struct wire_seen seen;
    return frame != 0 && s->o.hooks.wire_frame(s->o.hooks.ctx, frame, &seen) && seen.held;
}

static void run(struct screen *s, const char *line)
{
    screen_run(s, line, strlen(line));
}

void wire_hold_turn(struct screen *s)
{
    look(s);
    run(s, s->wire_now.holds ? "wire flow" : "wire hold");
}

/* Steps that a class can tell from each other: ms. */
void wire_delay_step(struct screen *s, int by)
{
    static const uint32_t steps[] = {0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 60000};
    look(s);
    const uint32_t now = s->wire_now.to[SIDE_SERVER].set[WIRE_DELAY] / 1000;
    size_t at = 0;
    struct str line;
    if (by > 0)
        while (at + 1 < COUNT_OF(steps) && steps[at] <= now)
            at++;
    else
        while (at + 1 < COUNT_OF(steps) && steps[at + 1] < now)
            at++;
    str_init(&line, s->o.mem);
    str_put(&line, "wire delay ");
    str_put_u64(&line, steps[at]);
    run(s, line.at);
    str_release(&line);
}
