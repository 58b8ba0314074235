/* inject_run.c: `inject`: a segment of the class's own making, with what its pretended sender would put in
 * where nothing is written. */
#include "app/wire_run.h"

#include <string.h>

#include "app/choose.h"
#include "app/line.h"
#include "app/wired.h"
#include "core/inject.h"

/* What that side's newest segment of its own had: window and time stamps. */
static void newest(const struct session *s, const struct conn_view *v, struct inject_sender *out)
{
    enum { FAR = 1000 };
    uint32_t row = session_frame(s, v->last_frame[out->from]);
    const struct row *r = NULL;
    struct seg seg;
    for (int i = 0; i < FAR && row != NO_ROW; i++, row = r ? r->before : NO_ROW) {
        r = session_row(s, row);
        if (r && r->kind == EVENT_SEGMENT && !r->injected && (enum side)r->side == out->from)
            break;
    }
    if (row == NO_ROW || !r || !session_seg(s, r, &seg))
        return;
    out->win = seg.win;
    if (seg.opt.timestamps) {
        out->tsval = seg.opt.tsval;
        out->tsecr = seg.opt.tsecr;
    }
}

/* The selected connection, if there is one and no other ports are written. */
static bool sender_of(struct app *a, const struct inject *i, enum side from, struct inject_sender *out)
{
    static const uint16_t usual_window = 64240;
    const struct wired *w = a->wired;
    const enum side to = side_other(from);
    struct conn_view v;
    *out = (struct inject_sender){.from = from, .win = usual_window};
    const uint32_t conn = app_selected(a);
    const bool known = !i->ports && conn != NO_CONN && session_conn(a->session, conn, &v);
    if (known) {
        out->tuple = v.tuple;
        out->base[from] = v.isn[from];
        out->base[to] = v.isn[to];
        out->seq = v.isn[from] + v.arrived[from];
        out->ack = v.isn[to] + v.arrived[to];
        newest(a->session, &v, out);
        return true;
    }
    out->tuple.end[from] = (struct endpoint){w->hosts.addr[from], i->source};
    out->tuple.end[to] = (struct endpoint){w->hosts.addr[to], i->destination};
    return i->ports;
}

bool run_inject(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *text = cmd_get(c, "SEGMENT");
    const enum side to = cmd_get(c, "server") ? SIDE_SERVER : SIDE_CLIENT;
    uint8_t mac[SIDE_COUNT][MAC_BYTES], bytes[INJECT_FRAME];
    struct inject i;
    struct inject_sender sender;
    struct cmd_error e;
    uint32_t frame;
    if (!inject_parse(text->text, text->len, &i, &e))
        return line_wrong(a, &e, text->text, NULL, NULL, f);
    if (!sender_of(a, &i, side_other(to), &sender))
        return line_fail(a, FAIL_EXPECT, NULL, f,
                         N_("no connection yet: connect, or write ports: 4000 > 3344 S 0:0(0)"), NULL, NULL);
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        hosts_mac(s, mac[s]);
        sender.mac[s] = mac[s];
    }
    const uint32_t len = inject_build(&i, &sender, bytes);
    return wire_inject(a->wired->wire, to, bytes, len, &frame) ||
           fail_set(f, FAIL_EXPECT, N_("the host did not take it"), NULL, "inject");
}
