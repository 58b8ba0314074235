/* labsheet.h: the classic questions of a TCP lab as a sheet of text, answered from a session. */
#ifndef TCPVIZ_EXPORT_LABSHEET_H
#define TCPVIZ_EXPORT_LABSHEET_H

#include "export/export.h"

enum labsheet_kind {
    LABSHEET_WHOLE,  /* questions with their answers */
    LABSHEET_BLANK,  /* questions with room for answers: for the class */
    LABSHEET_ANSWERS /* the key */
};

/* Puts the sheet, in the language of v. The session has all its rows. False: the sink failed, or there was no
 * memory. */
bool labsheet_put(const struct session *s, const struct voice *v, enum labsheet_kind kind,
                  struct export_sink sink, const struct mem *m);

#endif
