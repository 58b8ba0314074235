/* afterwards.h: what is said of a session, and marked in it, when it is long over. */
#ifndef TCPVIZ_APP_AFTERWARDS_H
#define TCPVIZ_APP_AFTERWARDS_H

#include "app/app.h"

/* Puts a note behind the row that is looked at, and adds it to the file where that is a session's: what was
 * captured there stays as it is. False: f says why not; nothing has changed. */
bool afterwards_note(struct app *a, const char *text, size_t len, bool said, struct fail *f);
/* Adds a mark to the file of a session that was read; does nothing elsewhere, and for a script. */
bool afterwards_mark(struct app *a, const char *name, size_t len, uint32_t row, struct fail *f);

#endif
