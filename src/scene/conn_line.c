/* conn_line.c: a bar of activity is as high as its busiest cell's power of two, so that two bars can be
 * compared, and its other cells are in proportion to that, so that each has a shape. */
#include "scene/conn_line.h"

#include <string.h>

#include "scene/fill.h"

enum { LEVELS = 8 };

void conn_line_init(struct conn_line *l, const struct mem *m)
{
    *l = (struct conn_line){.conn = NO_CONN};
    for (int i = 0; i < CONNS_COLUMNS; i++)
        str_init(&l->cell[i], m);
}

void conn_line_release(struct conn_line *l)
{
    for (int i = 0; i < CONNS_COLUMNS; i++)
        str_release(&l->cell[i]);
}

/* An endpoint in so many cells: its port stays whole, of its address the beginning and the end. */
static void put_end(struct str *out, const struct endpoint *e, size_t cells, bool ascii)
{
    size_t start = out->len;
    str_put_endpoint(out, e);
    char whole[64];
    size_t len = out->len - start;
    if (len <= cells || len >= sizeof whole)
        return;
    memcpy(whole, out->at + start, len + 1);
    size_t tail = strlen(strrchr(whole, ':')) + (e->addr.family == 6); /* "]:443" */
    size_t room = cells > tail + 1 ? cells - tail - 1 : 0, head = room / 2 + room % 2;
    str_cut(out, start);
    str_put_n(out, whole, head);
    str_put(out, ascii ? "~" : "…");
    str_put_n(out, whole + len - tail - (room - head), tail + room - head);
}

void say_conn_state(struct str *out, const struct voice *v, const struct conn_view *view, bool brief)
{
    unsigned state = conn_state(view);
    if (state == CONN_REFUSED)
        put_words(out, v, N_("refused"));
    else if (state == CONN_RESET)
        put_words(out, v, N_("reset"));
    else if (state != STATE_UNKNOWN)
        str_put(out, brief ? state_brief((enum tcp_state)state) : state_name((enum tcp_state)state));
}

static void put_dash(struct str *out, bool ascii)
{
    if (out->len == 0)
        str_put(out, ascii ? "-" : "–");
}

/* "41.2 s"; from a day on no tenths, so that it takes no more room. */
static void put_seconds(struct str *out, uint64_t ns)
{
    uint64_t tenths = (ns + 50000000) / 100000000;
    if (tenths < 864000)
        str_put_fixed(out, tenths, 1);
    else
        str_put_u64(out, tenths / 10);
    str_put(out, " s");
}

static void put_percent(struct str *out, uint64_t thousandths)
{
    if (thousandths == 0)
        return;
    if (thousandths < 50)
        str_put(out, "<0.1");
    else
        str_put_fixed(out, (thousandths + 50) / 100, 1);
    str_put(out, " %");
}

static unsigned level(unsigned value, unsigned most)
{
    unsigned top = 2;
    while (top < LEVELS && most >> top > 0)
        top++;
    return value == 0 ? 1 : 2 + ((top - 2) * value + most / 2) / most;
}

static void put_activity(struct str *out, const struct session *s, uint32_t conn, size_t cells, bool ascii)
{
    static const char *const blocks[2][LEVELS] = {{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
                                                  {"_", ".", ":", "-", "=", "+", "*", "#"}};
    uint8_t bins[ACTIVITY_BINS];
    unsigned mean[ACTIVITY_BINS], most = 1;
    size_t n = session_activity(s, conn, bins), shown = n < cells ? n : cells;
    for (size_t i = 0; i < shown; i++) {
        size_t from = i * n / shown, to = (i + 1) * n / shown;
        unsigned sum = 0;
        for (size_t k = from; k < to; k++)
            sum += bins[k];
        unsigned spans = to > from ? (unsigned)(to - from) : 1;
        mean[i] = (sum + spans - 1) / spans;
        most = mean[i] > most ? mean[i] : most;
    }
    for (size_t i = 0; i < shown; i++)
        str_put(out, blocks[ascii][level(mean[i], most) - 1]);
}

bool conn_line_of(struct conn_line *l, const struct session *s, uint32_t conn, const struct conn_style *style)
{
    struct conn_view v;
    struct outline o;
    struct str *cell = l->cell;
    bool ascii = style->voice.ascii;
    for (int i = 0; i < CONNS_COLUMNS; i++)
        str_clear(&cell[i]);
    l->conn = conn;
    if (!session_conn(s, conn, &v) || !session_outline(s, conn, &o))
        return false;
    const struct flow_stats *a = &v.stats[SIDE_CLIENT], *b = &v.stats[SIDE_SERVER];
    str_put_u64(&cell[CONNS_NUMBER], (uint64_t)conn + 1);
    put_end(&cell[CONNS_CLIENT], &v.tuple.end[SIDE_CLIENT], style->end_cells[SIDE_CLIENT], ascii);
    put_end(&cell[CONNS_SERVER], &v.tuple.end[SIDE_SERVER], style->end_cells[SIDE_SERVER], ascii);
    say_conn_state(&cell[CONNS_STATE], &style->voice, &v, style->brief_states);
    l->broken = conn_state(&v) >= CONN_REFUSED;
    str_put_grouped(&cell[CONNS_SEGMENTS], a->segments + b->segments);
    str_put_size(&cell[CONNS_BYTES], flow_bytes(a) + flow_bytes(b));
    put_seconds(&cell[CONNS_TIME], v.last_ns > v.first_ns ? v.last_ns - v.first_ns : 0);
    put_percent(&cell[CONNS_REXMT], conn_rexmt(&v));
    if (a->zero_windows + b->zero_windows > 0)
        str_put_grouped(&cell[CONNS_ZERO], a->zero_windows + b->zero_windows);
    if (conn_rtt_ns(&v) > 0)
        str_put_span(&cell[CONNS_RTT], conn_rtt_ns(&v), ascii);
    for (int i = CONNS_STATE; i < CONNS_ACTIVITY; i++)
        put_dash(&cell[i], ascii);
    put_activity(&cell[CONNS_ACTIVITY], s, conn, style->busy_cells, ascii);
    return true;
}

bool conn_troubled(const struct session *s, uint32_t conn)
{
    struct outline o;
    return session_outline(s, conn, &o) && (o.trouble != 0 || o.labels & TROUBLE_LABELS);
}

void conn_line_words(struct str *out, const struct voice *v, const struct session *s, uint32_t conn)
{
    struct conn_view view;
    if (!session_conn(s, conn, &view))
        return;
    str_put_endpoint(out, &view.tuple.end[SIDE_CLIENT]);
    str_put_char(out, ' ');
    str_put_endpoint(out, &view.tuple.end[SIDE_SERVER]);
    str_put_char(out, ' ');
    say_conn_state(out, v, &view, false);
}

void say_troubles(struct str *out, const struct voice *v, const struct session *s, size_t cells)
{
    static const struct {
        const char *one, *many, *more;
    } words[TROUBLES] = {
#define TROUBLE(id, one, many, more) [TROUBLE_##id] = {one, many, more},
#include "session/trouble.def"
    };
    struct str part, number;
    size_t start = out->len;
    str_init(&part, out->mem);
    str_init(&number, out->mem);
    for (int i = 0; i < TROUBLES; i++) {
        uint32_t n = session_troubled(s, (enum trouble)i);
        if (n == 0)
            continue;
        bool first = out->len == start;
        str_clear(&part);
        str_clear(&number);
        str_put_grouped(&number, n);
        if (!first)
            str_put(&part, v->ascii ? ", " : " · ");
        put_filled(&part, v,
                   !first   ? words[i].more
                   : n == 1 ? words[i].one
                            : words[i].many,
                   "n", number.at, NULL);
        size_t used = cells_of(out->at + start, out->len - start) + cells_of(part.at, part.len);
        if (first && used > cells) { /* the short words */
            str_clear(&part);
            put_filled(&part, v, words[i].more, "n", number.at, NULL);
        } else if (used + (first ? 0 : 2) > cells) {
            str_put(out, v->ascii ? " ~" : " …");
            break;
        }
        str_put_n(out, part.at, part.len);
    }
    str_release(&number);
    str_release(&part);
}
