/* The private network and everything that asks the kernel about it, in real namespaces, as root and as
 * nobody. */
#include "unit/pair.h"
#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "core/decode.h"
#include "plat/caps.h"
#include "plat/capture.h"
#include "plat/hosts.h"
#include "plat/loop.h"
#include "plat/packet.h"

static void unexpected(void *ctx, const char *line)
{
    (void)ctx;
    fprintf(stderr, "warning: %s\n", line);
    _exit(1);
}

static void network_body(void)
{
    uid_t uid = getuid();
    gid_t gid = getgid();
    uint64_t start = clock_steady();
    struct fail f = {0};
    CHECK(netns_private(&(struct netns_options){0}, &f));
    sysctls_lab(unexpected, NULL);
    CHECK(clock_steady() - start < 100000000u);
    CHECK(getuid() == uid && getgid() == gid);

    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq r = {.ifr_name = "lo"};
    CHECK(ioctl(fd, SIOCGIFMTU, &r) == 0 && r.ifr_mtu == 1500);
    CHECK(ioctl(fd, SIOCGIFFLAGS, &r) == 0 && (r.ifr_flags & IFF_UP));
    CHECK(ioctl(fd, SIOCGIFINDEX, &(struct ifreq){.ifr_name = "eth0"}) < 0);
    char value[64];
    CHECK(sysctl_read("tcp_congestion_control", value, sizeof value, &f) && !strcmp(value, "reno"));
    CHECK(sysctl_read("net.ipv4.tcp_syncookies", value, sizeof value, &f) && !strcmp(value, "0"));
    CHECK(sysctl_write("tcp_ecn", "1", &f) && sysctl_read("tcp_ecn", value, sizeof value, &f) &&
          !strcmp(value, "1"));
    const char *const wrong[] = {"kernel.hostname",  "net..ipv4",   "net.ipv4.", "../../kernel/hostname",
                                 "net/ipv4/tcp_ecn", "tcp_no_such", "net.ipv4",  ""};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        CHECK(!sysctl_read(wrong[i], value, sizeof value, &f) && f.status == FAIL_EXPECT);
    CHECK(!sysctl_write("tcp_ecn", "rubbish", &f) && !strcmp(f.why, "Invalid argument"));
    fail_release(&f);
}

static void a_private_network_is_whole_and_quick(void **state)
{
    (void)state;
    in_child(network_body);
}

/* As Ubuntu's AppArmor does it: namespaces are made, but the process has no capability in them. */
static void no_capability_body(void)
{
    struct fail f = {0};
    CHECK(netns_enter(&f));
    CHECK(caps_drop(&f));
    CHECK(!netns_loopback(&(struct netns_options){0}, &f));
    CHECK(f.status == FAIL_SYSTEM && strstr(f.way, "sudo tcpviz --host") &&
          strstr(f.way, "setcap cap_net_raw+ep") &&
          strstr(f.way, "kernel.apparmor_restrict_unprivileged_userns=0") &&
          strstr(f.way, "assets/apparmor/tcpviz"));
    fail_release(&f);
}

static void a_set_up_that_fails_after_unshare_tells_the_ways_out(void **state)
{
    (void)state;
    in_child(no_capability_body);
}

/* No more user namespaces inside one that allows none: unshare() itself fails. */
static void forbidden_body(void)
{
    struct fail f = {0};
    char before[64] = "", after[64] = "";
    CHECK(readlink("/proc/self/ns/net", before, sizeof before - 1) > 0);
    CHECK(netns_possible());
    CHECK(readlink("/proc/self/ns/net", after, sizeof after - 1) > 0 && !strcmp(before, after));
    CHECK(netns_enter(&f));
    int fd = open("/proc/sys/user/max_user_namespaces", O_WRONLY);
    CHECK(fd >= 0 && write(fd, "0", 1) == 1);
    CHECK(!netns_possible());
    CHECK(!netns_private(&(struct netns_options){0}, &f) && strstr(f.way, "sudo tcpviz --host"));
    CHECK(!strcmp(f.why, "user namespaces are forbidden here"));
    fail_release(&f);
}

static void forbidden_namespaces_tell_the_ways_out(void **state)
{
    (void)state;
    assert_int_equal(child_status(forbidden_body, 1), 0);
}

struct seen {
    unsigned frames, data, largest, other;
    uint64_t bytes, last_ns;
    int linktype;
};

static void count_frame(void *ctx, uint64_t time_ns, const uint8_t *bytes, uint32_t caplen, uint32_t wirelen)
{
    struct seen *s = ctx;
    s->frames++;
    s->last_ns = time_ns;
    CHECK(caplen == wirelen && caplen >= 54 && s->linktype == DLT_EN10MB_);
    unsigned ip = (bytes[14] & 15u) * 4, total = (unsigned)bytes[16] << 8 | bytes[17];
    if (bytes[12] != 8 || bytes[13] != 0 || bytes[23] != IPPROTO_TCP) {
        s->other++;
        return;
    }
    unsigned len = total - ip - (bytes[14 + ip + 12] >> 4) * 4u;
    s->data += len > 0;
    s->bytes += len;
    s->largest = len > s->largest ? len : s->largest;
}

static void drain_until(struct capture *c, struct seen *s, uint64_t bytes)
{
    while (s->bytes < bytes) {
        CHECK(wait_for(capture_fd(c), POLLIN));
        CHECK(capture_drain(c, 0, count_frame, s) >= 0);
    }
}

static void sniff_body(void)
{
    enter();
    struct fail f = {0};
    struct capture *c = capture_open(&(struct capture_options){.iface = "lo"}, &f);
    CHECK(c && capture_fd(c) >= 0);
    struct seen s = {.linktype = capture_linktype(c)};
    struct pair p;
    static char block[14480];
    uint64_t before = clock_now();
    pair_open(&p, AF_INET);
    CHECK(write(p.client, block, sizeof block) == sizeof block);
    drain_until(c, &s, sizeof block);
    /* Ten whole segments, each seen once, and the handshake before them. */
    CHECK(s.data == 10 && s.bytes == sizeof block && s.largest == 1448 && s.other == 0);
    CHECK(s.last_ns > before && s.last_ns <= clock_now());
    struct capture_counts n;
    capture_counts(c, &n);
    CHECK(n.seen == s.frames && n.dropped == 0 && s.frames >= 13);
    capture_close(c);

    c = capture_open(&(struct capture_options){.iface = "lo", .filter = "tcp[13] & 1 != 0"}, &f);
    CHECK(c);
    s = (struct seen){.linktype = capture_linktype(c)};
    shutdown(p.client, SHUT_WR);
    CHECK(wait_for(capture_fd(c), POLLIN) && capture_drain(c, 1, count_frame, &s) == 1 && s.frames == 1);
    capture_close(c);
    CHECK(!capture_open(&(struct capture_options){.iface = "lo", .filter = "tcp prot 80"}, &f) &&
          f.status == FAIL_USAGE);
    CHECK(!capture_open(&(struct capture_options){.iface = "nowhere0"}, &f) && f.status == FAIL_SYSTEM);
    struct packet_filter *right = packet_filter_new("tcp port 80", DLT_EN10MB_, &f);
    CHECK(right && !packet_filter_new("port", DLT_EN10MB_, &f));
    packet_filter_free(right);
    fail_release(&f);
}

static void every_segment_is_seen_once_and_is_no_larger_than_the_mss(void **state)
{
    (void)state;
    in_child(sniff_body);
}

/* Until the sniffer has told everything that passed before `until_ns`. */
static void hear(struct capture *c, struct seen *s, uint64_t until_ns)
{
    while (capture_heard(c) < until_ns) {
        CHECK(wait_for(capture_fd(c), POLLIN));
        CHECK(capture_drain(c, 0, count_frame, s) >= 0);
    }
}

static void heard_body(void)
{
    enter();
    struct fail f = {0};
    struct capture *c = capture_open(&(struct capture_options){.iface = "lo"}, &f);
    CHECK(c);
    struct seen s = {.linktype = capture_linktype(c)};
    uint64_t before = clock_now();
    CHECK(capture_heard(c) >= before && capture_heard(c) <= clock_now()); /* nothing passed, nothing waits */
    struct pair p;
    static char block[14480];
    pair_open(&p, AF_INET);
    CHECK(write(p.client, block, sizeof block) == sizeof block);
    uint64_t sent = clock_now();
    CHECK(capture_heard(c) < sent);
    CHECK(wait_for(capture_fd(c), POLLIN) && capture_drain(c, 1, count_frame, &s) == 1);
    CHECK(capture_heard(c) < sent);
    hear(c, &s, sent);
    CHECK(s.bytes == sizeof block);
    capture_close(c);
}

static void the_sniffer_knows_what_it_has_not_told_yet(void **state)
{
    (void)state;
    in_child(heard_body);
}

static void overrun_body(void)
{
    enter();
    struct fail f = {0};
    struct capture *c = capture_open(&(struct capture_options){.iface = "lo", .buffer_bytes = 1 << 18}, &f);
    struct capture_counts n;
    struct pair p;
    static char block[14480], rest[14480];
    CHECK(c);
    pair_open(&p, AF_INET);
    for (int i = 0; i < 100; i++) {
        CHECK(write(p.client, block, sizeof block) == sizeof block);
        CHECK(recv(p.server, rest, sizeof rest, MSG_WAITALL) == sizeof rest);
    }
    struct seen s = {.linktype = capture_linktype(c)};
    CHECK(wait_for(capture_fd(c), POLLIN) && capture_drain(c, 0, count_frame, &s) > 0);
    capture_counts(c, &n);
    CHECK(n.seen == s.frames && n.dropped > 0 && n.seen + n.dropped >= 1000);
    uint64_t dropped = n.dropped;
    capture_counts(c, &n);
    CHECK(n.dropped == dropped);
    hear(c, &s, clock_now()); /* what was dropped is not waited for */
    capture_close(c);
}

static void what_the_ring_could_not_hold_is_counted(void **state)
{
    (void)state;
    in_child(overrun_body);
}

/* Datagrams that are numbered; the next one that the sniffer must tell. */
struct numbered {
    int from;
    uint32_t sent, told;
    struct sockaddr_in to;
};

static void take_number(void *ctx, uint64_t time_ns, const uint8_t *bytes, uint32_t caplen, uint32_t wirelen)
{
    struct numbered *n = ctx;
    uint32_t number;
    CHECK(time_ns <= clock_now() && caplen == wirelen && wirelen >= 14 + 20 + 8 + sizeof number);
    memcpy(&number, bytes + 14 + 20 + 8, sizeof number);
    CHECK(number == n->told);
    n->told++;
}

static void send_numbers(struct numbered *n, int count)
{
    for (; count > 0; count--, n->sent++)
        CHECK(sendto(n->from, &n->sent, sizeof n->sent, 0, (struct sockaddr *)&n->to, sizeof n->to) > 0);
}

static struct numbered numbered_open(void)
{
    struct numbered n = {.to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof n.to;
    const int to = socket(AF_INET, SOCK_DGRAM, 0); /* nobody reads there; no ICMP answers */
    n.from = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(bind(to, (struct sockaddr *)&n.to, sizeof n.to) == 0 &&
          getsockname(to, (struct sockaddr *)&n.to, &len) == 0);
    return n;
}

/* In quiet times a frame is told while the ring still holds it back; after a burst from the ring again, and
 * so on: each once, in order. */
static void bell_body(void)
{
    enter();
    struct fail f = {0};
    struct capture *c = capture_open(&(struct capture_options){.iface = "lo", .at_once = true}, &f);
    CHECK(c && capture_bell(c) >= 0);
    struct numbered n = numbered_open();
    int at_once = 0;
    for (int i = 0; i < 600; i++) {
        const uint32_t told = n.told;
        send_numbers(&n, i % 200 == 100 ? 300 : i % 20 == 0 ? 3 : 1);
        struct pollfd p[] = {{capture_bell(c), POLLIN, 0}, {capture_fd(c), POLLIN, 0}};
        CHECK(poll(p, 2, 1000) > 0 && capture_drain(c, 0, take_number, &n) >= 0);
        at_once += p[1].revents == 0 && n.told > told;
        poll(NULL, 0, i % 3);
    }
    while (n.told < n.sent)
        CHECK(wait_for(capture_fd(c), POLLIN) && capture_drain(c, 0, take_number, &n) >= 0);
    const uint64_t sent = clock_now();
    while (capture_heard(c) < sent) /* nor is anything waited for that was told at once */
        CHECK(capture_drain(c, 0, take_number, &n) >= 0);
    CHECK(at_once >= 20);
    struct capture_counts count;
    capture_counts(c, &count);
    CHECK(count.seen == n.sent && count.dropped == 0);
    capture_close(c);
    fail_release(&f);
}

static void in_quiet_times_a_frame_is_told_at_once_and_each_once(void **state)
{
    (void)state;
    in_child(bell_body);
}

/* The bell is silent after a burst. */
static void down_body(void)
{
    enter();
    struct fail f = {0};
    struct capture *c = capture_open(&(struct capture_options){.iface = "lo", .at_once = true}, &f);
    CHECK(c && capture_bell(c) >= 0);
    struct numbered n = numbered_open();
    send_numbers(&n, 300);
    while (n.told < n.sent)
        CHECK(wait_for(capture_fd(c), POLLIN) && capture_drain(c, 0, take_number, &n) >= 0);
    struct ifreq r = {.ifr_name = "lo"}; /* no flag: down */
    CHECK(ioctl(n.from, SIOCSIFFLAGS, &r) == 0);
    struct pollfd p = {capture_bell(c), POLLIN, 0};
    CHECK(poll(&p, 1, 1000) == 1);
    (void)capture_drain(c, 0, take_number, &n);
    CHECK(poll(&p, 1, 0) == 0);
    capture_close(c);
    fail_release(&f);
}

static void an_interface_that_went_down_wakes_once(void **state)
{
    (void)state;
    in_child(down_body);
}

/* A host's card with another MTU than the wire gives it. */
static void grow_card(const char *name)
{
    struct ifreq r = {.ifr_mtu = 9000};
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    CHECK(fd >= 0 && ioctl(fd, SIOCSIFMTU, &r) == 0);
    close(fd);
}

static void jumbo_body(void)
{
    static const uint32_t lens[] = {100, 3000, 200};
    static uint8_t frame[3000] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, [12] = 0x88, [13] = 0xb5};
    struct hosts h;
    struct fail f = {0};
    struct packet *in;
    CHECK(hosts_up(&h, false, &f));
    grow_card("client");
    struct packets *end = packets_open(h.end[SIDE_CLIENT], &f);
    hosts_visit(&h, SIDE_CLIENT);
    grow_card("eth0");
    struct packets *card = packets_open(if_nametoindex("eth0"), &f);
    hosts_leave(&h);
    CHECK(end && card);
    for (size_t i = 0; i < COUNT_OF(lens); i++)
        CHECK(packets_send(card, &(struct packet){.bytes = frame, .len = lens[i]}, 1) == 1);
    CHECK(packets_take(end, &in) == 2 && in[0].len == 100 && in[1].len == 200);
    CHECK(packets_lost(end) == 1);
    for (size_t i = 0; i < COUNT_OF(lens); i++) /* its slot is the kernel's again, like theirs */
        CHECK(packets_send(card, &(struct packet){.bytes = frame, .len = lens[i]}, 1) == 1);
    CHECK(packets_take(end, &in) == 2 && packets_take(end, &in) == 0 && packets_lost(end) == 2);
    packets_close(card);
    packets_close(end);
    hosts_down(&h);
    fail_release(&f);
}

static void a_frame_that_has_no_room_is_lost_and_not_cut(void **state)
{
    (void)state;
    in_child(jumbo_body);
}

static void no_sniffing_body(void)
{
    struct fail f = {0};
    CHECK(!caps_have_net_raw() && !capture_open(&(struct capture_options){.iface = "lo"}, &f));
    CHECK(f.status == FAIL_SYSTEM && !strcmp(f.what, "lo") && strstr(f.way, "setcap cap_net_raw+ep"));
    fail_release(&f);
}

static void sniffing_without_the_right_tells_the_way_out(void **state)
{
    (void)state;
    assert_int_equal(child_status(no_sniffing_body, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_private_network_is_whole_and_quick),
        cmocka_unit_test(a_set_up_that_fails_after_unshare_tells_the_ways_out),
        cmocka_unit_test(forbidden_namespaces_tell_the_ways_out),
        cmocka_unit_test(every_segment_is_seen_once_and_is_no_larger_than_the_mss),
        cmocka_unit_test(the_sniffer_knows_what_it_has_not_told_yet),
        cmocka_unit_test(what_the_ring_could_not_hold_is_counted),
        cmocka_unit_test(in_quiet_times_a_frame_is_told_at_once_and_each_once),
        cmocka_unit_test(an_interface_that_went_down_wakes_once),
        cmocka_unit_test(a_frame_that_has_no_room_is_lost_and_not_cut),
        cmocka_unit_test(sniffing_without_the_right_tells_the_way_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
