/* A capture file, all the way: read, judged, exported in every format, each row laid out for the screen. */
#include "fuzz/shown.h"

#include "session/pcapfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct session_options o = {.source = "fuzz", .mem = heap_mem()};
    struct session *s = session_new(&o);
    struct pcapfile *f = pcapfile_new(heap_mem());
    struct pcap_frame p;

    MUST(s && f);
    pcapfile_bytes(f, 0, bytes, len, true);
    while (pcapfile_next(f, &p) == PCAP_FRAME) {
        MUST(p.bytes >= bytes && p.caplen <= len - (size_t)(p.bytes - bytes) && p.wirelen >= p.caplen);
        const struct event e = {
            .kind = EVENT_SEGMENT,
            .time_ns = p.time_ns,
            .u.segment = {.linktype = p.linktype,
                          .bytes = p.bytes,
                          .caplen = p.caplen,
                          .wirelen = p.wirelen,
                          .frame = p.number},
        };
        MUST(session_apply(s, &e));
    }
    show(s);
    pcapfile_free(f);
    session_free(s);
    return 0;
}
