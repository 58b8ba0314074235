/* The command line: what each option does, and what is said of a wrong one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "app/options.h"
#include "plat/heap.h"

enum { WORDS = 16 };

/* Splits a line at its blanks and parses it as a command line; the words stand in `text`. */
static bool parse(const char *line, char *text, struct options *o, struct fail *f)
{
    char *argv[WORDS] = {"tcpviz"};
    int argc = 1;
    strcpy(text, line);
    for (char *word = strtok(text, " "); word && argc < WORDS - 1; word = strtok(NULL, " "))
        argv[argc++] = word;
    return options_parse(o, argc, argv, f);
}

static void right(const char *line, char *text, struct options *o)
{
    struct fail f = {0};
    if (!parse(line, text, o, &f))
        fail_msg("%s: %s", line, f.what);
}

static void is_wrong(const char *line, const char *words)
{
    char text[256];
    struct options o;
    struct fail f = {0};
    if (parse(line, text, &o, &f))
        fail_msg("%s: is taken", line);
    assert_int_equal(f.status, FAIL_USAGE);
    assert_string_equal(f.what, words);
    assert_null(f.why);
    fail_release(&f);
    options_release(&o);
}

static void defaults(void **state)
{
    (void)state;
    char text[256];
    struct options o;
    right("", text, &o);
    assert_int_equal(o.mode, MODE_LAB);
    assert_int_equal(o.port, 3344);
    assert_int_equal(o.backlog, 128);
    assert_int_equal(o.keepalive_s, 8);
    assert_int_equal(o.snaplen, 0);
    assert_int_equal(o.export_count, 0);
    assert_null(o.filter);
    assert_null(o.lang);
    assert_int_equal(o.color, COLOR_AUTO);
    options_release(&o);
}

static void every_option(void **state)
{
    (void)state;
    char text[256];
    struct options o;
    right("--host -6p 4000 --backlog=2 --keepalive 3 --lang zh --color never --ascii --no-journal", text, &o);
    assert_int_equal(o.mode, MODE_HOST);
    assert_true(o.ipv6 && o.ascii && o.no_journal);
    assert_int_equal(o.port, 4000);
    assert_int_equal(o.backlog, 2);
    assert_int_equal(o.keepalive_s, 3);
    assert_string_equal(o.lang, "zh");
    assert_int_equal(o.color, COLOR_NEVER);
    options_release(&o);
    right("--wire", text, &o);
    assert_int_equal(o.mode, MODE_WIRE);
    assert_int_equal(o.delay_ms, 0);
    assert_int_equal(o.seed, -1);
    options_release(&o);
    right("--seed 7 --wire --delay=200 -6p 80", text, &o);
    assert_int_equal(o.mode, MODE_WIRE);
    assert_int_equal(o.delay_ms, 200);
    assert_int_equal(o.seed, 7);
    options_release(&o);
    right("-r x.pcap -e txt:a --export=jsonl:- tcp port 80", text, &o);
    assert_int_equal(o.mode, MODE_READ);
    assert_string_equal(o.read, "x.pcap");
    assert_int_equal(o.export_count, 2);
    assert_string_equal(o.exports[0], "txt:a");
    assert_string_equal(o.exports[1], "jsonl:-");
    assert_string_equal(o.filter, "tcp port 80");
    options_release(&o);
    right("-i lo -s 96 -- -not an option", text, &o);
    assert_int_equal(o.mode, MODE_WATCH);
    assert_string_equal(o.iface, "lo");
    assert_int_equal(o.snaplen, 96);
    assert_string_equal(o.filter, "-not an option");
    options_release(&o);
    right("-r - --script -", text, &o);
    assert_string_equal(o.read, "-");
    assert_string_equal(o.script, "-");
    options_release(&o);
    right("-r x -p4000 -h --nonsense", text, &o);
    assert_int_equal(o.mode, MODE_HELP);
    options_release(&o);
    right("-V", text, &o);
    assert_int_equal(o.mode, MODE_VERSION);
    options_release(&o);
}

static void wrong_ones(void **state)
{
    (void)state;
    is_wrong("--exprot x.txt", "--exprot: unknown option; nearest is --export");
    is_wrong("--exprot=x.txt", "--exprot: unknown option; nearest is --export");
    is_wrong("--wires", "--wires: unknown option; nearest is --wire");
    is_wrong("--wire --host", "--wire and --host do not go together");
    is_wrong("--wire -r x", "--read and --wire do not go together");
    is_wrong("--delay 5", "--delay goes with --wire only");
    is_wrong("--host --seed 5", "--seed goes with --wire only");
    is_wrong("--wire --delay 60001", "--delay: 60001 is not a number in 0-60000");
    is_wrong("--wire --seed x", "--seed: x is not a number in 0-2147483647");
    is_wrong("-q", "-q: unknown option; see --help");
    is_wrong("-6q", "-q: unknown option; see --help");
    is_wrong("-p 70000", "-p: 70000 is not a number in 1-65535");
    is_wrong("--port=0", "--port: 0 is not a number in 1-65535");
    is_wrong("-pssh", "-p: ssh is not a number in 1-65535");
    is_wrong("--backlog -1", "--backlog: -1 is not a number in 0-65535");
    is_wrong("--keepalive 99999999999999999999",
             "--keepalive: 99999999999999999999 is not a number in 0-32767");
    is_wrong("-p", "-p needs N");
    is_wrong("-e", "-e needs [FORMAT:]FILE");
    is_wrong("--host=yes", "--host takes no value");
    is_wrong("--color blue", "--color: blue is not one of auto, always, never");
    is_wrong("--lang xx", "--lang: xx is not one of en, zh");
    is_wrong("--host -r x", "--read and --host do not go together");
    is_wrong("-i lo -r x", "--interface and --read do not go together");
    is_wrong("-r x -p 80", "--read and --port do not go together");
    is_wrong("-i lo -6", "--interface and --ipv6 do not go together");
    is_wrong("-s 96", "--snaplen goes with --interface only");
    is_wrong("port 80", "port: not expected here; a filter goes with -r or -i");
    is_wrong("--diff", "--diff needs A B");
    is_wrong("--diff a.pcap", "--diff needs A B");
    is_wrong("--diff a.pcap -e txt:-", "--diff needs A B");
    is_wrong("--diff - -", "--diff: only one of the two can be standard input");
    is_wrong("--diff a.pcap b.pcap port 80", "port: not expected here; a filter goes with -r or -i");
    is_wrong("--diff a.pcap b.pcap -r c.pcap", "--diff and --read do not go together");
    is_wrong("--diff a.pcap b.pcap -p 80", "--diff and --port do not go together");
    is_wrong("--diff a.pcap b.pcap --delay 5", "--delay goes with --wire only");
    is_wrong("--diff a.pcap b.pcap -w c.pcapng", "--diff and --write do not go together");
    is_wrong("-e - -e jsonl:-", "only one export can go to standard output");
    is_wrong("--\x1b[2J", "--^[[2J: unknown option; see --help");
    is_wrong("-\xc3\xa9", "-?: unknown option; see --help");
}

static void in_chinese(void **state)
{
    (void)state;
    char text[256];
    struct options o;
    struct fail f = {0};
    assert_false(parse("-p 70000 --lang zh", text, &o, &f));
    assert_non_null(strstr(f.what, "70000"));
    fail_release(&f);
    options_release(&o);
}

static void help_names_everything(void **state)
{
    (void)state;
    const struct voice v = {LANG_EN, false, false, NULL};
    struct str help;
    str_init(&help, heap_mem());
    options_help(&help, &v);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char name[40] = "--";
        strcat(name, option_table[i].long_name);
        if (!strstr(help.at, name))
            fail_msg("%s is not in the help", name);
    }
    for (const char *line = help.at; *line; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 100);
    str_release(&help);
}

static void two_files(void **state)
{
    (void)state;
    char text[256];
    struct options o;
    right("--lang zh --diff=a.pcap - -e txt:out", text, &o);
    assert_int_equal(o.mode, MODE_DIFF);
    assert_string_equal(o.diff[0], "a.pcap");
    assert_string_equal(o.diff[1], "-");
    assert_int_equal(o.export_count, 1);
    options_release(&o);
}

int main(void)
{
    unsetenv("LC_ALL");
    unsetenv("LC_MESSAGES");
    unsetenv("LANG");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),   cmocka_unit_test(two_files),  cmocka_unit_test(every_option),
        cmocka_unit_test(wrong_ones), cmocka_unit_test(in_chinese), cmocka_unit_test(help_names_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
