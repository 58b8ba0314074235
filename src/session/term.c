/* term.c: the fields that a filter can ask for are rows of one table: name, what values there are, what a row
 * has. */
#include "session/term.h"

#include <string.h>

#include "core/event.h"

enum { WORD = 40 /* no name is longer */, OFFER = 64 };

enum field {
    FIELD_STATE, /* of either side */
    FIELD_CLIENT,
    FIELD_SERVER,
    FIELD_FROM,
    FIELD_FLAG,
    FIELD_LABEL,
    FIELD_WIRESHARK,
    FIELD_KIND,
    FIELD_TEXT,
    FIELD_CONN, /* from here on numbers */
    FIELD_PORT,
    FIELD_LEN,
    FIELD_WIN,
    FIELD_SEQ,
    FIELD_ACK,
    FIELD_FRAME,
    FIELD_TIME,
    FIELDS
};

static const char *const field_name[] = {[FIELD_STATE] = "state",
                                         [FIELD_CLIENT] = "client",
                                         [FIELD_SERVER] = "server",
                                         [FIELD_FROM] = "from",
                                         [FIELD_FLAG] = "flag",
                                         [FIELD_LABEL] = "label",
                                         [FIELD_WIRESHARK] = "wireshark",
                                         [FIELD_KIND] = "kind",
                                         [FIELD_TEXT] = "text",
                                         [FIELD_CONN] = "conn",
                                         [FIELD_PORT] = "port",
                                         [FIELD_LEN] = "len",
                                         [FIELD_WIN] = "win",
                                         [FIELD_SEQ] = "seq",
                                         [FIELD_ACK] = "ack",
                                         [FIELD_FRAME] = "frame",
                                         [FIELD_TIME] = "time"};
_Static_assert(COUNT_OF(field_name) == FIELDS, "name every field");

/* In the order of the bits in the header. */
static const char *const flag_name[] = {"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns"};

/* The i-th name that a value of the field may have; NULL past the end, and where it is no name. */
static const char *value_at(enum field f, size_t i)
{
    static const enum event_kind kinds[] = {EVENT_SEGMENT, EVENT_CALL, EVENT_NOTE};
    switch (f) {
    case FIELD_STATE:
    case FIELD_CLIENT:
    case FIELD_SERVER: return i + 1 < STATE_COUNT ? state_name((enum tcp_state)(i + 1)) : NULL;
    case FIELD_FROM: return i < SIDE_COUNT ? side_name((enum side)i) : NULL;
    case FIELD_FLAG: return i < COUNT_OF(flag_name) ? flag_name[i] : NULL;
    case FIELD_LABEL: return i < LABEL_COUNT ? label_name((enum label)i) : NULL;
    case FIELD_WIRESHARK: return i < WS_COUNT ? ws_name((enum ws_label)i) : NULL;
    case FIELD_KIND: return i < COUNT_OF(kinds) ? event_kind_name(kinds[i]) : NULL;
    case FIELD_TEXT:
    case FIELD_CONN:
    case FIELD_PORT:
    case FIELD_LEN:
    case FIELD_WIN:
    case FIELD_SEQ:
    case FIELD_ACK:
    case FIELD_FRAME:
    case FIELD_TIME:
    case FIELDS: break;
    }
    return NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

static bool same_name(const char *name, const char *word, size_t len)
{
    if (strlen(name) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (lower(name[i]) != lower(word[i]))
            return false;
    return true;
}

bool reading_wrong(struct reading *r, size_t at, size_t len, const char *message, const char *near)
{
    *r->error = (struct cmd_error){.message = message, .at = at, .len = len, .nearest = near};
    return false;
}

static const char *near_field(void *ctx, size_t i)
{
    (void)ctx;
    return i < FIELDS ? field_name[i] : value_at(FIELD_LABEL, i - FIELDS);
}

static const char *near_value(void *ctx, size_t i)
{
    return value_at(*(const enum field *)ctx, i);
}

static bool sign_at(const struct reading *r, size_t pos)
{
    return pos < r->len && strchr(":=!<>", r->text[pos]) && r->text[pos] != 0;
}

/* Where a word that begins at pos ends: at a blank, a parenthesis, a quote or a sign. */
static size_t word_end(const struct reading *r, size_t pos, bool signs)
{
    while (pos < r->len && !strchr(" \t()\"", r->text[pos]) && !(signs && sign_at(r, pos)))
        pos++;
    return pos;
}

/* The sign between a field and its value; `:` is `=`. */
static bool read_sign(struct reading *r, enum compare *out)
{
    size_t at = r->pos, len = at + 1 < r->len && r->text[at + 1] == '=' && r->text[at] != '=' ? 2 : 1;
    if (r->text[at] == ':')
        len = 1;
    struct word w = {r->text + at, len};
    if (r->text[at] == ':')
        *out = COMPARE_EQ;
    else if (!word_compare(w, out))
        return reading_wrong(r, at, len, N_("{word} is no comparison"), NULL);
    r->pos = lex_blanks(r->text, r->len, at + len);
    return true;
}

/* The value: a quoted text, or a word. */
static bool read_value(struct reading *r, size_t *at, size_t *len)
{
    if (r->pos < r->len && r->text[r->pos] == '"') {
        *at = r->pos + 1;
        const char *end = memchr(r->text + *at, '"', r->len - *at);
        if (!end)
            return reading_wrong(r, r->pos, r->len - r->pos, N_("the quote is not closed"), NULL);
        *len = (size_t)(end - r->text) - *at;
        r->pos = *at + *len + 1;
        return true;
    }
    *at = r->pos;
    r->pos = word_end(r, r->pos, false);
    *len = r->pos - *at;
    if (*len > 0)
        return true;
    return reading_wrong(r, *at, 0, N_("a value is missing"), NULL);
}

static bool read_number(struct reading *r, size_t at, size_t len, struct term *t)
{
    struct word w = {r->text + at, len};
    if (t->field == FIELD_FRAME && len > 1 && r->text[at] == '#')
        w = (struct word){w.at + 1, len - 1};
    if (word_number(w, t->field == FIELD_TIME ? 9 : 0, &t->number))
        return true;
    return reading_wrong(r, at, len, N_("{word} is not a number"), NULL);
}

/* What the value names in the field's own words. */
static bool read_name(struct reading *r, size_t at, size_t len, struct term *t)
{
    enum field f = (enum field)t->field;
    const char *name;
    for (size_t i = 0; (name = value_at(f, i)) != NULL; i++)
        if (same_name(name, r->text + at, len)) {
            t->number = (int64_t)i;
            return true;
        }
    /* States are written in capitals, and typed as one likes. */
    char word[WORD];
    size_t word_len = len < sizeof word ? len : sizeof word;
    for (size_t i = 0; i < word_len; i++)
        word[i] = f <= FIELD_SERVER ? upper(r->text[at + i]) : lower(r->text[at + i]);
    const char *near = nearest_word(word, word_len, near_value, &f);
    return reading_wrong(r, at, len,
                         near ? N_("unknown value {word}; nearest is {nearest}") : N_("unknown value {word}"),
                         near);
}

static bool read_rest(struct reading *r, struct term *t, size_t at, size_t len)
{
    size_t sign = r->pos, value_len;
    if (!read_sign(r, &t->compare))
        return false;
    bool order = t->compare != COMPARE_EQ && t->compare != COMPARE_NE;
    if (t->field < FIELD_CONN && order)
        return reading_wrong(r, sign, 1, N_("{word} needs a number beside it"), NULL);
    if (!read_value(r, &at, &value_len))
        return false;
    len = value_len;
    if (t->field == FIELD_TEXT) {
        t->text = r->text + at;
        t->text_len = len;
        return true;
    }
    return t->field >= FIELD_CONN ? read_number(r, at, len, t) : read_name(r, at, len, t);
}

/* A word without a value: a label by its name. */
static bool read_label(struct reading *r, size_t at, size_t len, struct term *t)
{
    enum label label;
    *t = (struct term){.field = FIELD_LABEL, .compare = COMPARE_EQ};
    if (label_find(r->text + at, len, &label)) {
        t->number = label;
        return true;
    }
    const char *near = nearest_word(r->text + at, len, near_field, NULL);
    return reading_wrong(
        r, at, len, near ? N_("unknown word {word}; nearest is {nearest}") : N_("unknown word {word}"), near);
}

bool term_read(struct reading *r, struct term *t)
{
    size_t at = r->pos, len;
    *t = (struct term){.field = FIELD_TEXT, .compare = COMPARE_EQ};
    if (at < r->len && r->text[at] == '"') {
        if (!read_value(r, &at, &len))
            return false;
        t->text = r->text + at;
        t->text_len = len;
        return true;
    }
    r->pos = word_end(r, at, true);
    len = r->pos - at;
    size_t next = lex_blanks(r->text, r->len, r->pos);
    if (!sign_at(r, next))
        return read_label(r, at, len, t);
    r->pos = next;
    for (t->field = 0; t->field < FIELDS; t->field++)
        if (same_name(field_name[t->field], r->text + at, len))
            return read_rest(r, t, at, len);
    r->pos = at;
    return read_label(r, at, len, t) && reading_wrong(r, next, 1, N_("{word} does not belong here"), NULL);
}

/* Whether text stands in words, whatever the case of ASCII letters. */
static bool found_in(const char *words, size_t words_len, const char *text, size_t len)
{
    for (size_t i = 0; i + len <= words_len; i++) {
        size_t n = 0;
        while (n < len && lower(words[i + n]) == lower(text[n]))
            n++;
        if (n == len)
            return true;
    }
    return false;
}

static bool text_holds(const struct term *t, const struct session *s, const struct row *r, row_words words,
                       void *ctx, const struct mem *m)
{
    struct str out;
    str_init(&out, m);
    words(ctx, s, r, &out);
    bool holds = found_in(out.at, out.len, t->text, t->text_len);
    str_release(&out);
    return holds;
}

/* The number that a row has in a field; false: it has none. time_ns counts from the session's start. */
static bool number_of(const struct session *s, const struct row *r, enum field f, int64_t *out)
{
    if (f == FIELD_CONN) {
        *out = r->conn == NO_CONN ? 0 : (int64_t)r->conn + 1;
        return true;
    }
    if (f == FIELD_TIME) {
        /* what came before the first segment counts as 0, as the ladder shows it */
        uint64_t start = session_start(s);
        *out = r->time_ns > start ? (int64_t)(r->time_ns - start) : 0;
        return true;
    }
    if (r->kind != EVENT_SEGMENT)
        return false;
    switch (f) {
    case FIELD_LEN: *out = row_len(r); return true;
    case FIELD_WIN: *out = r->win; return true;
    case FIELD_SEQ: *out = r->seq; return true;
    case FIELD_ACK: *out = r->ack; return (r->flags & TCP_ACK) != 0;
    case FIELD_FRAME: *out = r->frame; return true;
    default: return false;
    }
}

static bool port_holds(const struct term *t, const struct session *s, const struct row *r)
{
    struct conn_view view;
    if (r->conn == NO_CONN || !session_conn(s, r->conn, &view))
        return false;
    bool client = compare_holds(t->compare, view.tuple.end[SIDE_CLIENT].port, t->number);
    bool server = compare_holds(t->compare, view.tuple.end[SIDE_SERVER].port, t->number);
    return t->compare == COMPARE_NE ? client && server : client || server;
}

static bool name_holds(const struct term *t, const struct row *r)
{
    static const enum event_kind kinds[] = {EVENT_SEGMENT, EVENT_CALL, EVENT_NOTE};
    enum tcp_state state = (enum tcp_state)(t->number + 1);
    bool segment = r->kind == EVENT_SEGMENT;
    switch ((enum field)t->field) {
    case FIELD_STATE: return row_state(r, SIDE_CLIENT) == state || row_state(r, SIDE_SERVER) == state;
    case FIELD_CLIENT: return row_state(r, SIDE_CLIENT) == state;
    case FIELD_SERVER: return row_state(r, SIDE_SERVER) == state;
    case FIELD_FROM: return r->side == t->number;
    case FIELD_FLAG: return segment && (r->flags >> t->number & 1);
    case FIELD_LABEL: return segment && (r->labels >> t->number & 1);
    case FIELD_WIRESHARK: return segment && (r->wireshark >> t->number & 1);
    case FIELD_KIND: return r->kind == kinds[t->number];
    default: return false;
    }
}

bool term_holds(const struct term *t, const struct session *s, const struct row *r, row_words words,
                void *ctx, const struct mem *m)
{
    int64_t number;
    if (t->field == FIELD_PORT)
        return port_holds(t, s, r);
    if (t->field >= FIELD_CONN)
        return number_of(s, r, (enum field)t->field, &number) && compare_holds(t->compare, number, t->number);
    bool holds = t->field == FIELD_TEXT ? text_holds(t, s, r, words, ctx, m) : name_holds(t, r);
    return holds == (t->compare == COMPARE_EQ);
}

/* Offers head + tail where the word typed so far begins it. */
static void offer_if(const char *word, size_t len, const char *head, const char *tail,
                     void (*offer)(void *ctx, const char *word), void *ctx)
{
    char whole[OFFER];
    size_t head_len = strlen(head), tail_len = strlen(tail);
    if (head_len + tail_len >= sizeof whole || head_len + tail_len < len)
        return;
    stpcpy(stpcpy(whole, head), tail);
    for (size_t i = 0; i < len; i++)
        if (lower(whole[i]) != lower(word[i]))
            return;
    offer(ctx, whole);
}

void term_complete(const char *word, size_t len, void (*offer)(void *ctx, const char *word), void *ctx)
{
    const char *colon = len ? memchr(word, ':', len) : NULL;
    for (int f = 0; f < FIELDS; f++) {
        if (!colon) {
            offer_if(word, len, field_name[f], f < FIELD_CONN ? ":" : "", offer, ctx);
            continue;
        }
        if (!same_name(field_name[f], word, (size_t)(colon - word)))
            continue;
        const char *value;
        for (size_t i = 0; (value = value_at((enum field)f, i)) != NULL; i++) {
            char head[OFFER / 4];
            size_t n = strlen(field_name[f]);
            memcpy(head, field_name[f], n);
            head[n] = ':';
            head[n + 1] = 0;
            offer_if(word, len, head, value, offer, ctx);
        }
    }
}
