/* fields_tcp.c: the TCP header. Numbers are shown as on the ladder, relative, with the raw ones beside them.
 * Options are walked by their length byte; one that lies about its length ends the walk. */
#include "core/cur.h"
#include "scene/fields.h"
#include "scene/fill.h"

static void add_number(struct fields *f, const char *name, uint32_t at, uint32_t len, uint32_t value)
{
    struct str *out = field_add(f, name, at, len);
    if (out)
        str_put_u64(out, value);
}

/* "1  (raw 475303467)" */
static void add_sequence(struct fields *f, const char *name, uint32_t at, uint32_t relative, uint32_t raw)
{
    struct str *out = field_add(f, name, at, 4);
    if (!out)
        return;
    str_put_u64(out, relative);
    str_put(out, "  (");
    put_words(out, f->voice, N_("raw"));
    str_put_char(out, ' ');
    str_put_u64(out, raw);
    str_put_char(out, ')');
}

static void add_flags(struct fields *f, uint32_t at)
{
    static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "NS"};
    struct str *out = field_add(f, N_("flags"), at, 2);
    for (size_t i = 0; out && i < COUNT_OF(names); i++) {
        if (!(f->seg.flags >> i & 1))
            continue;
        if (out->len > 0)
            str_put_char(out, ' ');
        str_put(out, names[i]);
    }
}

/* "64512  (63 × 2^10)" */
static void add_window(struct fields *f, uint32_t at)
{
    struct str *out = field_add(f, N_("window"), at, 2);
    if (!out)
        return;
    str_put_u64(out, row_win(f->row));
    uint32_t shift = 0;
    while (shift < 14 && (uint32_t)f->seg.win << shift != row_win(f->row))
        shift++;
    if (shift == 0 || (uint32_t)f->seg.win << shift != row_win(f->row))
        return;
    str_put(out, "  (");
    str_put_u64(out, f->seg.win);
    str_put(out, f->voice->ascii ? " x 2^" : " × 2^");
    str_put_u64(out, shift);
    str_put_char(out, ')');
}

static void add_checksum(struct fields *f, uint32_t at)
{
    static const char *const verdicts[] = {
        [CKSUM_UNKNOWN] = N_("not checked"),
        [CKSUM_GOOD] = N_("right"),
        [CKSUM_PARTIAL] = N_("left to the card (offload)"),
        [CKSUM_BAD] = N_("wrong"),
    };
    struct str *out = field_add(f, N_("checksum"), at, 2);
    if (!out || f->seg.cksum >= COUNT_OF(verdicts))
        return;
    str_put(out, "0x");
    str_put_hex(out, f->seg.checksum, 4);
    str_put(out, "  ");
    put_words(out, f->voice, verdicts[f->seg.cksum]);
}

/* SACK blocks in the numbers of the ladder: see the ACK's raw and relative number. */
static void put_sacks(struct str *out, struct cur *c, uint32_t base, uint32_t blocks)
{
    for (uint32_t i = 0; i < blocks; i++) {
        uint32_t left = cur_be32(c), right = cur_be32(c);
        if (i > 0)
            str_put_char(out, ' ');
        str_put_u64(out, left - base);
        str_put_char(out, '-');
        str_put_u64(out, right - base);
    }
}

enum option_kind {
    OPT_END = 0,
    OPT_NOP = 1,
    OPT_MSS = 2,
    OPT_WSCALE = 3,
    OPT_SACK_PERMITTED = 4,
    OPT_SACK = 5,
    OPT_TIMESTAMPS = 8,
    OPT_MPTCP = 30,
    OPT_FAST_OPEN = 34
};

static const char *option_name(uint8_t kind)
{
    static const struct {
        uint8_t kind;
        const char *name;
    } names[] = {
        {OPT_END, N_("end of options")},
        {OPT_NOP, N_("no operation")},
        {OPT_MSS, N_("maximum segment size")},
        {OPT_WSCALE, N_("window scale")},
        {OPT_SACK_PERMITTED, N_("SACK permitted")},
        {OPT_SACK, N_("SACK blocks")},
        {OPT_TIMESTAMPS, N_("timestamps")},
        {OPT_MPTCP, N_("multipath TCP")},
        {OPT_FAST_OPEN, N_("fast open cookie")},
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (names[i].kind == kind)
            return names[i].name;
    }
    return N_("another option");
}

/* The value of an option whose `len` bytes after kind and length stand at c. */
static void put_option(struct str *out, const struct fields *f, uint8_t kind, uint32_t len, struct cur c)
{
    if (kind == OPT_MSS && len == 2) {
        str_put_u64(out, cur_be16(&c));
    } else if (kind == OPT_WSCALE && len == 1) {
        uint8_t shift = cur_u8(&c);
        str_put_u64(out, shift);
        str_put(out, f->voice->ascii ? "  (x " : "  (× ");
        str_put_u64(out, UINT64_C(1) << (shift > 14 ? 14 : shift));
        str_put_char(out, ')');
    } else if (kind == OPT_SACK && len % 8 == 0) {
        put_sacks(out, &c, f->seg.ack.v - f->row->ack, len / 8);
    } else if (kind == OPT_TIMESTAMPS && len == 8) {
        str_put_u64(out, cur_be32(&c));
        str_put_char(out, ' ');
        str_put_u64(out, cur_be32(&c));
    } else if (kind > OPT_NOP && kind != OPT_SACK_PERMITTED) {
        str_put(out, "0x");
        for (uint32_t i = 0; i < len && !c.bad; i++)
            str_put_hex(out, cur_u8(&c), 2);
    } else {
        put_words(out, f->voice, N_("yes"));
    }
}

static void fields_options(struct fields *f, uint32_t at, uint32_t end)
{
    const uint8_t *bytes = f->detail->bytes;
    if (end > f->detail->caplen)
        end = f->detail->caplen;
    while (at < end) {
        uint8_t kind = bytes[at];
        uint32_t len = 1;
        if (kind > OPT_NOP) {
            if (end - at < 2 || bytes[at + 1] < 2 || bytes[at + 1] > end - at)
                return;
            len = bytes[at + 1];
        }
        struct str *out = field_add(f, option_name(kind), at, len);
        if (!out)
            return;
        uint32_t head = kind > OPT_NOP ? 2 : 1;
        put_option(out, f, kind, len - head, cur_of(bytes + at + head, len - head));
        if (kind == OPT_END)
            return;
        at += len;
    }
}

void fields_tcp(struct fields *f)
{
    uint32_t at = f->seg.tcp.at;
    add_number(f, N_("source port"), at, 2, f->seg.src.port);
    add_number(f, N_("destination port"), at + 2, 2, f->seg.dst.port);
    add_sequence(f, N_("sequence number"), at + 4, f->row->seq, f->seg.seq.v);
    add_sequence(f, N_("acknowledgment"), at + 8, f->row->ack, f->seg.ack.v);
    add_number(f, N_("header length"), at + 12, 1, f->seg.tcp.len);
    add_flags(f, at + 12);
    add_window(f, at + 14);
    add_checksum(f, at + 16);
    add_number(f, N_("urgent pointer"), at + 18, 2, f->seg.urgent);
    if (f->seg.tcp.len > 20)
        fields_options(f, at + 20, at + f->seg.tcp.len);
}
