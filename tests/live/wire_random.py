"""Wires that nobody chose: any mix of delay, loss, duplication, reordering and corruption, any order of commands. The bytes
that a reader got are the bytes that the other side wrote, or the connection has ended; machine and kernel agree; the timeline
never goes back. The sanitized program runs every fourth of each kind. A seed that fails is told; SEEDS=7 runs that one alone,
with both programs."""
import concurrent.futures, random, string
from harness import *

CHANCES = {"delay": (0, 0, 1, 5, 20, 50), "jitter": (0, 0, 1, 5, 10), "loss": (0, 0, 5, 10, 20), "duplicate": (0, 0, 5, 20),
           "reorder": (0, 0, 5, 20), "corrupt": (0, 0, 5, 10), "rate": (0, 0, 0, 1000, 10000), "queue": (0, 0, 5, 20)}
SYSCTLS = ("tcp_sack 0", "tcp_timestamps 0", "tcp_ecn 1", "tcp_early_retrans 0", "tcp_window_scaling 0", "tcp_fin_timeout 1", "tcp_dsack 0")


def mix(r):
    lines = []
    for what, values in CHANCES.items():
        if value := r.choice(values):
            lines.append(f"wire {what} {value}" + r.choice(("", "", " to client", " to server")))
    if r.random() < 0.4:
        lines.append("sysctl " + r.choice(SYSCTLS) + r.choice(("", " client", " server")))
    return lines


def transfer(r):
    """Two streams over a bad line, to their end, if it comes in time: where a SYN ACK was lost, the time-outs that follow are 8, 16,
    32 seconds, and a connection may take minutes."""
    lines = mix(r) + ["connect", "wait until client is ESTABLISHED and server is ESTABLISHED within 20"]
    for _ in range(r.randrange(1, 6)):
        lines.append(f"write {r.choice(('client', 'server'))} {r.choice((1, 100, 1448, 5000, 40000))}")
        lines.append(f"wait {r.choice((0.001, 0.01, 0.1))}")
    return lines + ["wait until client send-q = 0 and server send-q = 0 within 20", "wait 0.2", "close client", "close server", "wait 0.2"]


def anything(r):
    """Commands in any order, also such as cannot be done any more: those are left out as they fail."""
    n = r.choice((1, 1, 2))
    lines = mix(r) + ["connect"] * n + [f"wait {r.choice((0.1, 0.5, 1.5))}"]
    for _ in range(r.randrange(3, 12)):
        side, word = r.choice(("client", "server")), r.choice(("write", "write", "write", "close", "shutdown", "abort", "read", "crash", "send", "wire", "inject"))
        lines.append(f"select {r.randint(1, n)}")
        lines.append({"write": f"write {side} {r.choice((1, 100, 1448, 5000, 30000))}", "shutdown": f"shutdown {side} {r.choice(('wr', 'rdwr', 'rd'))}",
                      "read": f"read {side} {r.choice(('on', 'off'))}", "send": "send 300 a post",
                      "wire": "wire " + r.choice(("hold", "flow", "flow", "step", "drop next", "cut 0.2", "duplicate next data from client")),
                      "inject": f"inject to {side} " + r.choice(("R 101:101(0)", "P. 1:4(3) ack 1", ". 1:1(0) ack 1", "S 0:0(0)"))}.get(word, f"{word} {side}"))
        lines.append(f"wait {r.choice((0.01, 0.05, 0.3, 1))}")
    return lines + ["wire flow", "wait 1.5"]


def run_script(lines, seed, build):
    return script("\n".join(lines) + "\n", "--wire", "--seed", seed, build=build, timeout=100)


def run_what_can_be_done(lines, seed, build):
    """Once more without each command that could not be done."""
    while True:
        d = run_script(lines, seed, build)
        late = re.match(r"tcpviz: -:(\d+):", d.err)
        if d.status != 1 or not late:
            return d, lines
        lines = lines[:int(late[1]) - 1] + lines[int(late[1]):]


def pattern(call):
    """The bytes that a call tells of: the alphabet again and again, from its first letter on."""
    found = re.search(r'"([a-z]*)', call["args"])
    first, n = string.ascii_lowercase.index(found[1][0]) if found and found[1] else 0, call["result"]
    return (string.ascii_lowercase * (n // 26 + 2))[first:first + n], found[1] if found else ""


def streams_are_whole(rows, in_time):
    """What was read is a beginning of what was written; all of it, unless the connection has ended by an error, or the time."""
    calls = [r for r in rows if r["type"] == "call" and r["conn"] and isinstance(r["result"], int) and r["result"] > 0]
    for side, other in (("client", "server"), ("server", "client")):
        written = "".join(pattern(c)[0] for c in calls if c["side"] == side and c["name"] == "write")
        at = 0
        for c in (c for c in calls if c["side"] == other and c["name"] == "read"):
            text = pattern(c)[1]
            assert text and written[at:at + len(text)] == text, f"byte {at} from {side}: {text}, not {written[at:at + len(text)]}"
            at += c["result"]
        errors = [r for r in rows if r["type"] == "call" and r["result"] in ("ECONNRESET", "ETIMEDOUT", "EPIPE")]
        assert at == len(written) or errors or not in_time, f"{at} of {len(written)} bytes from {side}, and no error"


def one(seed):
    r = random.Random(seed)
    whole = seed % 2 == 0
    lines = transfer(r) if whole else anything(r)
    sanitized = [BUILD / "san"] * ("SEEDS" in os.environ or seed // 2 % 4 == 0)
    for build in [b for b in (BUILD, *sanitized) if (b / "tcpviz").exists()]:
        d, told = (run_script(lines, seed, build), lines) if whole else run_what_can_be_done(lines, seed, build)
        try:
            late = whole and d.status == 1 and re.match(r"tcpviz: -:\d+: waited 20 s for ", d.err)
            assert d.status == 0 or late, f"exit {d.status}"
            assert "runtime error" not in d.err and "Sanitizer" not in d.err
            agree(d.rows)
            heard(d.rows)
            assert ordered(d.rows), "the timeline goes back"
            assert all(len(s["note"]) > 15 and s["labels"] and "#?" not in s["note"] for s in d.segments)
            if whole:
                streams_are_whole(d.rows, not late)
        except AssertionError as why:
            return f"seed {seed}, {build}: {why}\n{d.err}\n" + "\n".join(told)
    return ""


def many(seeds):
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        bad = [why for why in pool.map(one, map(int, os.environ["SEEDS"].split(",")) if "SEEDS" in os.environ else seeds) if why]
    assert not bad, "\n\n".join(bad)


def test_random_wires_lose_no_byte():
    many(range(40))


def test_long_random_wires_lose_no_byte():
    many(range(1000, 1400))
