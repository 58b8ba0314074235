/* ladder.h: one row of the timeline as one line of the ladder, in words and sides, without a device: the
 * screen, the text export and pages draw the same line. */
#ifndef TCPVIZ_SCENE_LADDER_H
#define TCPVIZ_SCENE_LADDER_H

#include "scene/say.h"

/* What kind of line, for glyph and colour: each has one glyph (SYN ▲, FIN ▼, RST ✖, data ■, ACK ·, probe ?,
 * again ↻). */
enum tone {
    TONE_OPEN,
    TONE_DATA,
    TONE_ACK,
    TONE_PROBE,
    TONE_FIN,
    TONE_RST,
    TONE_AGAIN,
    TONE_CALL,
    TONE_NOTE,
    TONE_COUNT
};
const char *tone_glyph(enum tone t, bool ascii);

enum time_format { TIME_START, TIME_DELTA, TIME_OF_DAY, TIME_FORMATS };

struct ladder_style {
    struct voice voice;
    enum time_format time;
    bool absolute;     /* raw sequence numbers */
    bool brief_states; /* SYN-RCVD for SYN-RECEIVED */
    bool steady;       /* measured times shown as 0, so that two runs look the same */
};

/* What a segment's row is at first sight. */
enum tone ladder_tone(const struct row *r);

/* Texts are freshly put into the line's strs. */
struct ladder_line {
    uint32_t row;
    uint32_t conn;        /* NO_CONN: it has none */
    enum event_kind kind; /* EVENT_SEGMENT, EVENT_CALL, EVENT_NOTE, EVENT_WIRE */
    enum tone tone;
    enum side from; /* SIDE_NONE for a note; of a wire event who sent the frame */
    bool flies; /* a segment that did not arrive at once: what became of it is told on a line of its own */
    enum tcp_state
        shown[SIDE_COUNT];  /* the state to print on that side: only where it changes; else STATE_UNKNOWN */
    struct str number;      /* "4", empty for calls */
    struct str time;        /* "6.120411" */
    struct str arrow;       /* "PSH ACK  431 bytes  seq 1": without glyph, line and head */
    struct str arrow_short; /* "PSH ACK  431 B  seq 1" */
    struct str sentence;    /* say_brief, a call, a note */
};
void ladder_line_init(struct ladder_line *l, const struct mem *m);
void ladder_line_release(struct ladder_line *l);
/* Whether there was no memory for one of its texts. */
bool ladder_line_failed(const struct ladder_line *l);
/* Fills l for one row; before: the row shown above it (for TIME_DELTA), NO_ROW. Costs the same for every row.
 */
void ladder_line_of(struct ladder_line *l, const struct session *s, uint32_t row, uint32_t before,
                    const struct ladder_style *style);

/* Where a segment's way ended, as far as that was measured. */
struct ladder_way {
    uint64_t end_ns; /* when it was with its receiver, or lost; 0: not known */
    bool lost;
};
struct ladder_way ladder_way_of(const struct session *s, uint32_t row);

#endif
