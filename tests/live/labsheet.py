"""--labsheet: the answers are those that the rows of JSON Lines give by the book, and a sheet for the class has none of them."""
import os, re, shutil, struct
from harness import *

CAPTURES = ROOT / "tests" / "captures"


def sheet(data, *argv, kind="answers", lang="en"):
    return run("-r", "-", f"--labsheet={kind}" if kind else "--labsheet", "--lang", lang, *argv, stdin=data).expect(0).out


def ip(src, dst, sport, dport, flags, seq, ack, data=b"", win=1000):
    tcp = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, win, 0, 0) + data
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, bytes(src), bytes(dst)) + tcp


def capture(frames):
    """Frames with their microseconds, as pcap of raw IP."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for us, frame in frames:
        out += struct.pack("<IIII", 1_700_000_000 + us // 1000000, us % 1000000, len(frame), len(frame)) + frame
    return out


def upload():
    """A client that sends seven segments of 100 bytes; the fourth is lost and sent again; one ACK covers two segments."""
    c, s, cp, sp, ci, si = (10, 0, 0, 1), (10, 0, 0, 2), 40000, 80, 1000, 5000
    up = lambda seq, data: ip(c, s, cp, sp, 0x18, ci + seq, si + 1, data)
    ack = lambda n, win=900: ip(s, c, sp, cp, 0x10, si + 1, ci + n, b"", win)
    d = b"POST /a HTTP/1.1\r\n".ljust(100, b"x")
    return capture([(0, ip(c, s, cp, sp, 0x02, ci, 0)), (1000, ip(s, c, sp, cp, 0x12, si, ci + 1)), (2000, ip(c, s, cp, sp, 0x10, ci + 1, si + 1)),
                    (10000, up(1, d)), (18000, ack(101)), (20000, up(101, d)), (21000, up(201, d)), (36000, ack(301, 700)),
                    (40000, up(301, d)), (41000, up(401, d)), (49000, ack(301, 700)), (240000, up(301, d)), (248000, ack(501)),
                    (250000, up(501, d)), (251000, up(601, d)), (266000, ack(601)), (267000, ack(701)),
                    (300000, ip(c, s, cp, sp, 0x11, ci + 701, si + 1)), (301000, ack(702))])


def test_the_classic_answers():
    out = " ".join(sheet(upload()).split())
    assert "The client is 10.0.0.1:40000, the server 10.0.0.2:80" in out
    assert "Segment #1 has the number 1000" in out and "acknowledges 1001: that is 1000 + 1" in out and "#2 has the number 5000" in out
    assert "The client sends 700 bytes. Segment #4 begins them, with the number 1 (data, POST /a)" in out
    rows = re.findall(r"#(\d+) (\d+) (\d+\.\d{6}) #(\d+) (\d+\.\d{6}) ([\d.]+|-) ([\d.]+|-)", out)
    assert [(int(r[0]), int(r[1]), int(r[3])) for r in rows] == [(4, 1, 5), (6, 101, 8), (7, 201, 8), (9, 301, 13), (10, 401, 13), (14, 501, 16)], out
    estimate, want = None, []
    for sent, came, again in ((10, 18, 0), (20, 36, 0), (21, 36, 0), (40, 248, 1), (41, 248, 1), (250, 266, 0)):
        rtt = (came - sent) / 1000
        estimate = estimate if again else rtt if estimate is None else estimate * 7 / 8 + rtt / 8
        want.append(("-", "-") if again else (f"{rtt:.6f}", f"{estimate:.6f}"))
    assert [(r[5], r[6]) for r in rows] == want, (rows, want)
    assert "No RTT of #9: sent again before the ACK came" in out and "No RTT of #10: the ACK also covers what was sent again." in out
    assert "no ACK came" not in out
    assert "#4: 100 bytes of data, 120 with its TCP header." in out
    assert "700 bytes, in #8. No" in out
    assert "Yes, 1: #12. Their numbers were sent before." in out
    assert "140 bytes on average, from 100 to 200, in 5 ACKs. For more than one full segment: 2." in out
    assert "the numbers went from 1 to 701: 700 bytes in 0.257000 s, that is 2723 bytes a second" in out


def test_the_sheet_for_the_class_has_no_answers():
    for lang in ("en", "zh"):
        blank, whole, key = (sheet(upload(), kind=k, lang=lang) for k in ("blank", "", "answers"))
        questions = re.findall(r"^ ?(\d+)\. ", whole, re.M)
        assert questions == [str(i) for i in range(1, 11)] == re.findall(r"^ ?(\d+)\. ", blank, re.M) == re.findall(r"^ ?(\d+)\. ", key, re.M)
        assert "____" in blank and not any(w in blank for w in ("1000", "5000", "0.010000", "2723"))
        assert "2723" in whole and "____" not in whole and len(key) < len(whole)
        assert all(len(line) <= 80 for line in (blank + whole).splitlines())


def test_a_segment_that_nobody_acknowledged_has_no_rtt():
    c, s = (10, 0, 0, 1), (10, 0, 0, 2)
    out = " ".join(sheet(capture([(0, ip(c, s, 40000, 80, 0x18, 1000, 1, b"x" * 10)), (10, ip(s, c, 80, 40000, 0x10, 1, 1010)),
                                  (20, ip(c, s, 40000, 80, 0x18, 1010, 1, b"y" * 10))])).split())
    assert "No RTT of #3: no ACK came." in out and "sent again before" not in out, out


def test_any_capture_has_a_sheet():
    for path in sorted(CAPTURES.glob("*.pcap*")):
        assert "10. " in sheet(path.read_bytes()), path.name
    assert "There is no connection in it." in sheet(capture([]))


def test_what_does_not_go_with_it():
    for argv in (["--labsheet"], ["-r", "-", "--labsheet=all"], ["-r", "-", "--labsheet", "--summary"], ["-r", "-", "--labsheet", "-e", "txt:-"]):
        d = run(*argv)
        assert d.status == 2 and d.err.count("\n") == 1, (argv, d.err)
