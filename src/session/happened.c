#include "session/happened.h"

#include <string.h>

/* The sides and SIDE_NONE each have a lane. */
unsigned happened_lane(const struct row *r)
{
    if (r->kind == EVENT_CALL)
        return LANE_CALLS + r->side;
    return r->kind == EVENT_WIRE ? LANE_WIRE + r->side : LANE_SEGMENTS;
}

/* FNV-1a, and its high bits stirred into the low ones. */
uint64_t happened_sum(uint64_t sum, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    sum ^= UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++)
        sum = (sum ^ at[i]) * UINT64_C(0x100000001b3);
    return sum ^ sum >> 29;
}

bool diff_options(const struct session *s, const struct row *r, struct tcp_options *out)
{
    struct seg g;
    if (r->kind != EVENT_SEGMENT || !(r->flags & TCP_SYN) || !session_head(s, r, &g))
        return false;
    *out = g.opt;
    return true;
}

/* Which there are, and their values but for times and cookies. */
static uint64_t options_of(const struct session *s, const struct row *r)
{
    struct tcp_options o;
    if (!diff_options(s, r, &o))
        return 0;
    return (uint64_t)o.mss_value << 48 | (uint64_t)o.mptcp << 32 | (uint64_t)o.shift << 8 |
           (uint64_t)o.malformed << 5 | (uint64_t)o.fast_open << 4 | (uint64_t)o.timestamps << 3 |
           (uint64_t)o.sack_permitted << 2 | (uint64_t)o.wscale << 1 | o.mss;
}

/* Reading and writing return bytes, of which the arguments tell the same; other calls return descriptors or
 * nothing. */
static bool counts_bytes(const struct event_call *c)
{
    return c->kind == CALL_READ || c->kind == CALL_WRITE;
}

/* Whether its arguments say something beside descriptors and endpoints. */
static bool has_arguments(const struct event_call *c)
{
    return c->args && !counts_bytes(c) && c->kind != CALL_BIND && c->kind != CALL_CONNECT &&
           c->kind != CALL_ACCEPT;
}

/* "5, SOL_SOCKET, SO_LINGER, …" begins with the descriptor. */
static const char *behind_descriptor(const char *args)
{
    const size_t digits = strspn(args, "0123456789");
    return args + (digits && (args[digits] == ',' || !args[digits]) ? digits : 0);
}

static void call_of(struct happened *h, const struct event_call *c)
{
    h->what = (uint8_t)c->kind;
    h->unread = c->unread;
    h->result = counts_bytes(c) && !c->errname ? c->result : 0;
    if (c->name)
        h->arguments = happened_sum(1, c->name, strlen(c->name));
    if (c->errname)
        h->result = (int64_t)happened_sum(2, c->errname, strlen(c->errname));
    if (has_arguments(c)) {
        const char *args = behind_descriptor(c->args);
        h->arguments = happened_sum(h->arguments, args, strlen(args));
    }
}

void happened_of(struct happened *h, const struct session *s, const struct row *r, uint8_t edges)
{
    uint32_t quotes;
    memset(h, 0, sizeof *h);
    h->kind = r->kind;
    h->side = r->side;
    h->edges = edges;
    const struct event_call *call = session_call(s, r);
    const struct event_wire *wire = session_wire(s, r);
    const struct icmp_error *icmp = session_icmp(s, r, &quotes);
    if (r->kind == EVENT_SEGMENT) {
        h->labels = r->labels & ~LBL(TRUNCATED); /* that is the sniffer's doing */
        h->flags = r->flags;
        h->injected = r->injected;
        h->length = row_len(r);
        h->acked = r->bare ? r->amount : 0;
        h->options = options_of(s, r);
    } else if (call) {
        call_of(h, call);
    } else if (wire) {
        h->what = (uint8_t)wire->what;
        h->result = wire->why;
    } else if (icmp) {
        h->what = (uint8_t)icmp->id;
        h->result = icmp->mtu;
    }
}

uint64_t happened_key(const struct happened *h)
{
    return happened_sum(0, h, sizeof *h);
}

/* A segment may stand beside one of the same side that opens, ends, carries data or does not, as it does;
 * a call beside the same call, an event of the wire beside the same event. */
uint64_t happened_like(const struct session *s, const struct row *r, const struct happened *h)
{
    struct happened like;
    memset(&like, 0, sizeof like);
    like.kind = h->kind;
    like.side = h->side;
    const struct event_call *call = session_call(s, r);
    if (call && call->name) {
        like.arguments = happened_sum(1, call->name, strlen(call->name));
    } else if (r->kind == EVENT_SEGMENT) {
        like.flags = h->flags & TCP_SYN;
        like.what = h->flags & (TCP_FIN | TCP_RST) ? 2 : h->length > 0;
    } else {
        like.what = h->what;
    }
    return happened_key(&like);
}
