/* sheet.c: what is counted of a connection, in words and two columns. A value that is not known is a dash,
 * not a zero. */
#include "scene/sheet.h"

#include "scene/fill.h"

enum { NAME = 36, COLUMN = 20 };

struct sheet {
    const struct voice *v;
    struct str line, value;
    const struct conn_view *c;
    void (*put)(void *ctx, const char *text, bool head);
    void *ctx;
    bool failed;
};

static void end_line(struct sheet *h, bool head)
{
    h->failed |= h->line.failed || h->value.failed;
    if (!h->failed)
        h->put(h->ctx, h->line.at, head);
    str_clear(&h->line);
    str_clear(&h->value);
}

/* The value under way to the right of a column. */
static void put_column(struct sheet *h)
{
    size_t cells = cells_of(h->value.at, h->value.len);
    str_put_rep(&h->line, " ", cells < COLUMN ? COLUMN - cells : 1);
    str_put_n(&h->line, h->value.at, h->value.len);
    str_clear(&h->value);
}

static void put_name(struct sheet *h, const char *english)
{
    size_t cells;
    put_words(&h->line, h->v, english);
    cells = cells_of(h->line.at, h->line.len);
    str_put_rep(&h->line, " ", cells < NAME ? NAME - cells : 1);
}

static void put_dash(struct sheet *h)
{
    str_put(&h->value, h->v->ascii ? "-" : "–");
}

static void put_span(struct sheet *h, uint64_t ns, bool known)
{
    if (known)
        str_put_span(&h->value, h->v->steady ? 0 : ns, h->v->ascii);
    else
        put_dash(h);
}

/* Bytes a second over the life of the connection. */
static void put_rate(struct sheet *h, uint64_t bytes)
{
    uint64_t ns = h->c->last_ns > h->c->first_ns ? h->c->last_ns - h->c->first_ns : 0;
    if (!ns || h->v->steady) {
        put_dash(h);
        return;
    }
    __extension__ typedef unsigned __int128 wide;
    uint64_t rate = (uint64_t)((wide)bytes * 1000000000 / ns);
    str_put_size(&h->value, rate);
    str_put(&h->value, rate < 10000 ? " B/s" : "B/s"); /* a size brings its K or M with a blank before it */
}

/* "12 (4.2 %)" */
static void put_part(struct sheet *h, uint64_t part, uint64_t whole)
{
    str_put_grouped(&h->value, part);
    if (!part || !whole)
        return;
    str_put(&h->value, " (");
    str_put_fixed(&h->value, (part * 2000 + whole) / (whole * 2), 1);
    str_put(&h->value, " %)");
}

static void put_state(struct sheet *h, enum side side)
{
    const char *name = state_name(h->c->state[side]);
    if (name)
        str_put(&h->value, name);
    else
        put_dash(h);
}

/* The lines of the two columns. */
enum line {
    LINE_STATE,
    LINE_SEGMENTS,
    LINE_DATA,
    LINE_ACKS,
    LINE_BYTES,
    LINE_UNIQUE,
    LINE_AGAIN,
    LINE_ASKING,
    LINE_RETRANSMITTED,
    LINE_LATE,
    LINE_DUPLICATE,
    LINE_ZERO,
    LINE_KEEPALIVE,
    LINE_RTT_MIN,
    LINE_RTT_MEAN,
    LINE_RTT_MAX,
    LINE_RTT_SAMPLES,
    LINE_FLIGHT,
    LINE_FLIGHT_MOST,
    LINE_WINDOW,
    LINE_SHIFT,
    LINE_MSS,
    LINE_THROUGHPUT,
    LINE_GOODPUT,
    LINES
};

static const char *const names[LINES] = {
    [LINE_STATE] = N_("state"),
    [LINE_SEGMENTS] = N_("segments"),
    [LINE_DATA] = N_("  with data"),
    [LINE_ACKS] = N_("  nothing but an ACK"),
    [LINE_BYTES] = N_("bytes, every copy counted"),
    [LINE_UNIQUE] = N_("  sent for the first time"),
    [LINE_AGAIN] = N_("  sent again"),
    [LINE_ASKING] = N_("  sent to ask for a window"),
    [LINE_RETRANSMITTED] = N_("retransmitted segments"),
    [LINE_LATE] = N_("out of order"),
    [LINE_DUPLICATE] = N_("duplicate ACKs"),
    [LINE_ZERO] = N_("zero windows"),
    [LINE_KEEPALIVE] = N_("keep-alives"),
    [LINE_RTT_MIN] = N_("round trip, shortest"),
    [LINE_RTT_MEAN] = N_("  mean"),
    [LINE_RTT_MAX] = N_("  longest"),
    [LINE_RTT_SAMPLES] = N_("  measured (never on a copy: Karn)"),
    [LINE_FLIGHT] = N_("bytes in flight at the end"),
    [LINE_FLIGHT_MOST] = N_("  at most"),
    [LINE_WINDOW] = N_("window offered last"),
    [LINE_SHIFT] = N_("  its scale"),
    [LINE_MSS] = N_("segments taken up to (MSS)"),
    [LINE_THROUGHPUT] = N_("throughput, every copy counted"),
    [LINE_GOODPUT] = N_("goodput, each byte once"),
};

static void put_value(struct sheet *h, enum line line, enum side side)
{
    const struct conn_view *c = h->c;
    const struct flow_stats *f = &c->stats[side];
    bool measured = f->rtt_samples > 0;
    switch (line) {
    case LINE_STATE: put_state(h, side); break;
    case LINE_SEGMENTS: str_put_grouped(&h->value, f->segments); break;
    case LINE_DATA: str_put_grouped(&h->value, f->data_segments); break;
    case LINE_ACKS: str_put_grouped(&h->value, f->pure_acks); break;
    case LINE_BYTES: str_put_grouped(&h->value, flow_bytes(f)); break;
    case LINE_UNIQUE: str_put_grouped(&h->value, f->unique_bytes); break;
    case LINE_AGAIN: put_part(h, f->retransmitted_bytes, flow_bytes(f)); break;
    case LINE_ASKING: str_put_grouped(&h->value, f->probe_bytes); break;
    case LINE_RETRANSMITTED: put_part(h, f->retransmitted_segments, f->segments); break;
    case LINE_LATE: str_put_grouped(&h->value, f->out_of_order); break;
    case LINE_DUPLICATE: str_put_grouped(&h->value, f->dup_acks); break;
    case LINE_ZERO: str_put_grouped(&h->value, f->zero_windows); break;
    case LINE_KEEPALIVE: str_put_grouped(&h->value, f->keep_alives); break;
    case LINE_RTT_MIN: put_span(h, f->rtt_min_ns, measured); break;
    case LINE_RTT_MEAN: put_span(h, measured ? f->rtt_sum_ns / f->rtt_samples : 0, measured); break;
    case LINE_RTT_MAX: put_span(h, f->rtt_max_ns, measured); break;
    case LINE_RTT_SAMPLES: str_put_grouped(&h->value, f->rtt_samples); break;
    case LINE_FLIGHT: str_put_grouped(&h->value, c->flight[side]); break;
    case LINE_FLIGHT_MOST: str_put_grouped(&h->value, c->flight_most[side]); break;
    case LINE_WINDOW: str_put_grouped(&h->value, c->rcv_wnd[side]); break;
    case LINE_SHIFT:
        if (c->shift[side] < 0) {
            put_dash(h);
        } else {
            str_put(&h->value, h->v->ascii ? "x " : "× ");
            str_put_u64(&h->value, UINT64_C(1) << c->shift[side]);
        }
        break;
    case LINE_MSS:
        if (c->mss[side])
            str_put_grouped(&h->value, c->mss[side]);
        else
            put_dash(h);
        break;
    case LINE_THROUGHPUT: put_rate(h, flow_bytes(f)); break;
    case LINE_GOODPUT: put_rate(h, f->unique_bytes); break;
    case LINES: break;
    }
}

static void put_life(struct sheet *h)
{
    const struct conn_view *c = h->c;
    put_name(h, N_("lasted"));
    put_span(h, c->last_ns > c->first_ns ? c->last_ns - c->first_ns : c->first_ns - c->last_ns, true);
    put_column(h);
    end_line(h, false);
    put_name(h, N_("handshake (initial round trip)"));
    put_span(h, c->irtt_ns, c->irtt_ns > 0);
    put_column(h);
    end_line(h, false);
    put_name(h, N_("longest silence"));
    put_span(h, c->silence_ns, true);
    put_column(h);
    end_line(h, false);
}

static const char *end_words(const struct conn_view *c)
{
    bool client = c->end_by == SIDE_CLIENT;
    switch (c->end) {
    case END_OPEN: return N_("Nobody has closed it.");
    case END_HALF:
        return client ? N_("The client has closed its direction, the server has not.")
                      : N_("The server has closed its direction, the client has not.");
    case END_CLOSED:
        return client ? N_("Both have closed, the client first.") : N_("Both have closed, the server first.");
    case END_RESET: return client ? N_("A RST of the client ended it.") : N_("A RST of the server ended it.");
    case END_REFUSED: return N_("It was refused: a RST answered the SYN.");
    }
    return "";
}

bool sheet_of(const struct voice *v, const struct session *s, uint32_t conn,
              void (*line)(void *ctx, const char *text, bool head), void *ctx)
{
    struct conn_view c;
    struct sheet h = {.v = v, .c = &c, .put = line, .ctx = ctx};
    if (!session_conn(s, conn, &c))
        return true;
    const struct mem *m = session_mem(s);
    str_init(&h.line, m);
    str_init(&h.value, m);
    str_put_endpoint(&h.line, &c.tuple.end[SIDE_CLIENT]);
    str_put(&h.line, v->ascii ? " <-> " : " ⇄ ");
    str_put_endpoint(&h.line, &c.tuple.end[SIDE_SERVER]);
    end_line(&h, true);
    put_words(&h.line, v, end_words(&c));
    end_line(&h, false);
    put_life(&h);
    end_line(&h, false);
    put_name(&h, "");
    for (int side = 0; side < SIDE_COUNT; side++) {
        put_words(&h.value, v, side == SIDE_CLIENT ? N_("client") : N_("server"));
        put_column(&h);
    }
    end_line(&h, true);
    const bool asked = c.stats[SIDE_CLIENT].probe_bytes || c.stats[SIDE_SERVER].probe_bytes;
    for (int i = 0; i < LINES; i++) {
        if (i == LINE_ASKING && !asked) /* seldom: Linux probes without a byte */
            continue;
        put_name(&h, names[i]);
        for (int side = 0; side < SIDE_COUNT; side++) {
            put_value(&h, (enum line)i, (enum side)side);
            put_column(&h);
        }
        end_line(&h, false);
    }
    str_release(&h.line);
    str_release(&h.value);
    return !h.failed;
}
