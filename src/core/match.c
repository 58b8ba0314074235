#include "core/match.h"

#include <string.h>

static const struct param params[] = {
    {"COUNT", PARAM_NUMBER, 0, 1, 1000, {NULL}},
    {"CONN", PARAM_NUMBER, 0, 1, INT32_MAX, {NULL}},
    {"N", PARAM_NUMBER, 0, 0, INT64_C(1) << 30, {NULL}},
    {"BACKLOG", PARAM_NUMBER, 0, 0, 65535, {NULL}},
    {"SECONDS", PARAM_NUMBER, 3, 0, 1000000, {NULL}},
    {"IDLE", PARAM_NUMBER, 0, 1, 32767, {NULL}},     /* tcp(7): MAX_TCP_KEEPIDLE */
    {"INTERVAL", PARAM_NUMBER, 0, 1, 32767, {NULL}}, /* MAX_TCP_KEEPINTVL */
    {"TIMES", PARAM_NUMBER, 0, 1, 127, {NULL}},      /* MAX_TCP_KEEPCNT */
    {"SPEED", PARAM_NUMBER, 1, 0, 1000, {NULL}},
    {"MS", PARAM_NUMBER, 3, 0, 60000, {NULL}},
    {"KBITS", PARAM_NUMBER, 0, 0, 10000000, {NULL}},
    {"FRAMES", PARAM_NUMBER, 0, 0, 100000, {NULL}},
    {"PERCENT", PARAM_NUMBER, 3, 0, 100, {NULL}},
    {"BYTES", PARAM_NUMBER, 0, 68, 1500, {NULL}}, /* RFC 791 3.2: what every link takes */
    {"CHAR", PARAM_CHAR, 0, 0, 0, {NULL}},
    {"#FRAME", PARAM_FRAME, 0, 1, UINT32_MAX, {NULL}},
    {"OPTION", PARAM_WORD, 0, 0, 0, {NULL}},
    {"VALUE", PARAM_WORD, 0, 0, 0, {NULL}},
    {"NAME", PARAM_WORD, 0, 0, 0, {NULL}},
    {"MARK", PARAM_WORD, 0, 0, 0, {NULL}},
    {"VALUES", PARAM_WORDS, 0, 0, 0, {"client", "server"}},
    {"CONDITION", PARAM_WORDS, 0, 0, 0, {"within", NULL}},
    {"FILE", PARAM_REST, 0, 0, 0, {NULL}},
    {"TEXT", PARAM_REST, 0, 0, 0, {NULL}},
    {"SEGMENT", PARAM_REST, 0, 0, 0, {NULL}},
};

/* How much a mistake says, of several at one place. */
enum rank { RANK_NONE, RANK_UNEXPECTED, RANK_KIND, RANK_NEAR, RANK_RANGE };

static void mistake(struct match *m, struct word w, enum rank rank, const char *message)
{
    size_t at = (size_t)(w.at - m->line);
    struct cmd_error *e = m->error;
    if (e->message && (at < e->at || (at == e->at && (int)rank <= m->rank)))
        return;
    m->rank = (int)rank;
    *e = (struct cmd_error){.message = message, .at = at, .len = w.len};
}

static void missing(struct match *m)
{
    mistake(m, (struct word){m->line + m->len, 0}, RANK_UNEXPECTED, N_("something is missing"));
}

static bool add(struct match *m, const char *param, struct word w, int64_t number)
{
    if (m->cmd->args == CMD_ARGS)
        return false;
    m->cmd->arg[m->cmd->args++] = (struct cmd_arg){param, w.at, w.len, number};
    return true;
}

static int64_t scale(unsigned decimals)
{
    int64_t v = 1;
    while (decimals-- > 0)
        v *= 10;
    return v;
}

static bool take_number(struct match *m, const struct param *p, struct word w, size_t skip)
{
    int64_t v = 0;
    struct word digits = {w.at + skip, w.len - skip};
    if (!word_number(digits, p->decimals, &v)) {
        mistake(m, w, RANK_KIND, N_("{word} is not a number"));
        return false;
    }
    if (v < p->low * scale(p->decimals) || v > p->high * scale(p->decimals)) {
        mistake(m, w, RANK_RANGE, N_("{word} is out of range: {low} to {high}"));
        if (m->rank == RANK_RANGE && m->error->at == (size_t)(w.at - m->line)) {
            m->error->low = p->low;
            m->error->high = p->high;
        }
        return false;
    }
    return add(m, p->name, w, v);
}

/* Everything to the line's end (of a FILE not the blanks behind it), or the words before a stop. */
static bool take_words(struct match *m, const struct param *p, struct word w)
{
    bool stopped = false;
    size_t start = (size_t)(w.at - m->line), end = start, pos = start;
    if (p->kind == PARAM_REST) {
        end = m->len;
        if (strcmp(p->name, "FILE") == 0)
            while (m->line[end - 1] == ' ' || m->line[end - 1] == '\t' || m->line[end - 1] == '\r')
                end--;
        m->pos = m->len;
        if (m->offers)
            m->offers->param(m->offers->ctx, p->name);
        return add(m, p->name, (struct word){w.at, end - start}, 0);
    }
    while (lex_word(m->line, m->len, &pos, &w)) {
        stopped = (p->stops[0] && word_is(w, p->stops[0])) || (p->stops[1] && word_is(w, p->stops[1]));
        if (stopped)
            break;
        end = m->pos = pos;
    }
    if (end == start) {
        mistake(m, w, RANK_UNEXPECTED, N_("something is missing before {word}"));
        return false;
    }
    if (m->offers && !stopped)
        m->offers->param(m->offers->ctx, p->name);
    return add(m, p->name, (struct word){m->line + start, end - start}, 0);
}

static bool take_param(struct match *m, const struct param *p, struct word w)
{
    uint32_t c;
    switch (p->kind) {
    case PARAM_NUMBER: return take_number(m, p, w, 0);
    case PARAM_WORD: return w.at[0] != '#' && add(m, p->name, w, 0); /* # is a frame's */
    case PARAM_FRAME: return w.at[0] == '#' && take_number(m, p, w, 1);
    case PARAM_CHAR:
        if (utf8_next(w.at, w.len, &c) == w.len && (c != 0xFFFD || w.len == 3))
            return add(m, p->name, w, 0);
        mistake(m, w, RANK_KIND, N_("{word} is not one character"));
        return false;
    case PARAM_WORDS:
    case PARAM_REST: return take_words(m, p, w);
    }
    return false;
}

static bool capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* A piece of alternatives ends here. "[FORMAT:]FILE" is one placeholder: a bracket that touches what follows
 * is help. */
static const char *piece_start(const char *syn)
{
    const char *close = *syn == '[' ? strchr(syn, ']') : NULL;
    return close && (capital(close[1]) || close[1] == '#') ? close + 1 : syn;
}

static const struct param *find_param(const char *piece, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(params); i++)
        if (word_is((struct word){piece, len}, params[i].name))
            return &params[i];
    return NULL;
}

/* The literal words of all syntaxes, so that a nearest one has a place of its own. */
static const char *const words[] = {"client", "server", "on",    "off",     "get",       "post",    "rd",
                                    "wr",     "rdwr",   "both",  "key",     "until",     "within",  "delay",
                                    "jitter", "rate",   "queue", "loss",    "duplicate", "reorder", "corrupt",
                                    "hold",   "flow",   "step",  "release", "drop",      "next",    "cut",
                                    "mtu",    "silent", "to",    "urgent"};

/* The length of the piece that begins here, and where the next one of these alternatives does (NULL:
 * nowhere). */
static size_t piece_len(const char *piece, const char **next)
{
    size_t len = 0;
    while (piece[len] && piece[len] != '|' && piece[len] != ' ' && piece[len] != ']')
        len++;
    *next = piece[len] == '|' ? piece + len + 1 : NULL;
    return len;
}

static bool has_literal(const char *alternatives, const char *word)
{
    for (const char *p = alternatives, *next; p; p = next)
        if (word_is((struct word){p, piece_len(p, &next)}, word))
            return true;
    return false;
}

/* The i-th literal among alternatives. */
static const char *literal_at(void *ctx, size_t i)
{
    for (size_t n = 0, seen = 0; n < COUNT_OF(words); n++)
        if (has_literal(ctx, words[n]) && seen++ == i)
            return words[n];
    return NULL;
}

static void wrong_literal(struct match *m, const char *alternatives, struct word w)
{
    const char *near = nearest_word(w.at, w.len, literal_at, (void *)alternatives);
    if (!near) {
        mistake(m, w, RANK_UNEXPECTED, N_("{word} is not expected here"));
        return;
    }
    mistake(m, w, RANK_NEAR, N_("{word} is not expected here; nearest is {nearest}"));
    if (m->rank == RANK_NEAR && m->error->at == (size_t)(w.at - m->line))
        m->error->nearest = near;
}

/* Everything that may stand at the line's end. */
static void offer(const struct match *m, const char *alternatives)
{
    for (const char *p = alternatives, *next; p; p = next) {
        const char *piece = piece_start(p);
        const struct param *param = find_param(piece, piece_len(piece, &next));
        if (param)
            m->offers->param(m->offers->ctx, param->name);
    }
    const char *word;
    for (size_t i = 0; (word = literal_at((void *)alternatives, i)) != NULL; i++)
        m->offers->literal(m->offers->ctx, word);
}

/* One of several alternatives takes the next word, or more than one. */
static bool match_piece(struct match *m, const char *alternatives)
{
    size_t before = m->pos, behind = m->pos;
    struct word w;
    if (!lex_word(m->line, m->len, &behind, &w)) {
        if (m->offers)
            offer(m, alternatives);
        else
            missing(m);
        return false;
    }
    for (const char *p = alternatives, *next; p; p = next) {
        const char *piece = piece_start(p);
        size_t len = piece_len(piece, &next);
        const struct param *param = find_param(piece, len);
        m->pos = behind;
        if (param ? take_param(m, param, w)
                  : w.len == len && memcmp(w.at, piece, len) == 0 && add(m, NULL, w, 0))
            return true;
        m->pos = before;
    }
    wrong_literal(m, alternatives, w);
    return false;
}

/* Behind the bracket that closes the group which begins at syn. */
static const char *group_end(const char *syn)
{
    for (int depth = 0; *syn; syn++) {
        depth += (*syn == '[') - (*syn == ']');
        if (depth == 0)
            return syn + 1;
    }
    return syn;
}

/* A sequence, up to the end of the syntax or of its group. Groups nest as deep as the table of commands has
 * them. */
static bool match_sequence(struct match *m, const char *syn)
{
    for (;;) {
        while (*syn == ' ')
            syn++;
        if (!*syn || *syn == ']')
            return true;
        if (*syn == '[' && piece_start(syn) == syn) {
            size_t pos = m->pos, args = m->cmd->args;
            if (!match_sequence(m, syn + 1)) {
                m->pos = pos;
                m->cmd->args = args;
            }
            syn = group_end(syn);
            continue;
        }
        if (!match_piece(m, syn))
            return false;
        for (syn = piece_start(syn); *syn && *syn != ' ' && *syn != ']';)
            syn++;
    }
}

bool match_syntax(struct match *m, const char *syntax)
{
    struct word w;
    size_t pos;
    if (!match_sequence(m, syntax))
        return false;
    pos = m->pos;
    if (!lex_word(m->line, m->len, &pos, &w))
        return true;
    mistake(m, w, RANK_UNEXPECTED, N_("{word} is not expected here"));
    return false;
}
