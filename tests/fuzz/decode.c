/* One frame: the first two bytes are the link type, the next one how much more was on the wire. */
#include "fuzz/fuzz.h"

#include "core/decode.h"

static void within(struct span s, uint32_t caplen)
{
    MUST(s.at <= caplen && s.len <= caplen - s.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct seg s;

    if (len < 3)
        return 0;
    const uint32_t caplen = (uint32_t)len - 3;
    uint8_t *frame = malloc(caplen ? caplen : 1); /* of its own, so that a byte too far is seen */
    MUST(frame);
    memcpy(frame, bytes + 3, caplen);
    const enum frame_kind kind =
        seg_decode(&s, (bytes[0] << 8 | bytes[1]) % 320, frame, caplen, caplen + bytes[2]);
    if (kind == FRAME_TCP) {
        within(s.link, caplen);
        within(s.ip, caplen);
        within(s.tcp, caplen);
        within(s.data, caplen);
        MUST((s.tcp.len == 0 || s.tcp.len >= 16) && s.opt.sacks <= SACK_BLOCKS);
    }
    free(frame);
    return 0;
}
