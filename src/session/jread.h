/* jread.h: a journal becomes a session again. What record.h wrote is applied in the same order to a session
 * that begins with the same options, so that every fact is made anew; nothing that the file says of a segment
 * is believed but what nobody could tell from its bytes any more. */
#ifndef TCPVIZ_SESSION_JREAD_H
#define TCPVIZ_SESSION_JREAD_H

#include "session/pcapfile.h"
#include "session/session.h"

struct jread;

enum jread_head {
    JREAD_MORE,  /* the beginning of the file is not all there yet */
    JREAD_PLAIN, /* a capture, or no capture at all: no journal of ours */
    JREAD_JOURNAL,
    JREAD_NEWER, /* a journal of a later make of tcpviz */
    JREAD_NO_MEMORY
};

struct jread *jread_new(const struct mem *m); /* NULL: no memory */
void jread_free(struct jread *j);             /* NULL is allowed */
/* What a file is, by what there is of it from its first byte on (all: nothing will follow). JREAD_JOURNAL:
 * *o has source, started_ns and track as they were; its texts live as long as j. */
enum jread_head jread_head(struct jread *j, const uint8_t *bytes, size_t len, bool all,
                           struct session_options *o);
/* What was added to the file afterwards stands at its end, and belongs between the rows: to be called with
 * the whole file before anything is read of it. Where that is not at hand (a pipe), notes stand at the end.
 * False: no memory. */
bool jread_added(struct jread *j, const uint8_t *bytes, size_t len);
/* Only some frames of the file are wanted: those that it counts without holding them are none of them. */
void jread_filtered(struct jread *j);
/* Completes the event of a frame that pcapfile_next has just given with its number and what stands beside it.
 * To be asked of every frame of the file. */
void jread_frame(struct jread *j, const struct pcapfile *f, const struct pcap_frame *p,
                 struct event_segment *out);
/* Applies what was added and stands before the row that comes next. To be called before each frame. */
bool jread_due(struct jread *j, struct session *s);
/* Applies a PCAP_ENTRY. False: no memory. */
bool jread_entry(struct jread *j, const struct pcap_frame *p, struct session *s);
/* The file has ended: applies what was added behind the last row, and marks. */
bool jread_end(struct jread *j, struct session *s);

#endif
