/* summary.c: the connections one after the other. Nothing but counts is looked at, so that a capture of any
 * size takes no more memory than its connections. */
#include "export/summary.h"

#include "export/summary_lines.h"

enum { GATHER = 1 << 16 };

static bool hand_over(struct str *out, struct export_sink sink, bool now)
{
    if (out->failed || (!now && out->len < GATHER))
        return !out->failed;
    bool good = out->len == 0 || sink.put(sink.ctx, out->at, out->len);
    str_clear(out);
    return good;
}

bool summary_put(const struct session *s, const struct voice *v, bool json, struct export_sink sink,
                 const struct mem *m)
{
    struct str out;
    struct conn_view c;
    struct totals sum = {0};
    str_init(&out, m);
    if (!json)
        summary_head(&out, v);
    bool good = true;
    for (uint32_t i = 0; good && session_conn(s, i, &c); i++) {
        if (!c.first_frame)
            continue;
        if (json)
            summary_json(&out, i, &c);
        else
            summary_text(&out, v, i, &c, &sum);
        good = hand_over(&out, sink, false);
    }
    if (good && !json)
        summary_totals(&out, v, &sum);
    good = good && hand_over(&out, sink, true);
    str_release(&out);
    return good;
}
