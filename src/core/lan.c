/* lan.c: Ethernet and its relatives. Ethertypes are rows of a table, as link types are. */
#include "core/layer.h"

enum { LENGTH_MOST = 1500 /* IEEE 802.3 3.2.6: a length, not a type */ };

/* skip: bytes of a tag before the header that follows. */
static const struct {
    uint16_t type;
    uint8_t skip;
    uint8_t next; /* enum layer */
} ethertypes[] = {
    {0x0800, 0, LAYER_IP4},      {0x86DD, 0, LAYER_IP6},  {0x8100, 2, LAYER_TYPE}, /* IEEE 802.1Q */
    {0x88A8, 2, LAYER_TYPE},                                                       /* 802.1ad, QinQ */
    {0x9100, 2, LAYER_TYPE}, /* QinQ before it was a standard */
    {0x8864, 0, LAYER_PPPOE},    {0x8847, 0, LAYER_MPLS}, {0x8848, 0, LAYER_MPLS},
    {0x6558, 0, LAYER_ETHERNET}, /* transparent bridging: a whole frame in GRE */
    {0x88E7, 4, LAYER_ETHERNET}, /* 802.1ah: a service tag, and the customer's frame */
    {0x8903, 2, LAYER_WITH_FCS}, /* Cisco FabricPath */
    {0x8909, 6, LAYER_TYPE},     /* Cisco metadata */
    {0x8926, 4, LAYER_TYPE},     /* VN-Tag */
    {0x893F, 6, LAYER_TYPE},     /* 802.1BR */
    {0xF1C1, 4, LAYER_TYPE},     /* 802.1CB */
    {0x894F, 0, LAYER_NSH},
};

/* The row of an ethertype; COUNT_OF(ethertypes) where it is not known. */
static size_t row_of(uint16_t type)
{
    size_t i = 0;
    while (i < COUNT_OF(ethertypes) && ethertypes[i].type != type)
        i++;
    return i;
}

enum layer lan_by_ethertype(struct walk *w, uint16_t type)
{
    size_t row = row_of(type);
    if (row == COUNT_OF(ethertypes))
        return walk_end(w, FRAME_OTHER);
    struct cur c = walk_cur(w);
    cur_skip(&c, ethertypes[row].skip);
    return walk_on(w, &c, (enum layer)ethertypes[row].next);
}

/* Whether an ethertype that is known stands where it would, were this a frame. */
static bool looks_like_ethernet(const struct cur *at)
{
    struct cur c = *at;
    cur_skip(&c, 12);
    uint16_t type = cur_be16(&c);
    return !c.bad && row_of(type) < COUNT_OF(ethertypes);
}

enum layer lan_guess(struct walk *w)
{
    enum { CONTROL_WORD = 4, HEADER = 14 };
    struct cur c = walk_cur(w), behind = c;
    uint8_t first = cur_u8(&behind);
    cur_skip(&behind, CONTROL_WORD - 1);
    if (cur_left(&c) < CONTROL_WORD + HEADER)
        return walk_short(w);
    if (first >> 4 == 0 && looks_like_ethernet(&behind))
        return walk_on(w, &behind, LAYER_ETHERNET);
    return looks_like_ethernet(&c) ? LAYER_ETHERNET : walk_end(w, FRAME_OTHER);
}

enum layer lan_type(struct walk *w)
{
    struct cur c = walk_cur(w);
    uint16_t type = cur_be16(&c);
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    if (type > LENGTH_MOST)
        return lan_by_ethertype(w, type);
    walk_bound(w, w->at, type);
    return LAYER_LLC;
}

enum layer lan_ethernet(struct walk *w)
{
    enum { TYPE_AT = 12, ISL = 26 };
    struct cur c = walk_cur(w), start = c;
    cur_skip(&c, TYPE_AT);
    if (c.bad || !lan_is_isl(start.at))
        return walk_on(w, &c, LAYER_TYPE);
    cur_skip(&c, ISL - TYPE_AT);
    return walk_on(w, &c, LAYER_WITH_FCS);
}

/* Cisco's headers stand before a whole frame, whose check sequence captures mostly lack. */
enum layer lan_with_fcs(struct walk *w)
{
    w->fcs_end = w->wire_end;
    return LAYER_ETHERNET;
}

enum layer lan_snap(struct walk *w, uint32_t pad)
{
    enum { OUI_ETHERTYPE = 0, OUI_BRIDGED_ETHERTYPE = 0xF8, OUI_BRIDGED = 0x80C2 };
    enum { WITH_FCS = 1, WITHOUT_FCS = 7 };
    struct cur c = walk_cur(w);
    uint32_t oui = (uint32_t)cur_u8(&c) << 16;
    oui |= cur_be16(&c);
    uint16_t pid = cur_be16(&c);
    bool bridged = oui == OUI_BRIDGED && (pid == WITH_FCS || pid == WITHOUT_FCS); /* RFC 2684 5.2 */
    cur_skip(&c, bridged ? pad : 0);
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    if (oui == OUI_ETHERTYPE || oui == OUI_BRIDGED_ETHERTYPE)
        return lan_by_ethertype(w, pid);
    return bridged ? LAYER_ETHERNET : walk_end(w, FRAME_OTHER);
}

/* IEEE 802.2: IP by its own number, SNAP, or a protocol of the ISO. */
enum layer lan_llc(struct walk *w)
{
    enum { IP = 0x06, SNAP = 0xAA, ISO = 0xFE, UNNUMBERED = 3 };
    struct cur c = walk_cur(w);
    uint8_t to = cur_u8(&c), from = cur_u8(&c), control = cur_u8(&c);
    cur_skip(&c, (control & UNNUMBERED) == UNNUMBERED ? 0 : 1);
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    if (to == SNAP && from == SNAP)
        return lan_snap(w, 2);
    return to == IP ? LAYER_IP4 : to == ISO && from == ISO ? wan_nlpid(w) : walk_end(w, FRAME_OTHER);
}

/* Frame control and two addresses; then LLC. */
enum layer lan_fddi(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 13);
    return walk_on(w, &c, LAYER_LLC);
}

/* IEEE 802.5: access control, frame control, two addresses; the source says whether a route follows, which
 * says its own length. */
enum layer lan_token_ring(struct walk *w)
{
    enum { KIND = 0xC0, KIND_LLC = 0x40, ROUTED = 0x80, ROUTE_LEN = 0x1F };
    struct cur c = walk_cur(w);
    cur_skip(&c, 1);
    uint8_t kind = cur_u8(&c);
    cur_skip(&c, 6);
    uint8_t source = cur_u8(&c);
    cur_skip(&c, 5);
    if (source & ROUTED) {
        uint8_t len = cur_u8(&c) & ROUTE_LEN;
        cur_skip(&c, len > 1 ? len - 1u : 0);
    }
    return walk_on(w, &c, c.bad || (kind & KIND) == KIND_LLC ? LAYER_LLC : walk_end(w, FRAME_OTHER));
}

/* Behind the addresses, the protocol. The older encapsulation of IP (RFC 1051) has nothing more; the newer
 * one (RFC 1201) a flag and a sequence number for frames in pieces. */
enum layer lan_arcnet(struct walk *w)
{
    enum { IP_1051 = 240, IP_1201 = 212 };
    struct cur c = walk_cur(w);
    uint8_t protocol = cur_u8(&c), split = 0;
    if (protocol == IP_1201) {
        split = cur_u8(&c);
        cur_skip(&c, 2);
    }
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    return (protocol == IP_1051 || protocol == IP_1201) && !split ? LAYER_IP4 : walk_end(w, FRAME_OTHER);
}

/* IP over InfiniBand: the global routing header, then an ethertype and two bytes reserved (RFC 4391 6). */
enum layer lan_ipoib(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 40);
    uint16_t type = cur_be16(&c);
    cur_skip(&c, 2);
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    return lan_by_ethertype(w, type);
}
