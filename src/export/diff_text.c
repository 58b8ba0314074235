#include "export/diff_text.h"

#include <string.h>
#include "scene/diff.h"
#include "scene/fill.h"

enum { GATHER = 1 << 16 };

struct text {
    struct diff_view *view;
    const struct voice *v;
    struct export_sink sink;
    struct str out;
};

/* Both columns, without blanks at the end. */
static void put_pair(struct text *t, const char *left, size_t left_len, const char *mark, const char *right)
{
    const size_t used = cells_of(left, left_len), column = diff_view_column(t->view);
    str_put_n(&t->out, left, left_len);
    str_put_rep(&t->out, " ", used < column ? column - used : 0);
    str_put(&t->out, " ");
    str_put(&t->out, mark);
    str_put(&t->out, " ");
    str_put(&t->out, right);
    while (t->out.len > 0 && t->out.at[t->out.len - 1] == ' ')
        str_cut(&t->out, t->out.len - 1);
    str_put(&t->out, "\n");
}

static void put_names(struct text *t, const char *const name[DIFF_SIDES], const struct mem *m)
{
    struct str head[DIFF_SIDES];
    str_put(&t->out, "tcpviz " TCPVIZ_VERSION "   ");
    put_words(&t->out, t->v, N_("two sessions side by side"));
    str_put(&t->out, "\n\n");
    for (unsigned i = 0; i < DIFF_SIDES; i++) {
        str_init(&head[i], m);
        str_put(&head[i], diff_letter(i));
        str_put_safe(&head[i], name[i], strlen(name[i]), t->v->ascii);
        cut_at_word(&head[i], 0, diff_view_column(t->view), t->v->ascii);
    }
    put_pair(t, head[0].at, head[0].len, " ", head[1].at);
    for (unsigned i = 0; i < DIFF_SIDES; i++) {
        t->out.failed = t->out.failed || head[i].failed;
        str_release(&head[i]);
    }
}

/* Whether two rows differ in what their columns have no room for. */
static bool looks_alike(const struct diff_line *l)
{
    return l->kind == DIFF_LINE_ITEM && l->mark == DIFF_DIFFERS &&
           strcmp(l->text[0].at + l->words[0], l->text[1].at + l->words[1]) == 0;
}

static void put_line(struct text *t, const struct diff_line *l)
{
    const char *mark = diff_mark(l->mark, t->v->ascii);
    put_pair(t, l->text[0].at, l->text[0].len, mark, l->text[1].at);
    if (!looks_alike(l))
        return;
    const size_t start = t->out.len;
    str_put_rep(&t->out, " ", l->words[0]);
    str_put(&t->out, mark);
    str_put(&t->out, " ");
    diff_view_why(t->view, l->item, &t->out);
    cut_at_word(&t->out, start, DIFF_TEXT_CELLS, t->v->ascii);
    str_put(&t->out, "\n");
}

static bool hand_over(struct text *t, size_t least)
{
    const bool good =
        !t->out.failed && (t->out.len < least || t->sink.put(t->sink.ctx, t->out.at, t->out.len));
    if (t->out.len >= least)
        str_clear(&t->out);
    return good;
}

bool diff_text_put(const struct diff *d, const char *const name[DIFF_SIDES], const struct voice *v,
                   struct export_sink sink, const struct mem *m)
{
    struct text t = {.view = diff_view_new(m, d), .v = v, .sink = sink};
    struct diff_line line;
    bool good = t.view && diff_view_lay(t.view, v, DIFF_TEXT_CELLS);
    str_init(&t.out, m);
    diff_line_init(&line, m);
    if (good)
        put_names(&t, name, m);
    for (size_t i = 0; good && diff_view_line(t.view, i, &line); i++) {
        put_line(&t, &line);
        good = !line.text[0].failed && !line.text[1].failed && hand_over(&t, GATHER);
    }
    good = good && hand_over(&t, 1);
    diff_line_release(&line);
    str_release(&t.out);
    diff_view_free(t.view);
    return good;
}
