#include "scene/message.h"

#include "scene/fill.h"
#include "scene/wire.h"

static const char *side_words(const struct voice *v, unsigned side)
{
    static const char *const words[] = {[SIDE_CLIENT] = N_("client"), [SIDE_SERVER] = N_("server")};
    return say(v, side < COUNT_OF(words) ? words[side] : N_("both sides"));
}

/* Many segments carry the next bytes or acknowledge some: their line of the ladder says it all, and a capture
 * of millions stays small. */
static void put_segment(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    if (message_is_plain(r))
        say_brief(out, v, s, r);
    else
        say_note(out, v, s, r);
}

static void put_call(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    const struct event_call *c = session_call(s, r);
    str_put(out, side_words(v, c->side));
    str_put(out, ": ");
    say_call(out, v, c);
}

static void put_sample(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    const struct event_sample *k = session_sample(s, r);
    struct str recv, send;
    str_init(&recv, out->mem);
    str_init(&send, out->mem);
    str_put_i64(&recv, k->recv_q);
    str_put_i64(&send, k->send_q);
    put_filled(out, v,
               N_("{side}'s socket: {state}, {recv} bytes received and not read, {send} sent or to be"),
               "side", side_words(v, k->side), "state", state_name(k->state) ? state_name(k->state) : "?",
               "recv", k->recv_q < 0 ? "?" : recv.at, "send", k->send_q < 0 ? "?" : send.at, NULL);
    out->failed = out->failed || recv.failed || send.failed;
    str_release(&recv);
    str_release(&send);
}

static void put_listener(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    const struct event_listener *k = session_listener_at(s, r);
    struct str waiting;
    str_init(&waiting, out->mem);
    str_put_i64(&waiting, k->accept_q);
    put_filled(out, v, N_("listening socket: {state}, {n} wait for accept()"), "state",
               state_name(k->state) ? state_name(k->state) : "?", "n", k->accept_q < 0 ? "?" : waiting.at,
               NULL);
    out->failed = out->failed || waiting.failed;
    str_release(&waiting);
}

static void put_stamp(struct str *out, const struct session *s, const struct row *r)
{
    uint32_t segment = NO_ROW;
    enum stamp_point point = STAMP_POINTS;
    session_stamp(s, r, &segment, &point);
    const struct row *of = segment == NO_ROW ? NULL : session_row(s, segment);
    if (of) {
        str_put_char(out, '#');
        str_put_u64(out, of->frame);
        str_put(out, ": ");
    }
    str_put(out, stamp_point_name(point));
}

static void put_counter(struct str *out, const struct session *s, const struct row *r)
{
    const struct event_counter *c = session_counter(s, r);
    str_put(out, c->name);
    str_put(out, c->delta < 0 ? " " : " +");
    str_put_i64(out, c->delta);
}

static void put_wire(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    str_put_char(out, '#');
    str_put_u64(out, session_wire(s, r)->frame);
    str_put_char(out, ' ');
    str_put(out, wire_event_name(session_wire(s, r)->what));
    str_put(out, ": ");
    say_wire(out, v, s, r);
}

void say_message(void *ctx, const struct session *s, const struct row *r, struct str *out)
{
    const struct voice *v = ctx;
    const char *text;
    size_t len;
    switch (r ? (enum event_kind)r->kind : EVENT_KINDS) {
    case EVENT_SEGMENT: put_segment(out, v, s, r); break;
    case EVENT_CALL: put_call(out, v, s, r); break;
    case EVENT_SAMPLE: put_sample(out, v, s, r); break;
    case EVENT_LISTENER: put_listener(out, v, s, r); break;
    case EVENT_WIRE: put_wire(out, v, s, r); break;
    case EVENT_STAMP: put_stamp(out, s, r); break;
    case EVENT_COUNTER: put_counter(out, s, r); break;
    case EVENT_NOTE:
        if (say_icmp(out, v, s, r))
            break;
        text = session_note(s, r, &len, NULL);
        str_put_safe(out, text, len, v->ascii);
        break;
    case EVENT_GONE:
        put_filled(out, v, N_("{side}'s socket is gone"), "side", side_words(v, r->side), NULL);
        break;
    case EVENT_KINDS:
        put_filled(out, v, N_("a session of tcpviz: {source}"), "source", say(v, session_source(s)), NULL);
        break;
    }
}
