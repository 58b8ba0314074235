/* annot.h: which sentences explain a segment, with which values. Words live in annot.def, languages above
 * core.
 *
 * A segment has one main sentence and, for each label that the main one does not speak of, a clause; so two
 * different sets of labels never share a sentence. A text holds {name} where a value stands; see annot_value.
 */
#ifndef TCPVIZ_CORE_ANNOT_H
#define TCPVIZ_CORE_ANNOT_H

#include "core/types.h"

enum annot_id {
    ANNOT_NONE,
#define ANNOT(id, labels, rfc, brief, what, why, next) ANNOT_##id,
#include "core/annot.def"
    ANNOT_COUNT
};
_Static_assert(ANNOT_COUNT <= 256, "a row has 8 bits for the sentence");

/* Values beside those that a row itself has (len, seq, ack, win, side …). Zero where not used. */
struct annot {
    enum annot_id id;
    uint32_t acked;      /* {acked}: bytes this ACK acknowledges for the first time */
    uint64_t silence_us; /* {silence}: how long nothing came of what the sentence speaks of, µs */
    uint32_t number;     /* {n}: which one in a series (probe 2, retry 3), from 1 */
    uint32_t limit;      /* {limit}: window, backlog or buffer that the sentence speaks of */
    bool probably;       /* inferred from the wire alone */
};

/* Texts as written in annot.def (English, with placeholders), static storage. */
const char *annot_brief(enum annot_id id); /* for the ladder: at most 44 cells when filled */
const char *annot_what(enum annot_id id); /* one or two whole sentences with the numbers: the export's note */
const char *annot_why(enum annot_id id);  /* why now */
const char *annot_next(enum annot_id id); /* what follows */
const char *annot_rfc(enum annot_id id);
/* The labels that the main sentence already speaks of. */
uint64_t annot_labels(enum annot_id id);
/* The clause for a label that the main sentence does not speak of: short for the ladder, long for the note.
 * usual: the case of CLAUSE in clause.def, not that of INSTEAD. */
const char *clause_brief(enum label l, bool usual);
const char *clause_what(enum label l, bool usual);

#endif
