#include "tui/dialog.h"

#include <string.h>
#include <unistd.h>

void dialog_init(struct dialog *d, const struct mem *m, const char *const *formats)
{
    memset(d, 0, sizeof *d);
    for (size_t i = 0; i < DIALOG_FORMATS && formats != NULL && formats[i] != NULL; i++)
        d->formats[i] = formats[i];
    prompt_init(&d->place, m);
}

void dialog_release(struct dialog *d)
{
    prompt_release(&d->place);
}

static void propose(struct dialog *d)
{
    prompt_start(&d->place, "tcpviz.");
    (void)prompt_key(&d->place, d->formats[d->format], true);
}

void dialog_open(struct dialog *d)
{
    d->field = DIALOG_FORMAT;
    d->exists = false;
    if (d->place.text.len == 0 && d->formats[0] != NULL)
        propose(d);
}

/* The next format; a place that ends in the old format's name gets the new one. */
static void change_format(struct dialog *d, int by)
{
    size_t count = 1;
    while (d->formats[count] != NULL)
        count++;
    const char *old = d->formats[d->format];
    d->format = (d->format + (by > 0 ? 1 : count - 1)) % count;
    size_t len = strlen(old);
    struct str *t = &d->place.text;
    if (t->len > len && t->at[t->len - len - 1] == '.' && strcmp(t->at + t->len - len, old) == 0) {
        str_cut(t, t->len - len);
        str_put(t, d->formats[d->format]);
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
    str_put(out, d->formats[d->format]);
    str_put_char(out, ':');
    str_put_n(out, d->place.text.at, d->place.text.len);
}

static void paint_choice(struct canvas *c, struct rect in, int y, int x, const char *text, bool chosen,
                         bool here)
{
    canvas_put(c, in, y, x, chosen ? LOOK_CURSOR : LOOK_DIM, chosen && here ? CELL_REVERSE : 0,
               chosen ? "[" : " ");
    int used =
        canvas_put(c, in, y, x + 1, chosen ? LOOK_CURSOR : LOOK_DIM, chosen && here ? CELL_REVERSE : 0, text);
    canvas_put(c, in, y, x + 1 + used, chosen ? LOOK_CURSOR : LOOK_DIM, chosen && here ? CELL_REVERSE : 0,
               chosen ? "]" : " ");
}

void dialog_paint(const struct dialog *d, struct canvas *c, struct rect r, const struct voice *voice, int *y,
                  int *x)
{
    static const char *const labels[DIALOG_FIELDS] = {N_("format"), N_("place"), N_("rows")};
    struct rect box = {r.y + (r.rows - 8) / 2, r.x + (r.cols - 56) / 2, 8, 56};
    canvas_clear(c, box, LOOK_TEXT);
    canvas_box(c, box, LOOK_FRAME, say(voice, N_("export")), NULL, voice->ascii);
    struct rect in = {box.y + 1, box.x + 2, box.rows - 2, box.cols - 4};
    for (int i = 0; i < DIALOG_FIELDS; i++) {
        canvas_put(c, in, i, 0, d->field == (enum dialog_field)i ? LOOK_CURSOR : LOOK_DIM, 0,
                   say(voice, labels[i]));
        if (d->field == (enum dialog_field)i)
            canvas_put(c, in, i, 9, LOOK_CURSOR, 0, voice->ascii ? ">" : "▸");
    }
    int at = 10;
    for (size_t i = 0; d->formats[i] != NULL; i++) {
        paint_choice(c, in, DIALOG_FORMAT, at, d->formats[i], i == d->format, d->field == DIALOG_FORMAT);
        at += (int)strlen(d->formats[i]) + 2;
    }
    struct rect line = {in.y + DIALOG_PLACE, in.x + 10, 1, in.cols - 10};
    int cursor = prompt_paint(&d->place, c, line, "");
    paint_choice(c, in, DIALOG_WHICH, 10, say(voice, N_("all")), !d->filtered, d->field == DIALOG_WHICH);
    paint_choice(c, in, DIALOG_WHICH, 20, say(voice, N_("shown")), d->filtered, d->field == DIALOG_WHICH);
    if (d->exists)
        canvas_put(c, in, 4, 0, LOOK_WARN, 0,
                   say(voice, N_("The file exists: Enter overwrites it, Esc does not")));
    canvas_put(c, in, 5, 0, LOOK_DIM, 0,
               say(voice, N_("Tab: next line   Left, Right: choose   Enter: export")));
    *y = d->field == DIALOG_PLACE ? line.y : -1;
    *x = line.x + cursor;
}
