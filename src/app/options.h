/* options.h: the command line (DESIGN 6), from the rows of options.def: parsing, --help and the man page are
 * one table. */
#ifndef TCPVIZ_APP_OPTIONS_H
#define TCPVIZ_APP_OPTIONS_H

#include "core/mem.h"
#include "core/str.h"
#include "plat/fail.h"
#include "scene/say.h"

enum mode {
    MODE_LAB,
    MODE_HOST,
    MODE_WIRE,
    MODE_READ,
    MODE_WATCH,
    MODE_SESSIONS,
    MODE_DIFF,
    MODE_HELP,
    MODE_VERSION
};

struct options {
    enum mode mode;
    const char *read;     /* -r FILE */
    const char *iface;    /* -i */
    const char *diff[2];  /* --diff A B */
    const char *filter;   /* BPF: the words after the options, joined by blanks; owned */
    const char *script;   /* --script FILE, "-" */
    const char *write;    /* -w FILE */
    const char **exports; /* -e, in order */
    size_t export_count;
    uint64_t memory;                                         /* bytes; 0: not given */
    int port, backlog, keepalive_s, snaplen, delay_ms, seed; /* seed -1: none was given */
    bool ipv6, ascii, no_journal, follow;
    enum { SUMMARY_NONE, SUMMARY_TEXT, SUMMARY_JSON } summary;
    enum { SHEET_NONE, SHEET_WHOLE, SHEET_BLANK, SHEET_ANSWERS } labsheet;
    enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
    const char *lang; /* NULL: from the environment */
};

/* Ids of options.def, and its groups. */
enum option {
#define OPTION(id, short_name, long_name, argument, group, help) OPTION_##id,
#include "app/options.def"
    OPTION_COUNT
};
enum option_group { GROUP_WHAT, GROUP_LAB, GROUP_SCREEN, GROUP_OTHER, GROUPS };

struct option_row {
    int id;
    char short_name;                  /* 0: none */
    const char *long_name, *argument; /* NULL: takes none */
    enum option_group group;
    const char *help; /* for the catalogue */
};
extern const struct option_row option_table[OPTION_COUNT];

/* Fills *o with defaults and what argv says. False: f has status 2, what is wrong, the nearest right one.
 * Strings point into argv. */
bool options_parse(struct options *o, int argc, char **argv, struct fail *f);
void options_release(struct options *o);
/* The text of --help. */
void options_help(struct str *out, const struct voice *v);

#endif
