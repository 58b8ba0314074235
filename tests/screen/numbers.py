"""What is counted of a connection and measured of a row, from a capture whose numbers never change."""
import os, pathlib, shutil, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import ROOT, Terminal, scratch
from expect import whole


def capture(name, **more):
    """Opened at its list; under the same name everywhere."""
    folder = scratch()
    shutil.copy(ROOT / "tests" / "captures" / name, folder)
    os.chmod(os.path.join(folder, name), 0o644)
    t = Terminal("-r", os.path.join(folder, name), **more)
    t.wait("connections")
    return t


def test_the_sheet_of_a_connection():
    t = capture("fast-retransmit-sack.pcap")
    t.keys("I")
    whole(t, "sheet")
    t.keys("Escape")
    t.wait("activity")
    t.keys("Enter")
    t.wait("what happened")
    t.keys("I")
    t.wait("goodput, each byte once", "1,448 (9.1 %)")


def test_what_is_in_flight_and_when_the_answer_came():
    t = capture("fast-retransmit-sack.pcap")
    t.keys("Enter")
    t.wait("what happened")
    t.keys("Home", "Down", "Enter")
    t.wait("It answers #1 after")
    t.keys("Right", "Right")
    t.wait("In flight after it: 1,448 of a window of")
