/* input.c: a key goes to whatever is open: the line being written, the dialog, or the table of keys. */
#include <string.h>
#include "tui/bar.h"
#include "tui/state.h"

unsigned screen_views(const struct screen *s)
{
    static const unsigned views[] = {
        [MODE_LIST] = V_LIST, [MODE_LADDER] = V_LADDER, [MODE_DETAIL] = V_DETAIL,
        [MODE_TALK] = V_TALK, [MODE_PAGE] = V_PAGE,     [MODE_DIALOG] = V_DIALOG};
    return views[s->mode] | (s->info.lab ? V_LAB : 0) | (s->wired ? V_WIRE : 0) |
           (s->info.replay ? V_PLAY : 0);
}

static void no_key(struct screen *s, const char *name)
{
    struct str text, key;
    str_init(&text, s->o.mem);
    str_init(&key, s->o.mem);
    str_put_safe(&key, name, strlen(name), s->voice.ascii);
    say_fill(&text, say(&s->voice, N_("{key} is no key here; ? shows those that are")), "key", key.at, NULL);
    screen_say(s, text.at, true);
    str_release(&key);
    str_release(&text);
}

/* A line about the frame under the cursor. */
static void run_of_frame(struct screen *s, const char *line, size_t before)
{
    const uint32_t at = rows_cursor(s), frame = at == NO_ROW ? 0 : wire_frame_of(s, at);
    struct str text;
    if (frame == 0) {
        screen_say(s, say(&s->voice, N_("this row is no frame: go to one that is on the wire")), true);
        return;
    }
    str_init(&text, s->o.mem);
    str_put_n(&text, line, before);
    str_put_u64(&text, frame);
    screen_run(s, text.at, text.len);
    str_release(&text);
}

static void run_key(struct screen *s, const struct key_row *k)
{
    const char *frame = strstr(k->line, "#?");
    if (frame != NULL)
        run_of_frame(s, k->line, (size_t)(frame - k->line) + 1);
    else if (k->line[0] == '?')
        screen_ask(s, ASK_COMMAND, k->line + 1);
    else
        screen_run(s, k->line, strlen(k->line));
}

static void complete(struct screen *s)
{
    struct prompt *p = &s->prompt[s->asking];
    struct completion c;
    completion_init(&c, s->o.mem);
    if (s->asking == ASK_COMMAND)
        s->o.hooks.complete(s->o.hooks.ctx, p->text.at, p->cursor, completion_offer, &c);
    else
        filter_complete(p->text.at, p->cursor, base_mode(s) == MODE_LIST, completion_offer, &c);
    if (!prompt_complete(p, &c) && c.count > 0)
        screen_say(s, c.all.at, false);
    completion_release(&c);
}

/* Enter: the line is run. A line that was wrong stays open, to be put right; one that cannot be done now has
 * nothing to be put right, and the keys after it are keys again. */
static void finish(struct screen *s)
{
    enum asking what = s->asking;
    struct prompt *p = &s->prompt[what];
    struct cmd_error e = {0};
    prompt_remember(p);
    str_clear(&s->message);
    if (what == ASK_FILTER) {
        if (base_mode(s) == MODE_LIST ? list_filter(s, p->text.at, p->text.len, &e)
                                      : rows_filter(s, p->text.at, p->text.len, &e))
            s->asking = ASK_NOTHING;
        else
            say_wrong_filter(s, p->text.at, p->text.len, &e);
        return;
    }
    s->asking = ASK_NOTHING;
    if (what == ASK_FIND) {
        if (find_set(s, p->text.at, p->text.len))
            find_start(s, FIND_TEXT, false);
        return;
    }
    if (screen_run(s, p->text.at, p->text.len) == SCREEN_WRONG)
        s->asking = what;
}

static void key_to_prompt(struct screen *s, const struct term_event *e)
{
    switch (prompt_key(&s->prompt[s->asking], e->name, e->kind == TERM_TEXT)) {
    case PROMPT_DONE: finish(s); break;
    case PROMPT_CANCEL: s->asking = ASK_NOTHING; break;
    case PROMPT_COMPLETE: complete(s); break;
    case PROMPT_EDITED: str_clear(&s->message); break;
    case PROMPT_MOVED:
    case PROMPT_IGNORED: return;
    }
    if (s->asking == ASK_FILTER && base_mode(s) == MODE_LIST)
        list_preview(s);
}

static void key_to_dialog(struct screen *s, const struct term_event *e)
{
    struct str spec, error;
    switch (dialog_key(&s->dialog, e->name, e->kind == TERM_TEXT)) {
    case DIALOG_CLOSE: screen_back(s); break;
    case DIALOG_GOES_ON: break;
    case DIALOG_EXPORT:
        str_init(&spec, s->o.mem);
        str_init(&error, s->o.mem);
        dialog_spec(&s->dialog, &spec);
        if (s->o.hooks.export(s->o.hooks.ctx, spec.at, s->dialog.filtered, &error)) {
            s->mode = s->under;
        } else {
            screen_say(s, error.at, true);
        }
        str_release(&spec);
        str_release(&error);
        break;
    }
}

/* The head of a column orders by it, and once more the other way round; a line is like a row. */
static void click_list(struct screen *s, int y, int x)
{
    const struct rect *r = &s->layout.list;
    struct list_view *l = &s->list;
    if (y == s->layout.list_head.y) {
        enum conns_column by = list_column_at(&l->columns, x);
        if (by == l->order)
            (void)screen_do(s, VIEW_REVERSE);
        else if (by != CONNS_COLUMNS)
            list_order_next(s, (int)by - (int)l->order);
        return;
    }
    size_t at = l->top + (size_t)(y - r->y);
    if (y < r->y || y >= r->y + r->rows || at >= conns_count(l->conns))
        return;
    if (at == l->cursor)
        list_open(s);
    else
        list_go(s, at);
}

/* A click on a row goes there, a second one opens it; on the key bar it is the key. */
static void click(struct screen *s, int y, int x)
{
    struct rect r = s->layout.rows;
    if (y == s->layout.bar.y) {
        const struct key_row *k = bar_key_at(s, x);
        if (k != NULL)
            run_key(s, k);
        return;
    }
    if (s->mode == MODE_LIST)
        click_list(s, y, x);
    if (s->mode == MODE_LADDER && y == s->layout.timeline.y && replay_click(s, x))
        return;
    size_t at = s->top + (size_t)(y - r.y);
    if (s->mode != MODE_LADDER || y < r.y || y >= r.y + r.rows || at >= s->count)
        return;
    if (at == s->cursor)
        (void)screen_do(s, VIEW_DETAIL);
    else
        rows_go(s, at);
}

static void wheel(struct screen *s, int by)
{
    if (s->mode == MODE_PAGE)
        page_move(&s->page, by, s->layout.body.rows - 2);
    else if (s->mode == MODE_DETAIL)
        detail_scroll(s, by);
    else if (s->mode == MODE_LADDER)
        rows_move(s, by);
    else if (s->mode == MODE_LIST)
        list_move(s, by);
    else if (s->mode == MODE_TALK)
        talk_move(s, by);
}

static void take_key(struct screen *s, const struct term_event *e)
{
    s->dirty = true;
    if (e->kind == TERM_CLICK) {
        click(s, e->y, e->x);
        return;
    }
    if (e->kind == TERM_WHEEL) {
        wheel(s, e->by);
        return;
    }
    if (s->asking != ASK_NOTHING) {
        key_to_prompt(s, e);
        return;
    }
    if (s->mode == MODE_DIALOG) {
        key_to_dialog(s, e);
        return;
    }
    const struct key_row *k = key_find(s->o.keys, s->o.key_count, screen_views(s), e->name);
    bool quits = k != NULL && (strcmp(k->line, "view quit") == 0 || strcmp(k->line, "view stop") == 0);
    str_clear(&s->message);
    if (!quits)
        s->quit_asked = false;
    if (k != NULL)
        run_key(s, k);
    else
        no_key(s, e->name);
}

void screen_input(struct screen *s)
{
    struct term_event e;
    for (term_next(s->term, &e); e.kind != TERM_NONE; term_next(s->term, &e)) {
        if (e.kind == TERM_GONE) {
            source_watch(s->tty, 0);
            s->o.hooks.gone(s->o.hooks.ctx);
            return;
        }
        if (e.kind != TERM_OTHER)
            take_key(s, &e);
    }
}
