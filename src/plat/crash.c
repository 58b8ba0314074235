/* crash.c: a handler must reach its function somehow, so this file holds the one variable that a signal
 * reads. */
#include "plat/crash.h"
#include <signal.h>
#include <stddef.h>
#include "core/types.h"

static void (*volatile restore_function)(void);
static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
/* Who had the signal before: the default, or a sanitizer that has a report to give. */
static struct sigaction before[COUNT_OF(crashes)];

static void crashed(int signum, siginfo_t *info, void *context)
{
    (void)context;
    void (*restore)(void) = restore_function;
    restore_function = NULL;
    for (size_t i = 0; i < COUNT_OF(crashes); i++)
        sigaction(crashes[i], &before[i], NULL);
    if (restore)
        restore();
    /* A fault comes again by itself when this returns, with its address for a report. One that was sent does
     * not. */
    if (info->si_code <= 0)
        raise(signum);
}

void crash_restore_with(void (*restore)(void))
{
    /* A stack that has overflowed cannot hold the handler. */
    static char stack[16384];
    static bool installed;
    restore_function = restore;
    if (installed || !restore)
        return;
    installed = true;
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&other, NULL);
    struct sigaction a = {.sa_sigaction = crashed, .sa_flags = SA_ONSTACK | SA_SIGINFO};
    sigemptyset(&a.sa_mask);
    for (size_t i = 0; i < COUNT_OF(crashes); i++)
        sigaction(crashes[i], &a, &before[i]);
}
