/* pcapwrite.h: what pcapfile.h reads, written: the blocks of a pcapng file and the records of a pcap. Each
 * function appends one whole block to a text that grows (which may hold any bytes); where there is no memory
 * the text says so (str.failed), and what was appended is to be thrown away.
 *
 * Numbers are in this machine's byte order, as both formats have it; times have a resolution of 1 ns.
 *
 * Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng, systemd's Journal Export Format. */
#ifndef TCPVIZ_SESSION_PCAPWRITE_H
#define TCPVIZ_SESSION_PCAPWRITE_H

#include "core/str.h"

/* The head of a pcap file, which has one link type (a DLT number), and one frame of it. */
void pcap_put_head(struct str *out, int linktype);
void pcap_put_record(struct str *out, uint64_t time_ns, const uint8_t *bytes, uint32_t caplen,
                     uint32_t wirelen);

/* A section: everything up to the next one is its own. application: "tcpviz 0.1.0". */
void pcapng_put_section(struct str *out, const char *application);
/* The section's next interface, numbered from 0. name: safe text. */
void pcapng_put_interface(struct str *out, int linktype, const char *name);

/* What other programs pass over (the highest bit of its number is set: for local use): up to 16 bytes that
 * this program keeps beside a frame. */
enum { PCAPNG_OPTION_COMMENT = 1, PCAPNG_OPTION_OWN = 0x8001, PCAPNG_OWN_MOST = 16 };

/* An Enhanced Packet Block. comment: UTF-8; of length 0, as own, it is left out. */
struct pcapng_packet {
    uint32_t interface, caplen;
    uint64_t time_ns;
    const uint8_t *bytes;
    const char *comment;
    size_t comment_len;
    uint32_t wirelen;
    uint8_t own[PCAPNG_OWN_MOST];
    size_t own_len;
};
void pcapng_put_packet(struct str *out, const struct pcapng_packet *p);

/* A systemd Journal Export Block: begun with its time, then its fields, then ended. Returned is where it
 * began. */
size_t pcapng_begin_entry(struct str *out, uint64_t time_ns);
/* One field; name in capitals, digits and _. A value with a line's end or with bytes that are no text is
 * written with its length before it. */
void pcapng_put_field(struct str *out, const char *name, const char *value, size_t len);
void pcapng_end_entry(struct str *out, size_t begin);

#endif
