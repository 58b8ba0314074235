/* inject.c: from the notation to a frame. */
#include "core/inject.h"

#include <string.h>

#include "core/cksum.h"
#include "core/lex.h"

/* What is left of the text. A word here ends at a blank or at one of , < > too. */
struct reading {
    const char *text;
    size_t len, pos;
    struct word word;
    struct cmd_error *error;
};

static bool wrong(struct reading *r, const char *message)
{
    *r->error =
        (struct cmd_error){.message = message, .at = (size_t)(r->word.at - r->text), .len = r->word.len};
    return false;
}

static bool is_mark(char c)
{
    return c == ',' || c == '<' || c == '>';
}

static bool next(struct reading *r)
{
    size_t pos = lex_blanks(r->text, r->len, r->pos), end = pos;
    r->word = (struct word){r->text + pos, 0};
    while (end < r->len && r->text[end] != ' ' && r->text[end] != '\t' && r->text[end] != '\r' &&
           !(is_mark(r->text[end]) && end > pos)) {
        end++;
        if (is_mark(r->text[pos]))
            break;
    }
    r->word.len = end - pos;
    r->pos = end;
    return end > pos;
}

static bool take(struct reading *r, const char *word)
{
    const struct reading before = *r;
    if (next(r) && word_is(r->word, word))
        return true;
    r->pos = before.pos;
    r->word = before.word;
    return false;
}

static bool number(struct reading *r, int64_t most, uint32_t *out)
{
    int64_t v = 0;
    if (!next(r))
        return wrong(r, N_("something is missing"));
    if (!word_number(r->word, 0, &v))
        return wrong(r, N_("{word} is not a number"));
    if (v > most)
        return wrong(r, N_("{word} is too large"));
    *out = (uint32_t)v;
    return true;
}

static bool read_flags(struct reading *r, struct inject *out)
{
    static const struct {
        char letter;
        uint16_t flag;
    } letters[] = {{'F', TCP_FIN}, {'S', TCP_SYN}, {'R', TCP_RST}, {'P', TCP_PSH},
                   {'.', TCP_ACK}, {'U', TCP_URG}, {'E', TCP_ECE}, {'W', TCP_CWR}};
    if (!next(r))
        return wrong(r, N_("something is missing"));
    if (word_is(r->word, "-"))
        return true;
    for (size_t i = 0; i < r->word.len; i++) {
        size_t l = 0;
        while (l < COUNT_OF(letters) && letters[l].letter != r->word.at[i])
            l++;
        if (l == COUNT_OF(letters))
            return wrong(r, N_("{word}: flags are letters of FSRP.UEW, or - for none"));
        out->flags |= letters[l].flag;
    }
    return true;
}

/* FROM:TO(LENGTH) */
static bool read_range(struct reading *r, struct inject *out)
{
    const size_t before = r->pos;
    const struct word word_before = r->word;
    if (!next(r) || r->word.len == 0 || r->word.at[0] < '0' || r->word.at[0] > '9') {
        r->pos = before; /* none is written */
        r->word = word_before;
        return true;
    }
    const struct word w = r->word;
    const char *colon = memchr(w.at, ':', w.len), *open = memchr(w.at, '(', w.len);
    int64_t from = 0, to = 0, len = 0;
    if (!colon || !open || open < colon || w.at[w.len - 1] != ')' ||
        !word_number((struct word){w.at, (size_t)(colon - w.at)}, 0, &from) ||
        !word_number((struct word){colon + 1, (size_t)(open - colon - 1)}, 0, &to) ||
        !word_number((struct word){open + 1, (size_t)(w.at + w.len - open) - 2}, 0, &len))
        return wrong(r, N_("{word}: numbers are written as FROM:TO(LENGTH)"));
    if (from > UINT32_MAX || len > INJECT_PAYLOAD || (uint32_t)(from + len) != (uint32_t)to)
        return wrong(r, N_("{word}: TO is FROM and LENGTH together, and at most 1460 bytes fit"));
    out->seq_given = true;
    out->seq = (uint32_t)from;
    out->len = (uint32_t)len;
    return true;
}

static bool add(struct reading *r, struct inject *out, const uint8_t *bytes, size_t len)
{
    if (out->options_len + len > INJECT_OPTIONS)
        return wrong(r, N_("{word}: a header has room for 40 bytes of options"));
    memcpy(out->options + out->options_len, bytes, len);
    out->options_len = (uint8_t)(out->options_len + len);
    return true;
}

static void put32(uint8_t *at, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(v >> (24 - 8 * i));
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* TS val N ecr N: a value with a sign is relative. */
static bool read_stamp(struct reading *r, struct inject *out)
{
    static const uint8_t stamp[10] = {8, 10};
    int64_t v = 0;
    if (!take(r, "val") || !next(r) || r->word.len == 0)
        return wrong(r, N_("{word}: a time stamp is written as TS val N ecr N"));
    const char sign = r->word.at[0];
    out->stamp_relative = sign == '-' || sign == '+';
    const size_t skip = out->stamp_relative;
    if (!word_number((struct word){r->word.at + skip, r->word.len - skip}, 0, &v) || v > UINT32_MAX)
        return wrong(r, N_("{word} is not a number"));
    out->tsval = sign == '-' ? 0U - (uint32_t)v : (uint32_t)v;
    out->stamped = true;
    if (take(r, "ecr")) {
        out->echo_given = true;
        if (!number(r, UINT32_MAX, &out->tsecr))
            return false;
    }
    out->stamp_at = out->options_len;
    return add(r, out, stamp, sizeof stamp);
}

/* sack FROM:TO FROM:TO …, relative numbers of the receiver's bytes. */
static bool read_sack(struct reading *r, struct inject *out)
{
    enum { BLOCKS = 4 };
    uint8_t sack[2 + 8 * BLOCKS] = {5};
    int64_t from = 0, to = 0;
    uint8_t n = 0;
    if (out->sacks)
        return wrong(r, N_("{word}: up to four blocks are written as sack FROM:TO"));
    while (!take(r, ",") && !take(r, ">")) {
        const char *colon = next(r) ? memchr(r->word.at, ':', r->word.len) : NULL;
        if (n == BLOCKS || !colon ||
            !word_number((struct word){r->word.at, (size_t)(colon - r->word.at)}, 0, &from) ||
            !word_number((struct word){colon + 1, (size_t)(r->word.at + r->word.len - colon) - 1}, 0, &to) ||
            from > UINT32_MAX || to > UINT32_MAX)
            return wrong(r, N_("{word}: up to four blocks are written as sack FROM:TO"));
        put32(sack + 2 + 8 * n, (uint32_t)from);
        put32(sack + 6 + 8 * n, (uint32_t)to);
        n++;
    }
    r->pos--; /* that mark ends the option */
    sack[1] = (uint8_t)(2 + 8 * n);
    out->sack_at = out->options_len;
    out->sacks = n;
    return n ? add(r, out, sack, sack[1]) : wrong(r, N_("something is missing"));
}

static bool read_option(struct reading *r, struct inject *out)
{
    static const uint8_t nop[] = {1}, end[] = {0}, permitted[] = {4, 2};
    uint32_t v = 0;
    if (!next(r))
        return wrong(r, N_("something is missing"));
    if (word_is(r->word, "nop"))
        return add(r, out, nop, sizeof nop);
    if (word_is(r->word, "eol"))
        return add(r, out, end, sizeof end);
    if (word_is(r->word, "sackOK"))
        return add(r, out, permitted, sizeof permitted);
    if (word_is(r->word, "TS"))
        return read_stamp(r, out);
    if (word_is(r->word, "sack"))
        return read_sack(r, out);
    if (word_is(r->word, "mss")) {
        if (!number(r, UINT16_MAX, &v))
            return false;
        const uint8_t mss[] = {2, 4, (uint8_t)(v >> 8), (uint8_t)v};
        return add(r, out, mss, sizeof mss);
    }
    if (word_is(r->word, "wscale")) {
        if (!number(r, UINT8_MAX, &v))
            return false;
        const uint8_t shift[] = {3, 3, (uint8_t)v};
        return add(r, out, shift, sizeof shift);
    }
    return wrong(r, N_("{word}: options are mss, wscale, sackOK, sack, TS, nop and eol"));
}

static bool read_options(struct reading *r, struct inject *out)
{
    static const uint8_t nop[] = {1};
    do {
        if (!read_option(r, out))
            return false;
    } while (take(r, ","));
    if (!take(r, ">")) {
        next(r);
        return wrong(r, N_("options stand between < and >, with a comma between two"));
    }
    while (out->options_len % 4 != 0)
        if (!add(r, out, nop, sizeof nop))
            return false;
    return true;
}

static bool read_ports(struct reading *r, struct inject *out)
{
    const size_t before = r->pos;
    const struct word word_before = r->word;
    int64_t v = 0;
    uint32_t port = 0;
    if (!next(r) || !word_number(r->word, 0, &v) || v > UINT16_MAX || !take(r, ">")) {
        r->pos = before; /* none are written */
        r->word = word_before;
        return true;
    }
    out->ports = true;
    out->source = (uint16_t)v;
    if (!number(r, UINT16_MAX, &port))
        return false;
    out->destination = (uint16_t)port;
    return true;
}

static bool read_rest(struct reading *r, struct inject *out)
{
    while (lex_blanks(r->text, r->len, r->pos) < r->len) {
        bool good = true;
        if (take(r, "ack")) {
            out->ack_given = true;
            out->flags |= TCP_ACK;
            good = number(r, UINT32_MAX, &out->ack);
        } else if (take(r, "win")) {
            out->win_given = true;
            good = number(r, UINT16_MAX, &out->win);
        } else if (take(r, "urg")) {
            out->flags |= TCP_URG;
            good = number(r, UINT16_MAX, &out->urgent);
        } else if (take(r, "<")) {
            good = read_options(r, out);
        } else {
            next(r);
            return wrong(r, N_("{word} is not expected here: ack, win, urg or options may follow"));
        }
        if (!good)
            return false;
    }
    return true;
}

bool inject_parse(const char *text, size_t len, struct inject *out, struct cmd_error *e)
{
    struct reading r = {.text = text, .len = len, .word = {text, 0}, .error = e};
    *out = (struct inject){0};
    *e = (struct cmd_error){0};
    return read_ports(&r, out) && read_flags(&r, out) && read_range(&r, out) && read_rest(&r, out);
}

enum { ETHERNET = 14, IP4_HEADER = 20, IP6_HEADER = 40, TCP_HEADER = 20, HOPS = 64, PROTOCOL_TCP = 6 };

static void put16(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

/* Returns where TCP begins. */
static uint8_t *put_ip(uint8_t *at, const struct addr *from, const struct addr *to, uint32_t len)
{
    if (from->family == 6) {
        memset(at, 0, IP6_HEADER);
        at[0] = 0x60;
        put16(at + 4, len);
        at[6] = PROTOCOL_TCP;
        at[7] = HOPS;
        memcpy(at + 8, from->at, 16);
        memcpy(at + 24, to->at, 16);
        return at + IP6_HEADER;
    }
    memset(at, 0, IP4_HEADER);
    at[0] = 0x45;
    put16(at + 2, IP4_HEADER + len);
    at[6] = 0x40; /* do not fragment */
    at[8] = HOPS;
    at[9] = PROTOCOL_TCP;
    memcpy(at + 12, from->at, 4);
    memcpy(at + 16, to->at, 4);
    put16(at + 10, (uint16_t)~cksum_fold(cksum_add(0, at, IP4_HEADER)));
    return at + IP4_HEADER;
}

static uint16_t tcp_cksum(const struct addr *from, const struct addr *to, const uint8_t *tcp, uint32_t len)
{
    const size_t size = from->family == 6 ? 16 : 4;
    const uint8_t pseudo[8] = {0, 0, (uint8_t)(len >> 8), (uint8_t)len, 0, 0, 0, PROTOCOL_TCP};
    uint64_t sum = cksum_add(cksum_add(0, from->at, size), to->at, size);
    sum = cksum_add(cksum_add(sum, pseudo, sizeof pseudo), tcp, len);
    return (uint16_t)~cksum_fold(sum);
}

uint32_t inject_build(const struct inject *i, const struct inject_sender *s, uint8_t out[INJECT_FRAME])
{
    const enum side to = side_other(s->from);
    const struct endpoint *src = &s->tuple.end[s->from], *dst = &s->tuple.end[to];
    const uint32_t header = TCP_HEADER + i->options_len;
    const uint32_t ip = src->addr.family == 6 ? IP6_HEADER : IP4_HEADER, before = ETHERNET + ip + header;
    const uint32_t len = before + i->len > INJECT_FRAME ? INJECT_FRAME - before : i->len;
    memcpy(out, s->mac[to], 6);
    memcpy(out + 6, s->mac[s->from], 6);
    put16(out + 12, src->addr.family == 6 ? 0x86dd : 0x0800);
    uint8_t *tcp = put_ip(out + ETHERNET, &src->addr, &dst->addr, header + len);
    memset(tcp, 0, TCP_HEADER);
    put16(tcp, i->ports ? i->source : src->port);
    put16(tcp + 2, i->ports ? i->destination : dst->port);
    put32(tcp + 4, i->seq_given ? s->base[s->from] + i->seq : s->seq);
    if (i->flags & TCP_ACK)
        put32(tcp + 8, i->ack_given ? s->base[to] + i->ack : s->ack);
    tcp[12] = (uint8_t)(header / 4 << 4);
    tcp[13] = (uint8_t)i->flags;
    put16(tcp + 14, i->win_given ? i->win : s->win);
    put16(tcp + 18, i->urgent);
    memcpy(tcp + TCP_HEADER, i->options, i->options_len);
    if (i->stamped) {
        put32(tcp + TCP_HEADER + i->stamp_at + 2, i->tsval + (i->stamp_relative ? s->tsval : 0));
        put32(tcp + TCP_HEADER + i->stamp_at + 6, i->echo_given ? i->tsecr : s->tsecr);
    }
    for (uint8_t *at = tcp + TCP_HEADER + i->sack_at + 2, *end = at + 8 * i->sacks; at < end; at += 4)
        put32(at, get32(at) + s->base[to]);
    for (uint32_t at = 0; at < len; at++)
        tcp[header + at] = (uint8_t)('a' + at % 26);
    put16(tcp + 16, tcp_cksum(&src->addr, &dst->addr, tcp, header + len));
    return (uint32_t)(tcp - out) + header + len;
}
