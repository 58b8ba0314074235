/* screen.c: the life of the screen and its frames.
 *
 * Frames: whoever changes something sets `dirty`; screen_draw, at the end of a turn, paints into the canvas
 * and hands it to the terminal, which writes what differs. Frames are paced as a bucket of three: after a
 * rest the first key and the row that it causes are shown at once, and no more than 30 a second follow. The
 * last one is not for news that comes right behind other news (the ACK of the segment just shown): else what
 * comes next, after a rest, had to wait. Clocks of the kernel that run (a keepalive, TIME-WAIT) are drawn ten
 * times a second, the clock of an open connection once; else nothing wakes up. */
#include <signal.h>
#include <string.h>
#include "tui/lanes.h"
#include "tui/state.h"

#define FRAME_NS  UINT64_C(34482758) /* 29 a second, and the two others of the bucket */
#define BEHIND_NS UINT64_C(5000000)  /* so close is right behind */
enum { TIMER_TICK_MS = 100, CLOCK_TICK_MS = 1000, WIRE_TICK_MS = 40 };

bool screen_ascii(void)
{
    return term_ascii();
}

struct voice screen_voice(const struct screen *s)
{
    return s->voice;
}

bool screen_clock_runs(const struct screen *s)
{
    struct conn_view v;
    return !s->o.steady && s->info.live && s->info.selected != NO_CONN &&
           session_conn(s->o.session, s->info.selected, &v) && !v.ended;
}

/* The size of the terminal is another: a canvas of that size; where there is no memory the old one stays. */
static void fit(struct screen *s)
{
    int rows, cols;
    term_size(s->term, &rows, &cols);
    struct canvas *c = canvas_new(s->o.mem, rows, cols);
    if (c == NULL)
        return;
    canvas_free(s->canvas);
    s->canvas = c;
    if (s->mode == MODE_PAGE)
        page_make(s);
    s->dirty = true;
}

static void on_winch(void *ctx, int signum)
{
    struct screen *s = ctx;
    (void)signum;
    if (term_resize(s->term))
        fit(s);
    screen_draw(s);
}

static void on_stop(void *ctx, int signum)
{
    struct screen *s = ctx;
    (void)signum;
    term_stop(s->term);
    if (term_resize(s->term))
        fit(s);
    s->dirty = true;
}

static void on_key(void *ctx, int events)
{
    (void)events;
    screen_input(ctx);
}

static void on_frame(void *ctx)
{
    screen_draw(ctx);
}

static void on_tick(void *ctx)
{
    struct screen *s = ctx;
    s->dirty = true;
    screen_draw(s);
}

static void on_pace(void *ctx)
{
    rows_reveal(ctx);
    screen_draw(ctx);
}

static void use_theme(struct screen *s, const char *name)
{
    theme_for(&s->theme, name, s->o.color == SCREEN_COLOR_NEVER, s->o.color == SCREEN_COLOR_ALWAYS,
              term_colors(s->term));
    s->theme_name = name;
    term_theme(s->term, &s->theme);
}

void screen_theme_next(struct screen *s)
{
    use_theme(s, theme_next(s->theme_name));
    s->dirty = true;
}

static void init_state(struct screen *s, const struct screen_options *o)
{
    s->o = *o;
    s->voice = o->voice;
    s->voice.ascii = o->voice.ascii || term_ascii();
    s->calls = s->follow = s->dirty = true;
    s->frozen = s->revealed = NO_ROW;
    s->pace_ms = PACE_OFF;
    replay_init(s);
    s->conn = s->info.selected = NO_CONN;
    s->stale = true;
    str_init(&s->filter_text, o->mem);
    str_init(&s->find.text, o->mem);
    str_init(&s->talk.line.text, o->mem);
    s->talk.side = SIDE_NONE;
    picks_init(&s->picked, o->mem);
    s->find.found = SIZE_MAX;
    s->keep = NO_ROW;
    s->mode = s->under = o->start == SCREEN_LIST ? MODE_LIST : MODE_LADDER;
    s->looked = o->start == SCREEN_ALL_ROWS || o->start == SCREEN_REPLAY ? LOOKED_ALL : LOOKED_ONE;
    s->begins = o->start == SCREEN_REPLAY;
    s->follow = !s->begins;
    str_init(&s->message, o->mem);
    str_init(&s->scratch, o->mem);
    for (int i = 0; i < ASK_KINDS; i++)
        prompt_init(&s->prompt[i], o->mem);
    for (int i = 0; i < SIDE_COUNT; i++)
        panel_init(&s->panel[i], o->mem);
    page_init(&s->page, o->mem);
    page_init(&s->box, o->mem);
    page_init(&s->said, o->mem);
    page_init(&s->way, o->mem);
    dialog_init(&s->dialog, o->mem, o->formats, o->format_count);
    wire_panel_init(&s->wire, o->mem);
    detail_init(&s->detail, o->mem);
    ladder_line_init(&s->line, o->mem);
    painted_init(&s->painted, o->mem);
}

static void release_state(struct screen *s)
{
    painted_release(&s->painted);
    ladder_line_release(&s->line);
    detail_release(&s->detail);
    wire_panel_release(&s->wire);
    dialog_release(&s->dialog);
    page_release(&s->way);
    page_release(&s->said);
    page_release(&s->box);
    page_release(&s->page);
    for (int i = 0; i < SIDE_COUNT; i++)
        panel_release(&s->panel[i]);
    for (int i = 0; i < ASK_KINDS; i++)
        prompt_release(&s->prompt[i]);
    mem_free(s->o.mem, s->lanes, s->lanes_cap * sizeof *s->lanes);
    str_release(&s->scratch);
    str_release(&s->message);
    transcript_free(s->talk.lines);
    str_release(&s->talk.line.text);
    str_release(&s->find.text);
    filter_free(s->find.terms);
    picks_release(&s->picked);
    str_release(&s->filter_text);
    if (s->mark != NULL)
        (void)s->o.mem->resize(s->o.mem->ctx, s->mark, s->mark_cap * sizeof *s->mark, 0);
    filter_free(s->filter);
    selection_free(s->rows);
    cursor_free(s->past);
    list_release(s);
}

static bool open_sources(struct screen *s)
{
    struct loop *l = s->o.loop;
    s->tty = loop_fd(l, term_fd(s->term), LOOP_READ, on_key, s);
    s->winch = loop_signal(l, SIGWINCH, on_winch, s);
    s->stop = loop_signal(l, SIGTSTP, on_stop, s);
    s->frame = loop_timer(l, on_frame, s);
    s->replay.timer = loop_timer(l, replay_tick, s);
    s->tick = loop_timer(l, on_tick, s);
    s->pacer = loop_timer(l, on_pace, s);
    s->work = loop_timer(l, work_on, s);
    s->renew = loop_timer(l, on_tick, s);
    return s->tty && s->winch && s->stop && s->frame && s->tick && s->pacer && s->work && s->renew &&
           s->replay.timer;
}

struct screen *screen_new(const struct screen_options *o, struct fail *f)
{
    struct screen *s = mem_new(o->mem, sizeof *s);
    if (s == NULL) {
        fail_set(f, FAIL_SYSTEM, N_("no memory"), NULL, "%s", N_("screen"));
        return NULL;
    }
    init_state(s, o);
    s->rows = selection_new(o->mem, o->session);
    s->past = cursor_new(o->mem, o->session);
    bool list = list_init(s);
    s->term = s->rows == NULL || !list ? NULL : term_new(o->mem, s->voice.ascii, f);
    if (s->term != NULL)
        fit(s);
    if (s->term == NULL || s->canvas == NULL || !open_sources(s)) {
        screen_free(s);
        if (f->status == FAIL_NONE)
            fail_set(f, FAIL_SYSTEM, N_("no memory, or the terminal cannot be watched"), NULL, "%s",
                     N_("screen"));
        return NULL;
    }
    use_theme(s, o->theme == NULL ? "dark" : o->theme);
    if (o->first_run)
        screen_say(s, say(&s->voice, N_("Tip: c connects, s sends, r responds; ? shows every key")), false);
    return s;
}

void screen_free(struct screen *s)
{
    if (s == NULL)
        return;
    source_close(s->tty);
    source_close(s->winch);
    source_close(s->stop);
    source_close(s->frame);
    source_close(s->replay.timer);
    source_close(s->tick);
    source_close(s->pacer);
    source_close(s->work);
    source_close(s->renew);
    term_free(s->term);
    canvas_free(s->canvas);
    release_state(s);
    mem_free(s->o.mem, s, sizeof *s);
}

void screen_changed(struct screen *s)
{
    s->news = true;
}

/* When what is to be drawn now may be drawn. */
static uint64_t due(struct screen *s, uint64_t version, uint64_t now)
{
    if (!s->dirty && now - s->told_ns < BEHIND_NS)
        s->behind = version;
    return !s->dirty && s->behind == version ? s->next_ns + FRAME_NS : s->next_ns;
}

/* What has to wake up by itself, after a frame. */
static void set_tick(struct screen *s)
{
    source_stop(s->tick);
    if (s->o.steady || s->mode == MODE_PAGE || s->mode == MODE_LIST)
        return;
    if (s->wired && s->wire.moves)
        source_start(s->tick, WIRE_TICK_MS, 0);
    else if (s->timers)
        source_start(s->tick, TIMER_TICK_MS, 0);
    else if (screen_clock_runs(s))
        source_start(s->tick, CLOCK_TICK_MS, 0);
}

enum screen_mode base_mode(const struct screen *s)
{
    return s->mode == MODE_PAGE || s->mode == MODE_DIALOG ? s->under : s->mode;
}

void screen_draw(struct screen *s)
{
    uint64_t version = session_version(s->o.session);
    if (!s->dirty && !s->news && version == s->version)
        return;
    uint64_t now = clock_steady(), from = due(s, version, now);
    if (now < from) {
        source_start(s->frame, (from - now) / 1000000 + 1, 0);
        return;
    }
    s->told_ns = s->dirty || s->behind == version ? 0 : now;
    uint64_t rested = now - 2 * FRAME_NS;
    s->next_ns = (s->next_ns > rested ? s->next_ns : rested) + FRAME_NS;
    s->dirty = s->news = false;
    s->version = version;
    if (base_mode(s) == MODE_LIST)
        list_sync(s);
    else
        rows_sync(s);
    if (talk_work(s, now + WORK_NS))
        work_start(s);
    int y, x;
    frame_paint(s, &y, &x);
    if (!term_show(s->term, s->canvas, y, x)) {
        source_watch(s->tty, 0);
        s->o.hooks.gone(s->o.hooks.ctx);
        return;
    }
    set_tick(s);
}

void screen_say(struct screen *s, const char *text, bool wrong)
{
    str_clear(&s->message);
    str_put_safe(&s->message, text, strlen(text), s->voice.ascii);
    s->message_wrong = wrong;
    s->dirty = true;
}

void screen_shown(struct screen *s, struct selection_of *out)
{
    struct list_view *l = &s->list;
    bool listed = base_mode(s) == MODE_LIST;
    *out = (struct selection_of){.first = s->info.first, .conn = NO_CONN, .calls = true};
    if (listed && picks_count(&l->marks, (uint32_t)session_conns(s->o.session)) > 0) {
        out->picks = &l->marks;
    } else if (listed && l->filter != NULL) {
        out->picks = list_shown(s);
    } else if (!listed) {
        out->conn = s->conn;
        out->picks = s->looked == LOOKED_PICKED ? &s->picked : NULL;
        out->filter = s->filter;
        out->calls = s->calls;
    }
}

void screen_selected(struct screen *s, uint32_t conn)
{
    if (base_mode(s) == MODE_LIST)
        (void)list_select(s, conn);
    else if (s->looked != LOOKED_ONE && !s->info.lab)
        rows_look(s, LOOKED_ONE);
    s->dirty = true;
}

void screen_rescue_get(const struct screen *s, struct screen_rescue *out)
{
    term_rescue(s->term, out);
}
