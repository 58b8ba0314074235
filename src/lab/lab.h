/* lab.h: the experiment: a real server, a real client, in one process, on a loopback.
 *
 * Set up in three steps, because the sniffer must be open before the server listens: lab_prepare (namespace,
 * loopback, sysctls), then the app opens the sniffer, then lab_up. Verbs act at once and never wait; what the
 * programs then do (accept, read, write) happens in lab_act. Every system call of the two programs goes to
 * the sink as an event. */
#ifndef TCPVIZ_LAB_LAB_H
#define TCPVIZ_LAB_LAB_H

#include "core/event.h"
#include "core/mem.h"
#include "plat/fail.h"
#include "plat/hosts.h"
#include "plat/loop.h"

enum lab_kind { LAB_PRIVATE, LAB_HOST, LAB_WIRE };

struct lab_options {
    enum lab_kind kind;
    bool ipv6;
    uint16_t port;
    int backlog;
    int keepalive_s;
    uint16_t client_port; /* of the first connection, the next ones count up; 0: the kernel chooses */
    const struct mem *mem;
    struct loop *loop;
    struct event_sink sink;
    struct hosts *hosts; /* of the wire, borrowed: lab_prepare makes them. NULL elsewhere */
};

struct lab;

/* The namespace of the private loopback, or the two hosts of the wire; nothing for the host's. Before any
 * thread exists. False: f has what, why and the ways out. Warnings (a sysctl that could not be written) go to
 * `warn`, a line each. */
bool lab_prepare(const struct lab_options *o, void (*warn)(void *ctx, const char *line), void *ctx,
                 struct fail *f);
/* socket, SO_REUSEADDR, bind, listen: the server waits in accept(). NULL: f says why. */
struct lab *lab_up(const struct lab_options *o, struct fail *f);
/* Closes everything. What it does then is not part of the session. */
void lab_down(struct lab *l);
/* Both programs act until neither has anything ready. Returns whether anything was done. */
bool lab_act(struct lab *l);
/* Connections gone, settings as at the start. */
void lab_reset(struct lab *l);

/* The server's endpoint, and the interface to sniff on ("lo"). */
void lab_server(const struct lab *l, struct endpoint *out);

/* A connection is named by its tuple. A verb that can't be done now (nothing waits for an answer) sets f with
 * status FAIL_EXPECT and returns false; a system call that fails is an event, no failure. */
/* last: the last one's; all zero where connect() found no free port. */
bool lab_connect(struct lab *l, int count, struct tuple *last,
                 struct fail *f); /* last: of the last one made */
/* On the wire: both programs connect to each other at once. */
bool lab_connect_both(struct lab *l, struct tuple *named, struct fail *f);
bool lab_send(struct lab *l, const struct tuple *t, uint64_t body, const char *fill, bool post,
              struct fail *f);
bool lab_write(struct lab *l, const struct tuple *t, enum side side, uint64_t bytes, struct fail *f);
/* At most 64 KiB at once, of which the last byte is urgent. */
bool lab_urgent(struct lab *l, const struct tuple *t, enum side side, uint64_t bytes, struct fail *f);
bool lab_respond(struct lab *l, const struct tuple *t, const char *text, size_t len, struct fail *f);
bool lab_auto(struct lab *l, bool on, struct fail *f);
/* bytes: -1 goes on reading, 0 stops, else reads so many now and stops. t NULL: the default of connections to
 * come. */
bool lab_read(struct lab *l, const struct tuple *t, enum side side, int64_t bytes, struct fail *f);
bool lab_accept(struct lab *l, bool on, struct fail *f);
bool lab_listen(struct lab *l, int backlog, struct fail *f); /* -1: listen off */
enum lab_end { LAB_CLOSE, LAB_SHUTDOWN_RD, LAB_SHUTDOWN_WR, LAB_SHUTDOWN_RDWR, LAB_ABORT, LAB_CRASH };
bool lab_end(struct lab *l, const struct tuple *t, enum side side, enum lab_end how, struct fail *f);
/* On the wire: that host starts anew. Its programs and its kernel have forgotten every connection, and nobody
 * listens. What the kernel says while it is cleared away is for the caller to keep from being heard. */
bool lab_reboot(struct lab *l, enum side side, struct fail *f);
/* seconds 0: off. interval 0: as seconds; count 0: the system's. t NULL: connections to come. */
bool lab_keepalive(struct lab *l, const struct tuple *t, enum side side, int seconds, int interval, int count,
                   struct fail *f);
/* An option of the table in lab/options.def (nodelay, cork, rcvbuf …). */
bool lab_set(struct lab *l, const struct tuple *t, enum side side, const char *option, const char *value,
             struct fail *f);
/* net.ipv4.NAME, or the whole name; not on the host's loopback. side: whose, on the wire; SIDE_NONE: all. */
bool lab_sysctl(struct lab *l, enum side side, const char *name, const char *value, struct fail *f);

/* What a program does at the moment, and what it read: for the panels. */
enum lab_waits {
    WAITS_NOTHING,
    WAITS_ACCEPT,
    WAITS_READ,
    WAITS_WRITE,
    WAITS_TEACHER,
    WAITS_CONNECT,
    WAITS_CLOSED,
    WAITS_STOPPED
};
struct lab_program {
    enum lab_waits waits;
    bool open;        /* it holds a descriptor of this connection */
    int fd;           /* -1 if not */
    const char *text; /* what it read last, whole (raw bytes); borrowed until the next lab_act */
    size_t text_len;
    uint64_t read_bytes, written_bytes;
    unsigned requests_waiting; /* server: requests that are complete and not answered */
    bool peer_closed;          /* read() returned 0 */
};
bool lab_program(const struct lab *l, const struct tuple *t, enum side side, struct lab_program *out);
bool lab_listening(const struct lab *l);
bool lab_accepting(const struct lab *l);

/* Names for completion: options of `set`, in order; NULL past the end. */
const char *lab_option_name(size_t i);

#endif
