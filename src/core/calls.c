/* calls.c: what the programs' system calls mean for their connection.
 *
 * close() and shutdown(WR) take their edge at the call, for the FIN may wait behind a zero window or a cork.
 * The bytes of write() are counted, so that each data segment finds the call that made it. */
#include "core/conn.h"

#include <string.h>

static struct calls *calls_of(struct track *t, struct conn *c, enum side side)
{
    struct conn_lab *lab = conn_lab(t, c);
    if (lab && !lab->calls[side]) {
        struct calls *made = mem_new(t->mem, sizeof *made);
        if (!made)
            return NULL;
        made->connect_row = made->close_row = made->abort_row = NO_ROW;
        made->known = true;
        lab->calls[side] = made;
    }
    return lab ? lab->calls[side] : NULL;
}

static void take_write(struct track *t, struct calls *k, uint32_t bytes, uint32_t row)
{
    void *items = k->writes;
    if (k->count == WRITES_KEPT) {
        k->count = WRITES_KEPT / 2;
        memmove(k->writes, k->writes + WRITES_KEPT / 2, k->count * sizeof *k->writes);
    }
    if (mem_grow(t->mem, &items, &k->cap, k->count + 1, sizeof *k->writes)) {
        k->writes = items;
        k->writes[k->count++] = (struct write_call){k->written, k->written + bytes, row};
    } else {
        t->starved = true;
    }
    k->written += bytes;
}

uint32_t calls_row(const struct conn *c, enum side side, seq_t left, seq_t right, uint32_t *bytes)
{
    const struct calls *k = conn_calls(c, side);
    const struct flow *f = &c->flow[side];
    if (!k || !f->base_known)
        return NO_ROW;
    uint32_t from = seq_dist(f->base, left) - 1, to = seq_dist(f->base, right) - 1;
    for (uint32_t i = k->count; i-- > 0;) {
        const struct write_call *w = &k->writes[i];
        if ((int32_t)(to - w->from) > 0 && (int32_t)(w->to - from) > 0) {
            *bytes = w->to - w->from;
            return w->row;
        }
    }
    return NO_ROW;
}

int calls_unsent(const struct conn *c, enum side side)
{
    const struct calls *k = conn_calls(c, side);
    const struct flow *f = &c->flow[side];
    if (!k || !f->base_known || !f->any)
        return -1;
    return (int32_t)(k->written - (seq_dist(f->base, f->nxt) - 1)) > 0;
}

/* close(), as Linux does it: with unread bytes in a connection that was open it is an abort. */
static void take_close(struct conn *c, struct calls *k, const struct event_call *call, uint32_t row)
{
    enum tcp_state s = (enum tcp_state)c->flow[call->side].state;
    bool synchronised = s != STATE_UNKNOWN && s != STATE_CLOSED && s != STATE_LISTEN && s != STATE_SYN_SENT;
    if (call->kind == CALL_ABORT || call->kind == CALL_CRASH || (call->unread && synchronised)) {
        if (synchronised && call->kind != CALL_CRASH) { /* a crash sends nothing */
            k->abort_row = row;
            k->unread = call->kind == CALL_CLOSE;
        }
        machine_input(c, call->side, IN_CALL_ABORT);
        return;
    }
    if (k->close_row == NO_ROW)
        k->close_row = row;
    machine_input(c, call->side, IN_CALL_CLOSE);
}

static void take_accept(struct track *t, struct conn *c)
{
    if (c->queued && !c->accepted && t->queued)
        t->queued--;
    c->accepted = true;
}

static bool call_worked(const struct event_call *call)
{
    return !call->err ||
           (call->kind == CALL_CONNECT && call->errname && !strcmp(call->errname, "EINPROGRESS"));
}

static void take_call(struct track *t, struct conn *c, const struct event_call *call, uint32_t row)
{
    struct calls *k = calls_of(t, c, call->side);
    struct flow *f = &c->flow[call->side];
    if (!k) {
        t->starved = true;
        return;
    }
    switch (call->kind) {
    case CALL_CONNECT:
        k->connect_row = row;
        if (f->state == STATE_UNKNOWN)
            f->state = STATE_CLOSED;
        machine_input(c, call->side, IN_CALL_CONNECT);
        break;
    case CALL_ACCEPT: take_accept(t, c); break;
    case CALL_WRITE:
        if (call->result > 0)
            take_write(t, k, (uint32_t)call->result, row);
        break;
    case CALL_SHUTDOWN_RD: machine_input(c, call->side, IN_CALL_SHUTDOWN); break;
    case CALL_SHUTDOWN_WR:
    case CALL_SHUTDOWN_RDWR:
        if (k->close_row == NO_ROW) {
            k->close_row = row;
            k->half = call->kind == CALL_SHUTDOWN_WR;
        }
        machine_input(c, call->side, IN_CALL_SHUTDOWN);
        machine_input(c, call->side, IN_CALL_CLOSE);
        break;
    case CALL_CLOSE:
    case CALL_ABORT:
    case CALL_CRASH: take_close(c, k, call, row); break;
    case CALL_OTHER:
    case CALL_SOCKET:
    case CALL_BIND:
    case CALL_LISTEN:
    case CALL_READ:
    case CALL_KINDS: break;
    }
}

static void take_listener(struct track *t, const struct event_call *call, uint32_t row)
{
    if (call->kind == CALL_LISTEN) {
        if (t->listener == STATE_UNKNOWN)
            t->listener = STATE_CLOSED;
        t->listener = fsm_next(t->listener, IN_CALL_LISTEN);
        t->listener_fd = call->fd;
        t->backlog = call->value > 0 ? (uint32_t)call->value : 0;
        t->queue_known = true;
        t->listener_close_row = NO_ROW;
    } else if ((call->kind == CALL_CLOSE || call->kind == CALL_ABORT) && t->listener == STATE_LISTEN &&
               call->fd == t->listener_fd) {
        t->listener = fsm_next(t->listener, IN_CALL_CLOSE);
        t->queued = 0;
        t->listener_close_row = row;
    }
}

uint32_t track_call(struct track *t, const struct event_key *key, const struct event_call *call,
                    uint64_t time_ns, uint32_t row)
{
    bool worked = call_worked(call);
    if (!key->known) {
        if (worked && call->side == SIDE_SERVER)
            take_listener(t, call, row);
        return NO_CONN;
    }
    uint32_t at = track_find(t, key);
    if (at == NO_CONN)
        return at;
    struct conn *c = conn_at(t, at);
    if (!c->first_ns)
        c->first_ns = time_ns;
    if (worked)
        take_call(t, c, call, row);
    return at;
}
