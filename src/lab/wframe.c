/* wframe.c: frames that are on the wire, and where they are found by their number. */
#include "lab/wire_state.h"

#include <string.h>

#include "lab/fate.h"

static struct wframe **bucket_of(struct wire *w, uint32_t id)
{
    return &w->bucket[id % BUCKETS];
}

static struct wframe *make(struct wire *w, uint32_t id, enum side from, const uint8_t *bytes, uint32_t len)
{
    struct wframe *f = w->o.mem->resize(w->o.mem->ctx, NULL, 0, sizeof *f + len);
    struct wframe **at = bucket_of(w, id);
    if (!f)
        return NULL;
    *f = (struct wframe){.from = from, .id = id, .len = len};
    memcpy(f->bytes, bytes, len);
    while (*at)
        at = &(*at)->same_bucket; /* the original is found before its copies */
    *at = f;
    w->on_wire++;
    return f;
}

struct wframe *wframe_new(struct wire *w, enum side from, const uint8_t *bytes, uint32_t len)
{
    struct wframe *f = make(w, w->frames + 1, from, bytes, len);
    if (f)
        w->frames++;
    return f;
}

struct wframe *wframe_copy(struct wire *w, const struct wframe *f)
{
    uint8_t copy = 0;
    for (const struct wframe *at = *bucket_of(w, f->id); at; at = at->same_bucket)
        if (at->id == f->id && at->copy >= copy)
            copy = (uint8_t)(at->copy + 1);
    struct wframe *twin = copy < COPIES_MOST ? make(w, f->id, f->from, f->bytes, f->len) : NULL;
    if (!twin)
        return NULL;
    twin->copy = copy;
    twin->number = f->number;
    twin->own = true; /* chance has been at it */
    twin->corrupted = f->corrupted;
    twin->left_ns = f->left_ns;
    twin->tcp = f->tcp;
    twin->data = f->data;
    twin->flags = f->flags;
    twin->rest_ns = f->rest_ns;
    return twin;
}

void wframe_free(struct wire *w, struct wframe *f)
{
    struct wframe **at = bucket_of(w, f->id);
    while (*at != f)
        at = &(*at)->same_bucket;
    *at = f->same_bucket;
    w->on_wire--;
    mem_free(w->o.mem, f, sizeof *f + f->len);
}

struct wframe *wframe_find(const struct wire *w, uint32_t id)
{
    struct wframe *f = w->bucket[id % BUCKETS];
    while (f && f->id != id)
        f = f->same_bucket;
    return f;
}

/* One bit of the payload, or of the TCP header where there is none; of what is no TCP, of its end. */
void wframe_flip(struct wire *w, struct wframe *f)
{
    uint32_t from = f->data && f->data < f->len ? f->data : f->tcp;
    if (from == 0 || from >= f->len)
        from = f->len - 1;
    const uint64_t bit = fate_draw(w->o.seed, f->from, f->number, FATE_BIT) % ((uint64_t)(f->len - from) * 8);
    f->bytes[from + bit / 8] ^= (uint8_t)(1u << bit % 8);
    f->corrupted = true;
}
