"""--diff on the terminal: the account on top, rows that differ marked, from one difference to the next."""
import pathlib, re, signal, os, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import Terminal, scratch, stored_session
from capture import ACK, FIN, PSH, RST, SYN, Capture, Connection
from expect import whole

SIZES = [(120, 40), (80, 24), (200, 60)]


def closed_and_aborted():
    """Two captures: a client that closes after two writes, and one that aborts after three."""
    paths = []
    for name, writes, end in (("close.pcap", 2, FIN | ACK), ("abort.pcap", 3, RST | ACK)):
        c = Capture()
        conn = Connection(c, f"10.0.0.1:{40000 + writes}", "10.0.0.2:3344")
        conn.send(0, 0, SYN)
        conn.send(0.01, 1, SYN | ACK)
        conn.send(0.02, 0, ACK)
        for i in range(writes):
            conn.send(0.03 + i / 50, 0, PSH | ACK, b"GET / HTTP/1.1\r\n" if i == 0 else b"\x1b[31mhello" * (i + 1))
            conn.send(0.04 + i / 50, 1, ACK)
        conn.send(0.5, 0, end)
        if end & FIN:
            conn.send(0.51, 1, FIN | ACK)
            conn.send(0.52, 0, ACK)
        paths.append(c.write(os.path.join(scratch(), name)))
    return paths


def diff(a, b, *argv, **more):
    t = Terminal(*argv, "--diff", str(a), str(b), **more)
    t.wait(" A  ", " B  ")
    return t


def test_the_screens():
    a, b = closed_and_aborted()
    for cols, rows in SIZES:
        t = diff(a, b, cols=cols, rows=rows)
        whole(t, f"diff-{cols}x{rows}")
        t.keys("]", "]", "]")
        whole(t, f"diff-{cols}x{rows}-third")
        t.close()
    for cols, rows in SIZES[:2]:
        t = diff(a, b, "--lang", "zh", cols=cols, rows=rows)
        t.keys("]")
        whole(t, f"diff-zh-{cols}x{rows}")
        t.close()
    t = diff(a, b, "--ascii")
    t.keys("]", "]", "]")
    whole(t, "diff-ascii-120x40")
    t.keys("Enter")
    whole(t, "diff-compared")
    t.keys("?")
    t.wait("keys of two sessions side by side", without=("is no key here",))
    t.keys("Escape", "Enter")
    t.wait("two rows compared")
    t.keys("Escape")
    t.wait("rows alike")
    t.keys("?")
    whole(t, "diff-help")


def cursor(t, words):
    t.wait(re.compile("^▌.*" + re.escape(words), re.M))


def test_from_difference_to_difference_and_back():
    t = diff(stored_session("v1-loopback"), stored_session("v1-wire"))
    t.wait("Between the columns: ≠", "Times are not compared.", "rows not alike: ")
    seen = []
    for _ in range(200):
        t.keys("]")
        line = None
        t.wait(re.compile(r"^▌.*|no difference after this", re.M))
        text = t.text()
        if "no difference after this" in text:
            break
        line = re.search(r"^▌(.*)", text, re.M)[1]
        seen.append(line)
    assert all(re.search("[≠<>]", l) for l in seen) and len(seen) > 20, seen
    t.keys("[")
    t.wait(without=("no difference",))
    t.keys("Home", "[")
    t.wait("no difference before this")


def test_moving():
    t = diff(*[stored_session("v1-loopback")] * 2)
    t.wait("no difference", "No difference. Rows alike: ")
    t.keys("]")
    t.wait("no difference after this")
    cursor(t, "connections")
    t.keys("PageDown")
    t.wait(re.compile("^▌.*(write|read|ACK|SYN|sockopt)", re.M), without=("segments       29",))
    t.keys("End")
    cursor(t, "close(7)")
    t.keys("G", "k", "j", "Home")
    cursor(t, "connections")
    t.keys("Space")
    t.wait(without=("No difference. ",))
    t.keys("C-b")
    cursor(t, "connections")
    t.keys("Enter")
    t.wait("Go to a row first")
    t.keys("x")
    t.wait("x is no key here")
    t.keys("T", "C-l", "Down")
    cursor(t, "segments")
    t.keys("q")
    t.wait("EXIT=0")


def test_sizes_change():
    a, b = closed_and_aborted()
    t = diff(a, b)
    t.keys("]", "]", "]")
    t.wait(re.compile("^▌.*≠", re.M))
    t.resize(80, 24)
    t.wait(re.compile("^▌.*≠", re.M), re.compile("^╰─{78}╯$", re.M))
    t.resize(50, 10)
    t.wait("tcpviz needs 60 x 16 cells")
    t.resize(120, 40)
    t.wait(re.compile("^▌.*≠", re.M), re.compile("^╰─{118}╯$", re.M))
    t.keys("F10")
    t.wait("EXIT=0")


def test_what_is_looked_at_stays_when_the_size_changes():
    t = diff(stored_session("v1-loopback"), stored_session("v1-wire"))
    for key in "]" * 12:
        t.keys(key)
    row = lambda: re.search(r"^▌ *(\d+ +[\d.]+)", t.text(), re.M)
    end = time.monotonic() + 10
    while not row() and time.monotonic() < end:
        t.keys("]")
        time.sleep(0.2)
    looked_at = row()[1]
    for cols, rows in (80, 24), (200, 60), (62, 18), (120, 40):
        t.resize(cols, rows)
        t.wait(re.compile("^▌ *" + looked_at, re.M), re.compile(f"^╰─{{{cols - 2}}}╯$", re.M))
    t.resize(80, 20)
    t.keys("?")
    t.wait(re.compile("─ ?1–"))
    t.keys("PageDown")
    t.wait(re.compile(r"─ ?1?[2-9]\d?–"))
    t.resize(70, 18)
    t.wait(re.compile(r"─ ?1?[2-9]\d?–"), re.compile("^╰─{68}╯$", re.M))


def test_a_click_and_a_signal():
    t = diff(*closed_and_aborted())
    t.type("\x1b[<0;30;6M")
    t.wait(re.compile("^▌.*", re.M))
    os.kill(t.pid(), signal.SIGTERM)
    t.wait("EXIT=143", " echo ")


def test_the_live_screen_says_where_two_are_compared():
    t = Terminal("-r", stored_session("v1-loopback"))
    t.wait("▕●")
    t.type(":view next-difference")
    t.keys("Enter")
    t.wait("tcpviz --diff A B")
