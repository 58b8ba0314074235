/* decode.h: a frame becomes a segment. Lengths from the wire are never trusted: nothing outside the captured
 * bytes is read, every loop over input moves on. Pure: bytes in, facts out. */
#ifndef TCPVIZ_CORE_DECODE_H
#define TCPVIZ_CORE_DECODE_H

#include "core/seq.h"
#include "core/types.h"

/* Link types as pcap files number them (the ones in use here; link.c has the table). */
enum { DLT_NULL_ = 0, DLT_EN10MB_ = 1, DLT_RAW_ = 101, DLT_LINUX_SLL_ = 113, DLT_LINUX_SLL2_ = 276 };

enum { SACK_BLOCKS = 4 };

/* TCP options (RFC 9293 3.2 and those named). A bool says whether the option was there and well-formed. */
struct tcp_options {
    bool mss, wscale, sack_permitted, timestamps, fast_open;
    uint16_t mss_value;    /* bytes */
    uint8_t shift;         /* as sent; above 14 counts as 14 (RFC 7323 2.3) */
    uint32_t tsval, tsecr; /* tsecr is 0 where it was cut */
    uint8_t sacks;         /* how many blocks (RFC 2018), at most SACK_BLOCKS */
    struct {
        seq_t left, right; /* raw: first number of the block, first number after it */
    } sack[SACK_BLOCKS];
    uint8_t cookie_len; /* fast open: 0 is a request for a cookie (RFC 7413) */
    uint16_t mptcp;     /* one bit for each subtype that is there (RFC 8684 8.2); 0: no such option */
    bool malformed;     /* a length of 0 or 1, or one past the header's end */
    bool cut;           /* the capture ends before they do */
};

/* Where a layer's header stands in the frame: bytes from its start. len 0: there is none. */
struct span {
    uint32_t at, len;
};

enum cksum_verdict { CKSUM_UNKNOWN, CKSUM_GOOD, CKSUM_PARTIAL /* left to the card */, CKSUM_BAD };

/* What a frame is. */
enum frame_kind {
    FRAME_TCP,          /* its header was captured up to the window, at least */
    FRAME_TCP_CUT,      /* TCP, but its header was cut before the flags */
    FRAME_TCP_FRAGMENT, /* first IP fragment of a segment: length not known from here */
    FRAME_TCP_BROKEN,   /* TCP, whose header claims to be longer than the packet */
    FRAME_LATER_FRAGMENT,
    FRAME_TCP_QUOTED,   /* TCP inside an ICMP error: no segment of this capture */
    FRAME_OTHER,        /* not TCP, or not to be read: encrypted, in pieces */
    FRAME_UNKNOWN_LINK, /* a link type that is not known */
    FRAME_CUT,          /* a header below TCP was cut by the capture */
    FRAME_BROKEN,       /* a header says what cannot be */
    FRAME_KINDS
};

/* One TCP segment. Numbers as on the wire (raw); len from the IP length, not from what was captured. */
struct seg {
    uint64_t time_ns;         /* since the epoch */
    uint32_t frame;           /* number in the capture, from 1 */
    uint32_t pair;            /* the tracker's own (track_expect); 0 */
    uint32_t caplen, wirelen; /* bytes captured; bytes on the wire */
    struct endpoint src, dst; /* of the innermost IP header */
    seq_t seq, ack;
    uint32_t len;                /* payload, bytes; of a first fragment: what that holds */
    uint16_t win, urgent, flags; /* win unscaled */
    uint16_t checksum;
    uint8_t cksum; /* enum cksum_verdict of the TCP checksum */
    uint8_t ecn;   /* low two bits of the traffic class: 3 is CE (RFC 3168) */
    uint8_t ttl;
    uint16_t ip_id; /* IPv4's identification; 0 in IPv6 */
    uint32_t lacks; /* bytes that IP's header counts beyond the frame's end on the wire: a tool cut it and
                     * told the capture nothing, or the length lies. len is without them, as Wireshark's is */
    bool truncated; /* fewer bytes captured than there were on the wire, or than IP's header counts */
    bool fragment;  /* first fragment */
    bool broken;    /* its header says that it is longer than the packet: payload is not known */
    uint8_t fcs;    /* how many of its last bytes are a check sequence to Wireshark, though IP counts them */
    bool injected;  /* made up: its sender has not sent it; set by the caller */
    bool offloaded; /* IP total length 0: length taken from the frame (segmentation offload) */
    struct tcp_options opt;
    struct span link, ip, tcp, data; /* link: up to the outermost IP header; ip: the innermost, with its
                                      * extension headers; data.len: captured payload bytes. Of a quoted one
                                      * data is what stands before: the IP and ICMP headers of the error.
                                      * Where IP packed it (IPComp) tcp.len is 0, and there is no data */
};

/* Whether a frame of that kind is a segment of the capture, and a row. */
static inline bool frame_is_segment(enum frame_kind kind)
{
    return kind == FRAME_TCP || kind == FRAME_TCP_FRAGMENT || kind == FRAME_TCP_BROKEN;
}

/* Decodes one frame of len captured bytes (wirelen on the wire), link type as in pcap files. For segments
 * *out is whole, but for time_ns and frame, which the caller sets; else it is zeroed but for what could be
 * known. Never reads past frame + len. */
enum frame_kind seg_decode(struct seg *out, int linktype, const uint8_t *frame, uint32_t len,
                           uint32_t wirelen);

/* Whether the segment's length is known, so that it can be judged: neither a fragment nor broken. */
static inline bool seg_measured(const struct seg *s)
{
    return !s->fragment && !s->broken;
}

/* The same but for the checksum, which is CKSUM_UNKNOWN: summing up is most of the work. */
enum frame_kind seg_decode_again(struct seg *out, int linktype, const uint8_t *frame, uint32_t len,
                                 uint32_t wirelen);

/* End of the segment in sequence space: seq + len + 1 for a SYN + 1 for a FIN (RFC 9293 3.4 SEG.LEN). */
uint32_t seg_space(const struct seg *s);

#endif
