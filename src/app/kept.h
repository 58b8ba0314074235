/* kept.h: the session's journal, as the app keeps it: where it is, and what is said of it. */
#ifndef TCPVIZ_APP_KEPT_H
#define TCPVIZ_APP_KEPT_H

#include "app/app.h"

struct kept;

/* Begins the journal that the options ask for: -w, or a file of the rotating set; NULL in *out where there is
 * to be none, or none of the set can be made. False: -w cannot be written; f says why. */
bool kept_open(struct app *a, struct kept **out, struct fail *f);
/* The end of a turn: rows that are new go to the file; what went wrong is told, once. */
void kept_feed(struct kept *k);
bool kept_lags(const struct kept *k);
/* Whether -w has all of the session. */
bool kept_whole(const struct kept *k);
/* Writes the rest and closes; false: f says what is missing of a file of -w. A file of the set in which
 * nothing happened goes away. NULL is allowed. */
bool kept_close(struct kept *k, struct fail *f);

/* The folder of the set, which the caller frees; NULL: there is no home. Names tell the order of time. */
char *kept_folder(void);
#define KEPT_SUFFIX ".pcapng"

#endif
