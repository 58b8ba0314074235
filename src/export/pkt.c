/* pkt.c: one connection as a packetdrill script. The server is the kernel under test: what the client sends
 * is handed to it (<), what it sends is waited for (>). Its calls are those that were made; of a capture only
 * the wire is known, and the calls without which nothing would be sent are written down as inferred.
 *
 * The first connection that comes is the one: others are counted, and a filter chooses another. */
#include "export/drill.h"
#include "export/writer.h"
#include "scene/wire.h"

enum { LISTENER = 3, CHILD = 4, REMARK = 300 };

struct pkt {
    uint32_t conn;
    uint64_t last_us; /* of the event before */
    uint64_t left;    /* rows of other connections */
    bool begun;       /* there was an event */
    bool known;       /* the server's calls are */
    bool accepted, closed;
};

/* The time of an event after the one before it: "+0.000014 ". */
static void put_time(struct export *e, uint64_t ns)
{
    struct pkt *p = e->own;
    uint64_t us = e->steady ? 0 : ns / 1000;
    if (p->begun) {
        str_put_char(&e->out, '+');
        str_put_fixed(&e->out, us > p->last_us ? us - p->last_us : 0, 6);
        str_put_char(&e->out, ' ');
    } else {
        str_put(&e->out, " 0        ");
    }
    p->begun = true;
    p->last_us = us;
}

static void put_remark(struct export *e, const char *text, size_t len)
{
    str_put(&e->out, "// ");
    str_put_safe(&e->out, text, cells_cut(text, len, REMARK), e->voice.ascii);
    str_put_char(&e->out, '\n');
}

static void put_words(struct export *e, const char *english)
{
    const char *text = say(&e->voice, english);
    put_remark(e, text, strlen(text));
}

/* An inferred call: it happens at the time of the segment for which it is needed. */
static void infer(struct export *e, uint64_t ns, const char *call)
{
    put_time(e, ns);
    str_put(&e->out, call);
    str_put_char(&e->out, '\n');
}

static void infer_write(struct export *e, uint64_t ns, uint32_t bytes)
{
    put_time(e, ns);
    str_put(&e->out, "write(4, ..., ");
    str_put_u64(&e->out, bytes);
    str_put(&e->out, ") = ");
    str_put_u64(&e->out, bytes);
    str_put_char(&e->out, '\n');
}

/* What the program has to do before this segment can be sent or received. */
static void infer_before(struct export *e, const struct row *r)
{
    struct pkt *p = e->own;
    if (!p->begun) {
        put_words(e, N_("Only the segments are known: the calls are inferred."));
        if (!(r->labels & LBL(SYN)))
            put_words(e, N_("It begins in the middle: packetdrill needs a handshake first."));
        infer(e, r->time_ns, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 3");
        infer(e, r->time_ns, "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");
        infer(e, r->time_ns, "bind(3, ..., ...) = 0");
        infer(e, r->time_ns, "listen(3, 1) = 0");
    }
    if (r->side != SIDE_SERVER || p->closed)
        return;
    if (row_len(r) > 0 && !(r->labels & (LBL(RETRANSMISSION) | LBL(ZERO_WINDOW_PROBE) | LBL(KEEP_ALIVE))))
        infer_write(e, r->time_ns, row_len(r));
    if ((r->flags & TCP_FIN) && !(r->labels & LBL(RETRANSMISSION))) {
        infer(e, r->time_ns, "close(4) = 0");
        p->closed = true;
    }
}

static void put_segment(struct export *e, const struct row *r)
{
    static const char *const ecn[] = {"", "[ect1] ", "[ect0] ", "[ce] "};
    struct pkt *p = e->own;
    struct seg seg;
    if (!session_seg(e->session, r, &seg))
        return;
    if (!p->known)
        infer_before(e, r);
    put_time(e, r->time_ns);
    str_put(&e->out, r->side == SIDE_CLIENT ? "< " : "> ");
    str_put(&e->out, ecn[seg.ecn & 3]);
    drill_segment(&e->out, e->session, r, &seg, r->side == SIDE_CLIENT);
    str_clear(&e->note);
    str_put_char(&e->note, '#');
    str_put_u64(&e->note, r->frame);
    str_put_char(&e->note, ' ');
    say_brief(&e->note, &e->voice, e->session, r);
    str_put(&e->out, "  ");
    put_remark(e, e->note.at, e->note.len);
    if (!p->known && !p->accepted && (r->labels & LBL(HANDSHAKE_ACK)) && r->side == SIDE_CLIENT) {
        infer(e, r->time_ns, "accept(3, ..., ...) = 4");
        p->accepted = true;
    }
}

/* A name and its arguments where they are words that packetdrill reads. */
static bool drillable(const char *text)
{
    static const char more[] = "_ ,[]{}=.";
    for (; *text; text++) {
        bool word = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
                    (*text >= '0' && *text <= '9');
        if (!word && !strchr(more, *text))
            return false;
    }
    return true;
}

/* The call with the arguments that packetdrill wants; false: it has no such call. */
static bool put_name(struct str *out, const struct event_call *c)
{
    int64_t n = c->errname || c->result == 0 ? 1000 : c->result;
    bool sized = false; /* `how` leads up to n */
    const char *how = NULL;
    switch (c->kind) {
    case CALL_SOCKET: str_put(out, "socket(..., SOCK_STREAM, IPPROTO_TCP)"); return true;
    case CALL_BIND: how = ", ..., ...)"; break;
    case CALL_LISTEN: n = c->value, how = ", ", sized = true; break;
    case CALL_ACCEPT: how = ", ..., ...)"; break;
    case CALL_READ:
    case CALL_WRITE: how = ", ..., ", sized = true; break;
    case CALL_CLOSE:
    case CALL_ABORT: how = ")"; break;
    case CALL_SHUTDOWN_RD: how = ", SHUT_RD)"; break;
    case CALL_SHUTDOWN_WR: how = ", SHUT_WR)"; break;
    case CALL_SHUTDOWN_RDWR: how = ", SHUT_RDWR)"; break;
    case CALL_OTHER:
        if (strcmp(c->name, "setsockopt") != 0 || !c->args || !drillable(c->args))
            return false;
        str_put(out, "setsockopt(");
        str_put(out, c->args);
        str_put_char(out, ')');
        return true;
    case CALL_CONNECT:
    case CALL_CRASH:
    case CALL_KINDS: return false;
    }
    const char *name = c->kind == CALL_ACCEPT ? "accept" : c->kind == CALL_ABORT ? "close" : c->name;
    str_put(out, drillable(name) ? name : "call");
    str_put_char(out, '(');
    str_put_i64(out, c->fd);
    str_put(out, how);
    if (sized) {
        str_put_i64(out, n);
        str_put_char(out, ')');
    }
    return true;
}

static void put_call(struct export *e, const struct row *r, const struct event_call *c)
{
    struct pkt *p = e->own;
    size_t start = e->out.len;
    if (c->side == SIDE_SERVER) {
        struct pkt before = *p;
        put_time(e, r->time_ns);
        if (put_name(&e->out, c)) {
            str_put(&e->out, " = ");
            str_put_i64(&e->out, c->errname ? -1 : c->result);
            if (c->errname && drillable(c->errname)) {
                str_put_char(&e->out, ' ');
                str_put(&e->out, c->errname);
                str_put(&e->out, " (failed)");
            }
            str_put_char(&e->out, '\n');
            p->known = true;
            return;
        }
        str_cut(&e->out, start);
        *p = before;
    }
    str_clear(&e->note);
    str_put(&e->note, say(&e->voice, c->side == SIDE_CLIENT ? N_("client") : N_("server")));
    str_put(&e->note, ": ");
    say_call(&e->note, &e->voice, c);
    put_remark(e, e->note.at, e->note.len);
}

/* What an ICMP error says; what became of a frame on the wire. */
static void put_beside(struct export *e, const struct row *r)
{
    str_clear(&e->note);
    if (r->kind == EVENT_WIRE)
        say_wire(&e->note, &e->voice, e->session, r);
    else
        (void)say_icmp(&e->note, &e->voice, e->session, r);
    put_remark(e, e->note.at, e->note.len);
}

static void pkt_row(struct export *e, uint32_t row)
{
    const struct row *r = session_row(e->session, row);
    struct pkt *p = e->own;
    if (!r || !session_shown(e->session, r))
        return;
    if (p->conn == NO_CONN)
        p->conn = r->conn;
    if (r->conn != NO_CONN && r->conn != p->conn) {
        p->left++;
        return;
    }
    size_t len = 0;
    const char *note = session_note(e->session, r, &len, NULL);
    const struct event_call *call = session_call(e->session, r);
    if (r->kind == EVENT_SEGMENT)
        put_segment(e, r);
    else if (call)
        put_call(e, r, call);
    else if (note)
        put_remark(e, note, len);
    else
        put_beside(e, r);
    e->out.failed = e->out.failed || e->note.failed;
}

static void pkt_open(struct export *e)
{
    struct pkt *p = e->own;
    p->conn = NO_CONN;
}

static void pkt_begin(struct export *e)
{
    const char *source = session_source(e->session);
    str_clear(&e->note);
    str_put(&e->note, "tcpviz " TCPVIZ_VERSION " ");
    str_put(&e->note, source);
    put_remark(e, e->note.at, e->note.len);
}

static void pkt_end(struct export *e)
{
    struct pkt *p = e->own;
    if (p->left == 0)
        return;
    struct str number;
    str_init(&number, e->out.mem);
    str_put_u64(&number, p->left);
    str_clear(&e->note);
    say_fill(&e->note, say(&e->voice, N_("rows of other connections, left out: {n}")), "n", number.at, NULL);
    put_remark(e, e->note.at, e->note.len);
    e->out.failed = e->out.failed || number.failed || e->note.failed;
    str_release(&number);
}

const struct export_writer pkt_writer = {
    .own = sizeof(struct pkt), .open = pkt_open, .begin = pkt_begin, .row = pkt_row, .end = pkt_end};
