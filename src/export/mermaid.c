/* mermaid.c: a sequence diagram in Mermaid's words. Each connection has a client and a server of its own;
 * they are declared where their first row comes. What belongs to no connection, as the listener's calls,
 * stands at the one of the row above, and before there is any at the first. Messages are cut: a diagram is a
 * picture. */
#include "export/inert.h"
#include "export/writer.h"

enum { WIDTH = 48, LINES_MOST = 8 };

struct mermaid {
    struct ladder_line line;
    uint32_t conn; /* of the row above; before any the first one */
    uint8_t *told; /* what was said of each connection */
    size_t cap;
};

enum { TOLD_SIDES = 1, TOLD_ENDS = 2 };

static void participant(struct export *e, enum side side, uint32_t conn)
{
    static const char *const who[] = {[SIDE_CLIENT] = N_("client {n}"), [SIDE_SERVER] = N_("server {n}")};
    struct str *out = &e->out, number;
    str_init(&number, out->mem);
    str_put_u64(&number, (uint64_t)conn + 1);
    str_put(out, "    participant ");
    str_put_char(out, side == SIDE_CLIENT ? 'c' : 's');
    str_put_n(out, number.at, number.len);
    str_put(out, " as ");
    say_fill(out, say(&e->voice, who[side]), "n", number.at, NULL);
    str_put_char(out, '\n');
    out->failed = out->failed || number.failed;
    str_release(&number);
}

static void put_side(struct export *e, enum side side, uint32_t conn)
{
    str_put_char(&e->out, side == SIDE_CLIENT ? 'c' : 's');
    str_put_u64(&e->out, (uint64_t)conn + 1);
}

/* Mermaid breaks no lines by itself. */
struct lines {
    struct str *out;
    size_t count;
};

static void put_line(void *ctx, const char *at, size_t len)
{
    struct lines *l = ctx;
    if (l->count++ > 0)
        str_put(l->out, "<br/>");
    inert_put(l->out, INERT_MERMAID, at, len);
}

/* A message that begins with wrap: or nowrap: would lose that word. */
static void put_text(struct export *e, const char *text, size_t len)
{
    enum { CELLS = WIDTH * LINES_MOST, BYTES = 8 };
    struct lines l = {&e->out, 0};
    size_t most = len < CELLS * BYTES ? len : CELLS * BYTES, keep = cells_cut(text, most, CELLS);
    if (keep >= 5 && memcmp(text, "wrap:", 5) == 0)
        str_put(&e->out, "#119;"), text++, keep--, len--;
    else if (keep >= 7 && memcmp(text, "nowrap:", 7) == 0)
        str_put(&e->out, "#110;"), text++, keep--, len--;
    text_wrap(text, keep, WIDTH, put_line, &l);
    str_put(&e->out, keep < len ? "…\n" : "\n");
}

static void put_note(struct export *e, enum side side, uint32_t conn, const char *text, size_t len)
{
    str_put(&e->out, "    Note ");
    if (side < SIDE_COUNT) {
        str_put(&e->out, side == SIDE_CLIENT ? "left of " : "right of ");
        put_side(e, side, conn);
    } else {
        str_put(&e->out, "over ");
        put_side(e, SIDE_CLIENT, conn);
        str_put_char(&e->out, ',');
        put_side(e, SIDE_SERVER, conn);
    }
    str_put(&e->out, ": ");
    put_text(e, text, len);
}

/* Declares the connection's sides; says which it is, where a row of its own comes. */
static void declare(struct export *e, uint32_t conn, bool own)
{
    struct mermaid *m = e->own;
    struct conn_view view;
    size_t had = m->cap;
    void *items = m->told;
    if (!mem_grow(e->out.mem, &items, &m->cap, (size_t)conn + 1, sizeof *m->told)) {
        e->out.failed = true;
        return;
    }
    m->told = items;
    memset(m->told + had, 0, m->cap - had);
    if (!(m->told[conn] & TOLD_SIDES)) {
        m->told[conn] |= TOLD_SIDES;
        participant(e, SIDE_CLIENT, conn);
        participant(e, SIDE_SERVER, conn);
    }
    if (!own || (m->told[conn] & TOLD_ENDS) || !session_conn(e->session, conn, &view))
        return;
    m->told[conn] |= TOLD_ENDS;
    str_clear(&e->note);
    say_conn(&e->note, &e->voice, conn, &view.tuple);
    put_note(e, SIDE_NONE, conn, e->note.at, e->note.len);
}

static void put_segment(struct export *e, const struct row *r, const struct ladder_line *l)
{
    bool right = r->side == SIDE_CLIENT;
    str_put(&e->out, "    ");
    put_side(e, right ? SIDE_CLIENT : SIDE_SERVER, r->conn);
    str_put(&e->out, l->flies ? "--)" : "->>"); /* a note tells what became of it */
    put_side(e, right ? SIDE_SERVER : SIDE_CLIENT, r->conn);
    str_put(&e->out, ": ");
    str_clear(&e->note);
    str_put_char(&e->note, '#');
    str_put_n(&e->note, l->number.at, l->number.len);
    str_put_char(&e->note, ' ');
    str_put_n(&e->note, l->arrow.at, l->arrow.len);
    inert_put(&e->out, INERT_MERMAID, e->note.at, e->note.len);
    str_put(&e->out, "<br/>");
    put_text(e, l->sentence.at, l->sentence.len);
    for (enum side side = SIDE_CLIENT; side < SIDE_COUNT; side++) {
        const char *name = state_name(l->shown[side]);
        if (name)
            put_note(e, side, r->conn, name, strlen(name));
    }
}

static void mermaid_begin(struct export *e)
{
    const char *source = session_source(e->session);
    str_put(&e->out, "sequenceDiagram\n    %% tcpviz " TCPVIZ_VERSION " ");
    inert_put_cut(&e->out, INERT_MERMAID, source, strlen(source), WIDTH);
    str_put_char(&e->out, '\n');
}

static void mermaid_row(struct export *e, uint32_t row)
{
    const struct ladder_style style = {.voice = e->voice, .time = TIME_START, .steady = e->steady};
    const struct row *r = session_row(e->session, row);
    struct mermaid *m = e->own;
    struct ladder_line *l = &m->line;
    if (!r || !session_shown(e->session, r))
        return;
    bool own = r->conn != NO_CONN;
    if (own)
        m->conn = r->conn;
    declare(e, m->conn, own);
    ladder_line_of(l, e->session, row, NO_ROW, &style);
    if (r->kind == EVENT_SEGMENT)
        put_segment(e, r, l);
    else
        put_note(e, r->kind == EVENT_CALL ? l->from : SIDE_NONE, m->conn, l->sentence.at, l->sentence.len);
    e->out.failed = e->out.failed || e->note.failed || ladder_line_failed(l);
}

static void mermaid_open(struct export *e)
{
    struct mermaid *m = e->own;
    ladder_line_init(&m->line, e->out.mem);
}

static void mermaid_close(struct export *e)
{
    struct mermaid *m = e->own;
    ladder_line_release(&m->line);
    mem_free(e->out.mem, m->told, m->cap);
}

const struct export_writer mermaid_writer = {.own = sizeof(struct mermaid),
                                             .open = mermaid_open,
                                             .begin = mermaid_begin,
                                             .row = mermaid_row,
                                             .close = mermaid_close};
