/* script.h: lines that run one after the other; only `wait` and `expect` take time (RULES 2, 21, 22). A
 * script is parsed whole, with all that it sources, before anything runs. */
#ifndef TCPVIZ_APP_SCRIPT_H
#define TCPVIZ_APP_SCRIPT_H

#include "app/app.h"

/* text is copied; name stands in its errors ("FILE:LINE: …"), NULL: a line that was typed, whose errors have
 * no place. NULL: f says what is wrong in which line (status 2, or 3 for a file that cannot be read). */
struct script *script_new(struct app *a, const char *name, const char *text, size_t len, struct fail *f);
void script_free(struct script *s);

/* The text of a script: a file, "-" for standard input, or the name of one that is built in
 * ("fifteen-steps"). Free it with mem_free(a->mem, *out, *len + 1). False: f has status 3. */
bool script_load(const struct app *a, const char *file, char **out, size_t *len, struct fail *f);
/* The name of the i-th script that is built in, in place of what is in out; false: there are not so many, or
 * no memory. */
bool script_name_at(size_t i, struct str *out);

enum script_result { SCRIPT_WAITS, SCRIPT_DONE, SCRIPT_FAILED };
/* Judges the condition that is waited for and runs the commands that can run now. Called once a turn, when
 * the events of the turn are settled. now_ns: CLOCK_MONOTONIC. On SCRIPT_FAILED, f has "NAME:LINE: …". */
enum script_result script_step(struct script *s, uint64_t now_ns, struct fail *f);
/* When it wants to be called at the latest (a deadline or a wait): ns of CLOCK_MONOTONIC; 0: no time is set.
 */
uint64_t script_deadline(const struct script *s);
/* The text of the line it is at, for the screen; NULL when done. */
const char *script_line(const struct script *s, int *number);

#endif
