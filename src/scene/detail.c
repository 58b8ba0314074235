/* detail.c: one row, whole. Wireshark's name stands beside ours; where they differ, it says why: Wireshark
 * judges by published rules from the numbers and times of a capture, tcpviz also knows calls, timers and
 * counters. */
#include "scene/detail.h"

#include <string.h>
#include "scene/fields.h"
#include "scene/fill.h"
#include "scene/measure.h"
#include "scene/wire.h"

/* All texts of a detail but its fields'. */
enum { TEXTS = 10 };

static void detail_texts(struct detail *d, struct str *out[TEXTS])
{
    struct str *const texts[TEXTS] = {&d->title,     &d->what,    &d->why,  &d->next,   &d->rfc,
                                      &d->wireshark, &d->differs, &d->call, &d->masked, &d->measures};
    memcpy(out, texts, sizeof texts);
}

void detail_init(struct detail *d, const struct mem *m)
{
    struct str *texts[TEXTS];
    *d = (struct detail){.row = NO_ROW};
    detail_texts(d, texts);
    for (size_t i = 0; i < TEXTS; i++)
        str_init(texts[i], m);
    for (size_t i = 0; i < DETAIL_FIELDS; i++)
        str_init(&d->field[i].value, m);
    path_init(&d->path, m);
}

void detail_release(struct detail *d)
{
    struct str *texts[TEXTS];
    detail_texts(d, texts);
    for (size_t i = 0; i < TEXTS; i++)
        str_release(texts[i]);
    for (size_t i = 0; i < DETAIL_FIELDS; i++)
        str_release(&d->field[i].value);
    path_release(&d->path);
}

/* Names of ours that Wireshark has too. */
static const struct {
    enum label label;
    enum ws_label ws;
} pairs[] = {
    {LABEL_RETRANSMISSION, WS_RETRANSMISSION},
    {LABEL_FAST_RETRANSMISSION, WS_FAST_RETRANSMISSION},
    {LABEL_SPURIOUS_RETRANSMISSION, WS_SPURIOUS_RETRANSMISSION},
    {LABEL_OUT_OF_ORDER, WS_OUT_OF_ORDER},
    {LABEL_LOST_SEGMENT, WS_LOST_SEGMENT},
    {LABEL_ACK_LOST_SEGMENT, WS_ACK_LOST_SEGMENT},
    {LABEL_DUP_ACK, WS_DUPLICATE_ACK},
    {LABEL_KEEP_ALIVE, WS_KEEP_ALIVE},
    {LABEL_KEEP_ALIVE_ACK, WS_KEEP_ALIVE_ACK},
    {LABEL_ZERO_WINDOW, WS_ZERO_WINDOW},
    {LABEL_ZERO_WINDOW_PROBE, WS_ZERO_WINDOW_PROBE},
    {LABEL_ZERO_WINDOW_PROBE_ACK, WS_ZERO_WINDOW_PROBE_ACK},
    {LABEL_WINDOW_FULL, WS_WINDOW_FULL},
    {LABEL_WINDOW_UPDATE, WS_WINDOW_UPDATE},
    {LABEL_PORT_REUSED, WS_REUSED_PORTS},
};

/* Differences that have a reason of their own, the first that applies. */
static const struct {
    uint64_t ours;
    uint32_t theirs;
    const char *words;
} reasons[] = {
    {LBL(ZERO_WINDOW_PROBE), WS_BIT(KEEP_ALIVE),
     N_("Linux probes a closed window with no byte and a number before the next; Wireshark expects a probe "
        "of one byte and "
        "takes this for a keep-alive.")},
    {LBL(SYN_ACK), WS_BIT(RETRANSMISSION),
     N_("In a simultaneous open the SYN goes again, now with ACK; to Wireshark the same number twice is a "
        "retransmission.")},
    {LBL(DUP_ACK), WS_BIT(WINDOW_UPDATE),
     N_("The window moved as well, and Wireshark calls every repeated ACK with another window a window "
        "update.")},
    {LBL(TAIL_LOSS_PROBE), WS_BIT(RETRANSMISSION),
     N_("Wireshark has no name for a tail loss probe: the bytes were sent before, so it says "
        "retransmission.")},
    {LBL(PAWS_REJECT), WS_BIT(RETRANSMISSION),
     N_("Wireshark does not compare timestamps; to it an old number is a retransmission.")},
    {LBL(RETRANSMISSION), WS_BIT(KEEP_ALIVE),
     N_("One byte sent again looks like a keep-alive to Wireshark, which goes by the number alone.")},
    {LBL(RETRANSMISSION), WS_BIT(OUT_OF_ORDER),
     N_("It came so soon after a later one that Wireshark takes it for overtaken, not for sent again.")},
    {LBL(FAST_RETRANSMISSION), WS_BIT(RETRANSMISSION),
     N_("Wireshark says fast only within 20 ms of two duplicate ACKs; SACK plays no part in its rule.")},
};

static void put_differs(struct detail *d, const struct voice *v, const struct row *r)
{
    bool differs = false;
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        differs = differs ||
                  !(r->labels & LABEL_BIT(pairs[i].label)) != !(r->wireshark & UINT32_C(1) << pairs[i].ws);
    bool probe = (r->labels & LBL(TAIL_LOSS_PROBE)) && (r->wireshark & WS_BIT(RETRANSMISSION));
    if (!differs && !probe)
        return;
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        if ((r->labels & reasons[i].ours) && (r->wireshark & reasons[i].theirs)) {
            put_words(&d->differs, v, reasons[i].words);
            return;
        }
    }
    put_words(&d->differs, v,
              N_("Wireshark judges by fixed rules from the numbers and times of a capture; here the order of "
                 "events, and "
                 "in a lab the calls and timers, say more."));
}

void say_wireshark(struct str *out, const struct voice *v, const struct row *r)
{
    struct str names;
    str_init(&names, out->mem);
    for (size_t i = 0; i < WS_COUNT; i++) {
        if (!(r->wireshark >> i & 1))
            continue;
        if (names.len > 0)
            str_put(&names, ", ");
        str_put(&names, ws_name((enum ws_label)i));
    }
    if (names.len == 0)
        put_words(&names, v, N_("(nothing special)"));
    put_filled(out, v, N_("Wireshark calls it: {names}"), "names", names.at, NULL);
    out->failed = out->failed || names.failed;
    str_release(&names);
}

static void put_title(struct detail *d, const struct voice *v, const struct session *s, const struct row *r)
{
    bool client = r->side == SIDE_CLIENT;
    str_put_char(&d->title, '#');
    str_put_u64(&d->title, r->frame);
    str_put(&d->title, "  ");
    put_words(&d->title, v, client ? N_("client → server") : N_("server → client"));
    str_put(&d->title, "  ");
    say_title(&d->title, v, s, r);
    if (row_len(r) == 0)
        return;
    str_put(&d->title, "  ");
    str_put_u64(&d->title, row_len(r));
    str_put_char(&d->title, ' ');
    put_words(&d->title, v, row_len(r) == 1 ? N_("byte") : N_("bytes"));
}

/* Where two runs differ though the same happens: IPv4's identification, the first sequence numbers,
 * timestamps, and the checksums of it all. */
static void mask(struct detail *d, struct seg *g)
{
    str_put_n(&d->masked, (const char *)d->bytes, d->caplen);
    if (d->masked.len != d->caplen || g->tcp.at + g->tcp.len > d->caplen || g->tcp.len < 20)
        return;
    char *ip = d->masked.at + g->ip.at, *tcp = d->masked.at + g->tcp.at;
    if (g->src.addr.family == 4) {
        memset(ip + 4, 0, 2);
        memset(ip + 10, 0, 2);
    }
    memset(tcp + 4, 0, 8);
    memset(tcp + 16, 0, 2);
    for (uint32_t at = 20; at + 10 <= g->tcp.len; at++) {
        if (tcp[at] == 8 && tcp[at + 1] == 10) {
            memset(tcp + at + 2, 0, 8);
            break;
        }
    }
    g->seq.v = g->ack.v = 0;
    g->checksum = 0;
    d->bytes = (const uint8_t *)d->masked.at;
}

static void segment_detail(struct detail *d, const struct voice *v, const struct session *s,
                           const struct row *r, bool steady)
{
    struct fields f = {.detail = d, .voice = v, .session = s, .row = r};
    struct row_extra x;
    uint32_t wirelen;
    session_extra(s, r, &x);
    put_title(d, v, s, r);
    d->bytes = session_bytes(s, r, &d->caplen, &wirelen, &f.linktype);
    if (!d->bytes)
        d->caplen = 0;
    if (d->bytes && session_seg(s, r, &f.seg)) {
        if (steady)
            mask(d, &f.seg);
        fields_fill(&f);
    }
    path_of(&d->path, v, s, d->row, steady);
    say_note(&d->what, v, s, r);
    say_remarks(&d->what, v, s, r);
    say_reasons(&d->why, v, s, r);
    say_unheard(&d->why, v, s, r);
    say_next(&d->next, v, s, r);
    say_measures(&d->measures, v, s, r);
    str_put(&d->rfc, annot_rfc(x.annot.id));
    say_wireshark(&d->wireshark, v, r);
    put_differs(d, v, r);
}

/* A call, whole: its arguments, its result, how long it took. */
static void call_detail(struct detail *d, const struct voice *v, const struct row *r,
                        const struct event_call *c, bool steady)
{
    put_words(&d->title, v,
              c->side == SIDE_CLIENT ? N_("a call of the client's program")
                                     : N_("a call of the server's program"));
    say_call(&d->what, v, c);
    put_foreign(&d->call, c->name, v->ascii);
    str_put_char(&d->call, '(');
    put_foreign(&d->call, c->args, v->ascii);
    str_put(&d->call, ") = ");
    if (c->errname)
        put_foreign(&d->call, c->errname, v->ascii);
    else
        str_put_i64(&d->call, c->result);
    struct str took;
    str_init(&took, d->why.mem);
    str_put_span(&took, steady ? 0 : c->took_ns, v->ascii);
    put_filled(&d->why, v, N_("It took {time}."), "time", took.at, NULL);
    str_release(&took);
    say_call_means(&d->next, v, c, r->conn == NO_CONN);
}

bool detail_of(struct detail *d, const struct voice *v, const struct session *s, uint32_t row, bool steady)
{
    const struct row *r = session_row(s, row);
    struct str *texts[TEXTS];
    detail_texts(d, texts);
    for (size_t i = 0; i < TEXTS; i++)
        str_clear(texts[i]);
    d->row = row;
    d->fields = d->layers = 0;
    d->bytes = NULL;
    d->caplen = 0;
    d->path.downs = d->path.ups = 0;
    if (!r)
        return false;
    size_t len = 0;
    const struct event_call *call = session_call(s, r);
    const char *note = session_note(s, r, &len, NULL);
    if (r->kind == EVENT_SEGMENT) {
        segment_detail(d, v, s, r, steady);
    } else if (call) {
        call_detail(d, v, r, call, steady);
    } else if (note) {
        put_words(&d->title, v, N_("a note"));
        str_put_safe(&d->what, note, len, v->ascii);
    } else if (say_icmp(&d->what, v, s, r)) {
        str_put_char(&d->title, '#');
        str_put_u64(&d->title, r->frame);
        str_put(&d->title, "  ");
        put_words(&d->title, v, N_("an ICMP error"));
        say_icmp_means(&d->next, v, s, r);
    } else {
        return false;
    }
    return true;
}
