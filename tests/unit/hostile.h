/* hostile.h: a session whose texts try to be more than texts, in every place where a foreign text comes to;
 * and what is to be true of anything that is written from it. */
#ifndef TCPVIZ_TESTS_HOSTILE_H
#define TCPVIZ_TESTS_HOSTILE_H

#include "core/str.h"
#include "unit/timeline.h"

static const char *const hostile_texts[] = {
    "\033]0;owned\007\033[31mred",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "=HYPERLINK(\"http://x\",\"y\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r\n=1\r\nfourth,line",
    "a,b\"c\"\"d",
    "| a | b |\n# heading\n***\n",
    "`x` **b** [l](javascript:alert(1)) ~~s~~ $x$",
    "%%{init: {\"theme\":\"x\"}}%%; end",
    "#35; #quot; -->> x: y",
    "\xff\xfe\xc0\x80\xed\xa0\x80 no UTF-8",
    "\xe2\x80\xae turned round \xef\xbf\xbe \xef\xbb\xbf",
    "]]> <!-- --> &lt; &#0; &amp;",
    "\\\" \\' \\",
    "*/ }% // %{ import os }% `rm -rf /`",
    "\" onload=\"alert(3)",
    "你好，世界 – ❤",
};

static inline void hostile_event(struct session *s, struct event e, uint64_t us)
{
    e.time_ns = at_us(us);
    e.key = a_key(CLIENT_PORT);
    (void)session_apply(s, &e);
}

/* A segment whose payload is that text. */
static inline void hostile_segment(struct session *s, uint64_t us, uint32_t seq, const char *text)
{
    struct made m;
    size_t len = strlen(text);
    make_frame(&m, at_us(us), SIDE_CLIENT, CLIENT_PORT, TCP_ACK | TCP_PSH, seq, 1, (uint32_t)len);
    memcpy(m.bytes + 40, text, len);
    (void)session_apply(s, &m.event);
}

static inline struct session *a_hostile_session(void)
{
    struct session_options o = {.source = "<script>alert(0)</script>\033[2J=1|`x`\r\n\xff",
                                .started_ns = 7,
                                .track = {.live = true, .server_port = SERVER_PORT},
                                .mem = heap_mem()};
    struct session *s = session_new(&o);
    uint64_t us = 100;
    uint32_t seq = 1;
    shake_hands(s);
    for (size_t i = 0; i < COUNT_OF(hostile_texts); i++, us += 10) {
        const char *text = hostile_texts[i];
        hostile_event(s, (struct event){.kind = EVENT_NOTE, .u.note = {text, strlen(text), false}}, us);
        hostile_event(s,
                      (struct event){.kind = EVENT_CALL,
                                     .u.call = {.side = i % 2 ? SIDE_CLIENT : SIDE_SERVER,
                                                .kind = i % 3 ? CALL_OTHER : CALL_WRITE,
                                                .name = i % 3 ? "setsockopt" : "write",
                                                .args = text,
                                                .fd = 5,
                                                .result = 1,
                                                .errname = i % 4 ? NULL : "E<b>"}},
                      us + 1);
        hostile_event(s,
                      (struct event){.kind = EVENT_COUNTER,
                                     .u.counter = {.side = SIDE_CLIENT, .name = text, .delta = -1}},
                      us + 2);
        hostile_segment(s, us + 3, seq, text);
        seq += (uint32_t)strlen(text);
    }
    static const char request[] = "GET /<script>\033[31m|`=1\" HTTP/1.1\r\n\r\n";
    hostile_segment(s, us, seq, request);
    return s;
}

/* Whether it is UTF-8 without controls but the ends of lines, and without what turns the order of a line. */
static inline bool is_tame(const char *at, size_t len, bool carriage_returns)
{
    while (len > 0) {
        uint32_t ch;
        size_t n = utf8_next(at, len, &ch);
        bool bad = ch == 0xFFFD && !(n == 3 && memcmp(at, "\xEF\xBF\xBD", 3) == 0);
        bool control = (ch < 0x20 && ch != '\n' && !(ch == '\r' && carriage_returns)) ||
                       (ch >= 0x7F && ch < 0xA0) || ch == 0x202E || ch == 0xFEFF || ch == 0xFFFE;
        if (bad || control)
            return false;
        at += n;
        len -= n;
    }
    return true;
}

#endif
