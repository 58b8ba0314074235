/* wire_look.c: what is to be seen of the wire. */
#include "lab/wire_state.h"

/* A held frame stands where it was stopped; one that has not set out has the delay before it that is set now.
 */
static void see(const struct wire *w, const struct wframe *f, uint64_t now_ns, struct wire_seen *out)
{
    const bool whole = f->place != PLACE_WAY && (f->place != PLACE_HELD || f->rest_ns == UINT64_MAX);
    *out = (struct wire_seen){.frame = f->id,
                              .from = f->from,
                              .held = f->place == PLACE_HELD,
                              .corrupted = f->corrupted,
                              .waiting = f->waiting && f->sent_ns > now_ns};
    out->whole_ns = whole ? (uint64_t)w->lane[f->from].set[WIRE_DELAY] * 1000 : f->way_ns;
    if (whole)
        return;
    const uint64_t coming = f->due_ns > now_ns ? f->due_ns - now_ns : 0;
    const uint64_t left = f->place == PLACE_HELD ? f->rest_ns : coming;
    out->passed_ns = out->whole_ns > left ? out->whole_ns - left : 0;
}

bool wire_frame(const struct wire *w, uint32_t frame, struct wire_seen *out)
{
    const struct wframe *f = wframe_find(w, frame);
    if (f)
        see(w, f, clock_steady(), out);
    return f != NULL;
}

size_t wire_frames(const struct wire *w, enum side to, struct wire_seen *out, size_t most)
{
    const struct lane *l = &w->lane[side_other(to)];
    const uint64_t now_ns = clock_steady();
    size_t n = 0;
    for (const struct wframe *f = l->way.first; f && n < most; f = f->next)
        see(w, f, now_ns, &out[n++]);
    for (const struct wframe *f = w->held.first; f && n < most; f = f->next)
        if (f->from == l->from)
            see(w, f, now_ns, &out[n++]);
    return n;
}

void wire_counts(const struct wire *w, enum side to, struct wire_counts *out)
{
    const struct lane *l = &w->lane[side_other(to)];
    *out = (struct wire_counts){.on_way = l->way.count,
                                .held = l->held,
                                .queued = l->queued > 0 ? l->queued - 1 : 0,
                                .arrived = l->arrived,
                                .dropped = l->dropped};
}

uint64_t wire_cut_left(const struct wire *w)
{
    const uint64_t now_ns = clock_steady();
    return w->cut_ns > now_ns ? w->cut_ns - now_ns : 0;
}

uint32_t wire_mtu_now(const struct wire *w, bool *silent)
{
    *silent = w->silent;
    return w->mtu;
}

uint64_t wire_seed(const struct wire *w)
{
    return w->o.seed;
}

bool wire_asks(const struct wire *w)
{
    return w->lane[SIDE_CLIENT].gate.first || w->lane[SIDE_SERVER].gate.first;
}

uint64_t wire_lost(struct wire *w)
{
    return packets_lost(w->port[SIDE_CLIENT]) + packets_lost(w->port[SIDE_SERVER]);
}

bool wire_gone(const struct wire *w)
{
    return w->gone;
}
