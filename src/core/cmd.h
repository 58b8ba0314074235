/* cmd.h: the command language (DESIGN 7): a line becomes a command with its arguments, or an error that says
 * which, where, and the nearest right one. Pure. The table of commands belongs to the app and is handed in.
 *
 * A row's syntax is both help and grammar: literal words, alternatives with |, optional parts in [ ], and
 * placeholders in capitals (their kinds are the rows of params in match.c):
 *   "[COUNT|both]"   "client|server N"   "SECONDS [INTERVAL [TIMES]]"   "[TEXT]" (to the end of the line) */
#ifndef TCPVIZ_CORE_CMD_H
#define TCPVIZ_CORE_CMD_H

#include "core/str.h"
#include "core/types.h"

/* One row of commands.def. A command with several forms has several rows of the same name. */
struct cmd_spec {
    int id;
    const char *name;
    const char *syntax;
    const char *help; /* for the catalogue */
    unsigned labs;    /* where it works, bits of the app */
    bool acts;        /* moves the window of a condition (RULES 21) */
};

/* A matched piece: a literal word (text), a number (number; scaled by 1000 where its kind allows decimals),
 * or a text. */
struct cmd_arg {
    const char *param; /* the placeholder's name; NULL for a literal word */
    const char *text;  /* into the line, not ended by 0 */
    size_t len;
    int64_t number; /* whole numbers as they are, seconds in ms */
};

enum { CMD_ARGS = 8 };

struct cmd {
    const struct cmd_spec *spec; /* NULL: an empty line or a comment (#) */
    struct cmd_arg arg[CMD_ARGS];
    size_t args;
};

/* The argument that matched that placeholder or literal; NULL if it was left out. */
const struct cmd_arg *cmd_get(const struct cmd *c, const char *param);
bool cmd_arg_is(const struct cmd_arg *a, const char *word);

/* What is wrong with a line. at, len: which bytes of the line. Texts are the catalogue's, with {word} and
 * {nearest}. */
struct cmd_error {
    const char *message; /* N_() text: "unknown command {word}; nearest is {nearest}" … */
    size_t at, len;
    const char *nearest;  /* NULL: none is near */
    const char *expected; /* the syntax of the command; NULL: unknown command */
    int64_t low, high;    /* {low} {high}: the range of a number that is out of it */
};

/* Parses one line (len bytes; no newline). *c points into line and specs. */
bool cmd_parse(const struct cmd_spec *specs, size_t count, const char *line, size_t len, struct cmd *c,
               struct cmd_error *e);

/* Words that may stand at the end of line: calls `offer` for each (completion). `more` completes what only
 * the app knows (sysctl and option names, files, labels); it may be NULL. */
void cmd_complete(const struct cmd_spec *specs, size_t count, const char *line, size_t len,
                  void (*more)(void *ctx, const char *param, const char *prefix, size_t prefix_len),
                  void (*offer)(void *ctx, const char *word), void *ctx);

/* The nearest of words to a mistyped one (edit distance, at most a third of it wrong), else the first that it
 * begins; NULL: none is near. at gives the i-th word, NULL past the end. */
const char *nearest_word(const char *word, size_t len, const char *(*at)(void *ctx, size_t i), void *ctx);

#endif
