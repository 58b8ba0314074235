/* fill.h: places of a text become values. For the files of this floor. */
#ifndef TCPVIZ_SCENE_FILL_H
#define TCPVIZ_SCENE_FILL_H

#include "scene/say.h"

/* Gives the value of a place {name}; false: there is no such value, and the place stays as it was written. */
typedef bool fill_value(void *ctx, struct str *out, const char *name, size_t len);

/* Appends text (already in its language) with its places filled; marks such as … and × plain where ascii is
 * set. */
void fill(struct str *out, const char *text, bool ascii, fill_value *value, void *ctx);
/* Appends text with its marks plain where ascii is set. */
void put_plain(struct str *out, const char *text, size_t len, bool ascii);
/* Appends what may have come from elsewhere, such as the arguments of a call: made harmless, its marks plain.
 */
void put_foreign(struct str *out, const char *text, bool ascii);
/* say() and put_plain() in one: a text without places. */
void put_words(struct str *out, const struct voice *v, const char *english);
/* say_fill() in the language of v, with plain marks where v wants them; name/value pairs ended by NULL. */
void put_filled(struct str *out, const struct voice *v, const char *english, ...);

/* The blank between two sentences, where out has one already and the language wants it. */
void put_gap(struct str *out, const struct voice *v);

/* Where the row's time is before that of the row before it in a capture: says so. */
void put_clock_back(struct str *out, const struct voice *v, const struct session *s, const struct row *r);

/* Cuts what stands in out from `start` on to `cells`, at a word where that loses little, and ends it with
 * "…". */
void cut_at_word(struct str *out, size_t start, size_t cells, bool ascii);

/* What a segment brings, if it begins an HTTP message: "POST", "200 OK"; nothing else. */
void put_http_kind(struct str *out, const struct session *s, const struct row *r, bool ascii);
/* A call as its cause is told: "write(431)", "close()", "shutdown(WR)". */
void put_call_name(struct str *out, const struct event_call *c);

enum { BRIEF_CELLS = 44 };

#endif
