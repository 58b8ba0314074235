"""--summary: the connections of a capture, against its rows counted here; and what rows may take of the memory."""
import json, os, re, struct
from harness import *

CAPTURES = ROOT / "tests" / "captures"


def copy(name, cut=None):
    path = os.path.join(scratch(), name)
    with open(path, "wb") as f:
        f.write((CAPTURES / name).read_bytes()[:cut])
    return path


def connections(path, *argv):
    return run("-r", path, "--summary=json", *argv)


def count(rows, side):
    """What can be told from the rows alone; bytes seen before are found in a set."""
    mine = [r for r in rows if r["from"] == side]
    seen, unique, again, repeated = set(), 0, 0, 0
    for r in mine:
        numbers = [(r["seq"] + i) % 2**32 for i in range(r["len"])]
        edge = (["S"] if "S" in r["flags"] else []) + ([("F", r["seq"] + r["len"])] if "F" in r["flags"] else [])
        old = [n for n in numbers if n in seen]
        unique += len(numbers) - len(old)
        again += len(old)
        repeated += bool(old) or any(e in seen for e in edge)
        seen.update(numbers + edge)
    return {"segments": len(mine), "bytes": sum(r["len"] for r in mine), "unique_bytes": unique, "retransmitted_bytes": again,
            "retransmitted_segments": repeated, "data_segments": sum(r["len"] > 0 for r in mine),
            "pure_acks": sum(r["flags"] == "." and not r["len"] for r in mine), "syns": sum("S" in r["flags"] for r in mine),
            "fins": sum("F" in r["flags"] for r in mine), "resets": sum("R" in r["flags"] for r in mine),
            "zero_windows": sum(r["win"] == 0 and "R" not in r["flags"] for r in mine)}


def test_the_summary_is_what_the_rows_say():
    for name in ("fast-retransmit-sack.pcap", "keepalive-unanswered.pcap", "fast-open.pcap", "nanosecs_big_endian.pcap", "mptcp-aa-v1.pcap"):
        rows = run("-r", copy(name), "-e", "jsonl:-").expect(0).segments
        found = connections(copy(name)).expect(0).rows
        assert [c["conn"] for c in found] == sorted({r["conn"] for r in rows}), name
        for c in found:
            mine = [r for r in rows if r["conn"] == c["conn"]]
            assert (c["first"], c["last"]) == (mine[0]["time"], mine[-1]["time"]), name
            assert (c["client_state"], c["server_state"]) == (mine[-1]["client_state"], mine[-1]["server_state"]), name
            for side in ("client", "server"):
                want = count(mine, side)
                assert {k: c["from_" + side][k] for k in want} == want, (name, c["conn"], side)


def test_the_text_has_a_line_a_connection_and_totals():
    name = "fast-open.pcap"
    lines = run("-r", copy(name), "--summary").expect(0).out.splitlines()
    found = connections(copy(name)).expect(0).rows
    assert len(lines) == len(found) + 2 and all(len(line) <= 120 for line in lines), lines
    for line, c in zip(lines[1:], found):
        segments = c["from_client"]["segments"] + c["from_server"]["segments"]
        assert line.split()[:3] == [str(c["conn"]), c["client"], c["server"]] and f" {segments} " in line, line
    total = sum(c[half]["segments"] for c in found for half in ("from_client", "from_server"))
    assert f"segments {total}," in lines[-1] and f"connections {len(found)}," in lines[-1], lines[-1]
    chinese = run("-r", copy(name), "--summary", "--lang", "zh").expect(0).out.splitlines()
    assert len(chinese) == len(lines) and re.findall(r"\d+", chinese[-1]) == re.findall(r"\d+", lines[-1]), chinese[-1]


def test_a_broken_capture_is_summed_up_as_far_as_it_goes():
    d = connections(copy("fast-retransmit-sack.pcap", 1500)).expect(1)
    assert len(d.rows) == 2 and "byte 1" in d.err and d.err.count("\n") == 1, d.err


def test_of_what_is_no_capture_nothing_is_said():
    for option in ("--summary", "--summary=json", "--labsheet"):
        d = run("-r", "/etc/passwd", option).expect(3)
        assert d.out == "" and d.err == "tcpviz: /etc/passwd: neither pcap nor pcapng\n", (d.out, d.err)


def test_what_does_not_go_with_a_summary():
    name = copy("gre.pcap")
    for argv, words in ((("--summary",), "goes with --read only"), (("-r", name, "--summary=xml"), "xml is not one of json"),
                        (("-r", name, "--summary", "-e", "txt:-"), "do not go together"), (("-r", name, "--memory", "many"), "512M")):
        d = run(*argv).expect(2)
        assert words in d.err and not d.out, d.err


def many_segments(path, count):
    """One connection that goes back and forth."""
    ends = (b"\x0a\x00\x00\x01", b"\x0a\x00\x00\x02"), (5000, 80)
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for i in range(count):
            a, b = i % 2, 1 - i % 2
            tcp = struct.pack(">HHIIBBHHH", ends[1][a], ends[1][b], 1 + i // 2, 1 + (i + 1) // 2, 0x50, 0x18, 1000, 0, 0) + b"x"
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, ends[0][a], ends[0][b])
            f.write(struct.pack("<IIII", 1700000000 + i // 1000, i % 1000 * 1000, len(ip + tcp), len(ip + tcp)) + ip + tcp)


def test_old_rows_give_way_and_it_is_said():
    path = os.path.join(scratch(), "many.pcap")
    many_segments(path, 150000)
    script = "expect segments = 150000\n"
    d = run("-r", path, "--memory", "6M", "--script", "-", stdin="wait 0\n").expect(0)
    assert "oldest rows have given way" in d.err and d.err.count("\n") == 1, d.err
    d = run("-r", path, "--memory", "1G", "--script", "-", stdin=script).expect(0)
    assert not d.err, d.err
    whole = connections(path, "--memory", "1M").expect(0)
    assert whole.rows[0]["from_client"]["segments"] == 75000 and not whole.err
    rows = run("-r", path, "--memory", "1M", "-e", "jsonl:-").expect(0)
    assert rows.out.count('"type":"segment"') == 150000 and not rows.err
