"""A session that is read again: the same screen as live, of any moment; and the past of a lab that runs."""
import gzip, os, pathlib, re, socket, subprocess, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import ROOT_USER, Terminal, environment, program, run, scratch, stored_session
from expect import whole

SESSION = """connect
expect client is ESTABLISHED within 3
send 5 a post
expect data from client within 2
mark asked
respond great
expect data from server within 2
wait 0.1
note both have spoken
close client
expect client is FIN-WAIT-2 within 2
close server
expect client is TIME-WAIT within 2
wait 0.1
"""


def session(text=SESSION):
    """A file that a script's session was kept in."""
    d = scratch()
    path = os.path.join(d, "lecture.pcapng")
    run("--script", "-", "-w", path, "--keepalive", "0", stdin=text, cwd=d, env={"TCPVIZ_STEADY": "1"}).expect(0)
    return path


def replay(path=None, *argv, **more):
    t = Terminal("-r", str(path or session()), *argv, **more)
    t.wait("×1", "▕●")
    return t


def to(t, place):
    t.type(f":at {place}")
    t.keys("Enter")


def at(t, words):
    """The cursor stands on the row with these words."""
    t.wait(re.compile("^▌.*" + re.escape(words), re.M))


def states(t, client, server, timeout=10):
    """Both panels say so."""
    t.wait(re.compile(rf"^│ {client or ' '} .*││ {server or ' '} ", re.M), timeout=timeout)


def test_a_session_opens_at_its_beginning():
    t = replay(stored_session("v1-loopback"))
    at(t, "socket(AF_INET, SOCK_STREAM, 0) = 3")
    whole(t, "replay-start")
    to(t, "asked")
    whole(t, "replay-asked")
    t.keys("B")
    whole(t, "replay-bookmarks")


def test_panels_show_the_moment_of_the_cursor_forth_and_back():
    t = replay()
    rows = [(1, "SYN-SENT", "LISTEN"), (2, "ESTABLISHED", "SYN-RECEIVED"), (3, "ESTABLISHED", "ESTABLISHED"),
            (8, "FIN-WAIT-1", "CLOSE-WAIT"), (9, "FIN-WAIT-2", "CLOSE-WAIT"), (10, "TIME-WAIT", "LAST-ACK"), (11, "TIME-WAIT", "CLOSED")]
    t.keys("End")
    states(t, "TIME-WAIT", "CLOSED")
    for frame, client, server in rows + rows[::-1]:
        to(t, f"#{frame}")
        t.wait(re.compile(rf"^▌ +{frame} ", re.M))
        states(t, client, server)


def test_the_kernel_and_the_last_read_of_the_moment():
    t = replay()
    to(t, "#3")
    t.wait("last read  –", without=("bytes: POST", "bytes: HTTP"))
    to(t, "asked")
    t.wait("343 bytes: POST /blog/ HTTP/1.1", "kernel ✓", "cwnd 10", without=("bytes: HTTP",))
    to(t, "#7")
    t.keys("Down")
    t.wait("113 bytes: HTTP/1.1 200 OK")
    t.keys("v")
    t.wait("great", "POST /blog/ HTTP/1.1", "Content-Length")


def test_playing_hides_what_comes_and_ends_with_all():
    t = replay()
    t.keys("Space")
    t.wait("▶ ×1")
    t.keys(">", ">", ">", ">", ">", ">", ">", ">", ">", ">")
    t.wait("×1000")
    t.wait("TIME-WAIT", "‖ ×1000")
    t.keys("<", "<", "<", "<", "<", "<", "<", "<", "<", "<", "<", "<", "<", "<")
    t.wait("×0.1")


def test_steps_show_one_row_more():
    t = replay()
    to(t, "#1")
    at(t, "Handshake 1/3")
    t.type(":play 0.1")
    t.keys("Enter", "Space")
    t.wait("‖ ×0.1")
    to(t, "#2")
    at(t, "Handshake 2/3")
    t.wait(without=("Handshake 3/3",))
    states(t, "ESTABLISHED", "SYN-RECEIVED")
    t.keys(".")
    at(t, "Handshake 3/3")
    t.wait(without=("accept4(",))
    t.keys("Down")
    at(t, "accept4(")
    t.keys("Up", "Up")
    at(t, "Handshake 2/3")
    states(t, "ESTABLISHED", "SYN-RECEIVED")
    t.keys("G")
    t.wait("ACK of FIN")
    t.type(":play 0")
    t.keys("Enter")
    t.wait("from 0.1 to 1000")


def test_frames_of_a_wire_travel_again():
    t = replay(stored_session("v1-wire"))
    to(t, "#1")
    t.type(":play 0.1")
    t.keys("Enter", "Space")
    t.wait("‖ ×0.1")
    to(t, "#4")
    t.wait(re.compile(r"│ +◉ +◉ +│ *$", re.M), without=("#3 arrived", "You dropped #4"))
    t.keys("G")
    t.wait("#15 arrived", without=("◉",))
    t.type(":at #3")
    t.keys("Enter")
    t.wait("#3 arrived", "You dropped #4")


def test_bookmarks_are_listed_and_gone_to():
    t = replay()
    t.keys("B")
    t.wait("bookmarks and notes", "▾ asked", "both have spoken")
    t.keys("Escape", "}")
    t.wait("kernel ✓", without=("bookmarks and notes",))
    t.keys("}")
    at(t, "both have spoken")
    t.keys("}")
    t.wait("no bookmark there")
    t.keys("{", "{")
    t.wait("no bookmark there")


def test_notes_and_marks_are_added_to_the_file():
    path = session()
    before = pathlib.Path(path).read_bytes()
    t = replay(path)
    to(t, "#2")
    at(t, "Handshake 2/3")
    t.type(":note mind the MSS <b>\\x")
    t.keys("Enter")
    at(t, "mind the MSS")
    t.type(":mark here")
    t.keys("Enter", "Up", "Up")
    at(t, "Handshake 1/3")
    t.type(":note it begins")
    t.keys("Enter")
    at(t, "it begins")
    t.keys("q")
    t.wait("EXIT=0")
    after = pathlib.Path(path).read_bytes()
    assert after.startswith(before) and len(after) > len(before)
    rows = run("-r", path, "-e", "jsonl:-").expect(0).rows
    old = [r for r in rows if r.get("text") not in ("it begins", "mind the MSS <b>\\x")]
    pathlib.Path(path).write_bytes(before)
    assert old == run("-r", path, "-e", "jsonl:-").expect(0).rows
    kinds = [r.get("frame") or r.get("text") for r in rows if r["type"] in ("segment", "note")]
    assert kinds[:4] == [1, "it begins", 2, "mind the MSS <b>\\x"], kinds
    pathlib.Path(path).write_bytes(after)
    t = replay(path)
    t.keys("B")
    t.wait("▾ here", "it begins", "mind the MSS", "▾ asked")


def test_a_damaged_or_packed_file_is_not_added_to():
    path = session()
    data = pathlib.Path(path).read_bytes()
    pathlib.Path(path).write_bytes(data[:-7])
    t = replay(path)
    t.type(":note x")
    t.keys("Enter")
    t.wait("damaged")
    assert pathlib.Path(path).read_bytes() == data[:-7]
    packed = os.path.join(os.path.dirname(path), "lecture.pcapng.gz")
    pathlib.Path(packed).write_bytes(gzip.compress(data))
    t = replay(packed)
    t.wait("Handshake 1/3")
    t.type(":mark x")
    t.keys("Enter")
    t.wait("it is packed")
    assert gzip.decompress(pathlib.Path(packed).read_bytes()) == data


def test_a_lab_shows_its_past_and_goes_on():
    t = Terminal("--keepalive", "1000")
    t.wait("listen(3, 128)")
    t.keys("c")
    t.wait("Handshake 3/3")
    states(t, "ESTABLISHED", "ESTABLISHED")
    t.keys("x", "X")
    t.wait("Last ACK")
    states(t, "TIME-WAIT", "CLOSED")
    t.type("/Handshake 2/3")
    t.keys("Enter")
    at(t, "Handshake 2/3")
    t.wait("LIVE", "◂ PAST")
    states(t, "ESTABLISHED", "SYN-RECEIVED")
    t.keys("End")
    t.wait("LIVE", without=("PAST",))
    states(t, "TIME-WAIT", "CLOSED")


def test_a_session_at_80_by_24_and_in_ascii():
    t = replay(cols=80, rows=24)
    t.wait("CLIENT")
    t = Terminal("-r", session(), "--ascii")
    t.wait("|| x1", "lecture.pcapng")
    t = Terminal("-r", session(), "--lang", "zh")
    t.wait("播放或停止", "私有环回")


def test_the_journal_of_an_interface_opens_with_the_list():
    if not ROOT_USER:
        return
    d = scratch()
    path = os.path.join(d, "lecture.pcapng")
    p = subprocess.Popen([program(), "-i", "lo", "--script", "-", "-w", path, "tcp port 4567"], stdin=subprocess.PIPE,
                         env=environment(), cwd=d)
    p.stdin.write(b"wait until fin within 10\nwait 0.2\n")
    p.stdin.close()
    end = time.monotonic() + 10
    while not os.path.exists(path):
        assert time.monotonic() < end
        time.sleep(0.01)
    with socket.create_server(("127.0.0.1", 4567)) as l:
        while p.poll() is None:  # the sniffer may open a moment later
            with socket.create_connection(("127.0.0.1", 4567)) as c:
                l.accept()[0].close()
                c.recv(1)
            time.sleep(0.05)
    assert p.returncode == 0
    os.chmod(path, 0o644)
    t = Terminal("-r", path)
    t.wait("127.0.0.1:4567", "segments")
    t.keys("Enter")
    t.wait("Handshake", "×1", "play or stop")
    t.keys("Space")
    t.wait(re.compile("▶|Last ACK"))
