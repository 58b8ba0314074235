/* path.c: the layers are always the same; which times are known, and what happens on arrival, differs. Times
 * count from the call that made the segment, or else from the moment it passed the sniffer; a stamp may lie a
 * little before that, for the sniffer looks in the driver: then they count from the first stamp. */
#include "scene/path.h"

#include "scene/fill.h"

enum { NO_STAMP = STAMP_POINTS };

/* One layer as written. {n}: bytes, as the step adds or holds them. */
struct layer {
    const char *name, *adds, *sentence;
    unsigned stamp;
    bool card; /* only where there is a network card */
};

static const char held[] = N_("{n} bytes");

static const struct layer down_layers[] = {
    {N_("socket send buffer"), held,
     N_("The bytes wait here, a copy of what the program wrote, until the other side has acknowledged them."),
     NO_STAMP, false},
    {N_("TCP"), N_("+ {n}, sk_buff"),
     N_("TCP cuts a segment that fits into the MSS, puts its header before it, and keeps the whole in one "
        "sk_buff."),
     NO_STAMP, false},
    {N_("IP"), N_("+ {n}"), N_("IP finds the route and puts the addresses before the segment."), NO_STAMP,
     false},
    {N_("queueing discipline"), "",
     N_("The interface's queue decides which packet goes next; loopback has none that waits."), STAMP_QDISC,
     false},
    {N_("driver"), N_("+ {n}"), N_("The link header is put before the packet, and the driver takes it."),
     STAMP_DRIVER, false},
    {N_("ring, DMA"), "",
     N_("The driver writes the packet's address into the card's ring; the card fetches the bytes by DMA."),
     NO_STAMP, true},
    {N_("wire"), "", N_("The frame travels to the other side."), NO_STAMP, false},
};

static const struct layer up_layers[] = {
    {N_("receive buffer"), held,
     N_("Bytes in order wait here until the program reads; the room that is left is the window."), NO_STAMP,
     false},
    {N_("TCP"), N_("- {n}"), NULL, NO_STAMP, false},
    {N_("IP"), N_("- {n}"), N_("IP checks that the packet is for this machine and hands the segment to TCP."),
     NO_STAMP, false},
    {N_("softirq"), "", N_("The softirq takes the sk_buff out of the queue and starts its way up."),
     STAMP_SOFTIRQ, false},
    {N_("interrupt"), "", N_("The card interrupts the processor: frames have come."), NO_STAMP, true},
    {N_("ring, DMA"), "", N_("The card puts the frame into its receive ring by DMA, without the processor."),
     NO_STAMP, true},
    {N_("MAC mine?"), "",
     N_("An interface keeps frames for its own hardware address and lets the others pass."), NO_STAMP, false},
};
_Static_assert(COUNT_OF(down_layers) + 1 <= PATH_STEPS && COUNT_OF(up_layers) + 1 <= PATH_STEPS,
               "room for every step");

/* A path under way: what the steps ask for. */
struct way {
    struct path *path;
    const struct voice *voice;
    const struct session *session;
    const struct row *row;
    struct row_extra extra;
    struct seg seg;
    uint64_t stamps[STAMP_POINTS], base;
    struct session_flight flight;
    bool on_wire; /* the flight is known */
    bool steady;
};

static void step_each(struct path *p, void (*act)(struct path_step *s, const struct mem *m),
                      const struct mem *m)
{
    for (size_t i = 0; i < PATH_STEPS; i++) {
        act(&p->down[i], m);
        act(&p->up[i], m);
    }
}

static void step_init(struct path_step *s, const struct mem *m)
{
    str_init(&s->name, m);
    str_init(&s->adds, m);
    str_init(&s->time, m);
    str_init(&s->sentence, m);
}

static void step_release(struct path_step *s, const struct mem *m)
{
    (void)m;
    str_release(&s->name);
    str_release(&s->adds);
    str_release(&s->time);
    str_release(&s->sentence);
}

static void step_clear(struct path_step *s, const struct mem *m)
{
    (void)m;
    str_clear(&s->name);
    str_clear(&s->adds);
    str_clear(&s->time);
    str_clear(&s->sentence);
    s->measured = s->absent = false;
}

void path_init(struct path *p, const struct mem *m)
{
    *p = (struct path){.from = SIDE_NONE};
    step_each(p, step_init, m);
    str_init(&p->note, m);
    str_init(&p->acknowledged, m);
}

void path_release(struct path *p)
{
    step_each(p, step_release, NULL);
    str_release(&p->note);
    str_release(&p->acknowledged);
}

static void put_time(struct path_step *s, const struct way *w, uint64_t at)
{
    s->measured = at != 0;
    if (s->measured)
        str_put_span(&s->time, w->steady || at < w->base ? 0 : at - w->base, w->voice->ascii);
    else
        str_put(&s->time, w->voice->ascii ? "-" : "–");
}

static void put_adds(struct path_step *s, const struct way *w, const char *words, uint64_t n)
{
    struct str number;
    str_init(&number, s->adds.mem);
    str_put_u64(&number, n);
    put_filled(&s->adds, w->voice, words, "n", number.at, NULL);
    str_release(&number);
}

static void put_layer(struct path_step *s, const struct way *w, const struct layer *l, uint64_t n)
{
    put_words(&s->name, w->voice, l->name);
    if (n > 0)
        put_adds(s, w, l->adds == held && n == 1 ? N_("1 byte") : l->adds, n);
    put_words(&s->sentence, w->voice, l->sentence);
    s->absent = l->card && w->path->loopback;
    put_time(s, w, l->stamp == NO_STAMP || w->steady ? 0 : w->stamps[l->stamp]);
}

/* Who made the segment: a call, a timer, or the kernel that answers. Of a capture calls are not known. */
static void put_maker(struct way *w)
{
    struct path_step *s = &w->path->down[0];
    const struct row *row = w->extra.cause == CAUSE_CALL && w->extra.cause_row != NO_ROW
                                ? session_row(w->session, w->extra.cause_row)
                                : NULL;
    const struct event_call *call = row ? session_call(w->session, row) : NULL;
    if (call) {
        put_call_name(&s->name, call);
        put_words(&s->sentence, w->voice,
                  call->kind == CALL_WRITE
                      ? N_("The program hands its bytes to the kernel, which copies them; the call returns.")
                      : N_("The program calls, and the kernel sends what that needs by itself."));
    } else if (!session_track(w->session)->live && w->extra.cause == CAUSE_UNKNOWN) {
        put_words(&s->name, w->voice, N_("program or kernel"));
        put_words(&s->sentence, w->voice,
                  N_("A call of the program or the kernel by itself: a capture does not tell which."));
    } else {
        put_words(&s->name, w->voice, N_("the kernel itself"));
        put_words(&s->sentence, w->voice, N_("No program called: the kernel sends this by itself."));
    }
    put_time(s, w, call ? w->base : 0);
}

/* What TCP does with the segment on arrival. */
static const char *arrival_words(const struct row *r)
{
    if (r->labels & LBL(SYN))
        return N_("A SYN makes a small request socket in the listener's SYN queue; the answer is SYN ACK.");
    if (r->labels & LBL(SYN_ACK))
        return N_("The SYN ACK opens this side: connect() is over, and an ACK goes out at once.");
    if (r->labels & LBL(HANDSHAKE_ACK))
        return N_("This ACK moves the connection from the SYN queue to the accept queue, where accept() "
                  "fetches it.");
    if (r->labels & LBL(RST))
        return N_("A reset ends the connection here; the program sees ECONNRESET.");
    if (r->labels & LBL(FIN))
        return N_("The FIN is noted after the last byte: read() returns 0 there. TCP acknowledges it.");
    if (row_len(r) > 0)
        return N_("TCP puts the bytes in order into the receive buffer and acknowledges them.");
    return N_(
        "No bytes for a program: TCP takes the ACK number and the window, and frees what is acknowledged.");
}

static void put_reader(struct way *w)
{
    struct path_step *s = &w->path->up[0];
    put_words(&s->name, w->voice, N_("read()"));
    if (row_len(w->row) > 0)
        put_words(&s->sentence, w->voice,
                  N_("The program reads when it likes; only then do the bytes leave the receive buffer."));
    else
        put_words(&s->sentence, w->voice, N_("Nothing to read: the program does not notice this segment."));
    put_time(s, w, w->steady ? 0 : w->stamps[STAMP_READ]);
}

static bool is_loopback(const struct addr *a)
{
    bool zeros = true;
    for (size_t i = 0; i < 15; i++)
        zeros = zeros && a->at[i] == 0;
    return a->family == 4 ? a->at[0] == 127 : a->family == 6 && zeros && a->at[15] == 1;
}

/* Our own wire: when the frame came onto it, and when it left it. */
static void put_flight(struct way *w)
{
    struct path_step *down = &w->path->down[w->path->downs - 1], *up = &w->path->up[w->path->ups - 1];
    str_clear(&down->time);
    str_clear(&up->time);
    put_time(down, w, w->row->time_ns);
    put_time(up, w, w->flight.end_ns && w->flight.end == WIRE_ARRIVED ? w->flight.end_ns : 0);
}

static void put_columns(struct way *w)
{
    struct path *p = w->path;
    const uint64_t data = row_len(w->row), tcp = w->seg.tcp.len, ip = w->seg.ip.len, link = w->seg.link.len;
    const uint64_t down_n[COUNT_OF(down_layers)] = {data, tcp, ip, 0, link, 0, 0};
    const uint64_t up_n[COUNT_OF(up_layers)] = {data, tcp, ip, 0, 0, 0, 0};
    put_maker(w);
    for (size_t i = 0; i < COUNT_OF(down_layers); i++)
        put_layer(&p->down[i + 1], w, &down_layers[i], down_n[i]);
    put_reader(w);
    for (size_t i = 0; i < COUNT_OF(up_layers); i++)
        put_layer(&p->up[i + 1], w, &up_layers[i], up_n[i]);
    p->downs = COUNT_OF(down_layers) + 1;
    p->ups = COUNT_OF(up_layers) + 1;
    for (size_t i = 1; i < p->ups; i++) {
        if (p->up[i].sentence.len == 0)
            put_words(&p->up[i].sentence, w->voice, arrival_words(w->row));
    }
    if (p->loopback || w->on_wire)
        put_words(&p->up[p->ups - 1].adds, w->voice, N_("yes"));
    if (w->on_wire)
        put_flight(w);
}

/* The row that acknowledges this one stands a little further on, if it is there. */
static void put_acknowledged(struct way *w, uint32_t row)
{
    enum { LOOK = 256 };
    for (uint32_t i = row + 1; i - row <= LOOK; i++) {
        const struct row *r = session_row(w->session, i);
        if (!r)
            return;
        if (r->kind != EVENT_SEGMENT || r->acks != w->row->frame)
            continue;
        struct str number, time;
        str_init(&number, w->path->note.mem);
        str_init(&time, w->path->note.mem);
        str_put_u64(&number, r->frame);
        uint64_t at = w->stamps[STAMP_ACKED] > w->base ? w->stamps[STAMP_ACKED] : r->time_ns;
        str_put_span(&time, w->steady || at < w->base ? 0 : at - w->base, w->voice->ascii);
        put_filled(&w->path->acknowledged, w->voice, N_("acknowledged by #{n} after {time}"), "n", number.at,
                   "time", time.at, NULL);
        str_release(&number);
        str_release(&time);
        return;
    }
}

static uint64_t base_of(const struct way *w)
{
    uint64_t base = w->row->time_ns;
    const struct row *call = w->extra.cause == CAUSE_CALL && w->extra.cause_row != NO_ROW
                                 ? session_row(w->session, w->extra.cause_row)
                                 : NULL;
    if (call && call->time_ns <= base)
        base = call->time_ns;
    for (size_t i = 0; i < STAMP_POINTS; i++) {
        if (w->stamps[i] && w->stamps[i] < base)
            base = w->stamps[i];
    }
    return base;
}

void path_of(struct path *p, const struct voice *v, const struct session *s, uint32_t row, bool steady)
{
    struct way w = {.path = p, .voice = v, .session = s, .row = session_row(s, row), .steady = steady};
    step_each(p, step_clear, NULL);
    str_clear(&p->note);
    str_clear(&p->acknowledged);
    p->downs = p->ups = 0;
    p->from = SIDE_NONE;
    if (!w.row || !session_seg(s, w.row, &w.seg))
        return;
    session_extra(s, w.row, &w.extra);
    session_stamps_of(s, row, w.stamps);
    w.on_wire = session_flight_of(s, w.row, &w.flight);
    w.base = base_of(&w);
    p->from = (enum side)w.row->side;
    p->loopback = is_loopback(&w.seg.src.addr) || is_loopback(&w.seg.dst.addr);
    put_columns(&w);
    if (p->loopback)
        put_words(&p->note, v,
                  N_("–: not measured. Loopback has no card: a real one would fetch the frame from its ring "
                     "by DMA, and at "
                     "the other end put it into a ring by DMA and interrupt."));
    else
        put_words(&p->note, v, N_("–: not measured."));
    put_acknowledged(&w, row);
}
