"""--diff: two sessions, or captures, side by side as text: what is the same stands together, what differs is marked."""
import gzip, os, re
from harness import *
from capture import ACK, FIN, PSH, RST, SYN, Capture, Connection

CAPTURES = ROOT / "tests" / "captures"
END = """close client
expect client is FIN-WAIT-2 within 2
close server
expect client is TIME-WAIT within 2
wait until server is CLOSED within 2
"""
LIFE = """connect
expect client is ESTABLISHED and server is ESTABLISHED within 3
send 5 a post
expect data from client within 2
expect ack from server within 2
respond great
expect data from server within 2
expect ack from client within 2
"""


def kept(text, *argv, d=None):
    """A file that a script's session was kept in."""
    path = os.path.join(d or scratch(), f"{uuid.uuid4().hex[:8]}.pcapng")
    run("--script", "-", "-w", path, "--keepalive", "0", *argv, stdin=text, cwd=os.path.dirname(path)).expect(0)
    os.chmod(path, 0o644)
    return path


def side_by_side(a, b, *argv, **more):
    out = run("--diff", a, b, *argv, **more).expect(0).out
    assert all(len(line) <= 120 for line in out.splitlines()), out
    return out


def counted(out):
    """How many rows are alike, differ, are only in A, only in B, as the account says; and as they are marked."""
    says = {k: int(n.replace(",", "")) for k, n in re.findall(r"(?m)(Rows alike|rows alike|differ|only in A|only in B): ([\d,]+)", out)}
    said = says.get("rows alike", says.get("Rows alike")), says.get("differ", 0), says.get("only in A", 0), says.get("only in B", 0)
    rows = out.split("alike: ", 1)[1].splitlines()[1:]
    marks = [line[59] for line in rows if len(line) > 59 and not re.match(r" (segments|bytes of data|client|server|sent again) {2,}", line)]
    assert said[1:] == (marks.count("≠"), marks.count("<"), marks.count(">")), (said, out)
    return said


def test_a_session_is_like_itself():
    for path in (kept(LIFE + END), stored_session("v1-loopback"), stored_session("v1-wire")):
        out = side_by_side(path, path)
        assert "No difference. Rows alike: " in out and counted(out)[0] > 10 and counted(out)[1:] == (0, 0, 0)
        assert not re.search(r"[≠<>]$|[≠>] ", out.replace("(→", "(")), out


def test_the_same_twice_shows_no_difference():
    for argv in ((), ("--wire", "--delay", "20")):
        out = side_by_side(kept(LIFE + END, *argv), kept(LIFE + END, *argv))
        assert counted(out)[1:] == (0, 0, 0) and "No difference." in out, out


def test_nagle_on_and_off():
    head = "wire delay 100\nconnect\nexpect client is ESTABLISHED and server is ESTABLISHED within 3\n"
    writes = "write client 1\n" * 4
    on = kept(head + writes + "expect data from client within 2\nexpect ack from server within 2\nexpect data from client within 2\nexpect ack from server within 2\nexpect client send-q = 0 within 2\n", "--wire")
    off = kept(head + "set client nodelay on\n" + writes + "wait until segments >= 11 within 3\n", "--wire")
    out = side_by_side(on, off)
    assert re.search(r"^ segments +7  \(→ 4  ← 3\) +≠  segments +11  \(→ 6  ← 5\)$", out, re.M), out
    assert re.search(r"^ bytes of data +4  \(→ 4  ← 0\) {20,} bytes of data +4  \(→ 4  ← 0\)$", out, re.M), out
    assert re.search(r"^ {20,}> +client setsockopt\(TCP_NODELAY, \[1\], 4\)$", out, re.M), out
    assert re.search(r"■ PSH ACK  3 B  seq 2 +(≠|<)", out), out
    alike, differ, left, right = counted(out)
    assert alike > 8 and right >= 4, out


def test_sack_on_and_off():
    text = """{}wire delay 50
connect
expect client is ESTABLISHED and server is ESTABLISHED within 3
wire drop next data from client
write client 14480
expect retransmission from client within 3
expect client send-q = 0 within 3
"""
    out = side_by_side(kept(text.format(""), "--wire"), kept(text.format("sysctl tcp_sack 0\n"), "--wire"))
    assert re.search(r"→ ▲ SYN mss 1460 sack ts ws \d+ +≠ .*→ ▲ SYN mss 1460 ts ws \d+", out), out
    assert re.search(r"← ▲ SYN ACK mss 1460 sack ts ws \d+ +≠ .*← ▲ SYN ACK mss 1460 ts ws \d+", out), out
    assert re.search(r"^ +≠ only A: selective ACK", out, re.M), out
    assert "You dropped #4" in out and counted(out)[1] > 3


def test_close_and_abort():
    out = side_by_side(kept(LIFE + END), kept(LIFE + "abort client\nexpect rst from client within 2\nwait 0.05\n"))
    assert re.search(r"▼ FIN ACK .*FIN-W-1│CLOSE-W ≠ .*✖ RST ACK .*CLOSED│CLOSED$", out, re.M), out
    assert re.search(r"^ client +SYN-SENT → ESTABLISHED → FIN-WAIT-1 → +≠  client +SYN-SENT → ESTABLISHED → CLOSED\n +FIN-WAIT-2 → TIME-WAIT$", out, re.M), out
    assert re.search(r"^ +≠ it means close / abort$", out, re.M), out


def test_calls_of_one_only_are_left_out():
    session = kept(LIFE + END)
    plain = os.path.join(os.path.dirname(session), "plain.pcap")
    run("-r", session, "-e", plain).expect(0)
    out = side_by_side(session, plain)
    assert "Only one of the two knows system calls: they are left out." in out and "write(" not in out
    assert counted(out)[2:] == (0, 0) and counted(out)[0] >= 8, out


def test_captures_packed_and_from_standard_input():
    data = (CAPTURES / "syn-lost.pcap").read_bytes()
    packed = os.path.join(scratch(), "packed.pcap.gz")
    with gzip.open(packed, "wb") as f:
        f.write(data)
    os.chmod(packed, 0o644)
    out = side_by_side(packed, "-", stdin=data)
    assert "No difference." in out
    for path in sorted(CAPTURES.glob("*.pcap*")):
        d = run("--diff", readable(path), readable(CAPTURES / "resets.pcap"))
        assert d.status in (0, 1) and (not d.status or "tcpviz: " in d.err), (path, d.err)
        assert all(len(line) <= 120 for line in d.out.splitlines()) and "two sessions side by side" in d.out


def exchange(c, port, words, begin=0.0):
    """A connection that opens, and a client that sends these words."""
    conn = Connection(c, f"10.0.0.1:{port}", "10.0.0.2:80")
    conn.send(begin, 0, SYN)
    conn.send(begin + 0.001, 1, SYN | ACK)
    conn.send(begin + 0.002, 0, ACK)
    for i, word in enumerate(words):
        conn.send(begin + 0.003 + i * 0.0001, 0, PSH | ACK, word)


def test_connections_are_matched_by_what_came_of_them():
    d, a, b = scratch(), Capture(), Capture()
    refused = Connection(a, "10.0.0.1:999", "10.0.0.2:80")
    refused.send(0, 0, SYN)
    refused.send(0.001, 1, RST | ACK)
    exchange(a, 1000, [b"0123456789"], 1)
    exchange(b, 2000, [b"9876543210"])
    a.write(os.path.join(d, "a"))
    b.write(os.path.join(d, "b"))
    out = side_by_side(os.path.join(d, "a"), os.path.join(d, "b"))
    assert re.search(r"^connection 2: 10\.0\.0\.1:1000 .* connection 1: 10\.0\.0\.1:2000", out, re.M), out
    assert counted(out) == (4, 0, 2, 0), out


def test_a_hundred_thousand_rows():
    d = scratch()
    for name, words in (("a", [b"x" * 10] * 100000), ("b", [b"x" * 10] * 60000 + [b"y" * 20] + [b"x" * 10] * 39000)):
        c = Capture()
        exchange(c, 1000, words)
        c.write(os.path.join(d, name))
    out = run("--diff", os.path.join(d, "a"), os.path.join(d, "b"), timeout=60).expect(0).out
    assert "So much differs" not in out
    assert counted(out) == (99003, 1, 999, 0), counted(out)


def test_the_text_goes_where_it_is_asked_for():
    a, d = kept(LIFE), scratch()
    out = side_by_side(a, a)
    assert run("--diff", a, a, "-e", "diff.txt", "-e", "txt:other", cwd=d).expect(0).out == ""
    for name in ("diff.txt", "other"):
        assert open(os.path.join(d, name), encoding="utf-8").read() == out
    assert run("--diff", a, a, "-e", "txt:-").expect(0).out == out
    assert "没有不同" in side_by_side(a, a, "--lang", "zh")
    assert side_by_side(a, a, "--ascii").isascii()


def test_hostile_names_and_files():
    d = scratch()
    nasty = os.path.join(d, "\x1b[2J<b>\n\u202e.pcap")
    c = Capture()
    exchange(c, 1000, [b"\x1b]0;x\x07GET /\x9b31m HTTP/1.1\r\n\r\n", b"GET /\x1b[2J HTTP/1.1\r\n\r\n"])
    c.write(nasty)
    out = side_by_side(nasty, nasty)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out) and "No difference." in out


def test_what_is_wrong_is_said_in_a_line():
    a = kept(LIFE)
    empty, text = (os.path.join(scratch(), n) for n in ("empty", "text"))
    open(empty, "w").close()
    with open(text, "w") as f:
        f.write("not a capture at all, not by a long way\n")
    for argv, status, words in (
            (["--diff"], 2, "--diff needs A B"), (["--diff", a], 2, "--diff needs A B"), (["--diff", a, "-e", "txt:-"], 2, "--diff needs A B"),
            (["--diff", "-", "-"], 2, "only one of the two can be standard input"), (["--diff", a, a, a], 2, "not expected here"),
            (["--diff", a, a, "-r", a], 2, "do not go together"), (["--diff", a, a, "--script", "-"], 2, "do not go together"),
            (["--diff", a, a, "-p", "80"], 2, "do not go together"), (["--diff", a, a, "-w", "x"], 2, "do not go together"),
            (["--diff", a, a, "--summary"], 2, "goes with"), (["--diff", a, a, "-e", "x.html"], 2, "written as text"),
            (["--diff", a, "/nonexistent"], 3, "/nonexistent: No such file"), (["--diff", "/nonexistent", a], 3, "No such file"),
            (["--diff", a, text], 3, "text: "), (["--diff", a, a, "-e", "txt:/nonexistent/x"], 3, "No such file"), (["--diff", "/", a], 3, "/: ")):
        d = run(*argv)
        assert d.status == status and words in d.err and d.err.count("\n") == 1 and not d.out, (argv, d.status, d.err, d.out[:200])
    d = run("--diff", a, empty)
    assert d.status in (0, 3) and d.err.count("\n") == 1, (d.status, d.err)


def test_a_damaged_file_is_compared_as_far_as_it_goes():
    a = kept(LIFE)
    torn = os.path.join(scratch(), "torn.pcapng")
    data = open(a, "rb").read()
    with open(torn, "wb") as f:
        f.write(data[:len(data) * 2 // 3])
    d = run("--diff", a, torn)
    assert d.status == 1 and "torn.pcapng: byte " in d.err and "only in A: " in d.out, (d.status, d.err)
