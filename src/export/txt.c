/* txt.c: the ladder as text of at most 120 columns, aligned by cells, so that Chinese stands straight too:
 *
 *   #       time       CLIENT                                    SERVER       what happened
 *                         │                                │
 *   1   0.000000 SYN-SENT ├── ▲ SYN  seq 0  mss 1460 ──────▶ LISTEN       Handshake 1/3: …
 */
#include "export/writer.h"

#include <string.h>
#include <time.h>

/* Cells of the columns. STAMP is number and time, which share it: large numbers take from the time's
 * decimals. */
enum { NUMBER = 4, STAMP = 15, STATE = 12, LADDER = 33, SENTENCE = 44, GAP = 1, WIDTH = 120 };
enum { BEFORE_LADDER = STAMP + GAP + STATE + GAP, AFTER_LADDER = GAP + STATE + GAP };
_Static_assert(BEFORE_LADDER + LADDER + AFTER_LADDER + SENTENCE <= WIDTH, "a line has at most 120 columns");

/* The characters that a ladder is drawn with. */
struct strokes {
    size_t len;                                                                   /* bytes of each */
    const char *rail, *from_left, *from_right, *to_right, *to_left, *dash, *line; /* line: LADDER of them */
};
static const struct strokes fancy = {3, "│", "├", "┤", "▶", "◀", "╌", "─────────────────────────────────"};
static const struct strokes plain = {1, "|", "|", "|", ">", "<", "-", "---------------------------------"};

static const struct strokes *strokes_of(const struct export *e)
{
    return e->voice.ascii ? &plain : &fancy;
}

static void put_stroke(struct str *out, const struct strokes *k, const char *stroke)
{
    str_put_n(out, stroke, k->len);
}

/* The line of an arrow; of a frame that is under way for longer it is broken. */
static void put_way(struct str *out, const struct strokes *k, size_t count, bool flies)
{
    if (flies)
        str_put_rep(out, k->dash, count);
    else
        str_put_n(out, k->line, count * k->len);
}

void put_date(struct str *out, uint64_t ns)
{
    time_t seconds = (time_t)(ns / 1000000000);
    struct tm tm;
    if (!gmtime_r(&seconds, &tm))
        tm = (struct tm){0};
    const struct {
        int value, digits;
        char after;
    } parts[] = {{tm.tm_year + 1900, 4, '-'},
                 {tm.tm_mon + 1, 2, '-'},
                 {tm.tm_mday, 2, 'T'},
                 {tm.tm_hour, 2, ':'},
                 {tm.tm_min, 2, ':'},
                 {tm.tm_sec, 2, '.'},
                 {(int)(ns % 1000000000 / 1000), 6, 'Z'}};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        int unit = 1;
        for (int d = 1; d < parts[i].digits; d++)
            unit *= 10;
        for (; unit > 0; unit /= 10)
            str_put_char(out, (char)('0' + parts[i].value / unit % 10));
        str_put_char(out, parts[i].after);
    }
}

/* What this format remembers. */
struct txt {
    struct ladder_line line;
    struct str words; /* of the line that names a connection */
    uint32_t conn;    /* the connection of the rows above */
    uint32_t *flies;  /* rows of frames that were under way when they were written */
    size_t flights, flies_cap;
};

/* text in a column of so many cells. */
static void put_left(struct str *out, const char *text, size_t len, size_t cells)
{
    size_t used = cells_of(text, len);
    if (used > cells) {
        len = cells_cut(text, len, cells);
        used = cells_of(text, len);
    }
    str_put_n(out, text, len);
    str_put_rep(out, " ", cells - used);
}

static void put_right(struct str *out, const char *text, size_t len, size_t cells)
{
    size_t used = cells_of(text, len);
    if (used > cells) {
        len = cells_cut(text, len, cells);
        used = cells_of(text, len);
    }
    str_put_rep(out, " ", cells - used);
    str_put_n(out, text, len);
}

/* A time so large that its last decimals have no room: a mark stands for them. */
static void put_short_time(struct str *out, const char *time, size_t cells, bool ascii)
{
    size_t take = cells_cut(time, strlen(time), cells > 0 ? cells - 1 : 0);
    take -= take > 0 && time[take - 1] == '.';
    str_put_rep(out, " ", cells - cells_of(time, take) - 1);
    str_put_n(out, time, take);
    str_put(out, ascii ? "~" : "…");
}

/* The end of a line: without the blanks that only filled its columns. */
static void end_line(struct str *out)
{
    str_trim(out);
    str_put_char(out, '\n');
}

static void put_stamp(struct str *out, const char *number, const char *time, bool ascii)
{
    size_t len = strlen(number), used = (len < NUMBER ? NUMBER : len) + 1;
    const size_t room = used < STAMP ? STAMP - used : 0;
    str_put_rep(out, " ", len < NUMBER ? NUMBER - len : 0);
    str_put_n(out, number, len);
    str_put_char(out, ' ');
    if (room > 0 && cells_of(time, strlen(time)) > room)
        put_short_time(out, time, room, ascii);
    else
        put_right(out, time, strlen(time), room);
}

/* Their names are ASCII, and none is longer than its column. */
static void put_state(struct str *out, enum tcp_state state, bool right)
{
    const char *name = state_name(state);
    size_t len = name ? strlen(name) : 0, blanks = len < STATE ? STATE - len : 0;
    str_put_rep(out, " ", right ? blanks : 0);
    str_put_n(out, name, len);
    str_put_rep(out, " ", right ? 0 : blanks);
}

/* As many of the arrow's words as fit: whole pairs of a name and a number, which two blanks set apart. */
static size_t words_that_fit(const struct str *words, size_t cells)
{
    size_t take = cells_cut(words->at, words->len, cells);
    if (take == words->len)
        return take;
    while (take > 0 && !(words->at[take] == ' ' && words->at[take + 1] == ' '))
        take--;
    return take;
}

/* ├── ▲ SYN  seq 0 ──▶: the words stand near the sender, the head at the receiver; where a line of its own
 * tells what became of the frame, there is no head. */
static void put_arrow(struct export *e, const struct ladder_line *l)
{
    const struct strokes *k = strokes_of(e);
    struct str *out = &e->out;
    bool right = l->from == SIDE_CLIENT;
    enum {
        ENDS = 2,
        STUB = 2,
        GLYPH = 4,
        ROOM = LADDER - ENDS - STUB - GLYPH
    }; /* "├", "──", " ▲ " and " ", "▶" */
    const struct str *words = &l->arrow;
    size_t cells = cells_of(words->at, words->len);
    if (cells > ROOM) {
        words = &l->arrow_short;
        cells = cells_of(words->at, words->len);
    }
    /* Large numbers may have the stub's second stroke too. */
    size_t stub = cells <= ROOM ? STUB : STUB - 1, room = ROOM + STUB - stub, take = words->len;
    if (cells > room) {
        take = words_that_fit(words, room);
        cells = cells_of(words->at, take);
    }
    size_t dashes = room - cells;
    put_stroke(out, k, right ? k->from_left : l->flies ? k->rail : k->to_left);
    put_way(out, k, right ? stub : dashes, !right && l->flies);
    str_put_char(out, ' ');
    str_put(out, tone_glyph(l->tone, e->voice.ascii));
    str_put_char(out, ' ');
    str_put_n(out, words->at, take);
    str_put_char(out, ' ');
    put_way(out, k, right ? dashes : stub, right && l->flies);
    put_stroke(out, k, !right ? k->from_right : l->flies ? k->rail : k->to_right);
}

static void put_rails(struct export *e)
{
    const struct strokes *k = strokes_of(e);
    str_put(&e->out, k->rail);
    str_put_rep(&e->out, " ", LADDER - 2);
    str_put(&e->out, k->rail);
}

/* The end of a frame's way, at the receiver; or, in the middle, what happened to it. */
static void put_flight(struct export *e, const struct ladder_line *l, enum wire_event what)
{
    enum { ROOM = LADDER - 2, END = 10, HALF = ROOM / 2, TAIL = 5 };
    const bool ascii = e->voice.ascii, right = l->from == SIDE_CLIENT, arrived = what == WIRE_ARRIVED;
    const struct strokes *k = strokes_of(e);
    const char *mark = what == WIRE_DROPPED ? (ascii ? "X" : "✗") : ascii ? "o" : "◉";
    struct str *out = &e->out;
    /* Blanks before what is drawn: the line of dashes, and in the middle its mark. */
    const int dashes = arrived ? END : TAIL, drawn = arrived ? END : TAIL + 1;
    const int before = !arrived ? (right ? HALF - TAIL : HALF) : right ? ROOM - END : 0;
    str_put(out, arrived && !right ? k->to_left : k->rail);
    str_put_rep(out, " ", (size_t)before);
    if (!arrived && !right)
        str_put(out, mark);
    str_put_rep(out, k->dash, (size_t)dashes);
    if (!arrived && right)
        str_put(out, mark);
    str_put_rep(out, " ", (size_t)(ROOM - before - drawn));
    str_put(out, arrived && right ? k->to_right : k->rail);
}

/* A sentence that is too long for its column, as a teacher's remark may be, goes on below. */
struct below {
    struct export *e;
    size_t lines;
};

static void put_sentence_line(void *ctx, const char *at, size_t len)
{
    struct below *b = ctx;
    struct str *out = &b->e->out;
    if (b->lines++ > 0) {
        end_line(out);
        str_put_rep(out, " ", BEFORE_LADDER);
        put_rails(b->e);
        str_put_rep(out, " ", AFTER_LADDER);
    }
    str_put_n(out, at, len);
}

static void put_sentence(struct export *e, const struct str *sentence)
{
    struct below b = {e, 0};
    if (sentence->len <= SENTENCE || cells_of(sentence->at, sentence->len) <= SENTENCE)
        str_put_n(&e->out, sentence->at, sentence->len);
    else
        text_wrap(sentence->at, sentence->len, SENTENCE, put_sentence_line, &b);
    end_line(&e->out);
}

/* Where it comes from; of a long file name the end, which tells most. */
static void put_source(struct export *e)
{
    enum { HEAD = 50, MARK = 3 };
    struct str source;
    str_init(&source, e->out.mem);
    const char *text = session_source(e->session);
    str_put_safe(&source, text, strlen(text), e->voice.ascii);
    size_t cells = cells_of(source.at, source.len), from = 0;
    if (cells > WIDTH - HEAD) {
        from = cells_cut(source.at, source.len, cells - (WIDTH - HEAD - MARK));
        str_put(&e->out, "...");
    }
    str_put(&e->out, source.at + from);
    e->out.failed = e->out.failed || source.failed;
    str_release(&source);
}

static void txt_begin(struct export *e)
{
    struct str *out = &e->out;
    const struct voice *v = &e->voice;
    str_put(out, "tcpviz " TCPVIZ_VERSION "   ");
    put_date(out, e->steady ? 0 : session_started(e->session));
    str_put(out, "   ");
    put_source(e);
    str_put(out, "\n\n");
    const char *client = say(v, N_("CLIENT")), *server = say(v, N_("SERVER")),
               *what = say(v, N_("what happened"));
    const char *time = say(v, N_("time"));
    put_stamp(out, "#", time, v->ascii);
    str_put_char(out, ' ');
    put_right(out, client, strlen(client), STATE + GAP + 1);
    str_put_rep(out, " ", LADDER - 2);
    put_left(out, server, strlen(server), 1 + AFTER_LADDER);
    str_put(out, what);
    end_line(out);
}

/* Where the rows go over to another connection, a line says which: "connection 2: 127.0.0.1:5000 ⇄
 * 127.0.0.1:3344". */
static void put_connection(struct export *e, struct txt *t, const struct row *r)
{
    const struct tuple *ends = r->conn == t->conn ? NULL : session_ends(e->session, r->conn);
    if (!ends)
        return;
    struct str *out = &e->out, *line = &t->words;
    t->conn = r->conn;
    str_clear(line);
    say_conn(line, &e->voice, r->conn, ends);
    /* Two addresses of IPv6 are long: then the line begins further left. */
    size_t cells = cells_of(line->at, line->len);
    str_put_rep(out, " ", cells + BEFORE_LADDER <= WIDTH ? BEFORE_LADDER : cells < WIDTH ? WIDTH - cells : 0);
    str_put_n(out, line->at, line->len);
    str_put_char(out, '\n');
    out->failed = out->failed || line->failed;
}

/* Beside a call its program's side has its name, where a state would stand. */
static void put_caller(struct export *e, const struct row *r, enum side side)
{
    const struct event_call *c = session_call(e->session, r);
    struct str name;
    str_init(&name, e->out.mem);
    if (c && c->side == side) {
        str_put_safe(&name, c->name, strlen(c->name), e->voice.ascii);
        str_put(&name, "()");
    }
    if (side == SIDE_CLIENT)
        put_right(&e->out, name.at, name.len, STATE);
    else
        put_left(&e->out, name.at, name.len, STATE);
    e->out.failed = e->out.failed || name.failed;
    str_release(&name);
}

static void remember_flight(struct export *e, struct txt *t, uint32_t row)
{
    void *rows = t->flies;
    if (!mem_grow(e->out.mem, &rows, &t->flies_cap, t->flights + 1, sizeof *t->flies)) {
        e->out.failed = true;
        return;
    }
    t->flies = rows;
    t->flies[t->flights++] = row;
}

static void txt_row(struct export *e, uint32_t row)
{
    const struct ladder_style style = {.voice = e->voice, .time = TIME_START, .steady = e->steady};
    const struct row *r = session_row(e->session, row);
    if (!r || !session_shown(e->session, r))
        return;
    struct txt *t = e->own;
    struct ladder_line *l = &t->line;
    struct str *out = &e->out;
    bool segment = r->kind == EVENT_SEGMENT;
    ladder_line_of(l, e->session, row, NO_ROW, &style);
    put_connection(e, t, r);
    put_stamp(out, l->number.at, l->time.at, e->voice.ascii);
    str_put_char(out, ' ');
    if (segment) {
        put_state(out, l->shown[SIDE_CLIENT], true);
        str_put_char(out, ' ');
        put_arrow(e, l);
        if (l->flies)
            remember_flight(e, t, row);
        str_put_char(out, ' ');
        put_state(out, l->shown[SIDE_SERVER], false);
    } else if (r->kind == EVENT_WIRE) {
        put_state(out, l->shown[SIDE_CLIENT], true);
        str_put_char(out, ' ');
        put_flight(e, l, session_wire(e->session, r)->what);
        str_put_char(out, ' ');
        put_state(out, l->shown[SIDE_SERVER], false);
    } else {
        put_caller(e, r, SIDE_CLIENT);
        str_put_char(out, ' ');
        put_rails(e);
        str_put_char(out, ' ');
        put_caller(e, r, SIDE_SERVER);
    }
    str_put_char(out, ' ');
    put_sentence(e, &l->sentence);
    out->failed = out->failed || ladder_line_failed(l);
}

/* Of an arrow without a head no line may tell what became of it: it was held, or under way, at the end. */
static void put_under_way(struct export *e, const struct txt *t)
{
    enum { NAMED = 20 };
    struct session_flight f;
    struct str frames;
    size_t count = 0;
    str_init(&frames, e->out.mem);
    for (size_t i = 0; i < t->flights; i++) {
        const struct row *r = session_row(e->session, t->flies[i]);
        if (!r || (session_flight_of(e->session, r, &f) && f.end_ns))
            continue;
        if (count++ < NAMED) {
            str_put(&frames, count > 1 ? ", #" : "#");
            str_put_u64(&frames, r->frame);
        }
    }
    if (count > 0) {
        str_put(&frames, count > NAMED ? (e->voice.ascii ? " ..." : " …") : "");
        str_put_char(&e->out, '\n');
        str_put_rep(&e->out, " ", STAMP + GAP);
        say_fill(&e->out, say(&e->voice, N_("at the end still on the wire: {frames}")), "frames", frames.at,
                 NULL);
        end_line(&e->out);
    }
    e->out.failed = e->out.failed || frames.failed;
    str_release(&frames);
}

/* Nothing is left out in silence. */
static void txt_end(struct export *e)
{
    put_under_way(e, e->own);
    bool usual;
    struct str line;
    str_init(&line, e->out.mem);
    for (size_t i = 0; say_aside(&line, &e->voice, e->session, i, &usual); i++) {
        if (i == 0)
            str_put_char(&e->out, '\n');
        const char *words = say(&e->voice, N_("not shown: "));
        str_put_rep(&e->out, " ", STAMP + GAP);
        str_put(&e->out, words);
        str_put_n(&e->out, line.at, line.len);
        end_line(&e->out);
        str_clear(&line);
    }
    e->out.failed = e->out.failed || line.failed;
    str_release(&line);
}

static void txt_open(struct export *e)
{
    struct txt *t = e->own;
    ladder_line_init(&t->line, e->out.mem);
    str_init(&t->words, e->out.mem);
    t->conn = NO_CONN;
}

static void txt_close(struct export *e)
{
    struct txt *t = e->own;
    ladder_line_release(&t->line);
    str_release(&t->words);
    mem_free(e->out.mem, t->flies, t->flies_cap * sizeof *t->flies);
}

const struct export_writer txt_writer = {.own = sizeof(struct txt),
                                         .open = txt_open,
                                         .begin = txt_begin,
                                         .row = txt_row,
                                         .end = txt_end,
                                         .close = txt_close};
