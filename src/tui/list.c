/* list.c: the list of connections: what is shown, in which order, where the cursor is, what is marked. The
 * cursor stays on its connection when the order changes under it, unless it was put on the first
 * line, which shows whatever comes first. */
#include <string.h>
#include "tui/state.h"

enum { RENEW_NS = 300000000, SHARE = 20 /* a list that is made anew takes a twentieth of the time */ };

bool list_init(struct screen *s)
{
    struct list_view *l = &s->list;
    str_init(&l->filter_text, s->o.mem);
    picks_init(&l->marks, s->o.mem);
    picks_init(&l->shown, s->o.mem);
    conn_line_init(&l->line, s->o.mem);
    l->at = NO_CONN;
    l->home = true;
    l->marking = SIZE_MAX;
    l->conns = conns_new(s->o.mem, s->o.session);
    l->preview = conns_new(s->o.mem, s->o.session);
    return l->conns != NULL && l->preview != NULL;
}

void list_release(struct screen *s)
{
    struct list_view *l = &s->list;
    conns_free(l->conns);
    conns_free(l->preview);
    filter_free(l->filter);
    filter_free(l->previewed);
    conn_line_release(&l->line);
    picks_release(&l->marks);
    picks_release(&l->shown);
    str_release(&l->filter_text);
}

/* The cursor goes where its connection is now, and the lines on the screen with it. */
static void settle(struct list_view *l)
{
    size_t count = conns_count(l->conns);
    if (!l->home && l->at != NO_CONN && conns_at(l->conns, l->cursor) != l->at) {
        size_t place = conns_place(l->conns, l->at);
        if (place != SIZE_MAX) {
            l->top = l->top + place > l->cursor ? l->top + place - l->cursor : 0;
            l->cursor = place;
        }
    }
    if (l->cursor >= count)
        l->cursor = count > 0 ? count - 1 : 0;
    l->at = conns_at(l->conns, l->cursor);
}

void list_sync(struct screen *s)
{
    struct list_view *l = &s->list;
    s->o.hooks.info(s->o.hooks.ctx, &s->info);
    uint64_t version = session_version(s->o.session), now = clock_steady();
    if (version != l->version && !conns_busy(l->conns) && now >= l->renew_ns) {
        uint64_t rest = conns_cost_ns(l->conns) * SHARE;
        l->version = version;
        l->renew_ns = now + (rest > RENEW_NS ? rest : RENEW_NS);
        conns_renew(l->conns);
    }
    if (conns_busy(l->conns)) {
        if (conns_work(l->conns, now + WORK_NS))
            work_start(s);
    } else if (version != l->version && l->renew_ns > now) {
        source_start(s->renew, (l->renew_ns - now) / 1000000 + 1, 0);
    }
    settle(l);
}

uint32_t list_cursor(const struct screen *s)
{
    return conns_at(s->list.conns, s->list.cursor);
}

void list_go(struct screen *s, size_t at)
{
    struct list_view *l = &s->list;
    size_t count = conns_count(l->conns);
    if (count == 0)
        return;
    l->cursor = at < count ? at : count - 1;
    l->home = l->cursor == 0;
    l->at = conns_at(l->conns, l->cursor);
    s->dirty = true;
}

void list_move(struct screen *s, long by)
{
    long to = (long)s->list.cursor + by;
    list_go(s, to < 0 ? 0 : (size_t)to);
}

bool list_select(struct screen *s, uint32_t conn)
{
    size_t place = conns_place(s->list.conns, conn);
    if (place == SIZE_MAX)
        return false;
    list_go(s, place);
    return true;
}

/* What is shown is worked out anew; a small list is there at once. */
static void make(struct screen *s)
{
    struct list_view *l = &s->list;
    l->version = session_version(s->o.session);
    conns_set(l->conns, l->order, l->down, l->filter);
    if (conns_work(l->conns, clock_steady() + WORK_NS))
        work_start(s);
    settle(l);
    s->dirty = true;
}

void list_order(struct screen *s, enum conns_column by, bool down)
{
    s->list.order = by;
    s->list.down = down;
    make(s);
}

void list_order_next(struct screen *s, int by)
{
    static const bool down[CONNS_COLUMNS] = {
#define COLUMN(id, head, down) [CONNS_##id] = (down),
#include "session/columns.def"
    };
    int next = ((int)s->list.order + by + CONNS_COLUMNS) % CONNS_COLUMNS;
    list_order(s, (enum conns_column)next, down[next]);
}

static void words_of(void *ctx, const struct session *session, uint32_t conn, struct str *out)
{
    const struct screen *s = ctx;
    conn_line_words(out, &s->voice, session, conn);
}

static struct filter *filter_for(struct screen *s, const char *text, size_t len, struct cmd_error *e)
{
    struct filter *f = filter_parse(s->o.mem, text, len, e);
    if (f != NULL && !filter_of_conns(f, e)) {
        filter_free(f);
        return NULL;
    }
    if (f != NULL)
        filter_words(f, NULL, words_of, s);
    return f;
}

bool list_filter(struct screen *s, const char *text, size_t len, struct cmd_error *e)
{
    struct list_view *l = &s->list;
    struct filter *f = filter_for(s, text, len, e), *old = l->filter;
    if (f == NULL)
        return false;
    str_clear(&l->filter_text);
    str_put_n(&l->filter_text, text, len);
    if (l->star) /* all meant all that were shown */
        picks_set(&l->marks, false);
    l->star = false;
    l->marking = SIZE_MAX;
    l->filter = len == 0 ? NULL : f;
    make(s);
    filter_free(old);
    if (len == 0)
        filter_free(f);
    return true;
}

void list_preview(struct screen *s)
{
    struct list_view *l = &s->list;
    const struct str *text = &s->prompt[ASK_FILTER].text;
    struct cmd_error e = {0};
    struct filter *f = filter_for(s, text->at, text->len, &e), *old = l->previewed;
    l->previewed = f;
    conns_set(l->preview, CONNS_NUMBER, false, f);
    filter_free(old);
    if (conns_work(l->preview, clock_steady() + WORK_NS))
        work_start(s);
}

void list_mark(struct screen *s)
{
    s->list.star = false;
    picks_flip(&s->list.marks, list_cursor(s));
}

void list_mark_all(struct screen *s)
{
    struct list_view *l = &s->list;
    bool star = !l->star;
    l->star = star;
    l->marking = star && l->filter != NULL ? 0 : SIZE_MAX;
    picks_set(&l->marks, star && l->filter == NULL);
    if (l->marking == 0)
        (void)list_work(s, clock_steady() + WORK_NS);
}

void list_open(struct screen *s)
{
    struct list_view *l = &s->list;
    uint32_t conns = (uint32_t)session_conns(s->o.session);
    uint32_t marked = picks_count(&l->marks, conns), conn = list_cursor(s);
    if (l->marking != SIZE_MAX) {
        l->opening = true;
        return;
    }
    if (marked == 1 && !l->marks.all)
        conn = picks_next(&l->marks, 0);
    if (conn == NO_CONN)
        return;
    s->mode = MODE_LADDER;
    s->from_list = true;
    picks_set(&s->picked, false);
    if (marked == conns && conns > 1) {
        rows_look(s, LOOKED_ALL);
    } else if (marked > 0 && (marked > 1 || l->marks.all)) {
        picks_copy(&s->picked, &l->marks);
        rows_look(s, LOOKED_PICKED);
    } else {
        s->looked = LOOKED_ONE;
        screen_select(s, conn);
        rows_look(s, LOOKED_ONE);
    }
}

const struct picks *list_shown(struct screen *s)
{
    struct list_view *l = &s->list;
    (void)conns_work(l->conns, UINT64_MAX);
    picks_set(&l->shown, false);
    for (size_t i = 0; i < conns_count(l->conns); i++)
        picks_flip(&l->shown, conns_at(l->conns, i));
    return &l->shown;
}

/* All that are shown are marked, some at a time. */
static bool mark_on(struct screen *s)
{
    enum { SLICE = 8192 };
    struct list_view *l = &s->list;
    size_t count = conns_count(l->conns);
    if (l->marking == SIZE_MAX || conns_busy(l->conns))
        return l->marking != SIZE_MAX;
    if (l->marked_of != conns_made(l->conns)) /* the list has become another */
        l->marking = 0;
    l->marked_of = conns_made(l->conns);
    for (int i = 0; i < SLICE && l->marking < count; i++, l->marking++) {
        uint32_t conn = conns_at(l->conns, l->marking);
        if (!picks_has(&l->marks, conn))
            picks_flip(&l->marks, conn);
    }
    s->dirty = true;
    if (l->marking < count)
        return true;
    l->marking = SIZE_MAX;
    if (l->opening)
        list_open(s);
    l->opening = false;
    return false;
}

bool list_work(struct screen *s, uint64_t until_ns)
{
    struct list_view *l = &s->list;
    bool busy = conns_busy(l->conns), counts = conns_busy(l->preview);
    bool more = conns_work(l->conns, until_ns);
    more = conns_work(l->preview, until_ns) || more;
    more = mark_on(s) || more;
    if ((busy && !conns_busy(l->conns)) || (counts && !conns_busy(l->preview)))
        s->dirty = true;
    return more;
}

bool list_holds(struct screen *s, size_t at)
{
    uint32_t conn = conns_at(s->list.conns, at);
    if (s->find.terms != NULL)
        return filter_passes_conn(s->find.terms, s->o.session, conn);
    str_clear(&s->scratch);
    conn_line_words(&s->scratch, &s->voice, s->o.session, conn);
    return strcasestr(s->scratch.at, s->find.text.at) != NULL;
}
