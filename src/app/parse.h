/* parse.h: the steps of a script. For script.c and parse.c alone. */
#ifndef TCPVIZ_APP_PARSE_H
#define TCPVIZ_APP_PARSE_H

#include "app/app.h"
#include "session/cond.h"

/* One command of a script, and where it stands. Lines of a sourced file stand in place of the line that
 * sources it. */
struct stage {
    struct stage *next;
    const char *file; /* NULL: typed */
    int number;       /* of the line, from 1 */
    const char *text; /* the line, ended by 0 */
    struct cmd cmd;
    struct cond *cond; /* of `wait until` and `expect`; owned */
};

struct script {
    struct app *app;
    struct arena *arena; /* of steps and texts */
    struct stage *first, **end;
    size_t count;
    struct stage *now; /* the step it is at; NULL: done */
    bool begun;        /* that step has begun to wait */
    bool unsettled;    /* commands ran, and what they did has not been seen yet */
    uint64_t deadline; /* of that step: CLOCK_MONOTONIC, 0: none */
    uint64_t wake;     /* when to be called again at the latest, 0: whenever something happens */
};

/* Adds the steps of a text, and of what it sources. False: f says which line is wrong. */
bool parse_steps(struct script *s, const char *file, const char *text, size_t len, int depth, struct fail *f);

/* "FILE:LINE" as errors have it; an empty out for a line that was typed. */
void step_place(const struct stage *t, struct str *out);

#endif
