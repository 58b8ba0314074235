"""The terminal around the program: its size, stopping and going on, being killed, closing."""
import os, pathlib, re, signal, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import ROOT, Terminal, readable
from expect import clean, whole

UP = "128)"  # the listen() row: the lab is up
LATE = ["--keepalive", "1000"]


def lab(**more):
    t = Terminal(*LATE, **more)
    t.wait(UP)
    t.keys("Escape", "c")
    t.wait("ESTABLISHED", "getsockopt")
    return t


def until(condition, what, timeout=10):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.03)


def alone(pid):
    """Nobody else is in the network namespace of that process and nothing mounts it: it goes when the process goes."""
    ns, found = os.readlink(f"/proc/{pid}/ns/net"), []
    for p in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(p / "ns/net") == ns:
                found.append(p.name)
        except OSError:
            continue
    assert found == [str(pid)], found
    assert ns not in pathlib.Path(f"/proc/{pid}/mountinfo").read_text()
    return lambda: until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "it is still there")


def modes(t):
    """Of the terminal itself, whoever reads it."""
    tty = t.tmux("display-message", "-p", "#{pane_tty}").strip()
    return os.popen(f"stty -a < {tty}").read()


def sane(t):
    flags = t.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_cursor_flag}")
    assert flags.split() == ["0", "1", "0", "0"], flags
    text = modes(t)
    assert " icanon" in text and " echo " in text and "intr = ^C" in text, text


def test_sizes():
    t = lab()
    whole(t, "120x40-connect")
    for cols, rows in ((250, 70), (60, 16), (80, 24), (200, 60), (120, 40)):
        t.resize(cols, rows)
        whole(t, f"{cols}x{rows}-connect")


def test_too_small_a_terminal_asks_for_room():
    t = lab()
    for cols, rows in ((59, 16), (60, 15), (20, 4)):
        t.resize(cols, rows)
        t.wait("tcpviz needs 60 x 16"[:cols], without=("ESTABLISHED", "CLIENT"))
    t.resize(60, 16)
    whole(t, "60x16-connect")


def test_stop_and_go_on():
    t = lab()
    before = clean(t.text())
    pid = t.pid()
    stopped = lambda: pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    for _ in range(2):
        t.keys("C-z")
        until(stopped, "it did not stop")
        sane(t)
        os.kill(pid, signal.SIGCONT)
        t.wait("ESTABLISHED")
        until(lambda: clean(t.text()) == before, t.text())
        assert " -icanon" in modes(t)
    t.keys("s")
    t.wait(":send 5")


def test_a_size_that_changed_while_it_was_stopped():
    t = lab()
    pid = t.pid()
    t.keys("C-z")
    until(lambda: " icanon" in modes(t), "it did not stop")
    t.resize(80, 24)
    os.kill(pid, signal.SIGCONT)
    whole(t, "80x24-connect")


def ends(number, status):
    t = lab()
    pid = t.pid()
    gone = alone(pid)
    os.kill(pid, number)
    t.wait(f"EXIT={status}")
    sane(t)
    gone()
    assert "ESTABLISHED" not in t.text()


def test_terminated():
    ends(signal.SIGTERM, 143)


def test_interrupted_by_a_signal():
    ends(signal.SIGINT, 130)


def test_a_crash_gives_the_terminal_back():
    ends(signal.SIGSEGV, 139)


def test_an_abort_gives_the_terminal_back():
    ends(signal.SIGABRT, 134)


def test_leaving_gives_the_terminal_back():
    t = lab()
    gone = alone(t.pid())
    t.keys("q", "q")
    t.wait("EXIT=0")
    sane(t)
    gone()


def test_ctrl_c_is_a_key():
    t = lab()
    t.type(":note half")
    t.keys("C-c")
    t.wait("ESTABLISHED", without=("note half",))
    t.keys("C-c")
    t.wait("not saved: q again leaves")
    t.keys("C-c")
    t.wait("EXIT=0")
    sane(t)


def test_a_closed_terminal_ends_it():
    t = lab()
    gone = alone(t.pid())
    t.tmux("kill-pane")
    gone()


def test_hung_up():
    t = lab()
    pid = t.pid()
    gone = alone(pid)
    os.kill(pid, signal.SIGHUP)
    t.wait(re.compile(r"EXIT=\d+"))
    sane(t)
    gone()


def test_a_capture_on_standard_input_leaves_the_keys_to_the_terminal():
    path = readable(ROOT / "tests" / "captures" / "kafka.pcap")
    t = Terminal("-r", "-", "<", path)
    t.wait("1 connection", "Enter ladder")
    t.keys("Enter")
    t.wait("Handshake 1/3")
    t.keys("q")
    t.wait("EXIT=0")


def test_nothing_is_drawn_while_nothing_changes():
    t = lab()
    pid = t.pid()
    until(lambda: "ESTABLISHED" in t.text(), "no connection")
    wrote = lambda: int(re.search(r"wchar: (\d+)", pathlib.Path(f"/proc/{pid}/io").read_text()).group(1))
    end, rest, before = time.monotonic() + 20, time.monotonic(), wrote()
    while time.monotonic() - rest < 1.5:
        assert time.monotonic() < end, "it never stops writing"
        time.sleep(0.1)
        now = wrote()
        if now != before:
            before, rest = now, time.monotonic()
