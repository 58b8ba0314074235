/* writer.h: what the writers of the formats share. For the files of this floor. */
#ifndef TCPVIZ_EXPORT_WRITER_H
#define TCPVIZ_EXPORT_WRITER_H

#include "export/export.h"
#include "scene/ladder.h"

/* One export under way. A writer appends to `out`; export.c hands it to the sink. */
struct export
{
    const struct export_format *format;
    const struct session *session;
    struct voice voice;
    bool steady;
    struct export_sink sink;
    struct str out;
    struct ladder_line line; /* for writers that draw the ladder */
    struct str note;         /* of the row under way */
    uint32_t conn;           /* txt: the connection of the rows above */
    bool failed;
};

void jsonl_begin(struct export *e);
void jsonl_row(struct export *e, uint32_t row);
void jsonl_end(struct export *e);

void txt_begin(struct export *e);
void txt_row(struct export *e, uint32_t row);
void txt_end(struct export *e);

/* "2026-11-22T11:35:30.018499Z": a time since the epoch in ns, in UTC. */
void put_date(struct str *out, uint64_t ns);

#endif
