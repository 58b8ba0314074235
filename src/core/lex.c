#include "core/lex.h"

#include <string.h>

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool sign(char c)
{
    return c == '=' || c == '!' || c == '<' || c == '>';
}

size_t lex_blanks(const char *line, size_t len, size_t pos)
{
    while (pos < len && blank(line[pos]))
        pos++;
    return pos;
}

bool lex_word(const char *line, size_t len, size_t *pos, struct word *out)
{
    size_t start = lex_blanks(line, len, *pos), end = start;
    while (end < len && !blank(line[end]))
        end++;
    *pos = end;
    *out = (struct word){line + start, end - start};
    return end > start;
}

bool lex_token(const char *line, size_t len, size_t *pos, struct word *out)
{
    size_t start = lex_blanks(line, len, *pos), end = start;
    if (end < len && sign(line[end]))
        end += end + 1 < len && line[end + 1] == '=' ? 2 : 1;
    else
        while (end < len && !blank(line[end]) && !sign(line[end]))
            end++;
    *pos = end;
    *out = (struct word){line + start, end - start};
    return end > start;
}

bool word_is(struct word w, const char *text)
{
    return strlen(text) == w.len && memcmp(text, w.at, w.len) == 0;
}

/* Shifts one more digit in, and stays at the largest value once it is reached. */
static int64_t add_digit(int64_t value, int digit)
{
    return value > (INT64_MAX - digit) / 10 ? INT64_MAX : value * 10 + digit;
}

bool word_number(struct word w, unsigned decimals, int64_t *out)
{
    int64_t value = 0;
    unsigned behind = 0;
    bool point = false;
    size_t digits = 0;
    for (size_t i = 0; i < w.len; i++) {
        char c = w.at[i];
        if (c == '.' && !point && decimals > 0 && i > 0) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9' || (point && behind == decimals))
            return false;
        value = add_digit(value, c - '0');
        behind += point;
        digits++;
    }
    if (digits == 0 || (point && behind == 0))
        return false;
    for (; behind < decimals; behind++)
        value = add_digit(value, 0);
    *out = value;
    return true;
}

static const char *const compare_sign[] = {[COMPARE_EQ] = "=", [COMPARE_NE] = "!=", [COMPARE_LT] = "<",
                                           [COMPARE_GT] = ">", [COMPARE_LE] = "<=", [COMPARE_GE] = ">="};
_Static_assert(sizeof compare_sign / sizeof *compare_sign == COMPARES, "every comparison has its sign");

bool word_compare(struct word w, enum compare *out)
{
    for (int i = 0; i < COMPARES; i++)
        if (word_is(w, compare_sign[i])) {
            *out = (enum compare)i;
            return true;
        }
    return false;
}

bool compare_holds(enum compare c, int64_t left, int64_t right)
{
    switch (c) {
    case COMPARE_EQ: return left == right;
    case COMPARE_NE: return left != right;
    case COMPARE_LT: return left < right;
    case COMPARE_GT: return left > right;
    case COMPARE_LE: return left <= right;
    case COMPARE_GE: return left >= right;
    case COMPARES: break;
    }
    return false;
}
