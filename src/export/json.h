/* json.h: members of a JSON object: a comma where it is not the first, the name, the value. For the files of
 * this floor. */
#ifndef TCPVIZ_EXPORT_JSON_H
#define TCPVIZ_EXPORT_JSON_H

#include "export/writer.h"

void json_key(struct str *out, const char *name);
void json_text(struct str *out, const char *name, const char *text); /* NULL: null */
void json_time(struct str *out, const char *name, uint64_t ns);      /* seconds, nine decimals */
void json_conn(struct str *out, uint32_t conn);                      /* from 1; null for NO_CONN */
/* The members of a segment after its time. */
void json_segment(struct export *e, const struct row *r);

#endif
