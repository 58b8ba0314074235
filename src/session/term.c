/* term.c: a term of a filter as text: its field, its comparison, its value; and how a term begun goes on. */
#include "session/term.h"

#include <arpa/inet.h>
#include <string.h>

enum { WORD = 64, OFFER = 128, ADDRESS_MOST = 46 };
enum field_kind {
    KIND_NAME,
    KIND_WORDS,
    KIND_ADDRESS,
    KIND_COUNT,
    KIND_BYTES,
    KIND_SECONDS,
    KIND_MILLISECONDS,
    KIND_PERCENT
};
enum field_asked { ASKED_ROWS, ASKED_BOTH };

static const struct {
    const char *name;
    enum field_kind kind;
    enum field_asked asked;
    const char *sign, *help;
} fields[FIELDS] = {
#define FIELD(id, name, kind, asked, sign, help) {name, KIND_##kind, ASKED_##asked, sign, help},
#include "session/fields.def"
};

/* Units that may follow a number: what one is worth in the field's own unit. */
static const struct {
    enum field_kind kind;
    const char *name;
    int64_t worth;
} units[] = {
    {KIND_COUNT, "k", 1000},
    {KIND_COUNT, "m", 1000000},
    {KIND_COUNT, "g", 1000000000},
    {KIND_BYTES, "k", 1 << 10},
    {KIND_BYTES, "m", 1 << 20},
    {KIND_BYTES, "g", 1 << 30},
    {KIND_SECONDS, "us", 1000},
    {KIND_SECONDS, "ms", 1000000},
    {KIND_SECONDS, "s", 1000000000},
    {KIND_SECONDS, "min", INT64_C(60000000000)},
    {KIND_SECONDS, "", 1000000000},
    {KIND_MILLISECONDS, "us", 1000},
    {KIND_MILLISECONDS, "ms", 1000000},
    {KIND_MILLISECONDS, "s", 1000000000},
    {KIND_MILLISECONDS, "", 1000000},
    {KIND_PERCENT, "%", 1000},
    {KIND_PERCENT, "", 1000},
};

/* In the order of the bits in the header. */
static const char *const flag_name[] = {"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns"};

const enum event_kind term_kinds[] = {EVENT_SEGMENT, EVENT_CALL, EVENT_NOTE, EVENT_WIRE};

/* RFC 9293 has no name for how a connection ended; a list of connections does. */
static const char *state_at(size_t i, bool ends)
{
    static const char *const end[] = {"refused", "reset"};
    _Static_assert((int)CONN_REFUSED == (int)STATE_COUNT && (int)CONN_RESET == (int)STATE_COUNT + 1,
                   "in this order");
    if (i + 1 < STATE_COUNT)
        return state_name((enum tcp_state)(i + 1));
    return ends && i + 1 < CONN_STATES ? end[i + 1 - STATE_COUNT] : NULL;
}

/* The i-th name that a value of the field may have; NULL past the end, and where it is no name. */
static const char *value_at(enum field f, size_t i)
{
    switch (f) {
    case FIELD_STATE: return state_at(i, true);
    case FIELD_CLIENT:
    case FIELD_SERVER: return state_at(i, false);
    case FIELD_FROM: return i < SIDE_COUNT ? side_name((enum side)i) : NULL;
    case FIELD_FLAG: return i < COUNT_OF(flag_name) ? flag_name[i] : NULL;
    case FIELD_LABEL: return i < LABEL_COUNT ? label_name((enum label)i) : NULL;
    case FIELD_WIRESHARK: return i < WS_COUNT ? ws_name((enum ws_label)i) : NULL;
    case FIELD_KIND: return i < COUNT_OF(term_kinds) ? event_kind_name(term_kinds[i]) : NULL;
    default: return NULL;
    }
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
    return i < FIELDS ? fields[i].name : value_at(FIELD_LABEL, i - FIELDS);
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

/* A number that has nine decimals at most, times what its unit is worth; what is too large is INT64_MAX. */
static bool read_worth(struct word w, int64_t worth, int64_t *out)
{
    const char *point = memchr(w.at, '.', w.len);
    unsigned behind = point ? (unsigned)(w.at + w.len - point - 1) : 0;
    int64_t value, one = 1;
    if (behind > 9 || !word_number(w, behind, &value))
        return false;
    for (; behind > 0 && worth % 10 == 0; behind--)
        worth /= 10;
    for (; behind > 0; behind--)
        one *= 10;
    *out = value > INT64_MAX / worth ? INT64_MAX : value * worth / one;
    return true;
}

static bool read_number(struct reading *r, size_t at, size_t len, struct term *t)
{
    enum field_kind kind = fields[t->field].kind;
    struct word w = {r->text + at, len};
    size_t digits = 0;
    if (t->field == FIELD_FRAME && len > 1 && r->text[at] == '#')
        w = (struct word){w.at + 1, len - 1};
    while (digits < w.len && ((w.at[digits] >= '0' && w.at[digits] <= '9') || w.at[digits] == '.'))
        digits++;
    if (digits == w.len && (kind == KIND_COUNT || kind == KIND_BYTES) && word_number(w, 0, &t->number))
        return true;
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (units[i].kind == kind && same_name(units[i].name, w.at + digits, w.len - digits) &&
            read_worth((struct word){w.at, digits}, units[i].worth, &t->number))
            return true;
    return reading_wrong(r, at, len, N_("{word} is not a number"), NULL);
}

/* An address, and where a slash follows how many of its bits count. */
static bool read_address(struct reading *r, size_t at, size_t len, struct term *t)
{
    char text[ADDRESS_MOST + 1] = "";
    const char *slash = memchr(r->text + at, '/', len);
    size_t n = slash ? (size_t)(slash - r->text) - at : len;
    int64_t bits;
    if (n <= ADDRESS_MOST && !memchr(r->text + at, 0, n)) {
        memcpy(text, r->text + at, n);
        t->addr.family = inet_pton(AF_INET, text, t->addr.at) == 1    ? 4
                         : inet_pton(AF_INET6, text, t->addr.at) == 1 ? 6
                                                                      : 0;
    }
    int64_t most = t->addr.family == 4 ? 32 : 128;
    if (t->addr.family == 0)
        return reading_wrong(r, at, len, N_("{word} is not an address"), NULL);
    if (slash && (!word_number((struct word){slash + 1, len - n - 1}, 0, &bits) || bits > most))
        return reading_wrong(r, at, len, N_("{word} is not an address"), NULL);
    t->bits = (uint8_t)(slash ? bits : most);
    return true;
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

static bool read_rest(struct reading *r, struct term *t)
{
    enum field_kind kind = fields[t->field].kind;
    size_t sign = r->pos, at, len;
    if (!read_sign(r, &t->compare))
        return false;
    bool order = t->compare != COMPARE_EQ && t->compare != COMPARE_NE;
    if (kind < KIND_COUNT && order)
        return reading_wrong(r, sign, 1, N_("{word} needs a number beside it"), NULL);
    if (!read_value(r, &at, &len))
        return false;
    switch (kind) {
    case KIND_WORDS: t->text = r->text + at, t->text_len = len; return true;
    case KIND_NAME: return read_name(r, at, len, t);
    case KIND_ADDRESS: return read_address(r, at, len, t);
    default: return read_number(r, at, len, t);
    }
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

static bool read_term(struct reading *r, struct term *t)
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
        if (same_name(fields[t->field].name, r->text + at, len))
            return read_rest(r, t);
    r->pos = at;
    return read_label(r, at, len, t) && reading_wrong(r, next, 1, N_("{word} does not belong here"), NULL);
}

bool term_read(struct reading *r, struct term *t)
{
    size_t at = r->pos;
    bool good = read_term(r, t);
    t->at = at;
    t->len = r->pos - at;
    return good;
}

bool term_of_conns(const struct term *t)
{
    return fields[t->field].asked == ASKED_BOTH;
}

bool filter_field(size_t i, struct filter_field *out)
{
    if (i >= FIELDS)
        return false;
    *out =
        (struct filter_field){fields[i].name, fields[i].sign, fields[i].help, fields[i].asked == ASKED_BOTH};
    return true;
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

void term_complete(const char *word, size_t len, bool of_conns, void (*offer)(void *ctx, const char *word),
                   void *ctx)
{
    const char *colon = len ? memchr(word, ':', len) : NULL, *label;
    for (int f = 0; f < FIELDS; f++) {
        if (of_conns && fields[f].asked == ASKED_ROWS)
            continue;
        if (!colon) {
            offer_if(word, len, fields[f].name, fields[f].sign, offer, ctx);
            continue;
        }
        if (!same_name(fields[f].name, word, (size_t)(colon - word)))
            continue;
        const char *value;
        for (size_t i = 0; (value = value_at((enum field)f, i)) != NULL; i++) {
            char head[OFFER / 4];
            size_t n = strlen(fields[f].name);
            memcpy(head, fields[f].name, n);
            head[n] = ':';
            head[n + 1] = 0;
            offer_if(word, len, head, value, offer, ctx);
        }
    }
    /* a label by its name alone, once it is begun: there are many */
    for (size_t i = 0; len > 0 && !colon && (label = value_at(FIELD_LABEL, i)) != NULL; i++)
        offer_if(word, len, label, "", offer, ctx);
}
