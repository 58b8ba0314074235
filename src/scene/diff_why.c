/* diff_why.c: in what two rows differ, in words: the left value, a stroke, the right one. */
#include "scene/diff.h"

#include "scene/fill.h"

struct both {
    struct str *out;
    const struct voice *v;
    const struct row *row[DIFF_SIDES];
    const struct session *session[DIFF_SIDES];
    size_t start;
};

static void begin(const struct both *b, const char *english)
{
    str_put(b->out, b->out->len > b->start ? "; " : "");
    put_words(b->out, b->v, english);
    str_put(b->out, " ");
}

static void put_numbers(const struct both *b, const char *english, uint64_t left, uint64_t right)
{
    begin(b, english);
    str_put_u64(b->out, left);
    str_put(b->out, " / ");
    str_put_u64(b->out, right);
}

static void put_yes(const struct both *b, const char *english, bool left, bool right)
{
    if (left == right)
        return;
    begin(b, english);
    put_words(b->out, b->v, left ? N_("yes") : N_("no"));
    str_put(b->out, " / ");
    put_words(b->out, b->v, right ? N_("yes") : N_("no"));
}

static void put_value(const struct both *b, bool known, unsigned value)
{
    if (known)
        str_put_u64(b->out, value);
    else
        str_put(b->out, b->v->ascii ? "-" : "–");
}

static void put_values(const struct both *b, const char *english, const bool known[DIFF_SIDES],
                       const unsigned value[DIFF_SIDES])
{
    if (known[0] == known[1] && value[0] == value[1])
        return;
    begin(b, english);
    put_value(b, known[0], value[0]);
    str_put(b->out, " / ");
    put_value(b, known[1], value[1]);
}

static void put_options(const struct both *b)
{
    struct tcp_options o[DIFF_SIDES] = {0};
    for (unsigned i = 0; i < DIFF_SIDES; i++)
        diff_options(b->session[i], b->row[i], &o[i]);
    put_values(b, "MSS", (bool[]){o[0].mss, o[1].mss}, (unsigned[]){o[0].mss_value, o[1].mss_value});
    put_yes(b, N_("SACK permitted"), o[0].sack_permitted, o[1].sack_permitted);
    put_yes(b, N_("timestamps"), o[0].timestamps, o[1].timestamps);
    put_values(b, N_("window scale"), (bool[]){o[0].wscale, o[1].wscale},
               (unsigned[]){o[0].shift, o[1].shift});
    put_yes(b, N_("fast open"), o[0].fast_open, o[1].fast_open);
    put_yes(b, N_("multipath TCP"), o[0].mptcp, o[1].mptcp);
    put_yes(b, N_("broken options"), o[0].malformed, o[1].malformed);
}

/* What a call was to its connection: close() of a socket that lingers for no time is an abort. */
static void put_other(const struct both *b)
{
    const struct event_call *left = session_call(b->session[0], b->row[0]),
                            *right = session_call(b->session[1], b->row[1]);
    put_yes(b, N_("made up"), b->row[0]->injected, b->row[1]->injected);
    if (!left || !right)
        return;
    if (left->kind != right->kind) {
        begin(b, N_("it means"));
        str_put(b->out, call_kind_name(left->kind));
        str_put(b->out, " / ");
        str_put(b->out, call_kind_name(right->kind));
    }
    put_yes(b, N_("bytes unread"), left->unread, right->unread);
}

/* The labels that one has and the other has not. */
static void put_labels(const struct both *b, bool flags)
{
    /* what the flags have told already */
    const uint64_t told = LBL(TRUNCATED) | (flags ? LBL(SYN) | LBL(SYN_ACK) | LBL(FIN) | LBL(RST) : 0);
    static const char *const heads[] = {N_("only A:"), N_("only B:")};
    for (unsigned i = 0; i < DIFF_SIDES; i++) {
        const uint64_t only = b->row[i]->labels & ~b->row[1 - i]->labels & ~told;
        bool any = false;
        for (int l = 0; l < LABEL_COUNT; l++) {
            if (!(only & LABEL_BIT(l)))
                continue;
            if (any)
                str_put(b->out, ", ");
            else
                begin(b, heads[i]);
            put_words(b->out, b->v, label_words((enum label)l));
            any = true;
        }
    }
}

static void put_state(struct str *out, const struct voice *v, enum tcp_state state)
{
    const char *name = state_name(state);
    str_put(out, name ? name : v->ascii ? "-" : "–");
}

static void put_states(const struct both *b, const struct diff_item *item)
{
    static const char *const heads[SIDE_COUNT] = {N_("the client becomes"), N_("the server becomes")};
    for (enum side side = SIDE_CLIENT; side < SIDE_COUNT; side++) {
        const enum tcp_state left = state_in(item->edges[0], side), right = state_in(item->edges[1], side);
        if (left == right)
            continue;
        begin(b, heads[side]);
        put_state(b->out, b->v, left);
        str_put(b->out, " / ");
        put_state(b->out, b->v, right);
    }
}

/* "FIN ACK / RST ACK" */
static void put_flags(const struct both *b)
{
    static const struct {
        unsigned flag;
        const char *word;
    } words[] = {{TCP_SYN, "SYN"}, {TCP_FIN, "FIN"}, {TCP_RST, "RST"}, {TCP_PSH, "PSH"}, {TCP_URG, "URG"},
                 {TCP_ECE, "ECE"}, {TCP_CWR, "CWR"}, {TCP_NS, "NS"},   {TCP_ACK, "ACK"}};
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        str_put(b->out, side ? " / " : "");
        const size_t first = b->out->len;
        for (size_t i = 0; i < COUNT_OF(words); i++)
            if (b->row[side]->flags & words[i].flag) {
                str_put(b->out, b->out->len > first ? " " : "");
                str_put(b->out, words[i].word);
            }
        if (b->out->len == first)
            str_put(b->out, b->v->ascii ? "-" : "–");
    }
}

void say_diff_why(struct str *out, const struct voice *v, const struct diff *d, const struct diff_item *item)
{
    struct both b = {.out = out, .v = v, .start = out->len};
    const unsigned why = diff_why(d, item);
    if (item->kind == DIFF_LEFT || item->kind == DIFF_RIGHT) {
        put_words(out, v, item->kind == DIFF_LEFT ? N_("only in A") : N_("only in B"));
        return;
    }
    for (unsigned i = 0; i < DIFF_SIDES; i++) {
        b.session[i] = diff_session(d, i);
        b.row[i] = session_row(b.session[i], item->row[i]);
    }
    if (why & DIFFERS_FLAGS)
        put_flags(&b);
    if (why & DIFFERS_LENGTH)
        put_numbers(&b, N_("length"), row_len(b.row[0]), row_len(b.row[1]));
    if (why & DIFFERS_ACKED)
        put_numbers(&b, N_("bytes acknowledged"), b.row[0]->bare ? b.row[0]->amount : 0,
                    b.row[1]->bare ? b.row[1]->amount : 0);
    if (why & DIFFERS_OPTIONS)
        put_options(&b);
    if (why & DIFFERS_LABELS)
        put_labels(&b, why & DIFFERS_FLAGS);
    if (why & DIFFERS_STATES)
        put_states(&b, item);
    if (why & DIFFERS_RESULT)
        begin(&b, b.row[0]->kind == EVENT_CALL ? N_("what it returned") : N_("the reason"));
    if (why & DIFFERS_ARGUMENTS)
        begin(&b, N_("the arguments"));
    if (why & DIFFERS_OTHER)
        put_other(&b);
    while (out->len > b.start && out->at[out->len - 1] == ' ')
        str_cut(out, out->len - 1);
}
