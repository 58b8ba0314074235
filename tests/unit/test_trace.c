/* Labels, steps, states and rows from hand-written traces (tests/trace). */
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
#include "plat/heap.h"

/* --- the trace's language: see tests/trace/README.md
 * ------------------------------------------------------------- */

enum { LINE = 400, FRAMES = 400 };

struct plan {
    const char *path;
    uint32_t isn[2]; /* raw first numbers of client and server */
    int without;     /* leave out this segment, from 0, and expect nothing; -1: none */
    int memory;      /* let this allocation fail, and expect nothing; -1: none */
    int segments, mistakes;
};

struct run {
    struct plan *plan;
    struct track *t;
    struct track_options options;
    struct mem mem;
    int allocations;
    uint32_t isn[2];
    uint16_t server_port;
    bool self;
    uint32_t row, frames;
    uint32_t serial;
    int line;
    struct verdict v;
    bool judged;
};

static const char *const annot_names[] = {
    "NONE",
#define ANNOT(id, labels, rfc, brief, what, why, next) #id,
#include "core/annot.def"
};

static void *resize(void *ctx, void *old, size_t old_size, size_t new_size)
{
    struct run *r = ctx;
    const struct mem *heap = heap_mem();
    if (new_size > old_size && r->plan->memory >= 0 && r->allocations++ == r->plan->memory)
        return NULL;
    return heap->resize(heap->ctx, old, old_size, new_size);
}

static struct endpoint end_of(const struct run *r, int side)
{
    struct endpoint e = {.addr = {.family = 4, .at = {127, 0, 0, 1}}};
    e.port = side == SIDE_SERVER ? r->server_port : (uint16_t)(r->self ? r->server_port : 40000);
    return e;
}

static uint32_t number_after(const char *text, const char *word, uint32_t otherwise)
{
    const char *at = strstr(text, word);
    return at ? (uint32_t)strtoul(at + strlen(word), NULL, 10) : otherwise;
}

static uint16_t flags_of(const char *letters)
{
    static const char all[] = "FSRP.UEW";
    uint16_t flags = 0;
    for (; *letters; letters++)
        if (strchr(all, *letters))
            flags |= (uint16_t)(1u << (strchr(all, *letters) - all));
    return flags;
}

static void read_options(struct tcp_options *o, const char *text, uint32_t sack_base)
{
    o->mss = strstr(text, "mss ") != NULL;
    o->mss_value = (uint16_t)number_after(text, "mss ", 0);
    o->wscale = strstr(text, "wscale ") != NULL;
    o->shift = (uint8_t)number_after(text, "wscale ", 0);
    o->sack_permitted = strstr(text, "sackOK") != NULL;
    o->timestamps = strstr(text, "TS val ") != NULL;
    o->tsval = number_after(text, "TS val ", 0);
    o->tsecr = number_after(text, "ecr ", 0);
    o->fast_open = strstr(text, "FO") != NULL;
    o->cookie_len = strstr(text, "FOcookie") ? 8 : 0;
    o->mptcp = strstr(text, "mptcp") != NULL;
    for (const char *at = strstr(text, "sack "); at && o->sacks < SACK_BLOCKS; at = strstr(at + 5, "sack ")) {
        uint32_t left = (uint32_t)strtoul(at + 5, NULL, 10), right = number_after(at, ":", 0);
        o->sack[o->sacks].left = seq_of(sack_base + left);
        o->sack[o->sacks++].right = seq_of(sack_base + right);
    }
}

static void play_segment(struct run *r, double time, int from, const char *text)
{
    char flags[16] = "";
    uint32_t left = 0;
    unsigned len = 0;
    assert_int_equal(sscanf(text, "%15s %u:%*u(%u)", flags, &left, &len), 3);
    int to = r->self ? from : 1 - from;
    struct seg s = {.src = end_of(r, from), .dst = end_of(r, to), .flags = flags_of(flags), .len = len};
    s.time_ns = UINT64_C(1700000000000000000) + (uint64_t)(time * 1e9);
    s.seq = seq_of(r->isn[from] + left);
    if (strstr(text, "ack "))
        s.ack = seq_of(r->isn[to] + number_after(text, " ack ", 0));
    s.win = (uint16_t)number_after(text, "win ", 65535);
    s.ecn = strstr(text, " ce") ? 3 : 0;
    s.cksum = strstr(text, " bad") ? CKSUM_BAD : CKSUM_GOOD;
    s.truncated = strstr(text, " cut") != NULL;
    s.fragment = strstr(text, " frag") != NULL;
    const char *options = strchr(text, '<');
    if (options)
        read_options(&s.opt, options, r->isn[to]);
    r->frames++;
    assert_true(r->frames < FRAMES);
    if (r->plan->without == r->plan->segments++)
        return;
    s.frame = r->frames;
    r->row++;
    r->judged = track_segment(r->t, &s, &r->v);
    assert_true(r->judged || r->plan->memory >= 0);
}

/* Calls stand on the timeline too, so each takes a row. */
static void play_call(struct run *r, double time, int side, const char *text)
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
    char name[32] = "";
    int number = 0;
    assert_true(sscanf(text, "%31s %d", name, &number) >= 1);
    struct event_call c = {.side = (enum side)side, .name = name, .args = "", .fd = 5, .result = number};
    struct event_key key = {.known = !strstr(text, "listener")};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (!strcmp(name, kinds[i].name))
            c.kind = kinds[i].kind;
    assert_int_not_equal(c.kind, CALL_OTHER);
    if (c.kind == CALL_LISTEN) {
        key.known = false;
        c.fd = 3;
        c.value = number;
    }
    if (!key.known)
        c.fd = 3;
    if (c.kind == CALL_CONNECT) {
        c.err = 115;
        c.errname = "EINPROGRESS";
        key.serial = ++r->serial;
    } else if (side == SIDE_CLIENT) {
        key.serial = r->serial;
    }
    if (strstr(text, "failed")) {
        c.err = 32;
        c.errname = "EPIPE";
    }
    c.unread = strstr(text, "unread") != NULL;
    key.tuple.end[SIDE_CLIENT] = end_of(r, SIDE_CLIENT);
    key.tuple.end[SIDE_SERVER] = end_of(r, SIDE_SERVER);
    track_call(r->t, &key, &c, (uint64_t)(time * 1e9), r->row++);
}

/* --- what is expected
 * ------------------------------------------------------------------------------------------- */

static void put_labels(char *out, size_t size, uint64_t labels)
{
    out[0] = 0;
    for (int i = 0; i < LABEL_COUNT; i++)
        if (labels >> i & 1)
            snprintf(out + strlen(out), size - strlen(out), "%s%s", out[0] ? "," : "",
                     label_name((enum label)i));
    if (!out[0])
        snprintf(out, size, "-");
}

static const char *or_mark(const char *name)
{
    return name ? name : "?";
}

static void got_of(const struct run *r, const char *want, char *out, size_t size)
{
    const struct verdict *v = &r->v;
    struct conn_view view = {.state = {STATE_UNKNOWN, STATE_UNKNOWN}};
    if (track_count(r->t))
        track_view(r->t, (uint32_t)track_count(r->t) - 1, &view);
    out[0] = 0;
    if (!strncmp(want, "acks ", 5)) {
        snprintf(out, size, "acks %u", v->acks_frame);
    } else if (!strncmp(want, "repeats ", 8)) {
        snprintf(out, size, "repeats ");
        for (uint32_t i = 0; i < v->repeats_count; i++)
            snprintf(out + strlen(out), size - strlen(out), "%s%u", i ? "," : "", v->repeats[i]);
    } else if (!strncmp(want, "step ", 5)) {
        snprintf(out, size, "step %s", v->step ? step_name(v->step) : "-");
    } else if (!strncmp(want, "cause ", 6)) {
        snprintf(out, size, "cause %s", v->cause ? cause_name(v->cause) : "-");
    } else if (!strncmp(want, "says ", 5)) {
        snprintf(out, size, "says %s", annot_names[v->annot.id]);
    } else if (!strncmp(want, "n ", 2)) {
        snprintf(out, size, "n %u", v->annot.number);
    } else if (!strncmp(want, "seq ", 4)) {
        snprintf(out, size, "seq %u", v->seq);
    } else if (!strncmp(want, "win ", 4)) {
        snprintf(out, size, "win %u", v->win);
    } else if (!strncmp(want, "conns ", 6)) {
        snprintf(out, size, "conns %zu", track_count(r->t));
    } else if (!strncmp(want, "listener ", 9)) {
        snprintf(out, size, "listener %s", or_mark(state_name(track_listener(r->t))));
    } else if (strchr(want, '/')) {
        snprintf(out, size, "%s/%s", or_mark(state_name(view.state[0])), or_mark(state_name(view.state[1])));
    } else {
        put_labels(out, size, v->labels);
    }
}

static void expect(struct run *r, char *wants)
{
    char *rest = NULL;
    for (char *want = strtok_r(wants, ";\n", &rest); want; want = strtok_r(NULL, ";\n", &rest)) {
        char got[LINE];
        while (isspace((unsigned char)*want))
            want++;
        for (size_t n = strlen(want); n && isspace((unsigned char)want[n - 1]); n--)
            want[n - 1] = 0;
        got_of(r, want, got, sizeof got);
        if (strcmp(got, want) != 0) {
            print_error("%s:%d: expected \"%s\", got \"%s\"\n", r->plan->path, r->line, want, got);
            r->plan->mistakes++;
        }
    }
}

/* --- the player
 * ------------------------------------------------------------------------------------------------- */

static void set_option(struct run *r, const char *text)
{
    if (strstr(text, "option live"))
        r->options.live = true;
    if (strstr(text, "option wire"))
        r->options.wire = true;
    if (strstr(text, "option port"))
        r->options.server_port = r->server_port;
    if (strstr(text, "option self"))
        r->self = true;
}

static void play_event(struct run *r, double time, char *text)
{
    char side_word[16] = "", verb[16] = "";
    int used = 0;
    if (sscanf(text, "arrived %u", &r->serial) == 1) {
        uint32_t frame = r->serial;
        r->serial = 0;
        track_arrived(r->t, frame);
        return;
    }
    assert_int_equal(sscanf(text, "%15s %15s %n", side_word, verb, &used), 2);
    int side = !strcmp(side_word, "server");
    const char *rest = text + used;
    if (!strcmp(verb, ">")) {
        const char *to = strchr(rest, ' ');
        assert_non_null(to);
        play_segment(r, time, side, to + 1);
    } else if (!strcmp(verb, "call")) {
        play_call(r, time, side, rest);
    } else if (!strcmp(verb, "counter")) {
        char name[40] = "";
        sscanf(rest, "%39s", name);
        struct event_counter c = {.side = (enum side)side, .name = name, .delta = 1};
        track_counter(r->t, &c, UINT64_C(1700000000000000000) + (uint64_t)(time * 1e9), r->row++);
    } else {
        assert_string_equal(verb, "gone");
        track_gone(r->t, (uint32_t)track_count(r->t) - 1, (enum side)side);
    }
}

static void play_line(struct run *r, char *line)
{
    char *wants = strchr(line, '#');
    if (wants)
        *wants++ = 0;
    while (isspace((unsigned char)*line))
        line++;
    if (!*line)
        return;
    char side[16];
    uint32_t isn;
    if (!strncmp(line, "option", 6)) {
        set_option(r, line);
        return;
    }
    if (sscanf(line, "isn %15s %u", side, &isn) == 2) {
        r->isn[!strcmp(side, "server")] += isn;
        return;
    }
    if (!r->t)
        r->t = track_new(&r->mem, &r->options);
    if (!r->t)
        return;
    char *rest;
    double time = strtod(line, &rest);
    play_event(r, time, rest + 1);
    if (!wants || r->plan->without >= 0 || r->plan->memory >= 0)
        return;
    assert_int_equal(annot_labels(r->v.annot.id) & ~r->v.labels, 0);
    expect(r, wants);
}

static void play(struct plan *plan)
{
    struct run r = {.plan = plan, .isn = {plan->isn[0], plan->isn[1]}, .server_port = 3344};
    r.mem = (struct mem){.resize = resize, .ctx = &r};
    FILE *f = fopen(plan->path, "r");
    assert_non_null(f);
    char line[LINE];
    plan->segments = plan->mistakes = 0;
    for (r.line = 1; fgets(line, sizeof line, f); r.line++)
        play_line(&r, line);
    fclose(f);
    track_free(r.t);
}

/* --- the tests
 * -------------------------------------------------------------------------------------------------- */

static char paths[200][160];
static int path_count;

static void find_traces(void)
{
    DIR *d = opendir("tests/trace");
    const struct dirent *e;
    while (d && (e = readdir(d)) && path_count < 200)
        if (strstr(e->d_name, ".trace") && strlen(e->d_name) < 120)
            snprintf(paths[path_count++], sizeof paths[0], "tests/trace/%.120s", e->d_name);
    if (d)
        closedir(d);
}

static int mistakes_with(uint32_t client, uint32_t server)
{
    int mistakes = 0;
    for (int i = 0; i < path_count; i++) {
        struct plan p = {.path = paths[i], .isn = {client, server}, .without = -1, .memory = -1};
        play(&p);
        assert_true(p.segments > 0);
        mistakes += p.mistakes;
    }
    return mistakes;
}

static void traces(void **state)
{
    (void)state;
    assert_true(path_count >= 40);
    assert_int_equal(mistakes_with(1000, 500000), 0);
}

/* The same verdicts where the numbers pass 2^32, and where they pass 2^31. */
static void traces_at_the_wrap(void **state)
{
    (void)state;
    assert_int_equal(mistakes_with(UINT32_MAX - 3, UINT32_MAX), 0);
    assert_int_equal(mistakes_with(UINT32_MAX - 2000, INT32_MAX - 1), 0);
}

/* A sniffer misses segments: nothing may break. */
static void each_segment_missing(void **state)
{
    (void)state;
    for (int i = 0; i < path_count; i++) {
        struct plan p = {.path = paths[i], .isn = {UINT32_MAX - 5, 7}, .without = 0, .memory = -1};
        do {
            play(&p);
        } while (++p.without < p.segments);
    }
}

static void each_allocation_fails(void **state)
{
    (void)state;
    for (int i = 0; i < path_count; i++) {
        struct plan p = {.path = paths[i], .isn = {5, 7}, .without = -1, .memory = 0};
        for (; p.memory < 40; p.memory++)
            play(&p);
    }
}

int main(void)
{
    find_traces();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces),
        cmocka_unit_test(traces_at_the_wrap),
        cmocka_unit_test(each_segment_missing),
        cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
