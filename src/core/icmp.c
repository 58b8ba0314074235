#include "core/icmp.h"

#include <string.h>

static const struct {
    uint8_t version, type;
    int code; /* -1: any */
    const char *what, *means;
} rows[] = {
    {0, 0, 0, N_("an error"), N_("Whether the sender gives up depends on its system.")},
#define ICMP(id, version, type, code, what, means) {version, type, code, what, means},
#include "core/icmp.def"
};
_Static_assert(COUNT_OF(rows) == ICMP_COUNT, "a row for each");

static enum icmp_id id_of(uint8_t version, uint8_t type, uint8_t code)
{
    for (size_t i = 1; i < COUNT_OF(rows); i++)
        if (rows[i].version == version && rows[i].type == type && (rows[i].code == code || rows[i].code < 0))
            return (enum icmp_id)i;
    return ICMP_OTHER;
}

void icmp_error_of(struct icmp_error *out, const uint8_t *frame, const struct seg *quoted)
{
    enum { HEADER = 8, SRC_4 = 12, SRC_6 = 8, THROUGH_SEQ = 8 };
    const uint8_t *ip = frame + quoted->data.at, *at = ip + quoted->data.len - HEADER;
    const uint8_t version = ip[0] >> 4;
    *out = (struct icmp_error){
        .id = id_of(version, at[0], at[1]),
        .from.family = version,
        .src = quoted->src,
        .dst = quoted->dst,
        .seq = quoted->seq,
        .seq_known = quoted->tcp.len >= THROUGH_SEQ,
    };
    memcpy(out->from.at, ip + (version == 6 ? SRC_6 : SRC_4), version == 6 ? 16 : 4);
    if (out->id == ICMP_FRAGMENTATION)
        out->mtu = (uint32_t)at[6] << 8 | at[7];
    else if (out->id == ICMP_TOO_BIG_6)
        out->mtu = (uint32_t)at[4] << 24 | (uint32_t)at[5] << 16 | (uint32_t)at[6] << 8 | at[7];
}

const char *icmp_what(enum icmp_id id)
{
    return rows[id < ICMP_COUNT ? id : ICMP_OTHER].what;
}

const char *icmp_means(enum icmp_id id)
{
    return rows[id < ICMP_COUNT ? id : ICMP_OTHER].means;
}
