/* title.c: the line at the top: what is watched, whether it is live, how much of it there is. */
#include "tui/bar.h"

#include <string.h>

/* "00:00:17": how long the session has lasted; it stands while no connection is open. */
static void put_clock(const struct screen *s, struct str *out)
{
    uint64_t start = session_start(s->o.session);
    uint64_t end = start;
    size_t n = session_rows(s->o.session);
    if (s->o.steady || start == 0)
        end = start;
    else if (screen_clock_runs(s))
        end = clock_now();
    else if (n > 0)
        end = session_row(s->o.session, n - 1)->time_ns;
    uint64_t sec = end > start ? (end - start) / 1000000000 : 0;
    uint64_t part[] = {sec / 3600, sec / 60 % 60, sec % 60};
    for (size_t i = 0; i < COUNT_OF(part); i++) {
        if (i > 0)
            str_put_char(out, ':');
        if (part[i] < 10)
            str_put_char(out, '0');
        str_put_u64(out, part[i]);
    }
}

/* How much of the file was read: "71 % read"; nothing once all was. */
static void put_read(const struct screen *s, struct str *out)
{
    struct str number;
    uint64_t read = s->info.read, whole = s->info.whole;
    if (!s->info.reading && read >= whole)
        return;
    if (s->info.waiting) {
        str_put(out, say(&s->voice, N_("waits for more")));
        return;
    }
    str_init(&number, s->o.mem);
    if (whole > 0)
        str_put_u64(&number, read / (whole / 100 + 1));
    else
        str_put_size(&number, read);
    say_fill(out,
             say(&s->voice, whole == 0        ? N_("{n} read")
                            : s->info.reading ? N_("{n} % read")
                                              : N_("stopped, {n} % read")),
             "n", number.at, NULL);
    str_release(&number);
}

static void put_badge(const struct screen *s, struct str *out, enum look *look)
{
    const struct voice *v = &s->voice;
    uint32_t fresh = rows_new(s);
    *look = LOOK_BAR;
    if (s->wired && !s->paused) {
        str_put(out, s->wire.badge.at);
        *look = s->wire.stopped ? LOOK_WARN : LOOK_BAR;
    } else if (s->paused) {
        str_put(out, v->ascii ? "|| " : "‖ ");
        str_put(out, say(v, N_("PAUSED")));
    } else if (s->info.live) {
        str_put(out, v->ascii ? "* " : "● ");
        str_put(out, say(v, N_("LIVE")));
    }
    if (s->info.reading || s->info.read < s->info.whole) {
        str_put(out, out->len > 0 ? "  " : "");
        put_read(s, out);
    }
    if (fresh > 0 && s->info.live) {
        struct str number;
        str_init(&number, s->o.mem);
        str_put_u64(&number, fresh);
        str_put(out, "  ");
        say_fill(out, say(v, N_("+{n} new")), "n", number.at, NULL);
        str_release(&number);
    }
    if (s->info.lab && base_mode(s) == MODE_LADDER && !s->follow && replay_past(s)) {
        str_put(out, v->ascii ? "  < " : "  ◂ ");
        str_put(out, say(v, N_("PAST")));
    }
    if (s->pace_ms == PACE_KEY) {
        str_put(out, "  ");
        str_put(out, say(v, N_("Space: next row")));
    } else if (s->pace_ms > 0) {
        str_put(out, "  ");
        str_put(out, say(v, N_("pace")));
        str_put_char(out, ' ');
        str_put_fixed(out, (uint64_t)s->pace_ms / 100, 1);
        str_put(out, " s");
    }
    if (s->info.drops > 0) {
        struct str number;
        str_init(&number, s->o.mem);
        str_put_u64(&number, s->info.drops);
        str_put(out, "  ");
        say_fill(out, say(v, N_("{n} lost by the sniffer")), "n", number.at, NULL);
        str_release(&number);
        *look = LOOK_WARN;
    }
}

static void put_conns(const struct screen *s, struct str *out, bool brief)
{
    size_t count = session_conns(s->o.session);
    struct str a, b;
    if (count == 0 || (s->info.selected == NO_CONN && s->info.lab && s->looked == LOOKED_ONE))
        return;
    str_init(&a, s->o.mem);
    str_init(&b, s->o.mem);
    str_put_u64(&b, count);
    if (s->looked == LOOKED_PICKED) {
        str_put_u64(&a, picks_count(&s->picked, (uint32_t)count));
        say_fill(out, say(&s->voice, brief ? N_("{n} of {count}") : N_("{n} connections of {count}")), "n",
                 a.at, "count", b.at, NULL);
    } else if (s->looked == LOOKED_ALL || s->info.selected == NO_CONN) {
        say_fill(out, say(&s->voice, N_("all {count}")), "count", b.at, NULL);
    } else {
        str_put_u64(&a, (uint64_t)s->info.selected + 1);
        say_fill(out, say(&s->voice, brief ? N_("{n} of {count}") : N_("connection {n} of {count}")), "n",
                 a.at, "count", b.at, NULL);
    }
    str_release(&a);
    str_release(&b);
}

/* The name of a file without its folders; of anything else what it is. */
static void put_name(const struct screen *s, struct str *out)
{
    const char *source = s->info.source == NULL ? "" : say(&s->voice, s->info.source);
    const char *slash = s->o.start == SCREEN_LIST ? strrchr(source, '/') : NULL;
    source = slash != NULL && slash[1] != '\0' ? slash + 1 : source;
    str_put_safe(out, source, strlen(source), s->voice.ascii);
}

static void put_source(const struct screen *s, struct str *out, bool brief)
{
    const char *place = s->info.place;
    put_name(s, out);
    if (place == NULL)
        return;
    const char *port = brief ? strrchr(place, ':') : NULL;
    str_put_char(out, ' ');
    str_put_safe(out, port != NULL ? port : place, strlen(port != NULL ? port : place), s->voice.ascii);
}

/* One count with its noun, behind a comma where something stands before it. */
static void put_count(struct screen *s, struct str *out, uint64_t n, const char *one, const char *many)
{
    struct str number;
    str_init(&number, s->o.mem);
    str_put_grouped(&number, n);
    if (out->len > 0)
        str_put(out, say(&s->voice, N_(", ")));
    say_fill(out, say(&s->voice, n == 1 ? one : many), "n", number.at, NULL);
    str_release(&number);
}

/* "1,204,113 segments, 3,412 connections, 00:41:07"; the less room there is the less of it. */
enum totals { TOTALS_WHOLE, TOTALS_BRIEF, TOTALS_TIMELESS, TOTALS_LEAST };
static void put_totals(struct screen *s, struct str *out, enum totals how)
{
    uint64_t segments = session_segments(s->o.session), conns = session_conns(s->o.session);
    str_clear(out);
    if (how == TOTALS_WHOLE) {
        put_count(s, out, segments, N_("1 segment"), N_("{n} segments"));
        put_count(s, out, conns, N_("1 connection"), N_("{n} connections"));
    } else {
        if (how != TOTALS_LEAST)
            put_count(s, out, segments, N_("1 seg"), N_("{n} segs"));
        put_count(s, out, conns, N_("1 conn"), N_("{n} conns"));
    }
    if (how == TOTALS_WHOLE || how == TOTALS_BRIEF) {
        str_put(out, say(&s->voice, N_(", ")));
        put_clock(s, out);
    }
}

/* The bar that shows how much of the file was read, and the number beside it; returns where it begins. */
static int paint_read(struct screen *s, struct rect r, int end, bool brief)
{
    enum { BAR = 16, BAR_BRIEF = 8 };
    int cells = brief ? BAR_BRIEF : BAR;
    str_clear(&s->scratch);
    put_read(s, &s->scratch);
    if (s->scratch.len == 0)
        return end;
    canvas_put_right(s->canvas, r, 0, end, LOOK_BAR, s->scratch.at);
    end -= (int)cells_of(s->scratch.at, s->scratch.len) + 1;
    if (s->info.whole == 0 || s->info.waiting)
        return end - 1;
    canvas_bar(s->canvas, r, 0, end - cells, cells, LOOK_BAR, s->info.read, s->info.whole, s->voice.ascii);
    return end - cells - 2;
}

/* What the list is of: the source, totals, how far reading is, what the sniffer lost. */
static void list_title(struct screen *s)
{
    struct canvas *c = s->canvas;
    struct rect r = s->layout.title;
    bool brief = r.cols < 110;
    const char *help = say(&s->voice, N_("? help"));
    enum look look;
    canvas_clear(c, r, LOOK_BAR);
    canvas_put_right(c, r, 0, r.cols - 1, LOOK_BAR, help);
    int end = paint_read(s, r, r.cols - 1 - (int)cells_of(help, strlen(help)) - (brief ? 2 : 3), brief);
    if (s->info.live) {
        struct str badge;
        str_init(&badge, s->o.mem);
        put_badge(s, &badge, &look);
        canvas_put_right(c, r, 0, end, look, badge.at);
        end -= (int)cells_of(badge.at, badge.len) + 2;
        str_release(&badge);
    }
    int x = 1 + canvas_put(c, r, 0, 1, LOOK_BAR, CELL_BOLD, "tcpviz") + (brief ? 2 : 3);
    enum { NAME_LEAST = 12 };
    struct str totals;
    str_init(&totals, s->o.mem);
    str_clear(&s->scratch);
    put_name(s, &s->scratch);
    int name = (int)cells_of(s->scratch.at, s->scratch.len), gap = brief ? 2 : 3, room = 0;
    for (int how = TOTALS_WHOLE; how <= TOTALS_LEAST; how++) {
        put_totals(s, &totals, (enum totals)how);
        room = end - x - gap - (int)cells_of(totals.at, totals.len);
        if (room >= (how == TOTALS_WHOLE || name < NAME_LEAST ? name : NAME_LEAST))
            break;
    }
    if (name > room && room > 1) {
        str_cut(&s->scratch, cells_cut(s->scratch.at, s->scratch.len, (size_t)room - 1));
        str_put(&s->scratch, s->voice.ascii ? "~" : "…");
    }
    struct rect rest = {r.y, r.x, 1, end > 0 ? end : 0};
    x += canvas_put(c, rest, 0, x, LOOK_BAR, CELL_BOLD, s->scratch.at) + gap;
    canvas_put(c, rest, 0, x, LOOK_BAR, 0, totals.at);
    str_release(&totals);
}

void bar_title(struct screen *s)
{
    enum screen_mode mode = base_mode(s);
    if (mode == MODE_LIST || (mode == MODE_TALK && s->talk.from == MODE_LIST)) {
        list_title(s);
        return;
    }
    struct canvas *c = s->canvas;
    struct rect r = s->layout.title;
    bool brief = r.cols < 100;
    enum look look;
    canvas_clear(c, r, LOOK_BAR);
    const char *help = say(&s->voice, N_("? help"));
    canvas_put_right(c, r, 0, r.cols - 1, LOOK_BAR, help);
    int end = r.cols - 1 - (int)cells_of(help, strlen(help)) - (brief ? 2 : 6);
    str_clear(&s->scratch);
    put_clock(s, &s->scratch);
    canvas_put_right(c, r, 0, end, LOOK_BAR, s->scratch.at);
    end -= (int)cells_of(s->scratch.at, s->scratch.len) + (brief ? 2 : 5);
    str_clear(&s->scratch);
    put_conns(s, &s->scratch, brief || s->wired);
    canvas_put_right(c, r, 0, end, LOOK_BAR, s->scratch.at);
    end -= (int)cells_of(s->scratch.at, s->scratch.len) + (brief ? 2 : 4);
    int x = 1 + canvas_put(c, r, 0, 1, LOOK_BAR, CELL_BOLD, "tcpviz") + (brief ? 2 : 3);
    /* the badge is never cut: before it is, the source is */
    struct str badge;
    str_init(&badge, s->o.mem);
    put_badge(s, &badge, &look);
    int width = (int)cells_of(badge.at, badge.len);
    struct rect left = {r.y, r.x, 1, end - width - 2 > 0 ? end - width - 2 : 0};
    str_clear(&s->scratch);
    put_source(s, &s->scratch, brief);
    x += canvas_put(c, left, 0, x, LOOK_BAR, 0, s->scratch.at) + 2;
    int at = brief ? x : 58 < end - width ? 58 : end - width;
    struct rect room = {r.y, r.x, 1, end > 0 ? end : 0};
    canvas_put(c, room, 0, at > x ? at : x, look, CELL_BOLD, badge.at);
    str_release(&badge);
}
