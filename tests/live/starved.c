/* starved.c: loaded before the program's own libraries, it runs the program again and again, as forks of one
 * process, each time with another request for memory refused: of malloc and its kin and of mmap, in the
 * program and in the libraries it calls; but not in libpcap, which ends the program itself where it cannot
 * compile a filter for lack of it. What came of each run is a line of the report.
 *
 *   STARVED_REPORT   the file for the report; without it nothing is refused
 *   STARVED_STAYS    set: all requests after the one are refused too
 *   STARVED_BEGIN, STARVED_STEP   which requests: that one, and every so many after it
 *
 * A line: number of the request, exit status (or minus the signal), 1 if the request came (0: there are not
 * so many), blocks that were not given back, "whole", "part" or "other" for the standard output beside the
 * one of a run that lacks nothing, who asked for what was refused, who for the first such block, and standard
 * error with its line ends as "|". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void __libc_free(void *p);

enum { BLOCKS = 1 << 16, LEFT_MOST = 256, SECONDS = 30, ERR_MOST = 4000 };

struct block {
    void *at, *caller;
};

/* What a run tells the process that watches it. */
struct told {
    unsigned long asked;
    bool refused;
    void *who; /* asked for it */
    size_t left;
    void *caller[LEFT_MOST];
};

static struct {
    struct told *told; /* NULL: nothing is counted */
    unsigned long refused;
    bool stays;
    uintptr_t pcap, pcap_end;   /* where libpcap lies */
    struct block block[BLOCKS]; /* by the hash of the address */
} run;

static size_t place_of(const void *p)
{
    size_t i = (size_t)((uintptr_t)p >> 4) * 0x9E3779B97F4A7C15u >> 48;
    while (run.block[i].at && run.block[i].at != p)
        i = (i + 1) % BLOCKS;
    return i;
}

static void add(void *p, void *caller)
{
    if (run.told && p)
        run.block[place_of(p)] = (struct block){p, caller};
}

static void take_away(const void *p)
{
    if (!run.told || !p)
        return;
    size_t hole = place_of(p);
    if (!run.block[hole].at) /* from before */
        return;
    run.block[hole].at = NULL;
    for (size_t i = (hole + 1) % BLOCKS; run.block[i].at;
         i = (i + 1) % BLOCKS) { /* those behind it are found again */
        const struct block b = run.block[i];
        run.block[i].at = NULL;
        run.block[place_of(b.at)] = b;
    }
}

static bool refuses(void *who)
{
    if (!run.told || ((uintptr_t)who >= run.pcap && (uintptr_t)who < run.pcap_end))
        return false;
    const unsigned long n = ++run.told->asked;
    if (!run.refused || n < run.refused || (n > run.refused && !run.stays))
        return false;
    if (!run.told->refused)
        run.told->who = who;
    run.told->refused = true;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    if (refuses(__builtin_return_address(0)))
        return NULL;
    void *p = __libc_malloc(size);
    add(p, __builtin_return_address(0));
    return p;
}

void *calloc(size_t count, size_t size)
{
    if (refuses(__builtin_return_address(0)))
        return NULL;
    void *p = __libc_calloc(count, size);
    add(p, __builtin_return_address(0));
    return p;
}

void *realloc(void *old, size_t size)
{
    if (size && refuses(__builtin_return_address(0)))
        return NULL;
    void *p = __libc_realloc(old, size);
    if (p || !size)
        take_away(old);
    add(p, __builtin_return_address(0));
    return p;
}

void free(void *p)
{
    const int before = errno;
    take_away(p);
    __libc_free(p);
    errno = before;
}

void *mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
    return refuses(__builtin_return_address(0)) ? MAP_FAILED
                                                : (void *)syscall(SYS_mmap, at, len, prot, flags, fd, offset);
}

/* All runs happen at one moment: what they write can be compared. */
int clock_gettime(clockid_t which, struct timespec *at)
{
    if (!run.told || which != CLOCK_REALTIME)
        return (int)syscall(SYS_clock_gettime, which, at);
    *at = (struct timespec){1700000000, 0};
    return 0;
}

/* main() has returned: what is left now nobody gives back. */
static void tell(void)
{
    struct told *t = run.told;
    run.told = NULL;
    for (size_t i = 0; i < BLOCKS; i++)
        if (run.block[i].at && t->left < LEFT_MOST)
            t->caller[t->left++] = run.block[i].caller;
}

/* What a run wrote. */
struct text {
    int fd;
    char *at;
    size_t len;
};

static void look(struct text *t)
{
    __libc_free(t->at);
    t->len = (size_t)lseek(t->fd, 0, SEEK_END);
    t->at = __libc_malloc(t->len + 1);
    if (!t->at || pread(t->fd, t->at, t->len, 0) != (ssize_t)t->len)
        abort();
}

static void clear(const struct text *t)
{
    if (ftruncate(t->fd, 0) || lseek(t->fd, 0, SEEK_SET))
        abort();
}

/* Becomes the program in a child, which returns true; in the parent, when the child has ended: its status, or
 * minus its signal. */
static bool becomes(FILE *report, struct told *told, unsigned long refused, const struct text *out,
                    const struct text *err, int *status)
{
    fflush(report);
    *told = (struct told){0};
    clear(out), clear(err);
    (void)lseek(STDIN_FILENO, 0, SEEK_SET);
    const pid_t child = fork();
    if (child < 0)
        abort();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(out->fd, STDOUT_FILENO), dup2(err->fd, STDERR_FILENO);
        alarm(SECONDS);
        run.refused = refused;
        run.told = told;
        return true;
    }
    int how;
    waitpid(child, &how, 0);
    *status = WIFEXITED(how) ? WEXITSTATUS(how) : -WTERMSIG(how);
    return false;
}

/* How many blocks are left that the run which lacked nothing has not left, by who asked for them; and the
 * first of these.
 */
static size_t left(const struct told *t, const struct told *whole, void **first)
{
    bool matched[LEFT_MOST] = {false};
    size_t more = 0;
    for (size_t i = 0; i < t->left; i++) {
        size_t k = 0;
        while (k < whole->left && (matched[k] || whole->caller[k] != t->caller[i]))
            k++;
        if (k < whole->left)
            matched[k] = true;
        else if (!more++)
            *first = t->caller[i];
    }
    return more;
}

static void put_place(FILE *report, void *at)
{
    Dl_info in;
    if (at && dladdr(at, &in) && in.dli_fname)
        fprintf(report, "%s+0x%zx",
                strrchr(in.dli_fname, '/') ? strrchr(in.dli_fname, '/') + 1 : in.dli_fname,
                (size_t)((char *)at - (char *)in.dli_fbase));
    else
        fputc('-', report);
}

static long number(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

static void put_line(FILE *report, long n, int status, const struct told *told, const struct told *whole,
                     const struct text *all, const struct text *out, const struct text *err)
{
    void *first = NULL;
    const size_t more = left(told, whole, &first);
    const bool begins = out->len <= all->len && !memcmp(out->at, all->at, out->len);
    fprintf(report, "%ld %d %d %zu %s ", n, status, told->refused, more,
            !begins                ? "other"
            : out->len == all->len ? "whole"
                                   : "part");
    put_place(report, told->who);
    fputc(' ', report);
    put_place(report, first);
    fputc(' ', report);
    for (size_t i = 0; i < err->len && i < ERR_MOST; i++)
        fputc(err->at[i] == '\n' ? '|' : err->at[i], report);
    fputc('\n', report);
}

/* Where libpcap lies. */
static int find_pcap(struct dl_phdr_info *in, size_t size, void *ctx)
{
    (void)size, (void)ctx;
    for (int i = 0; strstr(in->dlpi_name, "libpcap") && i < in->dlpi_phnum; i++)
        if (in->dlpi_phdr[i].p_type == PT_LOAD && (in->dlpi_phdr[i].p_flags & PF_X)) {
            run.pcap = in->dlpi_addr + in->dlpi_phdr[i].p_vaddr;
            run.pcap_end = run.pcap + in->dlpi_phdr[i].p_memsz;
        }
    return 0;
}

/* Runs the program again and again; returns, true, in each of the runs. */
static bool watch(const char *path)
{
    FILE *report = fopen(path, "we");
    struct told *told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    static struct told whole;
    struct text all = {.fd = memfd_create("all", MFD_CLOEXEC)},
                out = {.fd = memfd_create("out", MFD_CLOEXEC)},
                err = {.fd = memfd_create("err", MFD_CLOEXEC)};
    int status;
    if (!report || told == MAP_FAILED || all.fd < 0 || out.fd < 0 || err.fd < 0)
        abort();
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    dl_iterate_phdr(find_pcap, NULL);
    run.stays = getenv("STARVED_STAYS") != NULL;
    if (becomes(report, told, 0, &all, &err, &status))
        return true;
    whole = *told;
    look(&all);
    long n = number("STARVED_BEGIN", 1);
    do {
        if (becomes(report, told, (unsigned long)n, &out, &err, &status))
            return true;
        look(&out), look(&err);
        put_line(report, n, status, told, &whole, &all, &out, &err);
        n += number("STARVED_STEP", 1);
    } while (told->refused);
    fclose(report);
    return false;
}

static int (*the_main)(int argc, char **argv, char **env);

static int instead(int argc, char **argv, char **env)
{
    const char *path = getenv("STARVED_REPORT");
    if (!path)
        return the_main(argc, argv, env);
    if (!watch(path))
        return 0;
    const int status = the_main(argc, argv, env);
    tell();
    return status;
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
    int (*next)(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void),
                void *);
    *(void **)&next = dlsym(RTLD_NEXT, "__libc_start_main");
    the_main = main;
    return next(instead, argc, argv, init, fini, rtld_fini, stack_end);
}
