/* html.h: what the files of the page share: html.c writes head, rows and tail, html_facts.c what is told of
 * the connections above the rows. */
#ifndef TCPVIZ_EXPORT_HTML_H
#define TCPVIZ_EXPORT_HTML_H

#include "export/writer.h"
#include "scene/series.h"

enum { HTML_CARDS = 12, HTML_LISTED = 500, HTML_STATES = 16 };

/* A connection that is told of with its states and graphs. */
struct html_card {
    uint32_t conn;
    uint64_t first_ns, last_ns;
    struct {
        enum tcp_state state[HTML_STATES]; /* that the side passed, each where it changed */
        size_t states;
        uint32_t next, acked; /* number after its highest; what the other side has acknowledged */
        bool begun;
        struct series flight, window, send_q, recv_q;
    } side[SIDE_COUNT];
};

/* What the first pass found. */
struct html_facts {
    struct html_card *card[HTML_CARDS]; /* of the first connections */
    size_t cards;
    uint8_t *seen; /* a bit for each connection that has a row */
    size_t cap;    /* bytes of seen */
    uint32_t conns;
    uint64_t labels, segments, rows;
    uint64_t first_ns, last_ns;
    bool kinds[EVENT_KINDS];
};

struct html {
    struct html_facts facts;
    struct ladder_line line;
    uint8_t *told;   /* a bit for each connection whose heading was written */
    unsigned within; /* rows of the block that is open; 0: none is */
};

/* The rows of the kinds that the page has. */
bool html_shows(const struct session *s, const struct row *r);
void html_facts_add(struct export *e, struct html_facts *f, const struct row *r);
void html_facts_release(struct html_facts *f, const struct mem *m);
/* The cards, and a table of further connections. */
void html_put_facts(struct export *e, const struct html_facts *f);
/* The connection numbers for a choice: up to HTML_LISTED of them. NO_CONN: no further one. */
uint32_t html_next_conn(const struct html_facts *f, uint32_t conn);

/* Everything above the cards, and the tools below them; an asset in its tag. */
void html_put_head(struct export *e);
void html_put_tools(struct export *e);
void html_put_asset(struct export *e, const char *tag, const char *name);

/* Text of ours or of the session's, inert. */
void html_text(struct export *e, const char *text, size_t len);
/* A text of the catalogue. */
void html_say(struct export *e, const char *english);
/* The same with a number at its place {n}: thousands set apart. */
void html_counted(struct export *e, const char *english, uint64_t n);

static inline void html_number(struct str *out, const char *before, uint64_t n)
{
    str_put(out, before);
    str_put_u64(out, n);
}

#endif
