/* too_big.c: path MTU discovery, as a router on the way does it: it sends the beginning of the packet back,
 * with the size that the next link takes (RFC 1191 4, RFC 4443 3.2). */
#include "lab/wire_state.h"

#include <string.h>

#include "core/cksum.h"
#include "core/cur.h"

enum {
    ETHERNET = 14,
    IP4_HEADER = 20,
    IP6_HEADER = 40,
    ICMP_HEADER = 8,
    QUOTED4 = 576 - IP4_HEADER - ICMP_HEADER,  /* RFC 1812 4.3.2.3 */
    QUOTED6 = 1280 - IP6_HEADER - ICMP_HEADER, /* RFC 4443 2.4 (c) */
    TYPE_IP4 = 0x0800,
    TYPE_IP6 = 0x86dd,
    PROTOCOL_ICMP = 1,
    PROTOCOL_ICMP6 = 58,
    HOPS = 64
};

static uint16_t be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static void put16(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

uint32_t ip_packet_len(const uint8_t *frame, uint32_t len)
{
    if (len >= ETHERNET + IP4_HEADER && be16(frame + 12) == TYPE_IP4)
        return be16(frame + ETHERNET + 2);
    if (len >= ETHERNET + IP6_HEADER && be16(frame + 12) == TYPE_IP6)
        return IP6_HEADER + (uint32_t)be16(frame + ETHERNET + 4);
    return 0;
}

/* Back to who sent it; addresses of the cards the other way round. */
static void put_ethernet(const uint8_t *frame, uint8_t *out)
{
    memcpy(out, frame + 6, 6);
    memcpy(out + 6, frame, 6);
    memcpy(out + 12, frame + 12, 2);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t reply4(const uint8_t *frame, uint32_t len, uint32_t mtu, uint8_t *out)
{
    static const uint8_t router[] = {10, 0, 0, 254};
    const uint8_t *packet = frame + ETHERNET;
    uint8_t *ip = out + ETHERNET, *icmp = ip + IP4_HEADER;
    const uint32_t quoted = least(len - ETHERNET, QUOTED4);
    if (!(packet[6] & 0x40))
        return 0; /* it may be cut in pieces; but this wire does not */
    put_ethernet(frame, out);
    memset(ip, 0, IP4_HEADER + ICMP_HEADER);
    ip[0] = 0x45;
    put16(ip + 2, IP4_HEADER + ICMP_HEADER + quoted);
    ip[8] = HOPS;
    ip[9] = PROTOCOL_ICMP;
    memcpy(ip + 12, router, sizeof router);
    memcpy(ip + 16, packet + 12, sizeof router);
    put16(ip + 10, (uint16_t)~cksum_fold(cksum_add(0, ip, IP4_HEADER)));
    icmp[0] = 3; /* destination unreachable */
    icmp[1] = 4; /* fragmentation needed and DF set */
    put16(icmp + 6, mtu);
    memcpy(icmp + ICMP_HEADER, packet, quoted);
    put16(icmp + 2, (uint16_t)~cksum_fold(cksum_add(0, icmp, ICMP_HEADER + quoted)));
    return ETHERNET + IP4_HEADER + ICMP_HEADER + quoted;
}

static uint32_t reply6(const uint8_t *frame, uint32_t len, uint32_t mtu, uint8_t *out)
{
    static const uint8_t router[16] = {[0] = 0xfd, [15] = 0xfe};
    const uint8_t *packet = frame + ETHERNET;
    uint8_t *ip = out + ETHERNET, *icmp = ip + IP6_HEADER;
    const uint32_t quoted = least(len - ETHERNET, QUOTED6);
    const uint8_t pseudo[8] = {0,
                               0,
                               (uint8_t)((ICMP_HEADER + quoted) >> 8),
                               (uint8_t)(ICMP_HEADER + quoted),
                               0,
                               0,
                               0,
                               PROTOCOL_ICMP6};
    put_ethernet(frame, out);
    memset(ip, 0, IP6_HEADER + ICMP_HEADER);
    ip[0] = 0x60;
    put16(ip + 4, ICMP_HEADER + quoted);
    ip[6] = PROTOCOL_ICMP6;
    ip[7] = HOPS;
    memcpy(ip + 8, router, sizeof router);
    memcpy(ip + 24, packet + 8, sizeof router);
    icmp[0] = 2; /* packet too big */
    put16(icmp + 6, mtu);
    memcpy(icmp + ICMP_HEADER, packet, quoted);
    uint64_t sum = cksum_add(0, ip + 8, 2 * sizeof router);
    sum = cksum_add(sum, pseudo, sizeof pseudo);
    put16(icmp + 2, (uint16_t)~cksum_fold(cksum_add(sum, icmp, ICMP_HEADER + quoted)));
    return ETHERNET + IP6_HEADER + ICMP_HEADER + quoted;
}

uint32_t too_big_reply(const uint8_t *frame, uint32_t len, uint32_t mtu, uint8_t *out, uint32_t room)
{
    const uint32_t most = ETHERNET + IP6_HEADER + ICMP_HEADER + QUOTED6;
    if (ip_packet_len(frame, len) == 0 || room < most)
        return 0;
    return be16(frame + 12) == TYPE_IP6 ? reply6(frame, len, mtu, out) : reply4(frame, len, mtu, out);
}
