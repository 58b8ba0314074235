/* bookmarks.c: the moments that have a name, and the notes: as a page, and to go from one to the next. */
#include <string.h>
#include "tui/state.h"

/* The i-th in order of rows: *row, and its words in out. False: there are no more. Marks and notes are two
 * lists in order, of which next_of takes the earlier one. */
struct places {
    const struct session_mark *mark;
    size_t note;
};

static bool next_of(const struct session *of, struct places *p, uint32_t *row, const char **text, size_t *len)
{
    const uint32_t note = session_note_row(of, p->note);
    if (p->mark == NULL && note == NO_ROW)
        return false;
    if (p->mark != NULL && p->mark->row <= note) {
        *row = p->mark->row;
        *text = p->mark->name;
        *len = p->mark->len;
        p->mark = p->mark->next;
        return true;
    }
    const struct row *r = session_row(of, note);
    *row = note;
    *text = r == NULL ? "" : session_note(of, r, len, NULL);
    *len = r == NULL ? 0 : *len;
    p->note++;
    return true;
}

static void add_place(struct screen *s, uint32_t row, const char *text, size_t len, bool named)
{
    const struct session *of = s->o.session;
    const struct row *r = session_row(of, row);
    const uint64_t start = session_start(of);
    str_clear(&s->scratch);
    if (r != NULL)
        say_since(&s->scratch, &s->voice, start, s->o.steady ? start : r->time_ns);
    else
        str_put(&s->scratch, say(&s->voice, N_("the end")));
    const size_t cells = cells_of(s->scratch.at, s->scratch.len);
    str_put_rep(&s->scratch, " ", cells < 14 ? 14 - cells : 1);
    str_put(&s->scratch, named ? (s->voice.ascii ? "v " : "▾ ") : "  ");
    str_put_safe(&s->scratch, text, len, s->voice.ascii);
    page_line_add(&s->page, named ? LOOK_KEY : LOOK_TEXT, s->scratch.at);
}

void bookmarks_make(struct screen *s)
{
    struct places p = {.mark = session_marks(s->o.session)};
    const char *text;
    size_t len = 0;
    uint32_t row;
    str_put(&s->page.title, say(&s->voice, N_("bookmarks and notes")));
    for (const struct session_mark *m = p.mark; next_of(s->o.session, &p, &row, &text, &len); m = p.mark)
        add_place(s, row, text, len, m != p.mark);
    if (s->page.lines == 0)
        page_add(&s->page, LOOK_DIM,
                 say(&s->voice, N_("None yet: mark NAME names the moment, note TEXT says something of it.")));
}

void bookmarks_go(struct screen *s, bool up)
{
    struct places p = {.mark = session_marks(s->o.session)};
    const uint32_t at = rows_cursor(s);
    const char *text;
    size_t len = 0;
    uint32_t place, best = NO_ROW;
    while (at != NO_ROW && next_of(s->o.session, &p, &place, &text, &len)) {
        const uint32_t row = selection_at(s->rows, selection_near(s->rows, place));
        if (row == NO_ROW || (up ? row >= at : row <= at))
            continue;
        best = row;
        if (!up)
            break;
    }
    if (best == NO_ROW)
        screen_say(s, say(&s->voice, N_("no bookmark there: mark NAME sets one")), true);
    else
        replay_look(s, best);
}
