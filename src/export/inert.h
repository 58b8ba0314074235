/* inert.h: foreign text that means nothing to the reader of a format: no tag, formula, escape sequence, no
 * line of its own. What is not UTF-8, and what a terminal or a browser would not show as it is, becomes
 * visible first (str_put_safe); then the characters that the format knows are written as it wants them. */
#ifndef TCPVIZ_EXPORT_INERT_H
#define TCPVIZ_EXPORT_INERT_H

#include "core/str.h"

enum inert {
    INERT_XML,      /* text and attributes of HTML and SVG */
    INERT_CSV,      /* the inside of a quoted cell (RFC 4180) */
    INERT_MARKDOWN, /* a cell of a table */
    INERT_MERMAID,  /* a message or a note */
    INERT_KINDS
};

/* Appends len bytes of text. */
void inert_put(struct str *out, enum inert kind, const char *text, size_t len);
/* The same of at most `cells` cells: what is longer ends in "…". */
void inert_put_cut(struct str *out, enum inert kind, const char *text, size_t len, size_t cells);
/* A whole cell with its quotes: what a spreadsheet would take for a formula begins with '. */
void inert_put_cell(struct str *out, const char *text, size_t len);

#endif
