/* The command language: every form of the table, what is wrong with lines that are not, and completion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "app/app.h"
#include "core/lex.h"
#include "core/nearest.h"

static struct cmd parse(const char *line)
{
    struct cmd c;
    struct cmd_error e;
    if (!cmd_parse(command_table, command_count, line, strlen(line), &c, &e))
        fail_msg("%s: %s at %zu", line, e.message, e.at);
    return c;
}

static struct cmd_error refuse(const char *line, const char *message, const char *at)
{
    struct cmd c;
    struct cmd_error e;
    if (cmd_parse(command_table, command_count, line, strlen(line), &c, &e))
        fail_msg("%s: is taken", line);
    assert_null(c.spec);
    assert_string_equal(e.message, message);
    assert_int_equal(e.len, strlen(at));
    assert_memory_equal(line + e.at, at, e.len);
    return e;
}

static void is_text(const struct cmd *c, const char *param, const char *text)
{
    const struct cmd_arg *a = cmd_get(c, param);
    assert_non_null(a);
    assert_int_equal(a->len, strlen(text));
    assert_memory_equal(a->text, text, a->len);
}

static void is_number(const struct cmd *c, const char *param, int64_t n)
{
    const struct cmd_arg *a = cmd_get(c, param);
    assert_non_null(a);
    assert_int_equal(a->number, n);
}

static void empty_lines(void **state)
{
    (void)state;
    assert_null(parse("").spec);
    assert_null(parse("  \t\r").spec);
    assert_null(parse("# connect 99999").spec);
    assert_null(parse("   #").spec);
}

static void forms(void **state)
{
    (void)state;
    struct cmd c = parse("connect");
    assert_int_equal(c.spec->id, COMMAND_CONNECT);
    assert_null(cmd_get(&c, "COUNT"));
    c = parse("connect 1000");
    is_number(&c, "COUNT", 1000);
    c = parse("connect both");
    assert_int_equal(c.spec->id, COMMAND_CONNECT_BOTH);
    c = parse("send");
    assert_int_equal(c.args, 0);
    c = parse("send get");
    assert_non_null(cmd_get(&c, "get"));
    assert_null(cmd_get(&c, "post"));
    c = parse("  send 5 \xe4\xbd\xa0 post\r");
    is_number(&c, "N", 5);
    is_text(&c, "CHAR", "\xe4\xbd\xa0");
    assert_true(cmd_arg_is(cmd_get(&c, "post"), "post"));
    c = parse("send 5 post");
    assert_null(cmd_get(&c, "CHAR"));
    c = parse("respond");
    assert_null(cmd_get(&c, "TEXT"));
    c = parse("respond  one two  ");
    is_text(&c, "TEXT", "one two  ");
    c = parse("keepalive client 8");
    assert_int_equal(c.spec->id, COMMAND_KEEPALIVE);
    is_number(&c, "IDLE", 8);
    assert_null(cmd_get(&c, "INTERVAL"));
    c = parse("keepalive server 8 3 2");
    is_number(&c, "TIMES", 2);
    c = parse("keepalive server off");
    assert_int_equal(c.spec->id, COMMAND_KEEPALIVE_OFF);
    c = parse("read server off");
    assert_non_null(cmd_get(&c, "server"));
    c = parse("sysctl tcp_rmem 4096 8192 16384 client");
    is_text(&c, "VALUES", "4096 8192 16384");
    assert_non_null(cmd_get(&c, "client"));
    c = parse("at #12");
    is_number(&c, "#FRAME", 12);
    c = parse("at 2.5");
    is_number(&c, "SECONDS", 2500);
    c = parse("at here");
    is_text(&c, "MARK", "here");
    c = parse("export jsonl:a file.jsonl  ");
    is_text(&c, "FILE", "jsonl:a file.jsonl");
}

static void conditions(void **state)
{
    (void)state;
    struct cmd c = parse("wait 0.25");
    is_number(&c, "SECONDS", 250);
    c = parse("wait until keep-alive from server within 12");
    is_text(&c, "CONDITION", "keep-alive from server");
    is_number(&c, "SECONDS", 12000);
    c = parse("expect client is ESTABLISHED and server is ESTABLISHED");
    is_text(&c, "CONDITION", "client is ESTABLISHED and server is ESTABLISHED");
    assert_null(cmd_get(&c, "SECONDS"));
    refuse("expect within 3", "something is missing before {word}", "within");
    refuse("expect syn within soon", "{word} is not a number", "soon");
    refuse("expect syn within 3 4", "{word} is not expected here", "4");
    refuse("wait until", "something is missing", "");
}

static void any_bytes(void **state)
{
    (void)state;
    const char line[] = "say \x1b[2J\0\xff end";
    struct cmd c;
    struct cmd_error e;
    assert_true(cmd_parse(command_table, command_count, line, sizeof line - 1, &c, &e));
    assert_int_equal(cmd_get(&c, "TEXT")->len, sizeof line - 1 - 4);
}

static void mistakes(void **state)
{
    (void)state;
    struct cmd_error e = refuse("conect 3", "unknown command {word}; nearest is {nearest}", "conect");
    assert_string_equal(e.nearest, "connect");
    assert_null(e.expected);
    e = refuse("frobnicate 3", "unknown command {word}", "frobnicate");
    assert_null(e.nearest);
    e = refuse("connect 1001", "{word} is out of range: {low} to {high}", "1001");
    assert_int_equal(e.low, 1);
    assert_int_equal(e.high, 1000);
    e = refuse("connect 0", "{word} is out of range: {low} to {high}", "0");
    refuse("write client 1073741825", "{word} is out of range: {low} to {high}", "1073741825");
    refuse("write client 99999999999999999999", "{word} is out of range: {low} to {high}",
           "99999999999999999999");
    refuse("wait 1000000.001", "{word} is out of range: {low} to {high}", "1000000.001");
    refuse("wait -1", "{word} is not a number", "-1");
    refuse("wait 1.2345", "{word} is not a number", "1.2345");
    refuse("wait", "something is missing", "");
    e = refuse("close cleint", "{word} is not expected here; nearest is {nearest}", "cleint");
    assert_string_equal(e.nearest, "client");
    assert_string_equal(e.expected, "client|server");
    e = refuse("shutdown client rdwrr", "{word} is not expected here; nearest is {nearest}", "rdwrr");
    assert_string_equal(e.nearest, "rdwr");
    refuse("send 5 ab", "{word} is not one character", "ab");
    refuse("send 5 a putt", "{word} is not expected here", "putt");
    refuse("reset now", "{word} is not expected here", "now");
    refuse("at #x", "{word} is not a number", "#x");
    e = refuse("wait utnil syn", "{word} is not expected here; nearest is {nearest}", "utnil");
    assert_string_equal(e.nearest, "until");
    assert_string_equal(e.expected, "until CONDITION [within SECONDS]");
    refuse("keepalive server 40000", "{word} is out of range: {low} to {high}", "40000");
}

/* No line, however it is cut off, is read past its end: the sanitizers watch. */
static void cut_lines(void **state)
{
    (void)state;
    static const char *const lines[] = {"send 5 \xe4\xbd\xa0 post", "expect client is ESTABLISHED within 1.5",
                                        "keepalive server 8 3 2", "sysctl a b client", "at #12"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (size_t len = 0; len <= strlen(lines[i]); len++) {
            char copy[64];
            struct cmd c;
            struct cmd_error e;
            char *at = copy + sizeof copy - len;
            memcpy(at, lines[i], len);
            if (!cmd_parse(command_table, command_count, at, len, &c, &e))
                assert_in_range(e.at + e.len, 0, len);
        }
}

/* Forms of one command stand together, and every command says what it does. */
static void table_is_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        assert_true(strlen(command_table[i].help) > 10);
        for (size_t j = 0; j < i; j++)
            if (strcmp(command_table[i].name, command_table[j].name) == 0)
                assert_string_equal(command_table[i].name, command_table[i - 1].name);
    }
}

struct offers {
    char text[512];
};

static void collect(void *ctx, const char *word)
{
    struct offers *o = ctx;
    snprintf(o->text + strlen(o->text), sizeof o->text - strlen(o->text), "%s ", word);
}

static void collect_param(void *ctx, const char *param, const char *prefix, size_t len)
{
    struct offers *o = ctx;
    snprintf(o->text + strlen(o->text), sizeof o->text - strlen(o->text), "<%s:%.*s> ", param, (int)len,
             prefix);
}

static void completes(const char *line, const char *expected)
{
    struct offers o = {""};
    cmd_complete(command_table, command_count, line, strlen(line), collect_param, collect, &o);
    assert_string_equal(o.text, expected);
}

static void completion(void **state)
{
    (void)state;
    completes("co", "connect ");
    completes("wa", "wait ");
    completes("close ", "client server ");
    completes("close s", "server ");
    completes("shutdown client r", "rd rdwr ");
    completes("send 5 ", "<CHAR:> get post ");
    completes("send ", "<N:> get post ");
    completes("send get ", "");
    completes("keepalive server o", "<IDLE:o> off ");
    completes("wait unt", "<SECONDS:unt> until ");
    completes("expect cl", "<CONDITION:cl> ");
    completes("expect client is EST", "<CONDITION:EST> ");
    completes("expect client is ESTABLISHED ", "<CONDITION:> within ");
    completes("expect syn wi", "<CONDITION:wi> within ");
    completes("expect syn within ", "<SECONDS:> ");
    completes("set client no", "<OPTION:no> ");
    completes("source fif", "<FILE:fif> ");
    completes("reset ", "");
    completes("nonsense ", "");
}

/* Each piece of each syntax is a placeholder or a literal that the matcher has in its tables: as the syntax
 * of a command of its own it is offered. */
static void table_is_spelled_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        char syntax[128];
        strcpy(syntax, command_table[i].syntax);
        for (char *piece = strtok(syntax, " []|"); piece; piece = strtok(NULL, " []|")) {
            const struct cmd_spec one = {.name = "x", .syntax = piece};
            struct offers o = {""};
            char literal[64], param[64];
            if (strcmp(piece, "FORMAT:") == 0)
                continue;
            cmd_complete(&one, 1, "x ", 2, collect_param, collect, &o);
            snprintf(literal, sizeof literal, "%s ", piece);
            snprintf(param, sizeof param, "<%s:> ", piece);
            assert_string_equal(o.text, piece[0] >= 'a' ? literal : param);
        }
    }
}

static void distances(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } rows[] = {{"", "", 0},
                {"abc", "", 3},
                {"", "abc", 3},
                {"exprot", "export", 1},
                {"kitten", "sitting", 3},
                {"ca", "abc", 3},
                {"server", "server", 0},
                {"sever", "server", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(word_distance(rows[i].a, strlen(rows[i].a), rows[i].b, strlen(rows[i].b)),
                         rows[i].distance);
    assert_int_equal(word_distance("x", 1, "01234567890123456789012345678901234567890", 41), 41);
}

static void comparisons(void **state)
{
    (void)state;
    static const char text[] = "len>=10 a=b<";
    static const char *const tokens[] = {"len", ">=", "10", "a", "=", "b", "<"};
    struct word w;
    size_t pos = 0, i = 0;
    enum compare c;
    for (; lex_token(text, sizeof text - 1, &pos, &w); i++)
        assert_true(word_is(w, tokens[i]));
    assert_int_equal(i, 7);
    static const struct {
        const char *sign;
        bool below, same, above;
    } rows[] = {{"=", 0, 1, 0}, {"!=", 1, 0, 1}, {"<", 1, 0, 0},
                {">", 0, 0, 1}, {"<=", 1, 1, 0}, {">=", 0, 1, 1}};
    for (i = 0; i < 6; i++) {
        assert_true(word_compare((struct word){rows[i].sign, strlen(rows[i].sign)}, &c));
        assert_int_equal(compare_holds(c, 1, 2), rows[i].below);
        assert_int_equal(compare_holds(c, 2, 2), rows[i].same);
        assert_int_equal(compare_holds(c, 3, 2), rows[i].above);
    }
    assert_false(word_compare((struct word){"!", 1}, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_lines),       cmocka_unit_test(forms),
        cmocka_unit_test(conditions),        cmocka_unit_test(any_bytes),
        cmocka_unit_test(mistakes),          cmocka_unit_test(cut_lines),
        cmocka_unit_test(completion),        cmocka_unit_test(distances),
        cmocka_unit_test(comparisons),       cmocka_unit_test(table_is_spelled_right),
        cmocka_unit_test(table_is_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
