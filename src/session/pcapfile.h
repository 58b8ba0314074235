/* pcapfile.h: the frames of a capture file, pcap or pcapng, one by one. Reads from bytes that somebody else
 * holds (a mapped file, or a buffer that grows as a pipe delivers), trusts no length in them, and copies
 * nothing.
 *
 * pcap: microseconds and nanoseconds, both byte orders. pcapng: several sections (each with its own byte
 * order), any number of interfaces with link types, resolutions and offsets of their own; enhanced, simple
 * and obsolete packet blocks; the entries of a systemd journal, if they are wanted; everything else is passed
 * over. */
#ifndef TCPVIZ_SESSION_PCAPFILE_H
#define TCPVIZ_SESSION_PCAPFILE_H

#include "core/mem.h"

#include <stdint.h>

struct pcapfile;

struct pcap_frame {
    uint64_t time_ns;     /* since the epoch; where the file has no time (a simple packet block), of the frame
                             before */
    uint64_t record;      /* offset in the file of the record that holds it, for pcapfile_again */
    uint64_t at;          /* offset of bytes in the file */
    const uint8_t *bytes; /* into what pcapfile_bytes gave */
    uint32_t caplen;      /* bytes captured */
    int linktype;     /* between the lengths: two neighbours would be copied at once, which has to wait until
                         both have been written */
    uint32_t wirelen; /* bytes on the wire, never less than caplen */
    uint32_t number;  /* from 1, as Wireshark's frame.number */
    const uint8_t *options; /* that stand behind it in its block, as they are in the file */
    uint32_t options_len;
};

enum pcap_next {
    PCAP_FRAME,         /* *out is the next frame */
    PCAP_ENTRY,         /* bytes and caplen of *out are a Journal Export Block's, without its padding known */
    PCAP_MORE,          /* the next one is not all there yet: give more bytes and ask again */
    PCAP_END,           /* the file ended where a record ended */
    PCAP_NOT_A_CAPTURE, /* neither pcap nor pcapng */
    PCAP_DAMAGED,       /* what was whole was given; pcapfile_at and pcapfile_problem say where and what */
    PCAP_NO_MEMORY
};

/* A reader without bytes; NULL: no memory. */
struct pcapfile *pcapfile_new(const struct mem *m);
void pcapfile_free(struct pcapfile *f);
/* What there is of the file now: len bytes from offset base on, which is at most pcapfile_at: what stands
 * before that is not looked at any more. May be called again with more of it, or less of its beginning, at
 * another address; all: nothing will follow. Borrowed until the next call. */
void pcapfile_bytes(struct pcapfile *f, uint64_t base, const uint8_t *bytes, size_t len, bool all);
/* From here on Journal Export Blocks are given too. */
void pcapfile_entries(struct pcapfile *f);
/* All results but PCAP_FRAME, PCAP_ENTRY and PCAP_MORE are final: asked again, it says the same. */
enum pcap_next pcapfile_next(struct pcapfile *f, struct pcap_frame *out);
/* The frame of a record that was given before, where its bytes are still there (number and, of a simple
 * packet, time are not those that it had). False: they are not. */
bool pcapfile_again(const struct pcapfile *f, uint64_t record, struct pcap_frame *out);
/* The value of the first option of that number behind a frame that pcapfile_next has just given: at most
 * `room` bytes of it. Returns how many, 0 where there is none. */
size_t pcapfile_option(const struct pcapfile *f, const struct pcap_frame *p, uint16_t number, uint8_t *value,
                       size_t room);
/* Offset in the file of the record that comes next; after PCAP_DAMAGED, of the damaged one. */
uint64_t pcapfile_at(const struct pcapfile *f);
/* How many frames were given so far. */
uint32_t pcapfile_frames(const struct pcapfile *f);
/* What is wrong, for the catalogue; NULL where nothing is. */
const char *pcapfile_problem(const struct pcapfile *f);

#endif
