/* capture.c: libpcap over AF_PACKET, TPACKET_V3.
 *
 * The kernel fills blocks of 256 KB with whole frames and hands a block over when it is full or 1 ms old. So
 * the reader is woken once a block, not once a frame, and not at all while nothing passes. On a loopback the
 * kernel offers each frame twice, as it leaves and as it arrives: the copies that leave are refused in the
 * kernel, where they would take half of the ring (libpcap passes over them too, but late).
 *
 * In quiet times a bell (bell.h) hands frames over at once. The ring has them too, a little later, and is
 * what counts: the bell's frames are taken only where they are all that the ring holds back, by the kernel's
 * count, and are passed over when they come out of it. So the order is the ring's, each frame comes once, and
 * what the bell had no room for comes a millisecond late. A frame is known again by its bytes: each of the
 * two has a stamp of its own for it. */
#include "plat/capture.h"
#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include "core/types.h"
#include "plat/bell.h"
#include "plat/loop.h"

enum { WHOLE_FRAMES = 262144, SMALL_RING = 2 << 20, BLOCK_MS = 1 };
#define LOST_NS UINT64_C(1000000000) /* what the ring has not shown by then it will not show */

/* The bell rings for up to 2,000 frames a second. A burst is a debt: each frame adds PRICE_NS to the time at
 * which it is paid; beyond LOUD_NS the bell is silent, until less than CALM_NS is owed. */
enum { KNOWN_MOST = 128, TRIES = 3, PRICE_NS = 500000, LOUD_NS = 32000000, CALM_NS = 8000000 };

/* A frame that came by one of the two. */
struct known {
    uint64_t time_ns, hash;
    uint32_t wirelen;
};

struct knowns {
    struct known at[KNOWN_MOST]; /* the oldest first */
    size_t count;
};

struct capture {
    pcap_t *pcap;
    uint64_t seen, dropped, interface_dropped;
    struct pcap_stat last; /* libpcap's counts, which wrap at 2^32 */
    /* What the kernel has put into the ring since since_ns, and what of that came out again. At mark_ns
     * `mark` frames had been put in; up to heard_ns all have come out. */
    uint64_t counted, handed, since_ns, mark, mark_ns, heard_ns;
    bool counting, empty; /* the counts are believed; the last look at the ring found it empty */
    struct bell *bell;    /* NULL: there is none */
    struct bpf_program rings_for;
    bool rings;
    uint64_t paid_ns;
    struct knowns ahead;  /* handed over by the bell, and still in the ring */
    struct knowns behind; /* handed over by the ring while the bell rang, which may have them, too */
    void (*frame)(void *ctx, uint64_t time_ns, const uint8_t *bytes, uint32_t caplen, uint32_t wirelen);
    void *ctx;
};

static bool is_loopback(const char *iface)
{
    return strcmp(iface, "lo") == 0;
}

static bool refused(pcap_t *p, int err, const char *iface, struct fail *f)
{
    static const char ways[] = N_("run it with sudo, or `sudo setcap cap_net_raw+ep` on the program");
    switch (err) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED: return fail_errno(f, EPERM, ways, "%s", iface);
    case PCAP_ERROR_NO_SUCH_DEVICE: return fail_errno(f, ENODEV, NULL, "%s", iface);
    case PCAP_ERROR_IFACE_NOT_UP: return fail_errno(f, ENETDOWN, NULL, "%s", iface);
    case PCAP_ERROR: return fail_set(f, FAIL_SYSTEM, pcap_geterr(p), NULL, "%s", iface);
    default: return fail_set(f, FAIL_SYSTEM, pcap_statustostr(err), NULL, "%s", iface);
    }
}

static bool set_filter(pcap_t *p, const char *filter, struct fail *f)
{
    struct bpf_program program;
    /* No netmask is known: "ip broadcast" is then refused by libpcap, in its own words. */
    if (pcap_compile(p, &program, filter, 1, PCAP_NETMASK_UNKNOWN) < 0)
        return fail_set(f, FAIL_USAGE, pcap_geterr(p), NULL, "filter %s", filter);
    int err = pcap_setfilter(p, &program);
    pcap_freecode(&program);
    return err ? fail_set(f, FAIL_SYSTEM, pcap_geterr(p), NULL, "filter %s", filter) : true;
}

/* *counts: every frame that the kernel counts will be handed over. */
static bool start(pcap_t *p, const struct capture_options *o, bool *counts, struct fail *f)
{
    char words[PCAP_ERRBUF_SIZE];
    pcap_set_snaplen(p, o->snaplen > 0 ? o->snaplen : WHOLE_FRAMES);
    pcap_set_buffer_size(p, o->buffer_bytes > 0 ? o->buffer_bytes : SMALL_RING);
    pcap_set_timeout(p, BLOCK_MS);
    pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);
    pcap_set_promisc(p, is_loopback(o->iface) ? 0 : 1);
    int err = pcap_activate(p);
    if (err < 0)
        return refused(p, err, o->iface, f);
    int on = 1;
    *counts = !is_loopback(o->iface) ||
              setsockopt(pcap_fileno(p), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) == 0;
    if (o->filter && *o->filter && !set_filter(p, o->filter, f))
        return false;
    if (pcap_setnonblock(p, 1, words) < 0)
        return fail_set(f, FAIL_SYSTEM, words, NULL, "%s", o->iface);
    return true;
}

/* What the kernel has counted since it was last asked. It forgets what it has told. */
static void read_counts(struct capture *c)
{
    struct tpacket_stats_v3 now = {0};
    socklen_t len = sizeof now;
    if (getsockopt(pcap_fileno(c->pcap), SOL_PACKET, PACKET_STATISTICS, &now, &len) != 0) {
        c->counting = false;
        return;
    }
    c->counted += now.tp_packets; /* the dropped ones among them */
    c->dropped += now.tp_drops;
}

/* From here on frames are counted; what came before the filter was set may or may not be handed over. */
static void begin_counting(struct capture *c)
{
    c->since_ns = c->mark_ns = c->heard_ns = clock_now();
    read_counts(c);
    c->counted = c->dropped = 0;
}

/* What the bell is to ring for: as the ring, frames that libpcap hands over as they are. */
static void fit_bell(struct capture *c, const char *filter)
{
    if (c->bell &&
        (pcap_datalink(c->pcap) != DLT_EN10MB ||
         pcap_compile(c->pcap, &c->rings_for, filter ? filter : "", 1, PCAP_NETMASK_UNKNOWN) < 0)) {
        bell_close(c->bell);
        c->bell = NULL;
    }
    c->paid_ns = clock_steady() + LOUD_NS; /* the kernel begins to stamp frames for it a little later */
}

struct capture *capture_open(const struct capture_options *o, struct fail *f)
{
    char words[PCAP_ERRBUF_SIZE];
    struct capture *c = calloc(1, sizeof *c);
    if (!c) {
        fail_errno(f, ENOMEM, NULL, "%s", o->iface);
        return NULL;
    }
    c->pcap = pcap_create(o->iface, words);
    c->bell = o->at_once ? bell_open(o->iface, is_loopback(o->iface)) : NULL;
    if (!c->pcap)
        fail_set(f, FAIL_SYSTEM, words, NULL, "%s", o->iface);
    else if (start(c->pcap, o, &c->counting, f)) {
        begin_counting(c);
        fit_bell(c, o->filter);
        return c;
    }
    capture_close(c);
    return NULL;
}

void capture_close(struct capture *c)
{
    if (!c)
        return;
    if (c->pcap)
        pcap_close(c->pcap);
    bell_close(c->bell);
    pcap_freecode(&c->rings_for);
    free(c);
}

int capture_bell(const struct capture *c)
{
    return c->bell ? bell_fd(c->bell) : -1;
}

int capture_fd(const struct capture *c)
{
    return pcap_get_selectable_fd(c->pcap);
}

int capture_linktype(const struct capture *c)
{
    return pcap_datalink(c->pcap);
}

static struct known known_of(uint64_t time_ns, const uint8_t *bytes, uint32_t caplen, uint32_t wirelen)
{
    enum { LOOKED_AT = 128 }; /* the headers */
    struct known k = {time_ns, 14695981039346656037u, wirelen};
    for (uint32_t i = 0; i < caplen && i < LOOKED_AT; i++)
        k.hash = (k.hash ^ bytes[i]) * 1099511628211u;
    return k;
}

static void forget(struct knowns *l, size_t i)
{
    l->count--;
    memmove(&l->at[i], &l->at[i + 1], (l->count - i) * sizeof *l->at);
}

static void remember(struct knowns *l, struct known k)
{
    if (l->count == KNOWN_MOST)
        forget(l, 0);
    l->at[l->count++] = k;
}

/* Whether it is among them: it is then no longer. */
static bool strike(struct knowns *l, struct known k)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->at[i].hash == k.hash && l->at[i].wirelen == k.wirelen) {
            forget(l, i);
            return true;
        }
    return false;
}

/* Whether the bell has told it. */
static bool is_told(struct capture *c, const struct pcap_pkthdr *h, const u_char *bytes)
{
    if (!c->rings && c->ahead.count == 0)
        return false;
    const struct known k = known_of(0, bytes, h->caplen, h->len);
    if (strike(&c->ahead, k))
        return true;
    if (c->rings)
        remember(&c->behind, k);
    return false;
}

static void hand_over(u_char *user, const struct pcap_pkthdr *h, const u_char *bytes)
{
    struct capture *c = (struct capture *)(void *)user;
    if (is_told(c, h, bytes))
        return;
    c->seen++;
    /* tv_usec holds nanoseconds: that precision was asked for. */
    uint64_t time_ns = (uint64_t)h->ts.tv_sec * 1000000000u + (uint64_t)h->ts.tv_usec;
    c->handed += time_ns >= c->since_ns;
    c->frame(c->ctx, time_ns, bytes, h->caplen, h->len);
}

/* A bell's frame, before the ring has it ready. */
static void hand_ahead(struct capture *c, const struct bell_frame *f)
{
    remember(&c->ahead, known_of(f->time_ns, f->bytes, f->caplen, f->wirelen));
    c->seen++;
    c->handed++;
    c->frame(c->ctx, f->time_ns, f->bytes, f->caplen, f->wirelen);
}

static void hush(struct capture *c)
{
    bell_off(c->bell);
    c->rings = false;
    c->behind.count = 0;
}

/* Hands over what the bell has, where that is all that the ring holds back. A frame may come between the look
 * at the bell and the count: then both are asked again. */
static void answer_bell(struct capture *c)
{
    const struct bell_frame *f, *fresh[BELL_MOST]; /* fresh: the ring was not faster */
    size_t n = 0;
    for (int seen = 0, try = 0; try < TRIES; try++) {
        const int have = bell_take(c->bell, seen, &f);
        if (have < 0) {
            hush(c);
            c->paid_ns = clock_steady() + LOUD_NS;
            return;
        }
        for (; seen < have; seen++)
            if (!strike(&c->behind, known_of(0, f[seen].bytes, f[seen].caplen, f[seen].wirelen)))
                fresh[n++] = &f[seen];
        if (n == 0)
            return;
        read_counts(c);
        const uint64_t held = c->counted - c->dropped - c->handed;
        if (!c->counting)
            hush(c);
        if (!c->counting || held < n || c->ahead.count + n > KNOWN_MOST)
            return;
        if (held == n) {
            for (size_t i = 0; i < n; i++)
                hand_ahead(c, fresh[i]);
            return;
        }
    }
}

/* Silences the bell under load, and lets it ring when that is over. */
static void heed_load(struct capture *c, uint64_t frames)
{
    const uint64_t now = clock_steady();
    if (c->paid_ns < now)
        c->paid_ns = now;
    c->paid_ns += frames * PRICE_NS;
    if (c->paid_ns > now + 2 * LOUD_NS)
        c->paid_ns = now + 2 * LOUD_NS;
    if (c->ahead.count > 0 && c->ahead.at[0].time_ns + LOST_NS < clock_now())
        c->ahead.count = 0;
    if (c->rings && c->paid_ns > now + LOUD_NS) {
        hush(c);
    } else if (!c->rings && c->counting && c->paid_ns <= now + CALM_NS) {
        const struct sock_fprog filter = {(unsigned short)c->rings_for.bf_len,
                                          (struct sock_filter *)(void *)c->rings_for.bf_insns};
        c->rings = bell_on(c->bell, &filter);
    }
}
_Static_assert(sizeof(struct bpf_insn) == sizeof(struct sock_filter), "the kernel's and libpcap's are one");

int capture_drain(struct capture *c, int most,
                  void (*frame)(void *ctx, uint64_t time_ns, const uint8_t *bytes, uint32_t caplen,
                                uint32_t wirelen),
                  void *ctx)
{
    const uint64_t before = c->seen;
    c->frame = frame;
    c->ctx = ctx;
    int n = pcap_dispatch(c->pcap, most > 0 ? most : -1, hand_over, (u_char *)c);
    c->empty = n == 0;
    if (n < 0)
        return -1;
    if (c->rings && (most <= 0 || n < most))
        answer_bell(c);
    else if (c->bell && !c->rings)
        bell_forget(c->bell);
    if (c->bell)
        heed_load(c, c->seen - before);
    return (int)(c->seen - before);
}

uint64_t capture_heard(struct capture *c)
{
    uint64_t now = clock_now();
    if (c->counting)
        read_counts(c);
    /* where libpcap itself leaves frames out the counts never meet */
    if (!c->counting || (c->empty && c->handed + c->dropped < c->mark && now - c->mark_ns > LOST_NS)) {
        c->counting = false;
        return now;
    }
    uint64_t told = c->handed + c->dropped;
    if (told >= c->mark) {
        c->heard_ns = told >= c->counted ? now : c->mark_ns;
        c->mark = c->counted;
        c->mark_ns = now;
    }
    return c->heard_ns;
}

void capture_counts(struct capture *c, struct capture_counts *out)
{
    struct pcap_stat now;
    if (pcap_stats(c->pcap, &now) == 0) {
        c->counted += now.ps_recv - c->last.ps_recv;
        c->dropped += now.ps_drop - c->last.ps_drop;
        c->interface_dropped += now.ps_ifdrop - c->last.ps_ifdrop;
        c->last = now;
    }
    if (c->counting)
        read_counts(c);
    *out = (struct capture_counts){c->seen, c->dropped, c->interface_dropped};
}

uint64_t capture_lag_ns(void)
{
    enum { MS = 1000000, JIFFIES_LAG = 10 * MS, HRTIMER_LAG = 3 * MS };
    struct utsname u;
    /* Before Linux 6.18 the blocks are handed over by a timer that counts in ticks, of 4 ms at 250 Hz. */
    if (uname(&u) != 0)
        return JIFFIES_LAG;
    char *rest;
    long major = strtol(u.release, &rest, 10), minor = *rest == '.' ? strtol(rest + 1, NULL, 10) : 0;
    return major > 6 || (major == 6 && minor >= 18) ? HRTIMER_LAG : JIFFIES_LAG;
}

struct packet_filter {
    struct bpf_program program;
};

/* What this system calls a link type of capture files. */
static int dlt_of(int linktype)
{
    static const struct {
        int linktype, dlt;
    } others[] = {{101, DLT_RAW}, {100, DLT_ATM_RFC1483}, {106, DLT_ATM_CLIP}};

    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (others[i].linktype == linktype)
            return others[i].dlt;
    return linktype;
}

struct packet_filter *packet_filter_new(const char *text, int linktype, struct fail *f)
{
    struct packet_filter *p = malloc(sizeof *p);
    pcap_t *dead = p ? pcap_open_dead(dlt_of(linktype), WHOLE_FRAMES) : NULL;

    if (!dead) {
        fail_errno(f, ENOMEM, NULL, "filter %s", text);
    } else if (pcap_compile(dead, &p->program, text, 1, PCAP_NETMASK_UNKNOWN) == 0) {
        pcap_close(dead);
        return p;
    } else {
        fail_set(f, FAIL_USAGE, pcap_geterr(dead), NULL, "filter %s", text);
        pcap_close(dead);
    }
    free(p);
    return NULL;
}

bool packet_filter_passes(const struct packet_filter *p, const uint8_t *bytes, uint32_t caplen,
                          uint32_t wirelen)
{
    const struct pcap_pkthdr h = {.caplen = caplen, .len = wirelen};
    return pcap_offline_filter(&p->program, &h, bytes) != 0;
}

void packet_filter_free(struct packet_filter *p)
{
    if (!p)
        return;
    pcap_freecode(&p->program);
    free(p);
}
