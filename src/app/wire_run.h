/* wire_run.h: the commands that act on the wire. For act.c and the files of these commands alone. */
#ifndef TCPVIZ_APP_WIRE_RUN_H
#define TCPVIZ_APP_WIRE_RUN_H

#include "app/run.h"

/* inject_run.c */
run_fn run_inject;

/* What acts on the wire; NULL: not one of these. */
run_fn *wire_act_of(int command);

#endif
