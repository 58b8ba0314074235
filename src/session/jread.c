#include "session/jread.h"

#include <string.h>

#include "core/decode.h"
#include "session/entry.h"
#include "session/record.h"

enum { ADDED_MOST = 4096 };

/* A note or a mark that was added to the file afterwards. row: as of all that was added. */
struct added {
    bool mark;
    uint32_t row;
    size_t text, len; /* in jread.texts */
    uint64_t time_ns;
};

/* Above it a frame's number is a lie; below, there is room for all that follow. */
#define NUMBER_MOST (UINT32_C(1) << 31)

struct jread {
    const struct mem *mem;
    uint32_t number; /* of the last frame */
    struct str room, source;
    struct added *added; /* in the order in which it was added; texts in `texts` */
    size_t count, cap;
    size_t *order; /* the notes among it, by row */
    size_t notes, next, order_cap;
    uint64_t added_at; /* offset in the file from which on all is `added`; 0: not known */
    struct str texts;
    bool filtered; /* only some frames of the file are wanted */
};

struct jread *jread_new(const struct mem *m)
{
    struct jread *j = mem_new(m, sizeof *j);
    if (!j)
        return NULL;
    j->mem = m;
    str_init(&j->room, m);
    str_init(&j->source, m);
    str_init(&j->texts, m);
    return j;
}

void jread_free(struct jread *j)
{
    if (!j)
        return;
    str_release(&j->room);
    str_release(&j->source);
    str_release(&j->texts);
    mem_free(j->mem, j->added, j->cap * sizeof *j->added);
    mem_free(j->mem, j->order, j->order_cap * sizeof *j->order);
    mem_free(j->mem, j, sizeof *j);
}

/* The first entry of the file says what it is; a frame before it says that it is no journal. */
static enum jread_head first_entry(struct jread *j, const struct pcap_frame *p, struct session_options *o)
{
    struct entry e;
    if (!entry_read(&e, p->bytes, p->caplen, &j->room))
        return JREAD_NO_MEMORY;
    if (e.kind != ENTRY_SESSION)
        return JREAD_PLAIN;
    if (e.session.version > ENTRY_VERSION)
        return JREAD_NEWER;
    str_clear(&j->source);
    str_put(&j->source, e.session.source);
    o->source = j->source.at;
    o->started_ns = e.session.started_ns;
    o->track = e.session.track;
    return j->source.failed ? JREAD_NO_MEMORY : JREAD_JOURNAL;
}

/* What the first bytes say, before there is a whole block: in a journal, an entry comes first in the section.
 */
static enum jread_head first_bytes(const uint8_t *bytes, size_t len)
{
    static const uint8_t section[] = {0x0A, 0x0D, 0x0D, 0x0A};
    enum { LENGTH = 4, MAGIC = 8, HEAD = 12, LITTLE = 0x4D, JOURNAL = 9 };
    if (len < HEAD)
        return len > 0 && bytes[0] != section[0] ? JREAD_PLAIN : JREAD_MORE;
    if (memcmp(bytes, section, sizeof section) != 0)
        return JREAD_PLAIN;
    const unsigned big = bytes[MAGIC] != LITTLE;
    uint32_t total = 0, type = 0;
    for (unsigned i = 0; i < 4; i++)
        total |= (uint32_t)bytes[LENGTH + (big ? 3 - i : i)] << 8 * i;
    if (len < 4 || len - 4 < total)
        return JREAD_MORE;
    for (unsigned i = 0; i < 4; i++)
        type |= (uint32_t)bytes[total + (big ? 3 - i : i)] << 8 * i;
    return type == JOURNAL ? JREAD_JOURNAL : JREAD_PLAIN;
}

enum jread_head jread_head(struct jread *j, const uint8_t *bytes, size_t len, bool all,
                           struct session_options *o)
{
    struct pcap_frame p;
    enum jread_head head = first_bytes(bytes, len);
    if (head == JREAD_MORE && all)
        return JREAD_PLAIN;
    if (head != JREAD_JOURNAL)
        return head;
    struct pcapfile *f = pcapfile_new(j->mem);
    if (!f)
        return JREAD_NO_MEMORY;
    head = JREAD_PLAIN;
    pcapfile_entries(f);
    pcapfile_bytes(f, 0, bytes, len, all);
    switch (pcapfile_next(f, &p)) {
    case PCAP_ENTRY: head = first_entry(j, &p, o); break;
    case PCAP_MORE: head = JREAD_MORE; break;
    case PCAP_NO_MEMORY: head = JREAD_NO_MEMORY; break;
    case PCAP_FRAME:
    case PCAP_END:
    case PCAP_NOT_A_CAPTURE:
    case PCAP_DAMAGED: break;
    }
    pcapfile_free(f);
    return head;
}

void jread_filtered(struct jread *j)
{
    j->filtered = true;
}

void jread_frame(struct jread *j, const struct pcapfile *f, const struct pcap_frame *p,
                 struct event_segment *out)
{
    uint8_t own[OWN_LENGTH];
    if (p->options_len == 0 || pcapfile_option(f, p, PCAPNG_OPTION_OWN, own, sizeof own) < sizeof own)
        own[OWN_FLAGS] = 0;
    const unsigned flags = own[OWN_FLAGS];
    uint32_t number = 0;
    if (flags & OWN_NUMBERED)
        for (unsigned i = 0; i < 4; i++)
            number |= (uint32_t)own[OWN_NUMBER + i] << 8 * i;
    j->number = number > j->number && number < NUMBER_MOST ? number : j->number + 1;
    out->frame = j->number;
    out->injected = flags & OWN_INJECTED;
    out->cut = flags & OWN_CUT && p->caplen < p->wirelen && own[OWN_CKSUM] <= CKSUM_BAD;
    out->cksum = out->cut ? own[OWN_CKSUM] : 0;
}

/* The block that ends at bytes + len, if it is an entry of ours that has a place. Returns its length, 0: it
 * is none. */
static size_t added_before(struct jread *j, const uint8_t *bytes, size_t len, struct entry *e)
{
    enum { OVERHEAD = 12, JOURNAL = 9 };
    uint32_t total, head[2];
    if (len < OVERHEAD)
        return 0;
    memcpy(&total, bytes + len - 4, sizeof total);
    if (total < OVERHEAD || total % 4 || total > len)
        return 0;
    memcpy(head, bytes + len - total, sizeof head);
    if (head[0] != JOURNAL || head[1] != total ||
        !entry_read(e, bytes + len - total + 8, total - OVERHEAD, &j->room))
        return 0;
    const bool note = e->kind == ENTRY_EVENT && e->event.kind == EVENT_NOTE;
    return e->placed && (note || e->kind == ENTRY_MARK) ? total : 0;
}

static bool keep_added(struct jread *j, const struct entry *e)
{
    void *grown = j->added;
    const bool mark = e->kind == ENTRY_MARK;
    const char *text = mark ? e->mark : e->event.u.note.text;
    const size_t len = mark ? e->mark_len : e->event.u.note.len;
    if (!mem_grow(j->mem, &grown, &j->cap, j->count + 1, sizeof *j->added))
        return false;
    j->added = grown;
    j->added[j->count++] = (struct added){mark, e->row, j->texts.len, len, e->event.time_ns};
    str_put_n(&j->texts, text, len);
    return !j->texts.failed;
}

/* A note moves what was added before it and stands behind it; so do those that come later. Then all rows are
 * those of the whole. */
static bool settle_rows(struct jread *j)
{
    void *grown = j->order;
    if (!mem_grow(j->mem, &grown, &j->order_cap, j->count, sizeof *j->order))
        return j->count == 0;
    j->order = grown;
    for (size_t i = 0; i < j->count; i++) {
        const struct added *now = &j->added[i];
        if (now->mark)
            continue;
        for (size_t k = 0; k < i; k++)
            if (j->added[k].mark ? j->added[k].row > now->row : j->added[k].row >= now->row)
                j->added[k].row++;
        j->order[j->notes++] = i;
    }
    for (size_t i = 1; i < j->notes; i++) { /* few, and nearly in order */
        const size_t one = j->order[i];
        size_t at = i;
        for (; at > 0 && j->added[j->order[at - 1]].row > j->added[one].row; at--)
            j->order[at] = j->order[at - 1];
        j->order[at] = one;
    }
    return true;
}

bool jread_added(struct jread *j, const uint8_t *bytes, size_t len)
{
    struct entry e;
    size_t size, at = len;
    while (j->count < ADDED_MOST && (size = added_before(j, bytes, at, &e)) > 0) {
        at -= size;
        if (!keep_added(j, &e))
            return false;
    }
    for (size_t i = 0; i < j->count / 2; i++) { /* from the last to the first: now the other way round */
        const struct added swap = j->added[i];
        j->added[i] = j->added[j->count - 1 - i];
        j->added[j->count - 1 - i] = swap;
    }
    j->added_at = j->count ? at : 0;
    return settle_rows(j);
}

static bool apply_note(struct jread *j, const struct added *a, struct session *s)
{
    const struct event e = {
        .kind = EVENT_NOTE, .time_ns = a->time_ns, .u.note = {.text = j->texts.at + a->text, .len = a->len}};
    return session_apply(s, &e);
}

bool jread_due(struct jread *j, struct session *s)
{
    for (; j->next < j->notes && j->added[j->order[j->next]].row <= session_rows(s); j->next++)
        if (!apply_note(j, &j->added[j->order[j->next]], s))
            return false;
    return true;
}

bool jread_end(struct jread *j, struct session *s)
{
    bool good = true;
    for (; good && j->next < j->notes; j->next++)
        good = apply_note(j, &j->added[j->order[j->next]], s);
    for (size_t i = 0; good && i < j->count; i++)
        if (j->added[i].mark)
            good = session_mark(s, j->texts.at + j->added[i].text, j->added[i].len, j->added[i].row);
    j->count = j->notes = 0;
    return good;
}

/* How many of the notes that were added stand before row `row` of those that were captured. */
static uint32_t notes_before(const struct jread *j, uint32_t row)
{
    uint32_t n = 0;
    while (n < j->notes && j->added[j->order[n]].row - n < row)
        n++;
    return n;
}

static uint64_t last_time(const struct session *s, uint64_t time_ns)
{
    const size_t rows = session_rows(s);
    const struct row *last = rows > 0 ? session_row(s, rows - 1) : NULL;
    return last && last->time_ns > time_ns ? last->time_ns : time_ns;
}

bool jread_entry(struct jread *j, const struct pcap_frame *p, struct session *s)
{
    struct entry e;
    if (j->added_at && p->at >= j->added_at)
        return true;
    if (!entry_read(&e, p->bytes, p->caplen, &j->room))
        return false;
    switch (e.kind) {
    case ENTRY_EVENT:
        if (e.placed) /* its place has gone by */
            e.event.time_ns = last_time(s, e.event.time_ns);
        return jread_due(j, s) && session_apply(s, &e.event);
    case ENTRY_MARK: return session_mark(s, e.mark, e.mark_len, e.row + notes_before(j, e.row));
    case ENTRY_ASIDE:
        if (!j->filtered) /* whether those would pass is not known */
            session_aside(s, e.aside.kind, e.aside.linktype, e.aside.frames);
        session_begins(s, e.aside.start_ns);
        break;
    case ENTRY_SESSION:
    case ENTRY_FOREIGN: break;
    }
    return true;
}
