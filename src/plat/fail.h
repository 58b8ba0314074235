/* fail.h: what went wrong, as a value: what, why, and the way out. Only the app prints it or exits with its
 * status. */
#ifndef TCPVIZ_PLAT_FAIL_H
#define TCPVIZ_PLAT_FAIL_H

#include <stdbool.h>

/* The exit statuses of the command line (DESIGN 6). */
enum fail_status { FAIL_NONE = 0, FAIL_EXPECT = 1, FAIL_USAGE = 2, FAIL_SYSTEM = 3 };

/* Texts are owned by the struct (malloc'd, or NULL); fail_release frees them. Zero-initialise before the
 * first use. Without any text: there was no memory for them. */
struct fail {
    enum fail_status status;
    char *what; /* "port 3344" */
    char *why;  /* "Address already in use" */
    char *way;  /* "choose another one with -p", NULL where there is none */
};

/* Sets a failure, replacing an earlier one; returns false, so that `return fail_set(…)` reads well. why and
 * way may be NULL. Texts are English as marked with N_ where they can be translated: the app translates whole
 * texts only. */
bool fail_set(struct fail *f, enum fail_status status, const char *why, const char *way,
              const char *what_format, ...) __attribute__((format(printf, 5, 6)));
/* The same with the words of an errno as why. */
bool fail_errno(struct fail *f, int err, const char *way, const char *what_format, ...)
    __attribute__((format(printf, 4, 5)));
/* Whether memory is what it lacked. */
bool fail_starved(const struct fail *f);
void fail_release(struct fail *f);

#endif
