/* labsheet.c: a question, then its answer, then the next. Each question is a function: it says the question
 * and, where the sheet has answers, what this connection answers. */
#include "export/labsheet.h"

#include <string.h>

#include "scene/labsheet.h"

enum { WIDTH = 78, INDENT = 4, NUMBERS = 8, LINES = 3 };

struct sheet {
    struct str out;
    struct str words, number[NUMBERS]; /* of the text under way */
    size_t numbers;
    const struct session *session;
    const struct voice *voice;
    const struct labsheet *lab;
    enum labsheet_kind kind;
    unsigned question;
    bool begun; /* a line of the text under way was put */
};

static void put_line(void *ctx, const char *at, size_t len)
{
    struct sheet *s = ctx;
    str_put_rep(&s->out, " ", s->begun ? INDENT : 0);
    s->begun = true;
    str_put_n(&s->out, at, len);
    str_put_char(&s->out, '\n');
}

/* Beside the number of a question stands it, or in a key its answer; what follows stands below. */
static void put_text(struct sheet *s, const char *text, size_t len)
{
    text_wrap(text, len, WIDTH - INDENT, put_line, s);
}

static void ask(struct sheet *s, const char *english)
{
    s->question++;
    str_put_char(&s->out, '\n');
    str_put(&s->out, s->question < 10 ? " " : "");
    str_put_u64(&s->out, s->question);
    str_put(&s->out, ". ");
    s->begun = false;
    const char *text = say(s->voice, english);
    if (s->kind != LABSHEET_ANSWERS)
        put_text(s, text, strlen(text));
    if (s->kind == LABSHEET_WHOLE)
        str_put_char(&s->out, '\n');
}

/* Whether an answer is wanted; else there is room for one. */
static bool answers(struct sheet *s)
{
    if (s->kind != LABSHEET_BLANK)
        return true;
    for (int i = 0; i < LINES; i++) {
        str_put_char(&s->out, '\n');
        str_put_rep(&s->out, " ", INDENT);
        str_put_rep(&s->out, "_", WIDTH - INDENT);
        str_put_char(&s->out, '\n');
    }
    return false;
}

/* Numbers as texts for tell(); they stay until the next question. */
static struct str *fresh(struct sheet *s)
{
    struct str *n = &s->number[s->numbers++ % NUMBERS];
    str_clear(n);
    return n;
}

static const char *number(struct sheet *s, uint64_t v)
{
    struct str *n = fresh(s);
    str_put_u64(n, v);
    return n->at;
}

/* Seconds since the start. */
static const char *moment(struct sheet *s, uint64_t ns)
{
    const uint64_t start = session_start(s->session);
    struct str *n = fresh(s);
    str_put_fixed(n, (ns > start ? ns - start : 0) / 1000, 6);
    return n->at;
}

static const char *seconds(struct sheet *s, uint64_t ns)
{
    struct str *n = fresh(s);
    str_put_fixed(n, ns / 1000, 6);
    return n->at;
}

static const char *endpoint(struct sheet *s, const struct endpoint *e)
{
    struct str *n = fresh(s);
    str_put_endpoint(n, e);
    return n->at;
}

static const char *side_words(const struct sheet *s, enum side side)
{
    return say(s->voice, side == SIDE_CLIENT ? N_("client") : N_("server"));
}

static void end_tell(struct sheet *s)
{
    put_text(s, s->words.at, s->words.len);
    str_clear(&s->words);
}

/* An answer: a text with its places filled by pairs of a name and a value, ended by NULL. */
#define tell(s, english, ...) (say_fill(&(s)->words, say((s)->voice, (english)), __VA_ARGS__), end_tell(s))

static void ask_ends(struct sheet *s)
{
    const struct labsheet *l = s->lab;
    ask(s, N_("Which addresses and ports do the client and the server use?"));
    if (!answers(s))
        return;
    tell(s,
         l->syn_frame
             ? N_("The client is {client}, the server {server}: the client is the one that sends the "
                  "first SYN.")
             : N_("The client is {client}, the server {server}; the SYN was not captured, so this "
                  "goes by the first segment."),
         "client", endpoint(s, &l->view.tuple.end[SIDE_CLIENT]), "server",
         endpoint(s, &l->view.tuple.end[SIDE_SERVER]), NULL);
}

static void ask_syn(struct sheet *s)
{
    const struct labsheet *l = s->lab;
    ask(s, N_("Which sequence number begins the connection? What in the segment says that it is a SYN? Does "
              "it permit SACK?"));
    if (!answers(s))
        return;
    if (!l->syn_frame) {
        tell(s, N_("The SYN was not captured."), NULL, NULL);
        return;
    }
    tell(s,
         N_("Segment #{n} has the number {raw}, which counts as 0 from here on. Its flag SYN is set and its "
            "flag ACK is not. SACK permitted: {sack}."),
         "n", number(s, l->syn_frame), "raw", number(s, l->view.isn[SIDE_CLIENT]), "sack",
         say(s->voice, l->sack[SIDE_CLIENT] ? N_("yes") : N_("no")), NULL);
}

static void ask_syn_ack(struct sheet *s)
{
    const struct labsheet *l = s->lab;
    ask(s,
        N_("Which number does the SYN ACK have, which does it acknowledge, and how does the server come to "
           "that? What says that it is a SYN ACK?"));
    if (!answers(s))
        return;
    if (!l->reply_frame || !l->syn_frame) {
        tell(s, N_("The SYN ACK was not captured."), NULL, NULL);
        return;
    }
    tell(s,
         N_("Segment #{n} has the number {raw} of its own and acknowledges {ack}: that is {syn} + 1, for the "
            "SYN takes one number. Its flags SYN and ACK are both set."),
         "n", number(s, l->reply_frame), "raw", number(s, l->view.isn[SIDE_SERVER]), "ack",
         number(s, (uint32_t)(l->view.isn[SIDE_CLIENT] + 1)), "syn", number(s, l->view.isn[SIDE_CLIENT]),
         NULL);
}

static void ask_data(struct sheet *s)
{
    const struct labsheet *l = s->lab;
    ask(s, N_("Which side sends the data, and how much? Which segment begins it, with which number?"));
    if (!answers(s))
        return;
    const uint32_t row = l->firsts ? session_frame(s->session, l->first[0].frame) : NO_ROW;
    const struct row *r = row == NO_ROW ? NULL : session_row(s->session, row);
    if (!r) {
        tell(s, N_("There is no data."), NULL, NULL);
        return;
    }
    struct str *title = fresh(s);
    say_title(title, s->voice, s->session, r);
    tell(s, N_("The {side} sends {bytes} bytes. Segment #{n} begins them, with the number {seq} ({title})."),
         "side", side_words(s, l->sender), "bytes", number(s, l->view.stats[l->sender].unique_bytes), "n",
         number(s, l->first[0].frame), "seq", number(s, l->first[0].seq), "title", title->at, NULL);
}

/* A cell of so many columns, its text at the right. */
static void put_cell(struct sheet *s, const char *text, size_t cells)
{
    const size_t used = cells_of(text, strlen(text));
    str_put_rep(&s->out, " ", used < cells ? cells - used : 1);
    str_put(&s->out, text);
}

enum { COLUMN_NUMBER = 10, COLUMN_TIME = 13 };

static void put_table_head(struct sheet *s)
{
    static const struct {
        const char *words;
        size_t cells;
    } head[] = {{"#", COLUMN_NUMBER - 2},        {N_("number"), COLUMN_NUMBER},
                {N_("sent at, s"), COLUMN_TIME}, {N_("ACK"), COLUMN_NUMBER - 2},
                {N_("came at, s"), COLUMN_TIME}, {N_("RTT, s"), COLUMN_TIME - 2},
                {N_("estimate, s"), COLUMN_TIME}};
    for (size_t i = 0; i < COUNT_OF(head); i++)
        put_cell(s, say(s->voice, head[i].words), head[i].cells);
    str_put_char(&s->out, '\n');
}

static void put_first(struct sheet *s, const struct lab_segment *f, uint64_t *estimate)
{
    const bool sample = f->ack_frame && !f->again && !f->behind;
    const uint64_t rtt = f->ack_ns > f->sent_ns ? f->ack_ns - f->sent_ns : 0;
    struct str *hash = fresh(s);
    if (sample)
        *estimate = *estimate ? *estimate - *estimate / 8 + rtt / 8 : rtt;
    str_put_char(hash, '#');
    str_put_u64(hash, f->frame);
    put_cell(s, hash->at, COLUMN_NUMBER - 2);
    put_cell(s, number(s, f->seq), COLUMN_NUMBER);
    put_cell(s, moment(s, f->sent_ns), COLUMN_TIME);
    hash = fresh(s);
    str_put_char(hash, f->ack_frame ? '#' : '-');
    if (f->ack_frame)
        str_put_u64(hash, f->ack_frame);
    put_cell(s, hash->at, COLUMN_NUMBER - 2);
    put_cell(s, f->ack_frame ? moment(s, f->ack_ns) : "-", COLUMN_TIME);
    put_cell(s, sample ? seconds(s, rtt) : "-", COLUMN_TIME - 2);
    put_cell(s, sample ? seconds(s, *estimate) : "-", COLUMN_TIME);
    str_put_char(&s->out, '\n');
}

enum left_out { LEFT_AGAIN, LEFT_BEHIND, LEFT_ALONE, LEFT_KINDS };

static enum left_out left_out(const struct lab_segment *f)
{
    return f->again ? LEFT_AGAIN : !f->ack_frame ? LEFT_ALONE : f->behind ? LEFT_BEHIND : LEFT_KINDS;
}

/* Of each segment without an RTT, why it has none. */
static void tell_left_out(struct sheet *s)
{
    static const char *const why[LEFT_KINDS] = {
        [LEFT_AGAIN] =
            N_("No RTT of {frames}: sent again before the ACK came, and nobody can tell which of the "
               "copies it answers (Karn's rule)."),
        [LEFT_BEHIND] =
            N_("No RTT of {frames}: the ACK also covers what was sent again. It may have waited for "
               "that copy, so the time to it is no round trip."),
        [LEFT_ALONE] = N_("No RTT of {frames}: no ACK came."),
    };
    const struct labsheet *l = s->lab;
    for (int kind = 0; kind < LEFT_KINDS; kind++) {
        struct str *frames = fresh(s);
        for (size_t i = 0; i < l->firsts; i++)
            if (left_out(&l->first[i]) == (enum left_out)kind) {
                str_put(frames, frames->len > 0 ? ", #" : "#");
                str_put_u64(frames, l->first[i].frame);
            }
        if (frames->len > 0)
            tell(s, why[kind], "frames", frames->at, NULL);
    }
}

static void ask_round_trips(struct sheet *s)
{
    const struct labsheet *l = s->lab;
    uint64_t estimate = 0;
    ask(s, N_("Of the first six segments with data: when was each sent, when did its ACK come, what is its "
              "round-trip time (RTT), and what the estimate after it, with alpha = 1/8?"));
    str_put(&s->out, s->kind == LABSHEET_ANSWERS ? "\n" : "");
    put_table_head(s);
    for (size_t i = 0; s->kind == LABSHEET_BLANK && i < LAB_FIRST; i++)
        str_put(&s->out, "\n");
    for (size_t i = 0; s->kind != LABSHEET_BLANK && i < l->firsts; i++)
        put_first(s, &l->first[i], &estimate);
    if (s->kind == LABSHEET_BLANK)
        return;
    s->begun = true;
    tell(s,
         N_("The first RTT is the first estimate; after that it is 7/8 of the estimate before and 1/8 of the "
            "RTT."),
         NULL, NULL);
    tell_left_out(s);
}

static void ask_lengths(struct sheet *s)
{
    const struct labsheet *l = s->lab;
    ask(s, N_("How long is each of these six segments?"));
    if (!answers(s))
        return;
    for (size_t i = 0; i < l->firsts; i++)
        tell(s, N_("#{n}: {len} bytes of data, {whole} with its TCP header."), "n",
             number(s, l->first[i].frame), "len", number(s, l->first[i].len), "whole",
             number(s, (uint64_t)l->first[i].len + l->first[i].header), NULL);
    if (l->firsts == 0)
        tell(s, N_("There is no data."), NULL, NULL);
}

static void ask_window(struct sheet *s)
{
    const struct labsheet *l = s->lab;
    ask(s,
        N_("What is the smallest window that the receiver advertises? Did the lack of room there ever hold "
           "the sender back?"));
    if (!answers(s))
        return;
    if (!l->least_frame) {
        tell(s, N_("The receiver was not heard."), NULL, NULL);
        return;
    }
    tell(s,
         l->full || l->zero
             ? N_("{window} bytes, in #{n}. Yes: segments that fill the window: {full}; ACKs that close it: "
                  "{zero}.")
             : N_("{window} bytes, in #{n}. No: no segment fills the window, and no ACK closes it."),
         "window", number(s, l->least_window), "n", number(s, l->least_frame), "full", number(s, l->full),
         "zero", number(s, l->zero), NULL);
}

static void ask_again(struct sheet *s)
{
    const struct labsheet *l = s->lab;
    ask(s, N_("Were segments sent again? How do you know?"));
    if (!answers(s))
        return;
    if (l->repeats == 0) {
        tell(s, N_("No: every segment with data has numbers that were not sent before."), NULL, NULL);
        return;
    }
    struct str *frames = fresh(s);
    for (size_t i = 0; i < l->repeats && i < LAB_AGAIN; i++) {
        str_put(frames, i ? ", #" : "#");
        str_put_u64(frames, l->again[i]);
    }
    str_put(frames, l->repeats > LAB_AGAIN ? ", ..." : "");
    tell(s, N_("Yes, {n}: {frames}. Their numbers were sent before."), "n", number(s, l->repeats), "frames",
         frames->at, NULL);
}

static void ask_acks(struct sheet *s)
{
    const struct labsheet *l = s->lab;
    ask(s, N_("How much does the receiver acknowledge with one ACK? Are there ACKs for more than one "
              "segment?"));
    if (!answers(s))
        return;
    if (l->acks == 0) {
        tell(s, N_("Nothing was acknowledged."), NULL, NULL);
        return;
    }
    tell(s, N_("{average} bytes on average, from {least} to {most}, in {acks} ACKs."), "average",
         number(s, l->acked_sum / l->acks), "least", number(s, l->acked_least), "most",
         number(s, l->acked_most), "acks", number(s, l->acks), NULL);
    tell(s,
         l->acks_several
             ? N_("For more than one full segment: {several}. A receiver may wait for a second segment "
                  "(RFC 9293 3.8.6.3), and an ACK that closes a gap covers what came behind it.")
             : N_("None is for more than one full segment."),
         "several", number(s, l->acks_several), NULL);
}

static void ask_throughput(struct sheet *s)
{
    const struct labsheet *l = s->lab;
    ask(s, N_("What is the throughput, bytes over time? Show the sum."));
    if (!answers(s))
        return;
    const uint64_t ns = l->to_ns > l->from_ns ? l->to_ns - l->from_ns : 0, bytes = l->acked_sum;
    if (l->acks == 0 || ns == 0) {
        tell(s, N_("Nothing was acknowledged."), NULL, NULL);
        return;
    }
    tell(s,
         N_("From the first data, at {from} s, to the last ACK of data, at {to} s, the numbers went from "
            "{seq} "
            "to {ack}: {bytes} bytes in {span} s, that is {rate} bytes a second."),
         "from", moment(s, l->from_ns), "to", moment(s, l->to_ns), "seq", number(s, l->from_seq), "ack",
         number(s, l->to_ack), "bytes", number(s, bytes), "span", seconds(s, ns), "rate",
         number(s, (uint64_t)((double)bytes * 1e9 / (double)ns)), NULL);
}

static void put_head(struct sheet *s)
{
    const struct labsheet *l = s->lab;
    const char *source = session_source(s->session);
    str_put(&s->out, say(s->voice, s->kind == LABSHEET_ANSWERS ? N_("TCP lab sheet: the answers")
                                                               : N_("TCP lab sheet")));
    str_put(&s->out, "\n\n");
    str_put_safe(&s->out, source, strlen(source), s->voice->ascii);
    str_put_char(&s->out, '\n');
    if (l->conn != NO_CONN)
        say_conn(&s->out, s->voice, l->conn, &l->view.tuple);
    else
        str_put(&s->out, say(s->voice, N_("There is no connection in it.")));
    str_put_char(&s->out, '\n');
    if (session_conns(s->session) > 1) {
        tell(s, N_("It has the most data of {n} connections; a filter chooses another."), "n",
             number(s, session_conns(s->session)), NULL);
    }
}

bool labsheet_put(const struct session *session, const struct voice *v, enum labsheet_kind kind,
                  struct export_sink sink, const struct mem *m)
{
    static void (*const questions[])(struct sheet * s) = {
        ask_ends,    ask_syn,    ask_syn_ack, ask_data, ask_round_trips,
        ask_lengths, ask_window, ask_again,   ask_acks, ask_throughput,
    };
    struct labsheet lab;
    struct sheet s = {.session = session, .voice = v, .lab = &lab, .kind = kind};
    const bool known = labsheet_of(&lab, session, m);
    str_init(&s.out, m);
    str_init(&s.words, m);
    for (size_t i = 0; i < NUMBERS; i++)
        str_init(&s.number[i], m);
    put_head(&s);
    for (size_t i = 0; lab.conn != NO_CONN && i < COUNT_OF(questions); i++)
        questions[i](&s);
    bool good = known && !s.out.failed && !s.words.failed;
    for (size_t i = 0; i < NUMBERS; i++) {
        good = good && !s.number[i].failed;
        str_release(&s.number[i]);
    }
    good = good && sink.put(sink.ctx, s.out.at, s.out.len);
    str_release(&s.words);
    str_release(&s.out);
    return good;
}
