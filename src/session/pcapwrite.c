#include "session/pcapwrite.h"

enum {
    BLOCK_SECTION = 0x0A0D0D0A,
    BLOCK_INTERFACE = 1,
    BLOCK_ENHANCED = 6,
    BLOCK_JOURNAL = 9,
    BLOCK_OVERHEAD = 12, /* type, length, and the length again */
    SECTION_MAGIC = 0x1A2B3C4D,
    OPTION_END = 0,
    OPTION_APPLICATION = 4,
    OPTION_NAME = 2,
    OPTION_RESOLUTION = 9,
    SNAPLEN = 262144,     /* libpcap's most, as every tool writes it */
    COMMENT_MOST = 0xFFFC /* an option says its length in 16 bits */
};
#define PCAP_MAGIC_NS UINT32_C(0xA1B23C4D)

static void put(struct str *out, const void *bytes, size_t len)
{
    str_put_n(out, bytes, len);
}

static void put16(struct str *out, uint16_t v)
{
    put(out, &v, sizeof v);
}

static void put32(struct str *out, uint32_t v)
{
    put(out, &v, sizeof v);
}

/* To a multiple of four, counted from `begin`. */
static void put_padding(struct str *out, size_t begin)
{
    put(out, "\0\0\0", (4 - (out->len - begin) % 4) % 4);
}

void pcap_put_head(struct str *out, int linktype)
{
    put32(out, PCAP_MAGIC_NS);
    put16(out, 2);
    put16(out, 4);
    put32(out, 0);
    put32(out, 0);
    put32(out, SNAPLEN);
    put32(out, (uint32_t)linktype);
}

void pcap_put_record(struct str *out, uint64_t time_ns, const uint8_t *bytes, uint32_t caplen,
                     uint32_t wirelen)
{
    const uint32_t head[] = {(uint32_t)(time_ns / 1000000000), (uint32_t)(time_ns % 1000000000), caplen,
                             wirelen};
    put(out, head, sizeof head);
    put(out, bytes, caplen);
}

static size_t begin_block(struct str *out, uint32_t type)
{
    const size_t begin = out->len;
    put32(out, type);
    put32(out, 0);
    return begin;
}

/* Now its length is known. */
static void end_block(struct str *out, size_t begin)
{
    put_padding(out, begin);
    const uint32_t total = (uint32_t)(out->len - begin + 4);
    put32(out, total);
    if (!out->failed)
        memcpy(out->at + begin + 4, &total, sizeof total);
}

static void put_option(struct str *out, uint16_t code, const void *value, size_t len)
{
    const size_t begin = out->len;
    put16(out, code);
    put16(out, (uint16_t)len);
    put(out, value, len);
    put_padding(out, begin);
}

void pcapng_put_section(struct str *out, const char *application)
{
    const size_t begin = begin_block(out, BLOCK_SECTION);
    const uint64_t unknown = UINT64_MAX; /* how long the section is: it is still being written */
    put32(out, SECTION_MAGIC);
    put16(out, 1);
    put16(out, 0);
    put(out, &unknown, sizeof unknown);
    put_option(out, OPTION_APPLICATION, application, strlen(application));
    put_option(out, OPTION_END, NULL, 0);
    end_block(out, begin);
}

void pcapng_put_interface(struct str *out, int linktype, const char *name)
{
    const size_t begin = begin_block(out, BLOCK_INTERFACE);
    put16(out, (uint16_t)linktype);
    put16(out, 0);
    put32(out, SNAPLEN);
    put_option(out, OPTION_NAME, name, strlen(name));
    put_option(out, OPTION_RESOLUTION, "\x09", 1);
    put_option(out, OPTION_END, NULL, 0);
    end_block(out, begin);
}

/* A comment that is longer than an option can be is cut between two characters. */
static size_t comment_length(const struct pcapng_packet *p)
{
    size_t len = p->comment_len;
    if (len > COMMENT_MOST)
        for (len = COMMENT_MOST; len > 0 && (p->comment[len] & 0xC0) == 0x80;)
            len--;
    return len;
}

static uint32_t padded(uint32_t len)
{
    return (len + 3) / 4 * 4;
}

/* These write where there is room already, for four bytes more than they return the end of. */
static char *append(char *at, const void *bytes, uint32_t len)
{
    if (len)
        memcpy(at, bytes, len);
    return at + len;
}

static char *append_number(char *at, uint32_t v)
{
    return append(at, &v, sizeof v);
}

static char *append_padded(char *at, const void *bytes, uint32_t len)
{
    memset(append(at, bytes, len), 0, 4);
    return at + padded(len);
}

static char *append_option(char *at, uint16_t code, const void *value, uint32_t len)
{
    const uint16_t head[] = {code, (uint16_t)len};
    return append_padded(append(at, head, sizeof head), value, len);
}

void pcapng_put_packet(struct str *out, const struct pcapng_packet *p)
{
    const uint32_t comment = (uint32_t)comment_length(p);
    const uint32_t options =
        (comment ? 4 + padded(comment) : 0) + (p->own_len ? 4 + padded((uint32_t)p->own_len) : 0);
    const uint32_t total = BLOCK_OVERHEAD + 20 + padded(p->caplen) + options + (options ? 4 : 0);
    if (!str_room(out, total)) /* once for all of it: a flood of segments comes through here */
        return;
    char *at = out->at + out->len;
    at = append_number(at, BLOCK_ENHANCED);
    at = append_number(at, total);
    at = append_number(at, p->interface);
    at = append_number(at, (uint32_t)(p->time_ns >> 32));
    at = append_number(at, (uint32_t)p->time_ns);
    at = append_number(at, p->caplen);
    at = append_number(at, p->wirelen);
    at = append_padded(at, p->bytes, p->caplen);
    if (comment)
        at = append_option(at, PCAPNG_OPTION_COMMENT, p->comment, comment);
    if (p->own_len)
        at = append_option(at, PCAPNG_OPTION_OWN, p->own, (uint32_t)p->own_len);
    if (options)
        at = append_option(at, OPTION_END, NULL, 0);
    at = append_number(at, total);
    out->len += total;
    *at = 0;
}

size_t pcapng_begin_entry(struct str *out, uint64_t time_ns)
{
    const size_t begin = begin_block(out, BLOCK_JOURNAL);
    str_put(out, "__REALTIME_TIMESTAMP=");
    str_put_u64(out, time_ns / 1000);
    str_put_char(out, '\n');
    return begin;
}

/* systemd writes a value behind = only if it is UTF-8 without control characters but the tab. */
static bool is_plain(const char *value, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t c;
        const size_t n = utf8_next(value + i, len - i, &c);
        if ((c < ' ' && c != '\t') || c == 0x7F || (c == 0xFFFD && n == 1))
            return false;
        i += n;
    }
    return true;
}

void pcapng_put_field(struct str *out, const char *name, const char *value, size_t len)
{
    str_put(out, name);
    if (is_plain(value, len)) {
        str_put_char(out, '=');
    } else {
        uint8_t little[8];
        for (size_t i = 0; i < sizeof little; i++)
            little[i] = (uint8_t)((uint64_t)len >> 8 * i);
        str_put_char(out, '\n');
        put(out, little, sizeof little);
    }
    put(out, value, len);
    str_put_char(out, '\n');
}

void pcapng_end_entry(struct str *out, size_t begin)
{
    end_block(out, begin);
}
