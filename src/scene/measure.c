/* measure.c: a look back along the rows of a connection, bounded: what is further away than LOOK_BACK rows
 * says little of what is out now. */
#include "scene/measure.h"

#include "scene/fill.h"

enum { LOOK_BACK = 512 };

/* The first number after what a row takes. */
static uint32_t end_of(const struct row *r)
{
    return r->seq + row_len(r) + ((r->flags & TCP_SYN) != 0) + ((r->flags & TCP_FIN) != 0);
}

bool measure_flight(const struct session *s, const struct row *r, uint32_t *bytes, uint32_t *win)
{
    uint32_t end = end_of(r);
    const struct row *at = r;
    for (int i = 0; i < LOOK_BACK && at->before != NO_ROW; i++) {
        at = session_row(s, at->before);
        if (!at)
            return false;
        if (at->kind != EVENT_SEGMENT || (at->flags & TCP_RST))
            continue;
        if (at->side == r->side) {
            if ((int32_t)(end_of(at) - end) > 0)
                end = end_of(at);
        } else if (at->flags & TCP_ACK) {
            *bytes = end - at->ack;
            *win = row_win(at);
            return (int32_t)*bytes >= 0;
        }
    }
    return false;
}

bool measure_answer(const struct session *s, const struct row *r, uint64_t *ns)
{
    uint32_t of = r->acks ? session_frame(s, r->acks) : NO_ROW;
    const struct row *sent = of == NO_ROW ? NULL : session_row(s, of);
    if (!sent || sent->time_ns > r->time_ns || sent->labels & LBL(RETRANSMISSION))
        return false;
    *ns = r->time_ns - sent->time_ns;
    return true;
}

void say_measures(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    uint32_t flight, win;
    uint64_t ns;
    struct str a, b;
    str_init(&a, out->mem);
    str_init(&b, out->mem);
    if (measure_answer(s, r, &ns)) {
        str_put_u64(&a, r->acks);
        str_put_span(&b, v->steady ? 0 : ns, v->ascii);
        put_filled(out, v, N_("It answers #{n} after {time}."), "n", a.at, "time", b.at, NULL);
    }
    str_clear(&a);
    str_clear(&b);
    if (end_of(r) != r->seq && !(r->flags & TCP_RST) && measure_flight(s, r, &flight, &win)) {
        str_put_grouped(&a, flight);
        str_put_grouped(&b, win);
        put_gap(out, v);
        put_filled(out, v, N_("In flight after it: {n} of a window of {win}."), "n", a.at, "win", b.at, NULL);
    }
    str_release(&a);
    str_release(&b);
}
