#include "session/journal.h"

#include <errno.h>
#include <string.h>

#include "session/entry.h"

struct journal {
    const struct mem *mem;
    const struct session *session;
    struct append *file;
    struct record *record;
    struct str gather, under_way; /* whole blocks: what waits, and what is being written */
    uint64_t most;
    size_t waiting_most;
    size_t next;           /* the first row that was not taken */
    size_t skipped;        /* rows left out since the last one that was taken */
    uint64_t missing;      /* rows that were left out */
    uint64_t begun_length; /* of the file, when what is under way was handed over */
    bool slow, full, no_memory, ended;
};

struct journal *journal_new(const struct journal_options *o, struct append *file)
{
    struct journal *j = mem_new(o->mem, sizeof *j);
    if (!j) {
        append_close(file);
        return NULL;
    }
    j->mem = o->mem;
    j->session = o->record.session;
    j->file = file;
    j->most = o->most;
    j->waiting_most = o->waiting_most ? o->waiting_most : JOURNAL_WAITING;
    str_init(&j->gather, o->mem);
    str_init(&j->under_way, o->mem);
    j->record = record_new(o->mem, &o->record);
    if (!j->record) {
        journal_free(j);
        return NULL;
    }
    record_begin(j->record, &j->gather);
    return j;
}

void journal_free(struct journal *j)
{
    if (!j)
        return;
    append_close(j->file); /* it may be writing what is under way */
    record_free(j->record);
    str_release(&j->gather);
    str_release(&j->under_way);
    mem_free(j->mem, j, sizeof *j);
}

/* How many of the first `len` bytes of some blocks are whole blocks. */
static size_t whole_blocks(const struct str *blocks, uint64_t len)
{
    size_t at = 0;
    uint32_t size;
    while (at + 8 <= blocks->len) {
        memcpy(&size, blocks->at + at + 4, sizeof size);
        if (at + size > len)
            break;
        at += size;
    }
    return at;
}

/* Nothing more is written. The file keeps what is whole. */
static void end(struct journal *j)
{
    const uint64_t out = append_length(j->file) - j->begun_length;
    append_cut(j->file, j->begun_length + whole_blocks(&j->under_way, out));
    j->ended = true;
    str_release(&j->gather);
    str_init(&j->gather, j->mem);
}

/* What has happened to what was handed over; then hands over what waits. */
static void hand_over(struct journal *j)
{
    if (j->ended || append_busy(j->file))
        return;
    if (append_error(j->file) || j->no_memory) {
        end(j);
        return;
    }
    if (j->most && append_length(j->file) + j->gather.len > j->most) {
        j->full = true;
        str_cut(&j->gather, whole_blocks(&j->gather, j->most - append_length(j->file)));
    }
    struct str empty = j->under_way;
    str_clear(&empty);
    j->under_way = j->gather;
    j->gather = empty;
    j->begun_length = append_length(j->file);
    append_write(j->file, j->under_way.at, j->under_way.len);
    j->ended = j->full;
}

/* A place where rows are missing says so. */
static void tell_missing(struct journal *j, const struct row *before)
{
    struct str text;
    str_init(&text, j->mem);
    str_put_u64(&text, j->skipped);
    str_put(&text, " rows are missing here: the disk was too slow for the journal");
    const struct event e = {
        .kind = EVENT_NOTE, .time_ns = before->time_ns, .u.note = {.text = text.at, .len = text.len}};
    entry_put_event(&j->gather, &e, NO_CONN, text.at, text.len);
    j->gather.failed = j->gather.failed || text.failed;
    str_release(&text);
    j->skipped = 0;
}

/* Whether one more row may wait. Once rows were left out, none is taken until half of the room is free again:
 * few large holes say more than many small ones. */
static bool has_room(const struct journal *j)
{
    const size_t most = j->skipped ? j->waiting_most / 2 : j->waiting_most;
    return j->gather.len < most;
}

static void take_rows(struct journal *j)
{
    const size_t rows = session_rows(j->session);
    if (j->next < session_first(j->session)) {
        j->missing += session_first(j->session) - j->next;
        j->next = session_first(j->session);
    }
    for (; j->next < rows; j->next++) {
        if (j->ended || !has_room(j)) {
            j->slow = j->slow || !j->ended;
            j->missing += j->ended ? 0 : rows - j->next;
            j->skipped += rows - j->next;
            j->next = rows;
            return;
        }
        if (j->skipped)
            tell_missing(j, session_row(j->session, j->next));
        record_row(j->record, (uint32_t)j->next, &j->gather);
    }
    if (!j->ended)
        record_rest(j->record, &j->gather);
    j->no_memory = j->no_memory || j->gather.failed;
}

void journal_feed(struct journal *j)
{
    take_rows(j);
    hand_over(j);
}

bool journal_lags(const struct journal *j)
{
    return append_waits(j->file);
}

void journal_finish(struct journal *j, uint64_t most_ms)
{
    const uint64_t begin = clock_steady();
    take_rows(j);
    for (uint64_t now = begin; now - begin < most_ms * 1000000; now = clock_steady()) {
        hand_over(j);
        if (!append_busy(j->file) && (j->ended || j->gather.len == 0))
            break;
        append_flush(j->file, most_ms - (now - begin) / 1000000);
    }
    hand_over(j); /* what the last write came to */
    if (append_busy(j->file) || j->gather.len > 0)
        j->slow = true;
}

enum journal_trouble journal_trouble(const struct journal *j)
{
    return append_error(j->file) || j->no_memory ? JOURNAL_BROKEN
           : j->full                             ? JOURNAL_LONG
           : j->slow                             ? JOURNAL_SLOW
                                                 : JOURNAL_GOOD;
}

int journal_error(const struct journal *j)
{
    return append_error(j->file) ? append_error(j->file) : j->no_memory ? ENOMEM : 0;
}

uint64_t journal_missing(const struct journal *j)
{
    return j->missing;
}
