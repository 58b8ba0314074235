/* wire_hand.c: what is done to the wire, and to the frames on it, by hand. */
#include "lab/wire_state.h"

#include <errno.h>

static const char not_there[] = N_("it is not on the wire: it has arrived, or was dropped");

void wire_set(struct wire *w, enum wire_setting what, enum side to, uint32_t value)
{
    const uint64_t now_ns = clock_steady();
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        if (to == s)
            continue;
        w->lane[s].set[what] = value;
        if (what == WIRE_DELAY || what == WIRE_JITTER || what == WIRE_RATE)
            lane_reset_times(w, &w->lane[s], now_ns);
    }
    wire_wind(w);
}

uint32_t wire_get(const struct wire *w, enum wire_setting what, enum side to)
{
    return w->lane[side_other(to)].set[what];
}

void wire_pull(struct wire *w, struct wframe *f)
{
    struct lane *l = &w->lane[f->from];
    switch (f->place) {
    case PLACE_NONE: break;
    case PLACE_GATE: wlist_take(&l->gate, f); break;
    case PLACE_HELD:
        wlist_take(&w->held, f);
        l->held--;
        break;
    case PLACE_ASIDE: l->aside = NULL; break;
    case PLACE_WAY:
        lane_unqueue(l, f);
        wlist_take(&l->way, f);
        break;
    }
}

void wire_keep(struct wire *w, struct wframe *f)
{
    f->place = PLACE_HELD;
    wlist_add(&w->held, f);
    w->lane[f->from].held++;
}

void wire_release(struct wire *w, struct wframe *f, uint64_t now_ns)
{
    wire_pull(w, f);
    wire_tell(w, f, WIRE_RELEASED, WIRE_BY_HAND, clock_now());
    if (f->rest_ns == UINT64_MAX)
        lane_go(w, f, now_ns);
    else
        lane_go_on(w, f, now_ns);
}

/* The older of the first frames of both directions. */
static struct wframe *first_on_way(struct wire *w)
{
    struct wframe *a = w->lane[SIDE_CLIENT].way.first, *b = w->lane[SIDE_SERVER].way.first;
    return !a || (b && b->id < a->id) ? b : a;
}

static void freeze(struct wire *w, struct wframe *f, uint64_t now_ns)
{
    wire_pull(w, f);
    f->rest_ns = f->due_ns > now_ns ? f->due_ns - now_ns : 0;
    wire_keep(w, f);
    wire_tell(w, f, WIRE_HELD, WIRE_BY_HOLD, clock_now());
}

void wire_hold(struct wire *w, bool on)
{
    const uint64_t now_ns = clock_steady();
    struct wframe *f;
    if (on == w->holding)
        return;
    w->holding = on;
    while (on && (f = first_on_way(w)) != NULL)
        freeze(w, f, now_ns);
    while (!on && (f = w->held.first) != NULL)
        wire_release(w, f, now_ns);
    if (on) /* the lines are free: what they had to send is held */
        w->lane[SIDE_CLIENT].busy_ns = w->lane[SIDE_SERVER].busy_ns = 0;
    wire_pump(w);
}

bool wire_holds(const struct wire *w)
{
    return w->holding;
}

bool wire_step(struct wire *w, uint32_t count, struct fail *f)
{
    const uint64_t now_ns = clock_steady();
    if (!w->held.first)
        return fail_set(f, FAIL_EXPECT, N_("no frame is held"), NULL, "wire step");
    for (; count > 0 && w->held.first; count--)
        wire_release(w, w->held.first, now_ns);
    wire_pump(w);
    return true;
}

void wire_cut(struct wire *w, uint64_t ns)
{
    w->cut_ns = clock_steady() + ns;
}

void wire_mtu(struct wire *w, uint32_t bytes, bool silent)
{
    w->mtu = bytes < HOSTS_MTU ? bytes : 0;
    w->silent = silent;
}

/* told: what is thrown away is told of. */
static void empty(struct wire *w, bool told)
{
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        struct lane *l = &w->lane[s];
        struct wlist *const lists[] = {&l->gate, &l->way, &w->held};
        for (size_t i = 0; i < COUNT_OF(lists); i++)
            for (struct wframe *f; (f = lists[i]->first) != NULL;) {
                wire_pull(w, f);
                if (told)
                    wire_drop(w, f, WIRE_BY_HAND);
                else
                    wframe_free(w, f);
            }
        if (l->aside)
            wframe_free(w, l->aside);
        l->aside = NULL;
        l->busy_ns = 0;
    }
    for (struct rule *r; (r = w->rules) != NULL;) {
        w->rules = r->next;
        if (r->condition)
            w->o.hooks.forget(w->o.hooks.ctx, r->condition);
        mem_free(w->o.mem, r, sizeof *r);
    }
}

void wire_reset(struct wire *w)
{
    empty(w, w->alarm != NULL);
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        struct lane *l = &w->lane[s];
        l->from = s;
        for (size_t i = 0; i < WIRE_SETTINGS; i++)
            l->set[i] = 0;
        l->set[WIRE_DELAY] = w->o.delay_us;
    }
    w->holding = w->silent = false;
    w->mtu = 0;
    w->cut_ns = 0;
    if (w->alarm)
        wire_wind(w);
}

static bool is_held(const struct wframe *f)
{
    return f->place == PLACE_HELD;
}

static void duplicate(struct wire *w, struct wframe *f)
{
    struct wframe *twin = wframe_copy(w, f);
    if (!twin)
        return;
    wire_tell(w, twin, WIRE_DUPLICATED, WIRE_BY_HAND, clock_now());
    if (is_held(f))
        wire_keep(w, twin);
    else
        lane_behind(w, twin, f);
}

static void act_on(struct wire *w, enum wire_act act, struct wframe *f)
{
    switch (act) {
    case ACT_RELEASE: wire_release(w, f, clock_steady()); break;
    case ACT_DROP:
        wire_pull(w, f);
        wire_drop(w, f, WIRE_BY_HAND);
        break;
    case ACT_DUPLICATE: duplicate(w, f); break;
    case ACT_CORRUPT:
        wframe_flip(w, f);
        wire_tell(w, f, WIRE_CORRUPTED, WIRE_BY_HAND, clock_now());
        break;
    }
    wire_pump(w);
}

bool wire_do(struct wire *w, enum wire_act act, uint32_t frame, struct fail *f)
{
    struct wframe *it = wframe_find(w, frame);
    if (!it || it->place == PLACE_GATE)
        return fail_set(f, FAIL_EXPECT, not_there, NULL, "wire: #%u", (unsigned)frame);
    if (act == ACT_RELEASE && !is_held(it))
        return fail_set(f, FAIL_EXPECT, N_("it is not held: it is on its way"), NULL, "wire release #%u",
                        (unsigned)frame);
    if (act == ACT_CORRUPT && it->corrupted)
        return fail_set(f, FAIL_EXPECT, N_("it is corrupted already"), NULL, "wire corrupt #%u",
                        (unsigned)frame);
    act_on(w, act, it);
    return true;
}

bool wire_next(struct wire *w, enum wire_act act, void *condition, struct fail *f)
{
    for (struct wframe *it = w->held.first; it; it = it->next) {
        if (condition && w->o.hooks.meets(w->o.hooks.ctx, condition, it->id) != MEETS)
            continue;
        if (condition)
            w->o.hooks.forget(w->o.hooks.ctx, condition);
        act_on(w, act, it);
        return true;
    }
    struct rule *r = mem_new(w->o.mem, sizeof *r), **at = &w->rules;
    if (!r) {
        if (condition)
            w->o.hooks.forget(w->o.hooks.ctx, condition);
        return fail_errno(f, ENOMEM, NULL, "wire");
    }
    *r = (struct rule){.act = act, .condition = condition};
    while (*at)
        at = &(*at)->next;
    *at = r;
    return true;
}
