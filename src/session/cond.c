/* cond.c: a condition is a few parts, each of which is asked by itself.
 *
 * A script asks the same condition again in every turn. A part therefore remembers up to which row it has
 * looked (its scan), and a turn costs what is new. That is sound because judgement is causal: a row's labels
 * never change. */
#include "session/cond.h"

#include <string.h>

#include "core/lex.h"

enum part_kind { PART_LABEL, PART_STATE, PART_COUNT, PART_QUEUE };

enum counted { COUNT_SEGMENTS, COUNT_ROWS, COUNT_RETRANSMISSIONS, COUNT_CONNECTIONS, COUNTED };
static const char *const counted_name[] = {[COUNT_SEGMENTS] = "segments",
                                           [COUNT_ROWS] = "rows",
                                           [COUNT_RETRANSMISSIONS] = "retransmissions",
                                           [COUNT_CONNECTIONS] = "connections"};
_Static_assert(COUNT_OF(counted_name) == COUNTED, "every count has a name");

enum queue { QUEUE_RECV, QUEUE_SEND, QUEUE_ACCEPT, QUEUE_SYN, QUEUES };
static const char *const queue_name[] = {
    [QUEUE_RECV] = "recv-q", [QUEUE_SEND] = "send-q", [QUEUE_ACCEPT] = "accept-q", [QUEUE_SYN] = "syn-q"};
_Static_assert(COUNT_OF(queue_name) == QUEUES, "every queue has a name");

/* How far a part has looked: rows from start to end gave found (a count, or one past the row that matched).
 */
struct scan {
    uint32_t start, end;
    uint64_t found;
};

struct part {
    enum part_kind kind;
    enum side side; /* SIDE_NONE: either */
    enum label label;
    enum tcp_state state;
    enum counted counted;
    enum queue queue;
    enum compare compare;
    int64_t number;
    size_t since, since_len; /* the mark's name within text; since_len 0: none */
    struct scan *scan;
};

enum { PARTS = 8 };

struct cond {
    const struct mem *mem;
    size_t count, size;
    struct part part[PARTS];
    struct scan scan[PARTS];
    char text[];
};

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
    static const char *const words[] = {"client", "server", "from", "is", "and", "since"};
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
        return wrong(r, N_("{word}: is, recv-q or send-q is expected here"), NULL);
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

void cond_free(struct cond *c)
{
    if (c)
        mem_free(c->mem, c, c->size);
}

static bool counts(const struct part *p, const struct session *s, const struct row *r)
{
    switch (p->counted) {
    case COUNT_SEGMENTS: return r->kind == EVENT_SEGMENT;
    case COUNT_ROWS: return session_shown(s, r);
    case COUNT_RETRANSMISSIONS: return r->kind == EVENT_SEGMENT && r->labels & LBL(RETRANSMISSION);
    case COUNT_CONNECTIONS:
    case COUNTED: break;
    }
    return false;
}

static bool labelled(const struct part *p, const struct row *r)
{
    return r->kind == EVENT_SEGMENT && (p->label == LABEL_COUNT || r->labels & LABEL_BIT(p->label)) &&
           (p->side == SIDE_NONE || p->side == (enum side)r->side);
}

/* One past the first row from `from` on that has the label; 0 if there is none. */
static uint64_t find_label(const struct part *p, const struct session *s, uint32_t from)
{
    struct scan *scan = p->scan;
    size_t rows = session_rows(s);
    if (scan->start != from || scan->end < from)
        *scan = (struct scan){from, from, 0};
    for (; !scan->found && scan->end < rows; scan->end++)
        if (labelled(p, session_row(s, scan->end)))
            scan->found = (uint64_t)scan->end + 1;
    return scan->found;
}

/* The count as of now; -1 if the mark that it starts at does not exist. */
static int64_t count(const struct cond *c, const struct part *p, const struct session *s,
                     const struct cond_window *w)
{
    struct scan *scan = p->scan;
    uint32_t from = 0;
    if (p->since_len > 0)
        from = w->mark ? w->mark(w->ctx, c->text + p->since, p->since_len) : NO_ROW;
    if (from == NO_ROW)
        return -1;
    if (p->counted == COUNT_CONNECTIONS)
        return (int64_t)session_conns(s);
    if (scan->start != from || scan->end < from)
        *scan = (struct scan){from, from, 0};
    for (size_t rows = session_rows(s); scan->end < rows; scan->end++)
        scan->found += counts(p, s, session_row(s, scan->end));
    return (int64_t)scan->found;
}

/* What the kernel last said of a queue; -1 if it did not. */
static int64_t queue_length(const struct part *p, const struct session *s, const struct cond_window *w)
{
    const struct event_listener *l = session_listener(s);
    const struct event_sample *k;
    switch (p->queue) {
    case QUEUE_ACCEPT: return l ? l->accept_q : -1;
    case QUEUE_SYN: return l ? l->syn_q : -1;
    case QUEUE_RECV:
    case QUEUE_SEND:
        k = w->conn == NO_CONN ? NULL : session_kernel(s, w->conn, p->side);
        return !k ? -1 : p->queue == QUEUE_RECV ? k->recv_q : k->send_q;
    case QUEUES: break;
    }
    return -1;
}

/* Where there is no connection, the server's side is its listener. */
static enum tcp_state state_of(const struct part *p, const struct session *s, const struct cond_window *w)
{
    if (w->conn != NO_CONN)
        return session_state(s, w->conn, p->side);
    return p->side == SIDE_SERVER ? session_listener_state(s) : STATE_UNKNOWN;
}

static bool part_holds(const struct cond *c, const struct part *p, const struct session *s,
                       const struct cond_window *w, uint32_t *matched)
{
    uint64_t found;
    int64_t n;
    switch (p->kind) {
    case PART_STATE: return state_of(p, s, w) == p->state;
    case PART_COUNT: n = count(c, p, s, w); return n >= 0 && compare_holds(p->compare, n, p->number);
    case PART_QUEUE: n = queue_length(p, s, w); return n >= 0 && compare_holds(p->compare, n, p->number);
    case PART_LABEL:
        found = find_label(p, s, w->from);
        if (found > *matched)
            *matched = (uint32_t)found;
        return found > 0;
    }
    return false;
}

bool cond_holds(const struct cond *c, const struct session *s, const struct cond_window *w, uint32_t *matched)
{
    *matched = w->from;
    for (size_t i = 0; i < c->count; i++)
        if (!part_holds(c, &c->part[i], s, w, matched))
            return false;
    return true;
}

bool cond_meets(const struct cond *c, const struct session *s, const struct cond_window *w, uint32_t row)
{
    const struct row *r = session_row(s, row);
    uint32_t matched = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct part *p = &c->part[i];
        if (!r || !(p->kind == PART_LABEL ? labelled(p, r) : part_holds(c, p, s, w, &matched)))
            return false;
    }
    return true;
}

static const char *number_instead(int64_t n, struct str *value)
{
    if (n < 0)
        return N_("it is not known");
    str_put_i64(value, n);
    return N_("it is {value}");
}

const char *cond_instead(const struct cond *c, const struct session *s, const struct cond_window *w,
                         struct str *value)
{
    uint32_t matched = w->from;
    enum tcp_state state;
    int64_t n;
    for (size_t i = 0; i < c->count; i++) {
        const struct part *p = &c->part[i];
        if (part_holds(c, p, s, w, &matched))
            continue;
        switch (p->kind) {
        case PART_STATE:
            state = state_of(p, s, w);
            str_put(value, state_name(state));
            return state == STATE_UNKNOWN ? N_("there is no connection") : N_("it is {value}");
        case PART_COUNT:
            n = count(c, p, s, w);
            str_put_n(value, c->text + p->since, n < 0 ? p->since_len : 0);
            return n < 0 ? N_("there is no mark {value}") : number_instead(n, value);
        case PART_QUEUE: return number_instead(queue_length(p, s, w), value);
        case PART_LABEL:
            if (p->label == LABEL_COUNT)
                return N_("no segment has come");
            str_put(value, label_name(p->label));
            return N_("no {value} has come");
        }
    }
    return N_("it holds now");
}
