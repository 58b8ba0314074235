#include "tui/bar.h"

#include <string.h>

enum { BAR_PLACES = 20 };

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

static void put_badge(const struct screen *s, struct str *out, enum look *look)
{
    const struct voice *v = &s->voice;
    uint32_t fresh = rows_new(s);
    *look = LOOK_BAR;
    if (s->paused) {
        str_put(out, v->ascii ? "|| " : "‖ ");
        str_put(out, say(v, N_("PAUSED")));
    } else if (s->info.live) {
        str_put(out, v->ascii ? "* " : "● ");
        str_put(out, say(v, N_("LIVE")));
    }
    if (fresh > 0) {
        struct str number;
        str_init(&number, s->o.mem);
        str_put_u64(&number, fresh);
        str_put(out, "  ");
        say_fill(out, say(v, N_("+{n} new")), "n", number.at, NULL);
        str_release(&number);
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
    if (count == 0 || (s->info.selected == NO_CONN && s->info.lab && !s->all))
        return;
    str_init(&a, s->o.mem);
    str_init(&b, s->o.mem);
    str_put_u64(&b, count);
    if (s->all || s->info.selected == NO_CONN) {
        say_fill(out, say(&s->voice, N_("all {count}")), "count", b.at, NULL);
    } else {
        str_put_u64(&a, (uint64_t)s->info.selected + 1);
        say_fill(out, say(&s->voice, brief ? N_("{n} of {count}") : N_("connection {n} of {count}")), "n",
                 a.at, "count", b.at, NULL);
    }
    str_release(&a);
    str_release(&b);
}

static void put_source(const struct screen *s, struct str *out, bool brief)
{
    const char *place = s->info.place;
    if (s->info.source != NULL)
        str_put(out, say(&s->voice, s->info.source));
    if (place == NULL)
        return;
    const char *port = brief ? strrchr(place, ':') : NULL;
    str_put_char(out, ' ');
    str_put_safe(out, port != NULL ? port : place, strlen(port != NULL ? port : place), s->voice.ascii);
}

void bar_title(struct screen *s)
{
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
    end -= 8 + (brief ? 2 : 5);
    str_clear(&s->scratch);
    put_conns(s, &s->scratch, brief);
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

/* Goes over the key bar from the left: `put` paints, or with c NULL finds whose words stand at column hit. */
static const struct key_row *walk_bar(const struct screen *s, struct canvas *c, int hit)
{
    struct rect r = s->layout.bar;
    unsigned views = screen_views(s);
    int gap = r.cols < 100 ? 1 : 2;
    int x = 1;
    for (int place = 1; place <= BAR_PLACES; place++) {
        for (size_t i = 0; i < s->o.key_count; i++) {
            const struct key_row *k = &s->o.keys[i];
            if (k->bar != place || key_find(s->o.keys, s->o.key_count, views, k->key) != k)
                continue;
            const char *words = say(&s->voice, k->help);
            int width = (int)strlen(k->key) + 1 + (int)cells_of(words, strlen(words));
            if (x + width > r.cols)
                continue;
            if (c != NULL) {
                canvas_put(c, r, 0, x, LOOK_KEY, 0, k->key);
                canvas_put(c, r, 0, x + (int)strlen(k->key) + 1, LOOK_TEXT, 0, words);
            } else if (hit >= x && hit < x + width) {
                return k;
            }
            x += width + gap;
        }
    }
    return NULL;
}

void bar_keys(struct screen *s)
{
    const struct painted_key key = {PAINTED_KEYS, NO_ROW, screen_views(s)};
    if (s->asking != ASK_NOTHING && s->message.len > 0)
        canvas_put(s->canvas, s->layout.bar, 0, 1, s->message_wrong ? LOOK_WARN : LOOK_DIM, 0, s->message.at);
    else if (!painted_show(&s->painted, s->canvas, s->layout.bar.y, &key)) {
        (void)walk_bar(s, s->canvas, 0);
        painted_keep(&s->painted, s->canvas, s->layout.bar.y, &key);
    }
}

const struct key_row *bar_key_at(const struct screen *s, int x)
{
    return walk_bar(s, NULL, x);
}

/* Whether the filter being written is one, told while it is typed. */
static void paint_validity(struct screen *s)
{
    const struct str *t = &s->prompt[ASK_FILTER].text;
    struct cmd_error e = {0};
    struct filter *f = filter_parse(s->o.mem, t->at, t->len, &e);
    const char *words = say(&s->voice, f != NULL ? N_("valid") : N_("not valid yet"));
    str_clear(&s->scratch);
    if (f == NULL && e.nearest != NULL)
        say_fill(&s->scratch, say(&s->voice, N_("not valid yet: {nearest}?")), "nearest", e.nearest, NULL);
    if (s->scratch.len > 0)
        words = s->scratch.at;
    canvas_put_right(s->canvas, s->layout.foot, 0, s->layout.foot.cols - 1, f != NULL ? LOOK_GOOD : LOOK_WARN,
                     words);
    filter_free(f);
}

void bar_foot(struct screen *s, int *y, int *x)
{
    static const char *const labels[ASK_KINDS] = {"", ":", "/", N_("filter:")};
    struct rect r = s->layout.foot;
    if (s->asking != ASK_NOTHING) {
        *x = prompt_paint(&s->prompt[s->asking], s->canvas, r, say(&s->voice, labels[s->asking]));
        *y = r.y;
        if (s->asking == ASK_FILTER)
            paint_validity(s);
        return;
    }
    if (s->message.len > 0) {
        canvas_put(s->canvas, r, 0, 1, s->message_wrong ? LOOK_WARN : LOOK_NOTE, 0, s->message.at);
    } else if (s->filter != NULL) {
        int at = 1 + canvas_put(s->canvas, r, 0, 1, LOOK_KEY, CELL_BOLD, say(&s->voice, N_("filter:")));
        str_clear(&s->scratch);
        str_put_safe(&s->scratch, s->filter_text.at, s->filter_text.len, s->voice.ascii);
        canvas_put(s->canvas, r, 0, at + 1, LOOK_TEXT, 0, s->scratch.at);
    } else {
        canvas_put(s->canvas, r, 0, 1, LOOK_DIM, 0, ":");
    }
}
