/* entry.h: the entries of a journal that are no frames: events, and what is to be known of the session as a
 * whole, as systemd Journal Export Blocks. Writing and reading are here together, from one table (entry.def).
 *
 * An entry's TCPVIZ_TYPE says what it is: the name of an event's kind, "session", "mark" or "aside". MESSAGE
 * says it for people. A reader passes over fields and types that it does not know, so that the format can
 * grow; what an old reader would misunderstand takes another ENTRY_VERSION. */
#ifndef TCPVIZ_SESSION_ENTRY_H
#define TCPVIZ_SESSION_ENTRY_H

#include "session/pcapwrite.h"
#include "session/session.h"

enum { ENTRY_VERSION = 1 };

/* The first entry: what a session needs to begin as the one that was written. */
struct entry_session {
    uint64_t version;
    const char *source; /* safe text */
    uint64_t started_ns;
    struct track_options track;
    uint64_t stamp_ns; /* of its block; not read again */
};

enum entry_kind {
    ENTRY_FOREIGN, /* none of ours, or of a later make: it is passed over */
    ENTRY_SESSION,
    ENTRY_EVENT,
    ENTRY_MARK,
    ENTRY_ASIDE
};

/* Frames that are no rows, as many as were seen since the entry before of that kind. */
struct entry_aside {
    enum frame_kind kind; /* entry_aside_name() has a name for it */
    int linktype;         /* of FRAME_UNKNOWN_LINK */
    uint64_t frames;
    uint64_t start_ns; /* session_start() */
};

struct entry {
    enum entry_kind kind;
    struct entry_session session;
    struct event event;
    struct entry_aside aside;
    const char *mark; /* the name of a moment; mark_len bytes */
    size_t mark_len;
    bool placed;  /* a mark, or a note that was added afterwards: it stands before row `row` */
    uint32_t row; /* of the rows that come before this entry in the file */
};

/* A whole block each. message: what it says for people, any bytes. */
void entry_put_session(struct str *out, const struct entry_session *s, const char *message, size_t len);
/* A note that is added afterwards: it becomes row `row` of those that come before it in the file. */
void entry_put_note(struct str *out, const struct event *e, uint32_t row);
/* Not for EVENT_SEGMENT, which is a frame. conn: its connection, for people; NO_CONN: none. */
void entry_put_event(struct str *out, const struct event *e, uint32_t conn, const char *message, size_t len);
void entry_put_mark(struct str *out, const char *name, size_t len, uint32_t row, uint64_t time_ns);

void entry_put_aside(struct str *out, const struct entry_aside *a, uint64_t time_ns);
/* "not tcp"; NULL for kinds that are rows. */
const char *entry_aside_name(enum frame_kind kind);

/* Reads the body of a block (len bytes; none of them is believed). Texts and bytes are copied to `room` and
 * live until it is used again. False: no memory. */
bool entry_read(struct entry *out, const uint8_t *body, size_t len, struct str *room);

#endif
