/* ladder.c: a row as a line of the ladder. A state stands only where it changed: a row is compared with the
 * row before it of its own connection, whatever is shown between them. */
#include "scene/ladder.h"

#include <time.h>
#include "scene/fill.h"
#include "scene/wire.h"

static const char *const glyphs[TONE_COUNT][2] = {
    [TONE_OPEN] = {"▲", "^"},  [TONE_DATA] = {"■", "#"}, [TONE_ACK] = {"·", "."},
    [TONE_PROBE] = {"?", "?"}, [TONE_FIN] = {"▼", "v"},  [TONE_RST] = {"✖", "X"},
    [TONE_AGAIN] = {"↻", "@"}, [TONE_CALL] = {" ", " "}, [TONE_NOTE] = {" ", " "},
};
_Static_assert(COUNT_OF(glyphs) == TONE_COUNT, "a glyph for every tone");

const char *tone_glyph(enum tone t, bool ascii)
{
    return t < TONE_COUNT ? glyphs[t][ascii] : " ";
}

void ladder_line_init(struct ladder_line *l, const struct mem *m)
{
    *l = (struct ladder_line){.row = NO_ROW, .from = SIDE_NONE};
    str_init(&l->number, m);
    str_init(&l->time, m);
    str_init(&l->arrow, m);
    str_init(&l->arrow_short, m);
    str_init(&l->sentence, m);
}

void ladder_line_release(struct ladder_line *l)
{
    str_release(&l->number);
    str_release(&l->time);
    str_release(&l->arrow);
    str_release(&l->arrow_short);
    str_release(&l->sentence);
}

bool ladder_line_failed(const struct ladder_line *l)
{
    return l->number.failed || l->time.failed || l->arrow.failed || l->arrow_short.failed ||
           l->sentence.failed;
}

/* What a segment is at first sight: what is unusual about it wins. */
enum tone ladder_tone(const struct row *r)
{
    static const struct {
        uint64_t labels;
        enum tone tone;
    } order[] = {
        {LBL(RST), TONE_RST},
        {LBL(KEEP_ALIVE) | LBL(ZERO_WINDOW_PROBE) | LBL(TAIL_LOSS_PROBE), TONE_PROBE},
        {LBL(RETRANSMISSION) | LBL(FAST_RETRANSMISSION) | LBL(SPURIOUS_RETRANSMISSION), TONE_AGAIN},
        {LBL(SYN) | LBL(SYN_ACK), TONE_OPEN},
        {LBL(FIN), TONE_FIN},
        {LBL(DATA), TONE_DATA},
    };
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        if (r->labels & order[i].labels)
            return order[i].tone;
    }
    return TONE_ACK;
}

static void put_two(struct str *out, int v)
{
    str_put_char(out, (char)('0' + v / 10 % 10));
    str_put_char(out, (char)('0' + v % 10));
}

static void put_time_of_day(struct str *out, uint64_t ns)
{
    time_t seconds = (time_t)(ns / 1000000000);
    struct tm tm;
    if (!localtime_r(&seconds, &tm))
        return;
    put_two(out, tm.tm_hour);
    str_put_char(out, ':');
    put_two(out, tm.tm_min);
    str_put_char(out, ':');
    put_two(out, tm.tm_sec);
    str_put_char(out, '.');
    uint64_t us = ns % 1000000000 / 1000;
    for (uint64_t unit = 100000; unit > 0; unit /= 10)
        str_put_char(out, (char)('0' + us / unit % 10));
}

static void put_time(struct str *out, const struct session *s, const struct row *r, uint32_t before,
                     const struct ladder_style *style)
{
    uint64_t from = session_start(s);
    if (style->time == TIME_OF_DAY && !style->steady) {
        put_time_of_day(out, r->time_ns);
        return;
    }
    if (style->time == TIME_DELTA) {
        const struct row *b = before == NO_ROW ? NULL : session_row(s, before);
        from = b && b->time_ns < r->time_ns ? b->time_ns : r->time_ns; /* a delta is never negative */
    }
    say_since(out, &style->voice, from, style->steady ? from : r->time_ns);
}

/* The flags as words, ACK last: "SYN ACK", "PSH ACK", "FIN ACK", "RST". */
static void put_flags(struct str *out, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *word;
    } words[] = {
        {TCP_SYN, "SYN"}, {TCP_FIN, "FIN"}, {TCP_RST, "RST"}, {TCP_PSH, "PSH"}, {TCP_URG, "URG"},
        {TCP_ECE, "ECE"}, {TCP_CWR, "CWR"}, {TCP_NS, "NS"},   {TCP_ACK, "ACK"},
    };
    bool first = true;
    if (flags == TCP_ACK) { /* most are */
        str_put(out, "ACK");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!(flags & words[i].flag))
            continue;
        if (!first)
            str_put_char(out, ' ');
        str_put(out, words[i].word);
        first = false;
    }
    if (first)
        str_put(out, "-");
}

/* Room to tell apart what the wire says: the numbers that matter for this kind of segment. */
struct arrow {
    bool seq, ack, mss, win;
};

static struct arrow arrow_of(const struct row *r)
{
    bool syn = r->flags & TCP_SYN, ack = r->flags & TCP_ACK, data = row_len(r) > 0;
    bool probe = r->labels & (LBL(KEEP_ALIVE) | LBL(ZERO_WINDOW_PROBE));
    bool moved = r->labels & (LBL(WINDOW_UPDATE) | LBL(ZERO_WINDOW));
    return (struct arrow){
        .seq = syn || data || probe || (r->flags & (TCP_FIN | TCP_RST)),
        .ack = ack && !data,
        .mss = syn && !ack,
        .win = moved && !syn,
    };
}

static void put_number(struct str *out, const char *name, uint64_t value)
{
    str_put(out, "  ");
    str_put(out, name);
    str_put_char(out, ' ');
    str_put_u64(out, value);
}

/* The words, and the same with the shorter one for bytes. */
static void put_arrow(struct ladder_line *l, const struct session *s, const struct row *r,
                      const struct ladder_style *style)
{
    struct str *out = &l->arrow;
    struct arrow a = arrow_of(r);
    struct seg seg = {0};
    bool decoded = (style->absolute || a.mss) && session_seg(s, r, &seg);
    bool raw = style->absolute && decoded && !style->steady;
    put_flags(out, r->flags);
    if (row_len(r) > 0) {
        str_put(out, "  ");
        str_put_u64(out, row_len(r));
        str_put_char(out, ' ');
        str_put_n(&l->arrow_short, out->at, out->len);
        put_words(out, &style->voice, row_len(r) == 1 ? N_("byte") : N_("bytes"));
        put_words(&l->arrow_short, &style->voice, N_("B"));
    }
    size_t rest = out->len;
    if (a.seq)
        put_number(out, "seq", raw ? seg.seq.v : r->seq);
    if (a.ack)
        put_number(out, "ack", raw ? seg.ack.v : r->ack);
    if (a.mss && decoded && seg.opt.mss)
        put_number(out, "mss", seg.opt.mss_value);
    if (a.win)
        put_number(out, "win", row_win(r));
    if (row_len(r) == 0)
        rest = 0;
    str_put_n(&l->arrow_short, out->at + rest, out->len - rest);
}

/* The segment, or the arrival of one, before of the same connection. What calls and samples stand between is
 * passed over: connect() makes a side SYN-SENT, but the state stands at its SYN. NULL: there is none, or it
 * is very far. */
static const struct row *segment_before(const struct session *s, const struct row *r)
{
    enum { FAR = 1000 };
    for (int i = 0; i < FAR && r && r->before != NO_ROW; i++) {
        r = session_row(s, r->before);
        const struct event_wire *e = r ? session_wire(s, r) : NULL;
        if (r && (r->kind == EVENT_SEGMENT || (e && e->what == WIRE_ARRIVED)))
            return r;
    }
    return NULL;
}

/* A segment that arrived at once has its receiver's state too, though that came later. */
static bool is_there(const struct session *s, const struct row *r, enum side side, enum tcp_state *state)
{
    struct session_flight f;
    if (r->kind != EVENT_SEGMENT || r->side == side || !session_flight_of(s, r, &f) ||
        !session_flight_fast(r, &f))
        return false;
    *state = (enum tcp_state)f.state;
    return true;
}

/* The state of a side to be printed at a segment, where it is another than at the one before: that of several
 * which arrive at once the first one brings about stands there alone. */
static enum tcp_state state_shown(const struct session *s, const struct row *r, const struct row *before,
                                  enum side side)
{
    enum tcp_state now = row_state(r, side), was = before ? row_state(before, side) : STATE_UNKNOWN;
    const bool there = is_there(s, r, side, &now);
    if (before && !there && now == was)
        return STATE_UNKNOWN;
    if (before)
        (void)is_there(s, before, side, &was);
    return before && now == was ? STATE_UNKNOWN : now;
}

static void segment_line(struct ladder_line *l, const struct session *s, const struct row *r,
                         const struct ladder_style *style)
{
    const struct row *before = segment_before(s, r);
    struct session_flight f;
    l->flies = session_track(s)->wire && (!session_flight_of(s, r, &f) || !session_flight_fast(r, &f));
    l->tone = ladder_tone(r);
    for (enum side side = SIDE_CLIENT; side < SIDE_COUNT; side++)
        l->shown[side] = state_shown(s, r, before, side);
    str_put_u64(&l->number, r->frame);
    put_arrow(l, s, r, style);
    say_brief(&l->sentence, &style->voice, s, r);
}

/* What became of a frame: only its receiver's state can have changed. */
static void wire_line(struct ladder_line *l, const struct session *s, const struct row *r,
                      const struct event_wire *e, const struct ladder_style *style)
{
    const struct row *before = segment_before(s, r);
    const uint32_t of = session_frame(s, e->frame);
    const enum side to = (enum side)r->side;
    l->tone = of == NO_ROW ? TONE_ACK : ladder_tone(session_row(s, of));
    l->from = to == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
    if (e->what == WIRE_ARRIVED && before && row_state(before, to) != row_state(r, to))
        l->shown[to] = row_state(r, to);
    say_wire(&l->sentence, &style->voice, s, r);
}

/* On the wire its arrival or its loss; on the loopback the receiver's soft interrupt is where the way ends.
 */
struct ladder_way ladder_way_of(const struct session *s, uint32_t row)
{
    uint64_t at[STAMP_POINTS];
    const struct row *r = session_row(s, row);
    struct session_flight flight;
    if (!r || r->kind != EVENT_SEGMENT)
        return (struct ladder_way){0};
    if (session_flight_of(s, r, &flight))
        return (struct ladder_way){flight.end_ns, flight.end_ns && flight.end == WIRE_DROPPED};
    session_stamps_of(s, row, at);
    return (struct ladder_way){at[STAMP_SOFTIRQ] > r->time_ns ? at[STAMP_SOFTIRQ] : 0, false};
}

void ladder_line_of(struct ladder_line *l, const struct session *s, uint32_t row, uint32_t before,
                    const struct ladder_style *style)
{
    const struct row *r = session_row(s, row);
    str_clear(&l->number);
    str_clear(&l->time);
    str_clear(&l->arrow);
    str_clear(&l->arrow_short);
    str_clear(&l->sentence);
    l->row = row;
    l->conn = NO_CONN;
    l->flies = false;
    l->shown[SIDE_CLIENT] = l->shown[SIDE_SERVER] = STATE_UNKNOWN;
    if (!r)
        return;
    l->kind = (enum event_kind)r->kind;
    l->conn = r->conn;
    l->from = (enum side)r->side;
    const struct event_call *call = session_call(s, r);
    size_t len = 0;
    const char *note = session_note(s, r, &len, NULL);
    if (l->kind == EVENT_SEGMENT) {
        put_time(&l->time, s, r, before, style);
        segment_line(l, s, r, style);
    } else if (session_wire(s, r)) {
        put_time(&l->time, s, r, before, style);
        wire_line(l, s, r, session_wire(s, r), style);
    } else if (call) {
        l->tone = TONE_CALL;
        say_call(&l->sentence, &style->voice, call);
    } else {
        l->tone = TONE_NOTE;
        l->from = SIDE_NONE;
        if (say_icmp_brief(&l->sentence, &style->voice, s, r)) {
            str_put_u64(&l->number, r->frame);
            put_time(&l->time, s, r, before, style);
        }
        if (note)
            str_put_safe(&l->sentence, note, len, style->voice.ascii);
    }
}
