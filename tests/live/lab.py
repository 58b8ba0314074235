"""The private lab, as an ordinary user: every command with the real kernel, and machine and kernel agree."""
import re
from harness import *


def labels(done, frm=None):
    return [(s["from"], s["labels"]) for s in done.segments if not frm or s["from"] == frm]


def has(done, label, frm=None):
    return any(label in l for _, l in labels(done, frm))


OPEN = "connect\nexpect client is ESTABLISHED and server is ESTABLISHED within 3\n"


def test_four_step_close():
    d = both(OPEN + "send 5 a post\nexpect data from client within 2\nrespond\nexpect data from server within 2\nwait 0.2\n"
             "close client\nexpect client is FIN-WAIT-2 and server is CLOSE-WAIT within 3\nclose server\n"
             "expect client is TIME-WAIT and server is CLOSED within 3\n").expect(0)
    agree(d.rows)
    assert [s["step"] for s in d.segments if s["step"]] == [
        "handshake 1/3", "handshake 2/3", "handshake 3/3", "close 1", "close 2 of 4", "close 3 of 4", "close 4 of 4"], d.out


def test_three_step_close():
    d = both(OPEN + "send 5 a post\nexpect ack from server within 2\nwait 0.5\nclose client\nclose server\n"
             "expect client is TIME-WAIT within 3\n").expect(0)
    agree(d.rows)
    steps = [s["step"] for s in d.segments if s["step"] and "close" in s["step"]]
    assert steps in (["close 1", "close 2 of 3", "close 3 of 3"], ["close 1", "close 2 of 4", "close 3 of 4", "close 4 of 4"]), steps
    assert has(d, "fin", "server") and has(d, "fin-ack")


def test_server_closes_first():
    d = both(OPEN + "close server\nexpect server is FIN-WAIT-2 and client is CLOSE-WAIT within 3\nclose client\n"
             "expect server is TIME-WAIT and client is CLOSED within 3\n").expect(0)
    agree(d.rows)


def test_half_close_and_data_the_other_way():
    d = both(OPEN + "shutdown client wr\nexpect client is FIN-WAIT-2 and server is CLOSE-WAIT within 3\n"
             "write server 500\nexpect data from server within 2\nclose server\nexpect client is TIME-WAIT within 3\n").expect(0)
    agree(d.rows)
    read = [r for r in d.rows if r["type"] == "call" and r["side"] == "server" and r["name"] == "read" and r["result"] in (0, "0")]
    assert read, "the server's read() = 0 is on the timeline"


def test_shutdown_rd_and_rdwr():
    d = both(OPEN + "shutdown server rd\nwrite client 10\nexpect ack from server within 2\nclose server\nwait 0.3\n").expect(0)
    agree(d.rows)
    d = both(OPEN + "shutdown client rdwr\nexpect fin from client within 2\nclose server\nexpect client is TIME-WAIT within 3\n").expect(0)
    agree(d.rows)


def test_abort_of_either_side():
    for side, other in (("client", "server"), ("server", "client")):
        d = both(OPEN + f"abort {side}\nexpect rst from {side} within 2\nexpect client is CLOSED and server is CLOSED within 2\n").expect(0)
        agree(d.rows)
        assert has(d, "rst", side) and not has(d, "rst", other)


def test_close_with_unread_data_resets():
    d = both(OPEN + "read server off\nwrite client 100\nexpect data from client within 2\nwait 0.2\nclose server\n"
             "expect rst from server within 2\nexpect client is CLOSED and server is CLOSED within 2\n").expect(0)
    agree(d.rows)


def test_crash_answers_with_rst():
    d = both(OPEN + "crash server\nwrite client 10\nexpect rst from server within 3\nexpect client is CLOSED within 2\n").expect(0)
    agree(d.rows)


def test_zero_window_probe_and_update():
    d = both("set server rcvbuf 4096\n" + OPEN + "read server off\nsend 6000 a post\nwait until zero-window from server within 10\n"
             "wait until zero-window-probe from client within 3\nexpect zero-window-probe-ack from server within 1\n"
             "read server on\nexpect window-update from server within 5\nwait 0.5\n").expect(0)
    agree(d.rows)
    assert any((r.get("recv_q") or 0) > 1000 for r in d.rows if r["type"] == "sample")
    assert any(r["timer"] == "persist" for r in d.rows if r["type"] == "sample")


def test_accept_off_fills_the_queue():
    d = both("accept off\nlisten 1\nconnect 2\nexpect accept-q = 2 within 3\nconnect\nwait 1.5\nexpect client is SYN-SENT\n"
             "accept on\nexpect client is ESTABLISHED within 5\n").expect(0)
    agree(d.rows)
    assert has(d, "retransmission", "client"), "the third SYN is sent again: the queue was full"


def test_refused():
    d = both("listen off\nconnect\nexpect rst from server within 2\nexpect client is CLOSED within 2\n").expect(0)
    assert any(r.get("result") == "ECONNREFUSED" or "ECONNREFUSED" in str(r) for r in d.rows if r["type"] == "call"), d.out


def test_many_clients():
    d = both("connect 20\nexpect client is ESTABLISHED within 3\nauto on\nselect 3\nsend 5 b post\nexpect data from server within 3\n"
             "close client\nexpect client is TIME-WAIT within 3\nselect 20\nclose client\nclose server\nexpect client is TIME-WAIT within 3\n").expect(0)
    agree(d.rows)
    assert {s["conn"] for s in d.segments} == set(range(1, 21))


def test_keepalive_every_second():
    d = both("keepalive server 1\n" + OPEN + "wait until keep-alive from server within 4\nexpect keep-alive-ack from client within 1\n"
             "expect keep-alive from server within 3\nkeepalive server off\nwait 1.5\n").expect(0)
    agree(d.rows)
    ka = [s for s in d.segments if "keep-alive" in s["labels"]]
    assert 2 <= len(ka) <= 3 and all(s["cause"] == "keepalive" for s in ka), ka


def test_answer_in_chinese_has_the_right_length():
    d = both(OPEN + "send 3 好 post\nexpect data from client within 2\nrespond 你好，TCP\nexpect data from server within 2\nwait 0.2\n").expect(0)
    writes = [r["args"] for r in d.rows if r["type"] == "call" and r["name"] == "write"]
    assert writes, d.out
    body = "你好，TCP".encode()
    whole = [r for r in d.segments if r["from"] == "server" and r["len"]]
    head = len("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nX-Frame-Options: SAMEORIGIN\r\n"
               f"Content-Length: {len(body)}\r\n\r\n") + len(body)
    assert abs(sum(s["len"] for s in whole) - head) < 120, (whole, head)


def test_options_of_sockets():
    d = both("set client nodelay 1\nset client mss 500\n" + OPEN + "write client 1200\nwait 0.3\nset client cork 1\nset client quickack 0\n"
             "set server sndbuf 8192\nset client linger 1\nset client user_timeout 5000\nset client congestion reno\n").expect(0)
    agree(d.rows)
    assert max(s["len"] for s in d.segments) <= 500, "mss 500 bounds the segments"
    names = " ".join(r["args"] for r in d.rows if r["type"] == "call" and r["name"] == "setsockopt")
    for word in ("NODELAY", "CORK", "QUICKACK", "LINGER", "USER_TIMEOUT", "CONGESTION"):
        assert word in names, (word, names)


def test_sysctl():
    d = both("sysctl tcp_sack 0\nsysctl net.ipv4.tcp_timestamps 0\n" + OPEN).expect(0)
    assert "sack_permitted" not in d.segments[0]["options"] and "tsval" not in d.segments[0]["options"]


def test_ipv6():
    d = both(OPEN + "send 5 a post\nexpect data from client within 2\nclose client\nclose server\nexpect client is TIME-WAIT within 3\n", "-6").expect(0)
    agree(d.rows)
    assert d.segments[0]["src"].startswith("[::1]:"), d.segments[0]


def test_port_and_reset():
    d = both(OPEN + "read server off\nset client nodelay 1\nreset\nconnect\nexpect client is ESTABLISHED within 3\nsend 5 a post\nexpect ack from server within 2\n",
             "-p", "8080").expect(0)
    agree(d.rows)
    assert d.segments[0]["dst"].endswith(":8080")


def test_the_next_connection_after_a_close():
    d = both(OPEN + "close client\nclose server\nexpect client is TIME-WAIT within 3\nconnect\nexpect client is ESTABLISHED within 3\n"
             "close server\nclose client\nexpect server is TIME-WAIT within 3\n").expect(0)
    agree(d.rows)


def test_syn_backlog_and_window_update():
    d = both("connect both\n")
    assert d.status in (1, 2) and "wire" in d.err, d.err


def test_write_to_a_closed_peer():
    d = both(OPEN + "abort server\nexpect rst from server within 2\nwrite client 10\nwrite client 10\nwait 0.2\n").expect(0)
    errors = {r["result"] for r in d.rows if r["type"] == "call" and r["side"] == "client" and r["name"] == "write"}
    assert errors & {"EPIPE", "ECONNRESET"}, errors


def test_bulk_data_is_cut_into_segments():
    d = both(OPEN + "write client 14480\nexpect ack from server within 3\nwait 0.5\n").expect(0)
    agree(d.rows)
    assert max(s["len"] for s in d.segments) <= 1448
    sent = sum(s["len"] for s in d.segments if s["from"] == "client" and "retransmission" not in s["labels"])
    assert sent == 14480, sent


def test_what_was_done_is_judged_at_once():
    """Without `within`: when a condition is judged, what the commands before it did has come, however late the sniffer."""
    both("connect\nexpect client is ESTABLISHED and server is ESTABLISHED\nwrite client 5\nexpect data from client\n"
         "connect 3\nselect 2\nclose client\nexpect fin from client and connections = 4\n"
         "listen off\nexpect server is CLOSE-WAIT\n").expect(0)
    d = both("connect\nwrite server 10\n").expect(1)
    assert "-:2:" in d.err, "nothing has been accepted yet"


def test_a_wait_moves_the_window_of_labels():
    both("connect\nwait 0.1\nexpect handshake-ack from client\n").expect(0)
    d = both("connect\nwait 0.1\nwrite client 5\nexpect handshake-ack from client\n").expect(1)
    assert "-:4: expected handshake-ack from client; no handshake-ack has come" in d.err, d.err


def test_every_row_tells_something():
    d = both(OPEN + "send 50 a post\nexpect data from client within 2\nrespond\nexpect data from server within 2\nclose client\nwait 0.2\nclose server\n"
             "expect client is TIME-WAIT within 3\n").expect(0)
    for s in d.segments:
        assert len(s["note"]) > 15, s
        if "ack" in s["labels"] and s["acks_frame"]:
            assert str(s["acks_frame"]) in s["note"] and str(s["ack"]) in s["note"], s
    assert ordered(d.rows), "the timeline goes back"
    zh = script(OPEN + "close client\nclose server\nexpect client is TIME-WAIT within 3\n", "--lang", "zh").expect(0)
    assert re.search("[\u4e00-\u9fff]", zh.segments[0]["note"]), zh.segments[0]
