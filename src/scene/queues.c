/* queues.c: numbers of the kernel's sample as gauges and short texts. */
#include "scene/queues.h"

#include "scene/fill.h"

void queues_init(struct queues *q, const struct mem *m)
{
    *q = (struct queues){0};
    str_init(&q->send_text, m);
    str_init(&q->recv_text, m);
    str_init(&q->send_short, m);
    str_init(&q->recv_short, m);
}

void queues_release(struct queues *q)
{
    str_release(&q->send_text);
    str_release(&q->recv_text);
    str_release(&q->send_short);
    str_release(&q->recv_short);
}

static struct gauge gauge_of(int64_t part, int64_t whole)
{
    return (struct gauge){part >= 0, part > 0 ? (uint64_t)part : 0, whole > 0 ? (uint64_t)whole : 0};
}

/* "0 of 2.5 M"; "0" where the room is not known; "–" where nothing is. */
static void put_gauge(struct str *out, const struct voice *v, const struct gauge *g)
{
    if (!g->known) {
        str_put(out, v->ascii ? "-" : "–");
        return;
    }
    str_put_size(out, g->part);
    if (g->whole == 0)
        return;
    struct str whole;
    str_init(&whole, out->mem);
    str_put_size(&whole, g->whole);
    put_filled(out, v, N_(" of {whole}"), "whole", whole.at, NULL);
    str_release(&whole);
}

void queues_of(struct queues *q, const struct voice *v, const struct event_sample *k)
{
    str_clear(&q->send_text);
    str_clear(&q->recv_text);
    str_clear(&q->send_short);
    str_clear(&q->recv_short);
    q->send = k ? gauge_of(k->send_q, k->sndbuf) : (struct gauge){0};
    q->recv = k ? gauge_of(k->recv_q, k->rcvbuf) : (struct gauge){0};
    q->unsent = k && k->unsent > 0 ? (uint64_t)k->unsent : 0;
    q->unacked = q->send.part > q->unsent ? q->send.part - q->unsent : 0;
    put_gauge(&q->send_text, v, &q->send);
    put_gauge(&q->recv_text, v, &q->recv);
    if (q->send.known) {
        struct str bytes;
        str_init(&bytes, q->send_text.mem);
        str_put_size(&bytes, q->unacked);
        put_filled(&q->send_text, v, N_("  unacked {bytes}"), "bytes", bytes.at, NULL);
        str_clear(&bytes);
        str_put_size(&bytes, q->unsent);
        if (q->unsent > 0)
            put_filled(&q->send_text, v, N_("  unsent {bytes}"), "bytes", bytes.at, NULL);
        str_release(&bytes);
    }
    put_gauge(&q->send_short, v, &(struct gauge){q->send.known, q->send.part, 0});
    put_gauge(&q->recv_short, v, &(struct gauge){q->recv.known, q->recv.part, 0});
}

void listener_queues_init(struct listener_queues *q, const struct mem *m)
{
    *q = (struct listener_queues){0};
    str_init(&q->syn_text, m);
    str_init(&q->accept_text, m);
}

void listener_queues_release(struct listener_queues *q)
{
    str_release(&q->syn_text);
    str_release(&q->accept_text);
}

void listener_queues_of(struct listener_queues *q, const struct voice *v, const struct event_listener *k,
                        enum tcp_state state)
{
    str_clear(&q->syn_text);
    str_clear(&q->accept_text);
    q->known = k != NULL;
    q->state = state_name(k ? k->state : state);
    if (!q->state)
        q->state = "";
    q->accept = k ? gauge_of(k->accept_q, k->backlog) : (struct gauge){0};
    q->syn = k && k->syn_q > 0 ? (uint64_t)k->syn_q : 0;
    if (!k)
        return;
    struct str number;
    str_init(&number, q->syn_text.mem);
    str_put_u64(&number, q->syn);
    put_filled(&q->syn_text, v, N_("syn queue {n}"), "n", number.at, NULL);
    str_release(&number);
    put_gauge(&q->accept_text, v, &q->accept);
}
