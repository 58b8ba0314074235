#include "app/keymap.h"

#include "core/types.h"

const struct key_row keymap[] = {
#define KEY(views, key, line, bar, help) {key, line, help, views, bar},
#include "app/keymap.def"
};
const size_t keymap_count = COUNT_OF(keymap);
