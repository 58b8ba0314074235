/* fields.c: link and IP headers, and the data. What the capture cut off is not shown. */
#include "scene/fields.h"

#include "core/cur.h"
#include "scene/fill.h"

struct str *field_add(struct fields *f, const char *name, uint32_t at, uint32_t len)
{
    struct detail *d = f->detail;
    if (d->fields == DETAIL_FIELDS || at > d->caplen)
        return NULL;
    struct detail_field *field = &d->field[d->fields++];
    field->name = say(f->voice, name);
    field->at = at;
    field->len = len < d->caplen - at ? len : d->caplen - at;
    field->layer = f->layer;
    str_clear(&field->value);
    return &field->value;
}

/* A number of `len` bytes (1 to 4) in network order; 0 where it was not captured. */
static uint32_t number_at(const struct fields *f, uint32_t at, uint32_t len)
{
    if (at > f->detail->caplen)
        return 0;
    struct cur c = cur_of(f->detail->bytes + at, f->detail->caplen - at);
    uint32_t v = 0;
    for (uint32_t i = 0; i < len; i++)
        v = v << 8 | cur_u8(&c);
    return c.bad ? 0 : v;
}

static void add_number(struct fields *f, const char *name, uint32_t at, uint32_t len, uint32_t value)
{
    struct str *out = field_add(f, name, at, len);
    if (out)
        str_put_u64(out, value);
}

static void add_hex(struct fields *f, const char *name, uint32_t at, uint32_t len)
{
    struct str *out = field_add(f, name, at, len);
    if (!out)
        return;
    str_put(out, "0x");
    str_put_hex(out, number_at(f, at, len), len * 2);
}

static void add_mac(struct fields *f, const char *name, uint32_t at)
{
    struct str *out = field_add(f, name, at, 6);
    for (uint32_t i = 0; out && i < 6; i++) {
        if (i > 0)
            str_put_char(out, ':');
        str_put_hex(out, number_at(f, at + i, 1), 2);
    }
}

static void add_addr(struct fields *f, const char *name, uint32_t at, uint32_t len, const struct addr *a)
{
    struct str *out = field_add(f, name, at, len);
    if (out)
        str_put_addr(out, a);
}

/* A layer's line of hex; its fields follow. */
static void add_layer(struct fields *f, const char *name, struct span s)
{
    struct detail *d = f->detail;
    if (d->layers == DETAIL_LAYERS || s.at > d->caplen)
        return;
    f->layer = (uint8_t)d->layers;
    d->layer[d->layers++] =
        (struct detail_layer){say(f->voice, name), s.at, s.len < d->caplen - s.at ? s.len : d->caplen - s.at};
}

static void fields_link(struct fields *f)
{
    struct span s = f->seg.link;
    bool ethernet = f->linktype == DLT_EN10MB_ && s.len >= 14;
    if (s.len == 0)
        return;
    add_layer(f, ethernet ? N_("Ethernet") : N_("link"), s);
    if (!ethernet) {
        add_number(f, N_("link header"), s.at, s.len, s.len);
        return;
    }
    add_mac(f, N_("destination MAC"), s.at);
    add_mac(f, N_("source MAC"), s.at + 6);
    add_hex(f, N_("type"), s.at + s.len - 2, 2);
}

static void fields_ipv4(struct fields *f, uint32_t at)
{
    add_number(f, N_("IP version"), at, 1, number_at(f, at, 1) >> 4);
    add_number(f, N_("IP header length"), at, 1, (number_at(f, at, 1) & 15) * 4);
    add_hex(f, N_("traffic class, ECN"), at + 1, 1);
    add_number(f, N_("total length"), at + 2, 2, number_at(f, at + 2, 2));
    add_hex(f, N_("identification"), at + 4, 2);
    struct str *flags = field_add(f, N_("fragment"), at + 6, 2);
    uint32_t v = number_at(f, at + 6, 2);
    if (flags && (v & 0x3fff) == 0)
        put_words(flags, f->voice, v & 0x4000 ? N_("whole, don't fragment") : N_("whole"));
    else if (flags)
        str_put_u64(flags, (uint64_t)(v & 0x1fff) * 8);
    add_number(f, N_("time to live"), at + 8, 1, number_at(f, at + 8, 1));
    add_number(f, N_("protocol"), at + 9, 1, number_at(f, at + 9, 1));
    add_hex(f, N_("IP checksum"), at + 10, 2);
    add_addr(f, N_("source address"), at + 12, 4, &f->seg.src.addr);
    add_addr(f, N_("destination address"), at + 16, 4, &f->seg.dst.addr);
}

static void fields_ipv6(struct fields *f, uint32_t at)
{
    add_number(f, N_("IP version"), at, 1, number_at(f, at, 1) >> 4);
    struct str *class = field_add(f, N_("traffic class, ECN"), at, 2);
    if (class) {
        str_put(class, "0x");
        str_put_hex(class, number_at(f, at, 2) >> 4 & 0xff, 2);
    }
    struct str *flow = field_add(f, N_("flow label"), at + 1, 3);
    if (flow) {
        str_put(flow, "0x");
        str_put_hex(flow, number_at(f, at, 4) & 0xfffff, 5);
    }
    add_number(f, N_("payload length"), at + 4, 2, number_at(f, at + 4, 2));
    add_number(f, N_("next header"), at + 6, 1, number_at(f, at + 6, 1));
    add_number(f, N_("hop limit"), at + 7, 1, number_at(f, at + 7, 1));
    add_addr(f, N_("source address"), at + 8, 16, &f->seg.src.addr);
    add_addr(f, N_("destination address"), at + 24, 16, &f->seg.dst.addr);
}

static void fields_data(struct fields *f)
{
    enum { SHOWN = 60 };
    struct span s = f->seg.data;
    if (s.len == 0 || s.at >= f->detail->caplen)
        return;
    add_layer(f, N_("data"), s);
    struct str *out = field_add(f, N_("data"), s.at, s.len);
    if (!out)
        return;
    uint32_t len = f->detail->caplen - s.at < s.len ? f->detail->caplen - s.at : s.len;
    str_put_safe(out, (const char *)f->detail->bytes + s.at, len < SHOWN ? len : SHOWN, f->voice->ascii);
    if (len > SHOWN)
        str_put(out, f->voice->ascii ? "..." : "…");
}

void fields_fill(struct fields *f)
{
    f->detail->fields = f->detail->layers = 0;
    fields_link(f);
    if (f->seg.ip.len > 0) {
        bool six = f->seg.src.addr.family == 6;
        add_layer(f, six ? N_("IPv6") : N_("IPv4"), f->seg.ip);
        if (six)
            fields_ipv6(f, f->seg.ip.at);
        else
            fields_ipv4(f, f->seg.ip.at);
    }
    if (f->seg.tcp.len == 0) /* packed */
        return;
    add_layer(f, N_("TCP"), f->seg.tcp);
    fields_tcp(f);
    fields_data(f);
}
