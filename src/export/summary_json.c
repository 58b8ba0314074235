/* summary_json.c: one object a connection, with what each side sent. RTTs are seconds; null where none was
 * measured. */
#include "export/json.h"
#include "export/summary_lines.h"

static void put_rtt(struct str *out, uint64_t ns, bool known)
{
    if (known)
        json_seconds(out, ns);
    else
        str_put(out, "null");
}

static void put_flow(struct str *out, const struct flow_stats *f)
{
    bool known = f->rtt_samples > 0;
    json_begin(out, "segments");
    str_put_u64(out, f->segments);
    json_number(out, "bytes", flow_bytes(f));
    json_number(out, "unique_bytes", f->unique_bytes);
    json_number(out, "data_segments", f->data_segments);
    json_number(out, "pure_acks", f->pure_acks);
    json_number(out, "retransmitted_segments", f->retransmitted_segments);
    json_number(out, "retransmitted_bytes", f->retransmitted_bytes);
    json_number(out, "out_of_order", f->out_of_order);
    json_number(out, "zero_windows", f->zero_windows);
    json_number(out, "keep_alives", f->keep_alives);
    json_number(out, "syns", f->syns);
    json_number(out, "fins", f->fins);
    json_number(out, "resets", f->resets);
    json_key(out, "rtt_min");
    put_rtt(out, f->rtt_min_ns, known);
    json_key(out, "rtt_avg");
    put_rtt(out, known ? f->rtt_sum_ns / f->rtt_samples : 0, known);
    json_key(out, "rtt_max");
    put_rtt(out, f->rtt_max_ns, known);
    json_number(out, "rtt_samples", f->rtt_samples);
    str_put_char(out, '}');
}

void summary_json(struct str *out, uint32_t conn, const struct conn_view *c)
{
    json_begin(out, "type");
    str_put(out, "\"connection\"");
    json_conn(out, conn);
    json_endpoint(out, "client", &c->tuple.end[SIDE_CLIENT]);
    json_endpoint(out, "server", &c->tuple.end[SIDE_SERVER]);
    json_time(out, "first", c->first_ns);
    json_time(out, "last", c->last_ns);
    json_text(out, "client_state", state_name(c->state[SIDE_CLIENT]));
    json_text(out, "server_state", state_name(c->state[SIDE_SERVER]));
    json_key(out, "from_client");
    put_flow(out, &c->stats[SIDE_CLIENT]);
    json_key(out, "from_server");
    put_flow(out, &c->stats[SIDE_SERVER]);
    str_put(out, "}\n");
}
