#include "scene/labsheet.h"

#include "core/ranges.h"
#include "core/seq.h"

/* What is kept in mind while the rows pass. */
struct pass {
    struct labsheet *l;
    const struct session *s;
    uint32_t covered;     /* number up to which the receiver has acknowledged */
    uint32_t end;         /* number after the highest byte: a FIN takes one too, which is no byte */
    uint32_t most;        /* payload bytes of the largest segment */
    bool begun;           /* data has been seen */
    struct ranges copies; /* what was sent again */
    const struct mem *mem;
    bool failed;
};

/* Relative numbers may begin anew after 4 GiB, as raw ones do. */
static bool is_before(uint32_t a, uint32_t b)
{
    return seq_before((seq_t){a}, (seq_t){b});
}

static void add_handshake(struct pass *p, const struct row *r)
{
    struct labsheet *l = p->l;
    struct seg seg;
    if (!(r->flags & TCP_SYN))
        return;
    uint32_t *frame = r->flags & TCP_ACK ? &l->reply_frame : &l->syn_frame;
    if (*frame)
        return;
    *frame = r->frame;
    if (session_seg(p->s, r, &seg))
        l->sack[r->side] = seg.opt.sack_permitted;
}

static void add_first(struct pass *p, const struct row *r)
{
    struct labsheet *l = p->l;
    struct seg seg;
    if (l->firsts == LAB_FIRST)
        return;
    l->first[l->firsts++] = (struct lab_segment){.frame = r->frame,
                                                 .seq = r->seq,
                                                 .len = row_len(r),
                                                 .header = session_seg(p->s, r, &seg) ? seg.tcp.len : 0,
                                                 .sent_ns = r->time_ns};
}

/* A copy spoils the round trip of what it repeats and nobody has acknowledged yet. */
static void add_copy(struct pass *p, const struct row *r)
{
    struct labsheet *l = p->l;
    p->failed =
        !ranges_add(&p->copies, p->mem, (seq_t){r->seq}, (seq_t){r->seq + row_len(r)}, NULL) || p->failed;
    if (l->repeats < LAB_AGAIN)
        l->again[l->repeats] = r->frame;
    l->repeats++;
    for (size_t i = 0; i < l->firsts; i++) {
        struct lab_segment *f = &l->first[i];
        if (!f->ack_frame && is_before(f->seq, r->seq + row_len(r)) && is_before(r->seq, f->seq + f->len))
            f->again = true;
    }
}

static void add_data(struct pass *p, const struct row *r)
{
    struct labsheet *l = p->l;
    const uint32_t len = row_len(r);
    if (r->labels & LBL(RETRANSMISSION)) {
        add_copy(p, r);
        return;
    }
    if (len == 0 || (r->labels & (LBL(KEEP_ALIVE) | LBL(ZERO_WINDOW_PROBE))))
        return;
    if (!p->begun) {
        p->begun = true;
        l->from_seq = p->covered = p->end = r->seq;
        l->from_ns = r->time_ns;
    }
    p->most = len > p->most ? len : p->most;
    if (is_before(p->end, r->seq + len))
        p->end = r->seq + len;
    l->full += (r->labels & LBL(WINDOW_FULL)) != 0;
    add_first(p, r);
}

static void add_window(struct pass *p, const struct row *r)
{
    struct labsheet *l = p->l;
    if (!(r->flags & TCP_ACK) || (r->flags & TCP_RST))
        return;
    const uint32_t window = row_win(r);
    if (!l->least_frame || window < l->least_window) {
        l->least_window = window;
        l->least_frame = r->frame;
    }
    l->zero += (r->labels & LBL(ZERO_WINDOW)) != 0;
}

static void add_ack(struct pass *p, const struct row *r)
{
    struct labsheet *l = p->l;
    const uint32_t ack = is_before(p->end, r->ack) ? p->end : r->ack;
    if (!(r->flags & TCP_ACK) || !p->begun || !is_before(p->covered, ack))
        return;
    const uint32_t bytes = ack - p->covered;
    const bool behind = ranges_overlap(&p->copies, (seq_t){p->covered}, (seq_t){ack}) > 0;
    p->covered = ack;
    l->acks++;
    l->acks_several += bytes > p->most;
    l->acked_least = l->acks == 1 || bytes < l->acked_least ? bytes : l->acked_least;
    l->acked_most = bytes > l->acked_most ? bytes : l->acked_most;
    l->acked_sum += bytes;
    l->to_ack = ack;
    l->to_ns = r->time_ns;
    for (size_t i = 0; i < l->firsts; i++) {
        struct lab_segment *f = &l->first[i];
        if (!f->ack_frame && !is_before(ack, f->seq + f->len)) {
            f->ack_frame = r->frame;
            f->ack_ns = r->time_ns;
            f->behind = behind;
        }
    }
}

/* The connection with the most data, the first of several. */
static void choose(struct labsheet *l, const struct session *s)
{
    struct conn_view v;
    uint64_t most = 0;
    for (uint32_t i = 0; session_conn(s, i, &v); i++) {
        const uint64_t client = v.stats[SIDE_CLIENT].unique_bytes, server = v.stats[SIDE_SERVER].unique_bytes;
        if (!v.first_frame || (l->conn != NO_CONN && client + server <= most))
            continue;
        most = client + server;
        l->conn = i;
        l->view = v;
        l->sender = server > client ? SIDE_SERVER : SIDE_CLIENT;
    }
}

bool labsheet_of(struct labsheet *l, const struct session *s, const struct mem *m)
{
    enum { RANGES = 1024 };
    *l = (struct labsheet){.conn = NO_CONN};
    choose(l, s);
    struct pass p = {.l = l, .s = s, .mem = m};
    ranges_init(&p.copies, RANGES);
    const size_t rows = session_rows(s);
    for (size_t i = session_first(s); l->conn != NO_CONN && i < rows; i++) {
        const struct row *r = session_row(s, i);
        if (r->kind != EVENT_SEGMENT || r->conn != l->conn || r->side >= SIDE_COUNT)
            continue;
        add_handshake(&p, r);
        if (r->side == l->sender) {
            add_data(&p, r);
        } else {
            add_window(&p, r);
            add_ack(&p, r);
        }
    }
    ranges_release(&p.copies, m);
    return !p.failed;
}
