/* rescue.h: what gives the terminal back after a crash: prepared bytes and settings, so that a signal handler
 * needs nothing but write() and tcsetattr(). */
#ifndef TCPVIZ_TUI_RESCUE_H
#define TCPVIZ_TUI_RESCUE_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct screen_rescue {
    int fd;
    size_t len;
    char bytes[256];
    struct termios modes; /* as they were before the screen took the terminal */
    bool armed;           /* false: there is nothing to give back */
};

/* Async-signal-safe. */
void screen_rescue_do(const struct screen_rescue *r);

#endif
