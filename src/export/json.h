/* json.h: members of a JSON object, one after the other: a comma, the name, the value. For the files of this
 * floor. Names are literals, which the compiler joins with what stands around them: a row has thirty. */
#ifndef TCPVIZ_EXPORT_JSON_H
#define TCPVIZ_EXPORT_JSON_H

#include "export/writer.h"

/* An object begins, with its first member; later ones follow by json_key and those below. */
#define json_begin(out, name) str_put(out, "{\"" name "\":")
#define json_key(out, name)   str_put(out, ",\"" name "\":")

void json_string(struct str *out, const char *text);           /* NULL: null */
void json_name(struct str *out, const char *name);             /* of a table of ours: nothing to escape */
void json_seconds(struct str *out, uint64_t ns);               /* nine decimals */
void json_address(struct str *out, const struct endpoint *at); /* "127.0.0.1:3344" */

#define json_text(out, name, text)   (json_key(out, name), json_string(out, text))
#define json_word(out, name, text)   (json_key(out, name), json_name(out, text))
#define json_time(out, name, ns)     (json_key(out, name), json_seconds(out, ns))
#define json_number(out, name, v)    (json_key(out, name), str_put_u64(out, v))
#define json_endpoint(out, name, at) (json_key(out, name), json_address(out, at))
#define json_true(out, name)         str_put(out, ",\"" name "\":true")
void json_conn(struct str *out, uint32_t conn); /* "conn", from 1; null for NO_CONN */
/* The members of a segment after its time. */
void json_segment(struct export *e, const struct row *r);

#endif
