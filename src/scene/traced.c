/* traced.c: what the kernel said of a segment at its tracepoints. It names the connection and not the
 * segment, while it sends or right after it has taken one from the wire: so it is told of the nearest segment
 * of that connection that it can be meant of, and only where hardly any time lies between the two. */
#include "scene/wire.h"

#include <string.h>

#include "scene/fill.h"
#include "scene/kernel.h"

enum { SAID_NS = 1000000 /* between a segment and what is said of it, at most */ };

static const struct {
    const char *name, *meaning;
} reasons[] = {
#define TRACED(name, meaning) {name, meaning},
#include "scene/traced.def"
};

static const char *meaning_of(const char *name)
{
    const char *colon = strchr(name, ':');
    for (size_t i = 0; colon && i < COUNT_OF(reasons); i++)
        if (strcmp(colon + 1, reasons[i].name) == 0)
            return reasons[i].meaning;
    return NULL;
}

/* Whether row `at` is what the kernel of `side` said at a tracepoint of that name, of r's connection. */
static const char *said(const struct session *s, const struct row *at, const struct row *r, enum side side,
                        const char *point)
{
    const struct event_counter *c = at->conn == r->conn ? session_counter(s, at) : NULL;
    return c && counter_is_said(c) && c->side == side && strncmp(c->name, point, strlen(point)) == 0 ? c->name
                                                                                                     : NULL;
}

/* At which tracepoint the kernel speaks of sending such a segment; NULL: at none. */
static const char *point_of(const struct row *r)
{
    return r->labels & LBL(RST)              ? "tcp_send_reset:"
           : r->labels & LBL(RETRANSMISSION) ? "tcp_retransmit_skb"
                                             : NULL;
}

/* How far the nearest row lies, a step of -1 or 1 at a time, in which that was said; *name: what. Not beyond
 * another segment of that sender. */
static uint64_t nearest(const struct session *s, uint32_t row, const struct row *r, int step,
                        const char **name)
{
    const char *point = point_of(r);
    for (int64_t i = (int64_t)row + step;
         point && i >= 0 && i <= (int64_t)row + NEAR_ROWS && i >= (int64_t)row - NEAR_ROWS; i += step) {
        const struct row *at = session_row(s, (size_t)i);
        const uint64_t away = at ? rows_apart_ns(at, r) : UINT64_MAX;
        if (away > SAID_NS || (at->kind == EVENT_SEGMENT && at->conn == r->conn && at->side == r->side))
            break;
        *name = said(s, at, r, (enum side)r->side, point);
        if (*name)
            return away;
    }
    return UINT64_MAX;
}

/* What was said while it was sent: just before that, or just after. */
static const char *when_sent(const struct session *s, uint32_t row, const struct row *r)
{
    const char *before = NULL, *after = NULL;
    return nearest(s, row, r, -1, &before) < nearest(s, row, r, 1, &after) ? before : after;
}

/* Whether another segment of that connection has come to the same side with that row. */
static bool comes_too(const struct session *s, const struct row *at, const struct row *r, bool wired)
{
    const struct event_wire *w = session_wire(s, at);
    return at->conn == r->conn &&
           (wired ? w && w->what == WIRE_ARRIVED && at->side == (uint8_t)side_other((enum side)r->side)
                  : at->kind == EVENT_SEGMENT && at->side == r->side);
}

/* A RST that has done its work is thrown away like any other frame. */
static bool says_nothing(const char *name)
{
    return strcmp(name, "kfree_skb:TCP_RESET") == 0 || strcmp(name, "kfree_skb:NOT_SPECIFIED") == 0;
}

/* What was said when it had come. */
static const char *when_taken(const struct session *s, uint32_t row, const struct row *r)
{
    struct session_flight f;
    const bool wired = session_flight_of(s, r, &f);
    if (wired && (!f.end_ns || f.end != WIRE_ARRIVED))
        return NULL;
    const uint64_t came_ns = wired ? f.end_ns : r->time_ns;
    for (uint32_t i = (wired ? f.end_row : row) + 1, n = 0; n < NEAR_ROWS; i++, n++) {
        const struct row *at = session_row(s, i);
        if (!at || at->time_ns > came_ns + SAID_NS || comes_too(s, at, r, wired))
            break;
        const char *name = said(s, at, r, side_other((enum side)r->side), "kfree_skb:");
        if (name)
            return says_nothing(name) ? NULL : name;
    }
    return NULL;
}

static void put_said(struct str *out, const struct voice *v, enum side side, const char *name,
                     const char *words)
{
    const char *meaning = meaning_of(name);
    struct str whole;
    str_init(&whole, out->mem);
    put_foreign(&whole, name, v->ascii);
    if (meaning) {
        str_put(&whole, v->lang == LANG_ZH ? "，" : ", ");
        str_put(&whole, say(v, meaning));
    }
    put_gap(out, v);
    put_filled(out, v, words, "side", say(v, side_name(side)), "name", whole.at, NULL);
    out->failed = out->failed || whole.failed;
    str_release(&whole);
}

void say_traced(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    const uint32_t row = r->kind == EVENT_SEGMENT ? session_frame(s, r->frame) : NO_ROW;
    if (row == NO_ROW || !session_track(s)->live)
        return;
    const char *sent = when_sent(s, row, r), *taken = when_taken(s, row, r);
    if (sent)
        put_said(out, v, (enum side)r->side, sent,
                 r->labels & LBL(RST) ? N_("The {side}'s kernel names its reason for the RST: {name}.")
                                      : N_("The {side}'s kernel says at {name} that it sent this again."));
    if (taken)
        put_said(out, v, side_other((enum side)r->side), taken,
                 N_("The {side}'s kernel threw it away: {name}."));
}

void say_unheard(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    const uint32_t row = r->labels & LBL(RST) ? session_frame(s, r->frame) : NO_ROW;
    if (row != NO_ROW && session_track(s)->live && !when_sent(s, row, r))
        put_said(out, v, (enum side)r->side, "tcp_send_reset",
                 N_("What reason the {side}'s kernel names was not heard: only root hears it, and not "
                    "always, at its tracepoint {name}."));
}

void say_reasons(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    say_why(out, v, s, r);
    say_counted(out, v, s, r);
    say_traced(out, v, s, r);
}
