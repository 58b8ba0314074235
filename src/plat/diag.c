/* diag.c: inet_diag (linux/inet_diag.h, net/ipv4/inet_diag.c), the source of what ss(8) prints.
 *
 * The kernel looks the tuple up as it would for a segment that comes in: it finds the connection, or what is
 * left of it (a minisock in TIME-WAIT or orphaned FIN-WAIT-2), or a SYN that was not yet answered, or else
 * the listener of that port. So an answer is believed only if its ports are those that were asked for. */
#include "plat/diag.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include "plat/nl.h"
#include "plat/tcpinfo.h"

struct diag {
    struct nl *nl;
};

/* The kernel's numbers of states (net/tcp_states.h), which are not the RFC's order. */
enum { KERNEL_SYN_RECV = 3, KERNEL_NEW_SYN_RECV = 12 };
static const enum tcp_state states[] = {
    [1] = STATE_ESTABLISHED, [2] = STATE_SYN_SENT,   [KERNEL_SYN_RECV] = STATE_SYN_RECEIVED,
    [4] = STATE_FIN_WAIT_1,  [5] = STATE_FIN_WAIT_2, [6] = STATE_TIME_WAIT,
    [7] = STATE_CLOSED,      [8] = STATE_CLOSE_WAIT, [9] = STATE_LAST_ACK,
    [10] = STATE_LISTEN,     [11] = STATE_CLOSING,   [KERNEL_NEW_SYN_RECV] = STATE_SYN_RECEIVED,
};

static enum tcp_state state_of(uint8_t kernel)
{
    return kernel < COUNT_OF(states) ? states[kernel] : STATE_UNKNOWN;
}

/* inet_sk_diag_fill() numbers them so. */
static enum timer_kind timer_of(uint8_t kernel)
{
    static const enum timer_kind timers[] = {TIMER_NONE, TIMER_RETRANSMIT, TIMER_KEEPALIVE, TIMER_TIME_WAIT,
                                             TIMER_PERSIST};
    return kernel < COUNT_OF(timers) ? timers[kernel] : TIMER_NONE;
}

struct diag *diag_open(struct fail *f)
{
    struct diag *d = calloc(1, sizeof *d);
    if (!d) {
        fail_errno(f, ENOMEM, NULL, "%s", "sock_diag");
        return NULL;
    }
    d->nl = nl_open(NETLINK_SOCK_DIAG, f);
    if (d->nl)
        return d;
    free(d);
    return NULL;
}

void diag_close(struct diag *d)
{
    if (!d)
        return;
    nl_close(d->nl);
    free(d);
}

static struct inet_diag_req_v2 *request(struct nlmsghdr **m, char *buffer, int flags,
                                        const struct endpoint *local, const struct endpoint *remote)
{
    *m = mnl_nlmsg_put_header(buffer);
    (*m)->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    (*m)->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    struct inet_diag_req_v2 *r = mnl_nlmsg_put_extra_header(*m, sizeof *r);
    size_t size = local->addr.family == 6 ? 16 : 4;
    r->sdiag_family = local->addr.family == 6 ? AF_INET6 : AF_INET;
    r->sdiag_protocol = IPPROTO_TCP;
    r->idiag_states = UINT32_MAX;
    r->id.idiag_cookie[0] = r->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    memcpy(r->id.idiag_src, local->addr.at, size);
    r->id.idiag_sport = htons(local->port);
    if (remote) {
        memcpy(r->id.idiag_dst, remote->addr.at, size);
        r->id.idiag_dport = htons(remote->port);
    }
    return r;
}

struct sampling {
    const struct inet_diag_req_v2 *asked;
    struct event_sample *out;
    bool found;
};

static int take_attribute(const struct nlattr *a, void *ctx)
{
    struct event_sample *s = ctx;
    if (mnl_attr_get_type(a) == INET_DIAG_INFO)
        sample_tcp_info(s, mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
    else if (mnl_attr_get_type(a) == INET_DIAG_SKMEMINFO)
        sample_meminfo(s, mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
    return MNL_CB_OK;
}

static int take_socket(const struct nlmsghdr *m, void *ctx)
{
    struct sampling *s = ctx;
    const struct inet_diag_msg *d = mnl_nlmsg_get_payload(m);
    enum tcp_state state = state_of(d->idiag_state);
    if (d->id.idiag_sport != s->asked->id.idiag_sport || d->id.idiag_dport != s->asked->id.idiag_dport ||
        state == STATE_LISTEN)
        return MNL_CB_STOP;
    s->found = true;
    sample_init(s->out, state);
    s->out->recv_q = d->idiag_rqueue;
    s->out->send_q = d->idiag_wqueue;
    s->out->timer = timer_of(d->idiag_timer);
    if (s->out->timer != TIMER_NONE)
        s->out->timer_ms = d->idiag_expires;
    if (s->out->timer == TIMER_KEEPALIVE || s->out->timer == TIMER_PERSIST)
        s->out->probes = d->idiag_retrans;
    mnl_attr_parse(m, sizeof *d, take_attribute, s->out);
    return MNL_CB_STOP;
}

bool diag_socket(struct diag *d, const struct endpoint *local, const struct endpoint *remote,
                 struct event_sample *out)
{
    char buffer[256];
    struct nlmsghdr *m;
    struct inet_diag_req_v2 *r = request(&m, buffer, 0, local, remote);
    r->idiag_ext = 1 << (INET_DIAG_INFO - 1) | 1 << (INET_DIAG_SKMEMINFO - 1);
    struct sampling s = {.asked = r, .out = out, .found = false};
    return nl_ask(d->nl, m, take_socket, &s) == 0 && s.found;
}

struct listening {
    struct event_listener *out;
    bool found;
};

static int take_listener(const struct nlmsghdr *m, void *ctx)
{
    struct listening *l = ctx;
    const struct inet_diag_msg *d = mnl_nlmsg_get_payload(m);
    if (state_of(d->idiag_state) != STATE_LISTEN)
        return MNL_CB_STOP;
    l->found = true;
    /* Of a listener the queues are connections: those that wait for accept(), and how many may. */
    l->out->accept_q = d->idiag_rqueue;
    l->out->backlog = d->idiag_wqueue;
    return MNL_CB_STOP;
}

bool diag_listener(struct diag *d, const struct endpoint *local, struct event_listener *out)
{
    char buffer[256];
    struct nlmsghdr *m;
    request(&m, buffer, 0, local, NULL);
    *out = (struct event_listener){.state = STATE_CLOSED, .syn_q = -1, .accept_q = -1, .backlog = -1};
    struct listening l = {.out = out, .found = false};
    if (nl_ask(d->nl, m, take_listener, &l) != 0 || !l.found)
        return false;
    out->state = STATE_LISTEN;
    return true;
}

static int count_one(const struct nlmsghdr *m, void *ctx)
{
    (void)m;
    ++*(int64_t *)ctx;
    return MNL_CB_OK;
}

int64_t diag_syn_queue(struct diag *d, const struct endpoint *local)
{
    char buffer[256];
    struct nlmsghdr *m;
    int64_t count = 0;
    /* The port filters in the kernel; the states are those of a child before its ACK. */
    request(&m, buffer, NLM_F_DUMP, local, NULL)->idiag_states =
        1u << KERNEL_SYN_RECV | 1u << KERNEL_NEW_SYN_RECV;
    return nl_ask(d->nl, m, count_one, &count) == 0 ? count : -1;
}

/* Sockets that were found, to be ended after the dump: while it runs the kernel holds its tables. */
struct found {
    struct inet_diag_sockid *id;
    uint8_t *family;
    size_t count, cap;
};

static int take_id(const struct nlmsghdr *m, void *ctx)
{
    struct found *f = ctx;
    const struct inet_diag_msg *d = mnl_nlmsg_get_payload(m);
    if (f->count == f->cap) {
        const size_t cap = f->cap ? f->cap * 2 : 64;
        struct inet_diag_sockid *id = realloc(f->id, cap * sizeof *id);
        if (id)
            f->id = id;
        uint8_t *family = realloc(f->family, cap);
        if (family)
            f->family = family;
        if (!id || !family)
            return MNL_CB_STOP;
        f->cap = cap;
    }
    f->id[f->count] = d->id;
    f->family[f->count++] = d->idiag_family;
    return MNL_CB_OK;
}

static void end_family(struct diag *d, uint8_t family)
{
    static const struct endpoint none = {.addr = {.family = 4}};
    char buffer[256];
    struct nlmsghdr *m;
    struct found f = {0};
    request(&m, buffer, NLM_F_DUMP, &none, NULL)->sdiag_family = family;
    nl_ask(d->nl, m, take_id, &f);
    for (size_t i = 0; i < f.count; i++) {
        struct inet_diag_req_v2 *r = request(&m, buffer, NLM_F_ACK, &none, NULL);
        m->nlmsg_type = SOCK_DESTROY;
        r->sdiag_family = f.family[i];
        r->id = f.id[i];
        nl_ask(d->nl, m, NULL, NULL);
    }
    free(f.id);
    free(f.family);
}

void diag_end_all(struct diag *d)
{
    end_family(d, AF_INET);
    end_family(d, AF_INET6);
}
