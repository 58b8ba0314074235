"""What the kernel says at its tracepoints: its own reasons, where root may hear them; and what is told where nobody may."""
from harness import *

# What is said at a processor that is idle is lost by perf events on some kernels (Linux 6.18 after a while): what is said in a
# call of the program's own is heard always.
LIFE = """connect
wait until client is ESTABLISHED and server is ESTABLISHED within 3
wire drop next data
write client 300
wait until retransmission from client within 5
wait until client send-q = 0 within 5
inject to server P. 1:4(3) ack 1
wait until dsack from server within 5
abort client
wait until counter tcp_send_reset:TCP_STATE from client within 5
listen off
connect
wait until rst from server within 5
wait 0.1
"""
SAID = [("client", "tcp_retransmit_skb"), ("server", "kfree_skb:TCP_OLD_SEQUENCE"), ("client", "tcp_send_reset:TCP_STATE"),
        ("server", "tcp_send_reset:NO_SOCKET")]


def heard(*argv, stdin="", timeout=60, trace=True):
    """As root, with tracefs in a mount namespace of its own; None where that cannot be had."""
    if not ROOT_USER:
        return None
    tracing = "mount -t tracefs tracefs /sys/kernel/tracing" if trace else "! grep -q ' tracefs ' /proc/self/mounts || umount -a -t tracefs"
    p = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                        f'{tracing} 2>&3 || exit 99; exec "$@"', "sh", program(BUILD), *argv], input=stdin,
                       capture_output=True, text=True, timeout=timeout, env=environment(), cwd=scratch(),
                       preexec_fn=lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 3), close_fds=False)
    if p.returncode == 99:
        print("skipped: no tracefs to be had here")
        return None
    return Done(p.returncode, p.stdout, p.stderr)


def test_reasons_are_named():
    d = heard("--wire", "--script", "-", "-e", "jsonl:-", stdin=LIFE)
    if not d:
        return
    d.expect(0)
    assert ordered(d.rows), "the timeline goes back"
    agree(d.rows)
    said = [(r["side"], r["name"]) for r in d.rows if r["type"] == "counter" and ("_skb" in r["name"] or "tcp_send" in r["name"])]
    assert said == [s for s in SAID if s in said] and SAID[2] in said, said


def test_what_other_labs_do_is_not_told():
    others = [subprocess.Popen([program(BUILD), "--script", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment(), cwd=scratch())
              for _ in range(3)]
    for p in others:
        p.stdin.write(b"listen off\nconnect 20\nwait 1\nconnect 20\nwait 1\n")
        p.stdin.close()
    d = heard("--script", "-", "-e", "jsonl:-", stdin="connect\nwait until client is ESTABLISHED within 3\nwait 2\n")
    for p in others:
        p.wait()
    if d:
        d.expect(0)
        assert not [r for r in d.rows if r["type"] == "counter" and "tcp_send_reset" in r["name"]]


def test_the_words_of_a_reason():
    for trace in True, False:
        d = heard("--script", "-", "-e", "html:-", stdin="connect\nwait until client is ESTABLISHED within 3\nabort client\nwait until rst within 3\nwait 0.1\n", trace=trace)
        if not d:
            return
        told = "names its reason for the RST: tcp_send_reset:TCP_STATE, by the state that the socket was in." in d.out
        assert told == trace, d.out[-3000:]
