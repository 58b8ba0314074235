/* cond_read.c: a condition's text becomes its parts. */
#include "session/cond_parts.h"

#include <string.h>

static const char *const counted_name[] = {[COUNT_SEGMENTS] = "segments",
                                           [COUNT_ROWS] = "rows",
                                           [COUNT_RETRANSMISSIONS] = "retransmissions",
                                           [COUNT_CONNECTIONS] = "connections"};
_Static_assert(COUNT_OF(counted_name) == COUNTED, "every count has a name");

static const char *const queue_name[] = {
    [QUEUE_RECV] = "recv-q",       [QUEUE_SEND] = "send-q",     [QUEUE_CWND] = "cwnd",
    [QUEUE_SSTHRESH] = "ssthresh", [QUEUE_ACCEPT] = "accept-q", [QUEUE_SYN] = "syn-q"};
_Static_assert(COUNT_OF(queue_name) == QUEUES, "every queue has a name");

/* What is left of the text. */
struct reading {
    const char *text;
    size_t len, pos;
    struct word word; /* the one that is looked at */
    struct cmd_error *error;
};

static bool next(struct reading *r)
{
    return lex_token(r->text, r->len, &r->pos, &r->word);
}

/* Takes the next word if it is that one. */
static bool take(struct reading *r, const char *text)
{
    size_t pos = r->pos;
    struct word w;
    if (!lex_token(r->text, r->len, &pos, &w) || !word_is(w, text))
        return false;
    r->pos = pos;
    r->word = w;
    return true;
}

static bool wrong(struct reading *r, const char *message, const char *near)
{
    *r->error = (struct cmd_error){.message = message,
                                   .at = (size_t)(r->word.at - r->text),
                                   .len = r->word.len,
                                   .nearest = near,
                                   .expected = NULL};
    return false;
}

static bool ends_early(struct reading *r)
{
    r->word = (struct word){r->text + r->len, 0};
    return wrong(r, N_("the condition is not complete"), NULL);
}

const char *cond_word(size_t i)
{
    static const char *const words[] = {"client", "server", "from", "is", "and", "since", "counter"};
    if (i < COUNT_OF(words))
        return words[i];
    i -= COUNT_OF(words);
    if (i < COUNTED)
        return counted_name[i];
    i -= COUNTED;
    if (i < QUEUES)
        return queue_name[i];
    i -= QUEUES;
    if (i < STATE_COUNT - 1)
        return state_name((enum tcp_state)(i + 1));
    i -= STATE_COUNT - 1;
    return i < LABEL_COUNT ? label_name((enum label)i) : NULL;
}

static const char *any_word(void *ctx, size_t i)
{
    (void)ctx;
    return cond_word(i);
}

static const char *a_state(void *ctx, size_t i)
{
    (void)ctx;
    return i < STATE_COUNT - 1 ? state_name((enum tcp_state)(i + 1)) : NULL;
}

static bool unknown(struct reading *r, const char *(*words)(void *ctx, size_t i), const char *with_near,
                    const char *without)
{
    const char *near = nearest_word(r->word.at, r->word.len, words, NULL);
    return wrong(r, near ? with_near : without, near);
}

static bool named(struct word w, const char *const *names, int count, int *out)
{
    for (int i = 0; i < count; i++)
        if (word_is(w, names[i])) {
            *out = i;
            return true;
        }
    return false;
}

/* OPERATOR NUMBER */
static bool read_comparison(struct reading *r, struct part *p)
{
    if (!next(r))
        return ends_early(r);
    if (!word_compare(r->word, &p->compare))
        return wrong(r, N_("{word}: one of = != < > <= >= is expected here"), NULL);
    if (!next(r))
        return ends_early(r);
    if (!word_number(r->word, 0, &p->number))
        return wrong(r, N_("{word} is not a number"), NULL);
    return true;
}

/* is STATE, or QUEUE OPERATOR NUMBER: what follows a side. */
static bool read_of_side(struct reading *r, struct part *p)
{
    int i;
    if (!next(r))
        return ends_early(r);
    if (word_is(r->word, "is")) {
        p->kind = PART_STATE;
        if (!next(r))
            return ends_early(r);
        return state_find(r->word.at, r->word.len, &p->state) ||
               unknown(r, a_state, N_("{word} is no state; nearest is {nearest}"), N_("{word} is no state"));
    }
    if (!named(r->word, queue_name, QUEUE_ACCEPT, &i))
        return wrong(r, N_("{word}: is, recv-q, send-q, cwnd or ssthresh is expected here"), NULL);
    p->kind = PART_QUEUE;
    p->queue = (enum queue)i;
    return read_comparison(r, p);
}

/* from SIDE */
static bool read_sender(struct reading *r, struct part *p)
{
    if (!next(r))
        return ends_early(r);
    return side_find(r->word.at, r->word.len, &p->side) ||
           wrong(r, N_("{word}: client or server is expected here"), NULL);
}

/* counter NAME [from SIDE], by the kernel's own name */
static bool read_counter(struct reading *r, struct part *p)
{
    p->kind = PART_COUNTER;
    if (!next(r))
        return ends_early(r);
    p->since = (size_t)(r->word.at - r->text);
    p->since_len = r->word.len;
    return !take(r, "from") || read_sender(r, p);
}

static bool read_part(struct reading *r, struct part *p)
{
    int i;
    *p = (struct part){.side = SIDE_NONE, .scan = p->scan};
    if (!next(r))
        return ends_early(r);
    if (side_find(r->word.at, r->word.len, &p->side))
        return read_of_side(r, p);
    if (named(r->word, queue_name, QUEUES, &i) && i >= QUEUE_ACCEPT) {
        p->kind = PART_QUEUE;
        p->queue = (enum queue)i;
        return read_comparison(r, p);
    }
    if (named(r->word, counted_name, COUNTED, &i)) {
        p->kind = PART_COUNT;
        p->counted = (enum counted)i;
        if (!read_comparison(r, p))
            return false;
        if (!take(r, "since"))
            return true;
        if (!next(r))
            return ends_early(r);
        p->since = (size_t)(r->word.at - r->text);
        p->since_len = r->word.len;
        return true;
    }
    if (word_is(r->word, "counter"))
        return read_counter(r, p);
    p->kind = PART_LABEL;
    p->label = LABEL_COUNT; /* any segment */
    if (word_is(r->word, "from"))
        return read_sender(r, p);
    if (!label_find(r->word.at, r->word.len, &p->label))
        return unknown(r, any_word, N_("{word} is no condition; nearest is {nearest}"),
                       N_("{word} is no condition"));
    return !take(r, "from") || read_sender(r, p);
}

static bool read_parts(struct reading *r, struct cond *c)
{
    do {
        if (c->count == PARTS)
            return wrong(r, N_("a condition has at most eight parts"), NULL);
        struct part *p = &c->part[c->count];
        p->scan = &c->scan[c->count++];
        if (!read_part(r, p))
            return false;
    } while (take(r, "and"));
    return !next(r) || wrong(r, N_("{word} is not expected here: parts are joined by and"), NULL);
}

struct cond *cond_parse(const struct mem *m, const char *text, size_t len, struct cmd_error *e)
{
    struct cond *c = mem_new(m, sizeof *c + len);
    *e = (struct cmd_error){0};
    if (!c)
        return NULL;
    c->mem = m;
    c->size = sizeof *c + len;
    memcpy(c->text, text, len);
    struct reading r = {.text = c->text, .len = len, .word = {c->text, 0}, .error = e};
    if (read_parts(&r, c))
        return c;
    cond_free(c);
    return NULL;
}
