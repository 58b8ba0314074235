/* remarks.c: what is odd about a segment as it was captured, beside what it is: offload, options that cannot
 * be read. Told where there is room for it. */
#include "scene/fill.h"

/* The most that the other side said it takes in one segment; 0: it is not known. */
static uint32_t mss_of(const struct session *s, const struct row *r)
{
    return session_mss(s, r->conn, side_other((enum side)r->side));
}

static bool has_no_length(const struct seg *g, uint32_t mss)
{
    (void)mss;
    return g->offloaded;
}

static bool is_too_large(const struct seg *g, uint32_t mss)
{
    return mss && g->len > mss && seg_measured(g);
}

static bool is_malformed(const struct seg *g, uint32_t mss)
{
    (void)mss;
    return g->opt.malformed;
}

static bool is_cut(const struct seg *g, uint32_t mss)
{
    (void)mss;
    return g->opt.cut && !g->broken;
}

static bool is_packed(const struct seg *g, uint32_t mss)
{
    (void)mss;
    return g->tcp.len == 0;
}

static const struct {
    bool (*holds)(const struct seg *g, uint32_t mss);
    const char *words; /* may name {len} and {mss} */
} remarks[] = {
    {has_no_length, N_("Its IP header says no length: it was captured before the card cut it into segments "
                       "(segmentation offload), and the frame's own length is taken.")},
    {is_too_large,
     N_("With {len} bytes it is larger than any segment may be here, {mss}: on its way the card makes "
        "several of it, or it was joined from several on arrival (offload).")},
    {is_packed, N_("IP packed it (IPComp), so that its bytes cannot be looked at here.")},
    {is_malformed, N_("One of its options says a length that cannot be; only those before it count.")},
    {is_cut, N_("The capture ends within its header, so that not all of its options are known.")},
};

void put_clock_back(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    const uint64_t back_ns = session_went_back(s, r);
    if (!back_ns)
        return;
    struct str span;
    str_init(&span, out->mem);
    str_put_span(&span, v->steady ? 0 : back_ns, v->ascii);
    put_gap(out, v);
    put_filled(
        out, v,
        N_("In the capture it stands behind a frame whose time is {span} later: the capture's clock went "
           "back, or the frames are not in the order of their times."),
        "span", span.at, NULL);
    out->failed = out->failed || span.failed;
    str_release(&span);
}

void say_remarks(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    struct seg g;
    if (!session_seg(s, r, &g))
        return;
    const uint32_t mss = mss_of(s, r);
    struct str len, most;
    str_init(&len, out->mem);
    str_init(&most, out->mem);
    str_put_u64(&len, g.len);
    str_put_u64(&most, mss);
    for (size_t i = 0; i < COUNT_OF(remarks); i++) {
        if (!remarks[i].holds(&g, mss))
            continue;
        put_gap(out, v);
        put_filled(out, v, remarks[i].words, "len", len.at, "mss", most.at, NULL);
    }
    out->failed = out->failed || len.failed || most.failed;
    str_release(&len);
    str_release(&most);
}
