/* Records of pcap and blocks of pcapng: whole, and as a pipe delivers them, the file holds the same frames.
 */
#include "fuzz/fuzz.h"

#include "session/pcapfile.h"

struct sum {
    uint64_t frames, bytes, times;
    enum pcap_next end;
    uint64_t at;
};

static void take(struct sum *s, const struct pcap_frame *p, const uint8_t *bytes, size_t len)
{
    MUST(p->bytes >= bytes && p->bytes <= bytes + len && p->caplen <= len - (size_t)(p->bytes - bytes));
    MUST(p->wirelen >= p->caplen && p->number == s->frames + 1 && p->at == (uint64_t)(p->bytes - bytes));
    s->frames++;
    s->times += p->time_ns ^ s->frames;
    for (uint32_t i = 0; i < p->caplen; i++)
        s->bytes += p->bytes[i];
}

/* Gives the file in pieces, each time at another address. */
static struct sum read_in(const uint8_t *bytes, size_t len, size_t piece)
{
    struct sum s = {.end = PCAP_MORE};
    struct pcapfile *f = pcapfile_new(heap_mem());
    uint8_t *now = NULL;
    MUST(f);
    for (size_t have = 0; s.end == PCAP_MORE || s.end == PCAP_FRAME;) {
        struct pcap_frame p;
        if (s.end == PCAP_MORE) {
            MUST(have < len || !now);
            have = len - have < piece ? len : have + piece;
            free(now);
            now = malloc(have ? have : 1);
            MUST(now);
            memcpy(now, bytes, have);
            pcapfile_bytes(f, 0, now, have, have == len);
        }
        s.end = pcapfile_next(f, &p);
        if (s.end == PCAP_FRAME)
            take(&s, &p, now, have);
    }
    s.at = pcapfile_at(f);
    MUST(s.at <= len && (s.end == PCAP_END) == !pcapfile_problem(f));
    pcapfile_free(f);
    free(now);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct sum whole = read_in(bytes, len, len ? len : 1), pieces = read_in(bytes, len, 1 + len / 7);
    MUST(whole.frames == pieces.frames && whole.bytes == pieces.bytes && whole.times == pieces.times);
    MUST(whole.end == pieces.end && whole.at == pieces.at);
    return 0;
}
