/* Labels, steps, states and frames from hand-written traces (tests/trace). */
#include <inttypes.h>
#include "unit/trace.h"

#include "plat/heap.h"

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
    struct mem mem;
    int allocations;
    uint32_t row;
    int line;
    struct verdict v;
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
    } else if (!strncmp(want, "silence ", 8)) {
        snprintf(out, size, "silence %" PRIu64, v->annot.silence_us / 1000);
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
        char got[TRACE_LINE];
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

static void play_segment(struct run *r, const struct trace_step *p)
{
    if (r->plan->without == r->plan->segments++)
        return;
    r->row++;
    bool judged = track_segment(r->t, &p->seg, &r->v);
    assert_true(judged || r->plan->memory >= 0);
}

/* Calls and counters stand on the timeline too, so each takes a row. */
static void play_step(struct run *r, struct trace_step *p)
{
    struct event_counter counter = {.side = p->side, .name = p->name, .delta = 1};
    p->call.name = p->name;
    switch (p->kind) {
    case TRACE_SEGMENT: play_segment(r, p); break;
    case TRACE_CALL: track_call(r->t, &p->key, &p->call, p->time_ns, r->row++); break;
    case TRACE_COUNTER: track_counter(r->t, &counter, p->time_ns, r->row++); break;
    case TRACE_GONE: track_gone(r->t, (uint32_t)track_count(r->t) - 1, p->side); break;
    case TRACE_WIRE: track_wire(r->t, &p->wire, p->time_ns, &(enum side){SIDE_CLIENT}); break;
    }
}

static void play(struct plan *plan)
{
    static struct trace t;
    struct run r = {.plan = plan};
    r.mem = (struct mem){.resize = resize, .ctx = &r};
    plan->segments = plan->mistakes = 0;
    trace_read(&t, plan->path, plan->isn[0], plan->isn[1]);
    r.t = track_new(&r.mem, &t.options);
    for (size_t i = 0; r.t && i < t.steps; i++) {
        play_step(&r, &t.step[i]);
        r.line = t.step[i].line;
        if (!t.step[i].wants[0] || plan->without >= 0 || plan->memory >= 0)
            continue;
        assert_int_equal(annot_labels(r.v.annot.id) & ~r.v.labels, 0);
        expect(&r, t.step[i].wants);
    }
    track_free(r.t);
}

/* --- the tests
 * -------------------------------------------------------------------------------------------------- */

static char paths[TRACES_MOST][160];
static int path_count;

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
    path_count = trace_find(paths);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces),
        cmocka_unit_test(traces_at_the_wrap),
        cmocka_unit_test(each_segment_missing),
        cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
