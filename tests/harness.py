"""What the tests of the program share: running it, reading its JSON Lines, driving it in a real terminal (tmux).
As root, everything that must work without privileges runs as nobody. Standard library only."""
import atexit, json, os, pathlib, re, shutil, subprocess, tempfile, time, uuid

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("TCPVIZ_BUILD", ROOT / "build"))
ROOT_USER = os.geteuid() == 0
DROP = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--inh-caps=-all"] if ROOT_USER else []


LEFT = []  # what a test leaves behind, and who takes it away


def tidy():
    """After every test: no terminal and no folder stays."""
    while LEFT:
        take_away, *what = LEFT.pop()
        take_away(*what)


atexit.register(tidy)


def scratch():
    """A folder that anybody may write to, gone when the test process ends."""
    d = tempfile.mkdtemp(prefix="tcpviz-test-")
    os.chmod(d, 0o777)
    LEFT.append((shutil.rmtree, d, True))
    return d


def readable(path):
    """A copy where any user may read it: the tree may lie in a folder of root's own."""
    copy = shutil.copy(path, scratch())
    os.chmod(copy, 0o644)
    return copy


def stored_session(name):
    """One of tests/sessions."""
    return readable(ROOT / "tests" / "sessions" / f"{name}.pcapng")


def program(build=BUILD):
    """A copy of the program where every user may run it: it needs no other file. It is not written by this process: a child
    that another thread starts meanwhile would hold it open, and what is open for writing cannot be run."""
    d = scratch()
    subprocess.run(["install", "-m", "755", str(build / "tcpviz"), d], check=True)
    return os.path.join(d, "tcpviz")


def environment(**more):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "TCPVIZ", "NO_COLOR", "XDG_"))}
    env |= {"LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "XDG_STATE_HOME": scratch(), "TERM": "xterm-256color"}
    return env | more


def given(text):
    """A standard input that holds this text. Not a pipe: who ends before it has read all would break it."""
    f = tempfile.TemporaryFile()
    f.write(text.encode())
    f.seek(0)
    return f


class Done:
    """What a run left: its status, its two outputs, and the rows of its JSON Lines."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def rows(self):
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]

    @property
    def segments(self):
        return [r for r in self.rows if r["type"] == "segment"]

    def expect(self, status=0):
        assert self.status == status, f"exit {self.status}, not {status}\n{self.err}\n{self.out[-3000:]}"
        return self


def run(*argv, stdin="", root=False, timeout=60, env=None, cwd=None, build=BUILD):
    """Runs the program with these arguments, as an ordinary user unless root is asked for."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    try:
        p = subprocess.run([*([] if root else DROP), program(build), *map(str, argv)], input=data, capture_output=True,
                           timeout=timeout, env=environment(**(env or {})), cwd=cwd or scratch())
        status, out, err = p.returncode, p.stdout, p.stderr
    except subprocess.TimeoutExpired as late:
        status, out, err = 124, late.stdout or b"", (late.stderr or b"") + b"\ntimed out"
    return Done(status, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def script(text, *argv, **more):
    """Runs a script in the private lab; its JSON Lines are the output."""
    return run(*argv, "--script", "-", "-e", "jsonl:-", stdin=text, **more)


def agree(rows, sides=("client", "server")):
    """Machine and kernel never differ in two samples running, on these sides of any connection."""
    before, seen = {}, 0
    for r in rows:
        if r["type"] != "sample" or r["side"] not in sides:
            continue
        seen += 1
        key, off = (r["conn"], r["side"]), r["state"] != r["machine"]
        assert not (off and before.get(key)), f"machine and kernel differ: {r}"
        before[key] = off
    assert seen, "no samples"
    assert not any(before.values()), f"machine and kernel differ at the end: {[k for k in before if before[k]]}"


def heard(rows):
    """On the wire nobody answers what has not come to him; what is made up may say anything."""
    come = set()
    for r in rows:
        if r["type"] == "wire" and r["event"] == "arrived":
            come.add(r["frame"])
        assert r["type"] != "segment" or r.get("injected") or r["acks_frame"] in come | {None}, f"that had not arrived yet: {r}"


def ordered(rows):
    """The timeline does not go back. Stamps are known late by nature. And where segments cross on two processors, the ring
    may hold the one first that was stamped last: by microseconds."""
    newest = 0
    for r in rows:
        if "time" not in r or r["type"] == "stamp":
            continue
        if r["time"] < newest - (0.001 if r["type"] == "segment" else 0):
            return False
        newest = max(newest, r["time"])
    return True


def both(text, *argv, **more):
    """Runs a script with the ordinary and with the sanitized program; returns the first one's result."""
    first = script(text, *argv, **more)
    if (BUILD / "san" / "tcpviz").exists():
        second = script(text, *argv, build=BUILD / "san", **{**more, "timeout": more.get("timeout", 60) * 2})
        assert second.status == first.status, f"sanitized: exit {second.status}, not {first.status}\n{second.err}"
        assert "runtime error" not in second.err and "Sanitizer" not in second.err, second.err
    return first


class Terminal:
    """The program in a real terminal. wait() waits for what the screen shows; nothing here sleeps for luck."""

    def __init__(self, *argv, cols=120, rows=40, root=False, build=BUILD, steady=True, **env):
        self.socket = "tcpviz-" + uuid.uuid4().hex[:8]
        pairs = environment(**(({"TCPVIZ_STEADY": "1"} if steady else {}) | env))
        words = " ".join(f"{k}={v}" for k, v in pairs.items() if k in env or k in
                         ("LC_ALL", "HOME", "XDG_STATE_HOME", "TCPVIZ_STEADY"))
        command = " ".join([*([] if root else DROP), "env", words, program(build), *argv])
        self.tmux("new-session", "-d", "-x", str(cols), "-y", str(rows),
                  f"{command}; echo EXIT=$?; stty -a | tr '\\n' ' '; sleep 3600")
        self.tmux("set-option", "-g", "escape-time", "0")
        LEFT.append((self.close,))

    def tmux(self, *words):
        return subprocess.run(["tmux", "-L", self.socket, "-f", "/dev/null", *words], capture_output=True, text=True).stdout

    def keys(self, *names):
        """Named keys, as tmux names them."""
        self.tmux("send-keys", *names)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def text(self, join=False):
        return self.tmux("capture-pane", "-p", *(["-J"] if join else []))

    def wait(self, *words, without=(), timeout=10):
        """Until all words (or patterns) stand on the screen and none of `without` does."""
        end = time.monotonic() + timeout
        while True:
            text = self.text()
            hit = lambda w: w.search(text) if isinstance(w, re.Pattern) else w in text
            if all(map(hit, words)) and not any(map(hit, without)):
                return text
            assert time.monotonic() < end, f"not on the screen within {timeout} s: {words} (without {without})\n{text}"
            time.sleep(0.03)

    def resize(self, cols, rows):
        self.tmux("resize-window", "-x", str(cols), "-y", str(rows))

    def pid(self):
        """Of the program itself."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            todo = self.tmux("list-panes", "-F", "#{pane_pid}").split()
            while todo:
                p = todo.pop()
                try:
                    if pathlib.Path(f"/proc/{p}/comm").read_text().strip() == "tcpviz":
                        return int(p)
                    todo += pathlib.Path(f"/proc/{p}/task/{p}/children").read_text().split()
                except OSError:
                    continue
            time.sleep(0.01)
        raise AssertionError("the program does not run\n" + self.text())

    def close(self):
        self.tmux("kill-server")
