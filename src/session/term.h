/* term.h: one term of a filter: `len>0`, `state:established`, "text". For the files of the filter alone:
 * filter.c, term.c (text to terms), holds.c (what a term says of a row or a connection). */
#ifndef TCPVIZ_SESSION_TERM_H
#define TCPVIZ_SESSION_TERM_H

#include "core/cmd.h"
#include "core/lex.h"
#include "session/filter.h"

enum field {
#define FIELD(id, name, kind, asked, sign, help) FIELD_##id,
#include "session/fields.def"
    FIELDS
};

struct term {
    uint8_t field; /* enum field */
    uint8_t bits;  /* FIELD_HOST: how many of the address count */
    enum compare compare;
    int64_t number;   /* a number as the field counts it, or the id of what a name names */
    const char *text; /* text:"…", borrowed from the filter */
    size_t text_len;
    struct addr addr;
    size_t at, len; /* where it stands */
};

/* What a filter knows of the words that a text is looked for in. */
struct saying {
    row_words rows;
    conn_words conns;
    void *ctx;
    const struct mem *mem;
};

/* What is left of a filter's text. */
struct reading {
    const char *text;
    size_t len, pos;
    struct cmd_error *error;
};

/* Sets the error for text[at .. at + len); returns false. near may be NULL. */
bool reading_wrong(struct reading *r, size_t at, size_t len, const char *message, const char *near);
/* Reads one term. False: the error says what is wrong. */
bool term_read(struct reading *r, struct term *out);
/* Whether it can be asked of a connection, not of rows alone. */
bool term_of_conns(const struct term *t);
/* The kinds of event that the values of `kind` are, in their order. */
extern const enum event_kind term_kinds[4];

bool term_holds(const struct term *t, const struct session *s, const struct row *r, const struct saying *w);
/* A connection that terms are asked of. */
struct asked {
    const struct session *session;
    uint32_t conn;
    struct conn_view view;
    struct outline outline;
};
bool asked_of(struct asked *a, const struct session *s, uint32_t conn); /* false: there is none */
bool term_holds_conn(const struct term *t, const struct asked *a, const struct saying *w);
/* Offers what the last word of a filter (word[0 .. len)) may become. */
void term_complete(const char *word, size_t len, bool of_conns, void (*offer)(void *ctx, const char *word),
                   void *ctx);

#endif
