#include "export/html.h"
#include "export/inert.h"

bool html_shows(const struct session *s, const struct row *r)
{
    return r && (session_shown(s, r) || r->kind == EVENT_SAMPLE || r->kind == EVENT_LISTENER ||
                 r->kind == EVENT_COUNTER);
}

static bool saw(struct export *e, struct html_facts *f, uint32_t conn)
{
    size_t had = f->cap, byte = conn / 8;
    void *items = f->seen;
    if (!mem_grow(e->out.mem, &items, &f->cap, byte + 1, 1)) {
        e->out.failed = true;
        return false;
    }
    f->seen = items;
    memset(f->seen + had, 0, f->cap - had);
    bool before = f->seen[byte] >> conn % 8 & 1;
    f->seen[byte] |= (uint8_t)(1u << conn % 8);
    f->conns += !before;
    return !before;
}

uint32_t html_next_conn(const struct html_facts *f, uint32_t conn)
{
    for (; conn / 8 < f->cap; conn++)
        if (f->seen[conn / 8] >> conn % 8 & 1)
            return conn;
    return NO_CONN;
}

/* The card of a connection; NULL: it has none. */
static struct html_card *card_of(struct export *e, struct html_facts *f, const struct row *r)
{
    if (r->conn == NO_CONN)
        return NULL;
    bool fresh = saw(e, f, r->conn);
    for (size_t i = 0; i < f->cards; i++)
        if (f->card[i]->conn == r->conn)
            return f->card[i];
    if (!fresh || f->cards == HTML_CARDS)
        return NULL;
    struct html_card *c = mem_new(e->out.mem, sizeof *c);
    if (!c) {
        e->out.failed = true;
        return NULL;
    }
    c->conn = r->conn;
    c->first_ns = r->time_ns;
    return f->card[f->cards++] = c;
}

static void add_state(struct html_card *c, enum side side, enum tcp_state state)
{
    size_t n = c->side[side].states;
    if (state != STATE_UNKNOWN && n < HTML_STATES && (n == 0 || c->side[side].state[n - 1] != state))
        c->side[side].state[c->side[side].states++] = state;
}

/* Bytes on their way: what the side has sent beyond what the other has acknowledged, as the rows tell. */
static void add_segment(struct html_card *c, const struct row *r)
{
    const enum side side = (enum side)r->side, peer = side_other(side);
    const uint32_t end = r->seq + row_len(r);
    if (!c->side[side].begun || (int32_t)(end - c->side[side].next) > 0)
        c->side[side].next = end;
    if (!c->side[side].begun)
        c->side[side].acked = r->seq;
    c->side[side].begun = true;
    if ((r->flags & TCP_ACK) && c->side[peer].begun && (int32_t)(r->ack - c->side[peer].acked) > 0)
        c->side[peer].acked = r->ack;
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        const int32_t out = (int32_t)(c->side[s].next - c->side[s].acked);
        if (c->side[s].begun && (s == side ? row_len(r) > 0 : true))
            series_add(&c->side[s].flight, r->time_ns, out > 0 ? (uint64_t)out : 0);
    }
    series_add(&c->side[side].window, r->time_ns, row_win(r));
}

void html_facts_add(struct export *e, struct html_facts *f, const struct row *r)
{
    f->rows++;
    f->kinds[r->kind] = true;
    f->first_ns = f->first_ns && f->first_ns < r->time_ns ? f->first_ns : r->time_ns;
    f->last_ns = r->time_ns > f->last_ns ? r->time_ns : f->last_ns;
    struct html_card *c = card_of(e, f, r);
    const struct event_sample *k = session_sample(e->session, r);
    if (r->kind == EVENT_SEGMENT) {
        f->labels |= r->labels;
        f->segments++;
    }
    if (!c)
        return;
    c->first_ns = r->time_ns < c->first_ns ? r->time_ns : c->first_ns;
    c->last_ns = r->time_ns > c->last_ns ? r->time_ns : c->last_ns;
    add_state(c, SIDE_CLIENT, row_state(r, SIDE_CLIENT));
    add_state(c, SIDE_SERVER, row_state(r, SIDE_SERVER));
    if (r->kind == EVENT_SEGMENT && r->side < SIDE_COUNT)
        add_segment(c, r);
    if (k && k->side < SIDE_COUNT && k->send_q >= 0)
        series_add(&c->side[k->side].send_q, r->time_ns, (uint64_t)k->send_q);
    if (k && k->side < SIDE_COUNT && k->recv_q >= 0)
        series_add(&c->side[k->side].recv_q, r->time_ns, (uint64_t)k->recv_q);
}

void html_facts_release(struct html_facts *f, const struct mem *m)
{
    for (size_t i = 0; i < f->cards; i++)
        mem_free(m, f->card[i], sizeof *f->card[i]);
    mem_free(m, f->seen, f->cap);
}

void html_counted(struct export *e, const char *english, uint64_t n)
{
    struct str number;
    str_init(&number, e->out.mem);
    str_put_grouped(&number, n);
    str_clear(&e->note);
    say_fill(&e->note, say(&e->voice, english), "n", number.at, NULL);
    html_text(e, e->note.at, e->note.len);
    e->out.failed = e->out.failed || number.failed || e->note.failed;
    str_release(&number);
}

/* Its graph: steps from left to right, as high as its largest value allows. */
static void put_graph(struct export *e, const struct html_card *c, const struct series *s, const char *words)
{
    enum { WIDTH = 1000, HEIGHT = 100, TOP = 96 };
    struct str *out = &e->out;
    const uint64_t whole = c->last_ns > c->first_ns ? c->last_ns - c->first_ns : 1;
    if (s->most == 0)
        return;
    str_put(out,
            "<figure><svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"");
    html_counted(e, words, s->most);
    str_put(out, "\"><path d=\"M0 100");
    for (size_t i = 0; i < s->count; i++) {
        const uint64_t since = s->point[i].time_ns > c->first_ns ? s->point[i].time_ns - c->first_ns : 0;
        const double x = (double)(since < whole ? since : whole) * WIDTH / (double)whole;
        const double y = (double)s->point[i].value * TOP / (double)s->most;
        str_put_char(out, 'H');
        str_put_u64(out, (uint64_t)x);
        str_put_char(out, 'V');
        str_put_u64(out, HEIGHT - (uint64_t)y);
    }
    str_put(out, "H1000\"/></svg><figcaption>");
    html_counted(e, words, s->most);
    str_put(out, "</figcaption></figure>\n");
}

static void put_endpoint(struct export *e, const struct endpoint *at)
{
    str_clear(&e->note);
    str_put_endpoint(&e->note, at);
    html_text(e, e->note.at, e->note.len);
}

static void put_side(struct export *e, const struct html_card *c, const struct conn_view *v, enum side side)
{
    static const char *const names[] = {[SIDE_CLIENT] = N_("client"), [SIDE_SERVER] = N_("server")};
    const struct flow_stats *f = &v->stats[side];
    str_put(&e->out, "<dt>");
    html_say(e, names[side]);
    str_put(&e->out, "<dd>");
    put_endpoint(e, &v->tuple.end[side]);
    str_put(&e->out, " – ");
    html_counted(e, N_("segments: {n}"), f->segments);
    str_put(&e->out, ", ");
    html_counted(e, N_("bytes: {n}"), f->unique_bytes);
    if (f->retransmitted_segments) {
        str_put(&e->out, ", ");
        html_counted(e, N_("sent again: {n}"), f->retransmitted_segments);
    }
    str_put(&e->out, "<br><span class=states>");
    for (size_t i = 0; i < c->side[side].states; i++) {
        str_put(&e->out, i ? " → " : "");
        str_put(&e->out, state_name(c->side[side].state[i]));
    }
    str_put(&e->out, "</span>\n");
}

static void put_span(struct export *e, const char *words, uint64_t ns)
{
    if (ns == 0)
        return;
    str_put(&e->out, "<dt>");
    html_say(e, words);
    str_put(&e->out, "<dd>");
    str_put_span(&e->out, e->steady ? 0 : ns, false);
    str_put_char(&e->out, '\n');
}

static void put_card(struct export *e, const struct html_card *c)
{
    static const struct {
        const char *words[SIDE_COUNT];
        size_t at;
    } graphs[] = {
        {{N_("client: bytes on their way, at most {n}"), N_("server: bytes on their way, at most {n}")}, 0},
        {{N_("client: window, at most {n} bytes"), N_("server: window, at most {n} bytes")}, 1},
        {{N_("client: send queue, at most {n} bytes"), N_("server: send queue, at most {n} bytes")}, 2},
        {{N_("client: receive queue, at most {n} bytes"), N_("server: receive queue, at most {n} bytes")}, 3},
    };
    struct conn_view v;
    if (!session_conn(e->session, c->conn, &v))
        return;
    str_put(&e->out, "<section class=card><h2>");
    str_clear(&e->note);
    say_conn(&e->note, &e->voice, c->conn, &v.tuple);
    html_text(e, e->note.at, e->note.len);
    str_put(&e->out, "</h2>\n<dl>");
    put_side(e, c, &v, SIDE_CLIENT);
    put_side(e, c, &v, SIDE_SERVER);
    put_span(e, N_("handshake"), v.irtt_ns);
    put_span(e, N_("lasted"), c->last_ns - c->first_ns);
    str_put(&e->out, "</dl>\n<div class=graphs>\n");
    for (size_t g = 0; g < COUNT_OF(graphs); g++) {
        for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
            const struct series *const all[] = {&c->side[s].flight, &c->side[s].window, &c->side[s].send_q,
                                                &c->side[s].recv_q};
            put_graph(e, c, all[graphs[g].at], graphs[g].words[s]);
        }
    }
    str_put(&e->out, "</div></section>\n");
}

static void put_cell(struct export *e, uint64_t n)
{
    str_put(&e->out, "<td class=n>");
    str_put_grouped(&e->out, n);
}

/* A line of the table of further connections. */
static void put_further(struct export *e, uint32_t conn)
{
    struct conn_view v;
    if (!session_conn(e->session, conn, &v))
        return;
    const struct flow_stats *c = &v.stats[SIDE_CLIENT], *s = &v.stats[SIDE_SERVER];
    str_put(&e->out, "<tr><td class=n>");
    str_put_u64(&e->out, (uint64_t)conn + 1);
    str_put(&e->out, "<td>");
    put_endpoint(e, &v.tuple.end[SIDE_CLIENT]);
    str_put(&e->out, "<td>");
    put_endpoint(e, &v.tuple.end[SIDE_SERVER]);
    put_cell(e, (uint64_t)c->segments + s->segments);
    put_cell(e, c->unique_bytes + s->unique_bytes);
    put_cell(e, (uint64_t)c->retransmitted_segments + s->retransmitted_segments);
    str_put_char(&e->out, '\n');
}

void html_put_facts(struct export *e, const struct html_facts *f)
{
    static const struct {
        const char *words;
        bool number;
    } head[] = {{"#", true},         {N_("client"), false},   {N_("server"), false}, {N_("segments"), true},
                {N_("bytes"), true}, {N_("sent again"), true}};
    enum { OPEN = 2 }; /* more of them would stand between the reader and the ladder */
    str_put(&e->out, f->conns > OPEN ? "<details class=\"conns\"><summary>"
                                     : "<details class=\"conns\" open><summary>");
    html_counted(e, N_("connections: {n}"), f->conns);
    str_put(&e->out, "</summary>\n");
    for (size_t i = 0; i < f->cards; i++)
        put_card(e, f->card[i]);
    uint32_t listed = 0;
    if (f->conns > f->cards) {
        str_put(&e->out, "<table><tr>");
        for (size_t i = 0; i < COUNT_OF(head); i++) {
            str_put(&e->out, head[i].number ? "<th class=n>" : "<th>");
            html_say(e, head[i].words);
        }
        str_put_char(&e->out, '\n');
        for (uint32_t conn = html_next_conn(f, 0); conn != NO_CONN && listed < HTML_LISTED;
             conn = html_next_conn(f, conn + 1)) {
            bool carded = false;
            for (size_t i = 0; i < f->cards; i++)
                carded = carded || f->card[i]->conn == conn;
            if (!carded)
                listed++, put_further(e, conn);
        }
        str_put(&e->out, "</table>\n");
    }
    if (f->conns > f->cards + listed) {
        str_put(&e->out, "<p>");
        html_counted(e, N_("further connections: {n}"), f->conns - f->cards - listed);
        str_put_char(&e->out, '\n');
    }
    str_put(&e->out, "</details>\n");
}
