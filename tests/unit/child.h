/* child.h: tests that change the process they run in run in a child of their own. */
#ifndef TCPVIZ_TESTS_CHILD_H
#define TCPVIZ_TESTS_CHILD_H

#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* Ends a child at once, with what it counted of its lines. */
static inline _Noreturn void leave(int status)
{
#ifdef COVERAGE
    extern void __gcov_dump(void);
    __gcov_dump();
#endif
    _exit(status);
}

/* In a child: says which line failed, and ends. */
#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: not so: %s (%m)\n", __FILE__, __LINE__, #condition);                     \
            leave(1);                                                                                        \
        }                                                                                                    \
    } while (0)

static inline void become_nobody(void)
{
    CHECK(setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
          setresuid(NOBODY, NOBODY, NOBODY) == 0);
}

/* Runs body in a child (as nobody where asked and able) and returns its wait status. */
static inline int child_status(void (*body)(void), int as_nobody)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (as_nobody && geteuid() == 0)
            become_nobody();
        body();
        leave(0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

/* The same body as whoever runs the tests, and as an ordinary user. */
static inline void in_child(void (*body)(void))
{
    assert_int_equal(child_status(body, 0), 0);
    assert_int_equal(child_status(body, 1), 0);
}

#endif
