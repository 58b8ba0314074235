/* dialog.h: the export dialog: format, place, all rows or those that are shown. */
#ifndef TCPVIZ_TUI_DIALOG_H
#define TCPVIZ_TUI_DIALOG_H

#include "scene/say.h"
#include "tui/prompt.h"

enum { DIALOG_FORMATS = 12 };
enum dialog_field { DIALOG_FORMAT, DIALOG_PLACE, DIALOG_WHICH, DIALOG_FIELDS };

struct dialog {
    const char *formats[DIALOG_FORMATS + 1]; /* ends with NULL */
    size_t format;
    enum dialog_field field;
    struct prompt place;
    bool filtered;
    bool exists; /* the file is there: Enter again overwrites it */
};

/* formats: static names, ended by NULL; at least one. */
void dialog_init(struct dialog *d, const struct mem *m, const char *const *formats);
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
