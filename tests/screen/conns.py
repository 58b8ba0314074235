"""The list of a capture's connections: what it shows, how it is ordered and filtered, and what opens from it."""
import os, pathlib, re, signal, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from capture import bulk, many, strange
from harness import ROOT, Terminal, scratch
from expect import whole

LINE = re.compile(r"^([▌ ]) *(\d+)([ *])(\S+) +(\S+) +(\S+) +([\d,]+)(?: +([\d,.]+(?: [KMG])?) +([\d.]+) s)?", re.M)


def open_list(*argv, file=None, **more):
    t = Terminal("-r", file or strange(f"{scratch()}/strange.pcap"), *argv, **more)
    t.wait("strange.pcap" if file is None else pathlib.Path(file).name, without=("% read",))
    return t


def lines(t):
    """What stands in the list: (number, client, segments, seconds) of each line."""
    return [(int(m[2]), m[4], int(m[7].replace(",", "")), m[9] and float(m[9])) for m in LINE.finditer(t.text())]


def until(t, condition, timeout=10):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, t.text()
        time.sleep(0.03)


def command(t, line):
    t.type(":" + line)
    t.keys("Enter")


def on(t, words):
    """Until the cursor's line holds the words."""
    return t.wait(re.compile(r"^▌.*" + re.escape(words), re.M))


def click(t, x, y):
    t.type(f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m")


def test_sizes():
    t = open_list()
    whole(t, "conns-120x40")
    for cols, rows in ((80, 24), (60, 16), (200, 60), (250, 70), (100, 30), (120, 40)):
        t.resize(cols, rows)
        whole(t, f"conns-{cols}x{rows}")


def test_in_chinese():
    t = open_list("--lang", "zh")
    whole(t, "conns-zh-120x40")
    t.resize(80, 24)
    whole(t, "conns-zh-80x24")
    t.keys("?")
    whole(t, "conns-zh-help")


def test_in_ascii():
    t = open_list("--ascii")
    whole(t, "conns-ascii-120x40")
    t.keys("Enter", "F")
    text = t.wait("what both sides said")
    assert text.isascii(), text


def test_help_and_terms():
    t = open_list()
    t.keys("?")
    whole(t, "conns-help")
    t.keys("Escape", "g")
    t.wait("refused", "A RST ended the connection, not two FINs.")


def test_every_order():
    """Each column by its key and by a click on its head; the mark says which, and the cursor stays on its connection."""
    t = open_list(cols=160, rows=30, TERM="xterm-256color")
    by = {"client": [4, 5, 6, 7, 1, 2, 3], "server": [4, 5, 6, 7, 1, 2, 3]}
    t.keys("Down", "Down")
    on(t, "10.0.3.7:22")
    for head, first in (("client", 1), ("server", 3), ("state", 1), ("segs", 1), ("bytes", 1), ("time", 3), ("rexmt", 1),
                        ("0-win", 5), ("rtt", 7), ("activity", 3), ("#", 1)):
        t.keys("o")
        t.wait(("▾" if head in ("client", "server", "state", "#") else "▴") + head)
        until(t, lambda: lines(t)[0][0] == first)
        on(t, "10.0.3.7:22")
    t.keys("Left")
    t.wait("▴activity")
    t.keys("Right", "O")
    t.wait("▴#")
    until(t, lambda: [n for n, *_ in lines(t)] == [7, 6, 5, 4, 3, 2, 1])
    head = t.text().split("\n")[2]
    click(t, head.index("segs") + 1, 3)
    t.wait("▴segs")
    until(t, lambda: [s for _, _, s, _ in lines(t)] == sorted((s for _, _, s, _ in lines(t)), reverse=True))
    click(t, head.index("segs") + 1, 3)
    t.wait("▾segs")
    until(t, lambda: lines(t)[0][0] == 4)


def test_filter_of_connections():
    t = open_list()
    t.keys("f")
    t.type("conn.byt")
    t.wait("not valid yet: conn.bytes?")
    t.keys("Tab")
    t.wait("filter: conn.bytes>")
    t.type("20")
    t.wait("valid, 3 connections")
    t.type(" retr")
    t.keys("Tab")
    t.wait("valid, 1 connection", "conn.bytes>20 retransmission")
    t.keys("C-u")
    t.type("from:client")
    t.wait("not valid yet")
    t.keys("Enter")
    t.wait("from:client is asked of rows: open the ladder first")
    t.keys("C-u")
    t.type("state:refused or host:10.0.3.0/24 flag:rst")
    t.keys("Enter")
    until(t, lambda: [n for n, *_ in lines(t)] == [4, 6])
    t.wait("filter: state:refused or host:10.0.3.0/24 flag:rst", "2 connections")
    t.keys("f", "C-u", "Enter")
    until(t, lambda: len(lines(t)) == 7)
    command(t, "filter \"10.0.3.7:22\"")
    until(t, lambda: [n for n, *_ in lines(t)] == [3])
    command(t, "filter label:ce")
    t.wait("no connection passes the filter", "0 connections")
    command(t, "filter stat:x")
    t.wait("unknown word stat; nearest is state", ":filter stat:x")


def test_search_and_trouble():
    t = open_list()
    t.keys("/")
    t.type("10.0.3.7")
    t.keys("Enter")
    on(t, "10.0.3.7:22")
    t.keys("n", "n")
    on(t, "10.0.3.7:80")
    t.keys("N")
    on(t, "10.0.3.7:23")
    command(t, "find conn.zero>0")
    on(t, "40014")
    t.keys("/")
    t.type("state:re")
    t.wait("as a text")
    t.type("set")
    t.wait("as a filter")
    t.keys("Enter")
    on(t, "40015")
    t.keys("]")
    on(t, "60001")
    t.keys("]")
    on(t, "50122")
    t.wait("goes on from the first row")
    t.keys("[")
    on(t, "60001")
    command(t, "select 2")
    on(t, "50124")
    command(t, "find nowhere")
    t.wait("not found: nowhere")


def test_the_ladder_of_one_and_back():
    t = open_list()
    t.keys("Down", "Enter")
    whole(t, "conns-one")
    t.keys("Escape")
    on(t, "50124")
    t.wait("7 connections, 00:05:12")
    t.keys("Up")
    on(t, "50122")


def test_the_ladder_of_those_that_are_marked():
    t = open_list()
    t.keys("End", "Up", "m", "Up", "Up", "m")
    t.wait("2 marked", re.compile(r"^▌ +4\*", re.M))
    t.keys("Enter")
    whole(t, "conns-marked")
    t.keys("o")
    t.wait("all 7")
    t.keys("o")
    t.wait("2 connections of 7")
    t.keys("Escape", "*")
    t.wait("7 marked")
    t.keys("Enter")
    t.wait("all 7", re.compile(r"^▌ +1 +1 +0.000000", re.M))
    t.keys("Escape", "*")
    t.wait(without=("marked",))
    command(t, "filter port:80")
    t.wait("2 connections")
    t.keys("*")
    t.wait("2 marked")
    t.keys("Enter")
    t.wait("2 connections of 7", "POST")


def test_trouble_in_the_ladder():
    t = open_list()
    t.keys("*", "Enter")
    t.wait("all 7")
    rows = ((47, "Refused: nobody listens"), (65, "window 0"), (73, "Zero-window probe"), (75, "still no room"), (83, "breaks off"),
            (104, "a gap before them"), (120, "though it had arrived"), (47, "Refused"))
    for number, words in rows:
        t.keys("]")
        t.wait(re.compile(f"^▌ *{number} .*{words}", re.M))
    t.wait("goes on from the first row")
    t.keys("[")
    t.wait(re.compile("^▌ *120 ", re.M))


def test_go_to_a_frame_or_a_time():
    t = open_list()
    command(t, "at #30")
    t.wait(re.compile(r"^▌ *30 ", re.M), "all 7")
    t.keys("Escape", "Enter")
    t.wait("connection 1 of 7")
    command(t, "at 8.3")
    on(t, "8.300000")
    command(t, "at #126")  # of another connection
    t.wait(re.compile(r"^▌ *126 ", re.M), "all 7")
    command(t, "at #500")
    t.wait("there is no frame or mark #500")
    t.keys("Escape", "Escape")
    command(t, "at 311.99")
    t.wait(re.compile(r"^▌.*312.000000", re.M))


def test_two_rows_of_a_capture_compared():
    t = open_list()
    t.keys("Enter", "m", "Down", "m", "=")
    whole(t, "conns-compared")


def test_what_both_sides_said():
    t = open_list()
    t.keys("Down")
    on(t, "50124")
    t.keys("F")
    whole(t, "talk-text")
    t.keys("x")
    whole(t, "talk-hex")
    t.keys("Tab", "x")
    t.wait("what the client said", "GET / HTTP/1.1", without=("200 OK",))
    t.keys("Tab")
    t.wait("what the server said", "200 OK", without=("GET",))
    t.resize(80, 24)
    t.keys("?")
    t.wait("keys of what was said")
    t.keys("Escape", "Escape")
    on(t, "50124")
    t.keys("End", "Enter")
    t.wait(" 7 of 7")
    t.keys("F")
    t.wait("[4 bytes missing]", "seen again", "␛[31m")


def test_export_of_what_is_shown():
    folder = scratch()
    t = open_list()
    command(t, "filter state:refused")
    t.wait("1 connection")
    t.keys("e", "Tab", "C-u")
    t.type(f"{folder}/one.txt")
    t.keys("Tab", "Right", "Enter")
    t.wait("exported to")
    text = pathlib.Path(folder, "one.txt").read_text()
    assert "40013" in text and "50122" not in text, text
    t.keys("q")  # a file is not asked for
    t.wait("EXIT=0")


def test_a_capture_without_connections():
    empty = pathlib.Path(scratch()) / "empty.pcap"
    empty.write_bytes(pathlib.Path(strange(f"{scratch()}/s.pcap")).read_bytes()[:24])
    t = Terminal("-r", str(empty))
    t.wait("empty.pcap", "0 segments, 0 connections", "there is no TCP connection in it")
    t.keys("Enter", "F", "m", "*", "o", "]", "Down", "End")
    t.keys("g")
    t.wait("terms")


def test_twenty_thousand_connections():
    """Scrolled, ordered and filtered: every line is the one that a plain sort of what was written gives."""
    path, facts = many(f"{scratch()}/many.pcap", 20000)
    t = open_list(file=path)
    t.wait("20,000 connections")
    number = {client: i + 1 for i, (client, *_) in enumerate(facts)}
    rows = 35

    def shows(order, top):
        want = [(number[f[0]], f[0], f[1]) for f in order[top:top + rows]]
        until(t, lambda: [(n, c, s) for n, c, s, _ in lines(t)] == want)

    shows(facts, 0)
    t.keys("End")
    shows(facts, 20000 - rows)
    t.keys("PgUp", "PgUp")
    shows(facts, 20000 - rows - 2 * (rows - 1) + rows - 1)
    t.keys("Home", "o", "o", "o", "o")
    by_segments = sorted(facts, key=lambda f: -f[1])
    shows(by_segments, 0)
    t.keys("PgDn", "PgDn", "PgDn", "PgDn")
    shows(by_segments, 4 * (rows - 1) - rows + 1)
    t.keys("Home", "o")
    shows(sorted(facts, key=lambda f: -f[2]), 0)
    t.keys("O")
    shows(sorted(facts, key=lambda f: f[2]), 0)
    t.keys("o")
    shows(sorted(facts, key=lambda f: -f[3]), 0)
    command(t, "filter conn.bytes>1K conn.time<20 port:81")
    kept = [f for i, f in enumerate(facts) if f[2] > 1024 and f[3] < 20 and i % 3 == 1]
    t.wait(f"{len(kept):,} connections")
    shows(sorted(kept, key=lambda f: -f[3]), 0)
    t.keys("*")
    t.wait(f"{len(kept):,} marked")
    t.keys("Enter")
    t.wait(f"{len(kept)} connections of 20000")
    first = min(i for i, f in enumerate(facts) if f in kept)
    on(t, f" {first + 1} ")


def test_the_file_is_read_while_keys_are_answered():
    """Stepped: the program runs for some milliseconds at a time, so that what it shows while it reads can be seen."""
    t = Terminal("-r", bulk(f"{scratch()}/bulk.pcap", 1200000))
    pid = t.pid()

    def step(*words):
        end = time.monotonic() + 20
        while not all(re.search(w, t.text()) for w in words):
            assert time.monotonic() < end, t.text()
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.004)
            os.kill(pid, signal.SIGSTOP)
            time.sleep(0.02)

    os.kill(pid, signal.SIGSTOP)
    step(r"▕.*▏ \d+ % read", r"no connection stands out so far")
    t.keys("Enter")
    step(r"Handshake 3/3", r" \d+ % read")
    t.keys("Escape")
    step(r"1 connection", r" \d+ % read")
    t.keys("C-c")
    step(r"reading was stopped", r"stopped, \d+ % read")
    os.kill(pid, signal.SIGCONT)
    kept = int(re.search(r"([\d,]+) segments", t.text())[1].replace(",", ""))
    assert 0 < kept < 1200003, kept
    t.keys("Enter", "End")
    on(t, f"{kept}")
    t.keys("C-c")
    t.wait("EXIT=0")


def sleeps(pid):
    """Until the program has not woken for half a second."""
    status = pathlib.Path(f"/proc/{pid}/status")
    wakes = lambda: re.findall(r"ctxt_switches:\s+(\d+)", status.read_text())
    end = time.monotonic() + 10
    while True:
        before = wakes()
        time.sleep(0.5)
        if wakes() == before:
            return
        assert time.monotonic() < end, f"it does not sleep: {before}, {wakes()}"


def test_a_capture_that_grows_on_the_screen():
    """What comes is shown at once; while nothing comes the program sleeps. That the file was made shorter is told."""
    data = (ROOT / "tests/captures/fast-retransmit-sack.pcap").read_bytes()
    path = pathlib.Path(scratch()) / "grows.pcap"
    path.write_bytes(data[:24])
    path.chmod(0o644)
    t = Terminal("-f", "-r", str(path))
    t.wait("0 segments", "no TCP connection so far", "waits for more")

    def grow(more):
        with open(path, "ab") as f:
            f.write(more)

    grow(data[24:400])
    t.wait(re.compile(r"\b[1-9] segments, 2 connections"), "waits for more")
    t.keys("Enter")
    t.wait("Handshake 3/3")
    sleeps(t.pid())
    grow(data[400:])
    t.wait("Handshake 3/3", re.compile(r"ACK of #\d+"))
    t.keys("Escape")
    t.wait("26 segments, 2 connections", "waits for more")
    os.truncate(path, 100)
    t.wait("made shorter")
    t.keys("q")
    t.wait("EXIT=1")


def test_an_interface_has_the_list_too():
    """In the lab, whose loopback is an interface as good as any."""
    t = Terminal("--keepalive", "1000")
    t.wait("128)")
    command(t, "connect 2")
    t.wait("connection 2 of 2")
    t.keys("L")
    t.wait("127.0.0.1:54230", "127.0.0.1:54231", "2 connections", "● LIVE", "no connection stands out")
    t.keys("Down", "Enter")
    t.wait("connection 2 of 2", "CLIENT 127.0.0.1:54231")
    t.keys("Escape", "Up", "Enter")
    t.wait("connection 1 of 2", "CLIENT 127.0.0.1:54230")
    t.keys("s", "Enter")
    t.wait("a request waits")
    t.keys("F")
    t.wait("what both sides said", "POST /blog/ HTTP/1.1")
    t.keys("Escape", "Escape")
    t.wait("2 connections")
    t.keys("Escape")
    t.wait("connection 1 of 2")
