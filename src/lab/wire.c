/* wire.c: what comes and what goes.
 *
 * A frame that has come is told of first, then its lot is decided: whether a command waits for it, what
 * chance does to it, whether all is held; else it goes on its way, and when it is due it is handed to the
 * other host. Handing over lets the other host's kernel do its work at once, within the call: so an arrival
 * is stamped just before, and its answer has come back when the call returns. */
#include "lab/wire_state.h"

#include <errno.h>
#include <string.h>

#include "core/decode.h"
#include "lab/fate.h"

/* ASIDE_NS: how long a reordered frame waits to be overtaken. AGE_NS: no frame waits in the socket so long.
 */
enum { ROUNDS = 16, ASIDE_NS = 10000000, AGE_NS = 1000000000 };
/* More bytes in one second than a class looks at: of the frames behind them the headers are kept and the
 * beginning of what they carry, for to store all would take the time that they need to go on. */
enum { FLOOD_BYTES = 8 << 20, FLOOD_MOST = 2 * FLOOD_BYTES, FLOOD_KEEP = 256, SECOND_NS = 1000000000 };

static void ready(void *ctx, int events)
{
    (void)events;
    wire_pump(ctx);
}

static void due(void *ctx)
{
    wire_pump(ctx);
}

struct wire *wire_new(const struct wire_options *o, struct fail *f)
{
    struct wire *w = mem_new(o->mem, sizeof *w);
    if (!w) {
        fail_errno(f, ENOMEM, NULL, "wire");
        return NULL;
    }
    w->o = *o;
    wire_reset(w);
    w->alarm = alarm_new(o->loop, due, w, f);
    for (enum side s = SIDE_CLIENT; w->alarm && s < SIDE_COUNT; s++) {
        w->port[s] = packets_open(o->hosts->end[s], f);
        if (!w->port[s])
            break;
        w->ready[s] = loop_fd(o->loop, packets_fd(w->port[s]), LOOP_READ, ready, w);
        if (!w->ready[s]) {
            fail_errno(f, ENOMEM, NULL, "wire");
            break;
        }
    }
    if (w->ready[SIDE_SERVER])
        return w;
    wire_free(w);
    return NULL;
}

void wire_free(struct wire *w)
{
    if (!w)
        return;
    alarm_free(w->alarm);
    w->alarm = NULL; /* what it was for is told of no more */
    wire_reset(w);
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        source_close(w->ready[s]);
        packets_close(w->port[s]);
    }
    mem_free(w->o.mem, w, sizeof *w);
}

void wire_tell(struct wire *w, const struct wframe *f, enum wire_event what, enum wire_why why,
               uint64_t time_ns)
{
    const struct event e = {.kind = EVENT_WIRE,
                            .time_ns = time_ns,
                            .u.wire = {.frame = f->id, .what = what, .why = why, .copy = f->copy}};
    w->o.sink.take(w->o.sink.ctx, &e);
}

void wire_drop(struct wire *w, struct wframe *f, enum wire_why why)
{
    wire_tell(w, f, WIRE_DROPPED, why, clock_now());
    w->lane[f->from].dropped++;
    wframe_free(w, f);
}

static bool floods(struct wire *w, uint32_t len, uint64_t time_ns)
{
    const uint64_t ns = time_ns > w->flood_ns ? time_ns - w->flood_ns : 0;
    const uint64_t sunk = ns < SECOND_NS ? ns * FLOOD_BYTES / SECOND_NS : UINT64_MAX;
    w->flood_bytes = (w->flood_bytes > sunk ? w->flood_bytes - sunk : 0) + len;
    if (w->flood_bytes > FLOOD_MOST)
        w->flood_bytes = FLOOD_MOST;
    w->flood_ns += ns;
    return w->flood_bytes > FLOOD_BYTES && len > FLOOD_KEEP;
}

/* Tells what a frame is, and where its header stands. */
static void tell_entry(struct wire *w, struct wframe *f, uint64_t time_ns, bool injected)
{
    struct seg g;
    const bool cut = floods(w, f->len, time_ns);
    const enum frame_kind kind = cut ? seg_decode(&g, DLT_EN10MB_, f->bytes, f->len, f->len)
                                     : seg_decode_again(&g, DLT_EN10MB_, f->bytes, f->len, f->len);
    /* One that the other processor had not handed over yet counts as said just now. */
    if (time_ns < w->newest_ns)
        time_ns = w->newest_ns;
    w->newest_ns = time_ns;
    const struct event e = {.kind = EVENT_SEGMENT,
                            .time_ns = time_ns,
                            .u.segment = {.linktype = DLT_EN10MB_,
                                          .bytes = f->bytes,
                                          .caplen = cut ? FLOOD_KEEP : f->len,
                                          .wirelen = f->len,
                                          .cut = cut && frame_is_segment(kind) && !g.truncated,
                                          .cksum = g.cksum,
                                          .frame = f->id,
                                          .injected = injected}};
    if (kind == FRAME_TCP) {
        f->tcp = g.tcp.at;
        f->data = g.data.at;
        f->flags = g.flags;
    }
    w->o.sink.take(w->o.sink.ctx, &e);
    if (!frame_is_segment(kind) && kind != FRAME_TCP_QUOTED)
        w->o.hooks.other(w->o.hooks.ctx, f->from, f->id, f->bytes, f->len);
}

static bool befalls(const struct wire *w, const struct wframe *f, enum fate what, enum wire_setting chance)
{
    return !f->own && fate_befalls(w->o.seed, f->from, f->number, what, w->lane[f->from].set[chance]);
}

/* The wire's own frame, to that side's other one. */
static void reply_too_big(struct wire *w, const struct wframe *to, uint64_t now_ns)
{
    uint8_t bytes[PACKET_BYTES];
    const uint32_t len = too_big_reply(to->bytes, to->len, w->mtu, bytes, sizeof bytes);
    struct wframe *f = len ? wframe_new(w, side_other(to->from), bytes, len) : NULL;
    if (!f)
        return;
    f->own = true;
    f->left_ns = now_ns;
    tell_entry(w, f, clock_now(), false);
    lane_go(w, f, now_ns);
}

static bool too_large(struct wire *w, struct wframe *f, uint64_t now_ns)
{
    if (f->own || !w->mtu || ip_packet_len(f->bytes, f->len) <= w->mtu)
        return false;
    if (!w->silent)
        reply_too_big(w, f, now_ns);
    wire_drop(w, f, WIRE_TOO_LARGE);
    return true;
}

/* On its way, or into the queue of those that are held. */
static void enter(struct wire *w, struct wframe *f, uint64_t now_ns, bool freely)
{
    struct lane *l = &w->lane[f->from];
    if (w->holding && !freely) {
        f->rest_ns = UINT64_MAX;
        wire_keep(w, f);
        wire_tell(w, f, WIRE_HELD, WIRE_BY_HOLD, clock_now());
        return;
    }
    if (!l->aside && befalls(w, f, FATE_REORDER, WIRE_REORDER)) {
        f->place = PLACE_ASIDE;
        l->aside = f;
        l->aside_ns = now_ns + ASIDE_NS;
        return;
    }
    lane_go(w, f, now_ns);
    struct wframe *overtaken = l->aside;
    l->aside = NULL;
    if (overtaken)
        lane_go(w, overtaken, now_ns);
}

/* What chance does to a frame, and then its way. freely: though all is held. */
static void pass(struct wire *w, struct wframe *f, bool freely)
{
    const uint64_t now_ns = f->left_ns;
    struct wframe *twin = NULL;
    if (w->cut_ns > now_ns) {
        wire_drop(w, f, WIRE_CUT);
        return;
    }
    if (too_large(w, f, now_ns))
        return;
    if (w->on_wire > FRAMES_MOST) {
        wire_drop(w, f, WIRE_QUEUE_FULL);
        return;
    }
    if (befalls(w, f, FATE_LOSS, WIRE_LOSS)) {
        wire_drop(w, f, WIRE_BY_CHANCE);
        return;
    }
    if (befalls(w, f, FATE_CORRUPT, WIRE_CORRUPT)) {
        wframe_flip(w, f);
        wire_tell(w, f, WIRE_CORRUPTED, WIRE_BY_CHANCE, clock_now());
    }
    if (befalls(w, f, FATE_DUPLICATE, WIRE_DUPLICATE))
        twin = wframe_copy(w, f);
    if (twin)
        wire_tell(w, twin, WIRE_DUPLICATED, WIRE_BY_CHANCE, clock_now());
    enter(w, f, now_ns, freely);
    if (twin)
        enter(w, twin, now_ns, freely);
}

/* A command has waited for this frame. */
static void befall(struct wire *w, struct wframe *f, enum wire_act act)
{
    struct wframe *twin = NULL;
    switch (act) {
    case ACT_DROP: wire_drop(w, f, WIRE_BY_HAND); return;
    case ACT_CORRUPT:
        wframe_flip(w, f);
        wire_tell(w, f, WIRE_CORRUPTED, WIRE_BY_HAND, clock_now());
        break;
    case ACT_DUPLICATE:
        twin = wframe_copy(w, f);
        if (twin)
            wire_tell(w, twin, WIRE_DUPLICATED, WIRE_BY_HAND, clock_now());
        break;
    case ACT_RELEASE: break;
    }
    pass(w, f, act == ACT_RELEASE);
    if (twin)
        pass(w, twin, false);
}

/* The first command that this frame is meant by, or none (*rule NULL). False: that is not known yet. */
static bool decide(struct wire *w, const struct wframe *f, struct rule ***rule)
{
    for (*rule = &w->rules; **rule; *rule = &(**rule)->next) {
        const struct rule *r = **rule;
        const enum wire_meets meets =
            r->condition ? w->o.hooks.meets(w->o.hooks.ctx, r->condition, f->id) : MEETS;
        if (meets == MEETS)
            return true;
        if (meets == MEETS_LATER)
            return false;
    }
    return true;
}

static void open_gate(struct wire *w, struct lane *l)
{
    struct wframe *f;
    struct rule **at;
    while ((f = l->gate.first) != NULL && decide(w, f, &at)) {
        struct rule *r = *at;
        wlist_take(&l->gate, f);
        if (!r) {
            pass(w, f, false);
            continue;
        }
        *at = r->next;
        befall(w, f, r->act);
        if (r->condition)
            w->o.hooks.forget(w->o.hooks.ctx, r->condition);
        mem_free(w->o.mem, r, sizeof *r);
    }
}

/* A group address of IPv6: the hosts tell routers what they listen to, and here is none. */
static bool is_chatter(const struct packet *p)
{
    static const uint8_t group[] = {0x33, 0x33};
    return p->len >= 14 && memcmp(p->bytes, group, sizeof group) == 0;
}

static void come(struct wire *w, struct lane *l, const struct packet *p)
{
    struct wframe *f = is_chatter(p) ? NULL : wframe_new(w, l->from, p->bytes, p->len);
    if (!f)
        return;
    const uint64_t real = clock_now(), steady = clock_steady();
    f->number = ++l->number;
    const uint64_t age = real > p->time_ns && real - p->time_ns < AGE_NS ? real - p->time_ns : 0;
    f->left_ns = steady - age;
    tell_entry(w, f, p->time_ns, false);
    if (w->rules || l->gate.first) {
        f->place = PLACE_GATE;
        wlist_add(&l->gate, f);
        return;
    }
    pass(w, f, false);
}

/* The interface of a host is gone: nothing goes on any more, so nothing is waited for. */
static void stand_still(struct wire *w)
{
    w->gone = true;
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++)
        source_watch(w->ready[s], 0);
}

/* Takes from both hosts what they have said, in the order in which they said it. */
static bool take(struct wire *w)
{
    struct packet *p[SIDE_COUNT];
    int count[SIDE_COUNT], at[SIDE_COUNT] = {0};
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        count[s] = packets_take(w->port[s], &p[s]);
        if (count[s] < 0)
            stand_still(w);
    }
    for (;;) {
        const bool client = at[SIDE_CLIENT] < count[SIDE_CLIENT],
                   server = at[SIDE_SERVER] < count[SIDE_SERVER];
        if (!client && !server)
            return count[SIDE_CLIENT] > 0 || count[SIDE_SERVER] > 0;
        const bool first = client && (!server || p[SIDE_CLIENT][at[SIDE_CLIENT]].time_ns <=
                                                     p[SIDE_SERVER][at[SIDE_SERVER]].time_ns);
        const enum side s = first ? SIDE_CLIENT : SIDE_SERVER;
        come(w, &w->lane[s], &p[s][at[s]++]);
    }
}

/* Frames with these may change the receiver's state: each has an arrival of its own. */
static bool stands_alone(const struct wframe *f)
{
    return f->tcp == 0 || (f->flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0;
}

/* Hands over what is due, some frames at a time; false: nothing is. */
static bool deliver(struct wire *w, struct lane *l)
{
    struct packet out[PACKETS_AT_ONCE];
    const struct wframe *f = l->way.first;
    const uint64_t now_ns = clock_steady();
    int count = 0;
    for (; f && f->due_ns <= now_ns && count < PACKETS_AT_ONCE; f = f->next) {
        if (count > 0 && stands_alone(f))
            break;
        out[count++] = (struct packet){.bytes = (uint8_t *)f->bytes, .len = f->len};
        if (stands_alone(f))
            break;
    }
    if (count == 0)
        return false;
    const uint64_t time_ns = clock_now();
    const int sent = packets_send(w->port[side_other(l->from)], out, count);
    lane_advance(l, now_ns);
    if (sent == 0) { /* the other host takes none: it is lost, and is not tried for ever */
        struct wframe *lost = l->way.first;
        wire_pull(w, lost);
        wire_drop(w, lost, WIRE_QUEUE_FULL);
    }
    for (int i = 0; i < sent; i++) {
        struct wframe *gone = l->way.first;
        wire_tell(w, gone, WIRE_ARRIVED, WIRE_BY_HAND, time_ns);
        l->arrived++;
        wire_pull(w, gone);
        wframe_free(w, gone);
    }
    return true;
}

static void overtaken_by_none(struct wire *w, struct lane *l)
{
    struct wframe *f = l->aside;
    const uint64_t now_ns = clock_steady();
    if (!f || l->aside_ns > now_ns)
        return;
    l->aside = NULL;
    lane_go(w, f, now_ns);
}

/* False: there was nothing to do. */
static bool one_round(struct wire *w)
{
    bool any = take(w);
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        overtaken_by_none(w, &w->lane[s]);
        any |= deliver(w, &w->lane[s]);
    }
    return any;
}

void wire_breathe(struct wire *w)
{
    if (!w->gone)
        one_round(w);
    wire_wind(w);
}

void wire_pump(struct wire *w)
{
    for (int i = 0; i < ROUNDS && !w->gone && one_round(w); i++)
        continue;
    wire_wind(w);
}

void wire_wind(struct wire *w)
{
    uint64_t next = 0;
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        const struct lane *l = &w->lane[s];
        if (l->way.first && (!next || l->way.first->due_ns < next))
            next = l->way.first->due_ns;
        if (l->aside && (!next || l->aside_ns < next))
            next = l->aside_ns;
    }
    alarm_set(w->alarm, w->gone ? 0 : next);
}

void wire_judged(struct wire *w)
{
    bool any = false;
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        any |= w->lane[s].gate.first != NULL;
        open_gate(w, &w->lane[s]);
    }
    if (any)
        wire_pump(w);
}

bool wire_inject(struct wire *w, enum side to, const uint8_t *bytes, uint32_t len, uint32_t *frame)
{
    struct wframe *f = wframe_new(w, side_other(to), bytes, len);
    if (!f)
        return false;
    const uint64_t time_ns = clock_now();
    const struct packet out = {.bytes = f->bytes, .len = f->len};
    *frame = f->id;
    tell_entry(w, f, time_ns, true);
    const bool sent = packets_send(w->port[to], &out, 1) == 1;
    wire_tell(w, f, sent ? WIRE_ARRIVED : WIRE_DROPPED, WIRE_BY_HAND, time_ns + 1);
    wframe_free(w, f);
    wire_pump(w);
    return sent;
}

void wire_unhear(struct wire *w, enum side from)
{
    struct packet *p;
    while (packets_take(w->port[from], &p) > 0)
        continue;
}
