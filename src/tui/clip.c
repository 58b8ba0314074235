#include "tui/clip.h"

void clip_put(struct str *out, const char *text, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    str_put(out, "\033]52;c;");
    for (size_t i = 0; i < len; i += 3) {
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < len ? (uint8_t)text[i + k] : 0);
        for (unsigned k = 0; k < 4; k++)
            str_put_char(out, i + k > len ? '=' : digits[v >> (18 - 6 * k) & 63]);
    }
    str_put_char(out, '\a');
}
