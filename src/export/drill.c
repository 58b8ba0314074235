#include "core/str.h"
#include "export/drill.h"

enum { OPT_END, OPT_NOP, OPT_MSS, OPT_WSCALE, OPT_SACK_OK, OPT_SACK, OPT_TIMESTAMPS = 8, OPT_FAST_OPEN = 34 };
enum { TCP_HEADER = 20 };

void drill_flags(struct str *out, unsigned flags, bool dot_last)
{
    static const struct {
        unsigned flag;
        char letter;
    } letters[] = {{TCP_FIN, 'F'}, {TCP_SYN, 'S'}, {TCP_RST, 'R'}, {TCP_PSH, 'P'}, {TCP_ACK, '.'},
                   {TCP_URG, 'U'}, {TCP_ECE, 'E'}, {TCP_CWR, 'W'}, {TCP_NS, 'A'}};
    size_t start = out->len;
    unsigned first = dot_last ? flags & ~(unsigned)TCP_ACK : flags;
    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        if (first & letters[i].flag)
            str_put_char(out, letters[i].letter);
    }
    if (first != flags)
        str_put_char(out, '.');
    if (out->len == start)
        str_put_char(out, '-');
}

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put_pair(struct str *out, const char *first, uint64_t a, const char *second, uint64_t b)
{
    str_put(out, first);
    str_put_u64(out, a);
    str_put(out, second);
    str_put_u64(out, b);
}

/* The option of `len` bytes at `at`, its kind and length included, if there is a word for it. base: of the
 * other side's numbers, which SACK speaks of. */
static bool put_option(struct str *out, const uint8_t *at, size_t len, uint32_t base)
{
    if (at[0] == OPT_MSS && len == 4) {
        str_put(out, "mss ");
        str_put_u64(out, (uint64_t)at[2] << 8 | at[3]);
    } else if (at[0] == OPT_WSCALE && len == 3) {
        str_put(out, "wscale ");
        str_put_u64(out, at[2]);
    } else if (at[0] == OPT_SACK_OK && len == 2) {
        str_put(out, "sackOK");
    } else if (at[0] == OPT_TIMESTAMPS && len == 10) {
        put_pair(out, "TS val ", be32(at + 2), " ecr ", be32(at + 6));
    } else if (at[0] == OPT_SACK && len >= 10 && len % 8 == 2) {
        str_put(out, "sack");
        for (size_t i = 2; i < len; i += 8)
            put_pair(out, " ", be32(at + i) - base, ":", be32(at + i + 4) - base);
    } else if (at[0] == OPT_FAST_OPEN) {
        str_put(out, len > 2 ? "FO " : "FO");
        for (size_t i = 2; i < len; i++)
            str_put_hex(out, at[i], 2);
    } else {
        return false;
    }
    return true;
}

static void put_padding(struct str *out, const char *word, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        str_put(out, i ? "," : "");
        str_put(out, word);
    }
}

/* The option's bytes as they were captured; 0: it ends outside of them. */
static size_t option_len(const uint8_t *at, size_t left)
{
    if (at[0] == OPT_END || at[0] == OPT_NOP)
        return 1;
    return left >= 2 && at[1] >= 2 && at[1] <= left ? at[1] : 0;
}

void drill_options(struct str *out, const struct session *s, const struct row *r, const struct seg *seg,
                   bool padding)
{
    uint32_t caplen, wirelen;
    int linktype;
    const uint8_t *bytes = session_bytes(s, r, &caplen, &wirelen, &linktype);
    if (!bytes || seg->tcp.len < TCP_HEADER || seg->tcp.at > caplen || seg->tcp.len > caplen - seg->tcp.at)
        return;
    const uint8_t *at = bytes + seg->tcp.at + TCP_HEADER;
    size_t left = seg->tcp.len - TCP_HEADER, start = out->len;
    for (size_t len; left > 0 && (len = option_len(at, left)) > 0; at += len, left -= len) {
        bool pad = at[0] == OPT_END || at[0] == OPT_NOP;
        if (pad && !padding)
            continue;
        str_put(out, out->len > start ? "," : "");
        if (pad) {
            put_padding(out, at[0] == OPT_NOP ? "nop" : "eol", 1);
        } else if (!put_option(out, at, len, seg->ack.v - r->ack)) {
            if (padding) {
                put_padding(out, "nop", len);
            } else {
                str_put(out, "option ");
                str_put_u64(out, at[0]);
            }
        }
    }
    if (padding && left > 0) { /* what lies about its length */
        str_put(out, out->len > start ? "," : "");
        put_padding(out, "nop", left);
    }
}

void drill_segment(struct str *out, const struct session *s, const struct row *r, const struct seg *seg,
                   bool with_window)
{
    uint32_t len = row_len(r);
    drill_flags(out, r->flags, true);
    put_pair(out, " ", r->seq, ":", (uint64_t)r->seq + len);
    put_pair(out, "(", len, ")", 0);
    str_cut(out, out->len - 1);
    if (r->flags & TCP_ACK)
        str_put(out, " ack "), str_put_u64(out, r->ack);
    if (with_window)
        str_put(out, " win "), str_put_u64(out, seg->win);
    if (r->flags & TCP_URG)
        str_put(out, " urg "), str_put_u64(out, seg->urgent);
    size_t before = out->len;
    str_put(out, " <");
    size_t empty = out->len;
    drill_options(out, s, r, seg, true);
    if (out->len == empty)
        str_cut(out, before);
    else
        str_put_char(out, '>');
}
