"""-r: captures that others made, from a file and from standard input, whole and broken, as text and as JSON Lines."""
import os
from harness import *

CAPTURES = ROOT / "tests" / "captures"


def copy(name, cut=None):
    """Where an ordinary user may read it."""
    path = os.path.join(scratch(), name)
    data = (CAPTURES / name).read_bytes()
    with open(path, "wb") as f:
        f.write(data[:cut])
    return path


def jsonl(path, *argv, **more):
    return run("-r", path, "-e", "jsonl:-", *argv, **more)


def test_every_capture_is_explained():
    for capture in sorted(CAPTURES.glob("*.pcap*")):
        d = jsonl(copy(capture.name)).expect(0)
        assert d.segments and all(s["note"] for s in d.segments), capture.name
        assert not [r for r in d.rows if r["type"] in ("call", "sample")], "only the wire is known"
        text = run("-r", copy(capture.name)).expect(0).out
        assert all(len(line) <= 120 for line in text.splitlines()), capture.name
        assert sum(f" {s['frame']} " in text for s in d.segments) == len(d.segments), capture.name


def test_keep_alives_are_told():
    d = jsonl(copy("keepalive-unanswered.pcap")).expect(0)
    assert [s["labels"] for s in d.segments].count(["keep-alive"]) == 2, d.out
    assert "rst" in d.segments[-1]["labels"] and d.segments[0]["step"] == "handshake 1/3"


def test_standard_input_is_the_same():
    name = "fast-retransmit-sack.pcap"
    a = jsonl(copy(name)).expect(0)
    b = jsonl("-", stdin=(CAPTURES / name).read_bytes()).expect(0)
    assert a.rows[1:] == b.rows[1:] and len(a.segments) > 10 and b.rows[0]["source"] == "-"


def test_a_filter_keeps_the_numbers_of_frames():
    name = "fast-retransmit-sack.pcap"
    whole, some = jsonl(copy(name)).expect(0), jsonl(copy(name), "tcp[tcpflags] & tcp-syn != 0").expect(0)
    assert 0 < len(some.segments) < len(whole.segments)
    assert all("S" in s["flags"] for s in some.segments)
    none = jsonl(copy(name), "udp").expect(0)
    assert not none.segments and none.rows[0]["type"] == "session"


def test_a_wrong_filter():
    d = jsonl(copy("gre.pcap"), "nonsense here").expect(2)
    assert "nonsense here" in d.err and d.err.count("\n") == 1 and not d.segments, d.err


def test_a_truncated_capture_gives_what_was_whole():
    name = "fast-retransmit-sack.pcap"
    whole = jsonl(copy(name)).expect(0)
    for how in (lambda p: jsonl(p), lambda p: jsonl("-", stdin=open(p, "rb").read())):
        d = how(copy(name, 1500)).expect(1)
        assert d.segments and d.segments == whole.segments[:len(d.segments)]
        assert "byte 1" in d.err and d.err.startswith("tcpviz: ") and d.err.count("\n") == 1, d.err


def test_what_is_no_capture():
    for data in (b"", b"junk junk junk junk junk junk", bytes(1000)):
        d = jsonl("-", stdin=data).expect(3)
        assert "neither pcap nor pcapng" in d.err and not d.segments, d.err
    d = run("-r", scratch())
    assert d.status == 3 and d.err.startswith("tcpviz: "), d.err


def test_a_large_capture_on_a_pipe():
    """More than one slice of the reader, and more than a pipe holds."""
    data = (CAPTURES / "fast-retransmit-sack.pcap").read_bytes()
    d = jsonl("-", stdin=data + data[24:] * 80).expect(0)
    one = jsonl("-", stdin=data).expect(0)
    assert len(d.segments) == 81 * len(one.segments) and d.segments[-1]["frame"] == 81 * one.segments[-1]["frame"]


def test_a_script_over_a_capture():
    d = run("-r", copy("keepalive-unanswered.pcap"), "--script", "-", stdin="expect keep-alive from client within 5\nexpect segments = 6\n").expect(0)
    d = run("-r", copy("keepalive-unanswered.pcap"), "--script", "-", stdin="expect fin from client within 1\n").expect(1)
    assert "-:1:" in d.err, d.err
