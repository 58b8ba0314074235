/* ladder_paint.c: a segment is an arrow between the two lines, from the side that sent it; a call or a note
 * leaves the lines as they are and stands beside them, or between them where there is no room beside. */
#include "tui/ladder_paint.h"

#include <stdio.h>
#include <string.h>

struct glyphs {
    const char *line, *wall, *from_client, *from_server, *to_server, *to_client, *call_client, *call_server,
        *mark, *cut;
};

static const struct glyphs fancy = {"─", "│", "├", "┤", "▶", "◀", "╞", "╡", "▌", "…"};
static const struct glyphs plain = {"-", "|", "|", "|", ">", "<", "+", "+", ">", "~"};

static const struct glyphs *glyphs_of(bool ascii)
{
    return ascii ? &plain : &fancy;
}

enum look ladder_look_of(enum tone t)
{
    static const enum look looks[TONE_COUNT] = {
        [TONE_OPEN] = LOOK_OPEN,   [TONE_DATA] = LOOK_DATA, [TONE_ACK] = LOOK_ACK,
        [TONE_PROBE] = LOOK_PROBE, [TONE_FIN] = LOOK_FIN,   [TONE_RST] = LOOK_RST,
        [TONE_AGAIN] = LOOK_AGAIN, [TONE_CALL] = LOOK_CALL, [TONE_NOTE] = LOOK_NOTE};
    return looks[t];
}

/* As much of a text as fits into `room` cells of row y from x on; what was cut is told by a mark. */
static void put_fitting(struct canvas *c, struct rect r, int y, int x, int room, enum look look,
                        const struct str *text, const struct glyphs *g)
{
    if (room <= 0 || text->len == 0)
        return;
    if ((int)cells_of(text->at, text->len) <= room) {
        canvas_put_n(c, r, y, x, look, 0, text->at, text->len);
        return;
    }
    size_t keep = cells_cut(text->at, text->len, (size_t)room - 1);
    int used = canvas_put_n(c, r, y, x, look, 0, text->at, keep);
    canvas_put(c, r, y, x + used, look, 0, g->cut);
}

/* The words on the sender's side; the rest of the way is painted over the lines that follow. */
static int paint_start(struct canvas *c, struct rect r, int y, const struct ladder_columns *col,
                       const struct ladder_line *line, const struct voice *voice)
{
    enum { STUB = 2, GLYPH = 3 };
    const struct glyphs *g = glyphs_of(voice->ascii);
    enum look look = ladder_look_of(line->tone);
    bool client = line->from == SIDE_CLIENT;
    const int room = (col->right - col->left) * 5 / 8 - STUB - GLYPH;
    const struct str *text = &line->arrow_short;
    int width = (int)cells_of(text->at, text->len);
    if (width > room) { /* whole pairs of a name and a number, which two blanks set apart */
        size_t keep = cells_cut(text->at, text->len, room > 0 ? (size_t)room : 0);
        while (keep > 0 && !(text->at[keep] == ' ' && text->at[keep + 1] == ' '))
            keep--;
        width = (int)cells_of(text->at, keep);
    }
    ladder_paint_empty(c, r, y, col, voice->ascii);
    canvas_put(c, r, y, client ? col->left : col->right, LOOK_FRAME, 0,
               client ? g->from_client : g->from_server);
    canvas_fill(c, r, y, client ? col->left + 1 : col->right - 1, 1, look, g->line);
    int from = client ? col->left + STUB : col->right - STUB - width - GLYPH;
    canvas_fill(c, r, y, from, GLYPH + width, look, " ");
    canvas_put(c, r, y, from + 1, look, CELL_BOLD, tone_glyph(line->tone, voice->ascii));
    canvas_put_n(c, r, y, from + GLYPH, look, 0, text->at, cells_cut(text->at, text->len, (size_t)width));
    return STUB + GLYPH + width;
}

static void paint_arrow(struct canvas *c, struct rect r, int y, const struct ladder_columns *col,
                        const struct ladder_line *line, const struct voice *voice)
{
    const struct glyphs *g = glyphs_of(voice->ascii);
    enum look look = ladder_look_of(line->tone);
    bool client = line->from == SIDE_CLIENT;
    int inner = col->right - col->left - 1;
    int room =
        inner - 6; /* a piece of the line, a blank, the glyph, a blank; at the other end a blank, the line */
    const struct str *text =
        (int)cells_of(line->arrow.at, line->arrow.len) <= room ? &line->arrow : &line->arrow_short;
    int width = (int)cells_of(text->at, text->len);
    if (width > room)
        width = room;
    canvas_fill(c, r, y, col->left + 1, inner, look, g->line);
    canvas_put(c, r, y, col->left, client ? LOOK_FRAME : look, 0, client ? g->from_client : g->to_client);
    canvas_put(c, r, y, col->right, client ? look : LOOK_FRAME, 0, client ? g->to_server : g->from_server);
    /* text begins two cells after its sender's line, and ends two before it on the other side */
    int from = client ? col->left + 3 : col->right - 2 - width - 4;
    canvas_put(c, r, y, from, look, 0, " ");
    canvas_put(c, r, y, from + 1, look, CELL_BOLD, tone_glyph(line->tone, voice->ascii));
    canvas_put(c, r, y, from + 2, look, 0, " ");
    put_fitting(c, r, y, from + 3, width, look, text, g);
    canvas_put(c, r, y, from + 3 + width, look, 0, " ");
}

void ladder_paint_empty(struct canvas *c, struct rect r, int y, const struct ladder_columns *col, bool ascii)
{
    const struct glyphs *g = glyphs_of(ascii);
    canvas_put(c, r, y, col->left, LOOK_FRAME, 0, g->wall);
    canvas_put(c, r, y, col->right, LOOK_FRAME, 0, g->wall);
}

static void paint_states(struct canvas *c, struct rect r, int y, const struct ladder_columns *col,
                         const struct ladder_line *line)
{
    for (int side = 0; side < SIDE_COUNT; side++) {
        enum tcp_state state = line->shown[side];
        if (state == STATE_UNKNOWN)
            continue;
        const char *name = col->brief_states ? state_brief(state) : state_name(state);
        if (side == SIDE_CLIENT)
            canvas_put_right(c, r, y, col->client_end, LOOK_STATE, name);
        else
            canvas_put(c, r, y, col->server, LOOK_STATE, 0, name);
    }
}

/* A call or a note: in the column of sentences, or between the lines. */
static void paint_beside(struct canvas *c, struct rect r, int y, const struct ladder_columns *col,
                         const struct ladder_line *line, const struct voice *voice)
{
    const struct glyphs *g = glyphs_of(voice->ascii);
    enum look look = ladder_look_of(line->tone);
    ladder_paint_empty(c, r, y, col, voice->ascii);
    if (line->kind == EVENT_WIRE) {
        /* what became of a frame stands on its own way */
    } else if (line->from == SIDE_CLIENT)
        canvas_put(c, r, y, col->left, look, 0, g->call_client);
    else if (line->from == SIDE_SERVER)
        canvas_put(c, r, y, col->right, look, 0, g->call_server);
    if (col->sentence < col->cols) {
        put_fitting(c, r, y, col->sentence, col->cols - col->sentence, look, &line->sentence, g);
        return;
    }
    if (line->kind == EVENT_WIRE)
        return; /* its picture says it */
    int room = col->right - col->left - 3;
    int width = (int)cells_of(line->sentence.at, line->sentence.len);
    int x = line->from == SIDE_SERVER && width < room ? col->right - 1 - width : col->left + 2;
    put_fitting(c, r, y, x, room, look, &line->sentence, g);
}

int ladder_paint(struct canvas *c, struct rect r, int y, const struct ladder_columns *col,
                 const struct ladder_line *line, const struct ladder_look *how, const struct voice *voice)
{
    const struct glyphs *g = glyphs_of(voice->ascii);
    enum look number = how->found ? LOOK_FOUND : how->cursor ? LOOK_CURSOR : LOOK_DIM;
    canvas_put_right(c, r, y, col->number_end, number, line->number.at);
    char conn[12];
    if (col->conn_end > 0 && line->conn != NO_CONN) {
        snprintf(conn, sizeof conn, "%u", line->conn + 1);
        canvas_put_right(c, r, y, col->conn_end, LOOK_KEY, conn);
    }
    canvas_put_right(c, r, y, col->time_end, LOOK_DIM, line->time.at);
    if (how->marked)
        canvas_put(c, r, y, col->number_end, LOOK_KEY, CELL_BOLD, "*");
    if (how->cursor)
        canvas_put(c, r, y, 0, LOOK_CURSOR, 0, g->mark);
    int taken = 0;
    if (line->kind == EVENT_SEGMENT) {
        if (how->slanted)
            taken = paint_start(c, r, y, col, line, voice);
        else
            paint_arrow(c, r, y, col, line, voice);
        if (col->sentence < col->cols)
            put_fitting(c, r, y, col->sentence, col->cols - col->sentence, LOOK_TEXT, &line->sentence, g);
    } else {
        paint_beside(c, r, y, col, line, voice);
    }
    paint_states(c, r, y, col, line);
    return taken;
}

void ladder_paint_head(struct canvas *c, struct rect r, const struct ladder_columns *col,
                       const struct voice *voice)
{
    const char *client = say(voice, N_("CLIENT"));
    canvas_put_right(c, r, 0, col->number_end, LOOK_DIM, "#");
    if (col->conn_end > 0)
        canvas_put_right(c, r, 0, col->conn_end, LOOK_DIM, say(voice, N_("conn")));
    canvas_put_right(c, r, 0, col->time_end, LOOK_DIM, say(voice, N_("time")));
    canvas_put_right(c, r, 0, col->client_end, LOOK_DIM, client);
    canvas_put(c, r, 0, col->server, LOOK_DIM, 0, say(voice, N_("SERVER")));
    if (col->sentence < col->cols)
        canvas_put(c, r, 0, col->sentence, LOOK_DIM, 0, say(voice, N_("what happened")));
}
