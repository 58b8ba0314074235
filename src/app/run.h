/* run.h: the two halves of the table of what commands do. For run.c, act.c and look.c alone. */
#ifndef TCPVIZ_APP_RUN_H
#define TCPVIZ_APP_RUN_H

#include "app/app.h"

/* Does one command. False: f says why it cannot be done now (status 1), what is wrong (2) or what was refused
 * (3). */
typedef bool run_fn(struct app *a, const struct cmd *c, struct fail *f);

/* What acts on the lab; NULL: not one of these. */
run_fn *act_of(int command);

/* The text of an argument, ended by 0, into out (initialised here; release it). An argument that was left out
 * is its default. */
void arg_text(struct str *out, const struct cmd_arg *arg, const char *otherwise);

#endif
