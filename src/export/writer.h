/* writer.h: what the writers of the formats share. For the files of this floor. */
#ifndef TCPVIZ_EXPORT_WRITER_H
#define TCPVIZ_EXPORT_WRITER_H

#include "export/export.h"
#include "scene/ladder.h"

/* What a format does, each step for itself; NULL: nothing. */
struct export_writer {
    size_t own; /* bytes of what it remembers: export.own, zeroed before open */
    void (*open)(struct export *e);
    void (*gather)(struct export *e, uint32_t row); /* of EXPORT_TWICE: every row, before `begin` */
    void (*begin)(struct export *e);
    void (*row)(struct export *e, uint32_t row);
    void (*end)(struct export *e);
    void (*close)(struct export *e); /* releases what `own` holds */
};

/* Where a whole export stands. */
struct export_at {
    struct export_range range;
    uint32_t next;
    bool gathering, begun;
};

/* One export under way. A writer appends to `out`; export.c hands it to the sink. */
struct export
{
    const struct export_format *format;
    const struct session *session;
    struct voice voice;
    bool steady;
    struct export_sink sink;
    struct str out;
    struct str note; /* of the row under way */
    void *own;
    struct export_at at;
    const char *problem; /* why this session cannot be written so; nothing more is put */
    bool failed;
};

#define FORMAT(id, suffix, how, words) extern const struct export_writer id##_writer;
#include "export/formats.def"

/* "2026-11-22T11:35:30.018499Z": a time since the epoch in ns, in UTC. */
void put_date(struct str *out, uint64_t ns);

#endif
