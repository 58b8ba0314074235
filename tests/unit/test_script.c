/* Scripts without a lab: what is refused before anything runs, what takes time, and where conditions look.
 * Events are made by hand; the clock is the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/script.h"
#include "unit/timeline.h"

enum { MS = 1000000 };

static int up(void **state)
{
    struct app *a = calloc(1, sizeof *a);
    a->mem = heap_mem();
    a->labs = LABS_FILE;
    a->selected = NO_CONN;
    a->session = a_session(a->mem);
    a->turn = turn_new(a->mem, a->session);
    str_init(&a->said, a->mem);
    *state = a;
    return 0;
}

static int down(void **state)
{
    struct app *a = *state;
    script_free(a->script);
    turn_free(a->turn);
    session_free(a->session);
    str_release(&a->said);
    free(a);
    return 0;
}

static void begin(struct app *a, const char *text)
{
    struct fail f = {0};
    script_free(a->script);
    a->script = script_new(a, "-", text, strlen(text), &f);
    if (!a->script)
        fail_msg("%s: %s", f.what, f.why);
}

/* A step at so many ms, after everything on the timeline has settled. */
static enum script_result step(struct app *a, uint64_t ms)
{
    struct fail f = {0};
    turn_flush(a->turn);
    enum script_result r = script_step(a->script, ms * MS, &f);
    fail_release(&f);
    return r;
}

static void step_fails(struct app *a, uint64_t ms, int status, const char *what, const char *why)
{
    struct fail f = {0};
    turn_flush(a->turn);
    assert_int_equal(script_step(a->script, ms * MS, &f), SCRIPT_FAILED);
    assert_int_equal(f.status, status);
    assert_string_equal(f.what, what);
    if (why)
        assert_string_equal(f.why, why);
    else
        assert_null(f.why);
    fail_release(&f);
}

static void is_wrong(struct app *a, const char *text, const char *what, const char *why)
{
    struct fail f = {0};
    assert_null(script_new(a, "-", text, strlen(text), &f));
    assert_int_equal(f.status, FAIL_USAGE);
    assert_string_equal(f.what, what);
    assert_string_equal(f.why, why);
    assert_int_equal(session_rows(a->session), 0);
    fail_release(&f);
}

static void wrong_lines(void **state)
{
    struct app *a = *state;
    is_wrong(a, "note x\nfrobnicate 3\n", "-:2", "unknown command frobnicate");
    is_wrong(a, "note x\n\n# y\nsaay 3", "-:4", "unknown command saay; nearest is say");
    is_wrong(a, "wait forever", "-:1", "forever is not a number; usage: wait SECONDS");
    is_wrong(a, "wait 2000000", "-:1", "2000000 is out of range: 0 to 1000000; usage: wait SECONDS");
    is_wrong(a, "wire hold", "-:1", "wire works on the wire only: start tcpviz --wire");
    is_wrong(a, "reset", "-:1", "reset works in the lab only: start tcpviz without -i and -r");
    is_wrong(a, "crash server", "-:1",
             "crash works in the private lab only: start tcpviz without --host, -i and -r");
    is_wrong(a, "expect client is ESTABLISHD", "-:1", "ESTABLISHD is no state; nearest is ESTABLISHED");
    is_wrong(a, "\x1b[2J", "-:1", "unknown command \xe2\x90\x9b[2J");
}

static void waits(void **state)
{
    struct app *a = *state;
    begin(a, "wait 0.5\nnote done\n");
    assert_int_equal(step(a, 1000), SCRIPT_WAITS);
    assert_int_equal(script_deadline(a->script), 1500 * (uint64_t)MS);
    int number = 0;
    assert_string_equal(script_line(a->script, &number), "wait 0.5");
    assert_int_equal(number, 1);
    assert_int_equal(step(a, 1499), SCRIPT_WAITS);
    assert_int_equal(session_rows(a->session), 0);
    assert_int_equal(step(a, 1500), SCRIPT_WAITS); /* the note ran; the script rests before it ends */
    assert_int_equal(step(a, 1505), SCRIPT_DONE);
    assert_int_equal(session_rows(a->session), 1);
    assert_null(script_line(a->script, &number));
}

static void expects(void **state)
{
    struct app *a = *state;
    begin(a, "expect syn from client within 1\nexpect handshake-ack\nexpect connections = 1\n");
    assert_int_equal(step(a, 0), SCRIPT_WAITS);
    shake_hands(a->session);
    a->selected = 0;
    assert_int_equal(step(a, 10), SCRIPT_DONE);
    begin(a, "wait until fin from client\n");
    assert_int_equal(step(a, 0), SCRIPT_WAITS);
    assert_int_equal(script_deadline(a->script), 0);
    assert_int_equal(step(a, 1000000), SCRIPT_WAITS);
    begin(a, "note a\nexpect server is CLOSE-WAIT within 1\n");
    assert_int_equal(step(a, 0), SCRIPT_WAITS);
    assert_int_equal(step(a, 999), SCRIPT_WAITS);
    step_fails(a, 1000, FAIL_EXPECT, "-:2", "expected server is CLOSE-WAIT within 1 s; it is ESTABLISHED");
    begin(a, "\nexpect fin\n");
    step_fails(a, 0, FAIL_EXPECT, "-:2", "expected fin; no fin has come");
    begin(a, "wait until segments = 9 within 0.25");
    assert_int_equal(step(a, 0), SCRIPT_WAITS);
    step_fails(a, 250, FAIL_EXPECT, "-:1", "waited 0.25 s for segments = 9; it is 3");
    begin(a, "find x");
    step_fails(a, 0, FAIL_EXPECT, "-:1: find needs a screen", NULL);
}

/* A label that matched is not seen again; one that nobody asked for yet is, until a command acts. */
static void windows(void **state)
{
    struct app *a = *state;
    shake_hands(a->session);
    begin(a, "expect syn\nexpect handshake-ack\nexpect syn\n");
    step_fails(a, 0, FAIL_EXPECT, "-:3", "expected syn; no syn has come");
    a->window = 0;
    begin(a, "expect client is CLOSED\nexpect syn\n");
    a->selected = 0;
    step_fails(a, 0, FAIL_EXPECT, "-:1", "expected client is CLOSED; it is ESTABLISHED");
    begin(a, "expect client is ESTABLISHED\nnote x\nexpect syn\n");
    assert_int_equal(step(a, 0), SCRIPT_WAITS);
    assert_int_equal(step(a, 5), SCRIPT_DONE);
}

static void marks(void **state)
{
    struct app *a = *state;
    shake_hands(a->session);
    begin(a,
          "mark m\nmark here\nexpect segments = 0 since here\nwait until segments = 1 since here\nmark here\n"
          "expect segments = 0 since here and segments = 1 since m");
    assert_int_equal(step(a, 0), SCRIPT_WAITS);
    assert_int_equal(step(a, 5), SCRIPT_WAITS);
    see(a->session, at_us(100), SIDE_CLIENT, TCP_PSH | TCP_ACK, 1, 1, 5);
    assert_int_equal(step(a, 10), SCRIPT_WAITS);
    assert_int_equal(step(a, 15), SCRIPT_DONE);
}

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Sourced lines are parsed before anything runs, and errors name their own file. */
static void sources(void **state)
{
    struct app *a = *state;
    char folder[] = "/tmp/tcpviz-script-XXXXXX", inner[64], text[128], what[128];
    struct fail f = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(inner, sizeof inner, "%s/inner", folder);
    snprintf(text, sizeof text, "note a\nsource %s\nnote c\n", inner);
    put_file(inner, "note b\n");
    begin(a, text);
    assert_int_equal(step(a, 0), SCRIPT_WAITS);
    assert_int_equal(step(a, 5), SCRIPT_DONE);
    static const char *const notes[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++) {
        size_t len;
        bool said;
        assert_string_equal(session_note(a->session, session_row(a->session, i), &len, &said), notes[i]);
    }
    put_file(inner, "note b\nnonsense\n");
    assert_null(script_new(a, "-", text, strlen(text), &f));
    snprintf(what, sizeof what, "%s:2", inner);
    assert_string_equal(f.what, what);
    snprintf(text, sizeof text, "source %s\n", inner);
    put_file(inner, text);
    assert_null(script_new(a, "-", text, strlen(text), &f));
    assert_string_equal(f.why, "scripts source each other more than 8 deep");
    unlink(inner);
    assert_null(script_new(a, "-", text, strlen(text), &f));
    assert_int_equal(f.status, FAIL_SYSTEM);
    snprintf(what, sizeof what, "-:1: %s", inner);
    assert_string_equal(f.what, what);
    fail_release(&f);
    rmdir(folder);
}

/* The script that is built in parses where there is a lab. */
static void fifteen_steps(void **state)
{
    struct app *a = *state;
    char *text;
    size_t len;
    struct fail f = {0};
    a->labs = LABS_LOOPBACK;
    assert_true(script_load(a, "fifteen-steps", &text, &len, &f));
    a->script = script_new(a, "fifteen-steps", text, len, &f);
    if (!a->script)
        fail_msg("%s: %s", f.what, f.why);
    mem_free(a->mem, text, len + 1);
}

/* What was typed has no place before its words, and what takes time becomes a script. */
static void typed(void **state)
{
    struct app *a = *state;
    struct fail f = {0};
    assert_false(app_run_line(a, "mrak x", 6, ORIGIN_PROMPT, &f));
    assert_string_equal(f.what, "unknown command mrak; nearest is mark");
    assert_null(f.why);
    fail_release(&f);
    assert_true(app_run_line(a, "", 0, ORIGIN_PROMPT, &f));
    assert_true(app_run_line(a, "mark x", 6, ORIGIN_KEY, &f));
    assert_string_equal(session_marks(a->session)->name, "x");
    assert_true(app_run_line(a, "expect syn", 10, ORIGIN_PROMPT, &f));
    assert_false(app_run_line(a, "wait 3", 6, ORIGIN_PROMPT, &f));
    assert_string_equal(f.what, "wait: a script runs already");
    fail_release(&f);
    step_fails(a, 0, FAIL_EXPECT, "expected syn; no syn has come", NULL);
    assert_false(app_run_line(a, "select 3", 8, ORIGIN_PROMPT, &f));
    assert_string_equal(f.what, "there is no such connection; there are 0");
    fail_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wrong_lines, up, down),
        cmocka_unit_test_setup_teardown(waits, up, down),
        cmocka_unit_test_setup_teardown(expects, up, down),
        cmocka_unit_test_setup_teardown(windows, up, down),
        cmocka_unit_test_setup_teardown(marks, up, down),
        cmocka_unit_test_setup_teardown(sources, up, down),
        cmocka_unit_test_setup_teardown(typed, up, down),
        cmocka_unit_test_setup_teardown(fifteen_steps, up, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
