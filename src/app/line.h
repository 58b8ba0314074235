/* line.h: from a line of the command language to a command that works here, or to a failure in words. */
#ifndef TCPVIZ_APP_LINE_H
#define TCPVIZ_APP_LINE_H

#include "app/app.h"

/* Parses one line and looks whether its command works in this lab. place: "FILE:LINE", for the failure; NULL:
 * none. c->spec is NULL for an empty line. False: f has status 2. */
bool line_parse(const struct app *a, const char *line, size_t len, const char *place, struct cmd *c,
                struct fail *f);

/* Says what is wrong with the text that e speaks of. Returns false. */
bool line_wrong(const struct app *a, const struct cmd_error *e, const char *text, const char *name,
                const char *place, struct fail *f);

/* A failure in the voice's words: {name} of the text becomes value; name NULL: it has no place. Returns
 * false. */
bool line_fail(const struct app *a, enum fail_status status, const char *place, struct fail *f,
               const char *text, const char *name, const char *value);

#endif
