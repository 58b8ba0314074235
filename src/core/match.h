/* match.h: one syntax string of the command table against one line. For cmd.c and complete.c alone.
 *
 * A syntax is read from left to right while the line is: a literal word, alternatives with |, an optional
 * part in [ ] (taken when it fits, else passed over), a placeholder in capitals. There is no way back: the
 * forms of the language are made so that the first part that fits is the right one. */
#ifndef TCPVIZ_CORE_MATCH_H
#define TCPVIZ_CORE_MATCH_H

#include "core/cmd.h"
#include "core/lex.h"

/* What a placeholder stands for. */
enum param_kind {
    PARAM_NUMBER, /* low … high, times 10^decimals */
    PARAM_WORD,   /* one word */
    PARAM_FRAME,  /* # and a number */
    PARAM_CHAR,   /* one UTF-8 character */
    PARAM_WORDS,  /* all words up to one of `stops` or the line's end, at least one */
    PARAM_REST    /* everything up to the line's end, of any bytes; at least one */
};

struct param {
    const char *name;
    enum param_kind kind;
    unsigned decimals;
    int64_t low, high;
    const char *stops[2];
};

/* Who wants to know what may stand at the line's end: completion. The line is then only what stands before
 * the word that is being completed. */
struct match_offers {
    void (*param)(void *ctx, const char *param);
    void (*literal)(void *ctx, const char *word);
    void *ctx;
};

struct match {
    const char *line;
    size_t len, pos;
    struct cmd *cmd;
    struct cmd_error *error; /* the mistake that lies furthest along the line, over all forms tried */
    int rank;                /* how much that mistake says, of those at one place */
    const struct match_offers *offers; /* NULL: nothing is completed */
};

/* Matches what is left of the line, from pos on. */
bool match_syntax(struct match *m, const char *syntax);

#endif
