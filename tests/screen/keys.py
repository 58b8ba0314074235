"""What keys, the mouse and the prompt do, one thing a test."""
import os, pathlib, re, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import Terminal, scratch
from expect import whole

UP = "128)"  # the listen() row: the lab is up
LATE = ["--keepalive", "1000"]
CURSOR = re.compile(r"^▌.*", re.M)


def lab(*argv, **more):
    t = Terminal(*LATE, *argv, **more)
    t.wait(UP)
    return t


def answered(**more):
    """A connection with a request that was answered: 7 segments."""
    t = lab(**more)
    t.keys("c")
    t.wait("getsockopt")
    t.keys("s", "Enter")
    t.wait("a request waits")
    t.keys("r", "Enter")
    t.wait("= 113", "bytes: HTTP/1.1")
    return t


def command(t, line):
    t.keys("Escape")
    t.type(":" + line)
    t.keys("Enter")


def at(t, words):
    """Until the row under the cursor holds the words."""
    return t.wait(re.compile(r"^▌.*" + re.escape(words), re.M))


def test_completion():
    t = lab()
    t.type(":con")
    t.keys("Tab")
    t.wait(re.compile("^ :connect $|^ :connect$", re.M))
    t.keys("C-u")
    t.type("s")
    t.keys("Tab")
    t.wait("select send shutdown set sysctl say source")
    t.keys("C-u")
    t.type("keepalive c")
    t.keys("Tab")
    t.type("4")
    t.wait(":keepalive client 4")


def test_history():
    t = lab()
    for line in ("note one", "note two"):
        command(t, line)
        t.wait(re.compile(r"^▌.*" + line[5:], re.M))
    t.type(":dra")
    t.keys("Up")
    t.wait(":note two")
    t.keys("Up")
    t.wait(":note one")
    t.keys("Down", "Down")
    t.wait(":dra", without=(":note",))


def test_errors_tell_the_place_and_the_nearest():
    t = lab()
    for line, words in (("conect", "unknown command conect; nearest is connect"),
                        ("keepalive clent 5", "clent is not expected here; nearest is client"),
                        ("send x", "x is not a number; usage: send [N [CHAR]] [get|post]"),
                        ("wait until client is ESTABLISHT", "ESTABLISHT is no state; nearest is ESTABLISHED"),
                        ("reset now", "now is not expected here; usage: reset"),
                        ("source /nonexistent/x", "/nonexistent/x: No such file or directory")):
        command(t, line)
        t.wait(words, f" :{line}")  # and the line stays, to be put right
        t.keys("Escape")


def test_a_line_that_cannot_be_done_now_closes():
    """There is nothing in it to be put right: the next keys are keys."""
    t = lab()
    t.keys("r")
    t.wait(":respond great", "Enter run  Esc close  Tab complete", without=("c connect",))
    t.keys("Enter")
    t.wait("no connection yet: connect", "c connect", without=(":respond",))
    t.keys("c")
    t.wait("Handshake 3/3")
    t.keys("r", "Enter")
    t.wait("no request waits", "c connect", without=(":respond",))


def test_what_the_box_has_no_room_for_is_behind_enter():
    t = lab(cols=80, rows=24)
    t.keys("c")
    t.wait("Handshake 3 of 3", re.compile("… │\n╰─+ Enter the rest ──╯"))
    t.keys("Enter")
    t.wait("why, and the way")
    t.keys("Escape")
    t.resize(120, 40)
    t.wait("Handshake 3 of 3", without=("Enter the rest",))


def test_help_is_a_key_on_every_page():
    t = lab()
    for page, words in (("g", "terms"), ("I", "in numbers"), ("B", "bookmarks")):
        t.keys(page)
        t.wait(words)
        t.keys("?")
        t.wait("keys of the ladder", without=("is no key here",))
        t.keys("Escape")


def test_completion_of_scripts():
    t = lab()
    t.type(":source hand")
    t.keys("Tab")
    t.wait(":source handshake")


def test_filter_is_judged_while_it_is_typed():
    t = answered()
    t.keys("f")
    t.type("stat")
    t.wait("not valid yet")
    t.keys("Tab")
    t.type("established")
    t.wait("filter: state:established", " valid", without=("not valid",))
    t.keys("C-u")
    t.type("from:clint len>0")
    t.keys("Enter")
    t.wait("unknown value clint; nearest is client")
    t.keys("C-u")
    t.type("from:client len>0")
    t.keys("Enter")
    whole(t, "filtered")
    t.keys("f", "C-u", "Enter")
    t.wait("Handshake 1/3", without=("filter:",))


def test_search_goes_around():
    t = answered()
    t.keys("/")
    t.type("handshake")
    t.keys("Enter")
    at(t, "Handshake 1/3")
    t.wait("goes on from the first row")
    t.keys("n")
    at(t, "Handshake 2/3")
    t.keys("n")
    at(t, "Handshake 3/3")
    t.keys("N", "N")
    at(t, "Handshake 1/3")
    t.keys("N")
    at(t, "Handshake 3/3")
    t.keys("/")
    t.type("no such words")
    t.keys("Enter")
    t.wait("not found: no such words")
    at(t, "Handshake 3/3")
    t.keys("/")
    t.type("mss 1460")  # the words of the arrow, too
    t.keys("Enter")
    at(t, "Handshake 1/3")


def test_pause_and_back_to_live():
    t = answered()
    t.keys("Space")
    t.wait("‖ PAUSED")
    command(t, "note behind")
    t.wait("PAUSED  +1 new", without=("behind",))
    t.keys("G")
    at(t, "behind")
    t.wait("● LIVE", without=("PAUSED", "new"))
    t.keys("Up", "Up")
    at(t, "ack 114")
    command(t, "note below")
    t.wait("LIVE  +1 new")
    t.keys("End")
    t.wait("● LIVE", without=("new",))


def test_pace_by_key():
    t = lab()
    t.keys("p")
    t.wait("Space: next row")
    t.keys("c")
    t.wait("ESTABLISHED", without=("Handshake",))
    for _ in range(3):
        t.keys("Space")
    at(t, "Handshake 1/3")
    t.wait(without=("Handshake 2/3",))
    t.keys("Space")
    at(t, "Handshake 2/3")
    t.keys("p")
    t.wait("pace 1.0 s")
    at(t, "Handshake 3/3")
    t.keys("p")
    t.wait("getsockopt", without=("pace 1.0",))


def test_times_numbers_and_calls():
    t = answered()
    t.keys("S")
    t.wait("Handshake 1/3", without=("listen(",))
    t.keys("S")
    t.wait("listen(")


def test_themes():
    t = answered()
    colors = lambda: set(re.findall(r"\x1b\[[0-9;]*m", t.tmux("capture-pane", "-p", "-e")))
    seen = [colors()]
    for _ in range(2):
        t.keys("T")
        t.wait(UP)
        before = seen[-1]
        for _ in range(200):
            if colors() != before:
                break
        seen.append(colors())
    dark, light, mono = seen
    assert dark != light != mono != dark
    colored = lambda codes: [c for c in codes if re.search(r"[\[;](3[0-8]|4[0-8]|9[0-7])[;m]", c)]
    assert colored(dark) and colored(light) and not colored(mono), mono
    t.keys("T")
    for _ in range(200):
        if colors() == dark:
            return
    raise AssertionError("the fourth theme is not the first")


def test_no_color():
    t = answered(NO_COLOR="1")
    codes = re.findall(r"\x1b\[[0-9;]*m", t.tmux("capture-pane", "-p", "-e"))
    assert codes and not [c for c in codes if re.search(r"\b(3[0-7]|4[0-7]|38|48)\b", c)], codes


def test_marks_and_comparison():
    t = answered()
    t.keys("Home", "/")
    t.type("ACK of #4")
    t.keys("Enter")
    at(t, "ACK of #4")
    t.keys("m", "Up", "m")
    t.wait(re.compile(r"^▌\s+4\*", re.M), re.compile(r"^\s+5\*", re.M))
    t.keys("=")
    whole(t, "compared")
    t.keys("Escape", "*")
    t.wait(re.compile(r"^\s+1\*", re.M))


def test_copy_reaches_the_clipboard():
    t = answered()
    t.tmux("set-option", "-s", "set-clipboard", "on")
    t.keys("Home", "/")
    t.type("ACK of #4")
    t.keys("Enter")
    at(t, "ACK of #4")
    t.keys("y")
    t.wait("copied")
    for _ in range(100):
        if "ack 344" in t.tmux("show-buffer"):
            return
    raise AssertionError(t.tmux("show-buffer"))


def click(t, x, y, button=0):
    t.type(f"\x1b[<{button};{x};{y}M\x1b[<{button};{x};{y}m")


def test_a_key_that_means_nothing_says_so():
    t = answered()
    for key, name in (("z", "z"), ("F12", "F12"), ("C-t", "C-t")):
        t.keys(key)
        t.wait(f"{name} is no key here; ? shows those that are")
    t.keys("Escape")
    t.wait("s send", without=("is no key here",))


def test_mouse():
    t = answered(TERM="xterm-256color")
    lines = t.text().split("\n")
    y = next(i for i, line in enumerate(lines) if "Handshake 2/3" in line) + 1
    click(t, 20, y)
    at(t, "Handshake 2/3")
    click(t, 20, y, 64)
    at(t, "socket(AF_INET, SOCK_STREAM, 0) = 4")
    click(t, 20, y, 65)
    at(t, "Handshake 2/3")
    click(t, 20, y)
    t.wait("bytes and fields")
    t.keys("Escape")
    t.wait("Handshake 2/3")
    bar = lines[38]
    click(t, bar.index("close client") + 2, 39)
    t.wait("new  ◂ PAST")
    t.keys("G")
    t.wait("FIN-WAIT")


def test_export_dialog_asks_before_it_overwrites():
    folder = scratch()
    t = answered()
    t.keys("e")
    t.wait("tcpviz.txt")
    whole(t, "export")
    t.keys("Tab", "C-u")
    t.type(f"{folder}/lesson.txt")
    t.keys("Enter")
    t.wait("exported to ")
    first = pathlib.Path(folder, "lesson.txt").read_text()
    assert "Handshake 3/3" in first and os.listdir(folder) == ["lesson.txt"]
    command(t, "note afterwards")
    at(t, "afterwards")
    t.keys("e", "Enter")
    t.wait("The file exists: Enter overwrites it")
    t.keys("Escape")
    t.wait(without=("file exists",))
    assert pathlib.Path(folder, "lesson.txt").read_text() == first
    t.keys("e", "Enter")
    t.wait("The file exists")
    t.keys("Enter")
    t.wait("exported to ")
    assert "afterwards" in pathlib.Path(folder, "lesson.txt").read_text()


def test_export_to_a_place_that_cannot_be_written_tells_why():
    t = answered()
    t.keys("e", "Tab", "C-u")
    t.type("/nonexistent/x.txt")
    t.keys("Enter")
    t.wait("/nonexistent/x.txt: No such file or directory", "format")


def test_quit_asks_once():
    t = answered()
    t.keys("q")
    t.wait("not saved: q again leaves")
    t.keys("Up")
    t.wait(without=("not saved",))
    t.keys("q")
    t.wait("not saved")
    t.keys("q")
    t.wait("EXIT=0")


def test_several_connections():
    t = lab()
    command(t, "connect 3")
    t.wait("connection 3 of 3")
    t.keys("Tab")
    t.wait("connection 1 of 3", "54230")
    t.keys("BTab")
    t.wait("connection 3 of 3", "54232")
    command(t, "select 2")
    t.wait("connection 2 of 3", "54231")
    t.keys("o")
    t.wait("all 3")
    command(t, "select 9")
    t.wait("there is no such connection; there are 3")


def test_reset_gives_a_clean_lab():
    t = answered()
    command(t, "reset")
    whole(t, "reset")
    t.keys("c")
    t.wait("Handshake 3/3", "connection 2 of 2")


def test_a_line_of_teaching():
    t = lab()
    command(t, "say Look at the window: 你好, " + "it is long enough to need more than one line of this screen, " * 2)
    whole(t, "said")


def test_hostile_text_is_never_raw():
    """Escape sequences in a script's notes, in what is sent, and pasted into the prompt."""
    bad = "\x1b]0;owned\x07\x1b[31m\x1b[2J\x9b31m‮"
    script = pathlib.Path(scratch()) / "bad.tcpviz"
    script.write_bytes(f"note n {bad} end\nsay s {bad} end\nconnect\nwait until client is ESTABLISHED within 5\n"
                       f"send 3 \u202e\nwait 0.1\nrespond {bad}\nwait 0.1\n".encode() + b"note \xff\xfe\x80 bytes\n")
    t = lab()
    title = t.tmux("display-message", "-p", "#{pane_title}")
    command(t, f"source {script}")
    text = t.wait("bytes", "Handshake 3/3", "HTTP/1.1 200")
    assert "\u202e" not in text and t.tmux("display-message", "-p", "#{pane_title}") == title
    t.keys("v")
    text = t.wait("200 OK", "Content-Length")
    assert "\u202e" not in text and "\x9b" not in text
    assert t.tmux("display-message", "-p", "#{pane_title}") == title
