/* exporting.h: an export of what there is, in slices of the loop, so that keys are answered and rows come in
 * meanwhile. One at a time; the last one may be repeated. */
#ifndef TCPVIZ_APP_EXPORTING_H
#define TCPVIZ_APP_EXPORTING_H

#include "app/app.h"

struct exporting;
struct exporting *exporting_new(struct app *a); /* NULL: no memory */
/* One that runs is given up: nothing of it is left. NULL is allowed. */
void exporting_free(struct exporting *x);

/* Begins to export all rows, or those that the screen shows, as [FORMAT:]FILE; one that still
 * runs is brought to its end first. A short one ends at once. spec NULL: the last one again. False: f says
 * why; nothing is written. */
bool exporting_start(struct exporting *x, const char *spec, bool filtered, struct fail *f);
/* A slice more. How it ended is told on the screen. */
void exporting_step(struct exporting *x);
/* Gives up the one that runs; that is told on the screen. */
void exporting_stop(struct exporting *x);
/* The file that is being written, NULL while none is; how much is done, in thousandths; and for how long it
 * has been going on (CLOCK_MONOTONIC). */
const char *exporting_file(const struct exporting *x, unsigned *done, uint64_t *ns);

#endif
