/* Which connection a socket of the kernel belongs to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "plat/heap.h"
#include "plat/owners.h"

enum { ESTABLISHED = 1, SYN_SENT = 2, CLOSED = 7, LISTENS = 10 };
#define SOCKET UINT64_C(0xffff888012345640)

static struct ends between(uint16_t local, uint16_t remote)
{
    return (struct ends){.local = {.addr = {.family = 4, .at = {10, 0, 0, 1}}, .port = local},
                         .remote = {.addr = {.family = 4, .at = {10, 0, 0, 2}}, .port = remote}};
}

static int up(void **state)
{
    *state = mem_new(heap_mem(), sizeof(struct owners));
    return *state ? 0 : -1;
}

static int down(void **state)
{
    mem_free(heap_mem(), *state, sizeof(struct owners));
    return 0;
}

static void a_socket_is_known_until_it_is_closed(void **state)
{
    struct owners *o = *state;
    struct ends e = between(40000, 3344), found;
    assert_false(owners_find(o, SOCKET, &found));
    owners_learn(o, SOCKET, ESTABLISHED, &e);
    assert_true(owners_find(o, SOCKET, &found));
    assert_int_equal(found.local.port, 40000);
    assert_int_equal(found.remote.port, 3344);
    assert_false(owners_find(o, SOCKET + 64, &found));
    assert_false(owners_find(o, 0, &found));
    owners_learn(o, SOCKET + 64, CLOSED, NULL);
    assert_true(owners_find(o, SOCKET, &found));
    owners_learn(o, SOCKET, CLOSED, &e);
    assert_false(owners_find(o, SOCKET, &found));
}

/* The kernel gives the memory of a closed socket to the next one. */
static void the_same_address_is_another_socket_later(void **state)
{
    struct owners *o = *state;
    struct ends old = between(40000, 3344), next = between(40001, 3344), found;
    owners_learn(o, SOCKET, ESTABLISHED, &old);
    owners_learn(o, SOCKET, ESTABLISHED, &next);
    assert_true(owners_find(o, SOCKET, &found));
    assert_int_equal(found.local.port, 40001);
    owners_learn(o, SOCKET, ESTABLISHED, NULL); /* between which ends was not told */
    assert_false(owners_find(o, SOCKET, &found));
}

static void who_has_no_connection_is_not_known(void **state)
{
    struct owners *o = *state;
    struct ends listener = between(3344, 0), early = between(0, 3344), both = between(3344, 40000), found;
    owners_learn(o, SOCKET, LISTENS, &both);
    assert_false(owners_find(o, SOCKET, &found));
    owners_learn(o, SOCKET, ESTABLISHED, &listener);
    assert_false(owners_find(o, SOCKET, &found));
    owners_learn(o, SOCKET, SYN_SENT, &early);
    assert_false(owners_find(o, SOCKET, &found));
    owners_learn(o, SOCKET, ESTABLISHED, &both);
    owners_learn(o, SOCKET, LISTENS, &listener); /* nor who has none any more */
    assert_false(owners_find(o, SOCKET, &found));
    owners_learn(o, 0, ESTABLISHED, &both);
    assert_false(owners_find(o, 0, &found));
}

static void nobody_is_known_where_something_was_not_heard(void **state)
{
    struct owners *o = *state;
    struct ends e = between(40000, 3344), found;
    for (uint64_t i = 0; i < 4 * OWNERS; i++) /* more than there is room for: the newest is known */
        owners_learn(o, SOCKET + 64 * i, ESTABLISHED, &e);
    assert_true(owners_find(o, SOCKET + UINT64_C(64) * (4 * OWNERS - 1), &found));
    owners_clear(o);
    for (uint64_t i = 0; i < 4 * OWNERS; i++)
        assert_false(owners_find(o, SOCKET + 64 * i, &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_socket_is_known_until_it_is_closed, up, down),
        cmocka_unit_test_setup_teardown(the_same_address_is_another_socket_later, up, down),
        cmocka_unit_test_setup_teardown(who_has_no_connection_is_not_known, up, down),
        cmocka_unit_test_setup_teardown(nobody_is_known_where_something_was_not_heard, up, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
