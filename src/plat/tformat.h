/* tformat.h: the description of a tracepoint (tracefs, events/GROUP/NAME/format): where its fields are, and
 * how it names their values. Pure text. */
#ifndef TCPVIZ_PLAT_TFORMAT_H
#define TCPVIZ_PLAT_TFORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tfield {
    size_t offset, size; /* bytes; size 0: there is no such field */
};

/* The number by which the kernel knows the tracepoint; 0: the text names none. */
uint32_t tformat_id(const char *text);
struct tfield tformat_field(const char *text, const char *name);
/* The symbol that stands for a value of a field (__print_symbolic), into the text, *len bytes long; NULL: it
 * has none. */
const char *tformat_symbol(const char *text, const char *field, uint64_t value, size_t *len);

#endif
