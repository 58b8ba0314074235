/* options.c: the command line, by the rows of options.def. Long options take their value behind = or as the
 * next word; short ones may be bundled, the last one with its value (-6p 4000). Words that are no option are
 * the filter. */
#include "app/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cmd.h"
#include "core/lex.h"
#include "plat/heap.h"

const struct option_row option_table[OPTION_COUNT] = {
#define OPTION(id, short_name, long_name, argument, group, help)                                             \
    {OPTION_##id, short_name, long_name, argument, group, help},
#include "app/options.def"
};

/* The command line as it is gone through. */
struct scan {
    struct options *o;
    int argc, at;
    char **argv;
    char name[40]; /* the option as it was written: "-p", "--port" */
    uint64_t seen; /* a bit for each option that was given */
    struct str filter;
    const char *stray;  /* the first word that is no option */
    struct voice voice; /* of the errors */
    struct fail *f;
};

/* Errors are said in the language that was asked for, wherever --lang stands. */
static struct voice voice_of(int argc, char **argv)
{
    struct voice v = {.lang = LANG_EN, .ascii = false};
    const char *name = getenv("LC_ALL");
    if (!name || !*name)
        name = getenv("LC_MESSAGES");
    if (!name || !*name)
        name = getenv("LANG");
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            name = argv[i] + 7;
        else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            name = argv[i + 1];
    }
    if (!name || !lang_find(name, &v.lang))
        v.lang = LANG_EN;
    return v;
}

/* Wrong usage: text with {option}, {value} and one more place. Returns false. */
static bool wrong(struct scan *s, const char *text, const char *value, const char *place, const char *filler)
{
    struct str words, safe;
    str_init(&words, heap_mem());
    str_init(&safe, heap_mem());
    if (value)
        str_put_safe(&safe, value, strlen(value), s->voice.ascii);
    say_fill(&words, say(&s->voice, text), "option", s->name, "value", safe.at, place, filler, NULL);
    fail_set(s->f, FAIL_USAGE, NULL, NULL, "%s", words.at);
    str_release(&words);
    str_release(&safe);
    return false;
}

static bool take_number(struct scan *s, const char *value, int low, int high, int *out)
{
    int64_t n = 0;
    struct str range;
    if (word_number((struct word){value, strlen(value)}, 0, &n) && n >= low && n <= high) {
        *out = (int)n;
        return true;
    }
    str_init(&range, heap_mem());
    str_put_i64(&range, low);
    str_put(&range, "-");
    str_put_i64(&range, high);
    wrong(s, N_("{option}: {value} is not a number in {range}"), value, "range", range.at);
    str_release(&range);
    return false;
}

static bool take_color(struct scan *s, const char *value)
{
    if (strcmp(value, "auto") == 0)
        s->o->color = COLOR_AUTO;
    else if (strcmp(value, "always") == 0)
        s->o->color = COLOR_ALWAYS;
    else if (strcmp(value, "never") == 0)
        s->o->color = COLOR_NEVER;
    else
        return wrong(s, N_("{option}: {value} is not one of {choices}"), value, "choices",
                     "auto, always, never");
    return true;
}

/* A number of bytes, perhaps with K, M or G behind it. */
static bool take_size(struct scan *s, const char *value, uint64_t *out)
{
    static const char letters[] = "KMG";
    size_t len = strlen(value);
    const char *letter = len > 1 ? strchr(letters, value[len - 1]) : NULL;
    unsigned shift = letter ? 10 * (unsigned)(letter - letters + 1) : 0;
    int64_t n = 0;
    if (!word_number((struct word){value, len - (letter != NULL)}, 0, &n) || n < 1 || n > INT64_MAX >> shift)
        return wrong(s, N_("{option}: {value} is not a number of bytes, such as 512M"), value, "choices", "");
    *out = (uint64_t)n << shift;
    return true;
}

static bool take_summary(struct scan *s, const char *value)
{
    if (*value && strcmp(value, "json") != 0)
        return wrong(s, N_("{option}: {value} is not one of {choices}"), value, "choices", "json");
    s->o->summary = *value ? SUMMARY_JSON : SUMMARY_TEXT;
    return true;
}

static bool take_labsheet(struct scan *s, const char *value)
{
    if (!*value)
        s->o->labsheet = SHEET_WHOLE;
    else if (strcmp(value, "blank") == 0)
        s->o->labsheet = SHEET_BLANK;
    else if (strcmp(value, "answers") == 0)
        s->o->labsheet = SHEET_ANSWERS;
    else
        return wrong(s, N_("{option}: {value} is not one of {choices}"), value, "choices", "blank, answers");
    return true;
}

static bool take_lang(struct scan *s, const char *value)
{
    enum lang lang;
    if (!lang_find(value, &lang))
        return wrong(s, N_("{option}: {value} is not one of {choices}"), value, "choices", "en, zh");
    s->o->lang = value;
    return true;
}

/* Two files: a word that looks like an option is none, but for standard input. */
static bool take_diff(struct scan *s, const char *value)
{
    const char *other = s->at + 1 < s->argc ? s->argv[s->at + 1] : "";
    if (!*value || !*other || (value[0] == '-' && value[1]) || (other[0] == '-' && other[1]))
        return wrong(s, N_("{option} needs {argument}"), NULL, "argument",
                     option_table[OPTION_DIFF].argument);
    if (strcmp(value, "-") == 0 && strcmp(other, "-") == 0)
        return wrong(s, N_("{option}: only one of the two can be standard input"), NULL, "argument", "");
    s->o->mode = MODE_DIFF;
    s->o->diff[0] = value;
    s->o->diff[1] = s->argv[++s->at];
    return true;
}

/* value is "" for an option that takes none. */
static bool take(struct scan *s, enum option id, const char *value)
{
    struct options *o = s->o;
    s->seen |= UINT64_C(1) << id;
    switch (id) {
    case OPTION_HOST: o->mode = MODE_HOST; return true;
    case OPTION_WIRE: o->mode = MODE_WIRE; return true;
    case OPTION_READ:
        o->mode = MODE_READ;
        o->read = value;
        return true;
    case OPTION_FOLLOW: o->follow = true; return true;
    case OPTION_INTERFACE:
        o->mode = MODE_WATCH;
        o->iface = value;
        return true;
    case OPTION_SCRIPT: o->script = value; return true;
    case OPTION_WRITE: o->write = value; return true;
    case OPTION_EXPORT: o->exports[o->export_count++] = value; return true;
    case OPTION_SUMMARY: return take_summary(s, value);
    case OPTION_LABSHEET: return take_labsheet(s, value);
    case OPTION_MEMORY: return take_size(s, value, &o->memory);
    case OPTION_PORT: return take_number(s, value, 1, 65535, &o->port);
    case OPTION_IPV6: o->ipv6 = true; return true;
    case OPTION_BACKLOG: return take_number(s, value, 0, 65535, &o->backlog);
    case OPTION_KEEPALIVE: return take_number(s, value, 0, 32767, &o->keepalive_s); /* tcp(7) */
    case OPTION_DELAY: return take_number(s, value, 0, 60000, &o->delay_ms);
    case OPTION_SEED: return take_number(s, value, 0, INT32_MAX, &o->seed);
    case OPTION_SNAPLEN: return take_number(s, value, 0, 262144, &o->snaplen); /* libpcap's most */
    case OPTION_NO_JOURNAL: o->no_journal = true; return true;
    case OPTION_LANG: return take_lang(s, value);
    case OPTION_COLOR: return take_color(s, value);
    case OPTION_ASCII: o->ascii = true; return true;
    case OPTION_SESSIONS: o->mode = MODE_SESSIONS; return true;
    case OPTION_DIFF: return take_diff(s, value);
    case OPTION_VERSION: o->mode = MODE_VERSION; return true;
    case OPTION_HELP: o->mode = MODE_HELP; return true;
    case OPTION_COUNT: break;
    }
    return false;
}

/* The value of an option that needs one: what is left of this word, else the next. */
static const char *value_of(struct scan *s, const struct option_row *row, const char *rest)
{
    if (rest)
        return rest;
    if (s->at + 1 < s->argc)
        return s->argv[++s->at];
    wrong(s, N_("{option} needs {argument}"), NULL, "argument", row->argument);
    return NULL;
}

static const char *long_at(void *ctx, size_t i)
{
    (void)ctx;
    return i < OPTION_COUNT ? option_table[i].long_name : NULL;
}

static void set_name(struct scan *s, const char *dashes, const char *name, size_t len)
{
    struct str safe;
    str_init(&safe, heap_mem());
    str_put(&safe, dashes);
    str_put_safe(&safe, name, len, true);
    size_t n = safe.len < sizeof s->name ? safe.len : sizeof s->name - 1;
    memcpy(s->name, safe.at, n);
    s->name[n] = 0;
    str_release(&safe);
}

static bool take_long(struct scan *s, const char *text)
{
    const size_t len = strcspn(text, "=");
    const char *value = text[len] ? text + len + 1 : NULL;
    set_name(s, "--", text, len);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &option_table[i];
        if (!word_is((struct word){text, len}, row->long_name))
            continue;
        if (!row->argument)
            return value ? wrong(s, N_("{option} takes no value"), NULL, "value", "")
                         : take(s, (enum option)i, "");
        value = value || row->argument[0] != '[' || row->argument[1] != '=' ? value_of(s, row, value) : "";
        return value && take(s, (enum option)i, value);
    }
    const char *near = nearest_word(text, len, long_at, NULL);
    if (near)
        return wrong(s, N_("{option}: unknown option; nearest is --{nearest}"), NULL, "nearest", near);
    return wrong(s, N_("{option}: unknown option; see --help"), NULL, "nearest", "");
}

static bool take_short(struct scan *s, const char *text)
{
    for (; *text; text++) {
        const struct option_row *row = option_table;
        uint32_t c;
        while (row < option_table + OPTION_COUNT && row->short_name != *text)
            row++;
        set_name(s, "-", text, utf8_next(text, strlen(text), &c));
        if (row == option_table + OPTION_COUNT)
            return wrong(s, N_("{option}: unknown option; see --help"), NULL, "nearest", "");
        if (row->argument) {
            const char *value = value_of(s, row, text[1] ? text + 1 : NULL);
            return value && take(s, (enum option)row->id, value);
        }
        if (!take(s, (enum option)row->id, ""))
            return false;
    }
    return true;
}

static void take_word(struct scan *s, const char *word)
{
    if (!s->stray)
        s->stray = word;
    str_put(&s->filter, s->filter.len > 0 ? " " : "");
    str_put(&s->filter, word);
}

static bool given(const struct scan *s, enum option id)
{
    return s->seen >> id & 1;
}

static bool to_standard_output(const char *export)
{
    const char *colon = strchr(export, ':');
    return strcmp(colon ? colon + 1 : export, "-") == 0;
}

/* What does not go together. */
static bool check(struct scan *s)
{
    static const enum option sources[] = {OPTION_HOST,      OPTION_WIRE,     OPTION_READ,
                                          OPTION_INTERFACE, OPTION_SESSIONS, OPTION_DIFF};
    static const enum option lab_only[] = {OPTION_PORT, OPTION_IPV6, OPTION_BACKLOG, OPTION_KEEPALIVE};
    static const struct {
        enum option option, other;
    } never[] = {{OPTION_WRITE, OPTION_READ},       {OPTION_WRITE, OPTION_NO_JOURNAL},
                 {OPTION_SUMMARY, OPTION_EXPORT},   {OPTION_SUMMARY, OPTION_SCRIPT},
                 {OPTION_LABSHEET, OPTION_SUMMARY}, {OPTION_LABSHEET, OPTION_EXPORT},
                 {OPTION_LABSHEET, OPTION_SCRIPT},  {OPTION_LABSHEET, OPTION_FOLLOW},
                 {OPTION_DIFF, OPTION_SCRIPT},      {OPTION_DIFF, OPTION_WRITE},
                 {OPTION_DIFF, OPTION_NO_JOURNAL}},
      needs[] = {{OPTION_SNAPLEN, OPTION_INTERFACE}, {OPTION_FOLLOW, OPTION_READ},
                 {OPTION_SUMMARY, OPTION_READ},      {OPTION_LABSHEET, OPTION_READ},
                 {OPTION_DELAY, OPTION_WIRE},        {OPTION_SEED, OPTION_WIRE}};
    const bool lab = !given(s, OPTION_READ) && !given(s, OPTION_INTERFACE), diff = given(s, OPTION_DIFF);
    const char *first = NULL;
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        if (!given(s, sources[i]))
            continue;
        set_name(s, "--", option_table[sources[i]].long_name, strlen(option_table[sources[i]].long_name));
        if (first)
            return wrong(s, N_("{option} and --{other} do not go together"), NULL, "other", first);
        first = option_table[sources[i]].long_name;
    }
    for (size_t i = 0; (!lab || diff) && i < COUNT_OF(lab_only); i++)
        if (given(s, lab_only[i]))
            return wrong(s, N_("{option} and --{other} do not go together"), NULL, "other",
                         option_table[lab_only[i]].long_name);
    for (size_t i = 0; i < COUNT_OF(needs); i++) {
        const char *name = option_table[needs[i].option].long_name;
        set_name(s, "--", name, strlen(name));
        if (given(s, needs[i].option) && !given(s, needs[i].other))
            return wrong(s, N_("{option} goes with --{other} only"), NULL, "other",
                         option_table[needs[i].other].long_name);
    }
    set_name(s, "--", "memory", 6);
    if (given(s, OPTION_MEMORY) && lab && !diff)
        return wrong(s, N_("{option} goes with --{other} only"), NULL, "other", "read");
    for (size_t i = 0; i < COUNT_OF(never); i++) {
        const char *name = option_table[never[i].option].long_name;
        set_name(s, "--", name, strlen(name));
        if (given(s, never[i].option) && given(s, never[i].other))
            return wrong(s, N_("{option} and --{other} do not go together"), NULL, "other",
                         option_table[never[i].other].long_name);
    }
    if (s->stray && lab)
        return wrong(s, N_("{value}: not expected here; a filter goes with -r or -i"), s->stray, "other", "");
    size_t out = s->o->write && strcmp(s->o->write, "-") == 0;
    for (size_t i = 0; i < s->o->export_count; i++)
        out += to_standard_output(s->o->exports[i]);
    if (out > 1)
        return wrong(s, N_("only one export can go to standard output"), NULL, "other", "");
    return true;
}

static bool scan_words(struct scan *s)
{
    bool options = true;
    for (s->at = 1; s->at < s->argc; s->at++) {
        const char *word = s->argv[s->at];
        bool good = true;
        if (!options || word[0] != '-' || !word[1])
            take_word(s, word);
        else if (strcmp(word, "--") == 0)
            options = false;
        else
            good = word[1] == '-' ? take_long(s, word + 2) : take_short(s, word + 1);
        if (!good)
            return false;
        if (s->o->mode == MODE_HELP || s->o->mode == MODE_VERSION)
            return true;
    }
    return check(s);
}

bool options_parse(struct options *o, int argc, char **argv, struct fail *f)
{
    struct scan s = {.o = o, .argc = argc, .argv = argv, .voice = voice_of(argc, argv), .f = f};
    *o = (struct options){.mode = MODE_LAB, .port = 3344, .backlog = 128, .keepalive_s = 8, .seed = -1};
    o->exports = calloc((size_t)argc + 1, sizeof *o->exports);
    if (!o->exports)
        return fail_errno(f, ENOMEM, NULL, "%s", "tcpviz");
    str_init(&s.filter, heap_mem());
    bool good = scan_words(&s);
    if (good && (s.filter.len > 0 || s.filter.failed)) {
        o->filter = s.filter.failed ? NULL : strdup(s.filter.at);
        good = o->filter || fail_errno(f, ENOMEM, NULL, "%s", "tcpviz");
    }
    str_release(&s.filter);
    return good;
}

void options_release(struct options *o)
{
    free((void *)o->exports);
    free((void *)o->filter);
    *o = (struct options){0};
}
