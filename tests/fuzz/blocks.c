/* Records of pcap and blocks of pcapng: whole, and as a pipe delivers them and what was read is forgotten,
 * the file holds the same frames. */
#include "fuzz/fuzz.h"

#include "session/pcapfile.h"

struct sum {
    uint64_t frames, bytes, times, at;
    enum pcap_next end;
};

/* What is there of the file: its bytes from `base` to `end`, in memory of their own. */
struct window {
    uint64_t base, end;
    uint8_t *bytes;
};

static void take(struct sum *s, const struct pcap_frame *p, const struct window *w)
{
    MUST(p->at >= w->base && p->bytes == w->bytes + (p->at - w->base) && p->caplen <= w->end - p->at);
    MUST(p->wirelen >= p->caplen && p->number == s->frames + 1 && p->record <= p->at);
    s->frames++;
    s->times += p->time_ns ^ s->frames;
    for (uint32_t i = 0; i < p->caplen; i++)
        s->bytes += p->bytes[i];
}

/* A frame that was given can be had again. */
static void again(const struct pcapfile *f, const struct pcap_frame *p)
{
    struct pcap_frame same;
    MUST(pcapfile_again(f, p->record, &same) && same.bytes == p->bytes && same.caplen == p->caplen);
    MUST(same.wirelen == p->wirelen && same.linktype == p->linktype);
}

/* Gives the file in pieces, each time at another address. */
static struct sum read_in(const uint8_t *bytes, size_t len, size_t piece)
{
    struct sum s = {.end = PCAP_MORE};
    struct window w = {0};
    struct pcapfile *f = pcapfile_new(heap_mem());
    MUST(f);
    while (s.end == PCAP_MORE || s.end == PCAP_FRAME) {
        struct pcap_frame p;
        if (s.end == PCAP_MORE) {
            MUST(w.end < len || !w.bytes);
            free(w.bytes);
            w.base = pcapfile_at(f);
            w.end = len - w.end < piece ? len : w.end + piece;
            MUST(w.base <= w.end);
            w.bytes = malloc(w.end - w.base + 1);
            MUST(w.bytes);
            memcpy(w.bytes, bytes + w.base, w.end - w.base);
            pcapfile_bytes(f, w.base, w.bytes, w.end - w.base, w.end == len);
        }
        s.end = pcapfile_next(f, &p);
        if (s.end != PCAP_FRAME)
            continue;
        take(&s, &p, &w);
        if (piece >= len)
            again(f, &p);
    }
    s.at = pcapfile_at(f);
    MUST(s.at <= len && (s.end == PCAP_END) == !pcapfile_problem(f) && pcapfile_frames(f) == s.frames);
    pcapfile_free(f);
    free(w.bytes);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct sum whole = read_in(bytes, len, len ? len : 1), pieces = read_in(bytes, len, 1 + len / 7);
    MUST(whole.frames == pieces.frames && whole.bytes == pieces.bytes && whole.times == pieces.times);
    MUST(whole.end == pieces.end && whole.at == pieces.at);
    return 0;
}
