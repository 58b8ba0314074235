/* json_segment.c: a segment as members of a JSON object. Numbers are relative; options stand there only if
 * the segment has them. */
#include "export/json.h"

/* tcpdump's letters in its order. */
static void put_flags(struct str *out, unsigned flags)
{
    static const struct {
        unsigned flag;
        char letter;
    } letters[] = {{TCP_FIN, 'F'}, {TCP_SYN, 'S'}, {TCP_RST, 'R'}, {TCP_PSH, 'P'},
                   {TCP_ACK, '.'}, {TCP_URG, 'U'}, {TCP_ECE, 'E'}, {TCP_CWR, 'W'}};
    char text[COUNT_OF(letters)];
    size_t len = 0;
    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        if (flags & letters[i].flag)
            text[len++] = letters[i].letter;
    }
    json_key(out, "flags");
    str_put_char(out, '"');
    str_put_n(out, text, len);
    str_put_char(out, '"');
}

/* SACK blocks speak of the other side's numbers, as the ACK does: what lies between the raw and the relative
 * ACK is what lies between their raw and relative numbers. */
static void put_sacks(struct str *out, const struct seg *seg, uint32_t base)
{
    json_key(out, "sack");
    str_put_char(out, '[');
    for (size_t i = 0; i < seg->opt.sacks && i < SACK_BLOCKS; i++) {
        str_put(out, i ? ",[" : "[");
        str_put_u64(out, seg->opt.sack[i].left.v - base);
        str_put_char(out, ',');
        str_put_u64(out, seg->opt.sack[i].right.v - base);
        str_put_char(out, ']');
    }
    str_put_char(out, ']');
}

static void put_options(struct str *out, const struct seg *seg, const struct row *r)
{
    const struct tcp_options *o = &seg->opt;
    json_key(out, "options");
    size_t start = out->len;
    if (o->mss)
        json_number(out, "mss", o->mss_value);
    if (o->sack_permitted)
        json_true(out, "sack_permitted");
    if (o->sacks)
        put_sacks(out, seg, seg->ack.v - r->ack);
    if (o->timestamps) {
        json_number(out, "tsval", o->tsval);
        json_number(out, "tsecr", o->tsecr);
    }
    if (o->wscale)
        json_number(out, "wscale", o->shift);
    if (o->fast_open)
        json_true(out, "fast_open");
    if (o->mptcp)
        json_true(out, "mptcp");
    if (out->len == start)
        str_put_char(out, '{');
    else
        out->at[start] = '{'; /* the first of them has no comma before it */
    str_put_char(out, '}');
}

/* An array of the names of a set's members. */
static void put_names(struct str *out, uint64_t set, const char *(*name_of)(size_t i))
{
    str_put_char(out, '[');
    for (bool first = true; set; set &= set - 1, first = false) {
        str_put(out, first ? "\"" : ",\"");
        str_put(out, name_of((size_t)__builtin_ctzll(set)));
        str_put_char(out, '"');
    }
    str_put_char(out, ']');
}

static const char *label_of(size_t i)
{
    return label_name((enum label)i);
}

static const char *ws_of(size_t i)
{
    return ws_name((enum ws_label)i);
}

static void put_frame(struct str *out, uint32_t frame)
{
    if (frame)
        str_put_u64(out, frame);
    else
        str_put(out, "null");
}

static void put_links(struct str *out, const struct session *s, const struct row *r)
{
    struct row_extra x;
    session_extra(s, r, &x);
    json_key(out, "acks_frame");
    put_frame(out, r->acks);
    json_key(out, "repeats_frames");
    str_put_char(out, '[');
    for (uint32_t i = 0; i < x.repeats_count; i++) {
        if (i > 0)
            str_put_char(out, ',');
        put_frame(out, x.repeats[i]);
    }
    str_put_char(out, ']');
    json_text(out, "cause", x.call ? x.call->name : x.cause == CAUSE_CALL ? NULL : cause_name(x.cause));
}

/* Most sentences need no escapes: they stay where they were put. */
static void put_note(struct export *e, const struct row *r)
{
    struct str *out = &e->out;
    str_put_char(out, '"');
    const size_t start = out->len;
    say_note(out, &e->voice, e->session, r);
    if (!str_json_plain(out->at + start, out->len - start)) {
        str_clear(&e->note);
        str_put_n(&e->note, out->at + start, out->len - start);
        str_cut(out, start);
        str_put_json(out, e->note.at, e->note.len);
        out->failed = out->failed || e->note.failed;
    }
    str_put_char(out, '"');
}

void json_segment(struct export *e, const struct row *r)
{
    struct str *out = &e->out;
    struct seg seg;
    bool decoded = session_head(e->session, r, &seg);
    json_conn(out, r->conn);
    json_word(out, "from", side_name((enum side)r->side));
    if (decoded) {
        json_endpoint(out, "src", &seg.src);
        json_endpoint(out, "dst", &seg.dst);
    }
    put_flags(out, r->flags);
    json_number(out, "seq", r->seq);
    json_number(out, "ack", r->ack);
    json_number(out, "len", row_len(r));
    json_number(out, "win", row_win(r));
    if (decoded)
        put_options(out, &seg, r);
    json_key(out, "labels");
    put_names(out, r->labels, label_of);
    json_key(out, "wireshark");
    put_names(out, r->wireshark, ws_of);
    json_word(out, "step", step_name((enum step)r->step));
    json_word(out, "client_state", state_name(row_state(r, SIDE_CLIENT)));
    json_word(out, "server_state", state_name(row_state(r, SIDE_SERVER)));
    put_links(out, e->session, r);
    json_key(out, "note");
    put_note(e, r);
    if (r->injected)
        json_true(out, "injected");
}
