"""What the real kernel is made to show, and what the rows then say of it: labels, causes, steps, states, links."""
from harness import *

OPEN = "connect\nexpect client is ESTABLISHED and server is ESTABLISHED within 3\n"


def rows(text, *argv, status=0):
    d = both(text, *argv).expect(status)
    agree(d.rows)
    return d.segments


def only(segments, label, side=None):
    found = [s for s in segments if label in s["labels"] and side in (None, s["from"])]
    assert found, f"no {label} from {side}: {[(s['from'], s['labels']) for s in segments]}"
    return found[0]


def test_zero_window_probes_and_update():
    seg = rows("set server rcvbuf 4096\n" + OPEN + "read server off\nwrite client 6000\nwait until zero-window-probe from client within 5\n"
               "expect zero-window-probe-ack from server within 1\nread server on\nexpect window-update from server within 2\nwait 0.2\n")
    assert only(seg, "window-full", "client")["cause"] == "write"
    probe, answer = only(seg, "zero-window-probe"), only(seg, "zero-window-probe-ack")
    assert (probe["cause"], probe["len"], "keep_alive" in probe["wireshark"]) == ("persist", 0, True), probe
    assert answer["acks_frame"] == probe["frame"] and answer["win"] == 0
    copy = only(seg, "tail-loss-probe", "client")
    assert copy["cause"] == "tlp" and copy["repeats_frames"] and f"#{copy['repeats_frames'][0]}" in copy["note"], copy
    update = only(seg, "window-update", "server")
    assert update["win"] > 0 and str(update["win"]) in update["note"]


def test_a_delayed_ack_and_a_quick_one():
    seg = rows(OPEN + "write client 10\nexpect ack from server within 1\nset server quickack 0\nwrite client 10\nexpect ack from server within 1\n")
    quick, late = [s for s in seg if s["labels"] == ["ack"]][:2]
    assert quick["cause"] is None and late["cause"] == "delayed-ack"
    assert 0.02 < late["time"] - seg[late["acks_frame"] - 1]["time"] < 0.3


def test_half_close_and_close_are_told_apart():
    half = only(rows(OPEN + "shutdown client wr\nexpect client is FIN-WAIT-2 within 2\n"), "fin", "client")
    whole = only(rows(OPEN + "close client\nexpect client is FIN-WAIT-2 within 2\n"), "fin", "client")
    assert (half["cause"], whole["cause"]) == ("shutdown", "close")
    assert "can still receive" in half["note"] and "answered with RST" in whole["note"]


def test_kinds_of_rst():
    unread = only(rows(OPEN + "read server off\nwrite client 100\nexpect ack from server within 1\nclose server\nwait 0.1\n"), "rst")
    assert unread["cause"] == "close" and "unread" in unread["note"] and unread["client_state"] == "CLOSED"
    gone = only(rows(OPEN + "crash server\nwrite client 10\nexpect rst from server within 1\n"), "rst")
    assert gone["cause"] is None and "no such connection" in gone["note"]
    queue = only(rows("accept off\nconnect 2\nwait 0.2\nlisten off\nwait 0.1\n"), "rst")
    assert queue["cause"] == "close" and "listener" in queue["note"]
    refused = only(rows("listen off\nconnect\nexpect rst from server within 1\n"), "rst")
    assert refused["acks_frame"] == 1 and "refuses" in refused["note"] and refused["server_state"] == "CLOSED"


def test_a_syn_into_a_connection_that_the_host_forgot():
    seg = rows("sysctl ip_local_port_range 40000 40000\n" + OPEN + "crash client\nwait 0.1\nconnect\nexpect client is ESTABLISHED within 3\nwait 0.1\n")
    syn, answer, reset, again = only(seg, "port-reused"), only(seg, "challenge-ack"), only(seg, "rst"), only(seg, "retransmission")
    assert (syn["client_state"], syn["server_state"]) == ("SYN-SENT", "ESTABLISHED")
    assert answer["acks_frame"] == syn["frame"] and answer["client_state"] == "SYN-SENT"
    assert (reset["acks_frame"], reset["client_state"], reset["server_state"]) == (answer["frame"], "SYN-SENT", "CLOSED")
    assert again["repeats_frames"] == [syn["frame"]] and again["server_state"] == "LISTEN"
    assert (seg[-1]["client_state"], seg[-1]["server_state"]) == ("ESTABLISHED", "ESTABLISHED")


def test_two_keep_alives_at_once():
    seg = rows("keepalive client 1\nkeepalive server 1\n" + OPEN + "wait 1.3\n")
    probes = [s for s in seg if "keep-alive" in s["labels"]]
    assert {s["from"] for s in probes} == {"client", "server"} and all(s["cause"] == "keepalive" for s in probes)
    assert not [s for s in probes if "After 0" in s["note"]], probes


def test_fin_wait_2_vanishes():
    d = both("sysctl tcp_fin_timeout 1\n" + OPEN + "close client\nwait 2.5\nexpect client is CLOSED\nwrite server 10\nexpect rst from client within 1\n").expect(0)
    agree(d.rows)


def test_ecn_and_no_port_left():
    seg = rows("sysctl tcp_ecn 1\n" + OPEN)
    assert ["ecn-setup" in s["labels"] for s in seg] == [True, True, False] and seg[0]["flags"] == "SEW"
    d = both("sysctl ip_local_port_range 40000 40000\nconnect 2\nwait 0.1\n").expect(0)
    assert [r["result"] for r in d.rows if r["type"] == "call" and r["name"] == "connect"] == ["EINPROGRESS", "EADDRNOTAVAIL"], d.out


def test_sentences_differ_and_speak_of_one_byte():
    seen = {}
    for text in (OPEN + "write client 1\nwait 0.1\nclose client\nclose server\nwait 0.1\n", OPEN + "send 5 a post\nwait 0.1\nrespond\nwait 0.1\nabort client\nwait 0.1\n"):
        for s in rows(text):
            key = re.sub(r"\d+", "N", s["note"])
            assert seen.setdefault(key, s["labels"]) == s["labels"], (key, seen[key], s["labels"])
            assert not re.search(r"(?<![\d.#])1 (more )?bytes", s["note"]), s["note"]
