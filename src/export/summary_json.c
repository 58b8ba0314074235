/* summary_json.c: one object a connection, with what each side sent. RTTs are seconds; null where none was
 * measured. */
#include "export/json.h"
#include "export/summary_lines.h"

static void put_count(struct str *out, const char *name, uint64_t v)
{
    json_key(out, name);
    str_put_u64(out, v);
}

static void put_rtt(struct str *out, const char *name, uint64_t ns, bool known)
{
    if (known) {
        json_time(out, name, ns);
    } else {
        json_key(out, name);
        str_put(out, "null");
    }
}

static void put_flow(struct str *out, const char *name, const struct flow_stats *f)
{
    bool known = f->rtt_samples > 0;
    json_key(out, name);
    str_put_char(out, '{');
    put_count(out, "segments", f->segments);
    put_count(out, "bytes", f->bytes);
    put_count(out, "unique_bytes", f->unique_bytes);
    put_count(out, "data_segments", f->data_segments);
    put_count(out, "pure_acks", f->pure_acks);
    put_count(out, "retransmitted_segments", f->retransmitted_segments);
    put_count(out, "retransmitted_bytes", f->retransmitted_bytes);
    put_count(out, "out_of_order", f->out_of_order);
    put_count(out, "zero_windows", f->zero_windows);
    put_count(out, "keep_alives", f->keep_alives);
    put_count(out, "syns", f->syns);
    put_count(out, "fins", f->fins);
    put_count(out, "resets", f->resets);
    put_rtt(out, "rtt_min", f->rtt_min_ns, known);
    put_rtt(out, "rtt_avg", known ? f->rtt_sum_ns / f->rtt_samples : 0, known);
    put_rtt(out, "rtt_max", f->rtt_max_ns, known);
    put_count(out, "rtt_samples", f->rtt_samples);
    str_put_char(out, '}');
}

static void put_end(struct str *out, const char *name, const struct endpoint *at)
{
    json_key(out, name);
    str_put_char(out, '"');
    str_put_endpoint(out, at);
    str_put_char(out, '"');
}

void summary_json(struct str *out, uint32_t conn, const struct conn_view *c)
{
    str_put_char(out, '{');
    json_text(out, "type", "connection");
    json_conn(out, conn);
    put_end(out, "client", &c->tuple.end[SIDE_CLIENT]);
    put_end(out, "server", &c->tuple.end[SIDE_SERVER]);
    json_time(out, "first", c->first_ns);
    json_time(out, "last", c->last_ns);
    json_text(out, "client_state", state_name(c->state[SIDE_CLIENT]));
    json_text(out, "server_state", state_name(c->state[SIDE_SERVER]));
    put_flow(out, "from_client", &c->stats[SIDE_CLIENT]);
    put_flow(out, "from_server", &c->stats[SIDE_SERVER]);
    str_put(out, "}\n");
}
