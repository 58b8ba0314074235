"""Whole screens of one connection's life, at three sizes, in both languages, with and without graphics."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import Terminal, scratch
from expect import whole

UP = "128)"  # the listen() row: the lab is up
LATE = ["--keepalive", "1000"]  # no probe comes while keys are pressed


def life(name, cols, rows, *argv, **env):
    """From the first screen to the last, by keys."""
    t = Terminal(*LATE, *argv, cols=cols, rows=rows, **env)
    t.wait(UP)
    t.keys("Escape")
    whole(t, f"{name}-start")
    t.keys("c")
    whole(t, f"{name}-connect")
    t.keys("s")
    t.wait(":send 5 a post")
    t.keys("Enter")
    whole(t, f"{name}-send")
    t.keys("r", "Enter")
    whole(t, f"{name}-respond")
    t.keys("x")
    t.wait("FIN-WAIT-2")
    t.keys("X")
    whole(t, f"{name}-close")
    t.keys("Enter")
    whole(t, f"{name}-detail")
    t.keys("Escape")
    whole(t, f"{name}-close")
    t.keys("?")
    whole(t, f"{name}-help")
    t.close()


def test_a_life_at_120_by_40():
    life("120x40", 120, 40)


def test_a_life_at_80_by_24():
    life("80x24", 80, 24)


def test_a_life_at_200_by_60():
    life("200x60", 200, 60)


def test_a_life_in_chinese():
    life("zh-120x40", 120, 40, "--lang", "zh")


def test_a_life_in_chinese_at_80_by_24():
    life("zh-80x24", 80, 24, "--lang", "zh")


def test_a_life_in_ascii():
    life("ascii-120x40", 120, 40, "--ascii")


def test_keep_alive_and_its_answer():
    """A script from inside the screen; the probes are stopped as soon as the first is answered."""
    script = pathlib.Path(scratch()) / "probe.tcpviz"
    script.write_text("say The server asks after one second of silence\nkeepalive server 1\nconnect\n"
                      "wait until keep-alive-ack from client within 5\nkeepalive server off\n")
    t = Terminal(*LATE)
    t.wait(UP)
    t.type(f":source {script}")
    t.keys("Enter")
    t.wait("SO_KEEPALIVE, [0]")
    whole(t, "keep-alive")
    t.keys("/")
    t.type("keep-alive:")
    t.keys("Enter")
    t.wait("keep-alive probe")
    t.keys("Enter")
    whole(t, "keep-alive-detail")


def test_detail_of_data():
    t = Terminal(*LATE)
    t.wait(UP)
    t.keys("c", "s", "Enter")
    t.wait("a request waits", "6148) = 343")
    t.keys("/")
    t.type("343 bytes")
    t.keys("Enter")
    t.wait("data, POST")
    t.keys("Enter")
    t.wait("bytes and fields")
    t.keys("Tab", "Tab")
    whole(t, "data-detail")
    t.keys("Enter")
    whole(t, "data-text")


def test_without_utf8_only_ascii_reaches_the_terminal():
    """LC_ALL=C and a vt100 show what --ascii shows; no line-drawing letters (`qqqq`)."""
    for env in ({"LC_ALL": "C"}, {"TERM": "vt100"}, {"LC_ALL": "POSIX", "TERM": "xterm"}):
        t = Terminal(*LATE, **env)
        t.wait(UP)
        t.keys("Escape")
        whole(t, "ascii-120x40-start")
        t.keys("c")
        whole(t, "ascii-120x40-connect")
        t.keys("?")
        text = t.wait("keys of the ladder")
        assert text.isascii() and "qqq" not in text, text
        t.close()
