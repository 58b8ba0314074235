#include "plat/tformat.h"

#include <stdlib.h>
#include <string.h>

uint32_t tformat_id(const char *text)
{
    const char *at = strstr(text, "\nID: ");
    return at ? (uint32_t)strtoul(at + 5, NULL, 10) : 0;
}

/* Whether the declaration that ends before `end` is of that name; arrays have their length behind it. */
static bool declares(const char *begin, const char *end, const char *name)
{
    const size_t len = strlen(name);
    const char *bracket = memchr(begin, '[', (size_t)(end - begin));
    if (bracket)
        end = bracket;
    return (size_t)(end - begin) > len && memcmp(end - len, name, len) == 0 &&
           end[-(ptrdiff_t)len - 1] == ' ';
}

/* field:__u16 sport;	offset:28;	size:2;	signed:0; */
struct tfield tformat_field(const char *text, const char *name)
{
    struct tfield f = {0, 0};
    for (const char *at = strstr(text, "field:"); at; at = strstr(at + 1, "field:")) {
        const char *end = strchr(at, ';'), *line = strchr(at, '\n');
        if (!end || !line || !declares(at, end, name))
            continue;
        const char *offset = strstr(end, "offset:"), *size = strstr(end, "size:");
        if (!offset || !size || offset > line || size > line)
            continue;
        f.offset = strtoul(offset + 7, NULL, 10);
        f.size = strtoul(size + 5, NULL, 10);
        break;
    }
    return f;
}

/* … __print_symbolic(REC->reason, { 2, "NOT_SPECIFIED" }, { 3, "NO_SOCKET" }) … */
const char *tformat_symbol(const char *text, const char *field, uint64_t value, size_t *len)
{
    static const char begins[] = "__print_symbolic(REC->";
    const size_t field_len = strlen(field);
    const char *at = strstr(text, begins);
    while (at && !(strncmp(at + sizeof begins - 1, field, field_len) == 0 &&
                   at[sizeof begins - 1 + field_len] == ','))
        at = strstr(at + 1, begins);
    const char *end = at ? strchr(at, ')') : NULL;
    while (end && (at = strchr(at, '{')) && at < end) {
        char *after;
        const uint64_t number = strtoull(++at, &after, 0);
        const char *open = strchr(at, '"'), *close = open ? strchr(open + 1, '"') : NULL;
        if (!close || close > end)
            return NULL;
        if (after > at && number == value) {
            *len = (size_t)(close - open - 1);
            return open + 1;
        }
        at = close;
    }
    return NULL;
}
