#include "scene/wire.h"

#include "scene/fill.h"

/* Beyond the reasons of events: what is known of the frame. */
enum { WIRE_SPOILT = WIRE_WHYS + 1, WIRE_AGAIN };

static const struct {
    enum wire_event what;
    int why;
    const char *brief, *whole;
} sentences[] = {
#define WIRE_SAYS(what, why, brief, whole) {what, why, brief, whole},
#include "scene/wire.def"
};

static const struct row *segment_of(const struct session *s, const struct event_wire *e)
{
    const uint32_t row = session_frame(s, e->frame);
    return row == NO_ROW ? NULL : session_row(s, row);
}

static bool fits(int why, const struct event_wire *e, bool spoilt)
{
    if (why == WIRE_SPOILT)
        return spoilt;
    if (why == WIRE_AGAIN)
        return e->copy > 0;
    return why == WIRE_WHYS || why == (int)e->why;
}

static void fill_wire(struct str *out, const struct voice *v, const struct session *s, const struct row *r,
                      bool whole)
{
    const struct event_wire *e = session_wire(s, r);
    const struct row *of = e ? segment_of(s, e) : NULL;
    struct session_flight f = {0};
    struct str number, span;
    size_t i = 0;
    if (!of)
        return;
    session_flight_of(s, of, &f);
    while (i + 1 < COUNT_OF(sentences) &&
           !(sentences[i].what == e->what && fits(sentences[i].why, e, f.corrupted && e->copy == 0)))
        i++;
    str_init(&number, out->mem);
    str_init(&span, out->mem);
    str_put_u64(&number, e->frame);
    str_put_span(&span, v->steady || r->time_ns < of->time_ns ? 0 : r->time_ns - of->time_ns, v->ascii);
    put_filled(out, v, whole ? sentences[i].whole : sentences[i].brief, "n", number.at, "span", span.at,
               "side", say(v, side_name((enum side)r->side)), "peer", say(v, side_name((enum side)of->side)),
               NULL);
    out->failed = out->failed || number.failed || span.failed;
    str_release(&number);
    str_release(&span);
}

void say_wire(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    fill_wire(out, v, s, r, false);
}

void say_wire_whole(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    fill_wire(out, v, s, r, true);
}
