/* diff_account.h: what two sessions, or two connections, amount to, line by line in two columns. For diff*.c
 * of this floor only. */
#ifndef TCPVIZ_SCENE_DIFF_ACCOUNT_H
#define TCPVIZ_SCENE_DIFF_ACCOUNT_H

#include "scene/diff.h"

struct diff_account_line {
    size_t at[DIFF_SIDES], len[DIFF_SIDES]; /* in text */
    enum diff_line_kind kind;
    bool differs;
};

struct diff_account {
    const struct mem *mem;
    struct str text;
    struct diff_account_line *line;
    size_t lines, cap;
    bool failed;
};
void diff_account_init(struct diff_account *a, const struct mem *m);
void diff_account_release(struct diff_account *a);
void diff_account_clear(struct diff_account *a); /* to be made anew: what failed is forgotten */
bool diff_account_failed(const struct diff_account *a);
/* Adds what stands above all; what stands above the rows of a part. column: cells. */
void diff_account_whole(struct diff_account *a, const struct voice *v, const struct diff *d, size_t column);
void diff_account_part(struct diff_account *a, const struct voice *v, const struct diff *d, size_t part,
                       size_t column);
/* When the first segment of a connection was seen, as far as its row is still there; else when it began. */
uint64_t diff_begin(const struct session *s, uint32_t conn);

#endif
