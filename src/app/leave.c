/* leave.c: what is done before the program ends: the rest of what the kernel said, and the ends of the
 * exports. */
#include <poll.h>

#include "app/kept.h"
#include "app/outlet.h"
#include "app/parts.h"
#include "session/sampler.h"
#include "session/turn.h"

enum {
    DRAIN_NS = 20000000,
    DRAIN_MOST_NS = 2000000000, /* on a loaded machine the ring comes late */
    LOOK_MS = 3
};

/* Whether the sniffer has told everything that passed until then, or `since` is so long ago that it is not
 * waited for any longer. */
static bool drained(const struct app *a, uint64_t until_ns, uint64_t since)
{
    const uint64_t waited = clock_steady() - since;
    return !a->capture || waited >= DRAIN_MOST_NS ||
           (waited >= DRAIN_NS && turn_heard_until(a->turn) >= until_ns);
}

void app_drain(struct app *a)
{
    const uint64_t ended = clock_now(), since = clock_steady();

    a->leaving = true;
    while (!drained(a, ended, since)) {
        struct pollfd p = {.fd = capture_fd(a->capture), .events = POLLIN};
        poll(&p, 1, LOOK_MS);
        if (app_sniff(a) < 0)
            break;
    }
    if (a->wired) /* the programs' last calls have spoken */
        (void)app_sniff(a);
    turn_flush(a->turn);
    /* The kernel's last word: what differs from the machine is asked again, as in any turn. */
    for (const uint64_t first = clock_steady(); a->sampler; app_sniff(a)) {
        turn_flush(a->turn);
        sampler_run(a->sampler, clock_now());
        if (!sampler_unsettled(a->sampler) || clock_steady() - first >= DRAIN_MOST_NS)
            break;
        poll(NULL, 0, LOOK_MS);
    }
    turn_flush(a->turn);
}

void app_finish(struct app *a, struct fail *f)
{
    for (size_t i = 0; i < a->outlet_count; i++) {
        struct fail late = {0};
        if (!outlet_finish(a->outlets[i], &late) && !outlet_broken_pipe(a->outlets[i]) && !f->status)
            *f = late;
        else
            fail_release(&late);
    }
    kept_close(a->kept, f);
    a->kept = NULL;
    app_report(a, f);
    /* What memory was lacking for is no account of the whole. */
    if (!wants_screen(a->options) && !a->starved && !fail_starved(f))
        app_tell_aside(a, f);
    if (f->status && (!a->status || fail_starved(f)))
        a->status = (int)f->status;
    if (a->starved && fail_starved(f)) /* the same again */
        fail_release(f);
}
