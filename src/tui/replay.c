/* replay.c: the moment that is looked at, and how it moves by itself.
 *
 * What is looked at is now while the cursor follows the newest row (also where the pace or a pause hides what
 * came), else the past: the moment after the row under the cursor, with what the kernel said right after it.
 * A session that was read can be played: rows behind the moment are hidden, and come when their time does, at
 * any speed. */
#include "tui/state.h"
#include "tui/timeline.h"

enum { TICK_MS = 50, ANSWERS = 64 };

/* Tenths of the time that passed. */
static const unsigned speeds[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000};
enum { AS_IT_WAS = 3 };

void replay_init(struct screen *s)
{
    s->replay.speed = AS_IT_WAS;
}

/* How many rows there were at that time. */
static uint32_t rows_until(const struct session *s, uint64_t ns)
{
    size_t low = session_first(s), high = session_rows(s);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (session_row(s, middle)->time_ns <= ns)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

/* The time of the moment while it is played. */
uint64_t replay_now(const struct screen *s)
{
    const struct replay *p = &s->replay;
    if (!p->playing)
        return p->at_ns;
    return p->at_ns + (clock_steady() - p->since_ns) * speeds[p->speed] / 10;
}

static void go_on(struct screen *s, uint64_t at_ns)
{
    s->replay.at_ns = at_ns;
    s->replay.since_ns = clock_steady();
    if (s->replay.playing)
        source_start(s->replay.timer, TICK_MS, 0);
}

void replay_over(struct screen *s)
{
    if (!s->replay.on)
        return;
    s->replay.on = s->replay.playing = false;
    source_stop(s->replay.timer);
    s->revealed = NO_ROW;
    s->dirty = true;
}

static void hide_behind(struct screen *s, uint64_t at_ns, uint32_t rows)
{
    s->replay.on = true;
    s->revealed = rows;
    s->follow = true;
    s->dirty = true;
    go_on(s, at_ns);
}

void replay_tick(void *ctx)
{
    struct screen *s = ctx;
    const size_t rows = session_rows(s->o.session);
    if (!s->replay.playing)
        return;
    const uint64_t at_ns = replay_now(s);
    s->revealed = rows_until(s->o.session, at_ns);
    s->dirty = true;
    if (s->revealed >= rows && !s->info.reading)
        replay_over(s);
    else
        source_start(s->replay.timer, TICK_MS, 0);
    screen_draw(s);
}

void replay_jump(struct screen *s, uint32_t row)
{
    const struct row *r = session_row(s->o.session, row);
    if (s->replay.on && r != NULL)
        hide_behind(s, r->time_ns, row + 1);
}

/* From the row under the cursor on; at the end, from the beginning. */
void replay_turn(struct screen *s)
{
    struct replay *p = &s->replay;
    uint32_t row = rows_cursor(s);
    if (p->playing) {
        p->at_ns = replay_now(s);
        p->playing = false;
        source_stop(p->timer);
        s->dirty = true;
        return;
    }
    if (row == NO_ROW)
        return;
    p->playing = true;
    if (p->on && s->follow) {
        go_on(s, p->at_ns);
        return;
    }
    if (!p->on && s->cursor + 1 >= s->count)
        row = selection_at(s->rows, 0);
    hide_behind(s, session_row(s->o.session, row)->time_ns, row + 1);
}

void replay_set(struct screen *s, unsigned tenths)
{
    size_t at = 0;
    while (at + 1 < COUNT_OF(speeds) && speeds[at] < tenths)
        at++;
    const uint64_t now = replay_now(s);
    s->replay.speed = (unsigned)at;
    if (s->replay.on)
        go_on(s, now);
    s->dirty = true;
}

void replay_speed(struct screen *s, int by)
{
    const int to = (int)s->replay.speed + by;
    if (to >= 0 && to < (int)COUNT_OF(speeds))
        replay_set(s, speeds[to]);
}

/* What comes next is shown; where nothing is hidden, it is the row below. */
void replay_step(struct screen *s)
{
    if (!s->replay.on) {
        rows_move(s, 1);
        return;
    }
    if (s->replay.playing)
        replay_turn(s);
    if (!s->follow) {
        rows_move(s, 1);
        return;
    }
    const size_t next = selection_near(s->rows, s->revealed);
    if (next < selection_count(s->rows))
        replay_jump(s, selection_at(s->rows, next));
    else
        replay_over(s);
}

/* What the kernel answered after that row belongs to its moment: it was asked at the end of the turn. */
static uint32_t with_answers(const struct session *s, uint32_t row)
{
    for (int i = 0; i < ANSWERS; i++) {
        const struct row *next = session_row(s, (size_t)row + 1);
        if (next == NULL || !(next->kind == EVENT_SAMPLE || next->kind == EVENT_LISTENER ||
                              next->kind == EVENT_STAMP || next->kind == EVENT_GONE))
            break;
        row++;
    }
    return row;
}

/* The last row of the moment; NO_ROW: it is now. */
static uint32_t moment_row(const struct screen *s)
{
    const uint32_t at = rows_cursor(s);
    if (!s->follow)
        return at == NO_ROW ? NO_ROW : with_answers(s->o.session, at);
    return s->replay.on && s->revealed > 0 ? s->revealed - 1 : NO_ROW;
}

bool replay_past(const struct screen *s)
{
    return moment_row(s) != NO_ROW;
}

uint32_t screen_row(const struct screen *s)
{
    return s->follow && !s->replay.on ? NO_ROW : rows_cursor(s);
}

bool replay_moment(struct screen *s, uint32_t conn, struct moment *out, uint64_t *now_ns)
{
    const uint32_t row = moment_row(s);
    const struct row *r = row == NO_ROW ? NULL : session_row(s->o.session, row);
    if (r == NULL || s->past == NULL || !session_track(s->o.session)->live)
        return false;
    cursor_at(s->past, conn, row, out);
    *now_ns = s->replay.on && s->follow ? replay_now(s) : r->time_ns;
    return true;
}

static void fill_line(const struct screen *s, struct timeline *t)
{
    const struct session *of = s->o.session;
    const size_t first = session_first(of), rows = session_rows(of);
    const struct row *begin = session_row(of, first), *end = rows > 0 ? session_row(of, rows - 1) : NULL;
    const uint32_t at = rows_cursor(s);
    *t = (struct timeline){.playing = s->replay.playing,
                           .hidden = s->replay.on,
                           .speed = speeds[s->replay.speed],
                           .session = of};
    if (begin == NULL || end == NULL)
        return;
    t->first_ns = session_start(of) < begin->time_ns ? session_start(of) : begin->time_ns;
    t->last_ns = end->time_ns > t->first_ns ? end->time_ns : t->first_ns;
    t->at_ns = s->replay.on && s->follow ? replay_now(s)
               : at == NO_ROW            ? t->last_ns
                                         : session_row(of, at)->time_ns;
    if (t->at_ns > t->last_ns) /* played a tick too far */
        t->at_ns = t->last_ns;
    if (s->o.steady)
        t->at_ns = t->last_ns = t->first_ns;
}

void replay_line(struct screen *s)
{
    struct timeline t;
    if (s->layout.timeline.rows == 0)
        return;
    fill_line(s, &t);
    timeline_paint(s->canvas, s->layout.timeline, &t, &s->voice, &s->scratch);
}

void replay_look(struct screen *s, uint32_t row)
{
    if (s->replay.on)
        replay_jump(s, row);
    else
        rows_go(s, selection_near(s->rows, row));
    s->dirty = true;
}

bool replay_click(struct screen *s, int x)
{
    struct timeline t;
    uint64_t ns;
    if (s->layout.timeline.rows == 0)
        return false;
    fill_line(s, &t);
    if (!timeline_at(s->layout.timeline, &t, x, &ns))
        return false;
    const uint32_t rows = rows_until(s->o.session, ns);
    replay_look(s, rows > 0 ? rows - 1 : 0);
    return true;
}
