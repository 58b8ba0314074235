/* dialog.h: the export dialog: format, place, all rows or those that are shown. */
#ifndef TCPVIZ_TUI_DIALOG_H
#define TCPVIZ_TUI_DIALOG_H

#include "scene/say.h"
#include "tui/prompt.h"

/* One format that may be chosen; the app has the table. */
struct dialog_format {
    const char *name, *suffix, *words; /* "txt", ".txt", for the catalogue: what it is */
};

enum dialog_field { DIALOG_FORMAT, DIALOG_PLACE, DIALOG_WHICH, DIALOG_FIELDS };

struct dialog {
    const struct dialog_format *formats;
    size_t count, format;
    enum dialog_field field;
    struct prompt place;
    bool filtered;
    bool exists; /* the file is there: Enter again overwrites it */
};

/* formats: borrowed. Without any there is nothing to be chosen. */
void dialog_init(struct dialog *d, const struct mem *m, const struct dialog_format *formats, size_t count);
void dialog_release(struct dialog *d);
void dialog_open(struct dialog *d);

enum dialog_answer { DIALOG_GOES_ON, DIALOG_EXPORT, DIALOG_CLOSE };
enum dialog_answer dialog_key(struct dialog *d, const char *name, bool is_text);
/* "FORMAT:FILE" */
void dialog_spec(const struct dialog *d, struct str *out);
/* Paints into the middle of r; the cursor's place, y -1: none. */
void dialog_paint(const struct dialog *d, struct canvas *c, struct rect r, const struct voice *voice, int *y,
                  int *x);

#endif
