"""JSON Lines: the keys of every type and their order, their types, nine decimals; and that no two sets of labels share a
sentence, in either language."""
from harness import *

OPEN = "connect\nexpect client is ESTABLISHED and server is ESTABLISHED within 3\n"
SCRIPTS = (
    "set server rcvbuf 4096\n" + OPEN + "read server off\nsend 6000 a post\nwait until zero-window-probe from client within 5\nwait 0.6\nread server on\nwait 0.3\nclose client\nwait 0.2\nclose server\nwait 0.1\n",
    "keepalive server 1\nauto on\n" + OPEN + "send 5 a post\nwait 1.3\nnote remark\nshutdown client wr\nwait 0.2\n",
    "accept off\nlisten 0\nconnect 2\nwait 1.2\naccept on\nwait 1.2\nselect 1\nabort client\nwait 0.1\n",
    "sysctl tcp_ecn 1\nset client mss 100\n" + OPEN + "write client 1000\nwait 0.1\nclose client\nclose server\nwait 0.1\n",
    "sysctl ip_local_port_range 40000 40000\n" + OPEN + "crash client\nwait 0.1\nconnect\nwait 0.2\nlisten off\nabort server\nwait 0.1\nconnect\nwait 0.2\n",
)
WIRED = "wire delay 20\n" + OPEN + ("wire drop next data from client\nwire duplicate next data from client\nwrite client 10\nwait 0.5\nwire corrupt next data from client\n"
         "write client 10\nwait 0.5\nwire hold\nwrite client 10\nwait 0.1\nwire flow\ninject to server R 101:101(0)\nwait 0.2\ninject to server . 5:5(0) ack 1\nwait 0.1\n"
         "inject to server - 31:35(4)\ninject to server P. 1:2(1) ack 5000\ninject to server P. 900000:900001(1)\ninject to client S 0:0(0)\nwait 0.1\ninject to server R 31:31(0)\nwait 0.2\n")
NUMBER, TEXT, NONE = (int,), (str,), type(None)
KEYS = {
    "session": dict(type=TEXT, tool=TEXT, version=TEXT, source=TEXT, started=TEXT),
    "segment": dict(type=TEXT, frame=NUMBER, time=(float,), conn=NUMBER, **{"from": TEXT}, src=TEXT, dst=TEXT, flags=TEXT, seq=NUMBER, ack=NUMBER,
                    len=NUMBER, win=NUMBER, options=(dict,), labels=(list,), wireshark=(list,), step=(str, NONE), client_state=(str, NONE),
                    server_state=(str, NONE), acks_frame=(int, NONE), repeats_frames=(list,), cause=(str, NONE), note=TEXT),
    "call": dict(type=TEXT, time=(float,), took=(float,), side=TEXT, conn=(int, NONE), name=TEXT, args=TEXT, result=(int, str)),
    "sample": dict(type=TEXT, time=(float,), side=TEXT, conn=NUMBER, state=TEXT, machine=TEXT, **{k: (int, NONE) for k in (
        "recv_q", "send_q", "unsent", "cwnd", "ssthresh", "rtt_us", "rto_us")}, timer=(str, NONE), timer_ms=(int, NONE)),
    "listener": dict(type=TEXT, time=(float,), state=TEXT, syn_q=(int, NONE), accept_q=(int, NONE), backlog=(int, NONE)),
    "stamp": dict(type=TEXT, time=(float,), frame=NUMBER, point=TEXT),
    "counter": dict(type=TEXT, time=(float,), side=(str, NONE), name=TEXT, delta=NUMBER),
    "note": dict(type=TEXT, time=(float,), text=TEXT),
    "wire": dict(type=TEXT, time=(float,), frame=NUMBER, event=TEXT, state=TEXT),
}


def check_row(line):
    row = json.loads(line)
    keys = KEYS[row["type"]]
    if row.pop("injected", None):  # only where it is so
        assert row["type"] == "segment" and '"injected":true}' in line
    assert list(row) == list(keys), (list(row), list(keys))
    for k, kinds in keys.items():
        assert type(row[k]) in kinds, (k, row)
    for number in re.findall(r'"(?:time|took)":([^,}]+)', line.split('"note"')[0]):
        assert re.fullmatch(r"\d+\.\d{9}", number), number
    return row


def check_segment(row, before):
    assert row["frame"] == before + 1 and row["labels"] and set(row["flags"]) <= set("FSRP.UEW")
    assert "".join(sorted(row["flags"], key="FSRP.UEW".index)) == row["flags"]
    assert row["acks_frame"] is None or row["acks_frame"] < row["frame"]
    assert all(f < row["frame"] and f"#{f}" in row["note"] for f in row["repeats_frames"][:1]), row
    assert "ack" not in row["labels"] or row["acks_frame"] is None or (f"#{row['acks_frame']}" in row["note"] and str(row["ack"]) in row["note"]), row
    return row["frame"]


def test_every_object_has_its_keys():
    seen = set()
    for text, *argv in [(text,) for text in SCRIPTS] + [(WIRED, "--wire")]:
        d, frame = script(text, *argv), 0
        assert d.status in (0, 1), d.err
        for n, line in enumerate(d.out.splitlines()):
            row = check_row(line)
            assert (row["type"] == "session") == (n == 0)
            seen.add(row["type"])
            if row["type"] == "segment":
                frame = check_segment(row, frame)
    assert seen == set(KEYS), seen ^ set(KEYS)


def sentences(argv, stdin=""):
    for lang in ("en", "zh"):
        seen = {}
        for s in run("--lang", lang, "-e", "jsonl:-", *argv, stdin=stdin).segments:
            key = re.sub(r"\d+(\.\d+)? ?(ms|µs|s|ns)?", "N", s["note"])
            assert seen.setdefault(key, s["labels"]) == s["labels"], (key, seen[key], s["labels"])
            assert "#?" not in s["note"] and "{" not in s["note"], s
        assert seen


def test_two_sets_of_labels_never_share_a_sentence():
    for text in SCRIPTS:
        sentences(("--script", "-"), text)
    sentences(("--wire", "--script", "-"), WIRED)
    for path in sorted((ROOT / "tests" / "captures").glob("*.pcap*")):
        if run("-r", "-", "-e", "jsonl:-", stdin=path.read_bytes()).segments:
            sentences(("-r", "-"), path.read_bytes())


def test_both_languages_hold_the_same_numbers():
    for path in sorted((ROOT / "tests" / "captures").glob("*.pcap*")):
        en, zh = (run("--lang", l, "-r", "-", "-e", "jsonl:-", stdin=path.read_bytes()).segments for l in ("en", "zh"))
        for a, b in zip(en, zh, strict=True):
            assert sorted(re.findall(r"#?\d+", a["note"])) == sorted(re.findall(r"#?\d+", b["note"])), (a["note"], b["note"])
