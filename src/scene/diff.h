/* diff.h: two sessions side by side as lines, in two columns and a mark between them, without a device: the
 * screen and the text show the same lines. A short account of both stands on top; each connection has a head
 * of its own where there are several. */
#ifndef TCPVIZ_SCENE_DIFF_H
#define TCPVIZ_SCENE_DIFF_H

#include "scene/ladder.h"
#include "session/diff.h"

enum { DIFF_GAP = 3 /* cells between the columns; the mark stands in the middle one */ };

enum diff_line_kind {
    DIFF_LINE_WORDS,   /* one text across both columns: text[0] */
    DIFF_LINE_ACCOUNT, /* numbers of both */
    DIFF_LINE_HEAD,    /* a connection */
    DIFF_LINE_ITEM     /* two rows, or one */
};

struct diff_line {
    enum diff_line_kind kind;
    enum diff_kind mark;          /* DIFF_ALIKE: there is none */
    const struct diff_item *item; /* of DIFF_LINE_ITEM */
    struct str text[DIFF_SIDES];  /* fits into its column */
    size_t words[DIFF_SIDES];     /* of an item: where its words begin in text, behind number and time */
    enum tone tone[DIFF_SIDES];
};
void diff_line_init(struct diff_line *l, const struct mem *m);
void diff_line_release(struct diff_line *l);

struct diff_view;
/* d is borrowed. NULL: no memory. */
struct diff_view *diff_view_new(const struct mem *m, const struct diff *d);
void diff_view_free(struct diff_view *v); /* NULL is allowed */
/* Lays the lines out for so many cells. False: no memory. */
bool diff_view_lay(struct diff_view *v, const struct voice *voice, size_t cells);
size_t diff_view_column(const struct diff_view *v); /* cells of a column */
size_t diff_view_lines(const struct diff_view *v);
/* False: there is no such line. Where there was no memory, the texts have failed. */
bool diff_view_line(struct diff_view *v, size_t i, struct diff_line *out);

/* What stands in a line, at whatever width. */
struct diff_spot {
    size_t item;       /* SIZE_MAX: it is of no item, but */
    size_t part, line; /* the line-th of what stands above a part's rows; part SIZE_MAX: above all */
};
void diff_view_spot(const struct diff_view *v, size_t line, struct diff_spot *out);
/* The line in which that stands now. */
size_t diff_view_at(const struct diff_view *v, const struct diff_spot *spot);

/* The first line of rows from line `from` on, that line not counted, with a mark; SIZE_MAX: there is none. */
size_t diff_view_next(const struct diff_view *v, size_t from, bool up);
/* What stands before the name of a session, above its column: " A  ". */
const char *diff_letter(unsigned side);
/* "≠" and its like; a blank for DIFF_ALIKE. */
const char *diff_mark(enum diff_kind k, bool ascii);
/* What the row of that side says, as a sentence, or as the short one of the ladder; nothing where there is
 * none. */
void diff_view_says(const struct diff_view *v, const struct diff_item *item, unsigned side, bool brief,
                    struct str *out);
/* What the marks mean. */
void diff_view_legend(const struct diff_view *v, struct str *out);
/* In what two rows differ, or whose a row alone is: "length 9 / 1"; nothing where they are alike. */
void diff_view_why(const struct diff_view *v, const struct diff_item *item, struct str *out);

/* Cuts a text to so many cells, at a word. */
void diff_view_cut(struct str *text, size_t cells, bool ascii);

/* The pieces of that: what two rows differ in (diff_why.c). */
void say_diff_why(struct str *out, const struct voice *v, const struct diff *d, const struct diff_item *item);

#endif
