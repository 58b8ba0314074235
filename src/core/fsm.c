/* fsm.c: the edges of states.def as a table. Where the table has no edge an input changes nothing: a repeated
 * close(), a FIN seen twice, an ACK that says nothing new. */
#include "core/fsm.h"

static const struct fsm_edge edges[] = {
#define EDGE(from, input, to) {STATE_##from, STATE_##to, IN_##input},
#include "core/states.def"
};

/* 0 (STATE_UNKNOWN) is "no edge": nothing leads back to not knowing. */
static const uint8_t next_state[STATE_COUNT][IN_COUNT] = {
#define EDGE(from, input, to) [STATE_##from][IN_##input] = STATE_##to,
#include "core/states.def"
};

enum tcp_state fsm_next(enum tcp_state from, enum fsm_input in)
{
    enum tcp_state to = (enum tcp_state)next_state[from][in];
    return to == STATE_UNKNOWN ? from : to;
}

bool fsm_edge_at(size_t i, struct fsm_edge *out)
{
    if (i >= COUNT_OF(edges))
        return false;
    *out = edges[i];
    return true;
}

const char *fsm_input_name(enum fsm_input in)
{
    static const char *const names[] = {
        [IN_CALL_LISTEN] = "listen()",
        [IN_CALL_CONNECT] = "connect()",
        [IN_CALL_CLOSE] = "close()",
        [IN_CALL_SHUTDOWN] = "shutdown()",
        [IN_CALL_ABORT] = "abort",
        [IN_SENT_SYN] = "SYN sent",
        [IN_SENT_SYN_ACK] = "SYN ACK sent",
        [IN_SENT_FIN] = "FIN sent",
        [IN_SENT_FIN_ACKING] = "FIN sent with the ACK of the other FIN",
        [IN_SENT_RST] = "RST sent",
        [IN_RCVD_SYN] = "SYN received",
        [IN_RCVD_SYN_ACK] = "SYN ACK received",
        [IN_RCVD_ACK_OF_SYN] = "ACK of the SYN received",
        [IN_RCVD_FIN] = "FIN received",
        [IN_RCVD_FIN_ACK] = "FIN received with the ACK of the own FIN",
        [IN_RCVD_ACK_OF_FIN] = "ACK of the FIN received",
        [IN_RCVD_RST] = "RST received",
        [IN_GIVE_UP] = "time-out",
        [IN_GONE] = "vanished",
    };
    _Static_assert(COUNT_OF(names) == IN_COUNT, "a name for each input");
    return names[in];
}
