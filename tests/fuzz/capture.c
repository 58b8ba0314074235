/* A capture file, all the way: read, judged, exported in every format, each row laid out for the screen. */
#include "fuzz/fuzz.h"

#include "export/export.h"
#include "scene/detail.h"
#include "scene/ladder.h"
#include "session/pcapfile.h"

static bool harmless(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    for (size_t i = 0; i < len; i++) /* nothing raw gets out */
        MUST((uint8_t)bytes[i] >= ' ' || bytes[i] == '\n');
    return true;
}

static void export_in(const char *format, const struct voice *v, const struct session *s)
{
    const struct export_options o = {
        .format = export_find(format, strlen(format)), .voice = *v, .mem = heap_mem()};
    struct export *e = export_new(&o, s, (struct export_sink){harmless, NULL});
    MUST(e && export_all(e, 0, NULL));
    export_free(e);
}

static void lay_out(const struct voice *v, const struct session *s)
{
    const struct ladder_style style = {.voice = *v};
    struct ladder_line line;
    struct detail detail;

    ladder_line_init(&line, heap_mem());
    detail_init(&detail, heap_mem());
    for (uint32_t row = 0; row < session_rows(s); row++) {
        ladder_line_of(&line, s, row, row ? row - 1 : NO_ROW, &style);
        MUST(detail_of(&detail, v, s, row, false));
        for (size_t i = 0; i < detail.fields; i++)
            MUST(detail.field[i].at <= detail.caplen &&
                 detail.field[i].len <= detail.caplen - detail.field[i].at);
    }
    detail_release(&detail);
    ladder_line_release(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct session_options o = {.source = "fuzz", .mem = heap_mem()};
    struct session *s = session_new(&o);
    struct pcapfile *f = pcapfile_new(heap_mem());
    struct pcap_frame p;

    MUST(s && f);
    pcapfile_bytes(f, bytes, len, true);
    while (pcapfile_next(f, &p) == PCAP_FRAME) {
        MUST(p.bytes >= bytes && p.caplen <= len - (size_t)(p.bytes - bytes) && p.wirelen >= p.caplen);
        const struct event e = {
            .kind = EVENT_SEGMENT,
            .time_ns = p.time_ns,
            .u.segment = {.linktype = p.linktype,
                          .bytes = p.bytes,
                          .caplen = p.caplen,
                          .wirelen = p.wirelen,
                          .frame = p.number},
        };
        MUST(session_apply(s, &e));
    }
    const struct voice english = {.lang = LANG_EN}, chinese = {.lang = LANG_ZH};
    export_in("txt", &english, s);
    export_in("jsonl", &english, s);
    lay_out(&english, s);
    lay_out(&chinese, s);
    pcapfile_free(f);
    session_free(s);
    return 0;
}
