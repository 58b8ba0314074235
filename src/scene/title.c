/* title.c: a row's name in a word or two, and a system call as a thin row. */
#include "scene/fill.h"

#include <string.h>

/* The label that names a segment, the most telling first. */
static const enum label title_order[] = {
    LABEL_RST,
    LABEL_SIMULTANEOUS_OPEN,
    LABEL_SYN,
    LABEL_SYN_ACK,
    LABEL_HANDSHAKE_ACK,
    LABEL_ZERO_WINDOW_PROBE,
    LABEL_ZERO_WINDOW_PROBE_ACK,
    LABEL_KEEP_ALIVE,
    LABEL_KEEP_ALIVE_ACK,
    LABEL_CHALLENGE_ACK,
    LABEL_TAIL_LOSS_PROBE,
    LABEL_FAST_RETRANSMISSION,
    LABEL_SPURIOUS_RETRANSMISSION,
    LABEL_RETRANSMISSION,
    LABEL_OUT_OF_ORDER,
    LABEL_SIMULTANEOUS_CLOSE,
    LABEL_FIN,
    LABEL_FIN_ACK,
    LABEL_WINDOW_UPDATE,
    LABEL_ZERO_WINDOW,
    LABEL_DUP_ACK,
    LABEL_DATA,
    LABEL_ACK,
};

/* The data that a segment brings, as far as captured; NULL: none. */
static const char *data_of(const struct session *s, const struct row *r, size_t *len)
{
    struct seg seg;
    uint32_t caplen, wirelen;
    int linktype;
    if (row_len(r) == 0 || !session_head(s, r, &seg))
        return NULL;
    const uint8_t *bytes = session_bytes(s, r, &caplen, &wirelen, &linktype);
    if (!bytes || seg.data.at > caplen || seg.data.len > caplen - seg.data.at)
        return NULL;
    *len = seg.data.len;
    return (const char *)bytes + seg.data.at;
}

static const char *const http_starts[] = {"GET ",    "POST ",    "HEAD ",  "PUT ",
                                          "DELETE ", "OPTIONS ", "PATCH ", "HTTP/1."};

void put_http_kind(struct str *out, const struct session *s, const struct row *r, bool ascii)
{
    enum { VERSION = 9 /* "HTTP/1.1 " */, SHOWN = 16 };
    size_t len = 0;
    const char *data = data_of(s, r, &len);
    for (size_t i = 0; data && i < COUNT_OF(http_starts); i++) {
        if (len == 0 || *data != *http_starts[i])
            continue;
        size_t n = strlen(http_starts[i]);
        if (len < n || memcmp(data, http_starts[i], n) != 0)
            continue;
        bool answer = i + 1 == COUNT_OF(http_starts);
        size_t from = answer ? VERSION : 0, to = answer ? VERSION : n - 1;
        while (answer && to < len && to < VERSION + SHOWN && data[to] != '\r' && data[to] != '\n')
            to++;
        if (from < to && to <= len)
            str_put_safe(out, data + from, to - from, ascii);
        return;
    }
}

/* The start of a request or an answer, as far as one line may show it: "POST /blog/", "HTTP/1.1 200 OK". */
static void put_http(struct str *out, const char *data, size_t len, bool ascii)
{
    enum { SHOWN = 40 };
    for (size_t i = 0; i < COUNT_OF(http_starts); i++) {
        size_t n = strlen(http_starts[i]);
        if (len < n || memcmp(data, http_starts[i], n) != 0)
            continue;
        /* A request up to its version; an answer up to the line's end. */
        size_t end = n;
        while (end < len && end < SHOWN && data[end] != '\r' && data[end] != '\n' &&
               (i + 1 == COUNT_OF(http_starts) ? true : data[end] != ' '))
            end++;
        str_put(out, ", ");
        str_put_safe(out, data, end, ascii);
        return;
    }
}

/* The most telling of a set of labels; LABEL_COUNT: the set is empty. */
static enum label telling(uint64_t labels)
{
    for (size_t i = 0; i < COUNT_OF(title_order); i++) {
        if (labels & LABEL_BIT(title_order[i]))
            return title_order[i];
    }
    enum label l = 0;
    while (l < LABEL_COUNT && !(labels & LABEL_BIT(l)))
        l++;
    return l;
}

void say_title(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    /* What the sentence speaks of names the row; a title that says something else would confuse. */
    enum label l = telling(r->labels & annot_labels((enum annot_id)r->annot));
    if (l == LABEL_COUNT)
        l = telling(r->labels);
    if (l < LABEL_COUNT)
        put_words(out, v, label_words(l));
    else /* no label fits a header that cannot be or flags without sense */
        say_brief(out, v, s, r);
    size_t len = 0;
    const char *data = data_of(s, r, &len);
    if (data)
        put_http(out, data, len, v->ascii);
}

struct conn_words {
    uint32_t conn;
    const struct tuple *tuple;
    bool ascii;
};

static bool conn_value(void *ctx, struct str *out, const char *name, size_t len)
{
    const struct conn_words *w = ctx;
    if (len == 1 && *name == 'n') {
        str_put_u64(out, (uint64_t)w->conn + 1);
        return true;
    }
    str_put_endpoint(out, &w->tuple->end[SIDE_CLIENT]);
    str_put(out, w->ascii ? " <-> " : " ⇄ ");
    str_put_endpoint(out, &w->tuple->end[SIDE_SERVER]);
    return true;
}

void say_conn(struct str *out, const struct voice *v, uint32_t conn, const struct tuple *tuple)
{
    struct conn_words w = {conn, tuple, v->ascii};
    fill(out, say(v, N_("connection {n}: {endpoints}")), v->ascii, conn_value, &w);
}

/* The arguments without the data itself, which the segment shows: 7, "POST /blog/…", 431 becomes 7, …, 431.
 */
static void put_args(struct str *out, const char *args, bool ascii)
{
    struct str left;
    str_init(&left, out->mem);
    while (args && *args) {
        size_t run = strcspn(args, "\"");
        str_put_n(&left, args, run);
        args += run;
        if (!*args)
            break;
        size_t end = 1;
        while (args[end] && args[end] != '"')
            end += args[end] == '\\' && args[end + 1] ? 2 : 1;
        str_put(&left, "…");
        args += args[end] ? end + 1 : end;
        /* A mark of what was cut may follow the closing quote. */
        if (strncmp(args, "…", strlen("…")) == 0)
            args += strlen("…");
        else if (strncmp(args, "...", 3) == 0)
            args += 3;
    }
    put_foreign(out, left.at, ascii);
    out->failed = out->failed || left.failed;
    str_release(&left);
}

/* What came of a call. A result of 0 says nothing but that it went well, except from read(): there it is the
 * peer's FIN. */
static void put_result(struct str *out, const struct voice *v, const struct event_call *c)
{
    if (c->errname) {
        str_put(out, " = ");
        put_foreign(out, c->errname, v->ascii);
    } else if (c->kind == CALL_READ && c->result == 0) {
        put_words(out, v, N_(" = 0: the peer's FIN"));
    } else if (c->result != 0) {
        str_put(out, " = ");
        str_put_i64(out, c->result);
    }
}

/* The arguments of a socket option without descriptor and level, which its name tells too: what is set, and
 * to what, has to fit. */
static const char *without_level(const struct event_call *c)
{
    const char *args = c->args;
    if (!args || !strstr(c->name, "sockopt"))
        return args;
    for (int skip = 0; skip < 2; skip++) {
        const char *comma = strstr(args, ", ");
        if (!comma)
            return c->args;
        args = comma + 2;
    }
    return args;
}

void say_call(struct str *out, const struct voice *v, const struct event_call *c)
{
    struct str end;
    str_init(&end, out->mem);
    str_put_char(&end, ')');
    put_result(&end, v, c);
    size_t start = out->len, cells = cells_of(end.at, end.len);
    put_foreign(out, c->name, v->ascii);
    str_put_char(out, '(');
    put_args(out, without_level(c), v->ascii);
    /* Rather some arguments than the result are left out. */
    cut_at_word(out, start, BRIEF_CELLS - cells, v->ascii);
    str_put_n(out, end.at, end.len);
    out->failed = out->failed || end.failed;
    str_release(&end);
}
