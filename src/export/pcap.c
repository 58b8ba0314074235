/* pcap.c: the frames of the segments as a plain capture, times in nanoseconds (magic a1b23c4d), in the order
 * of bytes of most machines. A file has one link type; of a session with several only pcapng tells. */
#include "export/writer.h"

enum { SNAPLEN = 262144 };

struct pcap {
    bool begun;
    int linktype;
};

static void put_le(struct str *out, uint32_t v, unsigned bytes)
{
    char at[4];
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (char)(v >> (8 * i) & 0xff);
    str_put_n(out, at, bytes);
}

static void head(struct export *e, int linktype)
{
    struct pcap *p = e->own;
    struct str *out = &e->out;
    p->begun = true;
    p->linktype = linktype;
    put_le(out, 0xa1b23c4d, 4);
    put_le(out, 2, 2);
    put_le(out, 4, 2);
    put_le(out, 0, 4);
    put_le(out, 0, 4);
    put_le(out, SNAPLEN, 4);
    put_le(out, (uint32_t)linktype, 4);
}

static void pcap_row(struct export *e, uint32_t row)
{
    enum { BILLION = 1000000000 };
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
    put_le(&e->out, (uint32_t)(r->time_ns / BILLION), 4);
    put_le(&e->out, (uint32_t)(r->time_ns % BILLION), 4);
    put_le(&e->out, caplen, 4);
    put_le(&e->out, wirelen, 4);
    str_put_n(&e->out, (const char *)bytes, caplen);
}

static void pcap_end(struct export *e)
{
    struct pcap *p = e->own;
    if (!p->begun)
        head(e, DLT_EN10MB_);
}

const struct export_writer pcap_writer = {.own = sizeof(struct pcap), .row = pcap_row, .end = pcap_end};
