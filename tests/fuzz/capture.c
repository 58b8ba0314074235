/* A capture file, or a session, all the way: read, judged, a row of it laid out for the screen, exported in
 * one of the formats. */
#include "fuzz/shown.h"

#include "session/jread.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct session_options o = {.source = "fuzz", .mem = heap_mem()};
    struct jread *j = jread_new(heap_mem());
    struct pcapfile *f = pcapfile_new(heap_mem());
    struct pcap_frame p;

    MUST(j && f);
    const bool journal = jread_head(j, bytes, len, true, &o) == JREAD_JOURNAL;
    struct session *s = session_new(&o);
    MUST(s);
    if (journal) {
        pcapfile_entries(f);
        MUST(jread_added(j, bytes, len));
    }
    pcapfile_bytes(f, 0, bytes, len, true);
    for (enum pcap_next next; (next = pcapfile_next(f, &p)) == PCAP_FRAME || next == PCAP_ENTRY;) {
        MUST(p.bytes >= bytes && p.caplen <= len - (size_t)(p.bytes - bytes));
        if (next == PCAP_ENTRY) {
            MUST(jread_entry(j, &p, s));
            continue;
        }
        MUST(p.wirelen >= p.caplen);
        struct event e = {
            .kind = EVENT_SEGMENT,
            .time_ns = p.time_ns,
            .u.segment = {.linktype = p.linktype,
                          .bytes = p.bytes,
                          .caplen = p.caplen,
                          .wirelen = p.wirelen,
                          .frame = p.number},
        };
        if (journal)
            jread_frame(j, f, &p, &e.u.segment);
        MUST((!journal || jread_due(j, s)) && session_apply(s, &e));
    }
    MUST(jread_end(j, s));
    show(s, SHOW_EXPORTS | (len & 1 ? SHOW_ENGLISH : SHOW_CHINESE), (unsigned)len / 2);
    jread_free(j);
    pcapfile_free(f);
    session_free(s);
    return 0;
}
