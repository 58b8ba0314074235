/* diff_account.c: segments, bytes, time and the states that were passed; and how many rows are alike. */
#include "scene/diff_account.h"

#include "scene/fill.h"

enum { NAME = 16 };

void diff_account_init(struct diff_account *a, const struct mem *m)
{
    *a = (struct diff_account){.mem = m};
    str_init(&a->text, m);
}

void diff_account_release(struct diff_account *a)
{
    str_release(&a->text);
    mem_free(a->mem, a->line, a->cap * sizeof *a->line);
}

void diff_account_clear(struct diff_account *a)
{
    if (a->text.failed)
        str_release(&a->text);
    str_clear(&a->text);
    a->lines = 0;
    a->failed = false;
}

bool diff_account_failed(const struct diff_account *a)
{
    return a->failed || a->text.failed;
}

/* One under way: the texts of both columns, not broken yet. */
struct making {
    struct diff_account *a;
    const struct voice *v;
    size_t column;
    struct str text[DIFF_SIDES];
};

static struct diff_account_line *add_line(struct making *m, enum diff_line_kind kind)
{
    struct diff_account *a = m->a;
    void *lines = a->line;
    if (!mem_grow(a->mem, &lines, &a->cap, a->lines + 1, sizeof *a->line)) {
        a->failed = true;
        return NULL;
    }
    a->line = lines;
    a->line[a->lines] = (struct diff_account_line){.kind = kind, .at = {a->text.len, a->text.len}};
    return &a->line[a->lines++];
}

static void put_dash(struct making *m, struct str *out)
{
    str_put(out, m->v->ascii ? "-" : "–");
}

/* Where the lines of one column go. */
struct filling {
    struct making *m;
    unsigned side;
    size_t line; /* the next of the account's */
    const char *name;
};

static void fill_line(struct filling *f, const char *at, size_t len)
{
    struct diff_account *a = f->m->a;
    if (f->line == a->lines && !add_line(f->m, DIFF_LINE_ACCOUNT))
        return;
    struct diff_account_line *l = &a->line[f->line++];
    const size_t start = l->at[f->side] = a->text.len;
    str_put(&a->text, " ");
    str_put(&a->text, f->name);
    const size_t cells = cells_of(a->text.at + start, a->text.len - start);
    str_put_rep(&a->text, " ", cells < NAME ? NAME - cells : 1);
    str_put_n(&a->text, at, len);
    l->len[f->side] = a->text.len - start;
    f->name = "";
}

/* Breaks a text at blanks, so that no state's name is parted. */
static void fill_column(struct filling *f, const char *text, size_t len, size_t width)
{
    for (size_t at = 0; at < len;) {
        size_t take = cells_cut(text + at, len - at, width);
        if (at + take < len)
            for (size_t i = take; i > 0; i--)
                if (text[at + i] == ' ') {
                    take = i;
                    break;
                }
        fill_line(f, text + at, take ? take : len - at);
        at += take ? take : len - at;
        while (at < len && text[at] == ' ')
            at++;
    }
}

/* Both texts under their name, each in its column, on as many lines as they need. */
static void end_pair(struct making *m, const char *name, bool marked)
{
    const size_t first = m->a->lines, width = m->column > NAME + 8 ? m->column - NAME : 8;
    const bool differs = marked && (m->text[0].len != m->text[1].len ||
                                    memcmp(m->text[0].at, m->text[1].at, m->text[0].len) != 0);
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        struct filling f = {m, side, first, say(m->v, name)};
        fill_column(&f, m->text[side].at, m->text[side].len, width);
        m->a->failed = m->a->failed || m->text[side].failed;
        str_clear(&m->text[side]);
    }
    if (m->a->lines > first)
        m->a->line[first].differs = differs;
}

static void end_words(struct making *m, enum diff_line_kind kind)
{
    struct diff_account_line *l = add_line(m, kind);
    for (unsigned side = 0; l && side < DIFF_SIDES; side++) {
        l->at[side] = m->a->text.len;
        l->len[side] = m->text[side].len;
        str_put_n(&m->a->text, m->text[side].at, m->text[side].len);
    }
    for (unsigned side = 0; side < DIFF_SIDES; side++)
        str_clear(&m->text[side]);
}

/* What is counted. */
struct counts {
    uint64_t segments[SIDE_COUNT], bytes[SIDE_COUNT], again[SIDE_COUNT];
    uint64_t first_ns, last_ns, conns;
};

uint64_t diff_begin(const struct session *s, uint32_t conn)
{
    struct conn_view v;
    if (!session_conn(s, conn, &v))
        return session_start(s);
    const uint32_t row = v.first_frame ? session_frame(s, v.first_frame) : NO_ROW;
    const struct row *r = row == NO_ROW ? NULL : session_row(s, row);
    return r ? r->time_ns : v.first_ns;
}

static void count_conn(struct counts *c, const struct conn_view *v, uint64_t first_ns)
{
    for (int i = 0; i < SIDE_COUNT; i++) {
        c->segments[i] += v->stats[i].segments;
        c->bytes[i] += v->stats[i].unique_bytes;
        c->again[i] += v->stats[i].retransmitted_segments;
    }
    if (!c->conns++ || first_ns < c->first_ns)
        c->first_ns = first_ns;
    if (v->last_ns > c->last_ns)
        c->last_ns = v->last_ns;
}

/* "15  (→ 9  ← 6)": all, those of the client, those of the server. */
static void put_counted(struct making *m, struct str *out, const uint64_t n[SIDE_COUNT])
{
    str_put_grouped(out, n[SIDE_CLIENT] + n[SIDE_SERVER]);
    str_put(out, m->v->ascii ? "  (> " : "  (→ ");
    str_put_grouped(out, n[SIDE_CLIENT]);
    str_put(out, m->v->ascii ? "  < " : "  ← ");
    str_put_grouped(out, n[SIDE_SERVER]);
    str_put(out, ")");
}

static void put_counts(struct making *m, const struct counts c[DIFF_SIDES])
{
    for (unsigned i = 0; i < DIFF_SIDES; i++)
        put_counted(m, &m->text[i], c[i].segments);
    end_pair(m, N_("segments"), true);
    for (unsigned i = 0; i < DIFF_SIDES; i++)
        put_counted(m, &m->text[i], c[i].bytes);
    end_pair(m, N_("bytes of data"), true);
    uint64_t again = 0;
    for (unsigned i = 0; i < DIFF_SIDES; i++) {
        again += c[i].again[SIDE_CLIENT] + c[i].again[SIDE_SERVER];
        put_counted(m, &m->text[i], c[i].again);
    }
    if (again)
        end_pair(m, N_("sent again"), true);
    for (unsigned i = 0; i < DIFF_SIDES; i++) {
        str_clear(&m->text[i]);
        str_put_fixed(&m->text[i], c[i].last_ns > c[i].first_ns ? (c[i].last_ns - c[i].first_ns) / 1000 : 0,
                      6);
        str_put(&m->text[i], " s");
    }
    end_pair(m, N_("time"), false);
}

/* The states that one side of a connection passed, by its rows; the last is the machine's now. */
static void put_states(struct making *m, struct str *out, const struct diff *d, const struct diff_part *p,
                       unsigned of, enum side side)
{
    const struct session *s = diff_session(d, of);
    enum tcp_state before = STATE_UNKNOWN;
    for (size_t i = p->first; i <= p->end; i++) {
        const enum tcp_state now =
            i == p->end ? session_state(s, p->conn[of], side) : state_in(diff_item(d, i)->edges[of], side);
        if (now == STATE_UNKNOWN || now == before)
            continue;
        str_put(out, before == STATE_UNKNOWN ? "" : m->v->ascii ? " > " : " → ");
        str_put(out, m->column < 50 ? state_brief(now) : state_name(now));
        before = now;
    }
    if (before == STATE_UNKNOWN)
        put_dash(m, out);
}

static void put_passed(struct making *m, const struct diff *d, const struct diff_part *p)
{
    static const char *const names[SIDE_COUNT] = {N_("client"), N_("server")};
    for (unsigned side = 0; side < SIDE_COUNT; side++) {
        for (unsigned of = 0; of < DIFF_SIDES; of++) {
            if (p->conn[of] != NO_CONN)
                put_states(m, &m->text[of], d, p, of, (enum side)side);
            else
                put_dash(m, &m->text[of]);
        }
        end_pair(m, names[side], true);
    }
}

static bool is_conn(const struct diff_part *p)
{
    return p->conn[0] != NO_CONN || p->conn[1] != NO_CONN;
}

/* The one connection that there is, which needs no head of its own; NULL: there are several, or none. */
static const struct diff_part *only_conn(const struct diff *d)
{
    const size_t parts = diff_parts(d), first = parts && !is_conn(diff_part(d, 0));
    return parts == first + 1 ? diff_part(d, first) : NULL;
}

static void put_number(struct str *out, const struct voice *v, const char *english, const char *place,
                       uint64_t n)
{
    struct str number;
    str_init(&number, out->mem);
    str_put_grouped(&number, n);
    put_filled(out, v, english, place, number.at, NULL);
    out->failed = out->failed || number.failed;
    str_release(&number);
}

/* How many rows are alike, and what has to be known of the comparison. */
static void put_sum(struct making *m, const struct diff *d)
{
    static const struct {
        enum diff_kind kind;
        const char *words;
    } others[] = {{DIFF_DIFFERS, N_("differ: {n}")},
                  {DIFF_LEFT, N_("only in A: {n}")},
                  {DIFF_RIGHT, N_("only in B: {n}")}};
    const bool differ = diff_items(d) > diff_count(d, DIFF_ALIKE);
    struct str *out = &m->text[0];
    str_put(out, " ");
    put_number(out, m->v, differ ? N_("rows alike: {n}") : N_("No difference. Rows alike: {n}"), "n",
               diff_count(d, DIFF_ALIKE));
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (!diff_count(d, others[i].kind))
            continue;
        str_put(out, m->v->ascii ? ", " : " · ");
        put_number(out, m->v, others[i].words, "n", diff_count(d, others[i].kind));
    }
    end_words(m, DIFF_LINE_WORDS);
}

static void put_remark(struct making *m, const char *english)
{
    str_put(&m->text[0], " ");
    put_words(&m->text[0], m->v, english);
    cut_at_word(&m->text[0], 0, 2 * m->column + DIFF_GAP, m->v->ascii);
    end_words(m, DIFF_LINE_WORDS);
}

static void put_remarks(struct making *m, const struct diff *d)
{
    if (diff_without_calls(d))
        put_remark(m, N_("Only one of the two knows system calls: they are left out."));
    if (diff_without_wire(d))
        put_remark(m, N_("Only one of the two knows what the wire did: that is left out."));
    if (diff_rough(d))
        put_remark(m, N_("So much differs that some rows may not stand beside their likes."));
    if (session_first(diff_session(d, 0)) || session_first(diff_session(d, 1)))
        put_remark(m, N_("the oldest rows have given way: more memory for them with --memory"));
}

static struct making making_of(struct diff_account *a, const struct voice *v, size_t column)
{
    struct making m = {.a = a, .v = v, .column = column};
    for (unsigned i = 0; i < DIFF_SIDES; i++)
        str_init(&m.text[i], a->mem);
    return m;
}

static void made(struct making *m)
{
    for (unsigned i = 0; i < DIFF_SIDES; i++) {
        m->a->failed = m->a->failed || m->text[i].failed;
        str_release(&m->text[i]);
    }
}

void diff_account_whole(struct diff_account *a, const struct voice *v, const struct diff *d, size_t column)
{
    struct making m = making_of(a, v, column);
    struct counts c[DIFF_SIDES] = {0};
    struct conn_view conn;
    for (unsigned side = 0; side < DIFF_SIDES; side++)
        for (uint32_t i = 0; session_conn(diff_session(d, side), i, &conn); i++)
            count_conn(&c[side], &conn, diff_begin(diff_session(d, side), i));
    if (!only_conn(d)) {
        for (unsigned side = 0; side < DIFF_SIDES; side++)
            str_put_grouped(&m.text[side], c[side].conns);
        end_pair(&m, N_("connections"), true);
    }
    put_counts(&m, c);
    if (only_conn(d))
        put_passed(&m, d, only_conn(d));
    put_sum(&m, d);
    put_remarks(&m, d);
    made(&m);
}

void diff_account_part(struct diff_account *a, const struct voice *v, const struct diff *d, size_t part,
                       size_t column)
{
    const struct diff_part *p = diff_part(d, part);
    struct making m = making_of(a, v, column);
    struct counts c[DIFF_SIDES] = {0};
    struct conn_view conn;
    end_words(&m, DIFF_LINE_WORDS); /* an empty line */
    if (!is_conn(p)) {
        put_words(&m.text[0], v, N_("no connection"));
        str_put(&m.text[1], m.text[0].at);
    }
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        if (!session_conn(diff_session(d, side), p->conn[side], &conn))
            continue;
        count_conn(&c[side], &conn, diff_begin(diff_session(d, side), p->conn[side]));
        say_conn(&m.text[side], v, p->conn[side], &conn.tuple);
        cut_at_word(&m.text[side], 0, column, v->ascii);
    }
    end_words(&m, DIFF_LINE_HEAD);
    if (is_conn(p) && !only_conn(d)) {
        put_counts(&m, c);
        put_passed(&m, d, p);
    }
    made(&m);
}
