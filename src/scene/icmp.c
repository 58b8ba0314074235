/* icmp.c: the words of an ICMP error that quotes a segment. */
#include "scene/fill.h"

/* "ICMP (#12): port unreachable": the frame is the one it quotes. */
bool say_icmp_brief(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    uint32_t quotes;
    const struct icmp_error *e = session_icmp(s, r, &quotes);
    if (!e)
        return false;
    str_put(out, "ICMP");
    if (quotes) {
        str_put(out, " (#");
        str_put_u64(out, quotes);
        str_put_char(out, ')');
    }
    str_put(out, ": ");
    put_words(out, v, icmp_what(e->id));
    if (e->mtu) {
        str_put(out, ", MTU ");
        str_put_u64(out, e->mtu);
    }
    return true;
}

/* "#12", where it is known. */
static void put_quoted(struct str *out, const struct voice *v, uint32_t quotes)
{
    if (quotes) {
        str_put_char(out, '#');
        str_put_u64(out, quotes);
        return;
    }
    put_words(out, v, N_("a segment that was not seen"));
}

bool say_icmp(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    uint32_t quotes;
    const struct icmp_error *e = session_icmp(s, r, &quotes);
    if (!e)
        return false;
    struct str from, src, dst, what, quoted;
    struct str *texts[] = {&from, &src, &dst, &what, &quoted};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        str_init(texts[i], out->mem);
    str_put_addr(&from, &e->from);
    str_put_endpoint(&src, &e->src);
    str_put_endpoint(&dst, &e->dst);
    put_words(&what, v, icmp_what(e->id));
    if (e->mtu) {
        str_put(&what, ", MTU ");
        str_put_u64(&what, e->mtu);
    }
    put_quoted(&quoted, v, quotes);
    put_filled(out, v, N_("An ICMP error of {from} quotes {quoted}, from {src} to {dst}: {what}."), "from",
               from.at, "quoted", quoted.at, "src", src.at, "dst", dst.at, "what", what.at, NULL);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        out->failed = out->failed || texts[i]->failed;
        str_release(texts[i]);
    }
    put_clock_back(out, v, s, r);
    return true;
}

bool say_icmp_means(struct str *out, const struct voice *v, const struct session *s, const struct row *r)
{
    uint32_t quotes;
    const struct icmp_error *e = session_icmp(s, r, &quotes);
    if (e)
        put_words(out, v, icmp_means(e->id));
    return e != NULL;
}
