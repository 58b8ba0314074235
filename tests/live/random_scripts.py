"""Scripts that nobody wrote: valid commands in any order, over several connections. Whatever happens, machine and kernel
agree, the timeline never goes back, and nothing is broken. A seed that fails is told; SEEDS=7 runs that one alone."""
import concurrent.futures, os, random
from harness import *

SYSCTLS = ("tcp_sack 0", "tcp_timestamps 0", "tcp_window_scaling 0", "tcp_ecn 1", "tcp_fin_timeout 1",
           "tcp_abort_on_overflow 1", "tcp_tw_reuse 1", "ip_local_port_range 40000 40003", "tcp_dsack 0", "tcp_early_retrans 0",
           "tcp_retries2 3", "tcp_syn_retries 1")
OPTIONS = ("nodelay 1", "cork 1", "cork 0", "quickack 0", "quickack 1", "rcvbuf 4096", "rcvbuf 2304", "sndbuf 4608", "linger 0",
           "linger 1", "linger off", "mss 100", "mss 536", "congestion cubic", "user_timeout 500", "window_clamp 2000",
           "notsent_lowat 1000")


class Writer:
    """Writes a script, and keeps count of what is open, so that most commands can be done."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.lines, self.open, self.selected, self.listening = [], {}, 0, True

    def say(self, text):
        self.lines.append(text)

    def begin(self):
        r = self.r
        for _ in range(r.choice((0, 0, 1, 2))):
            self.say("sysctl " + r.choice(SYSCTLS))
        for _ in range(r.choice((0, 1, 2))):
            self.say(f"set {r.choice(('client', 'server'))} {r.choice(OPTIONS)}")
        if r.random() < 0.2:
            self.say(f"keepalive {r.choice(('client', 'server'))} 1 1 2")
        if r.random() < 0.15:
            self.say("accept off")
            if r.random() < 0.5:
                self.say("listen %d" % r.choice((0, 1)))
        self.connect()

    def connect(self):
        if not self.listening or sum(map(bool, self.open.values())) > 5:
            return
        n = self.r.choice((1, 1, 1, 2, 3))
        self.say("connect" if n == 1 else f"connect {n}")
        for _ in range(n):
            self.selected = len(self.open) + 1
            self.open[self.selected] = {"client", "server"}
        self.say("wait 0.05")

    def select(self):
        left = [c for c, sides in self.open.items() if sides]
        if left:
            self.selected = self.r.choice(left)
            self.say(f"select {self.selected}")

    def act(self):
        r = self.r
        side = r.choice(("client", "server"))
        if r.random() < 0.1:
            self.listening = not self.listening
            self.say("listen off" if not self.listening else "listen %d" % r.choice((0, 1, 5)))
        elif r.random() < 0.12 or not any(self.open.values()):
            self.connect()
        elif r.random() < 0.08:
            self.say(r.choice(("accept on", "accept on", "accept off", "auto on", "auto off")))
        else:
            if side not in self.open[self.selected]:
                self.select()
            if side not in self.open[self.selected]:
                return
            word = r.choice(("write", "write", "write", "send", "respond", "read", "read", "shutdown", "close", "close", "abort", "crash", "set", "keepalive"))
            if word in ("close", "abort", "crash"):
                self.open[self.selected].discard(side)
            if word == "send" and "client" not in self.open[self.selected]:
                return
            self.say({"write": f"write {side} {r.choice((1, 10, 100, 1448, 3000, 20000))}",
                      "send": f"send {r.choice((0, 5, 3000))} a {r.choice(('get', 'post'))}",
                      "respond": "auto on", "read": f"read {side} {r.choice(('on', 'off', '1000'))}",
                      "shutdown": f"shutdown {side} {r.choice(('rd', 'wr', 'rdwr'))}", "set": f"set {side} {r.choice(OPTIONS)}",
                      "keepalive": f"keepalive {side} {r.choice(('1', '1 1 1', 'off'))}"}.get(word, f"{word} {side}"))
        if r.random() < 0.5:
            self.say(f"wait {r.choice((0.002, 0.01, 0.05, 0.1, 0.3))}")

    def text(self):
        self.begin()
        for _ in range(self.r.randrange(4, 25)):
            self.act()
        return "\n".join([*self.lines, "wait 0.6", ""])


def one(seed):
    text = Writer(seed).text()
    for build in [b for b in (BUILD, BUILD / "san") if (b / "tcpviz").exists()]:
        d = script(text, build=build)
        try:
            assert d.status in (0, 1), f"exit {d.status}"
            assert "runtime error" not in d.err and "Sanitizer" not in d.err
            if any(r["type"] == "sample" for r in d.rows):
                agree(d.rows)
            assert ordered(d.rows), "the timeline goes back"
            assert all(len(s["note"]) > 15 and s["labels"] and "#?" not in s["note"] for s in d.segments)
        except AssertionError as why:
            return f"seed {seed}, {build}: {why}\n{d.err}\n{text}"
    return ""


def many(seeds):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        bad = [why for why in pool.map(one, map(int, os.environ["SEEDS"].split(",")) if "SEEDS" in os.environ else seeds) if why]
    assert not bad, "\n".join(bad)


def test_random_scripts_agree():
    many(range(40))


def test_long_random_scripts_agree():
    many(range(1000, 1500))
