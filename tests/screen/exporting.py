"""Exports beside the screen: a bar that tells how far one is, Esc that gives it up and leaves nothing, the last one again, and rows
handed to the clipboard."""
import os, re, shutil, time
from harness import *

CAPTURES = ROOT / "tests" / "captures"


def opened(name="keepalive-unanswered.pcap"):
    """The ladder of a capture, and a folder for what is written."""
    folder = scratch()
    shutil.copy(CAPTURES / name, folder)
    os.chmod(os.path.join(folder, name), 0o644)
    t = Terminal("-r", f"{folder}/{name}")
    t.wait("1 connection")
    t.keys("Enter")
    t.wait("Handshake 1/3")
    return t, folder


def appears(folder, name):
    """What the file holds, once it is there."""
    end = time.monotonic() + 10
    while name not in os.listdir(folder):
        assert time.monotonic() < end, os.listdir(folder)
        time.sleep(0.03)
    return open(os.path.join(folder, name)).read()


def command(t, line):
    t.type(":" + line)
    t.keys("Enter")


def test_the_last_export_again():
    t, folder = opened()
    t.keys("E")
    t.wait("nothing was exported yet")
    t.keys("e")
    t.wait("format")
    t.keys("Right", "Tab", "C-u")
    t.type(f"{folder}/ladder.html")
    t.keys("Enter")
    t.wait("exported to ")
    first = appears(folder, "ladder.html")
    assert first.startswith("<!doctype html>") and first.count('id="f') == 6
    os.unlink(os.path.join(folder, "ladder.html"))
    t.keys("E")
    again = appears(folder, "ladder.html")
    assert re.sub(r"nonce[-=]\S+", "", again) == re.sub(r"nonce[-=]\S+", "", first)
    command(t, f"export csv:{folder}/rows")
    t.wait(f"exported to {folder}/rows")
    os.unlink(os.path.join(folder, "rows"))
    t.keys("E")
    assert appears(folder, "rows").startswith("type,time,")


def test_only_what_the_filter_shows():
    t, folder = opened()
    command(t, "filter keep-alive")
    t.wait("filter: keep-alive")
    t.keys("e")
    t.wait("format")
    t.keys("Tab", "C-u")
    t.type(f"{folder}/some.txt")
    t.keys("Tab", "Right", "Enter")
    t.wait("exported to ")
    text = open(os.path.join(folder, "some.txt")).read()
    assert "Keep-alive probe 2" in text and "Handshake" not in text, text


def large(folder):
    """A capture whose export takes a while on any machine."""
    data = (CAPTURES / "fast-retransmit-sack.pcap").read_bytes()
    path = os.path.join(folder, "large.pcap")
    with open(path, "wb") as f:
        f.write(data)
        for _ in range(30):
            f.write(data[24:] * 1000)
    os.chmod(path, 0o644)
    return path


def test_an_export_that_lasts_shows_how_far_it_is_and_esc_stops_it():
    folder = scratch()
    t = Terminal("-r", large(folder))
    t.wait("780,026 segments, ", without=("% read",), timeout=60)
    os.unlink(os.path.join(folder, "large.pcap"))
    command(t, f"export html:{folder}/page")
    t.wait(re.compile(r"exporting page ▕.*▏ \d+ %  Esc stops it"), timeout=30)
    t.keys("Down")  # keys are answered meanwhile
    t.keys("Escape")
    t.wait("page: stopped, nothing was written")
    assert os.listdir(folder) == [], "nothing is left of it"


def test_marked_rows_go_to_the_clipboard():
    t, _ = opened()
    t.tmux("set-option", "-s", "set-clipboard", "on")
    t.keys("Home", "m", "Down", "Down", "m", "y")
    t.wait("copied, rows: 2")
    for _ in range(100):
        got = t.tmux("show-buffer")
        if "Handshake 3/3" in got:
            break
    lines = got.splitlines()
    assert len(lines) == 2 and "Handshake 1/3" in lines[0] and "Handshake 3/3" in lines[1], got
