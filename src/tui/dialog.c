#include "tui/dialog.h"

#include <string.h>
#include <unistd.h>

void dialog_init(struct dialog *d, const struct mem *m, const struct dialog_format *formats, size_t count)
{
    *d = (struct dialog){.formats = formats, .count = count};
    prompt_init(&d->place, m);
}

void dialog_release(struct dialog *d)
{
    prompt_release(&d->place);
}

void dialog_open(struct dialog *d)
{
    d->field = DIALOG_FORMAT;
    d->exists = false;
    if (d->place.text.len > 0 || d->count == 0)
        return;
    prompt_start(&d->place, "tcpviz");
    (void)prompt_key(&d->place, d->formats[d->format].suffix, true);
}

/* The next format; a place that ends in the old format's suffix gets the new one. */
static void change_format(struct dialog *d, int by)
{
    const char *old = d->formats[d->format].suffix;
    d->format = (d->format + (by > 0 ? 1 : d->count - 1)) % d->count;
    size_t len = strlen(old);
    struct str *t = &d->place.text;
    if (t->len > len && strcmp(t->at + t->len - len, old) == 0) {
        str_cut(t, t->len - len);
        str_put(t, d->formats[d->format].suffix);
        d->place.cursor = t->len;
    }
}

static enum dialog_answer enter(struct dialog *d)
{
    if (d->place.text.len == 0) {
        d->field = DIALOG_PLACE;
        return DIALOG_GOES_ON;
    }
    if (!d->exists && access(d->place.text.at, F_OK) == 0) {
        d->exists = true;
        return DIALOG_GOES_ON;
    }
    d->exists = false;
    return DIALOG_EXPORT;
}

enum dialog_answer dialog_key(struct dialog *d, const char *name, bool is_text)
{
    bool left = !is_text && strcmp(name, "Left") == 0;
    bool right = !is_text && strcmp(name, "Right") == 0;
    bool blank = is_text && strcmp(name, "Space") == 0;
    if (!is_text && (strcmp(name, "Esc") == 0 || strcmp(name, "C-c") == 0))
        return DIALOG_CLOSE;
    if (!is_text && strcmp(name, "Enter") == 0)
        return enter(d);
    d->exists = false;
    if (!is_text && (strcmp(name, "Tab") == 0 || strcmp(name, "Down") == 0)) {
        d->field = (enum dialog_field)((d->field + 1) % DIALOG_FIELDS);
    } else if (!is_text && (strcmp(name, "BackTab") == 0 || strcmp(name, "Up") == 0)) {
        d->field = (enum dialog_field)((d->field + DIALOG_FIELDS - 1) % DIALOG_FIELDS);
    } else if (d->field == DIALOG_PLACE) {
        (void)prompt_key(&d->place, name, is_text);
    } else if (left || right || blank) {
        if (d->field == DIALOG_FORMAT)
            change_format(d, left ? -1 : 1);
        else
            d->filtered = !d->filtered;
    }
    return DIALOG_GOES_ON;
}

void dialog_spec(const struct dialog *d, struct str *out)
{
    str_put(out, d->formats[d->format].name);
    str_put_char(out, ':');
    str_put_n(out, d->place.text.at, d->place.text.len);
}

/* Lines of the dialog: the formats take two, and one says what the chosen one is. */
enum { LINE_FORMAT, LINE_WORDS = 2, LINE_PLACE, LINE_ROWS, LINE_EXISTS, LINE_KEYS, LINES };
enum { LEFT = 10, WIDTH = 56 };

static int paint_choice(struct canvas *c, struct rect in, int y, int x, const char *text, bool chosen,
                        bool here)
{
    enum look look = chosen ? LOOK_CURSOR : LOOK_DIM;
    int how = chosen && here ? CELL_REVERSE : 0;
    canvas_put(c, in, y, x, look, how, chosen ? "[" : " ");
    int used = canvas_put(c, in, y, x + 1, look, how, text);
    canvas_put(c, in, y, x + 1 + used, look, how, chosen ? "]" : " ");
    return used + 2;
}

static void paint_formats(const struct dialog *d, struct canvas *c, struct rect in, const struct voice *voice)
{
    int y = LINE_FORMAT, x = LEFT;
    for (size_t i = 0; i < d->count; i++) {
        int width = (int)strlen(d->formats[i].name) + 2;
        if (x + width > in.cols && y < LINE_WORDS - 1)
            y++, x = LEFT;
        x += paint_choice(c, in, y, x, d->formats[i].name, i == d->format, d->field == DIALOG_FORMAT);
    }
    if (d->count > 0)
        canvas_put_cut(c, in, LINE_WORDS, LEFT + 1, LOOK_TEXT, 0, say(voice, d->formats[d->format].words),
                       voice->ascii);
}

void dialog_paint(const struct dialog *d, struct canvas *c, struct rect r, const struct voice *voice, int *y,
                  int *x)
{
    static const struct {
        const char *words;
        int line;
    } labels[DIALOG_FIELDS] = {
        [DIALOG_FORMAT] = {N_("format"), LINE_FORMAT},
        [DIALOG_PLACE] = {N_("place"), LINE_PLACE},
        [DIALOG_WHICH] = {N_("rows"), LINE_ROWS},
    };
    struct rect box = {r.y + (r.rows - LINES - 2) / 2, r.x + (r.cols - WIDTH) / 2, LINES + 2, WIDTH};
    canvas_clear(c, box, LOOK_TEXT);
    canvas_box(c, box, LOOK_FRAME, say(voice, N_("export")), NULL, voice->ascii);
    struct rect in = {box.y + 1, box.x + 2, box.rows - 2, box.cols - 4};
    for (size_t i = 0; i < DIALOG_FIELDS; i++) {
        bool here = d->field == (enum dialog_field)i;
        canvas_put(c, in, labels[i].line, 0, here ? LOOK_CURSOR : LOOK_DIM, 0, say(voice, labels[i].words));
        if (here)
            canvas_put(c, in, labels[i].line, LEFT - 1, LOOK_CURSOR, 0, voice->ascii ? ">" : "▸");
    }
    paint_formats(d, c, in, voice);
    struct rect line = {in.y + LINE_PLACE, in.x + LEFT, 1, in.cols - LEFT};
    int cursor = prompt_paint(&d->place, c, line, "");
    bool which = d->field == DIALOG_WHICH;
    int used = paint_choice(c, in, LINE_ROWS, LEFT, say(voice, N_("all")), !d->filtered, which);
    paint_choice(c, in, LINE_ROWS, LEFT + used + 5, say(voice, N_("shown")), d->filtered, which);
    if (d->exists)
        canvas_put_cut(c, in, LINE_EXISTS, 0, LOOK_WARN, 0,
                       say(voice, N_("The file exists: Enter overwrites it, Esc does not")), voice->ascii);
    canvas_put_cut(c, in, LINE_KEYS, 0, LOOK_DIM, 0,
                   say(voice, N_("Tab: next line   Left, Right: choose   Enter: export")), voice->ascii);
    *y = d->field == DIALOG_PLACE ? line.y : -1;
    *x = line.x + cursor;
}
