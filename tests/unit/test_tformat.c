/* The descriptions of tracepoints, as kernels write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/types.h"
#include "plat/tformat.h"

static const char reset[] =
    "name: tcp_send_reset\nID: 2280\nformat:\n"
    "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
    "\n"
    "\tfield:const void * skaddr;\toffset:16;\tsize:8;\tsigned:0;\n"
    "\tfield:int state;\toffset:24;\tsize:4;\tsigned:1;\n"
    "\tfield:enum sk_rst_reason reason;\toffset:28;\tsize:4;\tsigned:0;\n"
    "\tfield:__u8 saddr[28];\toffset:32;\tsize:28;\tsigned:0;\n"
    "\n"
    "print fmt: \"src=%pISpc state=%s reason=%s\", REC->saddr, REC->state ? __print_symbolic(REC->state, "
    "{ TCP_ESTABLISHED, \"TCP_ESTABLISHED\" }, { 7, \"TCP_CLOSE\" }) : \"UNKNOWN\", "
    "__print_symbolic(REC->reason, { 0, \"NOT_SPECIFIED\" }, { 1, \"NO_SOCKET\" }, { 25, \"MAX\" })\n";

static void test_where_fields_are(void **state)
{
    (void)state;
    assert_int_equal(tformat_id(reset), 2280);
    assert_int_equal(tformat_field(reset, "skaddr").offset, 16);
    assert_int_equal(tformat_field(reset, "skaddr").size, 8);
    assert_int_equal(tformat_field(reset, "saddr").offset, 32);
    assert_int_equal(tformat_field(reset, "saddr").size, 28);
    assert_int_equal(tformat_field(reset, "reason").offset, 28);
}

static void test_what_there_is_not(void **state)
{
    (void)state;
    assert_int_equal(tformat_id("name: x\n"), 0);
    assert_int_equal(tformat_field(reset, "addr").size, 0);
    assert_int_equal(tformat_field(reset, "dport").size, 0);
    assert_int_equal(tformat_field("\tfield:int x;", "x").size, 0);
    assert_int_equal(tformat_field("\tfield:int x;\n\tfield:int y;\toffset:4;\tsize:4;\n", "x").size, 0);
    assert_int_equal(tformat_field("", "x").size, 0);
}

static void test_names_of_values(void **state)
{
    (void)state;
    size_t len = 0;
    const char *name = tformat_symbol(reset, "reason", 1, &len);
    assert_non_null(name);
    assert_int_equal(len, strlen("NO_SOCKET"));
    assert_memory_equal(name, "NO_SOCKET", len);
    assert_memory_equal(tformat_symbol(reset, "reason", 25, &len), "MAX", 3);
    assert_null(tformat_symbol(reset, "reason", 7, &len)); /* of the state */
    assert_memory_equal(tformat_symbol(reset, "state", 7, &len), "TCP_CLOSE", 9);
    assert_null(tformat_symbol(reset, "rea", 1, &len));
    assert_null(tformat_symbol("__print_symbolic(REC->reason, { 1, \"NO", "reason", 1, &len));
    assert_null(tformat_symbol("__print_symbolic(REC->reason, { 1 )", "reason", 1, &len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_fields_are),
        cmocka_unit_test(test_what_there_is_not),
        cmocka_unit_test(test_names_of_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
