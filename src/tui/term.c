/* term.c: curses is used for three things: it knows the terminal's language, it brings the terminal into its
 * mode and back, and it reads keys. What a frame writes is made by emit.c: curses compares and writes wide
 * cells ten times slower than a row a millisecond allows. */
#include "tui/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "core/str.h"
#include "core/types.h"
#include "tui/clip.h"
#include "tui/emit.h"
#include "tui/terminfo.h"

enum { WHEEL_ROWS = 3, ESCAPE_MS = 25 };

struct term {
    const struct mem *mem;
    SCREEN *screen;
    WINDOW *keys; /* a pad: reading a key from it refreshes nothing */
    FILE *in, *out;
    struct termios before;
    struct terminfo info;
    struct emit emit;
    int colors;
    int cursor_y, cursor_x;
    bool ascii, owns_in, owns_out, cursor_known;
};

bool term_ascii(void)
{
    static const char *const plain[] = {"vt100", "vt102", "vt220", "dumb", "ansi", "unknown"};
    const char *name = getenv("TERM");
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        if (name == NULL || strcmp(name, plain[i]) == 0)
            return true;
    return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

/* Input and output: the standard ones where they are a terminal, else the controlling one. */
static bool open_streams(struct term *t, struct fail *f)
{
    t->in = stdin;
    t->out = stdout;
    if (!isatty(STDIN_FILENO)) {
        t->in = fopen("/dev/tty", "re");
        t->owns_in = t->in != NULL;
    }
    if (!isatty(STDOUT_FILENO)) {
        t->out = fopen("/dev/tty", "we");
        t->owns_out = t->out != NULL;
    }
    if (t->in == NULL || t->out == NULL || tcgetattr(fileno(t->in), &t->before) != 0)
        return fail_set(f, FAIL_SYSTEM, N_("standard input and output are none, and there is no /dev/tty"),
                        N_("run it in a terminal, or with --script or --export"), "%s", N_("no terminal"));
    return true;
}

static void close_streams(struct term *t)
{
    if (t->owns_in)
        (void)fclose(t->in);
    if (t->owns_out)
        (void)fclose(t->out);
}

/* Ctrl-C is a key like others: it closes a prompt, and does not end a lesson that was not saved. */
static void take_interrupt(const struct term *t)
{
    struct termios modes;
    if (tcgetattr(fileno(t->in), &modes) != 0)
        return;
    modes.c_cc[VINTR] = _POSIX_VDISABLE;
    (void)tcsetattr(fileno(t->in), TCSANOW, &modes);
    (void)def_prog_mode();
}

static void set_up(struct term *t)
{
    (void)cbreak();
    (void)noecho();
    (void)nonl();
    (void)curs_set(0);
    (void)intrflush(stdscr, FALSE);
    /* Keys are read when a frame is out, so curses need not look for them in the middle of one. And before
     * the first endwin() ncurses 6 takes itself for a program that has not begun: it then writes out at every
     * move of the cursor, a dozen system calls a frame. */
    (void)typeahead(-1);
    (void)endwin();
    (void)refresh();
    (void)meta(stdscr, TRUE);
    take_interrupt(t);
    t->keys = newpad(1, 1);
    (void)keypad(t->keys, TRUE);
    (void)nodelay(t->keys, TRUE);
    (void)mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    (void)mouseinterval(0);
    if (has_colors() && start_color() == OK) {
        (void)use_default_colors();
        t->colors = COLORS;
    }
}

/* In a locale that is not UTF-8, curses would use REP (repeat the last character) where the terminal's
 * description has it; some terminals that bear that name do not. A terminal that speaks UTF-8 never gets it,
 * so curses is told that it is one: what is written to it is ASCII all the same. */
static SCREEN *open_screen(const struct term *t)
{
    locale_t utf8 = t->ascii ? newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0) : (locale_t)0;
    locale_t before = utf8 == (locale_t)0 ? (locale_t)0 : uselocale(utf8);
    SCREEN *screen = newterm(NULL, t->out, t->in);
    if (utf8 != (locale_t)0) {
        (void)uselocale(before);
        freelocale(utf8);
    }
    return screen;
}

struct term *term_new(const struct mem *m, bool ascii, struct fail *f)
{
    struct term *t = mem_new(m, sizeof *t);
    if (t == NULL) {
        fail_set(f, FAIL_SYSTEM, N_("no memory"), NULL, "%s", N_("screen"));
        return NULL;
    }
    t->mem = m;
    t->ascii = ascii;
    if (!open_streams(t, f)) {
        close_streams(t);
        mem_free(m, t, sizeof *t);
        return NULL;
    }
    (void)set_escdelay(ESCAPE_MS);
    const char *name = getenv("TERM");
    t->screen = open_screen(t);
    bool places = t->screen != NULL && tigetstr("cup") != NULL;
    emit_init(&t->emit, m, &t->info.caps);
    if (!places || !emit_size(&t->emit, LINES, COLS)) {
        if (t->screen != NULL) {
            (void)endwin();
            delscreen(t->screen);
        }
        fail_set(f, FAIL_SYSTEM, N_("this terminal is not known, or cannot place a cursor"),
                 N_("set TERM to what it is (xterm-256color, linux, vt100), or use --script"), "TERM=%s",
                 name == NULL ? "" : name);
        close_streams(t);
        mem_free(m, t, sizeof *t);
        return NULL;
    }
    set_up(t);
    struct termios modes;
    bool bare = tcgetattr(fileno(t->out), &modes) == 0 &&
                (!(modes.c_oflag & OPOST) || !(modes.c_oflag & (ONLCR | OCRNL | ONLRET)));
    terminfo_read(&t->info, ascii, bare);
    return t;
}

/* All of it, also to a terminal that somebody has made non-blocking. */
static bool write_all(const struct term *t, const char *at, size_t len)
{
    int fd = fileno(t->out);
    while (len > 0) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EAGAIN)
            (void)poll(&(struct pollfd){fd, POLLOUT, 0}, 1, -1);
        else if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* As it was before. Curses does not know what the cursor looks like now. */
static void give_back(struct term *t)
{
    const char *cursor = t->info.show_cursor;
    (void)curs_set(1);
    (void)endwin();
    if (cursor != NULL)
        (void)write_all(t, cursor, strlen(cursor));
}

void term_free(struct term *t)
{
    if (t == NULL)
        return;
    (void)delwin(t->keys);
    give_back(t);
    (void)tcsetattr(fileno(t->in), TCSADRAIN, &t->before);
    delscreen(t->screen);
    close_streams(t);
    emit_release(&t->emit);
    mem_free(t->mem, t, sizeof *t);
}

int term_fd(const struct term *t)
{
    return fileno(t->in);
}

void term_size(const struct term *t, int *rows, int *cols)
{
    *rows = t->emit.rows;
    *cols = t->emit.cols;
}

int term_colors(const struct term *t)
{
    return t->colors;
}

static void forget(struct term *t)
{
    emit_forget(&t->emit);
    t->cursor_known = false;
}

void term_theme(struct term *t, const struct theme *theme)
{
    terminfo_theme(&t->info, theme, t->colors);
    forget(t);
}

static bool alive(const struct term *t)
{
    struct pollfd p = {fileno(t->in), 0, 0};
    return poll(&p, 1, 0) <= 0 || (p.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
}

bool term_show(struct term *t, struct canvas *c, int y, int x)
{
    struct emit *e = &t->emit;
    const struct rect size = canvas_rect(c);
    str_clear(&e->out);
    if (size.rows != e->rows || size.cols != e->cols)
        return true;
    bool changed = emit_frame(e, canvas_at(c, 0, 0));
    bool moved = !t->cursor_known || y != t->cursor_y || (y >= 0 && x != t->cursor_x);
    if (!changed && !moved)
        return true;
    if (!t->cursor_known || (y >= 0) != (t->cursor_y >= 0))
        str_put(&e->out, y >= 0 ? t->info.show_cursor : t->info.hide_cursor);
    if (y >= 0)
        emit_place(e, y, x);
    t->cursor_y = y;
    t->cursor_x = x;
    t->cursor_known = true;
    if (e->out.failed)
        forget(t);
    return write_all(t, e->out.at, e->out.len);
}

/* Curses clears the terminal, and makes it ready again after it was given back. */
void term_redraw(struct term *t)
{
    forget(t);
    (void)clearok(curscr, TRUE);
    (void)refresh();
}

bool term_resize(struct term *t)
{
    struct winsize w;
    if (ioctl(fileno(t->out), TIOCGWINSZ, &w) != 0 || w.ws_row == 0 || w.ws_col == 0)
        return false;
    if (w.ws_row == t->emit.rows && w.ws_col == t->emit.cols)
        return false;
    if (!emit_size(&t->emit, w.ws_row, w.ws_col))
        return false;
    (void)resizeterm(w.ws_row, w.ws_col);
    term_redraw(t);
    return true;
}

void term_stop(struct term *t)
{
    (void)def_prog_mode();
    give_back(t);
    (void)tcsetattr(fileno(t->in), TCSADRAIN, &t->before);
    (void)raise(SIGSTOP);
    (void)reset_prog_mode();
    term_redraw(t);
}

static void add_cap(struct screen_rescue *r, const char *text)
{
    size_t len = text == NULL || (intptr_t)text == -1 ? 0 : strlen(text);
    if (len <= sizeof r->bytes - r->len) {
        memcpy(r->bytes + r->len, len == 0 ? "" : text, len);
        r->len += len;
    }
}

void term_rescue(const struct term *t, struct screen_rescue *out)
{
    static const char *const caps[] = {"rmkx", "sgr0", "cnorm", "rmcup"};
    out->fd = fileno(t->out);
    out->modes = t->before;
    out->len = 0;
    const char *mouse = tigetstr("kmous");
    if (mouse != NULL && (intptr_t)mouse != -1)
        add_cap(out, "\033[?1000l\033[?1006l");
    for (size_t i = 0; i < COUNT_OF(caps); i++)
        add_cap(out, tigetstr(caps[i]));
    out->armed = true;
}

bool term_copy(struct term *t, const char *text, size_t len)
{
    const char *name = getenv("TERM");
    if (name == NULL || strncmp(name, "vt", 2) == 0 || strcmp(name, "linux") == 0)
        return false;
    struct str out;
    str_init(&out, t->mem);
    clip_put(&out, text, len);
    bool good = !out.failed && write_all(t, out.at, out.len);
    str_release(&out);
    return good;
}

static void name_key(struct term_event *e, const char *name)
{
    e->kind = TERM_KEY;
    (void)snprintf(e->name, sizeof e->name, "%s", name);
}

static void name_code(struct term_event *e, wint_t code)
{
    static const struct {
        wint_t code;
        const char *name;
    } names[] = {{KEY_UP, "Up"},       {KEY_DOWN, "Down"},
                 {KEY_LEFT, "Left"},   {KEY_RIGHT, "Right"},
                 {KEY_PPAGE, "PgUp"},  {KEY_NPAGE, "PgDn"},
                 {KEY_HOME, "Home"},   {KEY_END, "End"},
                 {KEY_A1, "Home"},     {KEY_C1, "End"},
                 {KEY_ENTER, "Enter"}, {KEY_BTAB, "BackTab"},
                 {KEY_DC, "Delete"},   {KEY_BACKSPACE, "Backspace"}};
    if (code > KEY_F0 && code <= KEY_F(12)) {
        (void)snprintf(e->name, sizeof e->name, "F%d", (int)(code - KEY_F0));
        e->kind = TERM_KEY;
        return;
    }
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (names[i].code == code)
            name_key(e, names[i].name);
}

static void take_mouse(struct term_event *e)
{
    MEVENT m;
    if (getmouse(&m) != OK)
        return;
    e->y = m.y;
    e->x = m.x;
    if (m.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) {
        e->kind = TERM_WHEEL;
        e->by = m.bstate & BUTTON4_PRESSED ? -WHEEL_ROWS : WHEEL_ROWS;
    } else if (m.bstate & BUTTON1_PRESSED) {
        e->kind = TERM_CLICK;
    }
}

static void name_char(struct term_event *e, wint_t ch)
{
    static const struct {
        wint_t ch;
        const char *name;
    } names[] = {{'\t', "Tab"}, {'\n', "Enter"},  {'\r', "Enter"},
                 {27, "Esc"},   {8, "Backspace"}, {127, "Backspace"}};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (names[i].ch == ch) {
            name_key(e, names[i].name);
            return;
        }
    if (ch < 32) {
        (void)snprintf(e->name, sizeof e->name, "C-%c", ch == 0 ? '@' : ch < 27 ? (char)('a' + ch - 1) : '?');
        e->kind = TERM_KEY;
        return;
    }
    e->kind = TERM_TEXT;
    if (ch == ' ')
        (void)snprintf(e->name, sizeof e->name, "Space");
    else if (snprintf(e->name, sizeof e->name, "%lc", ch) <= 0)
        e->kind = TERM_OTHER;
}

void term_next(struct term *t, struct term_event *out)
{
    wint_t ch = 0;
    memset(out, 0, sizeof *out);
    int got = wget_wch(t->keys, &ch);
    if (got == ERR) {
        out->kind = alive(t) ? TERM_NONE : TERM_GONE;
        return;
    }
    out->kind = TERM_OTHER;
    if (got != KEY_CODE_YES)
        name_char(out, ch);
    else if (ch == KEY_MOUSE)
        take_mouse(out);
    else
        name_code(out, ch);
}
