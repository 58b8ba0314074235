"""-r: captures that others made, from a file and from standard input, whole and broken, as text and as JSON Lines."""
import capture, gzip, os, signal, threading, time
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
    for capture in sorted([*CAPTURES.glob("*.pcap"), *CAPTURES.glob("*.pcapng")]):
        d = jsonl(copy(capture.name)).expect(0)
        assert d.segments and all(s["note"] for s in d.segments), capture.name
        assert not [r for r in d.rows if r["type"] in ("call", "sample")], "only the wire is known"
        text = run("-r", copy(capture.name)).expect(0).out
        assert all(len(line) <= 120 for line in text.splitlines()), capture.name
        assert sum(f" {s['frame']} " in text for s in d.segments) == len(d.segments), capture.name


def test_a_time_that_has_no_room_is_marked():
    c = capture.Capture()
    slow = capture.Connection(c, "10.0.0.1:40000", "10.0.0.2:80")
    slow.open(0)
    slow.send(116120149.5, 0, capture.ACK)
    path = c.write(os.path.join(scratch(), "slow.pcap"))
    assert "  4 116120149… " in run("-r", path).expect(0).out
    assert "  4 116120149~ " in run("-r", path, "--ascii").expect(0).out


def test_an_exported_capture_begins_when_its_first_row_was():
    """Other programs count from the first block; when the session was begun is read again all the same."""
    path = os.path.join(scratch(), "o.pcapng")
    first = run("-r", copy("kafka.pcap"), "-e", "jsonl:-", "-e", f"pcapng:{path}").expect(0)
    data = pathlib.Path(path).read_bytes()
    assert int(re.search(rb"__REALTIME_TIMESTAMP=(\d+)", data)[1]) == int(first.segments[0]["time"] * 1e6)
    assert jsonl(path).expect(0).out == first.out


def test_keep_alives_are_told():
    d = jsonl(copy("keepalive-unanswered.pcap")).expect(0)
    assert [s["labels"] for s in d.segments].count(["keep-alive"]) == 2, d.out
    assert "rst" in d.segments[-1]["labels"] and d.segments[0]["step"] == "handshake 1/3"


def test_silence_that_nobody_answers_is_told():
    """How long it was, how many probes it took, and that they were counted anew after an answer."""
    c = capture.Capture()
    quiet = capture.Connection(c, "10.0.0.1:40000", "10.0.0.2:80")
    quiet.open(0)
    quiet.say(1, 0, b"GET / HTTP/1.1\r\n\r\n")
    for time in (7201, 7276):
        quiet.send(time, 1, capture.ACK, seq=0)
    quiet.send(7276.01, 0, capture.ACK)
    for time in (14476, 14551, 14626):
        quiet.send(time, 1, capture.ACK, seq=0)
    quiet.send(14701, 1, capture.RST | capture.ACK)
    path = c.write(os.path.join(scratch(), "quiet.pcap"))
    rows = jsonl(path).expect(0).segments[5:]
    assert [r["labels"][0] for r in rows] == ["keep-alive"] * 2 + ["keep-alive-ack"] + ["keep-alive"] * 3 + ["rst"], rows
    for row, words in zip(rows, ("After 2 h of silence the server asks", "probe number 2, 75 s after the last segment: nothing was heard of the client",
                                 "answers the keep-alive #7", "After 2 h of silence the server asks", "probe number 2, 75 s after",
                                 "probe number 3, 75 s after", "gives up: 3 keep-alive probes got no answer")):
        assert words in row["note"], (words, row["note"])
    assert rows[2]["acks_frame"] == 7, rows[2]
    text = run("-r", path).expect(0).out.splitlines()
    for words in ("Keep-alive: 2 h of silence; still there?", "Keep-alive probe 2: the last got no answer", "Gives up after 3 probes without"):
        assert any(words in line for line in text), (words, text)


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


def section(*parts):
    """A pcapng of these (link type, frames)."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return kind.to_bytes(4, "little") + (len(body) + 12).to_bytes(4, "little") + body + (len(body) + 12).to_bytes(4, "little")
    out = block(0x0A0D0D0A, bytes.fromhex("4d3c2b1a01000000ffffffffffffffff"))
    for linktype, _ in parts:
        out += block(1, linktype.to_bytes(4, "little") + bytes(4))
    for i, (_, frames) in enumerate(parts):
        for f in frames:
            out += block(6, i.to_bytes(4, "little") + bytes(8) + len(f).to_bytes(4, "little") * 2 + f)
    return out


def frames(name):
    """Of a little-endian pcap."""
    data, at = (CAPTURES / name).read_bytes(), 24
    while at < len(data):
        size = int.from_bytes(data[at + 8:at + 12], "little")
        yield data[at + 16:at + 16 + size]
        at += 16 + size


def test_a_filter_speaks_of_the_link_type():
    """What words there are depends on the link type, and a capture may have several."""
    assert len(jsonl(copy("80211http.pcap"), "wlan type data").expect(0).segments) == 26
    d = jsonl(copy("nflog-http.pcap"), "ether host 1:2:3:4:5:6").expect(2)
    assert "ethernet addresses supported only" in d.err and d.err.count("\n") == 1 and not d.segments, d.err
    plain = list(frames("fast-open.pcap"))
    mixed = section((101, [f[14:] for f in plain]), (1, plain), (147, plain))
    d = jsonl("-", "tcp", stdin=mixed).expect(0)
    assert len(d.segments) == 2 * len(plain) and d.err == "", d.err
    d = jsonl("-", "ether host 0:0:0:0:0:0 and tcp", stdin=mixed).expect(0)
    assert {s["frame"] for s in d.segments} == set(range(len(plain) + 1, 2 * len(plain) + 1)), "of raw IP nothing passes"


def test_a_truncated_capture_gives_what_was_whole():
    name = "fast-retransmit-sack.pcap"
    whole = jsonl(copy(name)).expect(0)
    for how in (lambda p: jsonl(p), lambda p: jsonl("-", stdin=open(p, "rb").read())):
        d = how(copy(name, 1500)).expect(1)
        assert d.segments and d.segments == whole.segments[:len(d.segments)]
        assert "byte 1" in d.err and d.err.startswith("tcpviz: ") and d.err.count("\n") == 1, d.err


def test_what_is_left_out_is_told():
    data = bytearray((CAPTURES / "fast-open.pcap").read_bytes())
    data[20:24] = (147).to_bytes(4, "little")
    for argv in (["-e", "txt:-"], ["-e", "jsonl:-"], ["--summary"]):
        d = run("-r", "-", *argv, stdin=bytes(data)).expect(0)
        assert d.err == "tcpviz: -: frames of link type 147, which is not known: 35\n", d.err
        assert ("not shown: frames of link type 147, which is not known: 35" in d.out) == ("txt:-" in argv)


def test_what_is_no_capture():
    for data in (b"", b"junk junk junk junk junk junk", bytes(1000)):
        d = jsonl("-", stdin=data).expect(3)
        assert "neither pcap nor pcapng" in d.err and not d.segments, d.err
    d = run("-r", scratch())
    assert d.status == 3 and d.err.startswith("tcpviz: "), d.err


def test_an_empty_capture():
    data = (CAPTURES / "fast-open.pcap").read_bytes()[:24]
    for d in (jsonl("-", stdin=data), jsonl(written("empty.pcap", data)), run("-r", "-", "--summary", stdin=data)):
        assert d.expect(0) and not [r for r in d.out.splitlines() if '"segment"' in r]
        assert "empty capture" in d.err and d.err.count("\n") == 1, d.err


def written(name, data):
    path = os.path.join(scratch(), name)
    with open(path, "wb") as f:
        f.write(data)
    return path


def zstd(data):
    """Stored in one block (RFC 8878 3.1.1): nothing packs better, but zstd itself is not needed."""
    assert len(data) < 1 << 16
    return b"\x28\xb5\x2f\xfd\x60" + (len(data) - 256).to_bytes(2, "little") + (len(data) << 3 | 1).to_bytes(3, "little") + data


def test_packed_captures():
    """By what is in them, not by their names; from a file and from standard input; whole, in members, cut and damaged."""
    data = (CAPTURES / "fast-retransmit-sack.pcap").read_bytes()
    whole = jsonl(copy("fast-retransmit-sack.pcap")).expect(0)
    for packed in (gzip.compress(data), gzip.compress(data[:999]) + gzip.compress(data[999:]), zstd(data), zstd(data[:999]) + zstd(data[999:])):
        for d in (jsonl(written("packed.pcap", packed)), jsonl("-", stdin=packed)):
            assert d.expect(0).rows[1:] == whole.rows[1:]
        d = jsonl(written("cut.pcap", packed[:-1])).expect(1)
        assert f"byte {len(packed) - 1}: the packed bytes end too early" in d.err and d.err.count("\n") == 1, d.err
        assert d.segments == whole.segments[:len(d.segments)]
    cut = jsonl(written("cut.pcap", gzip.compress(data[:1500]) + gzip.compress(data[1500:])[:30])).expect(1)
    assert cut.segments and cut.segments == whole.segments[:len(cut.segments)], "what was whole is told"
    damaged = gzip.compress(data)
    d = jsonl(written("bad.pcap", damaged[:-8] + b"12345678")).expect(1)
    assert "the packed bytes are damaged" in d.err and d.err.count("\n") == 1, d.err
    d = jsonl(copy("fast-retransmit-sack.pcap"), "tcp[tcpflags] & tcp-syn != 0").expect(0)
    assert jsonl("-", "tcp[tcpflags] & tcp-syn != 0", stdin=gzip.compress(data)).expect(0).segments == d.segments
    d = jsonl("-", "nonsense here", stdin=gzip.compress(data)).expect(2)
    assert "nonsense here" in d.err and d.err.count("\n") == 1, d.err


class Following:
    """The program with -f, its rows as they come."""

    def __init__(self, path, *argv, **more):
        self.p = subprocess.Popen([*DROP, program(), "-f", "-r", path, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env=environment(), cwd=scratch(), **more)
        LEFT.append((self.p.kill,))
        self.rows, self.came = [], threading.Condition()
        self.reading = threading.Thread(target=self.read, daemon=True)
        self.reading.start()

    def read(self):
        for line in self.p.stdout:
            with self.came:
                self.rows.append(line.decode())
                self.came.notify()

    def until(self, count):
        with self.came:
            assert self.came.wait_for(lambda: len(self.rows) >= count, 20), (len(self.rows), count)

    def end(self):
        status = self.p.wait(20)
        self.reading.join(20)
        return status, self.p.stderr.read().decode()


def grow(path, data):
    with open(path, "ab") as f:
        f.write(data)


def test_a_capture_that_grows():
    name = "fast-retransmit-sack.pcap"
    data = (CAPTURES / name).read_bytes()
    whole = jsonl(copy(name)).expect(0).out.splitlines()[1:]
    for more in ({}, {"packed": True}):
        pack = gzip.compress if more else bytes
        path = written("grows.pcap", b"")
        f = Following(path, "-e", "jsonl:-")
        f.until(1)
        grow(path, pack(data[:1000]))
        f.until(5)
        assert f.p.poll() is None and len(f.rows) < len(whole)
        grow(path, pack(data[1000:1003]))
        grow(path, pack(data[1003:]))
        f.until(1 + len(whole))
        assert [r.strip() for r in f.rows[1:]] == whole
        f.p.send_signal(signal.SIGINT)
        assert f.end() == (128 + signal.SIGINT, "")


def test_a_followed_capture_that_goes():
    data = (CAPTURES / "fast-retransmit-sack.pcap").read_bytes()
    for away, status, word in ((lambda p: os.rename(p, p + ".1"), 0, "renamed or removed"), (os.unlink, 0, "renamed or removed"),
                               (lambda p: os.truncate(p, 100), 1, "made shorter")):
        path = written("goes.pcap", data)
        f = Following(path, "-e", "txt:-")
        f.until(20)
        away(path)
        got, err = f.end()
        assert got == status and word in err and err.count("\n") == 1, (got, err)


def test_a_pipe_is_read_as_it_comes():
    data = (CAPTURES / "fast-retransmit-sack.pcap").read_bytes()
    f = Following("-", "-e", "jsonl:-", stdin=subprocess.PIPE)
    f.p.stdin.write(data[:1000])
    f.p.stdin.flush()
    f.until(5)
    f.p.stdin.write(data[1000:])
    f.p.stdin.close()
    assert f.end() == (0, "") and len(f.rows) == 27


def has_read(pid, path):
    """Whether it waits, with all of the file read."""
    place = [n for n in os.listdir(f"/proc/{pid}/fd") if os.path.realpath(f"/proc/{pid}/fd/{n}") == path]
    at = [int(open(f"/proc/{pid}/fdinfo/{n}").readline().split()[1]) for n in place]
    return os.path.getsize(path) in at and open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "S"


def test_a_summary_of_what_grew():
    name = "keepalive-unanswered.pcap"
    path = copy(name)
    f = Following(path, "--summary=json")
    while not has_read(f.p.pid, path):
        assert f.p.poll() is None
        time.sleep(0.01)
    f.p.send_signal(signal.SIGTERM)
    assert f.end() == (128 + signal.SIGTERM, "")
    assert [r.strip() for r in f.rows] == run("-r", path, "--summary=json").expect(0).out.splitlines()


def test_a_script_looks_when_it_has_caught_up():
    path = copy("keepalive-unanswered.pcap")
    run("-f", "-r", path, "--script", "-", stdin="expect segments = 6\n").expect(0)
    run("-f", "--script", "-", stdin="").expect(2)


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
