/* A script: each line is a command or is told with its place; its conditions can be judged; each line can be
 * completed. */
#include "fuzz/fuzz.h"

#include "app/app.h"
#include "app/script.h"
#include "session/cond.h"
#include "unit/timeline.h"

static void offer(void *ctx, const char *word)
{
    *(size_t *)ctx += strlen(word);
}

static uint32_t mark(void *ctx, const char *name, size_t len)
{
    (void)ctx;
    return len && name[0] == 'm' ? 1 : NO_ROW;
}

static void as_condition(const char *line, size_t len, struct session *s)
{
    const struct cond_window w = {0, 0, mark, NULL};
    struct cmd_error e = {0};
    struct cond *c = cond_parse(heap_mem(), line, len, &e);
    uint32_t matched;
    struct str value;

    if (!c) {
        MUST(e.message && e.at <= len && e.len <= len - e.at);
        return;
    }
    str_init(&value, heap_mem());
    if (!cond_holds(c, s, &w, &matched))
        MUST(cond_instead(c, s, &w, &value));
    cond_free(c);
    str_release(&value);
}

static void as_line(const char *line, size_t len)
{
    struct cmd_error e = {0};
    struct cmd c;
    size_t offered = 0;

    if (!cmd_parse(command_table, command_count, line, len, &c, &e))
        MUST(e.message && e.at <= len && e.len <= len - e.at);
    cmd_complete(command_table, command_count, line, len, NULL, offer, &offered);
}

static bool has(const char *text, size_t len, const char *word)
{
    return memmem(text, len, word, strlen(word)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct session *s;
    struct app a = {.mem = heap_mem(), .labs = LABS_ALL};
    struct fail f = {0};
    char *text = malloc(len ? len : 1); /* not ended by 0 */

    if (!s) {
        s = a_session(heap_mem());
        shake_hands(s);
    }
    MUST(text);
    memcpy(text, bytes, len);
    as_condition(text, len, s);
    as_line(text, len);
    /* what is sourced is built in: no file of this machine, no device */
    if (!has(text, len, "source") || (!has(text, len, "/") && !has(text, len, "-"))) {
        struct script *made = script_new(&a, "fuzz", text, len, &f);
        MUST(made || (f.status && (f.what || f.why)));
        script_free(made);
        fail_release(&f);
    }
    free(text);
    return 0;
}
