/* The filter: what is typed is valid or says where it is not; valid, it can be asked of rows and connections.
 */
#include "fuzz/fuzz.h"

#include "session/filter.h"
#include "unit/timeline.h"

static void offer(void *ctx, const char *word)
{
    *(size_t *)ctx += strlen(word);
}

/* A connection with a call, a note, a copy and a close. */
static struct session *a_life(void)
{
    struct session *s = a_session(heap_mem());
    MUST(s);
    shake_hands(s);
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    see(s, at_us(300000), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    see(s, at_us(300020), SIDE_SERVER, TCP_ACK, 1, 101, 0);
    const struct event call = {
        .kind = EVENT_CALL,
        .time_ns = at_us(300030),
        .key = a_key(CLIENT_PORT),
        .u.call = {.side = SIDE_SERVER, .kind = CALL_READ, .name = "read", .args = "5", .fd = 5}};
    const struct event note = {
        .kind = EVENT_NOTE, .time_ns = at_us(300040), .u.note = {"look here", 9, true}};
    session_apply(s, &call);
    session_apply(s, &note);
    see(s, at_us(400000), SIDE_CLIENT, TCP_ACK | TCP_FIN, 101, 1, 0);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct session *s;
    struct cmd_error e = {0}, rows_only = {0};
    size_t offered = 0;
    char *line = malloc(len ? len : 1); /* not ended by 0 */

    if (!s)
        s = a_life();
    MUST(line);
    memcpy(line, bytes, len);
    filter_complete(line, len, false, offer, &offered);
    filter_complete(line, len, true, offer, &offered);
    struct filter *f = filter_parse(heap_mem(), line, len, &e);
    if (!f)
        MUST(e.message && e.at <= len && e.len <= len - e.at);
    for (size_t i = 0; f && i < session_rows(s); i++)
        filter_passes(f, s, session_row(s, i));
    if (f && filter_of_conns(f, &rows_only))
        filter_passes_conn(f, s, 0);
    else if (f)
        MUST(rows_only.message && rows_only.at <= len);
    filter_free(f);
    free(line);
    return 0;
}
