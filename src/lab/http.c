/* http.c: a request ends where its head says that it ends: at the empty line, or as many bytes after it as
 * Content-Length or the chunks say (RFC 9112 6.3). Only the lines that decide this are looked at, so neither
 * a body of 1 GB nor one line of 1 GB takes memory. Lines before a request line are passed over, as RFC
 * 9112 2.2 allows for empty ones: a class also writes raw bytes into a connection, and the next request shall
 * still be answered. */
#include "lab/http.h"

#include <string.h>
#include <strings.h>

void http_next(struct http *h)
{
    *h = (struct http){.part = HTTP_START};
}

/* The minor number of the version that ends a line of `len` bytes; 0: it ends in none. */
static char version(const struct http *h, size_t len)
{
    const char *end = h->tail + (h->tail[sizeof h->tail - 1] != '\r');
    const bool is = len >= 9 && memcmp(end, " HTTP/1.", 8) == 0 && (end[8] == '0' || end[8] == '1');
    return is ? end[8] : '\0';
}

/* Where the value of header field `name` starts in the line; NULL: it is another field. */
static const char *field(const struct http *h, const char *name, size_t *len)
{
    size_t n = strlen(name), kept = h->line_len < HTTP_LINE_KEPT ? h->line_len : HTTP_LINE_KEPT;
    if (kept <= n || strncasecmp(h->line, name, n) != 0 || h->line[n] != ':')
        return NULL;
    size_t at = n + 1;
    while (at < kept && (h->line[at] == ' ' || h->line[at] == '\t'))
        at++;
    while (kept > at && (h->line[kept - 1] == ' ' || h->line[kept - 1] == '\t'))
        kept--;
    *len = kept - at;
    return h->line + at;
}

/* Whether a list like "keep-alive, Upgrade" has that word, in any case. */
static bool has_word(const char *list, size_t len, const char *word)
{
    size_t n = strlen(word);
    for (size_t at = 0; at < len;) {
        size_t end = at;
        while (end < len && list[end] != ',' && list[end] != ' ')
            end++;
        if (end - at == n && strncasecmp(list + at, word, n) == 0)
            return true;
        at = end + 1;
    }
    return false;
}

static int digit_of(char c, unsigned base)
{
    int d = c >= '0' && c <= '9'   ? c - '0'
            : c >= 'a' && c <= 'f' ? c - 'a' + 10
            : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                   : 99;
    return d < (int)base ? d : -1;
}

/* A number that fills the text, or (in a chunk's line) stands before ';' or a blank. False: there is none. */
static bool number(const char *text, size_t len, unsigned base, uint64_t *out)
{
    uint64_t v = 0;
    size_t i = 0;
    for (; i < len && text[i] != ';' && text[i] != ' '; i++) {
        int d = digit_of(text[i], base);
        if (d < 0 || v > UINT64_MAX / 32)
            return false;
        v = v * base + (uint64_t)d;
    }
    *out = v;
    return i > 0;
}

static void take_field(struct http *h)
{
    size_t len = 0;
    const char *value = field(h, "Content-Length", &len);
    if (value != NULL && !number(value, len, 10, &h->left))
        h->part = HTTP_WRONG;
    value = field(h, "Transfer-Encoding", &len);
    if (value != NULL && has_word(value, len, "chunked"))
        h->chunked = true;
    value = field(h, "Connection", &len);
    if (value != NULL && has_word(value, len, "close"))
        h->close = true;
    else if (value != NULL && has_word(value, len, "keep-alive"))
        h->close = false;
}

static void end_of_head(struct http *h)
{
    if (h->chunked)
        h->part = HTTP_CHUNK;
    else
        h->part = h->left > 0 ? HTTP_BODY : HTTP_COMPLETE;
}

static void take_chunk_size(struct http *h)
{
    size_t kept = h->line_len < HTTP_LINE_KEPT ? h->line_len : HTTP_LINE_KEPT;
    if (!number(h->line, kept, 16, &h->left)) {
        h->part = HTTP_WRONG;
    } else if (h->left == 0) {
        h->part = HTTP_TRAILER;
    } else {
        h->left += 2; /* the line end after the chunk's bytes */
        h->part = HTTP_CHUNK_DATA;
    }
}

/* A line is whole (its CR, if there was one, is still counted). */
static void take_line(struct http *h)
{
    if (h->line_len > 0 && h->line_len <= HTTP_LINE_KEPT && h->line[h->line_len - 1] == '\r')
        h->line_len--;
    switch (h->part) {
    case HTTP_START:
    case HTTP_WRONG:
        if (version(h, h->line_len)) {
            bool old = version(h, h->line_len) == '0', refused = h->refused || h->part == HTTP_WRONG;
            *h =
                (struct http){.part = HTTP_FIELDS, .head_len = h->line_len, .close = old, .refused = refused};
        }
        break;
    case HTTP_FIELDS:
        if (h->line_len == 0)
            end_of_head(h);
        else
            take_field(h);
        break;
    case HTTP_CHUNK: take_chunk_size(h); break;
    case HTTP_TRAILER:
        if (h->line_len == 0)
            h->part = HTTP_COMPLETE;
        break;
    case HTTP_BODY:
    case HTTP_CHUNK_DATA:
    case HTTP_COMPLETE: break;
    }
    h->line_len = 0;
}

/* One byte of a head. */
static void take_byte(struct http *h, char c)
{
    if (++h->head_len > HTTP_HEAD_MAX && h->part != HTTP_WRONG) {
        h->part = HTTP_WRONG;
        h->line_len = 0;
    }
    if (c == '\n') {
        take_line(h);
        return;
    }
    if (h->line_len < HTTP_LINE_KEPT)
        h->line[h->line_len] = c;
    memmove(h->tail, h->tail + 1, sizeof h->tail - 1);
    h->tail[sizeof h->tail - 1] = c;
    h->line_len++;
}

/* The middle of a long line, of which nothing is looked at: how many bytes it is. Its end is left for
 * take_byte. */
static size_t skip_line(struct http *h, const char *bytes, size_t len)
{
    enum { END_LOOKED_AT = 16 };
    if (h->line_len < HTTP_LINE_KEPT)
        return 0;
    const char *end = memchr(bytes, '\n', len);
    size_t n = end != NULL ? (size_t)(end - bytes) : len;
    if (n <= END_LOOKED_AT)
        return 0;
    h->line_len += n - END_LOOKED_AT;
    h->head_len += n - END_LOOKED_AT;
    return n - END_LOOKED_AT;
}

static size_t skip_body(struct http *h, size_t len)
{
    size_t n = h->left < len ? (size_t)h->left : len;
    h->left -= n;
    if (h->left == 0)
        h->part = h->part == HTTP_BODY ? HTTP_COMPLETE : HTTP_CHUNK;
    return n;
}

size_t http_feed(struct http *h, const char *bytes, size_t len)
{
    size_t at = 0;
    while (at < len && h->part != HTTP_COMPLETE) {
        if (h->part == HTTP_BODY || h->part == HTTP_CHUNK_DATA) {
            at += skip_body(h, len - at);
        } else {
            at += skip_line(h, bytes + at, len - at);
            take_byte(h, bytes[at++]);
        }
        if (h->part == HTTP_CHUNK || h->part == HTTP_TRAILER)
            h->head_len = 0; /* what is bounded there is the line, and a line keeps nothing */
    }
    return at;
}

void http_request_head(struct str *out, const struct endpoint *host, uint64_t body, bool post)
{
    str_put(out, post ? "POST" : "GET");
    str_put(out, " /blog/ HTTP/1.1\r\nHost: ");
    str_put_endpoint(out, host);
    str_put(out, "\r\n");
    if (post || body > 0) {
        str_put(out, "Content-Length: ");
        str_put_u64(out, body);
        str_put(out, "\r\nContent-Type: text/plain; charset=utf-8\r\n");
    }
    str_put(out, "Connection: keep-alive\r\n"
                 "Cache-Control: max-age=0\r\n"
                 "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
                 "User-Agent: tcpviz/" TCPVIZ_VERSION "\r\n"
                 "Accept-Language: en-US,en;q=0.8,zh-CN;q=0.6,zh;q=0.4\r\n"
                 "Cookie: lesson=tcp; seat=12\r\n"
                 "\r\n");
}

void http_answer(struct str *out, const char *text, size_t len, bool close)
{
    str_put(out, "HTTP/1.1 200 OK\r\n"
                 "Content-Type: text/plain; charset=utf-8\r\n"
                 "X-Frame-Options: SAMEORIGIN\r\n"
                 "Content-Length: ");
    str_put_u64(out, len);
    str_put(out, close ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n");
    str_put_n(out, text, len);
}

void http_refusal(struct str *out)
{
    str_put(out, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}
