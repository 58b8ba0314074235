/* pcapng.c: the session in the journal's form: frames with their sentences as comments, all else as entries
 * between them. tcpviz -r makes the session of it again. */
#include "export/writer.h"
#include "scene/message.h"
#include "session/record.h"

struct pcapng {
    struct record *record;
};

static void pcapng_open(struct export *e)
{
    struct pcapng *p = e->own;
    const struct record_options o = {e->session, "tcpviz " TCPVIZ_VERSION, say_message, &e->voice,
                                     .late_head = !session_track(e->session)->live};
    p->record = record_new(e->out.mem, &o);
    e->failed = !p->record;
}

static void pcapng_begin(struct export *e)
{
    const struct pcapng *p = e->own;
    record_begin(p->record, &e->out);
}

static void pcapng_row(struct export *e, uint32_t row)
{
    const struct pcapng *p = e->own;
    record_row(p->record, row, &e->out);
}

static void pcapng_end(struct export *e)
{
    const struct pcapng *p = e->own;
    record_rest(p->record, &e->out);
}

static void pcapng_close(struct export *e)
{
    const struct pcapng *p = e->own;
    record_free(p->record);
}

const struct export_writer pcapng_writer = {.own = sizeof(struct pcapng),
                                            .open = pcapng_open,
                                            .begin = pcapng_begin,
                                            .row = pcapng_row,
                                            .end = pcapng_end,
                                            .close = pcapng_close};
