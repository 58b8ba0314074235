/* parts.h: what app.c, setup.c and hooks.c share of the app. */
#ifndef TCPVIZ_APP_PARTS_H
#define TCPVIZ_APP_PARTS_H

#include "app/app.h"
#include "tui/screen.h"

/* A capture that is only exported or summed up: a row is not asked for again once it is written. */
bool streams(const struct options *o);
/* Whether the session is looked at on a terminal. */
bool wants_screen(const struct options *o);
/* Before the end: takes what the kernel sent before now, which is still on its way through the sniffer's
 * ring. */
void app_drain(struct app *a);
/* Finishes the exports, after a failure too, and tells what is told last. */
void app_finish(struct app *a, struct fail *f);
/* Hands the sniffer's frames to the turn; how many, -1 where its interface is gone. */
int app_sniff(struct app *a);
/* A counter of a host has moved; side SIDE_NONE where both sides have one. */
void app_counter(struct app *a, enum side side, const char *name, int64_t delta);
/* What the kernel has said at its tracepoints since the last time. */
void app_listen(struct app *a);
/* The descriptor that the program of that side has for the connection, -1 if none. */
int app_descriptor(const struct app *a, const struct tuple *t, enum side side);
/* Writes `tcpviz: what: why` and the way out to standard error, or shows it on the screen. */
void app_tell(struct app *a, const struct fail *f);
/* Frames that the sniffer had no room for. */
uint64_t app_drops(const struct app *a);
/* Says on standard error which frames were left out, where that is unusual, and how many were lost. f: there
 * was no memory to say it. */
void app_tell_aside(struct app *a, struct fail *f);
/* On standard error. False: there was no memory for its words, and that was said. */
bool fail_print(const struct fail *f, const struct voice *v);
/* "what: why; way out" in the voice's language. */
void fail_words(struct str *out, const struct fail *f, const struct voice *v);

/* Whether a capture is told as a whole on standard output, without a screen; and telling it. */
bool app_reports(const struct options *o);
void app_report(struct app *a, struct fail *f);

enum screen_color app_screen_color(const struct options *o);
/* After a crash the terminal is given back as that says. */
void app_rescue_with(const struct screen_rescue *r);
/* The screen with its hooks. */
bool app_screen_up(struct app *a, struct fail *f);

/* A slice of the file of -r; whether there was any (intake.c). */
bool app_read(struct app *a);
/* Whether the file of -r is not all read; one that is followed is, whenever it has nothing more to give. */
bool app_is_reading(const struct app *a);

#endif
