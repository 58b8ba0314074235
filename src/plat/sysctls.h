/* sysctls.h: the settings of the namespace that the process is in. */
#ifndef TCPVIZ_PLAT_SYSCTLS_H
#define TCPVIZ_PLAT_SYSCTLS_H

#include <stdbool.h>
#include <stddef.h>
#include "plat/fail.h"

/* What the private lab changes (RULES 14): reno, no SYN cookies, no saved metrics, IPv6 without
 * autoconfiguration. One that cannot be written gives a line to `warn` (may be NULL), borrowed for the call;
 * the rest goes on. */
void sysctls_lab(void (*warn)(void *ctx, const char *line), void *ctx);

/* A name is "net.ipv4.tcp_ecn" or, short for it, "tcp_ecn"; only names below net are taken (status 1 for
 * others, and for those that the namespace does not have; f has why). */
bool sysctl_write(const char *name, const char *value, struct fail *f);
/* out is cut to size, ends in 0 and has no newline. */
bool sysctl_read(const char *name, char *out, size_t size, struct fail *f);

#endif
