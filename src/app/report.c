/* report.c: what a whole capture is told as on standard output, instead of its rows: its connections, or a
 * lab sheet. */
#include <errno.h>
#include "app/parts.h"
#include "export/labsheet.h"
#include "export/summary.h"
#include "plat/file.h"

bool app_reports(const struct options *o)
{
    return o->summary || o->labsheet;
}

static bool to_file(void *ctx, const char *bytes, size_t len)
{
    return outfile_write(ctx, bytes, len);
}

static bool put_report(struct app *a, struct export_sink sink)
{
    static const enum labsheet_kind kinds[] = {
        [SHEET_WHOLE] = LABSHEET_WHOLE, [SHEET_BLANK] = LABSHEET_BLANK, [SHEET_ANSWERS] = LABSHEET_ANSWERS};
    const struct options *o = a->options;
    if (o->labsheet)
        return labsheet_put(a->session, &a->voice, kinds[o->labsheet], sink, a->mem);
    return summary_put(a->session, &a->voice, o->summary == SUMMARY_JSON, sink, a->mem);
}

void app_report(struct app *a, struct fail *f)
{
    const bool nothing_read = a->status == FAIL_SYSTEM && session_frames(a->session) == 0;
    if (!app_reports(a->options) || nothing_read) /* of what is no capture there is nothing to tell */
        return;
    struct outfile *out = outfile_open("-", f);
    if (!out)
        return;
    session_finish(a->session);
    const bool good = put_report(a, (struct export_sink){to_file, out});
    if (outfile_commit(out, f) && !good)
        fail_errno(f, ENOMEM, NULL, "%s", a->options->labsheet ? "--labsheet" : "--summary");
}
