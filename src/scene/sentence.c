/* sentence.c: the words of a segment. A row keeps the id of its sentence with a few values; the rest of the
 * values are the row's own facts. The main sentence speaks of some of the row's labels; for each of the
 * others a clause is added, so that two rows with different labels never read the same. */
#include "scene/fill.h"
#include "scene/phrase.h"

#include <string.h>

/* A row with what its places may ask for; what costs more is fetched when it is asked for. */
struct facts {
    const struct voice *voice;
    const struct session *session;
    const struct row *row;
    struct row_extra extra;
    bool one; /* a number that was put is 1: what follows may be a plural */
};

static void facts_of(struct facts *f, const struct voice *v, const struct session *s, const struct row *r)
{
    f->voice = v;
    f->session = s;
    f->row = r;
    f->one = false;
    session_extra(s, r, &f->extra);
}

static const char *side_words(const struct voice *v, enum side side)
{
    static const char *const words[] = {[SIDE_CLIENT] = N_("client"), [SIDE_SERVER] = N_("server")};
    return side < SIDE_COUNT ? say(v, words[side]) : "?";
}

static const char *cause_words(const struct voice *v, enum cause c)
{
    static const char *const words[] = {
#define CAUSE(id, name, text) [CAUSE_##id] = (text),
#include "core/causes.def"
    };
    return c > CAUSE_UNKNOWN && c < CAUSE_COUNT ? say(v, words[c]) : "?";
}

static void put_frame(struct str *out, uint32_t frame)
{
    if (frame)
        str_put_u64(out, frame);
    else
        str_put(out, "?");
}

/* The frames that a row repeats: "3", "3, #4, #5"; of many the first ones and the last. */
static void put_repeats(struct str *out, const struct facts *f)
{
    enum { SHOWN = 4 };
    bool hash = out->len > 0 && out->at[out->len - 1] == '#';
    uint32_t count = f->extra.repeats_count;
    if (count == 0)
        str_put(out, "?");
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            str_put(out, i == SHOWN - 1 && count > SHOWN ? (f->voice->ascii ? " ... " : " … ") : ", ");
        if (i > 0 && hash)
            str_put_char(out, '#');
        if (i == SHOWN - 1 && count > SHOWN)
            i = count - 1;
        put_frame(out, f->extra.repeats[i]);
    }
}

void put_call_name(struct str *out, const struct event_call *c)
{
    put_foreign(out, c->name, false);
    str_put_char(out, '(');
    if ((c->kind == CALL_READ || c->kind == CALL_WRITE) && !c->errname)
        str_put_i64(out, c->result);
    else if (c->kind == CALL_SHUTDOWN_RD)
        str_put(out, "RD");
    else if (c->kind == CALL_SHUTDOWN_WR)
        str_put(out, "WR");
    else if (c->kind == CALL_SHUTDOWN_RDWR)
        str_put(out, "RDWR");
    str_put_char(out, ')');
}

static void put_cause(struct str *out, const struct facts *f)
{
    if (f->extra.call)
        put_call_name(out, f->extra.call);
    else
        str_put(out, cause_words(f->voice, f->extra.cause));
}

/* The segment size in force: the one a SYN offers, or what its silence means (RFC 9293 3.7.1); else what a
 * data segment of this side may hold at most, for timestamps take 12 bytes of each (RFC 7323, appendix A). */
static void put_mss(struct str *out, const struct facts *f)
{
    enum { SILENT_IPV4 = 536, SILENT_IPV6 = 1220, TIMESTAMPS = 12 };
    struct seg seg;
    uint32_t mss = 0;
    bool decoded = session_head(f->session, f->row, &seg);
    if (decoded && seg.opt.mss)
        mss = seg.opt.mss_value;
    else if (decoded && (f->row->flags & TCP_SYN))
        mss = seg.src.addr.family == 6 ? SILENT_IPV6 : SILENT_IPV4;
    else if (f->row->side < SIDE_COUNT)
        mss = session_mss(f->session, f->row->conn, side_other((enum side)f->row->side));
    if (decoded && !(f->row->flags & TCP_SYN) && seg.opt.timestamps && mss > TIMESTAMPS)
        mss -= TIMESTAMPS;
    if (mss)
        str_put_u64(out, mss);
    else
        str_put(out, "?");
}

static void put_port(struct str *out, const struct facts *f)
{
    const struct tuple *ends = session_ends(f->session, f->row->conn);
    if (ends)
        str_put_u64(out, ends->end[SIDE_SERVER].port);
    else
        str_put(out, "?");
}

/* Bytes that IP's header counts and the frame does not have. */
static uint32_t lacks(const struct facts *f)
{
    struct seg seg;
    return session_head(f->session, f->row, &seg) ? seg.lacks : 0;
}

/* The number that a place means. */
static uint64_t number_of(const struct facts *f, enum place which)
{
    const struct row *r = f->row;
    uint32_t len = row_len(r);
    switch (which) {
    case PLACE_LEN: return len;
    case PLACE_SEQ: return r->seq;
    case PLACE_SEQ_END: /* it wraps, as all numbers */
        return (uint32_t)(len ? r->seq + (r->flags & TCP_SYN ? len : len - 1) : r->seq);
    case PLACE_ACK: return r->ack;
    case PLACE_WIN: return row_win(r);
    case PLACE_ACKED: return f->extra.annot.acked;
    case PLACE_N: return f->extra.annot.number;
    case PLACE_LIMIT: return f->extra.annot.limit;
    case PLACE_LACKS: return lacks(f);
    default: return 0;
    }
}

static void put_side(struct str *out, const struct facts *f)
{
    str_put(out, side_words(f->voice, (enum side)f->row->side));
}

static void put_peer(struct str *out, const struct facts *f)
{
    enum side side = (enum side)f->row->side;
    str_put(out, side_words(f->voice, side < SIDE_COUNT ? side_other(side) : SIDE_NONE));
}

static void put_acks(struct str *out, const struct facts *f)
{
    put_frame(out, f->row->acks);
}

static void put_silence(struct str *out, const struct facts *f)
{
    str_put_span(out, f->voice->steady ? 0 : f->extra.annot.silence_us * 1000, f->voice->ascii);
}

static void put_probably(struct str *out, const struct facts *f)
{
    if (f->extra.annot.probably)
        str_put(out, say(f->voice, N_("probably ")));
}

/* What a window means is not known where its scale was not seen: a SYN's is as it stands. */
static bool unscaled(const struct facts *f)
{
    const struct row *r = f->row;
    return !(r->flags & TCP_SYN) && r->side < SIDE_COUNT &&
           session_shift(f->session, r->conn, (enum side)r->side) < 0;
}

static void put_value(struct str *out, struct facts *f, enum place which)
{
    const uint64_t n = number_of(f, which);
    if (which == PLACE_WIN && n > 0 && unscaled(f))
        str_put(out, f->voice->ascii ? ">= " : "≥ ");
    f->one = f->one || n == 1;
    str_put_u64(out, n);
}

static void fill_place(struct str *out, struct facts *f, enum place place)
{
    switch (place) {
    case PLACE_NONE: break;
    case PLACE_SIDE: put_side(out, f); break;
    case PLACE_PEER: put_peer(out, f); break;
    case PLACE_ACKS: put_acks(out, f); break;
    case PLACE_REPEATS: put_repeats(out, f); break;
    case PLACE_SILENCE: put_silence(out, f); break;
    case PLACE_CALL: put_cause(out, f); break;
    case PLACE_MSS: put_mss(out, f); break;
    case PLACE_PORT: put_port(out, f); break;
    case PLACE_PROBABLY: put_probably(out, f); break;
    case PLACE_LEN:
    case PLACE_SEQ:
    case PLACE_SEQ_END:
    case PLACE_ACK:
    case PLACE_WIN:
    case PLACE_ACKED:
    case PLACE_N:
    case PLACE_LIMIT:
    case PLACE_LACKS: put_value(out, f, place); break;
    }
}

static void fill_phrase(struct str *out, struct facts *f, const struct phrase *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        const struct piece *at = &p->piece[i];
        if (f->voice->ascii)
            put_plain(out, at->text, at->len, true);
        else
            str_put_n(out, at->text, at->len);
        fill_place(out, f, at->place);
    }
}

/* Appends a text with its places filled, as fill() does: this is most of what an export does. */
static void facts_fill(struct str *out, struct facts *f, const char *english)
{
    struct phrase own;
    const struct phrase *p = phrase_of(f->voice, english, &own);
    fill_phrase(out, f, p);
    while (*p->rest) {
        phrase_take(&own, p->rest);
        fill_phrase(out, f, p = &own);
    }
}

/* How clauses and sentences follow each other. */
static const struct {
    const char *clause, *sentence;
} joins[LANG_COUNT] = {[LANG_EN] = {"; ", " "}, [LANG_ZH] = {"；", ""}};

/* "1 bytes" becomes "1 byte": the numbers of a text are known only when it is filled. */
static void make_singular(struct str *out, size_t start)
{
    static const char *const plurals[] = {" bytes", " more bytes", " duplicate ACKs"};
    for (size_t at = start; at < out->len; at++) {
        const char *one = memchr(out->at + at, '1', out->len - at);
        if (!one)
            return;
        at = (size_t)(one - out->at);
        char before = at > start ? one[-1] : ' ';
        if ((before >= '0' && before <= '9') || before == '.' || before == '#')
            continue;
        for (size_t p = 0; p < COUNT_OF(plurals); p++) {
            size_t len = strlen(plurals[p]), end = at + 1 + len;
            if (end > out->len || memcmp(one + 1, plurals[p], len) != 0)
                continue;
            memmove(out->at + end - 1, out->at + end, out->len - end);
            str_cut(out, out->len - 1);
            break;
        }
    }
}

/* Appends a text with the row's facts. A place that begins it begins a sentence, so its word gets a capital
 * letter; but a call keeps its own name. */
static void put_fact(struct str *out, struct facts *f, const char *english)
{
    size_t start = out->len;
    f->one = false;
    facts_fill(out, f, english);
    if (f->one && f->voice->lang == LANG_EN && !out->failed)
        make_singular(out, start);
    bool place = english && english[0] == '{' && strncmp(english, "{call}", 6) != 0;
    if (place && start < out->len && out->at[start] >= 'a' && out->at[start] <= 'z')
        out->at[start] = (char)(out->at[start] - 'a' + 'A');
}

/* The labels that the main sentence does not speak of. What nobody sent was not overtaken either. */
static uint64_t labels_left(const struct facts *f)
{
    return f->row->labels & ~annot_labels(f->extra.annot.id) & ~(f->row->injected ? LBL(OUT_OF_ORDER) : 0);
}

/* Which clause of the label holds (clause.def). */
static bool is_usual(const struct facts *f, enum label l)
{
    if (l == LABEL_DATA)
        return !(f->row->flags & TCP_SYN);
    return l == LABEL_TRUNCATED ? lacks(f) == 0 : f->extra.repeats_count > 0;
}

/* Clauses for `left`, as many as fit into `room` cells (the first one always, cut); the rest are counted: "
 * +2". */
static void put_clauses(struct str *out, struct facts *f, uint64_t left, size_t room)
{
    size_t rest = 0, shown = 0;
    for (; left; left &= left - 1) {
        size_t before = out->len;
        if (shown > 0)
            str_put(out, joins[f->voice->lang].clause);
        enum label l = (enum label)__builtin_ctzll(left);
        put_fact(out, f, clause_brief(l, is_usual(f, l)));
        if (shown == 0)
            cut_at_word(out, 0, room, f->voice->ascii);
        if (rest > 0 || cells_of(out->at, out->len) > room) {
            str_cut(out, before);
            rest++;
        } else {
            shown++;
        }
    }
    if (rest > 0) {
        str_put(out, " +");
        str_put_u64(out, rest);
    }
}

/* "POST: " before the sentence of data that begin a request or an answer, where both fit whole. */
static void put_kind(struct str *out, const struct facts *f, size_t start, size_t room)
{
    if ((f->row->labels & (LBL(DATA) | LBL(RETRANSMISSION))) != LBL(DATA))
        return;
    struct str kind;
    str_init(&kind, out->mem);
    put_http_kind(&kind, f->session, f->row, f->voice->ascii);
    if (kind.len > 0)
        str_put(&kind, f->voice->lang == LANG_ZH ? "：" : ": ");
    if (kind.len > 0 && cells_of(kind.at, kind.len) + cells_of(out->at + start, out->len - start) <= room) {
        str_put_n(&kind, out->at + start, out->len - start);
        str_cut(out, start);
        str_put_n(out, kind.at, kind.len);
    }
    out->failed = out->failed || kind.failed;
    str_release(&kind);
}

void say_brief(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    enum { LEAST_MAIN = 16, COUNTED = 4 };
    struct facts f;
    facts_of(&f, v, s, r);
    uint64_t left = labels_left(&f);
    size_t start = out->len;
    put_fact(out, &f, annot_brief(f.extra.annot.id));
    if (left == 0) {
        put_kind(out, &f, start, BRIEF_CELLS);
        cut_at_word(out, start, BRIEF_CELLS, v->ascii);
        return;
    }
    struct str tail;
    str_init(&tail, out->mem);
    if (out->len > start)
        str_put(&tail, joins[v->lang].clause);
    size_t joined = tail.len;
    struct str clauses;
    str_init(&clauses, out->mem);
    put_clauses(&clauses, &f, left, BRIEF_CELLS - LEAST_MAIN - COUNTED - joined);
    str_put_n(&tail, clauses.at, clauses.len);
    put_kind(out, &f, start, BRIEF_CELLS - cells_of(tail.at, tail.len));
    cut_at_word(out, start, BRIEF_CELLS - cells_of(tail.at, tail.len), v->ascii);
    str_put_n(out, tail.at, tail.len);
    out->failed = out->failed || tail.failed || clauses.failed;
    str_release(&clauses);
    str_release(&tail);
}

void say_note(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    struct facts f;
    facts_of(&f, v, s, r);
    const char *english = annot_what(f.extra.annot.id);
    size_t start = out->len;
    if (f.extra.annot.probably && english && !strstr(english, "{probably}"))
        put_words(out, v, N_("Probably: "));
    put_fact(out, &f, english);
    for (uint64_t left = labels_left(&f); left; left &= left - 1) {
        if (out->len > start)
            str_put(out, joins[v->lang].sentence);
        enum label l = (enum label)__builtin_ctzll(left);
        put_fact(out, &f, clause_what(l, is_usual(&f, l)));
    }
    put_clock_back(out, v, s, r);
}

void say_why(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    struct facts f;
    facts_of(&f, v, s, r);
    put_fact(out, &f, annot_why(f.extra.annot.id));
}

void say_next(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    struct facts f;
    facts_of(&f, v, s, r);
    put_fact(out, &f, annot_next(f.extra.annot.id));
}
