/* lex.h: lines of the command language, word by word. Words are parted by blanks (space, tab, a carriage
 * return at a line's end); nothing is quoted. Words point into the line and are not ended by 0. */
#ifndef TCPVIZ_CORE_LEX_H
#define TCPVIZ_CORE_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word {
    const char *at;
    size_t len;
};

/* The next word from *pos on; *pos then stands behind it. False, with *pos at len, where there is none. */
bool lex_word(const char *line, size_t len, size_t *pos, struct word *out);
/* The same for conditions and filters: an operator (= != < > <= >=) ends a word and is one itself. */
bool lex_token(const char *line, size_t len, size_t *pos, struct word *out);
/* Where the next word begins; len if there is none. */
size_t lex_blanks(const char *line, size_t len, size_t pos);

bool word_is(struct word w, const char *text);
/* A number without sign and with at most `decimals` digits behind a point, times 10^decimals: "1.5" with 3 is
 * 1500. What is too large for an int64_t becomes INT64_MAX. False: it is no such number. */
bool word_number(struct word w, unsigned decimals, int64_t *out);

/* Comparisons as conditions and filters write them. */
enum compare { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_GT, COMPARE_LE, COMPARE_GE, COMPARES };
bool word_compare(struct word w, enum compare *out);
bool compare_holds(enum compare c, int64_t left, int64_t right);

#endif
