/* wifi.c: IEEE 802.11, bare or behind what the radio said of it. Only data that can be read leads on: not
 * what is encrypted, and not the pieces of a frame that was sent in several. */
#include "core/layer.h"

enum { FCS = 4 };

/* IEEE Std 802.11 9.2 (general frame format), 9.3.2.1 (data frames). */
enum layer wifi_wlan(struct walk *w)
{
    enum { VERSION = 0x0003, TYPE = 0x000C, DATA = 0x0008, NO_DATA = 0x0040, QOS = 0x0080 };
    enum { BOTH_DS = 0x0300, MORE_PIECES = 0x0400, PROTECTED = 0x4000, HT_CONTROL = 0x8000, PIECE = 0x000F };
    enum { AMSDU = 0x0080 };
    uint32_t start = w->at;
    struct cur c = walk_cur(w);
    uint16_t control = cur_le16(&c);
    cur_skip(&c, 2 + 3 * 6);
    uint16_t sequence = cur_le16(&c), qos = 0;
    cur_skip(&c, (control & BOTH_DS) == BOTH_DS ? 6 : 0);
    if (control & QOS) {
        qos = cur_le16(&c);
        cur_skip(&c, control & HT_CONTROL ? 4 : 0);
    }
    if (c.bad)
        return walk_short(w);
    if ((control & VERSION) || (control & TYPE) != DATA || (control & (NO_DATA | PROTECTED | MORE_PIECES)) ||
        (sequence & PIECE))
        return walk_end(w, FRAME_OTHER);
    if (w->padded)
        cur_skip(&c, (4 - ((size_t)(c.at - w->frame) - start) % 4) % 4);
    return walk_on(w, &c, qos & AMSDU ? LAYER_AMSDU : LAYER_LLC);
}

/* Several payloads in one frame (9.3.2.2): the first is taken. Each has addresses and a length. */
enum layer wifi_amsdu(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 12);
    uint16_t len = cur_be16(&c);
    if (c.bad)
        return walk_short(w);
    walk_to(w, &c);
    walk_bound(w, w->at, len);
    return LAYER_LLC;
}

/* What the radio's header said of the frame behind it. */
static enum layer wlan(struct walk *w, const struct cur *c, bool fcs, bool padded)
{
    if (c->bad)
        return walk_short(w);
    walk_to(w, c);
    w->padded = padded;
    if (fcs && w->wire_end - w->at >= FCS)
        walk_bound(w, w->at, w->wire_end - w->at - FCS);
    return LAYER_WLAN;
}

/* radiotap.org: version, length, words that say which fields follow; of these, only the flags matter here. */
enum layer wifi_radiotap(struct walk *w)
{
    enum { MORE = 31, HAS_TIME = 1, HAS_FLAGS = 2, TIME = 8, FLAG_FCS = 0x10, FLAG_PADDED = 0x20 };
    uint32_t start = w->at;
    struct cur c = walk_cur(w), fields = c;
    cur_skip(&c, 2);
    uint16_t len = cur_le16(&c);
    cur_skip(&fields, 4);
    uint32_t present = cur_le32(&fields), more = present;
    while (more >> MORE)
        more = cur_le32(&fields);
    if (present & HAS_TIME) {
        cur_skip(&fields, (TIME - ((size_t)(fields.at - w->frame) - start) % TIME) % TIME);
        cur_skip(&fields, TIME);
    }
    uint8_t flags = present & HAS_FLAGS ? cur_u8(&fields) : 0;
    cur_skip(&c, len > 4 ? len - 4u : 0);
    return wlan(w, &c, flags & FLAG_FCS, flags & FLAG_PADDED);
}

/* Per-Packet Information: version, flags, length, link type; then fields, one of which has the flags of
 * 802.11. */
enum layer wifi_ppi(struct walk *w)
{
    enum { FIXED = 8, COMMON = 2, WLAN = 105, FLAG_FCS = 1 };
    struct cur c = walk_cur(w), fields = c;
    cur_skip(&c, 2);
    uint16_t len = cur_le16(&c);
    uint32_t linktype = cur_le32(&c);
    cur_skip(&c, len > FIXED ? len - (size_t)FIXED : 0);
    if (c.bad)
        return walk_short(w);
    bool fcs = false;
    cur_skip(&fields, FIXED);
    while (fields.at < c.at && !fields.bad) {
        uint16_t type = cur_le16(&fields), size = cur_le16(&fields);
        struct cur field = fields;
        cur_skip(&field, 8);
        fcs |= type == COMMON && (cur_le16(&field) & FLAG_FCS);
        cur_skip(&fields, size);
    }
    if (linktype == WLAN)
        return wlan(w, &c, fcs, false);
    walk_to(w, &c);
    enum layer next = link_first(w, (int)(linktype & 0xFFFF));
    return next == LAYER_END && w->kind == FRAME_UNKNOWN_LINK ? walk_end(w, FRAME_OTHER) : next;
}

enum layer wifi_prism(struct walk *w)
{
    enum { PRISM = 144, AVS_MAGIC = 0x80211000 };
    struct cur c = walk_cur(w);
    uint32_t magic = cur_be32(&c);
    if (!c.bad && (magic & 0xFFFFF000) == AVS_MAGIC)
        return LAYER_AVS;
    cur_skip(&c, PRISM - 4);
    return wlan(w, &c, false, false);
}

/* Magic, length, and what the radio said. */
enum layer wifi_avs(struct walk *w)
{
    struct cur c = walk_cur(w);
    cur_skip(&c, 4);
    uint32_t len = cur_be32(&c);
    cur_skip(&c, len > 8 ? len - 8 : 0);
    return wlan(w, &c, false, false);
}
