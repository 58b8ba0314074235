/* filter.c: terms joined by `and` (or a blank), `or`, `not` and parentheses: a small tree, made by descent.
 * `and` binds closer than `or`, `not` closest. Depth and size are bounded, for the text may come from
 * anywhere. */
#include "session/filter.h"

#include <string.h>

#include "core/annot.h"
#include "session/term.h"

enum { NODES = 128, DEPTH = 24 };
enum node_kind { NODE_TERM, NODE_NOT, NODE_AND, NODE_OR };

struct node {
    enum node_kind kind;
    const struct node *left, *right;
    struct term term;
};

struct filter {
    const struct mem *mem;
    struct saying words;
    const struct node *root; /* NULL: everything passes */
    size_t count, size;
    struct node node[NODES];
    char text[]; /* terms point into it */
};

struct parse {
    struct filter *filter;
    struct reading reading;
    int depth;
};

/* Where nobody says the words of a row: what it is made of. */
static void plain_words(void *ctx, const struct session *s, const struct row *r, struct str *out)
{
    (void)ctx;
    size_t len;
    bool said;
    const struct event_call *c = session_call(s, r);
    uint32_t quotes;
    const char *note = session_note(s, r, &len, &said);
    const struct icmp_error *error = session_icmp(s, r, &quotes);
    if (r->kind == EVENT_SEGMENT)
        str_put(out, annot_brief((enum annot_id)r->annot));
    else if (c) {
        str_put(out, c->name);
        str_put(out, "(");
        str_put(out, c->args);
        str_put(out, ")");
    } else if (error)
        str_put(out, icmp_what(error->id));
    else if (note)
        str_put_n(out, note, len);
}

static void plain_conn(void *ctx, const struct session *s, uint32_t conn, struct str *out)
{
    struct conn_view v;
    (void)ctx;
    if (!session_conn(s, conn, &v))
        return;
    str_put_endpoint(out, &v.tuple.end[SIDE_CLIENT]);
    str_put_char(out, ' ');
    str_put_endpoint(out, &v.tuple.end[SIDE_SERVER]);
}

static struct node *node_new(struct parse *p, enum node_kind kind, const struct node *left,
                             const struct node *right)
{
    if (p->filter->count == NODES) {
        reading_wrong(&p->reading, p->reading.pos, 0, N_("the filter is too long"), NULL);
        return NULL;
    }
    struct node *n = &p->filter->node[p->filter->count++];
    *n = (struct node){.kind = kind, .left = left, .right = right};
    return n;
}

/* Whether the next word is that one; it is then taken. */
static bool take(struct parse *p, const char *word)
{
    struct reading *r = &p->reading;
    size_t at = lex_blanks(r->text, r->len, r->pos), len = strlen(word), end = at + len;
    if (end > r->len || memcmp(r->text + at, word, len) != 0)
        return false;
    bool letter = word[0] >= 'a' && word[0] <= 'z';
    if (letter && end < r->len && !strchr(" \t()\"", r->text[end]))
        return false;
    r->pos = end;
    return true;
}

/* Whether anything but a closing parenthesis or `or` comes next. */
static bool more(struct parse *p)
{
    struct reading *r = &p->reading;
    size_t start = r->pos;
    r->pos = lex_blanks(r->text, r->len, r->pos);
    if (r->pos == r->len || r->text[r->pos] == ')')
        return false;
    bool is_or = take(p, "or");
    if (is_or)
        r->pos = start;
    return !is_or;
}

static const struct node *parse_or(struct parse *p);

static const struct node *parse_one(struct parse *p)
{
    struct reading *r = &p->reading;
    r->pos = lex_blanks(r->text, r->len, r->pos);
    if (p->depth == DEPTH) {
        reading_wrong(r, r->pos, 0, N_("the filter is nested too deep"), NULL);
        return NULL;
    }
    p->depth++;
    const struct node *made = NULL;
    size_t open = r->pos;
    if (take(p, "not")) {
        const struct node *inner = parse_one(p);
        made = inner ? node_new(p, NODE_NOT, inner, NULL) : NULL;
    } else if (take(p, "(")) {
        made = parse_or(p);
        if (made && !take(p, ")")) {
            reading_wrong(r, open, 1, N_("the parenthesis is not closed"), NULL);
            made = NULL;
        }
    } else if (r->pos == r->len || r->text[r->pos] == ')') {
        reading_wrong(r, r->pos, 0, N_("a term is missing"), NULL);
    } else {
        struct node *n = node_new(p, NODE_TERM, NULL, NULL);
        made = n && term_read(r, &n->term) ? n : NULL;
    }
    p->depth--;
    return made;
}

static const struct node *parse_and(struct parse *p)
{
    const struct node *left = parse_one(p);
    while (left && more(p)) {
        take(p, "and");
        const struct node *right = parse_one(p);
        left = right ? node_new(p, NODE_AND, left, right) : NULL;
    }
    return left;
}

static const struct node *parse_or(struct parse *p)
{
    const struct node *left = parse_and(p);
    while (left && take(p, "or")) {
        const struct node *right = parse_and(p);
        left = right ? node_new(p, NODE_OR, left, right) : NULL;
    }
    return left;
}

struct filter *filter_parse(const struct mem *m, const char *text, size_t len, struct cmd_error *e)
{
    *e = (struct cmd_error){0};
    struct filter *f = mem_new(m, sizeof *f + len + 1);
    if (!f)
        return NULL;
    f->mem = m;
    f->size = sizeof *f + len + 1;
    f->words = (struct saying){plain_words, plain_conn, NULL, m};
    if (len)
        memcpy(f->text, text, len);
    struct parse p = {f, {f->text, len, 0, e}, 0};
    if (lex_blanks(f->text, len, 0) == len)
        return f;
    f->root = parse_or(&p);
    if (f->root && lex_blanks(f->text, len, p.reading.pos) < len) {
        reading_wrong(&p.reading, p.reading.pos, 1, N_("{word} does not belong here"), NULL);
        f->root = NULL;
    }
    if (f->root)
        return f;
    filter_free(f);
    return NULL;
}

void filter_free(struct filter *f)
{
    if (f)
        mem_free(f->mem, f, f->size);
}

void filter_words(struct filter *f, row_words rows, conn_words conns, void *ctx)
{
    f->words = (struct saying){rows ? rows : plain_words, conns ? conns : plain_conn, ctx, f->mem};
}

static bool holds(const struct filter *f, const struct node *n, const struct session *s, const struct row *r)
{
    switch (n->kind) {
    case NODE_TERM: return term_holds(&n->term, s, r, &f->words);
    case NODE_NOT: return !holds(f, n->left, s, r);
    case NODE_AND: return holds(f, n->left, s, r) && holds(f, n->right, s, r);
    case NODE_OR: return holds(f, n->left, s, r) || holds(f, n->right, s, r);
    }
    return false;
}

bool filter_passes(const struct filter *f, const struct session *s, const struct row *r)
{
    return !f->root || holds(f, f->root, s, r);
}

bool filter_of_conns(const struct filter *f, struct cmd_error *e)
{
    *e = (struct cmd_error){0};
    for (size_t i = 0; i < f->count; i++) {
        const struct term *t = &f->node[i].term;
        if (f->node[i].kind != NODE_TERM || term_of_conns(t))
            continue;
        *e = (struct cmd_error){
            .message = N_("{word} is asked of rows: open the ladder first"), .at = t->at, .len = t->len};
        return false;
    }
    return true;
}

static bool conn_holds(const struct filter *f, const struct node *n, const struct asked *a)
{
    switch (n->kind) {
    case NODE_TERM: return term_holds_conn(&n->term, a, &f->words);
    case NODE_NOT: return !conn_holds(f, n->left, a);
    case NODE_AND: return conn_holds(f, n->left, a) && conn_holds(f, n->right, a);
    case NODE_OR: return conn_holds(f, n->left, a) || conn_holds(f, n->right, a);
    }
    return false;
}

bool filter_passes_conn(const struct filter *f, const struct session *s, uint32_t conn)
{
    struct asked a;
    return !f->root || (asked_of(&a, s, conn) && conn_holds(f, f->root, &a));
}

void filter_complete(const char *line, size_t len, bool of_conns, void (*offer)(void *ctx, const char *word),
                     void *ctx)
{
    size_t start = len;
    while (start > 0 && !strchr(" \t(", line[start - 1]))
        start--;
    term_complete(line + start, len - start, of_conns, offer, ctx);
}
