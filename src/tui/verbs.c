/* verbs.c: what commands can ask of a screen. */
#include <string.h>
#include "tui/state.h"

static const char *const view_names[VIEW_COUNT] = {
#define VIEW(id, name, help) [VIEW_##id] = (name),
#include "tui/view.def"
};

const char *screen_view_name(size_t i)
{
    return i < VIEW_COUNT ? view_names[i] : NULL;
}

static const char *name_at(void *ctx, size_t i)
{
    (void)ctx;
    return screen_view_name(i);
}

bool screen_view(struct screen *s, const char *name, size_t len, struct fail *f)
{
    for (int i = 0; i < VIEW_COUNT; i++)
        if (strlen(view_names[i]) == len && memcmp(view_names[i], name, len) == 0)
            return screen_do(s, (enum view_id)i);
    const char *nearest = nearest_word(name, len, name_at, NULL);
    str_clear(&s->scratch);
    str_put_safe(&s->scratch, name, len, s->voice.ascii);
    return fail_set(f, FAIL_USAGE, N_("a view has no such word"), nearest, "view %s", s->scratch.at);
}

/* Which word of a filter is wrong, and the nearest right one. */
static void put_wrong(const struct screen *s, struct str *out, const char *text, size_t len,
                      const struct cmd_error *e)
{
    struct str word;
    if (e->message == NULL) {
        str_put(out, say(&s->voice, N_("no memory")));
        return;
    }
    str_init(&word, s->o.mem);
    if (e->at <= len && e->len <= len - e->at)
        str_put_safe(&word, text + e->at, e->len, s->voice.ascii);
    say_fill(out, say(&s->voice, e->message), "word", word.at, "nearest",
             e->nearest == NULL ? "" : e->nearest, NULL);
    str_release(&word);
}

void say_wrong_filter(struct screen *s, const char *text, size_t len, const struct cmd_error *e)
{
    struct str words;
    str_init(&words, s->o.mem);
    put_wrong(s, &words, text, len, e);
    screen_say(s, words.at, true);
    str_release(&words);
}

bool screen_filter_set(struct screen *s, const char *text, size_t len, struct fail *f)
{
    struct cmd_error e = {0};
    if (base_mode(s) == MODE_LIST ? list_filter(s, text, len, &e) : rows_filter(s, text, len, &e))
        return true;
    str_clear(&s->scratch);
    put_wrong(s, &s->scratch, text, len, &e);
    return fail_set(f, FAIL_USAGE, NULL, NULL, "%s", s->scratch.at);
}

bool screen_find(struct screen *s, const char *text, size_t len, struct fail *f)
{
    if (!find_set(s, text, len))
        return fail_set(f, FAIL_SYSTEM, N_("no memory"), NULL, "%s", "find");
    find_start(s, FIND_TEXT, false);
    return true;
}

/* From the list the ladder opens, of all connections; and where rows of others than the one of that row are
 * shown, all are. */
static void show_row(struct screen *s, uint32_t row, const struct row *r)
{
    if (base_mode(s) == MODE_TALK)
        talk_close(s);
    bool listed = base_mode(s) == MODE_LIST;
    if (listed)
        s->from_list = true;
    if (listed || s->mode == MODE_PAGE || s->mode == MODE_DIALOG)
        s->mode = listed ? MODE_LADDER : s->under;
    rows_sync(s);
    if (r == NULL || (!listed && selection_at(s->rows, selection_near(s->rows, row)) == row))
        return;
    bool other =
        r->conn != NO_CONN && (s->looked == LOOKED_PICKED ? !picks_has(&s->picked, r->conn)
                                                          : s->looked == LOOKED_ONE && r->conn != s->conn);
    if (listed || (other && s->conn != NO_CONN))
        s->looked = LOOKED_ALL, s->stale = true;
    s->follow = false;
}

bool screen_at(struct screen *s, uint32_t row, struct fail *f)
{
    const struct row *r = session_row(s->o.session, row);
    if (r == NULL && session_rows(s->o.session) == 0)
        return fail_set(f, FAIL_EXPECT, N_("there is no row yet"), NULL, "%s", "at");
    show_row(s, row, r);
    replay_jump(s, row);
    rows_sync(s);
    if (s->replay.on)
        s->dirty = true;
    else if (s->gathering)
        s->keep = row;
    else
        rows_go(s, selection_near(s->rows, row));
    s->dirty = true;
    return true;
}

void screen_pause(struct screen *s, bool on)
{
    if (s->replay.playing && on)
        replay_turn(s);
    if (s->info.replay)
        return;
    rows_pause(s, on);
}

bool screen_play(struct screen *s, unsigned tenths)
{
    if (!s->info.replay && !s->replay.on)
        return false;
    if (tenths > 0)
        replay_set(s, tenths);
    if (!s->replay.playing)
        replay_turn(s);
    return true;
}

void screen_pace(struct screen *s, int64_t ms)
{
    rows_pace(s, ms);
}

void screen_restart(struct screen *s, uint32_t first_row)
{
    s->info.first = first_row;
    s->stale = true;
    s->follow = true;
    s->marks = 0;
    s->mark_all = false;
    if (s->mode == MODE_DETAIL)
        s->mode = MODE_LADDER;
    rows_pause(s, false);
    if (s->revealed != NO_ROW)
        s->revealed = first_row;
}

/* Everything that counts rows counts them anew. */
void screen_inserted(struct screen *s, uint32_t row)
{
    const uint32_t cursor = rows_cursor(s);
    if (s->mode == MODE_TALK)
        talk_close(s); /* it holds bytes of the session that was */
    cursor_free(s->past);
    s->past = cursor_new(s->o.mem, s->o.session);
    for (size_t i = 0; i < s->marks; i++)
        s->mark[i] += s->mark[i] >= row;
    if (s->revealed != NO_ROW && s->revealed >= row)
        s->revealed++;
    s->stale = s->dirty = true;
    s->boxed.made = false;
    s->inserted++;
    rows_sync(s);
    s->keep = cursor == NO_ROW || s->follow ? NO_ROW : cursor < row ? row : cursor + 1;
    if (s->keep != NO_ROW && !s->gathering)
        s->cursor = selection_near(s->rows, s->keep);
}
