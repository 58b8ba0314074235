/* plain.h: what stands for a glyph where only ASCII can be shown. */
#ifndef TCPVIZ_TUI_PLAIN_H
#define TCPVIZ_TUI_PLAIN_H

#include <stdint.h>

/* The nearest ASCII for a glyph of ours; '?' for anything else that is not ASCII. */
uint32_t plain_glyph(uint32_t ch);

#endif
