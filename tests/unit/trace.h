/* trace.h: reads a trace (tests/trace/README.md) into steps that a test plays as it likes. Segments have raw
 * numbers. */
#ifndef TCPVIZ_TESTS_TRACE_H
#define TCPVIZ_TESTS_TRACE_H

#include <ctype.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/track.h"

enum { TRACE_LINE = 400, TRACE_STEPS = 120, TRACES_MOST = 200, TRACE_PORT = 3344 };
#define TRACE_BEGINS UINT64_C(1700000000000000000)

enum trace_kind { TRACE_SEGMENT, TRACE_CALL, TRACE_COUNTER, TRACE_GONE, TRACE_WIRE };

struct trace_step {
    enum trace_kind kind;
    int line;
    uint64_t time_ns;
    enum side side;
    struct seg seg;         /* frame: from 1 in the order of the file */
    struct event_key key;   /* of a call */
    struct event_call call; /* its name stands in `name` */
    char name[40];          /* of a call, a counter */
    struct event_wire wire; /* what became of a frame on the wire */
    char wants[TRACE_LINE]; /* what is expected, "" for nothing */
};

struct trace {
    struct track_options options;
    bool self;
    uint32_t isn[SIDE_COUNT];
    uint32_t serial, frames;
    struct trace_step step[TRACE_STEPS];
    size_t steps;
};

static inline struct endpoint trace_end(const struct trace *t, enum side side)
{
    bool server = side == SIDE_SERVER || t->self;
    return (struct endpoint){{4, {127, 0, 0, 1}}, server ? TRACE_PORT : 40000};
}

static inline struct tuple trace_tuple(const struct trace *t)
{
    return (struct tuple){{trace_end(t, SIDE_CLIENT), trace_end(t, SIDE_SERVER)}};
}

static inline uint32_t trace_number(const char *text, const char *word, uint32_t otherwise)
{
    const char *at = strstr(text, word);
    return at ? (uint32_t)strtoul(at + strlen(word), NULL, 10) : otherwise;
}

static inline uint16_t trace_flags(const char *letters)
{
    static const char all[] = "FSRP.UEWe"; /* e: AccECN's AE */
    uint16_t flags = 0;
    for (; *letters; letters++)
        if (strchr(all, *letters))
            flags |= (uint16_t)(1u << (strchr(all, *letters) - all));
    return flags;
}

static inline void trace_options(struct tcp_options *o, const char *text, uint32_t sack_base)
{
    o->mss = strstr(text, "mss ") != NULL;
    o->mss_value = (uint16_t)trace_number(text, "mss ", 0);
    o->wscale = strstr(text, "wscale ") != NULL;
    o->shift = (uint8_t)trace_number(text, "wscale ", 0);
    o->sack_permitted = strstr(text, "sackOK") != NULL;
    o->timestamps = strstr(text, "TS val ") != NULL;
    o->tsval = trace_number(text, "TS val ", 0);
    o->tsecr = trace_number(text, "ecr ", 0);
    o->fast_open = strstr(text, "FO") != NULL;
    o->cookie_len = strstr(text, "FOcookie") ? 8 : 0;
    o->mptcp = strstr(text, "mptcp-add") ? 1 << 3 : strstr(text, "mptcp") != NULL;
    for (const char *at = strstr(text, "sack "); at && o->sacks < SACK_BLOCKS; at = strstr(at + 5, "sack ")) {
        uint32_t left = (uint32_t)strtoul(at + 5, NULL, 10), right = trace_number(at, ":", 0);
        o->sack[o->sacks].left = seq_of(sack_base + left);
        o->sack[o->sacks++].right = seq_of(sack_base + right);
    }
}

static inline void trace_segment(struct trace *t, struct trace_step *p, const char *text)
{
    char flags[16] = "";
    uint32_t left = 0;
    unsigned len = 0;
    assert_int_equal(sscanf(text, "%15s %u:%*u(%u)", flags, &left, &len), 3);
    enum side from = p->side, to = t->self ? from : side_other(from);
    struct seg *s = &p->seg;
    p->kind = TRACE_SEGMENT;
    *s = (struct seg){.time_ns = p->time_ns,
                      .frame = ++t->frames,
                      .src = trace_end(t, from),
                      .dst = trace_end(t, to),
                      .flags = trace_flags(flags),
                      .len = len,
                      .seq = seq_of(t->isn[from] + left),
                      .win = (uint16_t)trace_number(text, "win ", 65535),
                      .ip_id = (uint16_t)trace_number(text, " id ", 0),
                      .ecn = strstr(text, " ce") ? 3 : 0,
                      .cksum = strstr(text, " bad") ? CKSUM_BAD : CKSUM_GOOD,
                      .truncated = strstr(text, " cut") != NULL,
                      .fragment = strstr(text, " frag") != NULL,
                      .injected = strstr(text, " made") != NULL};
    if (strstr(text, "ack "))
        s->ack = seq_of(t->isn[to] + trace_number(text, " ack ", 0));
    const char *options = strchr(text, '<');
    if (options)
        trace_options(&s->opt, options, t->isn[to]);
}

static inline void trace_call(struct trace *t, struct trace_step *p, const char *text)
{
    static const struct {
        const char *name;
        enum call_kind kind;
    } kinds[] = {{"listen", CALL_LISTEN},
                 {"connect", CALL_CONNECT},
                 {"accept", CALL_ACCEPT},
                 {"read", CALL_READ},
                 {"write", CALL_WRITE},
                 {"close", CALL_CLOSE},
                 {"abort", CALL_ABORT},
                 {"shutdown_wr", CALL_SHUTDOWN_WR},
                 {"shutdown_rd", CALL_SHUTDOWN_RD},
                 {"crash", CALL_CRASH}};
    int number = 0;
    assert_true(sscanf(text, "%31s %d", p->name, &number) >= 1);
    p->kind = TRACE_CALL;
    p->call = (struct event_call){.side = p->side, .args = "", .fd = 5, .result = number};
    p->key = (struct event_key){.known = !strstr(text, "listener"), .tuple = trace_tuple(t)};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (!strcmp(p->name, kinds[i].name))
            p->call.kind = kinds[i].kind;
    assert_int_not_equal(p->call.kind, CALL_OTHER);
    if (p->call.kind == CALL_LISTEN) {
        p->key.known = false;
        p->call.value = number;
    }
    if (!p->key.known)
        p->call.fd = 3;
    if (p->call.kind == CALL_CONNECT) {
        p->call.err = 115;
        p->call.errname = "EINPROGRESS";
        p->key.serial = ++t->serial;
    } else if (p->side == SIDE_CLIENT) {
        p->key.serial = t->serial;
    }
    if (strstr(text, "failed")) {
        p->call.err = 32;
        p->call.errname = "EPIPE";
    }
    p->call.unread = strstr(text, "unread") != NULL;
}

static inline void trace_wire(struct trace_step *p, const char *what, const char *frame)
{
    p->kind = TRACE_WIRE;
    p->wire = (struct event_wire){.frame = (uint32_t)atoi(frame), .what = WIRE_EVENTS};
    if (strchr(frame, '/'))
        p->wire.copy = (uint8_t)atoi(strchr(frame, '/') + 1);
    for (int i = 0; i < WIRE_EVENTS; i++)
        if (strcmp(what, wire_event_name((enum wire_event)i)) == 0)
            p->wire.what = (enum wire_event)i;
    assert_int_not_equal(p->wire.what, WIRE_EVENTS);
}

static inline void trace_event(struct trace *t, struct trace_step *p, const char *text)
{
    char side[16] = "", verb[16] = "";
    int used = 0;
    assert_int_equal(sscanf(text, "%15s %15s %n", side, verb, &used), 2);
    if (isdigit((unsigned char)verb[0])) {
        trace_wire(p, side, verb);
        return;
    }
    p->side = !strcmp(side, "server") ? SIDE_SERVER : SIDE_CLIENT;
    const char *rest = text + used;
    if (!strcmp(verb, ">")) {
        assert_non_null(strchr(rest, ' '));
        trace_segment(t, p, strchr(rest, ' ') + 1);
    } else if (!strcmp(verb, "call")) {
        trace_call(t, p, rest);
    } else if (!strcmp(verb, "counter")) {
        p->kind = TRACE_COUNTER;
        sscanf(rest, "%39s", p->name);
    } else {
        assert_string_equal(verb, "gone");
        p->kind = TRACE_GONE;
    }
}

static inline void trace_option(struct trace *t, const char *text)
{
    t->options.live = t->options.live || strstr(text, "live");
    t->options.wire = t->options.wire || strstr(text, "wire");
    t->self = t->self || strstr(text, "self");
    if (strstr(text, "port"))
        t->options.server_port = TRACE_PORT;
}

static inline void trace_line(struct trace *t, char *line, int number)
{
    char side[16];
    uint32_t isn;
    char *wants = strchr(line, '#'), *rest;
    if (wants)
        *wants++ = 0;
    while (isspace((unsigned char)*line))
        line++;
    if (!strncmp(line, "option", 6)) {
        trace_option(t, line);
    } else if (sscanf(line, "isn %15s %u", side, &isn) == 2) {
        t->isn[!strcmp(side, "server")] += isn;
    } else if (*line) {
        assert_true(t->steps < TRACE_STEPS);
        struct trace_step *p = &t->step[t->steps++];
        *p = (struct trace_step){.line = number};
        p->time_ns = TRACE_BEGINS + (uint64_t)(strtod(line, &rest) * 1e9);
        trace_event(t, p, rest + 1);
        if (wants)
            snprintf(p->wants, sizeof p->wants, "%s", wants);
    }
}

/* Reads a file; client, server: the raw first numbers. */
static inline void trace_read(struct trace *t, const char *path, uint32_t client, uint32_t server)
{
    char line[TRACE_LINE];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    memset(t, 0, sizeof *t);
    t->isn[SIDE_CLIENT] = client;
    t->isn[SIDE_SERVER] = server;
    for (int number = 1; fgets(line, sizeof line, f); number++)
        trace_line(t, line, number);
    fclose(f);
    assert_true(t->frames > 0);
}

/* The traces that there are. */
static inline int trace_find(char paths[TRACES_MOST][160])
{
    int count = 0;
    DIR *d = opendir("tests/trace");
    const struct dirent *e;
    while (d && (e = readdir(d)) && count < TRACES_MOST)
        if (strstr(e->d_name, ".trace") && strlen(e->d_name) < 120)
            snprintf(paths[count++], 160, "tests/trace/%.120s", e->d_name);
    if (d)
        closedir(d);
    return count;
}

#endif
