/* say.h: facts to words, in the language chosen. The catalogue is built in (assets/po), so that every
 * language works in every locale. English is what the source says; a text without translation stays English.
 */
#ifndef TCPVIZ_SCENE_SAY_H
#define TCPVIZ_SCENE_SAY_H

#include "core/str.h"
#include "session/session.h"

enum lang { LANG_EN, LANG_ZH, LANG_COUNT };

/* Sentences that were said already, in the shape that they are filled from. */
struct phrases;
struct phrases *phrases_new(const struct mem *m); /* NULL: no memory */
void phrases_free(struct phrases *p);

/* How to speak. A plain value, handed to whoever needs words. */
struct voice {
    enum lang lang;
    bool ascii;              /* µ becomes u, arrows and glyphs plain */
    bool steady;             /* measured times are said as 0, so that two runs read the same */
    struct phrases *phrases; /* of whoever says much, in one language; NULL: none are kept */
};

bool lang_find(const char *name, enum lang *out); /* "en", "zh", "zh_CN.UTF-8" */

/* The text in that language; never NULL, static storage. */
const char *say(const struct voice *v, const char *english);
/* Fills {name} places of a text from name/value pairs, ended by NULL: say_fill(out, text, "nearest",
 * "connect", NULL). */
void say_fill(struct str *out, const char *text, ...);

/* The sentence of a segment row. Facts are the row's; numbers are the same in every language. */
void say_brief(struct str *out, const struct voice *v, const struct session *s,
               const struct row *r); /* ladder, <= 44 cells */
void say_note(struct str *out, const struct voice *v, const struct session *s,
              const struct row *r); /* export's note */
/* What is odd about how a segment was captured: offload, options that cannot be read; nothing where nothing
 * is. */
void say_remarks(struct str *out, const struct voice *v, const struct session *s, const struct row *r);
void say_why(struct str *out, const struct voice *v, const struct session *s,
             const struct row *r); /* why now */
/* The same, and what the kernels counted and said of it. */
void say_reasons(struct str *out, const struct voice *v, const struct session *s, const struct row *r);
void say_next(struct str *out, const struct voice *v, const struct session *s,
              const struct row *r); /* what follows */
/* What an ICMP error says of a segment, where the row is one (session_icmp): for the ladder, the whole of it,
 * and what becomes of it. False: it is none, and nothing was said. */
bool say_icmp_brief(struct str *out, const struct voice *v, const struct session *s, const struct row *r);
bool say_icmp(struct str *out, const struct voice *v, const struct session *s, const struct row *r);
bool say_icmp_means(struct str *out, const struct voice *v, const struct session *s, const struct row *r);
/* Which frames are no rows, and how many: one line for each kind, from i = 0 on; false past the last. *usual:
 * every capture may have those. */
bool say_aside(struct str *out, const struct voice *v, const struct session *s, size_t i, bool *usual);
/* "Wireshark calls it: keep_alive", "… (nothing special)" */
void say_wireshark(struct str *out, const struct voice *v, const struct row *r);
/* Its name in a word or two: "data, POST /blog/", "SYN", "duplicate ACK". */
void say_title(struct str *out, const struct voice *v, const struct session *s, const struct row *r);
/* Which connection: "connection 2: 127.0.0.1:5000 ⇄ 127.0.0.1:3344". */
void say_conn(struct str *out, const struct voice *v, uint32_t conn, const struct tuple *tuple);
/* A call as a thin row: "write(7, …, 431) = 431", "connect(127.0.0.1:3344)". */
void say_call(struct str *out, const struct voice *v, const struct event_call *c);
/* What a call does and what it brings about on the wire; nothing where that is not known. listener: it was
 * made on the listening socket, not on a connection. */
void say_call_means(struct str *out, const struct voice *v, const struct event_call *c, bool listener);

/* The time from one moment to another in seconds: "6.120411", or "−0.000068" where a clock went back. */
void say_since(struct str *out, const struct voice *v, uint64_t from_ns, uint64_t ns);

/* How many cells a text takes on a terminal (wcwidth's count over UTF-8; the one function that knows). */
size_t cells_of(const char *text, size_t len);
/* The longest start of text that takes at most `cells` cells: its length in bytes. */
size_t cells_cut(const char *text, size_t len, size_t cells);
/* Where to break a text for lines of `width` cells (libunistring): calls `line` for each line. */
void text_wrap(const char *text, size_t len, size_t width,
               void (*line)(void *ctx, const char *at, size_t len), void *ctx);

#endif
