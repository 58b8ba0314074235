/* outline.h: a connection at a glance, kept up as its segments come: which labels and flags its rows have,
 * what looks wrong with it, when it was busy. So a list of connections asks nothing of their rows. */
#ifndef TCPVIZ_SESSION_OUTLINE_H
#define TCPVIZ_SESSION_OUTLINE_H

#include "session/session.h"

enum trouble {
#define TROUBLE(id, one, many, more) TROUBLE_##id,
#include "session/trouble.def"
    TROUBLES
};

/* Labels of a row that is worth a look; a first duplicate ACK of several is too, and what ICMP says of a
 * segment. The one list of them. */
#define TROUBLE_LABELS                                                                                       \
    (LBL(ZERO_WINDOW) | LBL(ZERO_WINDOW_PROBE) | LBL(RETRANSMISSION) | LBL(FAST_RETRANSMISSION) |            \
     LBL(SPURIOUS_RETRANSMISSION) | LBL(OUT_OF_ORDER) | LBL(LOST_SEGMENT) | LBL(ACK_LOST_SEGMENT) |          \
     LBL(RST) | LBL(CHALLENGE_ACK) | LBL(CE) | LBL(PAWS_REJECT) | LBL(BAD_CHECKSUM))
bool row_troubled(const struct session *s, const struct row *r);

/* What all rows of the connection have together. */
struct outline {
    uint64_t labels;
    uint32_t wireshark, flags;
    unsigned trouble; /* bits 1 << enum trouble */
    bool reset;       /* a RST that was believed ended it */
};
bool session_outline(const struct session *s, uint32_t conn, struct outline *out);

/* How many connections have that trouble. */
uint32_t session_troubled(const struct session *s, enum trouble t);

/* The state of a connection in one word: that of the side that has more to tell (CLOSE-WAIT rather than
 * FIN-WAIT-2); CONN_REFUSED and CONN_RESET where it ended so. */
enum { CONN_REFUSED = STATE_COUNT, CONN_RESET, CONN_STATES };
unsigned conn_state(const struct conn_view *v);

/* The round-trip time: of the handshake, or else the least of both sides together; 0: not known. */
uint64_t conn_rtt_ns(const struct conn_view *v);
/* How many of its segments were retransmissions, in thousandths of a percent. */
uint64_t conn_rexmt(const struct conn_view *v);

/* How busy it was over its life: segments in each of the returned number of equal spans, all times the same
 * unknown factor. */
enum { ACTIVITY_BINS = 16 };
size_t session_activity(const struct session *s, uint32_t conn, uint8_t bins[ACTIVITY_BINS]);

/* Whether each row is one that a ladder shows, with calls or without; whether each is in its connection's
 * chain. So it is with most captures. */
bool session_all_shown(const struct session *s, bool calls);
bool session_all_linked(const struct session *s);

/* How many characters the longest endpoint of that side has. */
unsigned session_end_length(const struct session *s, enum side side);

/* The newest row of the connection, NO_ROW; the others follow by `before`. */
uint32_t session_conn_last(const struct session *s, uint32_t conn);

#endif
