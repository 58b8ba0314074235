/* crash.h: a crash by signal leaves the terminal as it was. */
#ifndef TCPVIZ_PLAT_CRASH_H
#define TCPVIZ_PLAT_CRASH_H

/* On SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL: calls restore once, on a stack of its own, then lets the
 * signal take its course (a core dump, a sanitizer's report). restore may only do what signal-safety(7)
 * allows. NULL: nothing is to be restored any more. */
void crash_restore_with(void (*restore)(void));

#endif
