/* entry_fields.h: the rows of entry.def, for entry.c, which writes them, and entry_read.c. */
#ifndef TCPVIZ_SESSION_ENTRY_FIELDS_H
#define TCPVIZ_SESSION_ENTRY_FIELDS_H

#include "session/entry.h"

enum entry_names { SIDES, STATES, CALLS, TIMERS, WIRES, WHYS, POINTS };
enum entry_type { FIELD_NUMBER, FIELD_NAME, FIELD_TEXT, FIELD_BYTES };

struct entry_field {
    const char *name; /* with its prefix */
    size_t at, size;  /* of the member */
    int64_t absent;   /* numbers and names */
    size_t len_at;    /* bytes: where their length is */
    enum event_kind kind;
    enum entry_type type;
    enum entry_names names; /* names */
    bool is_signed, is_bool;
};

extern const struct entry_field entry_fields[];
extern const size_t entry_field_count;

/* The name of value v; NULL where it has none. */
const char *entry_name(enum entry_names names, int v);

#endif
