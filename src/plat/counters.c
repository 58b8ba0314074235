/* counters.c: /proc/net/netstat and /proc/net/snmp (net/ipv4/proc.c). Each group is two lines, the names and
 * the values: TcpExt: SyncookiesSent SyncookiesRecv … TcpExt: 0 0 … The descriptors stay open, of the
 * namespace they were opened in; each read from the start counts anew. The names cannot change while the
 * kernel runs, so they are kept from the first read and values go by position. */
#include "plat/counters.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/types.h"

enum { MOST = 256, TEXT = 16384 };

struct group {
    const char *path, *prefix;
    int fd;
    size_t count;
    char *name[MOST]; /* into names; NULL: left out */
    uint64_t value[MOST];
    char names[TEXT];
};

struct counters {
    const struct mem *mem;
    struct group group[2];
};

/* What is left out: gauges, and tallies that every segment moves. */
static bool tells_nothing(const char *name)
{
    static const char *const silent[] = {
        "RtoAlgorithm",   "RtoMin",
        "RtoMax",         "MaxConn",
        "CurrEstab",      "InSegs",
        "OutSegs",        "TCPHPHits",
        "TCPPureAcks",    "TCPHPAcks",
        "TCPDelivered",   "TCPOrigDataSent",
        "TCPRcvCoalesce", "TCPBacklogCoalesce",
    };
    for (size_t i = 0; i < COUNT_OF(silent); i++)
        if (strcmp(name, silent[i]) == 0)
            return true;
    return false;
}

/* The file's text now, ended by 0; false if it cannot be read. */
static bool text_of(const struct group *g, char *text)
{
    ssize_t n = pread(g->fd, text, TEXT - 1, 0);
    if (n <= 0)
        return false;
    text[n] = 0;
    return true;
}

/* The group's two lines: what follows the prefix in each. */
static bool lines_of(const struct group *g, char *text, char **names, char **values)
{
    size_t len = strlen(g->prefix);
    char *found[2];
    size_t n = 0;
    for (char *line = text; line && n < 2;) {
        char *end = strchr(line, '\n');
        if (strncmp(line, g->prefix, len) == 0)
            found[n++] = line + len;
        if (end)
            *end++ = 0;
        line = end;
    }
    if (n < 2)
        return false;
    *names = found[0];
    *values = found[1];
    return true;
}

static void learn_names(struct group *g, const char *names)
{
    memcpy(g->names, names, strlen(names) + 1);
    char *rest;
    for (char *w = strtok_r(g->names, " ", &rest); w && g->count < MOST; w = strtok_r(NULL, " ", &rest))
        g->name[g->count++] = tells_nothing(w) ? NULL : w;
}

static void read_group(struct group *g, void (*moved)(void *ctx, const char *name, int64_t delta), void *ctx)
{
    char text[TEXT], *names, *at;
    if (!text_of(g, text) || !lines_of(g, text, &names, &at))
        return;
    bool first = g->count == 0;
    if (first)
        learn_names(g, names);
    for (size_t i = 0; i < g->count && *at; i++) {
        uint64_t value = strtoull(at, &at, 10);
        if (!first && g->name[i] && value != g->value[i])
            moved(ctx, g->name[i], (int64_t)(value - g->value[i]));
        g->value[i] = value;
    }
}

struct counters *counters_open(const struct mem *m, struct fail *f)
{
    struct counters *c = m->resize(m->ctx, NULL, 0, sizeof *c);
    if (!c) {
        fail_errno(f, ENOMEM, NULL, "%s", "/proc/self/net/netstat");
        return NULL;
    }
    *c = (struct counters){.mem = m};
    c->group[0].path = "/proc/self/net/netstat";
    c->group[0].prefix = "TcpExt: ";
    c->group[1].path = "/proc/self/net/snmp";
    c->group[1].prefix = "Tcp: ";
    for (size_t i = 0; i < COUNT_OF(c->group); i++)
        c->group[i].fd = -1;
    for (size_t i = 0; i < COUNT_OF(c->group); i++) {
        struct group *g = &c->group[i];
        g->fd = open(g->path, O_RDONLY | O_CLOEXEC);
        if (g->fd >= 0) {
            read_group(g, NULL, NULL);
            continue;
        }
        fail_errno(f, errno, NULL, "%s", g->path);
        counters_close(c);
        return NULL;
    }
    return c;
}

void counters_close(struct counters *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < COUNT_OF(c->group); i++)
        if (c->group[i].fd >= 0)
            close(c->group[i].fd);
    c->mem->resize(c->mem->ctx, c, sizeof *c, 0);
}

void counters_read(struct counters *c, void (*moved)(void *ctx, const char *name, int64_t delta), void *ctx)
{
    for (size_t i = 0; i < COUNT_OF(c->group); i++)
        read_group(&c->group[i], moved, ctx);
}
