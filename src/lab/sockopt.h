/* sockopt.h: the options of `set`: the rows of options.def, their values read and applied. */
#ifndef TCPVIZ_LAB_SOCKOPT_H
#define TCPVIZ_LAB_SOCKOPT_H

#include <sys/socket.h>

#include "lab/call.h"
#include "plat/fail.h"

enum sockopt {
#define SOCKOPT(id, name, level, option, level6, option6, kind, low, high, help) SOCKOPT_##id,
#include "lab/options.def"
    SOCKOPT_COUNT
};

/* A value that was read: its bytes for the kernel and how it reads. */
struct sockopt_value {
    union {
        int number;
        struct linger linger;
        char text[16];
    } u;
    socklen_t len;
    char shown[48];
};

/* Which row has that name; false, with f saying which is nearest, where none has. */
bool sockopt_find(const char *name, size_t *i, struct fail *f);
/* False: the value is none of that option; f (status 2) says what it takes. */
bool sockopt_parse(size_t i, const char *value, struct sockopt_value *out, struct fail *f);
/* setsockopt() by the program w. Returns what the call does. */
int sockopt_apply(struct caller *w, int fd, bool ipv6, size_t i, const struct sockopt_value *v);
/* An option with a whole number, which need not be of the table: SOL_SOCKET, SO_REUSEADDR, 1. */
int sockopt_number(struct caller *w, int fd, const struct call_option *o, int value);

#endif
