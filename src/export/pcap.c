/* pcap.c: the frames of the segments as a plain capture, times in nanoseconds. A file has one link type; of a
 * session with several only pcapng tells. */
#include "export/writer.h"
#include "session/pcapwrite.h"

struct pcap {
    bool begun;
    int linktype;
};

static void head(struct export *e, int linktype)
{
    struct pcap *p = e->own;
    p->begun = true;
    p->linktype = linktype;
    pcap_put_head(&e->out, linktype);
}

static void pcap_row(struct export *e, uint32_t row)
{
    const struct row *r = session_row(e->session, row);
    struct pcap *p = e->own;
    uint32_t caplen, wirelen;
    int linktype;
    if (!r || r->kind != EVENT_SEGMENT)
        return;
    const uint8_t *bytes = session_bytes(e->session, r, &caplen, &wirelen, &linktype);
    if (!bytes)
        return;
    if (!p->begun)
        head(e, linktype);
    if (linktype != p->linktype) {
        e->problem =
            N_("the session has frames of several link types, and a pcap file has one; pcapng has all");
        return;
    }
    pcap_put_record(&e->out, r->time_ns, bytes, caplen, wirelen);
}

static void pcap_end(struct export *e)
{
    struct pcap *p = e->own;
    if (!p->begun)
        head(e, DLT_EN10MB_);
}

const struct export_writer pcap_writer = {.own = sizeof(struct pcap), .row = pcap_row, .end = pcap_end};
