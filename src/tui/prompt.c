#include "tui/prompt.h"

#include <string.h>
#include "core/types.h"
#include "scene/say.h"

void prompt_init(struct prompt *p, const struct mem *m)
{
    memset(p, 0, sizeof *p);
    p->mem = m;
    str_init(&p->text, m);
    str_init(&p->draft, m);
}

void prompt_release(struct prompt *p)
{
    for (size_t i = 0; i < p->lines; i++)
        str_release(&p->history[i]);
    str_release(&p->text);
    str_release(&p->draft);
}

static void set_text(struct prompt *p, const char *text)
{
    str_clear(&p->text);
    str_put(&p->text, text);
    p->cursor = p->text.len;
}

void prompt_start(struct prompt *p, const char *text)
{
    set_text(p, text);
    p->at = p->lines;
}

void prompt_remember(struct prompt *p)
{
    if (p->text.len == 0 || (p->lines > 0 && strcmp(p->history[p->lines - 1].at, p->text.at) == 0))
        return;
    if (p->lines == PROMPT_HISTORY) {
        str_release(&p->history[0]);
        memmove(&p->history[0], &p->history[1], (PROMPT_HISTORY - 1) * sizeof p->history[0]);
        p->lines--;
    }
    str_init(&p->history[p->lines], p->mem);
    str_put(&p->history[p->lines++], p->text.at);
    p->at = p->lines;
}

/* Where the character before `at` begins: combining marks go with the character that they stand on. */
static size_t char_before(const struct str *t, size_t at)
{
    while (at > 0) {
        do
            at--;
        while (at > 0 && ((unsigned char)t->at[at] & 0xc0) == 0x80);
        uint32_t ch;
        if (cells_of(t->at + at, utf8_next(t->at + at, t->len - at, &ch)) != 0)
            break;
    }
    return at;
}

static size_t char_after(const struct str *t, size_t at)
{
    uint32_t ch;
    if (at < t->len)
        at += utf8_next(t->at + at, t->len - at, &ch);
    while (at < t->len) {
        size_t take = utf8_next(t->at + at, t->len - at, &ch);
        if (cells_of(t->at + at, take) != 0)
            break;
        at += take;
    }
    return at;
}

static size_t word_before(const struct str *t, size_t at)
{
    while (at > 0 && t->at[at - 1] == ' ')
        at--;
    while (at > 0 && t->at[at - 1] != ' ')
        at--;
    return at;
}

static enum prompt_answer cut(struct prompt *p, size_t from, size_t to)
{
    if (from >= to)
        return PROMPT_IGNORED;
    memmove(p->text.at + from, p->text.at + to, p->text.len - to + 1);
    p->text.len -= to - from;
    p->cursor = from;
    return PROMPT_EDITED;
}

static enum prompt_answer insert(struct prompt *p, const char *what)
{
    size_t len = strlen(what);
    size_t before = p->text.len;
    str_put(&p->text, what);
    if (p->text.len != before + len)
        return PROMPT_IGNORED;
    memmove(p->text.at + p->cursor + len, p->text.at + p->cursor, before - p->cursor);
    memcpy(p->text.at + p->cursor, what, len);
    p->cursor += len;
    return PROMPT_EDITED;
}

static enum prompt_answer recall(struct prompt *p, bool older)
{
    if (older ? p->at == 0 : p->at >= p->lines)
        return PROMPT_IGNORED;
    if (p->at == p->lines) {
        str_clear(&p->draft);
        str_put(&p->draft, p->text.at);
    }
    p->at = older ? p->at - 1 : p->at + 1;
    set_text(p, p->at == p->lines ? p->draft.at : p->history[p->at].at);
    return PROMPT_EDITED;
}

enum edit {
    EDIT_LEFT,
    EDIT_RIGHT,
    EDIT_HOME,
    EDIT_END,
    EDIT_BACK,
    EDIT_DELETE,
    EDIT_KILL,
    EDIT_KILL_LINE,
    EDIT_KILL_WORD,
    EDIT_OLDER,
    EDIT_NEWER,
    EDIT_DONE,
    EDIT_CANCEL,
    EDIT_COMPLETE,
    EDIT_NONE
};

static enum edit edit_of(const char *name)
{
    static const struct {
        const char *name;
        enum edit edit;
    } keys[] = {
        {"Left", EDIT_LEFT},      {"C-b", EDIT_LEFT},      {"Right", EDIT_RIGHT},   {"C-f", EDIT_RIGHT},
        {"Home", EDIT_HOME},      {"C-a", EDIT_HOME},      {"End", EDIT_END},       {"C-e", EDIT_END},
        {"Backspace", EDIT_BACK}, {"C-h", EDIT_BACK},      {"Delete", EDIT_DELETE}, {"C-d", EDIT_DELETE},
        {"C-k", EDIT_KILL},       {"C-u", EDIT_KILL_LINE}, {"C-w", EDIT_KILL_WORD}, {"Up", EDIT_OLDER},
        {"C-p", EDIT_OLDER},      {"Down", EDIT_NEWER},    {"C-n", EDIT_NEWER},     {"Enter", EDIT_DONE},
        {"Esc", EDIT_CANCEL},     {"C-c", EDIT_CANCEL},    {"C-g", EDIT_CANCEL},    {"Tab", EDIT_COMPLETE}};
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (strcmp(keys[i].name, name) == 0)
            return keys[i].edit;
    return EDIT_NONE;
}

static enum prompt_answer move(struct prompt *p, size_t to)
{
    p->cursor = to;
    return PROMPT_MOVED;
}

enum prompt_answer prompt_key(struct prompt *p, const char *name, bool is_text)
{
    if (is_text)
        return insert(p, strcmp(name, "Space") == 0 ? " " : name);
    switch (edit_of(name)) {
    case EDIT_LEFT: return move(p, char_before(&p->text, p->cursor));
    case EDIT_RIGHT: return move(p, char_after(&p->text, p->cursor));
    case EDIT_HOME: return move(p, 0);
    case EDIT_END: return move(p, p->text.len);
    case EDIT_BACK:
        if (p->text.len == 0)
            return PROMPT_CANCEL;
        return cut(p, char_before(&p->text, p->cursor), p->cursor);
    case EDIT_DELETE: return cut(p, p->cursor, char_after(&p->text, p->cursor));
    case EDIT_KILL: return cut(p, p->cursor, p->text.len);
    case EDIT_KILL_LINE: return cut(p, 0, p->cursor);
    case EDIT_KILL_WORD: return cut(p, word_before(&p->text, p->cursor), p->cursor);
    case EDIT_OLDER: return recall(p, true);
    case EDIT_NEWER: return recall(p, false);
    case EDIT_DONE: return PROMPT_DONE;
    case EDIT_CANCEL: return PROMPT_CANCEL;
    case EDIT_COMPLETE: return PROMPT_COMPLETE;
    case EDIT_NONE: break;
    }
    return PROMPT_IGNORED;
}

void completion_init(struct completion *c, const struct mem *m)
{
    str_init(&c->common, m);
    str_init(&c->all, m);
    c->count = 0;
}

void completion_release(struct completion *c)
{
    str_release(&c->common);
    str_release(&c->all);
}

void completion_offer(void *completion, const char *word)
{
    struct completion *c = completion;
    if (c->count++ == 0) {
        str_put(&c->common, word);
    } else {
        size_t n = 0;
        while (n < c->common.len && c->common.at[n] == word[n])
            n++;
        while (n > 0 && ((unsigned char)c->common.at[n] & 0xc0) == 0x80)
            n--;
        str_cut(&c->common, n);
        str_put_char(&c->all, ' ');
    }
    str_put(&c->all, word);
}

bool prompt_complete(struct prompt *p, const struct completion *c)
{
    size_t start = p->cursor;
    while (start > 0 && p->text.at[start - 1] != ' ')
        start--;
    size_t typed = p->cursor - start;
    if (c->count == 0 || c->common.len < typed || (c->common.len == typed && c->count > 1))
        return false;
    (void)cut(p, start, p->cursor);
    (void)insert(p, c->common.at);
    bool whole = strchr(":<>", c->common.at[c->common.len - 1]) == NULL; /* after "state:" comes its value */
    if (c->count == 1 && whole && p->cursor == p->text.len)
        (void)insert(p, " ");
    return true;
}

int prompt_paint(const struct prompt *p, struct canvas *c, struct rect r, const char *label)
{
    int x = canvas_put(c, r, 0, 1, LOOK_KEY, CELL_BOLD, label) + 1;
    if (*label != '\0' && strcmp(label, ":") != 0 && strcmp(label, "/") != 0)
        x++;
    int room = r.cols - x - 1;
    size_t from = 0;
    int before = (int)cells_of(p->text.at, p->cursor);
    while (before > room && from < p->cursor) {
        size_t next = char_after(&p->text, from);
        before -= (int)cells_of(p->text.at + from, next - from);
        from = next;
    }
    canvas_put_n(c, r, 0, x, LOOK_TEXT, 0, p->text.at + from, p->text.len - from);
    int at = x + before;
    return at < r.cols ? at : r.cols - 1;
}
