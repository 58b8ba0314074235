/* types.h: the words that all floors share: sides, states, labels, and what an address is.
 * Pure data; every table comes from a .def file, so that a name has one home. */
#ifndef TCPVIZ_CORE_TYPES_H
#define TCPVIZ_CORE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Marks a text for the catalogue; core never translates. */
#define N_(text) text

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* A row or a connection that is not: indices count from 0. */
#define NO_ROW  UINT32_MAX
#define NO_CONN UINT32_MAX

/* Whose: the side that opened (sent the first SYN, or else the first segment) is the client. */
enum side { SIDE_CLIENT, SIDE_SERVER, SIDE_COUNT, SIDE_NONE = SIDE_COUNT };

static inline enum side side_other(enum side s)
{
    return s == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
}

/* The states of RFC 9293 3.3.2. STATE_UNKNOWN: nothing is known of this side (null in JSON). */
enum tcp_state {
    STATE_UNKNOWN,
#define STATE(id, name, brief) STATE_##id,
#include "core/states.def"
    STATE_COUNT
};

/* What a segment is (DESIGN "labels"); a set is a uint64_t of LABEL_BIT()s. */
enum label {
#define LABEL(id, name, words) LABEL_##id,
#include "core/labels.def"
    LABEL_COUNT
};
#define LABEL_BIT(l) ((uint64_t)1 << (l))
#define LBL(id)      LABEL_BIT(LABEL_##id)
_Static_assert(LABEL_COUNT <= 41, "a row has 41 bits for labels");

/* What Wireshark 4.0 calls it: the tcp.analysis fields without the prefix. */
enum ws_label {
#define WS_LABEL(id, name) WS_##id,
#include "core/wireshark.def"
    WS_COUNT
};
#define WS_BIT(id) ((uint32_t)1 << WS_##id)
_Static_assert(WS_COUNT <= 18, "a row has 18 bits for Wireshark's names");

/* Where in a handshake or a close a segment stands (RULES: never a total that is not known yet). */
enum step {
    STEP_NONE,
#define STEP(id, name) STEP_##id,
#include "core/steps.def"
    STEP_COUNT
};
_Static_assert(STEP_COUNT <= 16, "a row has 4 bits for the step");

/* Why a segment was sent, where it is known: a timer, or the call of its program. */
enum cause {
    CAUSE_UNKNOWN,
#define CAUSE(id, name, words) CAUSE_##id,
#include "core/causes.def"
    CAUSE_COUNT
};

/* TCP flags as they stand in the header, low nine bits (RFC 9293 3.1, RFC 3540). */
enum {
    TCP_FIN = 0x001,
    TCP_SYN = 0x002,
    TCP_RST = 0x004,
    TCP_PSH = 0x008,
    TCP_ACK = 0x010,
    TCP_URG = 0x020,
    TCP_ECE = 0x040,
    TCP_CWR = 0x080,
    TCP_NS = 0x100
};

/* An IP address: family is 4 or 6, 0 where none is known; IPv4 uses the first four bytes, the others
 * are 0. Network order. */
struct addr {
    uint8_t family;
    uint8_t at[16];
};

/* A transport address. port in host order. */
struct endpoint {
    struct addr addr;
    uint16_t port;
};

/* Both ends of a connection, by side. */
struct tuple {
    struct endpoint end[SIDE_COUNT];
};

/* Bytes behind an IPv4 address are 0 in both. */
static inline bool addr_equal(const struct addr *a, const struct addr *b)
{
    return a->family == b->family && memcmp(a->at, b->at, sizeof a->at) == 0;
}

static inline bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && addr_equal(&a->addr, &b->addr);
}

/* Names as the export has them ("SYN-RECEIVED", "dup-ack", "dup_ack", "handshake 1/3", "rto"); static
 * storage. NULL for STATE_UNKNOWN, STEP_NONE, CAUSE_UNKNOWN. */
const char *state_name(enum tcp_state s);
/* The name as short as a narrow screen has it ("SYN-RCVD", "ESTAB"). */
const char *state_brief(enum tcp_state s);
const char *label_name(enum label l);
const char *label_words(enum label l); /* for the catalogue: "duplicate ACK" */
const char *ws_name(enum ws_label l);
const char *step_name(enum step s);
const char *cause_name(enum cause c);
const char *side_name(enum side s); /* "client", "server"; NULL for SIDE_NONE */

/* The label, state or side of that name (len bytes, not ended by 0; states in any case); false if there is
 * none. */
bool label_find(const char *name, size_t len, enum label *out);
bool state_find(const char *name, size_t len, enum tcp_state *out);
bool side_find(const char *name, size_t len, enum side *out);

#endif
