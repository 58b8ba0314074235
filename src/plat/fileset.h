/* fileset.h: a folder of files of one kind, whose names tell their order: the oldest gives way where there
 * are too many. */
#ifndef TCPVIZ_PLAT_FILESET_H
#define TCPVIZ_PLAT_FILESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fileset {
    struct fileset_file {
        char *path;
        uint64_t bytes;
    } * file; /* by name, the first one first */
    size_t count;
};

/* The regular files of a folder whose names end in suffix. False: no memory; a folder that cannot be read is
 * an empty one. */
bool fileset_read(struct fileset *out, const char *folder, const char *suffix);
void fileset_release(struct fileset *s);
/* Removes the first files until there are at most `files`, of at most `bytes` together; but none that a
 * running tcpviz appends to (append.h). */
void fileset_trim(const char *folder, const char *suffix, size_t files, uint64_t bytes);

#endif
