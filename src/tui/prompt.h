/* prompt.h: a line of text being edited, as a state: keys go in, the line stands in text. No terminal, no
 * waiting. UTF-8 throughout; the cursor is a byte offset that always stands between characters. */
#ifndef TCPVIZ_TUI_PROMPT_H
#define TCPVIZ_TUI_PROMPT_H

#include "tui/canvas.h"

enum { PROMPT_HISTORY = 64 };

struct prompt {
    const struct mem *mem;
    struct str text;
    size_t cursor;
    struct str history[PROMPT_HISTORY]; /* the oldest first */
    size_t lines;
    size_t at; /* line of the history that is shown; == lines: the one being written */
    struct str draft;
};

void prompt_init(struct prompt *p, const struct mem *m);
void prompt_release(struct prompt *p);
/* Begins a line with this text, the cursor at its end. */
void prompt_start(struct prompt *p, const char *text);
/* Puts the line into the history, unless it is empty or the one before. */
void prompt_remember(struct prompt *p);

enum prompt_answer {
    PROMPT_IGNORED, /* the key means nothing here */
    PROMPT_MOVED,   /* the cursor moved */
    PROMPT_EDITED,  /* the text changed */
    PROMPT_DONE,    /* Enter */
    PROMPT_CANCEL,  /* Escape, C-c, C-g; Backspace in an empty line */
    PROMPT_COMPLETE /* Tab */
};
/* One key, by its name; is_text: the name is the character itself (or "Space"). */
enum prompt_answer prompt_key(struct prompt *p, const char *name, bool is_text);

/* Completion: collects the words that may stand at the cursor. */
struct completion {
    struct str common; /* what all of them begin with */
    struct str all;    /* all of them, for showing, a blank between */
    size_t count;
};
void completion_init(struct completion *c, const struct mem *m);
void completion_release(struct completion *c);
void completion_offer(void *completion, const char *word); /* fits the hook complete */
/* Replaces the word before the cursor by what is common to all; true if the text changed. */
bool prompt_complete(struct prompt *p, const struct completion *c);

/* Paints label and text into one line of r, scrolled so that the cursor is seen; returns the column of the
 * cursor. */
int prompt_paint(const struct prompt *p, struct canvas *c, struct rect r, const char *label);

#endif
