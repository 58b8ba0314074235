/* decode.c: walks a frame from layer to layer until one ends it (layer.h). */
#include "core/decode.h"
#include "core/layer.h"

/* No honest frame has more headers; one that has would only cost time. */
enum { MOST_LAYERS = 32 };

static enum layer (*const step[LAYER_COUNT])(struct walk *) = {
#define LAYER(id, function) [LAYER_##id] = (function),
    LAYERS(LAYER)
#undef LAYER
};

enum frame_kind walk_through(struct walk *w, enum layer first)
{
    enum layer next = first;
    for (int n = 0; next != LAYER_END && n < MOST_LAYERS; n++)
        next = step[next](w);
    return w->kind;
}

static enum frame_kind decode(struct seg *out, int linktype, const uint8_t *frame, uint32_t len,
                              uint32_t wirelen, bool unsummed)
{
    if (wirelen < len) /* damaged, or written by a tool that did not know it */
        wirelen = len;
    *out = (struct seg){.caplen = len, .wirelen = wirelen, .truncated = len < wirelen};
    struct walk w = {.frame = frame,
                     .end = len,
                     .wire_end = wirelen,
                     .seg = out,
                     .kind = FRAME_OTHER,
                     .unsummed = unsummed};
    return walk_through(&w, link_first(&w, linktype));
}

enum frame_kind seg_decode(struct seg *out, int linktype, const uint8_t *frame, uint32_t len,
                           uint32_t wirelen)
{
    return decode(out, linktype, frame, len, wirelen, false);
}

enum frame_kind seg_decode_again(struct seg *out, int linktype, const uint8_t *frame, uint32_t len,
                                 uint32_t wirelen)
{
    return decode(out, linktype, frame, len, wirelen, true);
}

uint32_t seg_space(const struct seg *s)
{
    return s->len + (s->flags & TCP_SYN ? 1u : 0u) + (s->flags & TCP_FIN ? 1u : 0u);
}
