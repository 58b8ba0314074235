/* phrase.h: texts with places, taken apart: pieces of text, and after each of them the place that follows. An
 * export says the same few sentences a million times; it keeps them so. */
#ifndef TCPVIZ_SCENE_PHRASE_H
#define TCPVIZ_SCENE_PHRASE_H

#include "scene/say.h"

/* PLACE(id, letters): what may stand between brackets in the sentence of a segment; the letters of its name,
 * eight at most. */
#define PLACES(PLACE)                                                                                        \
    PLACE(SIDE, 's', 'i', 'd', 'e', 0, 0, 0, 0)                                                              \
    PLACE(PEER, 'p', 'e', 'e', 'r', 0, 0, 0, 0)                                                              \
    PLACE(LEN, 'l', 'e', 'n', 0, 0, 0, 0, 0)                                                                 \
    PLACE(SEQ, 's', 'e', 'q', 0, 0, 0, 0, 0)                                                                 \
    PLACE(SEQ_END, 's', 'e', 'q', '_', 'e', 'n', 'd', 0)                                                     \
    PLACE(ACK, 'a', 'c', 'k', 0, 0, 0, 0, 0)                                                                 \
    PLACE(WIN, 'w', 'i', 'n', 0, 0, 0, 0, 0)                                                                 \
    PLACE(ACKED, 'a', 'c', 'k', 'e', 'd', 0, 0, 0)                                                           \
    PLACE(N, 'n', 0, 0, 0, 0, 0, 0, 0)                                                                       \
    PLACE(LIMIT, 'l', 'i', 'm', 'i', 't', 0, 0, 0)                                                           \
    PLACE(LACKS, 'l', 'a', 'c', 'k', 's', 0, 0, 0)                                                           \
    PLACE(ACKS, 'a', 'c', 'k', 's', 0, 0, 0, 0)                                                              \
    PLACE(REPEATS, 'r', 'e', 'p', 'e', 'a', 't', 's', 0)                                                     \
    PLACE(SILENCE, 's', 'i', 'l', 'e', 'n', 'c', 'e', 0)                                                     \
    PLACE(CALL, 'c', 'a', 'l', 'l', 0, 0, 0, 0)                                                              \
    PLACE(MSS, 'm', 's', 's', 0, 0, 0, 0, 0)                                                                 \
    PLACE(PORT, 'p', 'o', 'r', 't', 0, 0, 0, 0)                                                              \
    PLACE(PROBABLY, 'p', 'r', 'o', 'b', 'a', 'b', 'l', 'y')

enum place {
    PLACE_NONE,
#define PLACE(id, a, b, c, d, e, f, g, h) PLACE_##id,
    PLACES(PLACE)
#undef PLACE
};

enum { PHRASE_PIECES = 10 /* few texts have more: the rest is taken apart every time */ };

struct piece {
    const char *text;
    uint32_t len;
    enum place place; /* behind the text */
};

struct phrase {
    const char *rest; /* what is not taken apart yet; empty: nothing */
    uint32_t count;
    struct piece piece[PHRASE_PIECES];
};

/* The beginning of a text, already in its language, taken apart. */
void phrase_take(struct phrase *p, const char *text);
/* The phrase of an English text in the language of v, from those it keeps; where it keeps none, made in
 * `own`. Texts are known by their address: english is a constant of the program, or NULL (nothing), and v
 * speaks the same language for as long as it has its phrases. */
const struct phrase *phrase_of(const struct voice *v, const char *english, struct phrase *own);

#endif
