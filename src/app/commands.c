/* commands.c: the rows of commands.def as the parser wants them. */
#include "app/app.h"

const struct cmd_spec command_table[] = {
#define COMMAND(id, name, syntax, labs, acts, help) {COMMAND_##id, name, syntax, help, labs, acts},
#include "app/commands.def"
};
const size_t command_count = COUNT_OF(command_table);
