/* What is typed: a line as a command, a filter, a condition, and as something to be completed. */
#include "fuzz/fuzz.h"

#include "app/app.h"
#include "session/cond.h"
#include "session/filter.h"

static void offer(void *ctx, const char *word)
{
    *(size_t *)ctx += strlen(word);
}

static void in_line(const struct cmd_error *e, size_t len)
{
    MUST(e->at <= len && e->len <= len - e->at);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct cmd_error e = {0};
    struct cmd c;
    size_t offered = 0;
    char *line = malloc(len ? len : 1); /* not ended by 0 */

    MUST(line);
    memcpy(line, bytes, len);
    if (!cmd_parse(command_table, command_count, line, len, &c, &e)) {
        MUST(e.message);
        in_line(&e, len);
    }
    cmd_complete(command_table, command_count, line, len, NULL, offer, &offered);
    filter_complete(line, len, false, offer, &offered);
    filter_complete(line, len, true, offer, &offered);
    e = (struct cmd_error){0};
    struct filter *f = filter_parse(heap_mem(), line, len, &e);
    if (!f || !filter_of_conns(f, &e))
        in_line(&e, len);
    filter_free(f);
    e = (struct cmd_error){0};
    struct cond *cond = cond_parse(heap_mem(), line, len, &e);
    if (cond)
        cond_free(cond);
    else
        in_line(&e, len);
    free(line);
    return 0;
}
