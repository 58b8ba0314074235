/* pcapfile.c: a file is a row of records (pcap) or blocks (pcapng), each of which says its length first. The
 * reader stands at the start of one; it moves on only when all of that record is there and makes sense. So a
 * file that is cut or damaged has given every whole frame before the place that is named.
 *
 * Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. */
/* long: every block reads and moves the one place in the file, which is seen nowhere else. */
#include "session/pcapfile.h"
#include "core/types.h"

#include <string.h>

#define SECOND UINT64_C(1000000000)

enum {
    PCAP_HEADER = 24,
    PCAP_RECORD = 16,
    BLOCK_OVERHEAD = 12, /* type, length, and the length again */
    BLOCK_SECTION = 0x0A0D0D0A,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 2, /* obsolete */
    BLOCK_SIMPLE = 3,
    BLOCK_ENHANCED = 6,
    BLOCK_JOURNAL = 9,
    SECTION_MAGIC = 0x1A2B3C4D,
    AHEAD = 1024,          /* what will be read is fetched while what comes before is judged */
    MOST_BYTES = 128 << 20 /* more than any frame or block that was ever captured; so that a wild length is
                            * found at once, and not when the pipe ends */
};

struct interface {
    int linktype;
    uint32_t snaplen; /* 0: none */
    uint64_t ticks;   /* a second has so many */
    uint64_t unit_ns; /* ns of one, where that is a whole number; else 0 */
    int64_t offset_s; /* added to every time */
};

struct pcapfile {
    const struct mem *mem;
    const uint8_t *bytes, *at, *end; /* what there is; the next record; behind the last byte */
    uint64_t base;                   /* offset of bytes in the file */
    bool all;
    bool entries; /* Journal Export Blocks are wanted */
    bool swapped; /* the section's numbers are in the other byte order than the machine's */
    enum { KIND_UNKNOWN, KIND_PCAP, KIND_PCAPNG } kind;
    enum pcap_next ended; /* PCAP_FRAME: it has not */
    const char *problem;
    uint32_t record; /* bytes of pcap's record header */
    uint32_t frames;
    uint64_t last_ns;
    struct interface *interfaces; /* of all sections, one after the other; pcap has one */
    size_t count, cap;
    size_t first; /* of this section */
    struct section *sections;
    size_t section_count, section_cap;
};

/* Where a section begins, and what is known of it. */
struct section {
    uint64_t at;
    size_t first; /* of its interfaces */
    bool swapped;
};

struct pcapfile *pcapfile_new(const struct mem *m)
{
    struct pcapfile *f = mem_new(m, sizeof *f);
    if (f)
        f->mem = m;
    return f;
}

void pcapfile_free(struct pcapfile *f)
{
    if (!f)
        return;
    mem_free(f->mem, f->interfaces, f->cap * sizeof *f->interfaces);
    mem_free(f->mem, f->sections, f->section_cap * sizeof *f->sections);
    mem_free(f->mem, f, sizeof *f);
}

void pcapfile_bytes(struct pcapfile *f, uint64_t base, const uint8_t *bytes, size_t len, bool all)
{
    f->at = bytes + (size_t)(pcapfile_at(f) - base);
    f->base = base;
    f->bytes = bytes;
    f->end = bytes + len;
    f->all = all;
}

void pcapfile_entries(struct pcapfile *f)
{
    f->entries = true;
}

uint64_t pcapfile_at(const struct pcapfile *f)
{
    return f->base + (uint64_t)(f->at - f->bytes);
}

uint32_t pcapfile_frames(const struct pcapfile *f)
{
    return f->frames;
}

const char *pcapfile_problem(const struct pcapfile *f)
{
    return f->problem;
}

static uint16_t u16(const struct pcapfile *f, const uint8_t *at)
{
    uint16_t v;
    memcpy(&v, at, sizeof v);
    return f->swapped ? __builtin_bswap16(v) : v;
}

static uint32_t u32(const struct pcapfile *f, const uint8_t *at)
{
    uint32_t v;
    memcpy(&v, at, sizeof v);
    return f->swapped ? __builtin_bswap32(v) : v;
}

static uint64_t u64(const struct pcapfile *f, const uint8_t *at)
{
    uint64_t v;
    memcpy(&v, at, sizeof v);
    return f->swapped ? __builtin_bswap64(v) : v;
}

static enum pcap_next end(struct pcapfile *f, enum pcap_next how, const char *problem)
{
    f->ended = how;
    f->problem = problem;
    return how;
}

static enum pcap_next damaged(struct pcapfile *f, const char *problem)
{
    return end(f, PCAP_DAMAGED, problem);
}

static size_t left(const struct pcapfile *f)
{
    return (size_t)(f->end - f->at);
}

/* Whether n bytes are there from f->at on; if not, *next says what that means. */
static bool has(struct pcapfile *f, size_t n, enum pcap_next *next)
{
    if (left(f) >= n)
        return true;
    *next = f->all ? damaged(f, N_("the file ends in the middle of a record")) : PCAP_MORE;
    return false;
}

/* ticks of an interface as ns since the epoch; what does not fit is the end of time. */
static uint64_t to_ns(const struct interface *i, uint64_t ticks)
{
    __extension__ typedef unsigned __int128 wide;
    uint64_t ns;
    if (i->unit_ns && !i->offset_s && !__builtin_mul_overflow(ticks, i->unit_ns, &ns))
        return ns;
    uint64_t seconds = ticks / i->ticks, rest = ticks % i->ticks;
    uint64_t rest_ns =
        i->ticks <= 10000000000 ? rest * SECOND / i->ticks : (uint64_t)((wide)rest * SECOND / i->ticks);
    if (__builtin_add_overflow(seconds, (uint64_t)i->offset_s, &seconds) != (i->offset_s < 0))
        return i->offset_s < 0 ? 0 : UINT64_MAX;
    if (__builtin_mul_overflow(seconds, SECOND, &seconds) ||
        __builtin_add_overflow(seconds, rest_ns, &seconds))
        return UINT64_MAX;
    return seconds;
}

/* f->at is at the record that holds the frame. */
static enum pcap_next give(struct pcapfile *f, struct pcap_frame *out, const struct interface *i,
                           uint64_t time_ns, const uint8_t *bytes, uint32_t caplen, uint32_t wirelen)
{
    f->last_ns = time_ns;
    *out = (struct pcap_frame){
        .time_ns = time_ns,
        .record = pcapfile_at(f),
        .at = f->base + (uint64_t)(bytes - f->bytes),
        .bytes = bytes,
        .caplen = caplen,
        .wirelen = wirelen < caplen ? caplen : wirelen,
        .number = ++f->frames,
        .linktype = i->linktype,
    };
    return PCAP_FRAME;
}

static bool add_interface(struct pcapfile *f, const struct interface *i)
{
    void *items = f->interfaces;
    if (!mem_grow(f->mem, &items, &f->cap, f->count + 1, sizeof *i))
        return false;
    f->interfaces = items;
    f->interfaces[f->count] = *i;
    f->interfaces[f->count++].unit_ns = SECOND % i->ticks ? 0 : SECOND / i->ticks;
    return true;
}

/* pcap: a record is seconds, fraction, bytes captured, bytes on the wire, and the bytes. */
static enum pcap_next next_record(struct pcapfile *f, struct pcap_frame *out)
{
    enum pcap_next next;
    if (f->at == f->end && f->all)
        return end(f, PCAP_END, NULL);
    if (!has(f, f->record, &next))
        return next;
    const uint8_t *at = f->at;
    uint32_t caplen = u32(f, at + 8);
    if (caplen > MOST_BYTES)
        return damaged(f, N_("a frame says that it is longer than any can be"));
    if (!has(f, (size_t)f->record + caplen, &next))
        return next;
    const struct interface *i = &f->interfaces[0];
    give(f, out, i, u32(f, at) * SECOND + u32(f, at + 4) * i->unit_ns, at + f->record, caplen,
         u32(f, at + 12));
    f->at += (size_t)f->record + caplen;
    __builtin_prefetch(f->at + AHEAD);
    return PCAP_FRAME;
}

/* The resolution: a power of ten, or of two where the high bit is set. */
static bool read_resolution(struct interface *i, uint8_t value)
{
    unsigned power = value & 0x7F;
    if (power > (value & 0x80 ? 63 : 19))
        return false;
    i->ticks = 1;
    while (power--)
        i->ticks *= value & 0x80 ? 2 : 10;
    return true;
}

static enum pcap_next interface_block(struct pcapfile *f, const uint8_t *body, size_t len)
{
    enum { FIXED = 8, OPTION_RESOLUTION = 9, OPTION_OFFSET = 14 };
    if (len < FIXED)
        return damaged(f, N_("an interface's block is too short"));
    struct interface i = {.linktype = u16(f, body), .snaplen = u32(f, body + 4), .ticks = 1000000};
    for (size_t at = FIXED; len - at >= 4;) {
        uint16_t code = u16(f, body + at), size = u16(f, body + at + 2);
        at += 4;
        if (code == 0 || size > len - at)
            break;
        if (code == OPTION_RESOLUTION && size == 1 && !read_resolution(&i, body[at]))
            return damaged(f, N_("an interface counts time in units that cannot be"));
        if (code == OPTION_OFFSET && size == 8)
            i.offset_s = (int64_t)u64(f, body + at);
        size_t padded = (size + (size_t)3) & ~(size_t)3;
        at += padded < len - at ? padded : len - at;
    }
    return add_interface(f, &i) ? PCAP_MORE : end(f, PCAP_NO_MEMORY, NULL);
}

/* Enhanced and obsolete packet blocks differ in how the interface is written. */
static enum pcap_next packet_block(struct pcapfile *f, bool obsolete, const uint8_t *body, size_t len,
                                   struct pcap_frame *out)
{
    enum { FIXED = 20 };
    if (len < FIXED)
        return damaged(f, N_("a frame's block is too short"));
    uint32_t interface = obsolete ? u16(f, body) : u32(f, body), caplen = u32(f, body + 12);
    if (interface >= f->count - f->first)
        return damaged(f, N_("a frame names an interface that there is not"));
    if (caplen > len - FIXED)
        return damaged(f, N_("a frame says that it is longer than its block"));
    const struct interface *i = &f->interfaces[f->first + interface];
    uint64_t ticks = (uint64_t)u32(f, body + 4) << 32 | u32(f, body + 8);
    enum pcap_next next = give(f, out, i, to_ns(i, ticks), body + FIXED, caplen, u32(f, body + 16));
    const size_t padded = FIXED + (caplen + (size_t)3) / 4 * 4;
    if (padded < len) {
        out->options = body + padded;
        out->options_len = (uint32_t)(len - padded);
    }
    return next;
}

size_t pcapfile_option(const struct pcapfile *f, const struct pcap_frame *p, uint16_t number, uint8_t *value,
                       size_t room)
{
    for (size_t at = 0; p->options_len - at >= 4;) {
        const uint16_t code = u16(f, p->options + at), size = u16(f, p->options + at + 2);
        at += 4;
        if (code == 0 || size > p->options_len - at)
            break;
        if (code == number) {
            memcpy(value, p->options + at, size < room ? size : room);
            return size < room ? size : room;
        }
        const size_t padded = (size + (size_t)3) / 4 * 4;
        at += padded < p->options_len - at ? padded : p->options_len - at;
    }
    return 0;
}

/* Its length is that of the block: up to three bytes of padding are part of it. */
static enum pcap_next entry_block(const struct pcapfile *f, const uint8_t *body, size_t len,
                                  struct pcap_frame *out)
{
    if (!f->entries)
        return PCAP_MORE;
    *out = (struct pcap_frame){
        .at = f->base + (uint64_t)(body - f->bytes), .bytes = body, .caplen = (uint32_t)len};
    return PCAP_ENTRY;
}

/* A simple packet has no time, no interface (the first one is meant) and no captured length of its own. */
static enum pcap_next simple_block(struct pcapfile *f, const uint8_t *body, size_t len,
                                   struct pcap_frame *out)
{
    enum { FIXED = 4 };
    if (len < FIXED)
        return damaged(f, N_("a frame's block is too short"));
    if (f->count == f->first)
        return damaged(f, N_("a frame names an interface that there is not"));
    const struct interface *i = &f->interfaces[f->first];
    uint32_t wirelen = u32(f, body), caplen = wirelen;
    if (i->snaplen && caplen > i->snaplen)
        caplen = i->snaplen;
    if (caplen > len - FIXED)
        return damaged(f, N_("a frame says that it is longer than its block"));
    return give(f, out, i, f->last_ns, body + FIXED, caplen, wirelen);
}

/* A new section: its byte order, and no interfaces. False: it is none, or not all there; *next says what. */
static bool section_begins(struct pcapfile *f, enum pcap_next *next)
{
    if (!has(f, BLOCK_OVERHEAD, next))
        return false;
    bool before = f->swapped;
    f->swapped = false;
    f->swapped = u32(f, f->at + 8) != SECTION_MAGIC;
    if (u32(f, f->at + 8) != SECTION_MAGIC) {
        f->swapped = before;
        *next = damaged(f, N_("a section has no byte order"));
        return false;
    }
    return true;
}

/* A section has interfaces of its own. */
static enum pcap_next section_block(struct pcapfile *f)
{
    void *items = f->sections;
    if (!mem_grow(f->mem, &items, &f->section_cap, f->section_count + 1, sizeof *f->sections))
        return end(f, PCAP_NO_MEMORY, NULL);
    f->sections = items;
    f->first = f->count;
    f->sections[f->section_count++] = (struct section){pcapfile_at(f), f->first, f->swapped};
    return PCAP_MORE;
}

/* The block at f->at. PCAP_MORE where it was all there: it held no frame, and the next one is to be read. */
static enum pcap_next read_block(struct pcapfile *f, struct pcap_frame *out, bool *passed)
{
    enum pcap_next next;
    *passed = false;
    if (f->at == f->end && f->all)
        return end(f, PCAP_END, NULL);
    if (!has(f, 8, &next))
        return next;
    uint32_t type = u32(f, f->at);
    if (type == BLOCK_SECTION && !section_begins(f, &next))
        return next;
    size_t total = u32(f, f->at + 4);
    if (total < BLOCK_OVERHEAD || total % 4 || total > MOST_BYTES)
        return damaged(f, N_("a block has a length that cannot be"));
    if (!has(f, total, &next))
        return next;
    const uint8_t *body = f->at + 8;
    size_t len = total - BLOCK_OVERHEAD;
    if (u32(f, body + len) != total)
        return damaged(f, N_("the two lengths of a block differ"));
    switch (type) {
    case BLOCK_SECTION: next = section_block(f); break;
    case BLOCK_INTERFACE: next = interface_block(f, body, len); break;
    case BLOCK_PACKET: next = packet_block(f, true, body, len, out); break;
    case BLOCK_ENHANCED: next = packet_block(f, false, body, len, out); break;
    case BLOCK_SIMPLE: next = simple_block(f, body, len, out); break;
    case BLOCK_JOURNAL: next = entry_block(f, body, len, out); break;
    default: next = PCAP_MORE; break;
    }
    if (next == PCAP_FRAME || next == PCAP_ENTRY || next == PCAP_MORE)
        f->at += total;
    *passed = next == PCAP_MORE;
    return next;
}

static enum pcap_next next_block(struct pcapfile *f, struct pcap_frame *out)
{
    bool passed;
    enum pcap_next next;
    do
        next = read_block(f, out, &passed);
    while (passed);
    return next;
}

/* pcap's magic says byte order, unit of time, and whether record headers have 8 bytes more (a patch of old
 * Linux). */
static bool read_magic(struct pcapfile *f, struct interface *i)
{
    static const struct {
        uint32_t magic, ticks, record;
    } known[] = {
        {0xA1B2C3D4, 1000000, PCAP_RECORD},
        {0xA1B23C4D, 1000000000, PCAP_RECORD},
        {0xA1B2CD34, 1000000, PCAP_RECORD + 8},
    };
    for (int swapped = 0; swapped < 2; swapped++) {
        f->swapped = swapped;
        for (size_t n = 0; n < COUNT_OF(known); n++)
            if (u32(f, f->at) == known[n].magic) {
                i->ticks = known[n].ticks;
                f->record = known[n].record;
                return true;
            }
    }
    return false;
}

static enum pcap_next not_a_capture(struct pcapfile *f)
{
    return end(f, PCAP_NOT_A_CAPTURE,
               left(f) ? N_("neither pcap nor pcapng") : N_("it is empty: neither pcap nor pcapng"));
}

/* The first bytes decide what it is. PCAP_FRAME: they did. */
static enum pcap_next open_file(struct pcapfile *f)
{
    enum pcap_next next;
    struct interface i = {0};
    if (left(f) < 4)
        return f->all ? not_a_capture(f) : PCAP_MORE;
    if (u32(f, f->at) == BLOCK_SECTION) { /* the same in both byte orders */
        f->kind = KIND_PCAPNG;
        return PCAP_FRAME;
    }
    if (!read_magic(f, &i))
        return not_a_capture(f);
    if (!has(f, PCAP_HEADER, &next))
        return next;
    i.linktype = u32(f, f->at + 20) & 0xFFFF; /* above it, how long the frame check sequence is */
    if (!add_interface(f, &i))
        return end(f, PCAP_NO_MEMORY, NULL);
    f->kind = KIND_PCAP;
    f->at += PCAP_HEADER;
    return PCAP_FRAME;
}

enum pcap_next pcapfile_next(struct pcapfile *f, struct pcap_frame *out)
{
    if (f->ended != PCAP_FRAME)
        return f->ended;
    if (f->kind == KIND_UNKNOWN) {
        enum pcap_next next = open_file(f);
        if (next != PCAP_FRAME)
            return next;
    }
    return f->kind == KIND_PCAP ? next_record(f, out) : next_block(f, out);
}

/* The same record of a pcap file again. Whoever writes rows asks for all of them. */
static bool record_again(const struct pcapfile *f, uint64_t record, struct pcap_frame *out)
{
    const uint64_t there = (uint64_t)(f->end - f->bytes), from = record - f->base;
    if (record < f->base || from > there || there - from < f->record)
        return false;
    const uint8_t *at = f->bytes + from;
    const uint32_t caplen = u32(f, at + 8), wirelen = u32(f, at + 12);
    if (caplen > MOST_BYTES || there - from - f->record < caplen)
        return false;
    const struct interface *i = &f->interfaces[0];
    *out = (struct pcap_frame){
        .time_ns = u32(f, at) * SECOND + u32(f, at + 4) * i->unit_ns,
        .record = record,
        .at = record + f->record,
        .bytes = at + f->record,
        .caplen = caplen,
        .wirelen = wirelen < caplen ? caplen : wirelen,
        .linktype = i->linktype,
    };
    return true;
}

bool pcapfile_again(const struct pcapfile *f, uint64_t record, struct pcap_frame *out)
{
    if (f->kind == KIND_PCAP)
        return record_again(f, record, out);
    struct pcapfile then =
        *f; /* as it was when it came to that record: reading a frame changes nothing that is shared */
    size_t low = 0, high = f->section_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->sections[middle].at <= record)
            low = middle + 1;
        else
            high = middle;
    }
    if (record < f->base || record - f->base > (uint64_t)(f->end - f->bytes) ||
        (low == 0 && f->section_count))
        return false;
    then.at = f->bytes + (record - f->base);
    then.all = true;
    if (low > 0) {
        then.first = f->sections[low - 1].first;
        then.count = low < f->section_count ? f->sections[low].first : f->count;
        then.swapped = f->sections[low - 1].swapped;
    }
    bool passed;
    return read_block(&then, out, &passed) == PCAP_FRAME;
}
