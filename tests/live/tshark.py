"""The same numbers and the same names as tshark 4.0 gives: for every capture from its stored answers, and where it is installed
also for streams that nobody has seen before."""
import sys
from harness import *

sys.path.insert(0, str(ROOT / "tests" / "captures"))
import answers, random_streams


def ours(path):
    streams, out = {}, []
    for s in run("-r", path, "-e", "jsonl:-").expect(0).segments:
        flags = sum(1 << answers.LETTERS.index(l) for l in s["flags"] if l in answers.LETTERS)
        o = s["options"]
        options = [name + str(o[name]) for name in ("mss", "wscale", "tsval") if name in o] + ["sack"] * ("sack_permitted" in o)
        names = [n for n in answers.NAMES if n in s["wireshark"]]
        assert len(names) == len(s["wireshark"]), s
        out.append(answers.line(s["frame"], streams.setdefault(s["conn"], len(streams) + 1), flags, s["seq"], s["ack"], s["len"],
                                s["win"], options, names))
    return out


def compare(name, path, wanted):
    """Line by line; where tshark measured nothing, ours is not asked for more than its flags, options and names."""
    got = ours(path)
    for want, have in zip(wanted, got):
        if want.split()[5] == "-":
            have = " ".join(have.split()[:3] + ["-"] * 4 + have.split()[7:])
        assert want == have, f"{name}:\ntshark {want}\n  ours {have}"
    assert len(wanted) == len(got), f"{name}: {len(wanted)} segments, ours {len(got)}"


def readable(path):
    copy = os.path.join(scratch(), os.path.basename(path))
    shutil.copy(path, copy)
    os.chmod(copy, 0o644)
    return copy


def test_every_capture_as_tshark_has_it():
    stored = answers.stored()
    assert sorted(stored) == [p.name for p in answers.captures()], "run tests/captures/answers.py"
    for path in answers.captures():
        compare(path.name, readable(path), stored[path.name])


def installed():
    return shutil.which("tshark") and " 4.0." in subprocess.run(["tshark", "--version"], capture_output=True, text=True).stdout


def test_the_stored_answers_are_those_of_tshark_long():
    stored = answers.stored() if installed() else {}
    for name, lines in stored.items():
        assert answers.answers(answers.HERE / name) == lines, name


def test_streams_that_nobody_has_seen():
    for seed in range(3) if installed() else ():
        path = os.path.join(scratch(), f"streams-{seed}.pcap")
        with open(path, "wb") as f:
            f.write(random_streams.capture(seed, 40, 65535 if seed else 66))
        compare(f"seed {seed}", path, answers.answers(path))
