"""The scripts that are built in run to their end without a terminal, and teach what they promise: those of the loopback.
Those of the wire are in wire_scripts.py."""
from harness import *

def find(rows, start, side, *labels, without=()):
    for i in range(start, len(rows)):
        if rows[i]["from"] == side and set(labels) <= set(rows[i]["labels"]) and not set(without) & set(rows[i]["labels"]):
            return i
    raise AssertionError(f"no {labels} from {side} after row {start}")


def test_the_fifteen_steps_come_in_order():
    text = (ROOT / "assets" / "scripts" / "fifteen-steps.tcpviz").read_text()
    kept = os.path.join(scratch(), "kept.pcapng")
    d = script(text, "-w", kept, timeout=120).expect(0)
    assert run("-r", kept, "-e", "jsonl:-").expect(0).out == d.out, "read again it is another session"
    agree(d.rows)
    at, steps = 0, (("client", "syn", ()), ("server", "syn-ack", ()), ("client", "handshake-ack", ()), ("server", "zero-window", ()),
                    ("client", "zero-window-probe", ("keep-alive",)), ("server", "zero-window-probe-ack", ()), ("server", "window-update", ()),
                    ("client", "data", ()), ("server", "ack", ()), ("server", "keep-alive", ()), ("client", "keep-alive-ack", ()),
                    ("server", "data", ()), ("client", "ack", ()), ("client", "fin", ()), ("server", "fin-ack", ("fin",)),
                    ("server", "fin", ()), ("client", "fin-ack", ()))
    for side, label, without in steps:
        at = find(d.segments, at, side, label, without=without) + 1
    assert (d.segments[-1]["client_state"], d.segments[-1]["server_state"]) == ("TIME-WAIT", "CLOSED")
    said = " ".join(r["text"] for r in d.rows if r["type"] == "note")
    for words in ("backlog bounds the accept queue", "not sent because the buffer is full", "TCP_KEEPIDLE", "0x10",
                  "Content-Length 5 is right for great only", "a FIN is not answered twice", "delayed ACK"):
        assert words in said, words
    assert not [n for n in range(1, 16) if f"Step {n}" not in said], "every step is told"
