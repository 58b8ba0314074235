#include "tui/plain.h"

#include "core/types.h"

uint32_t plain_glyph(uint32_t ch)
{
    static const struct {
        uint32_t from;
        char to;
    } table[] = {{0x2500, '-'}, {0x2502, '|'}, {0x251c, '|'}, {0x2524, '|'}, {0x25b6, '>'}, {0x25c0, '<'},
                 {0x256d, '+'}, {0x256e, '+'}, {0x256f, '+'}, {0x2570, '+'}, {0x00b7, '.'}, {0x25b2, '^'},
                 {0x25bc, 'v'}, {0x25a0, '#'}, {0x2716, 'X'}, {0x21bb, '@'}, {0x2013, '-'}, {0x00b5, 'u'},
                 {0x2026, '~'}, {0x258c, '>'}, {0x25cf, '*'}, {0x2192, '>'}, {0x2190, '<'}, {0x2193, 'v'},
                 {0x2191, '^'}, {0x2713, '+'}, {0x2717, 'x'}, {0x00d7, 'x'}, {0x25b8, '>'}};
    if (ch < 0x80)
        return ch;
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (table[i].from == ch)
            return (uint32_t)table[i].to;
    return '?';
}
