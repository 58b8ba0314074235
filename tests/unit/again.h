/* again.h: a session to a file in memory and back, for the tests of the journal. */
#ifndef TCPVIZ_TESTS_AGAIN_H
#define TCPVIZ_TESTS_AGAIN_H

#include "export/export.h"
#include "scene/message.h"
#include "session/jread.h"
#include "session/record.h"
#include "unit/timeline.h"

/* The whole file of a session. */
static inline void write_session(struct str *out, const struct session *s)
{
    struct voice v = {.lang = LANG_EN};
    const struct record_options o = {s, "tcpviz test", say_message, &v, false};
    struct record *r = record_new(heap_mem(), &o);
    assert_non_null(r);
    str_init(out, heap_mem());
    record_begin(r, out);
    for (size_t i = 0; i < session_rows(s); i++)
        record_row(r, (uint32_t)i, out);
    record_rest(r, out);
    assert_false(out->failed);
    record_free(r);
}

/* The session of a file of len bytes; *how is what the file ended with. NULL: it is no journal. */
static inline struct session *read_session(const char *file, size_t len, enum pcap_next *how)
{
    struct session_options o = {.mem = heap_mem()};
    struct jread *j = jread_new(heap_mem());
    struct pcapfile *f = pcapfile_new(heap_mem());
    struct pcap_frame p;
    if (jread_head(j, (const uint8_t *)file, len, true, &o) != JREAD_JOURNAL) {
        pcapfile_free(f);
        jread_free(j);
        return NULL;
    }
    struct session *s = session_new(&o);
    assert_non_null(s);
    pcapfile_entries(f);
    assert_true(jread_added(j, (const uint8_t *)file, len));
    pcapfile_bytes(f, 0, (const uint8_t *)file, len, true);
    for (;;) {
        *how = pcapfile_next(f, &p);
        if (*how == PCAP_ENTRY) {
            assert_true(jread_entry(j, &p, s));
            continue;
        }
        if (*how != PCAP_FRAME)
            break;
        struct event e = {.kind = EVENT_SEGMENT, .time_ns = p.time_ns};
        e.u.segment = (struct event_segment){
            .linktype = p.linktype, .bytes = p.bytes, .caplen = p.caplen, .wirelen = p.wirelen};
        jread_frame(j, f, &p, &e.u.segment);
        assert_true(jread_due(j, s) && session_apply(s, &e));
    }
    assert_true(jread_end(j, s));
    pcapfile_free(f);
    jread_free(j);
    return s;
}

static inline bool to_text(void *ctx, const char *bytes, size_t len)
{
    str_put_n(ctx, bytes, len);
    return true;
}

/* Its JSON Lines. */
static inline void lines_of(struct str *out, const struct session *s)
{
    const struct export_options o = {.format = export_find("jsonl", 5), .mem = heap_mem()};
    str_init(out, heap_mem());
    struct export *e = export_new(&o, s, (struct export_sink){to_text, out});
    assert_true(export_all(e, 0));
    export_free(e);
}

#endif
