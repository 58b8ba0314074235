/* clip.h: the sequence that hands a text to the terminal's clipboard: OSC 52, the text in base64 (RFC 4648
 * 4). */
#ifndef TCPVIZ_TUI_CLIP_H
#define TCPVIZ_TUI_CLIP_H

#include "core/str.h"

void clip_put(struct str *out, const char *text, size_t len);

#endif
