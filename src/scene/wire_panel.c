/* wire_panel.c: the wire as short texts: what is on it in either direction, and what is set. */
#include "scene/wire.h"

#include "scene/fill.h"

enum { TEXTS = 6 };

static void texts_of(struct wire_panel *p, struct str *out[TEXTS])
{
    struct str *const texts[TEXTS] = {&p->badge,  &p->settings,  &p->way[SIDE_CLIENT], &p->way[SIDE_SERVER],
                                      &p->counts, &p->queue_text};
    for (size_t i = 0; i < TEXTS; i++)
        out[i] = texts[i];
}

void wire_panel_init(struct wire_panel *p, const struct mem *m)
{
    struct str *texts[TEXTS];
    *p = (struct wire_panel){0};
    texts_of(p, texts);
    for (size_t i = 0; i < TEXTS; i++)
        str_init(texts[i], m);
}

void wire_panel_release(struct wire_panel *p)
{
    struct str *texts[TEXTS];
    texts_of(p, texts);
    for (size_t i = 0; i < TEXTS; i++)
        str_release(texts[i]);
}

/* "0.21 s" */
static void put_left(struct str *out, const struct voice *v, uint64_t ns)
{
    str_put_fixed(out, v->steady ? 0 : ns / 10000000, 2);
    str_put(out, " s");
}

static void put_badge(struct wire_panel *p, const struct voice *v, const struct wire_view *w)
{
    struct str *out = &p->badge;
    p->stopped = w->holds || w->cut_ns > 0;
    if (w->cut_ns > 0) {
        str_put(out, v->ascii ? "X " : "✂ ");
        put_words(out, v, N_("CUT"));
        str_put_char(out, ' ');
        put_left(out, v, w->cut_ns);
        return;
    }
    str_put(out, w->holds ? (v->ascii ? "|| " : "‖ ") : v->ascii ? "> " : "▶ ");
    put_words(out, v, w->holds ? N_("HELD") : N_("FLOWING"));
}

/* A value without the zeros behind its point: thousandths. */
static void put_thousandths(struct str *out, uint32_t v)
{
    unsigned decimals = 3;
    while (decimals > 0 && v % 10 == 0) {
        v /= 10;
        decimals--;
    }
    str_put_fixed(out, v, decimals);
}

static const struct {
    const char *words, *unit;
    bool thousandths;
} settings[] = {
    [WIRE_DELAY] = {N_("delay"), " ms", true},    [WIRE_JITTER] = {N_("jitter"), " ms", true},
    [WIRE_RATE] = {N_("rate"), " kbit/s", false}, [WIRE_QUEUE] = {N_("queue"), "", false},
    [WIRE_LOSS] = {N_("loss"), " %", true},       [WIRE_DUPLICATE] = {N_("duplicate"), " %", true},
    [WIRE_REORDER] = {N_("reorder"), " %", true}, [WIRE_CORRUPT] = {N_("corrupt"), " %", true},
};
_Static_assert(COUNT_OF(settings) == WIRE_SETTINGS, "words for every setting");

static void put_name(struct str *out, const struct voice *v, const char *words)
{
    if (out->len > 0)
        str_put(out, "  ");
    put_words(out, v, words);
    str_put_char(out, ' ');
}

/* One value where both directions have it, else that to the server and that to the client. */
static void put_settings(struct wire_panel *p, const struct voice *v, const struct wire_view *w)
{
    struct str *out = &p->settings;
    bool chance = false;
    for (size_t i = 0; i < WIRE_SETTINGS; i++) {
        const uint32_t there = w->to[SIDE_SERVER].set[i], back = w->to[SIDE_CLIENT].set[i];
        if (there == 0 && back == 0)
            continue;
        chance = chance || i >= WIRE_LOSS || i == WIRE_JITTER;
        put_name(out, v, settings[i].words);
        for (int k = 0; k < (there == back ? 1 : 2); k++) {
            const uint32_t value = k == 0 ? there : back;
            if (there != back)
                str_put(out, k == 0 ? (v->ascii ? ">" : "→") : v->ascii ? " <" : " ←");
            if (settings[i].thousandths)
                put_thousandths(out, value);
            else
                str_put_u64(out, value);
        }
        str_put(out, settings[i].unit);
    }
    if (w->mtu > 0) {
        put_name(out, v, w->silent ? N_("silent mtu") : N_("mtu"));
        str_put_u64(out, w->mtu);
    }
    if (chance) {
        put_name(out, v, N_("seed"));
        str_put_u64(out, w->seed);
    }
}

static void put_frame(struct str *out, const struct voice *v, const struct session *s,
                      const struct wire_seen *f)
{
    const uint32_t row = session_frame(s, f->frame);
    struct str left;
    if (out->len > 0)
        str_put(out, "   ");
    str_put_char(out, '#');
    str_put_u64(out, f->frame);
    str_put_char(out, ' ');
    if (row != NO_ROW)
        say_title(out, v, s, session_row(s, row));
    if (f->corrupted)
        put_words(out, v, N_(" (corrupted)"));
    str_init(&left, out->mem);
    put_left(&left, v, f->whole_ns > f->passed_ns ? f->whole_ns - f->passed_ns : 0);
    put_filled(out, v,
               f->held      ? N_(" is held")
               : f->waiting ? N_(" waits for the line")
                            : N_(" arrives in {time}"),
               "time", left.at, NULL);
    str_release(&left);
}

static void put_ways(struct wire_panel *p, const struct voice *v, const struct session *s,
                     const struct wire_view *w)
{
    for (enum side to = SIDE_CLIENT; to < SIDE_COUNT; to++) {
        struct str *out = &p->way[to];
        const uint64_t all = (uint64_t)w->to[to].counts.on_way + w->to[to].counts.held;
        for (size_t i = 0; i < w->to[to].count; i++)
            put_frame(out, v, s, &w->to[to].seen[i]);
        if (w->to[to].count == 0)
            put_words(out, v, N_("nothing"));
        p->moves = p->moves || w->to[to].counts.on_way > 0;
        if (all > w->to[to].count) {
            struct str more;
            str_init(&more, out->mem);
            str_put_u64(&more, all - w->to[to].count);
            put_filled(out, v, N_("   and {n} more"), "n", more.at, NULL);
            str_release(&more);
        }
    }
}

static void put_counts(struct wire_panel *p, const struct voice *v, const struct wire_view *w)
{
    const struct wire_counts *a = &w->to[SIDE_CLIENT].counts, *b = &w->to[SIDE_SERVER].counts;
    put_name(&p->counts, v, N_("arrived"));
    str_put_u64(&p->counts, a->arrived + b->arrived);
    put_name(&p->counts, v, N_("dropped"));
    str_put_u64(&p->counts, a->dropped + b->dropped);
}

static void put_queue(struct wire_panel *p, const struct voice *v, const struct wire_view *w)
{
    const enum side to =
        w->to[SIDE_CLIENT].counts.queued > w->to[SIDE_SERVER].counts.queued ? SIDE_CLIENT : SIDE_SERVER;
    const uint32_t room = w->to[to].set[WIRE_QUEUE], part = w->to[to].counts.queued;
    p->has_queue = w->to[SIDE_CLIENT].set[WIRE_RATE] > 0 || w->to[SIDE_SERVER].set[WIRE_RATE] > 0;
    p->queue = (struct gauge){.known = p->has_queue, .part = part, .whole = room};
    if (!p->has_queue)
        return;
    struct str whole;
    str_init(&whole, p->queue_text.mem);
    str_put_u64(&whole, room);
    str_put_u64(&p->queue_text, part);
    if (room > 0)
        put_filled(&p->queue_text, v, N_(" of {whole}"), "whole", whole.at, NULL);
    str_release(&whole);
}

void wire_panel_fill(struct wire_panel *p, const struct voice *v, const struct session *s,
                     const struct wire_view *w)
{
    struct str *texts[TEXTS];
    texts_of(p, texts);
    for (size_t i = 0; i < TEXTS; i++)
        str_clear(texts[i]);
    p->moves = w->cut_ns > 0;
    put_badge(p, v, w);
    put_settings(p, v, w);
    put_ways(p, v, s, w);
    put_counts(p, v, w);
    put_queue(p, v, w);
}
