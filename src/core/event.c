#include "core/event.h"

static const char *const kind_names[] = {
    [EVENT_SEGMENT] = "segment",   [EVENT_CALL] = "call", [EVENT_SAMPLE] = "sample",
    [EVENT_LISTENER] = "listener", [EVENT_WIRE] = "wire", [EVENT_STAMP] = "stamp",
    [EVENT_COUNTER] = "counter",   [EVENT_NOTE] = "note", [EVENT_GONE] = "gone",
};
_Static_assert(COUNT_OF(kind_names) == EVENT_KINDS, "every kind of event has a name");

static const char *const call_names[] = {
    [CALL_OTHER] = "other",
    [CALL_SOCKET] = "socket",
    [CALL_BIND] = "bind",
    [CALL_LISTEN] = "listen",
    [CALL_CONNECT] = "connect",
    [CALL_ACCEPT] = "accept",
    [CALL_READ] = "read",
    [CALL_WRITE] = "write",
    [CALL_CLOSE] = "close",
    [CALL_SHUTDOWN_RD] = "shutdown-rd",
    [CALL_SHUTDOWN_WR] = "shutdown-wr",
    [CALL_SHUTDOWN_RDWR] = "shutdown-rdwr",
    [CALL_ABORT] = "abort",
    [CALL_CRASH] = "crash",
};
_Static_assert(COUNT_OF(call_names) == CALL_KINDS, "every kind of call has a name");

static const char *const wire_names[] = {
    [WIRE_HELD] = "held",       [WIRE_RELEASED] = "released",     [WIRE_ARRIVED] = "arrived",
    [WIRE_DROPPED] = "dropped", [WIRE_DUPLICATED] = "duplicated", [WIRE_CORRUPTED] = "corrupted",
};
_Static_assert(COUNT_OF(wire_names) == WIRE_EVENTS, "every wire event has a name");

static const char *const why_names[] = {
    [WIRE_BY_HAND] = "hand",     [WIRE_BY_CHANCE] = "chance", [WIRE_BY_HOLD] = "hold",
    [WIRE_QUEUE_FULL] = "queue", [WIRE_CUT] = "cut",          [WIRE_TOO_LARGE] = "too-large",
};
_Static_assert(COUNT_OF(why_names) == WIRE_WHYS, "every reason of the wire has a name");

static const char *const point_names[] = {
    [STAMP_QDISC] = "qdisc", [STAMP_DRIVER] = "driver", [STAMP_SOFTIRQ] = "softirq",
    [STAMP_ACKED] = "acked", [STAMP_READ] = "read",
};
_Static_assert(COUNT_OF(point_names) == STAMP_POINTS, "every point has a name");

/* The causes of segments have the same words (causes.def), but the retransmission timer: its cause is "rto".
 */
static const char *const timer_names[] = {
    [TIMER_NONE] = NULL,
    [TIMER_RETRANSMIT] = "retransmit",
    [TIMER_KEEPALIVE] = "keepalive",
    [TIMER_TIME_WAIT] = "time-wait",
    [TIMER_PERSIST] = "persist",
    [TIMER_DELAYED_ACK] = "delayed-ack",
};

const char *event_kind_name(enum event_kind k)
{
    return k < EVENT_KINDS ? kind_names[k] : NULL;
}

const char *call_kind_name(enum call_kind k)
{
    return k < CALL_KINDS ? call_names[k] : NULL;
}

const char *wire_event_name(enum wire_event w)
{
    return w < WIRE_EVENTS ? wire_names[w] : NULL;
}

const char *wire_why_name(enum wire_why w)
{
    return w < WIRE_WHYS ? why_names[w] : NULL;
}

const char *stamp_point_name(enum stamp_point p)
{
    return p < STAMP_POINTS ? point_names[p] : NULL;
}

const char *timer_name(enum timer_kind t)
{
    return t < COUNT_OF(timer_names) ? timer_names[t] : NULL;
}
