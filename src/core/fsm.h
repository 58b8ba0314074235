/* fsm.h: the state machine of one endpoint (RFC 9293 3.3.2), as Linux walks it.
 *
 * Its inputs are the segments that the endpoint sent and received, the calls of its program with their
 * results, counters that tell of silent ends, and `gone` where a socket may vanish in silence. The kernel's
 * own states are no input: agreement by copying is a lie. Every edge is a row of states.def; RULES of the
 * edges:
 *  - a listener's child appears when its SYN ACK leaves (a full queue may drop the SYN);
 *  - close() and shutdown(WR) take their edge at the call: the FIN may wait behind a zero window or a cork;
 *  - an endpoint's own first FIN decides where FINs cross. */
#ifndef TCPVIZ_CORE_FSM_H
#define TCPVIZ_CORE_FSM_H

#include "core/types.h"

/* What can happen to an endpoint. SENT_ and RCVD_ are segments, CALL_ are calls that succeeded. */
enum fsm_input {
    IN_CALL_LISTEN,
    IN_CALL_CONNECT,
    IN_CALL_CLOSE,    /* close() or shutdown(WR) on an open connection */
    IN_CALL_SHUTDOWN, /* any shutdown(): differs from close in SYN-SENT only */
    IN_CALL_ABORT,    /* close() with SO_LINGER 0, or with unread data; crash */
    IN_SENT_SYN,
    IN_SENT_SYN_ACK,
    IN_SENT_FIN,        /* the endpoint's FIN left (first time), its ACK does not cover the peer's FIN */
    IN_SENT_FIN_ACKING, /* the same, and its ACK covers the peer's FIN */
    IN_SENT_RST,
    IN_RCVD_SYN,        /* a SYN without ACK, in SYN-SENT: a simultaneous open */
    IN_RCVD_SYN_ACK,    /* that acknowledges our SYN */
    IN_RCVD_ACK_OF_SYN, /* in SYN-RECEIVED: our SYN is acknowledged */
    IN_RCVD_FIN,        /* in order, our FIN (if any) not acknowledged by it */
    IN_RCVD_FIN_ACK,    /* in order, and it acknowledges our FIN */
    IN_RCVD_ACK_OF_FIN, /* our FIN is acknowledged */
    IN_RCVD_RST,        /* one that counts: in the window, by RFC 5961 */
    IN_GIVE_UP,         /* a time-out gave up (TCPAbortOnTimeout moved) */
    IN_GONE,            /* the kernel's socket vanished; taken in TIME-WAIT and FIN-WAIT-2 only */
    IN_COUNT
};

/* The state after an input; the same state where the table has no edge. */
enum tcp_state fsm_next(enum tcp_state from, enum fsm_input in);

/* Row i of the edge table, for tests, docs and coverage; false past the end. */
struct fsm_edge {
    enum tcp_state from, to;
    enum fsm_input in;
};
bool fsm_edge_at(size_t i, struct fsm_edge *out);
const char *fsm_input_name(enum fsm_input in);

#endif
