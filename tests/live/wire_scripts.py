"""The scripts of the wire: every phenomenon that the catalogue names is shown by one, machine and kernel agree in all of
them, and the table of edges in the manual names scripts that do show them. `PYTHONPATH=tests python3
tests/live/wire_scripts.py >man/edges.tsv` writes that table anew, from several runs: an edge that was not taken every time is not promised."""
import concurrent.futures, sys
from harness import *

SCRIPTS = {p.stem: p for p in sorted((ROOT / "assets" / "scripts").glob("*.tcpviz")) if p.stem != "fifteen-steps"}
TABLE = ROOT / "man" / "edges.tsv"
SHOWN = 2  # scripts named for an edge
# What cannot be seen on this wire; the manual says why.
NOT_SHOWN = {23}
PHENOMENA = range(1, 62)


def title(name):
    """What a script shows: its numbers in the catalogue, and whether it takes long."""
    head = SCRIPTS[name].read_text().splitlines()[0]
    found = re.fullmatch(r"# (edges|[\d, ]+): (.+?)( \(long\))?", head)
    assert found, f"{name}: {head}"
    numbers = [] if found[1] == "edges" else [int(n) for n in found[1].split(",")]
    return numbers, bool(found[3])


def edges(rows):
    """The edges between states that each side took, from what the machine said of every row."""
    taken, state, conn, sender, listener = set(), {}, {}, {}, "CLOSED"

    def see(number, side, now):
        before = state.get((number, side))
        if now is None or now == before:
            return
        if before is not None:
            taken.add((side, before, now))
        state[number, side] = now

    for r in rows:
        if r["type"] == "segment":
            conn[r["frame"]], sender[r["frame"]] = r["conn"], r["from"]
            for side in ("client", "server"):
                state.setdefault((r["conn"], side), "LISTEN" if r[side + "_state"] == "LISTEN" else "CLOSED")
                see(r["conn"], side, r[side + "_state"])
        elif r["type"] == "wire" and r["frame"] in conn:
            see(conn[r["frame"]], "server" if sender[r["frame"]] == "client" else "client", r["state"])
        elif r["type"] == "sample":
            see(r["conn"], r["side"], r["machine"])
        elif r["type"] == "listener" and r["state"] != listener:
            taken.add(("server", listener, r["state"]))
            listener = r["state"]
    return taken


def play(name):
    """One script, as an ordinary user: it ends as it should, and machine and kernel agree."""
    kept = os.path.join(scratch(), "kept.pcapng")
    d = run("--wire", "--script", "-", "-e", "jsonl:-", "-w", kept, stdin=SCRIPTS[name].read_bytes(), timeout=150)
    try:
        d.expect(0)
        assert run("-r", kept, "-e", "jsonl:-").expect(0).out == d.out, "read again it is another session"
        agree(d.rows)
        heard(d.rows)
        assert ordered(d.rows), "the timeline goes back"
        assert any(r["type"] == "note" for r in d.rows), "nothing is said"
        assert re.search(r"^expect ", SCRIPTS[name].read_text(), re.M), "nothing is expected"
        times = [r["time"] for r in d.rows if "time" in r]
        assert title(name)[1] or max(times) - min(times) < 20, "it takes too long for a lesson"
    except AssertionError as why:
        return name, f"{name}: {why}", set()
    return name, "", edges(d.rows)


def promised():
    """The table: {(side, from, to): [script, ...]}."""
    lines = [line.split("\t") for line in TABLE.read_text().splitlines()]
    return {tuple(line[:3]): line[3].split() for line in lines}


def play_all(names):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = list(pool.map(play, names))
    bad = [why for _, why, _ in done if why]
    assert not bad, "\n".join(bad)
    return {name: taken for name, _, taken in done}


def check(names):
    seen = play_all(names)
    for edge, scripts in promised().items():
        for name in set(scripts) & set(names):
            assert edge in seen[name], f"{name} does not show {edge}"
    for name, taken in seen.items():
        unknown = {e for e in taken if e not in promised()}
        assert not unknown, f"{name}: the table does not know {unknown}: run tests/live/wire_scripts.py"


def test_every_phenomenon_has_a_script():
    numbers = {n for name in SCRIPTS for n in title(name)[0]}
    assert numbers == set(PHENOMENA) - NOT_SHOWN, numbers ^ (set(PHENOMENA) - NOT_SHOWN)


def test_every_script_shows_what_it_promises():
    check([name for name in SCRIPTS if not title(name)[1]])


def test_long_scripts_show_what_they_promise():
    check([name for name in SCRIPTS if title(name)[1]])


def test_a_script_that_is_built_in_runs_by_its_name():
    d = run("--wire", "--script", "handshake", "-e", "jsonl:-").expect(0)
    assert [s["step"] for s in d.segments[:3]] == ["handshake 1/3", "handshake 2/3", "handshake 3/3"]


def write():
    """The table, from three runs of every script."""
    runs = [play_all(SCRIPTS) for _ in range(3)]
    always = {name: set.intersection(*(r[name] for r in runs)) for name in SCRIPTS}
    every = {e for r in runs for taken in r.values() for e in taken}
    for side, old, new in sorted(every, key=lambda e: (e[1], e[2], e[0])):
        names = sorted((n for n in SCRIPTS if (side, old, new) in always[n]), key=lambda n: (title(n)[1], title(n)[0] or [99], n))
        print(side, old, new, " ".join(names[:SHOWN]), sep="\t")


if __name__ == "__main__":
    write()
