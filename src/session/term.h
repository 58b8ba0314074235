/* term.h: one term of a filter: `len>0`, `state:established`, "text". For filter.c alone. */
#ifndef TCPVIZ_SESSION_TERM_H
#define TCPVIZ_SESSION_TERM_H

#include "core/cmd.h"
#include "core/lex.h"
#include "session/session.h"

/* The words of a row, put into out: what text:"…" looks in. */
typedef void (*row_words)(void *ctx, const struct session *s, const struct row *r, struct str *out);

struct term {
    uint8_t field; /* index into the table of fields */
    enum compare compare;
    int64_t number;   /* a number as the field counts it, or the id of what a name names */
    const char *text; /* text:"…", in lower case; borrowed from the filter */
    size_t text_len;
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
bool term_holds(const struct term *t, const struct session *s, const struct row *r, row_words words,
                void *ctx, const struct mem *m);
/* Offers what the last word of a filter (word[0 .. len)) may become. */
void term_complete(const char *word, size_t len, void (*offer)(void *ctx, const char *word), void *ctx);

#endif
