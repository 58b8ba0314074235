#include "plat/fileset.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plat/append.h"

static bool ends_in(const char *name, const char *suffix)
{
    const size_t len = strlen(name), n = strlen(suffix);
    return len > n && strcmp(name + len - n, suffix) == 0;
}

static bool add(struct fileset *s, const char *folder, const char *name)
{
    struct stat st;
    char *path;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return false;
    if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode)) {
        free(path);
        return true;
    }
    struct fileset_file *more = realloc(s->file, (s->count + 1) * sizeof *more);
    if (!more) {
        free(path);
        return false;
    }
    s->file = more;
    s->file[s->count++] = (struct fileset_file){path, (uint64_t)st.st_size};
    return true;
}

static int by_path(const void *a, const void *b)
{
    const struct fileset_file *x = a, *y = b;
    return strcmp(x->path, y->path);
}

bool fileset_read(struct fileset *out, const char *folder, const char *suffix)
{
    bool good = true;
    const struct dirent *e;
    DIR *d = opendir(folder);

    *out = (struct fileset){0};
    while (d && good && (e = readdir(d)) != NULL)
        if (ends_in(e->d_name, suffix))
            good = add(out, folder, e->d_name);
    if (d)
        closedir(d);
    if (out->count)
        qsort(out->file, out->count, sizeof *out->file, by_path);
    if (!good)
        fileset_release(out);
    return good;
}

void fileset_release(struct fileset *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->file[i].path);
    free(s->file);
    *s = (struct fileset){0};
}

static bool in_use(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    const bool locked = fd >= 0 && append_locked(fd);
    if (fd >= 0)
        close(fd);
    return locked;
}

void fileset_trim(const char *folder, const char *suffix, size_t files, uint64_t bytes)
{
    struct fileset s;
    uint64_t sum = 0;

    if (!fileset_read(&s, folder, suffix))
        return;
    for (size_t i = 0; i < s.count; i++)
        sum += s.file[i].bytes;
    size_t left = s.count;
    for (size_t i = 0; i < s.count && (left > files || sum > bytes); i++) {
        if (in_use(s.file[i].path) || unlink(s.file[i].path) < 0)
            continue;
        sum -= s.file[i].bytes;
        left--;
    }
    fileset_release(&s);
}
