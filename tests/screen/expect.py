"""Whole screens: what the terminal shows must be what a .screen file beside this one holds, cell by cell.
TCPVIZ_ACCEPT=1 writes the files instead (then look at what changed: git diff)."""
import difflib, os, pathlib, time

HERE = pathlib.Path(__file__).resolve().parent


def clean(text):
    return "".join(line.rstrip() + "\n" for line in text.rstrip("\n").split("\n"))


def settled(t, rest=0.7):
    """The screen once it has not changed for a while."""
    text, since = clean(t.text()), time.monotonic()
    while time.monotonic() - since < rest:
        time.sleep(0.05)
        now = clean(t.text())
        if now != text:
            text, since = now, time.monotonic()
    return text


def whole(t, name, timeout=10):
    """Until the screen is that of the file."""
    path = HERE / f"{name}.screen"
    if os.environ.get("TCPVIZ_ACCEPT"):
        path.write_text(settled(t), encoding="utf-8")
        return
    want, end = path.read_text(encoding="utf-8"), time.monotonic() + timeout
    while (got := clean(t.text())) != want:
        if time.monotonic() > end:
            diff = "\n".join(difflib.unified_diff(want.splitlines(), got.splitlines(), path.name, "terminal", lineterm="", n=1))
            raise AssertionError(f"{path.name} is not what the terminal shows\n{diff}")
        time.sleep(0.03)
