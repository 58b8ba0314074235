/* knobs.c: the kernel's settings for the lab's networks: changed by `sysctl`, and put back by `reset`. */
#include <string.h>

#include "lab/state.h"
#include "plat/sysctls.h"

enum { VALUE_ROOM = 256 };

/* What a setting was before it was changed first. */
struct knob {
    struct knob *next;
    size_t size;    /* of all this */
    enum side side; /* whose host; SIDE_NONE: the one network there is */
    const char *value;
    char name[];
};

static void visit(const struct lab *l, enum side side)
{
    if (side != SIDE_NONE)
        hosts_visit(&l->hosts, side);
}

static void leave(const struct lab *l, enum side side)
{
    if (side != SIDE_NONE)
        hosts_leave(&l->hosts);
}

/* Remembers it, where it is not remembered yet. What cannot be read cannot be put back. */
static void remember(struct lab *l, enum side side, const char *name)
{
    char value[VALUE_ROOM];
    struct fail f = {0};
    for (const struct knob *k = l->knobs; k != NULL; k = k->next)
        if (k->side == side && strcmp(k->name, name) == 0)
            return;
    if (sysctl_read(name, value, sizeof value, &f)) {
        const size_t len = strlen(name) + 1, value_len = strlen(value) + 1;
        const size_t size = sizeof(struct knob) + len + value_len;
        struct knob *k = mem_new(l->o.mem, size);
        if (k != NULL) {
            memcpy(k->name, name, len);
            k->value = memcpy(k->name + len, value, value_len);
            k->side = side;
            k->size = size;
            k->next = l->knobs;
            l->knobs = k;
        }
    }
    fail_release(&f);
}

static bool change(struct lab *l, enum side side, const char *name, const char *value, struct fail *f)
{
    visit(l, side);
    remember(l, side, name);
    const bool good = sysctl_write(name, value, f);
    leave(l, side);
    return good;
}

bool lab_sysctl(struct lab *l, enum side side, const char *name, const char *value, struct fail *f)
{
    bool good = true;
    if (l->o.kind == LAB_HOST)
        return fail_set(f, FAIL_EXPECT, N_("the settings of this machine are not the lab's to change"), NULL,
                        "sysctl");
    if (!hosts_exist(&l->hosts))
        return change(l, SIDE_NONE, name, value, f);
    for (enum side s = SIDE_CLIENT; good && s < SIDE_COUNT; s++)
        if (side == SIDE_NONE || side == s)
            good = change(l, s, name, value, f);
    return good;
}

void knobs_reset(struct lab *l, bool put_back)
{
    for (struct knob *k; (k = l->knobs) != NULL;) {
        struct fail f = {0};
        l->knobs = k->next;
        if (put_back) {
            visit(l, k->side);
            sysctl_write(k->name, k->value, &f);
            leave(l, k->side);
        }
        fail_release(&f);
        mem_free(l->o.mem, k, k->size);
    }
}
