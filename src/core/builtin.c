#include "core/builtin.h"

#include <string.h>

extern const struct builtin builtin_table[];
extern const size_t builtin_count;

const struct builtin *builtin_at(size_t i)
{
    return i < builtin_count ? &builtin_table[i] : NULL;
}

const struct builtin *builtin_find(const char *name)
{
    size_t low = 0, high = builtin_count;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const int order = strcmp(name, builtin_table[mid].name);
        if (order == 0)
            return &builtin_table[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}
