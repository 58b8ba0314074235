/* aside.c: the frames that are no rows, told by what they were. */
#include "scene/fill.h"

static const struct {
    const char *words;
    enum frame_kind kind;
    bool usual;
} kinds[] = {
    {N_("later fragments of segments: {n}"), FRAME_LATER_FRAGMENT, false},
    {N_("frames cut by the capture before TCP begins: {n}"), FRAME_CUT, false},
    {N_("TCP headers cut by the capture before the flags: {n}"), FRAME_TCP_CUT, false},
    {N_("frames with headers that cannot be: {n}"), FRAME_BROKEN, false},
    {N_("frames that are not TCP: {n}"), FRAME_OTHER, true},
};

static void put_count(struct str *out, const struct voice *v, const char *english, uint64_t n, int linktype)
{
    struct str count, type;
    str_init(&count, out->mem);
    str_init(&type, out->mem);
    str_put_u64(&count, n);
    str_put_i64(&type, linktype);
    put_filled(out, v, english, "n", count.at, "type", type.at, NULL);
    out->failed = out->failed || count.failed || type.failed;
    str_release(&count);
    str_release(&type);
}

bool say_aside(struct str *out, const struct voice *v, const struct session *s, size_t i, bool *usual)
{
    int linktype;
    uint64_t n;
    size_t links = 0;
    *usual = false;
    while (session_unknown_link(s, links, &linktype, &n)) {
        if (links++ == i) {
            put_count(out, v, N_("frames of link type {type}, which is not known: {n}"), n, linktype);
            return true;
        }
    }
    for (size_t k = 0, at = links; k < COUNT_OF(kinds); k++) {
        n = session_frames_of(s, kinds[k].kind);
        if (n && at++ == i) {
            put_count(out, v, kinds[k].words, n, 0);
            *usual = kinds[k].usual;
            return true;
        }
    }
    return false;
}
