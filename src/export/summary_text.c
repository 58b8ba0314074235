/* summary_text.c: a connection in a line of at most 120 columns:
 *
 *      #  client                server                state         segs    bytes     time  rexmt 0-win rtt
 *      1  127.0.0.1:54230       127.0.0.1:3344        TIME-WAIT       12      556   14.1 s   0.0%     0    46
 * µs
 */
#include "export/summary_lines.h"

#include "scene/conn_line.h"

/* Cells of the columns; a negative one stands to the left. */
enum { NUMBER = 7, END = -22, STATE = -12, SEGMENTS = 9, BYTES = 8, TIME = 8, SHARE = 7, ZERO = 6, RTT = 9 };

/* What was put behind `start`, `used` cells wide, becomes a cell of the line. */
static void pad(struct str *out, size_t start, size_t used, int cells)
{
    const size_t width = (size_t)(cells < 0 ? -cells : cells), len = out->len - start;
    const size_t fill = used < width ? width - used : 0;
    if (!str_room(out, fill + 1))
        return;
    char *at = out->at + start, *blanks = cells < 0 ? at + len : at;
    if (cells > 0 && fill)
        memmove(at + fill, at, len);
    for (size_t i = 0; i < fill; i++)
        blanks[i] = ' ';
    out->len += fill;
    str_put_char(out, ' ');
}

/* Words in any language. */
static void make_cell(struct str *out, size_t start, int cells)
{
    pad(out, start, cells_of(out->at + start, out->len - start), cells);
}

/* A length of time, of which each character takes one cell. */
static void make_narrow_cell(struct str *out, size_t start, int cells)
{
    size_t used = 0;
    for (size_t i = start; i < out->len; i++)
        used += (out->at[i] & 0xC0) != 0x80;
    pad(out, start, used, cells);
}

/* Numbers and addresses, of which each byte does. */
static void make_plain_cell(struct str *out, size_t start, int cells)
{
    pad(out, start, out->len - start, cells);
}

static void put_word(struct str *out, const char *text, int cells)
{
    size_t start = out->len;
    str_put(out, text);
    make_cell(out, start, cells);
}

static void put_number(struct str *out, uint64_t v, int cells)
{
    size_t start = out->len;
    str_put_grouped(out, v);
    make_plain_cell(out, start, cells);
}

static void put_end(struct str *out, const struct endpoint *e)
{
    size_t start = out->len;
    str_put_endpoint(out, e);
    make_plain_cell(out, start, END);
}

static void put_span(struct str *out, const struct voice *v, uint64_t ns, bool known, int cells)
{
    size_t start = out->len;
    if (known)
        str_put_span(out, ns, v->ascii);
    else
        str_put(out, v->ascii ? "-" : "–");
    make_narrow_cell(out, start, cells);
}

/* "1.5 %": tenths are rounded. */
static void put_share(struct str *out, uint64_t part, uint64_t whole, int cells)
{
    size_t start = out->len;
    str_put_fixed(out, whole ? (part * 2000 + whole) / (whole * 2) : 0, 1);
    str_put(out, " %");
    make_plain_cell(out, start, cells);
}

static void end_line(struct str *out)
{
    str_trim(out);
    str_put_char(out, '\n');
}

void summary_head(struct str *out, const struct voice *v)
{
    put_word(out, "#", NUMBER);
    put_word(out, say(v, N_("client")), END);
    put_word(out, say(v, N_("server")), END);
    put_word(out, say(v, N_("state")), STATE);
    put_word(out, say(v, N_("segments")), SEGMENTS);
    put_word(out, say(v, N_("bytes")), BYTES);
    put_word(out, say(v, N_("time")), TIME);
    put_word(out, say(v, N_("again")), SHARE);
    put_word(out, say(v, N_("0-win")), ZERO);
    put_word(out, say(v, N_("rtt")), RTT);
    end_line(out);
}

void summary_text(struct str *out, const struct voice *v, uint32_t conn, const struct conn_view *c,
                  struct totals *sum)
{
    const struct flow_stats *a = &c->stats[SIDE_CLIENT], *b = &c->stats[SIDE_SERVER];
    uint64_t segments = (uint64_t)a->segments + b->segments, bytes = flow_bytes(a) + flow_bytes(b);
    uint64_t again = (uint64_t)a->retransmitted_segments + b->retransmitted_segments;
    uint64_t zero = (uint64_t)a->zero_windows + b->zero_windows;
    put_number(out, (uint64_t)conn + 1, NUMBER);
    put_end(out, &c->tuple.end[SIDE_CLIENT]);
    put_end(out, &c->tuple.end[SIDE_SERVER]);
    size_t start = out->len;
    say_conn_state(out, v, c, false);
    make_cell(out, start, STATE);
    put_number(out, segments, SEGMENTS);
    start = out->len;
    str_put_size(out, bytes);
    make_plain_cell(out, start, BYTES);
    put_span(out, v, c->last_ns > c->first_ns ? c->last_ns - c->first_ns : 0, true, TIME);
    put_share(out, again, segments, SHARE);
    put_number(out, zero, ZERO);
    put_span(out, v, conn_rtt_ns(c), conn_rtt_ns(c) > 0, RTT);
    end_line(out);
    sum->conns++;
    sum->segments += segments;
    sum->bytes += bytes;
    sum->retransmitted += again;
    sum->zero_windows += zero;
    sum->resets += (uint64_t)a->resets + b->resets;
    sum->out_of_order += (uint64_t)a->out_of_order + b->out_of_order;
}

void summary_totals(struct str *out, const struct voice *v, const struct totals *sum)
{
    const struct {
        const char *name;
        uint64_t value;
    } values[] = {{"conns", sum->conns},         {"segments", sum->segments}, {"bytes", sum->bytes},
                  {"again", sum->retransmitted}, {"zero", sum->zero_windows}, {"resets", sum->resets},
                  {"late", sum->out_of_order}};
    enum { VALUES = COUNT_OF(values) };
    struct str words[VALUES];
    for (size_t i = 0; i < VALUES; i++) {
        str_init(&words[i], out->mem);
        str_put_grouped(&words[i], values[i].value);
        out->failed |= words[i].failed;
    }
    say_fill(
        out,
        say(v,
            N_("connections {conns}, segments {segments}, bytes {bytes}, retransmitted {again}, out of order "
               "{late}, zero windows {zero}, resets {resets}")),
        "conns", words[0].at, "segments", words[1].at, "bytes", words[2].at, "again", words[3].at, "zero",
        words[4].at, "resets", words[5].at, "late", words[6].at, NULL);
    str_put_char(out, '\n');
    for (size_t i = 0; i < VALUES; i++)
        str_release(&words[i]);
}
