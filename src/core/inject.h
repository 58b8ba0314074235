/* inject.h: a segment of one's own making, written as packetdrill writes segments:
 *
 *     R 101:101(0)                       P. 1:11(10) ack 1 win 1000 <TS val -5000 ecr 0>
 *     S 0:0(0) win 65535 <mss 1460,sackOK,nop,wscale 7>          4000 > 3344 S 0:0(0)
 *
 * Flags are tcpdump's letters (F S R P . U E W; - for none). Numbers are relative, as on the screen; a time
 * stamp with a sign is relative to the newest one of its sender. What is left out is what the sender would
 * send. Pure. */
#ifndef TCPVIZ_CORE_INJECT_H
#define TCPVIZ_CORE_INJECT_H

#include "core/cmd.h"
#include "core/seq.h"

enum { INJECT_OPTIONS = 40, INJECT_PAYLOAD = 1460, INJECT_FRAME = 1514 };

struct inject {
    uint16_t flags;
    bool ports, seq_given, ack_given, win_given, stamped, stamp_relative, echo_given;
    uint16_t source, destination; /* where ports */
    uint32_t seq, len, ack, win, urgent;
    uint32_t tsval, tsecr;
    uint8_t options[INJECT_OPTIONS]; /* ready but for the time stamp and what relative numbers stand for */
    uint8_t options_len, stamp_at, sack_at, sacks;
};

/* False: e says what is wrong, with positions in text. */
bool inject_parse(const char *text, size_t len, struct inject *out, struct cmd_error *e);

/* What the real sender would put in, raw. */
struct inject_sender {
    struct tuple tuple;
    enum side from;
    const uint8_t *mac[SIDE_COUNT]; /* six bytes each */
    uint32_t base[SIDE_COUNT];      /* raw number of relative 0 */
    uint32_t seq, ack;              /* the next ones, raw */
    uint16_t win;
    uint32_t tsval, tsecr; /* the newest */
};
/* The frame (Ethernet), in out: its length, at most INJECT_FRAME bytes. */
uint32_t inject_build(const struct inject *i, const struct inject_sender *s, uint8_t out[INJECT_FRAME]);

#endif
