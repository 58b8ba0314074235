#include "app/reader.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include "core/decode.h"
#include "core/event.h"
#include "plat/capture.h"
#include "plat/mapped.h"
#include "session/jread.h"
#include "session/store.h"

enum {
    SLICE = 4096, /* frames a turn: some milliseconds */
    FITTED = 8
};

/* A filter is compiled anew for each link type. */
struct fitted {
    int linktype;
    struct packet_filter *passes; /* NULL: it asks for what that link type has not, so nothing passes */
};

struct reader {
    struct mapped *file;
    struct pcapfile *frames;
    struct jread *journal; /* what it says where the file is one of a session */
    const char *path, *filter;
    struct fitted fitted[FITTED]; /* the filter for link types that were met */
    size_t fits;
    bool fit;                                 /* it could be compiled for one of them */
    struct fail unfit;                        /* and what was wrong with the first for which it could not */
    bool follow, ended, is_journal, is_whole; /* is_whole: all of it is there, as it is in the file */
};

/* A wrong filter is told before anything is read. Which link types the file has is not known yet, so it may
 * be right for any of those that have words of their own. */
static bool makes_sense(const char *filter, struct fail *f)
{
    static const int linktypes[] = {DLT_EN10MB_, 127 /* 802.11 */, DLT_LINUX_SLL_, 9 /* PPP */,
                                    117 /* PFLOG */};
    struct fail other = {0};
    struct packet_filter *p = packet_filter_new(filter, linktypes[0], f);

    for (size_t i = 1; !p && i < COUNT_OF(linktypes); i++) {
        p = packet_filter_new(filter, linktypes[i], &other);
        fail_release(&other);
    }
    if (p)
        fail_release(f);
    packet_filter_free(p);
    return p != NULL;
}

struct reader *reader_open(const char *path, const char *filter, bool follow, const struct mem *m,
                           struct fail *f)
{
    struct reader *r = calloc(1, sizeof *r);

    if (!r) {
        fail_errno(f, ENOMEM, NULL, "%s", path);
        return NULL;
    }
    r->path = path;
    r->follow = follow;
    r->filter = filter;
    if (!filter || makes_sense(filter, f))
        r->file = mapped_open(m, path, follow, f);
    r->frames = r->file ? pcapfile_new(m) : NULL;
    r->journal = r->frames ? jread_new(m) : NULL;
    if (r->journal && filter)
        jread_filtered(r->journal);
    if (r->journal)
        return r;
    if (!f->status)
        fail_errno(f, ENOMEM, NULL, "%s", path);
    reader_close(r);
    return NULL;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->fits; i++)
        packet_filter_free(r->fitted[i].passes);
    fail_release(&r->unfit);
    pcapfile_free(r->frames);
    jread_free(r->journal);
    mapped_close(r->file);
    free(r);
}

bool reader_lasting(const struct reader *r)
{
    return mapped_lasting(r->file);
}

bool reader_frame(void *ctx, uint64_t record, struct frame *out)
{
    const struct reader *r = ctx;
    struct pcap_frame p;

    if (!pcapfile_again(r->frames, record, &p))
        return false;
    *out = (struct frame){.bytes = p.bytes, .caplen = p.caplen, .wirelen = p.wirelen, .linktype = p.linktype};
    return true;
}

int reader_fd(const struct reader *r)
{
    return mapped_fd(r->file);
}

static void offer(struct reader *r)
{
    uint64_t base;
    size_t len;
    const uint8_t *bytes = mapped_bytes(r->file, &base, &len);
    pcapfile_bytes(r->frames, base, bytes, len, mapped_all(r->file));
}

/* Waits for the first bytes of a pipe; but a file that grows may begin at any time. */
static bool wait_for_more(struct reader *r, bool follow, struct fail *f)
{
    struct pollfd p = {.events = POLLIN};
    enum mapped_next more;

    while ((more = mapped_more(r->file, f)) == MAPPED_WAITS && !follow) {
        p.fd = mapped_fd(r->file);
        poll(&p, 1, -1);
    }
    return more == MAPPED_GREW;
}

bool reader_head(struct reader *r, struct session_options *o, struct fail *f)
{
    uint64_t base;
    size_t len;
    enum jread_head head;

    do {
        const uint8_t *bytes = mapped_bytes(r->file, &base, &len);
        head = jread_head(r->journal, bytes, len, mapped_all(r->file), o);
    } while (head == JREAD_MORE && wait_for_more(r, r->follow, f));
    if (head == JREAD_NEWER)
        return fail_set(f, FAIL_SYSTEM, N_("a session of a newer tcpviz"), N_("read it with that one"), "%s",
                        r->path);
    if (head == JREAD_NO_MEMORY)
        return fail_errno(f, ENOMEM, NULL, "%s", r->path);
    r->is_journal = head == JREAD_JOURNAL;
    if (!r->is_journal)
        return !f->status;
    pcapfile_entries(r->frames);
    const uint8_t *bytes = mapped_bytes(r->file, &base, &len);
    r->is_whole = base == 0 && mapped_all(r->file);
    return !r->is_whole || jread_added(r->journal, bytes, len) || fail_errno(f, ENOMEM, NULL, "%s", r->path);
}

bool reader_of_session(const struct reader *r)
{
    return r->is_journal;
}

bool reader_can_add(const struct reader *r)
{
    return r->is_journal && r->is_whole;
}

/* The filter for that link type, compiled when it is met first; the last of many gives way. */
static const struct packet_filter *fitted(struct reader *r, int linktype)
{
    struct fail unfit = {0};
    size_t i = 0;

    while (i < r->fits && r->fitted[i].linktype != linktype)
        i++;
    if (i < r->fits)
        return r->fitted[i].passes;
    if (r->fits == FITTED)
        packet_filter_free(r->fitted[--r->fits].passes);
    struct packet_filter *p = packet_filter_new(r->filter, linktype, &unfit);
    r->fitted[r->fits++] = (struct fitted){linktype, p};
    r->fit = r->fit || p;
    if (r->unfit.status)
        fail_release(&unfit);
    else
        r->unfit = unfit;
    return p;
}

/* Whether the filter lets the frame through. */
static bool passes(struct reader *r, const struct pcap_frame *p)
{
    const struct packet_filter *filter = r->filter ? fitted(r, p->linktype) : NULL;
    return !r->filter || (filter && packet_filter_passes(filter, p->bytes, p->caplen, p->wirelen));
}

/* e is an event of a segment: the same for all frames but for these fields, its number, and what stands
 * beside it. What a journal has cut is judged by what stands beside it, so it is kept with that. */
static bool apply(struct session *s, struct event *e, const struct pcap_frame *p, bool lasting)
{
    e->time_ns = p->time_ns;
    e->u.segment.linktype = p->linktype;
    e->u.segment.bytes = p->bytes;
    e->u.segment.caplen = p->caplen;
    e->u.segment.wirelen = p->wirelen;
    e->u.segment.record = lasting && !e->u.segment.cut ? p->record + 1 : 0;
    return session_apply(s, e);
}

/* What the end of the file was. Where the bytes ended badly, that is why the frames did. */
static void conclude(struct reader *r, enum pcap_next how, struct fail *f)
{
    uint64_t at;
    bool harmless;
    const char *problem = mapped_problem(r->file, &at, &harmless);

    if (how == PCAP_NO_MEMORY) {
        fail_errno(f, ENOMEM, NULL, "%s", r->path);
    } else if (problem && !harmless) {
        fail_set(f, FAIL_EXPECT, problem, NULL, "%s: byte %llu", r->path, (unsigned long long)at);
    } else if (how == PCAP_NOT_A_CAPTURE) {
        fail_set(f, FAIL_SYSTEM, pcapfile_problem(r->frames), NULL, "%s", r->path);
    } else if (how == PCAP_DAMAGED) {
        fail_set(f, FAIL_EXPECT, pcapfile_problem(r->frames), NULL, "%s: byte %llu", r->path,
                 (unsigned long long)pcapfile_at(r->frames));
    } else if (r->unfit.status && !r->fit) {
        *f = r->unfit;
        r->unfit = (struct fail){0};
    } else if (problem) {
        fail_set(f, FAIL_NONE, problem, NULL, "%s", r->path);
    } else if (pcapfile_frames(r->frames) == 0) {
        fail_set(f, FAIL_NONE, N_("an empty capture: it holds no frame"), NULL, "%s", r->path);
    }
}

/* The next frames, as many as there are, at most a slice. */
static enum pcap_next give(struct reader *r, struct session *s, struct fail *f)
{
    const bool lasting = reader_lasting(r);
    struct event e = {.kind = EVENT_SEGMENT};
    struct pcap_frame p;

    for (int i = 0; i < SLICE; i++) {
        const enum pcap_next next = pcapfile_next(r->frames, &p);
        if (next == PCAP_ENTRY) {
            if (jread_entry(r->journal, &p, s))
                continue;
            fail_errno(f, ENOMEM, NULL, "%s", r->path);
            return PCAP_NO_MEMORY;
        }
        if (next != PCAP_FRAME)
            return next;
        e.u.segment.frame = p.number;
        if (r->is_journal)
            jread_frame(r->journal, r->frames, &p, &e.u.segment);
        if (r->is_journal && !jread_due(r->journal, s)) {
            fail_errno(f, ENOMEM, NULL, "%s", r->path);
            return PCAP_NO_MEMORY;
        }
        if (passes(r, &p) && !apply(s, &e, &p, lasting)) {
            fail_errno(f, ENOMEM, NULL, "%s", r->path);
            return PCAP_NO_MEMORY;
        }
    }
    return PCAP_FRAME;
}

enum reader_state reader_some(struct reader *r, struct session *s, struct fail *f)
{
    if (r->ended)
        return READER_ENDED;
    offer(r);
    const enum pcap_next next = give(r, s, f);
    if (!session_finish(s) && !f->status)
        fail_errno(f, ENOMEM, NULL, "%s", r->path);
    mapped_release(r->file, pcapfile_at(r->frames));
    if (next == PCAP_FRAME)
        return READER_READS;
    const enum mapped_next more = next == PCAP_MORE ? mapped_more(r->file, f) : MAPPED_FAILED;
    if (more != MAPPED_FAILED)
        return more == MAPPED_WAITS ? READER_WAITS : READER_READS;
    r->ended = true;
    if (!jread_end(r->journal, s))
        fail_errno(f, ENOMEM, NULL, "%s", r->path);
    if (!f->status)
        conclude(r, next, f);
    return READER_ENDED;
}

void reader_progress(const struct reader *r, uint64_t *read, uint64_t *whole)
{
    *read = pcapfile_at(r->frames);
    mapped_progress(r->file, read, whole);
}
