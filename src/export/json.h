/* json.h: members of a JSON object: a comma where it is not the first, the name, the value. For the files of
 * this floor. Names are literals, which the compiler joins with what stands around them: a row has thirty. */
#ifndef TCPVIZ_EXPORT_JSON_H
#define TCPVIZ_EXPORT_JSON_H

#include "export/writer.h"

/* A name as a literal and its length, as the functions below take it. */
#define JSON_NAME(name) ",\"" name "\":", sizeof(name) + 3

static inline void json_put_key(struct str *out, const char *name, size_t len)
{
    size_t first = out->len > 0 && out->at[out->len - 1] == '{';
    str_put_n(out, name + first, len - first);
}

void json_put_text(struct str *out, const char *name, size_t len, const char *text);
void json_put_time(struct str *out, const char *name, size_t len, uint64_t ns);
void json_put_endpoint(struct str *out, const char *name, size_t len, const struct endpoint *at);

static inline void json_put_number(struct str *out, const char *name, size_t len, uint64_t v)
{
    json_put_key(out, name, len);
    str_put_u64(out, v);
}

static inline void json_put_true(struct str *out, const char *name, size_t len)
{
    json_put_key(out, name, len);
    str_put(out, "true");
}

#define json_key(out, name)          json_put_key(out, JSON_NAME(name))
#define json_true(out, name)         json_put_true(out, JSON_NAME(name))
#define json_text(out, name, text)   json_put_text(out, JSON_NAME(name), text) /* NULL: null */
#define json_time(out, name, ns)     json_put_time(out, JSON_NAME(name), ns)   /* seconds, nine decimals */
#define json_number(out, name, v)    json_put_number(out, JSON_NAME(name), v)
#define json_endpoint(out, name, at) json_put_endpoint(out, JSON_NAME(name), at)
void json_conn(struct str *out, uint32_t conn); /* from 1; null for NO_CONN */
/* The members of a segment after its time. */
void json_segment(struct export *e, const struct row *r);

#endif
