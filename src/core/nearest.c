#include "core/nearest.h"

#include <string.h>

#include "core/cmd.h"

enum { LONGEST = 40 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t word_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[3][LONGEST + 1] = {{0}};
    if (a_len > LONGEST || b_len > LONGEST)
        return a_len > b_len ? a_len : b_len;
    for (size_t j = 0; j <= b_len; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *now = row[i % 3], *up = row[(i + 2) % 3], *upper = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            now[j] = least(least(up[j], now[j - 1]) + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], upper[j - 2] + 1);
        }
    }
    return row[a_len % 3][b_len];
}

const char *nearest_word(const char *word, size_t len, const char *(*at)(void *ctx, size_t i), void *ctx)
{
    const char *best = NULL, *begins = NULL, *w;
    size_t best_distance =
        len / 3 + (len == 2) + 1; /* one more than is allowed; of two letters one may be wrong */
    for (size_t i = 0; (w = at(ctx, i)) != NULL; i++) {
        size_t w_len = strlen(w), d = word_distance(word, len, w, w_len);
        if (d < best_distance) {
            best = w;
            best_distance = d;
        }
        if (!begins && len >= 2 && w_len > len && memcmp(w, word, len) == 0)
            begins = w; /* "conn": no slip, but a word that was broken off */
    }
    return best ? best : begins;
}
