"""The wire: what the hands do to frames, and what TCP makes of it. Most run as an ordinary user, in namespaces of their own."""
import struct
from harness import *

OPEN = "connect\nexpect client is ESTABLISHED and server is ESTABLISHED within 3\n"


def wire(text, *argv, status=0, **more):
    d = script(text, "--wire", *argv, **more).expect(status)
    agree(d.rows)
    heard(d.rows)
    assert ordered(d.rows), "the timeline goes back"
    return d


def events(d, frame=None, event=None):
    return [r for r in d.rows if r["type"] == "wire" and frame in (None, r["frame"]) and event in (None, r["event"])]


def fate(d, frame):
    return [r["event"] for r in events(d, frame)]


def of(d, side, *labels, without=()):
    return [s for s in d.segments if s["from"] == side and set(labels) <= set(s["labels"]) and not set(without) & set(s["labels"])]


def lag(d, s):
    return events(d, s["frame"], "arrived")[0]["time"] - s["time"]


def notes(d):
    return [r["text"] for r in d.rows if r["type"] == "note"]


def read_bytes(d, side):
    return sum(r["result"] for r in d.rows if r["type"] == "call" and r["side"] == side and r["name"].startswith("read")
               and isinstance(r["result"], int))


def test_a_frame_has_two_times():
    d = wire("wire delay 200\nconnect\nexpect client is SYN-SENT within 1\nexpect client is ESTABLISHED and server is ESTABLISHED within 3\n")
    assert len(d.segments) == 3 and all(lag(d, s) >= 0.2 for s in d.segments)
    assert [r["state"] for r in events(d)] == ["SYN-RECEIVED", "ESTABLISHED", "ESTABLISHED"]
    assert {"SYN-SENT", "SYN-RECEIVED"} <= {r["state"] for r in d.rows if r["type"] == "sample"}


def test_the_delay_of_the_command_line_and_of_one_direction():
    d = wire(OPEN, "--delay", "50")
    assert all(lag(d, s) >= 0.05 for s in d.segments)
    d = wire("wire delay 50 to server\n" + OPEN)
    assert all(lag(d, s) >= 0.05 for s in of(d, "client")) and all(lag(d, s) < 0.05 for s in of(d, "server"))


def test_jitter_keeps_the_order():
    d = wire("wire delay 20\nwire jitter 20\n" + OPEN + "set client nodelay 1\n" + "write client 10\nwait 0.01\n" * 10 + "wait until server recv-q = 0 within 3\nwait 0.3\n")
    sent = [s["frame"] for s in of(d, "client")]
    assert [r["frame"] for r in events(d, event="arrived") if r["frame"] in sent] == sent
    lags = [lag(d, s) for s in d.segments]
    assert min(lags) < 0.02 < max(lags), "some are early, some late"


def test_a_reader_goes_on_when_layer_times_end():
    """A stamp may come after they were switched off, as more than 64 KiB have gone."""
    d = wire("wire delay 50\n" + OPEN + "write server 40000\nwait 0.01\nwrite server 40000\nwait until server send-q = 0 within 5\n"
             "write client 1000\nwait until client send-q = 0 within 5\nwait 0.1\n")
    assert (read_bytes(d, "client"), read_bytes(d, "server")) == (80000, 1000)


def test_a_queue_is_that_of_now():
    """Traffic that never ends holds samples back; a condition on a queue asks the kernel itself."""
    d = wire("wire rate 100000\nwire delay 50\nconnect 2\nwait 0.5\nselect 1\nwrite client 30000000\nwait 0.9\nselect 2\n" +
             "write client 100\nwait until client send-q = 0 within 5\nnote all of it is acknowledged\n" * 2)
    wrote = [r["time"] for r in d.rows if r["type"] == "call" and r["name"] == "write" and r["conn"] == 2]
    took = [r["time"] - t for r, t in zip((r for r in d.rows if r["type"] == "note"), wrote)]
    assert len(took) == 2 and min(took) > 0.1, f"that is how long the way takes, and back: {took}"


def test_a_flood_is_not_kept_whole():
    """More than 8 MB in a second: all of it arrives, and each frame was judged whole before its end was cut."""
    pcap = os.path.join(scratch(), "flood.pcap")
    d = script(OPEN + f"write client 20000000\nwait until client send-q = 0 within 20\nwait 0.2\nexport pcap:{pcap}\nclose client\n"
               "expect server is CLOSE-WAIT within 5\n", "--wire").expect()
    assert read_bytes(d, "server") == 20000000
    assert not any({"truncated", "bad-checksum"} & set(s["labels"]) for s in d.segments)
    data, at, lengths = pathlib.Path(pcap).read_bytes(), 24, set()
    while at < len(data):
        kept, whole = struct.unpack_from("<II", data, at + 8)
        lengths.add((kept, whole))
        at += 16 + kept
    assert (1514, 1514) in lengths, lengths
    level, most, before = 0, 0, d.segments[0]["time"]
    for s in d.segments:
        level, before = max(0, level - (s["time"] - before) * 2**23) + s["len"], s["time"]
        most = max(most, level)
    assert most < 10e6 or (256, 1514) in lengths, f"{most} bytes above 8 MB a second: {lengths}"
    assert all(kept == min(whole, 256) for kept, whole in lengths if kept != whole), lengths


def test_what_is_held_explains_nothing():
    """Four SYNs are held; the first and then the second arrive: what is said of each SYN ACK and ACK goes by that alone."""
    d = wire("wire hold\nconnect\nexpect syn from client within 1\nwait 1.3\nwire release #1\nexpect syn-ack within 1\nwait 1.2\n"
             "wire release #2\nwait 0.1\nwire release next syn-ack\nexpect client is ESTABLISHED within 1\nwait 0.1\nwire flow\n"
             "expect server is ESTABLISHED within 1\n")
    tries = [s["note"].split("as try number ")[1] for s in of(d, "client", "syn", "retransmission")]
    assert tries == ["2.", "3."], "one timer, though a SYN ACK was sent meanwhile"
    told = [(s["acks_frame"], s["cause"]) for s in of(d, "server", "syn-ack")]
    assert told[0] == (1, None) and told.count((2, None)) == 1, told
    own = told[1:told.index((2, None))]
    assert own and set(own) == {(None, "rto")}, "its timer's, once or more often where this machine is slow"
    ack = of(d, "client", "handshake-ack")[0]
    assert ack["server_state"] == "SYN-RECEIVED" and "the server will be when this ACK arrives" in ack["note"]


def test_rate_and_queue():
    d = wire(OPEN + "wire rate 800\nwrite client 10000\nexpect client send-q = 0 within 5\nwait 0.1\n")
    data = of(d, "client", "data", without=["retransmission"])
    times = [events(d, s["frame"], "arrived")[0]["time"] for s in data]
    due = data[0]["time"]
    for s, arrived in zip(data, times):
        due += (s["len"] + 66) * 8 / 800e3
        assert arrived > due - 1e-6, "the line is not faster than that"
    assert len(data) == 7
    d = wire(OPEN + "wire rate 800\nwire queue 3\nwrite client 10000\nexpect client send-q = 0 within 9\nwait 0.1\n")
    assert 2 <= len(events(d, event="dropped")) and of(d, "client", "retransmission"), "the fourth and later find no room"
    assert read_bytes(d, "server") == 10000


def test_held_frames_go_in_any_order():
    d = wire(OPEN + "set client nodelay 1\nwire hold\nwrite client 10\nwrite client 20\nwait 0.1\nwire release #5\nwait 0.1\n"
             "wire release #4\nwait 0.1\nwire flow\nexpect client send-q = 0 within 2\n")
    assert fate(d, 4) == fate(d, 5) == ["held", "released", "arrived"]
    assert [r["frame"] for r in events(d, event="arrived")][3:5] == [5, 4]
    assert of(d, "server", "dup-ack"), "the server got the second one first"
    assert [r["result"] for r in d.rows if r["type"] == "call" and r["name"] == "read" and r["side"] == "server"][:1] == [30]


def test_a_held_syn_is_sent_again():
    d = wire("wire hold\nconnect\nexpect syn from client within 1\nwait 2.3\nwire flow\nexpect client is ESTABLISHED within 3\n")
    assert 2 <= len(of(d, "client", "syn", "retransmission"))


def test_step_by_step():
    d = wire("wire hold\nconnect\nwait 0.1\nexpect client is SYN-SENT and server is LISTEN\nwire step\nwait 0.1\nexpect server is SYN-RECEIVED\n"
             "wire step\nwait 0.1\nexpect client is ESTABLISHED and server is SYN-RECEIVED\nwire step 1\nwait 0.1\nexpect server is ESTABLISHED\n")
    assert all(fate(d, n) == ["held", "released", "arrived"] for n in (1, 2, 3))


def test_what_is_done_to_a_frame_by_its_number():
    d = wire(OPEN + "wire hold\nwrite client 10\nwait 0.1\nwire duplicate #4\nwire flow\nwait 0.5\n")
    assert fate(d, 4).count("arrived") == 2 and "duplicated" in fate(d, 4)
    assert of(d, "server", "dsack"), "the second copy was needless, and the server says so"
    d = wire(OPEN + "wire hold\nwrite client 10\nwait 0.1\nwire drop #4\nwire flow\nexpect client send-q = 0 within 3\n")
    assert fate(d, 4) == ["held", "dropped"] and of(d, "client", "retransmission")
    d = wire(OPEN + "wire hold\nwrite client 10\nwait 0.1\nwire corrupt #4\nwire flow\nexpect client send-q = 0 within 3\nwait 0.1\n")
    assert "corrupted" in fate(d, 4) and of(d, "client", "retransmission")
    assert [r for r in d.rows if r["type"] == "counter" and r["side"] == "server" and r["name"] == "InCsumErrors"], "its kernel refused it"


def test_the_next_that_meets_a_condition():
    d = wire(OPEN + "wire drop next data from client\nsend 500 a post\nexpect retransmission from client within 3\nexpect ack from server within 3\n")
    assert [r["frame"] for r in events(d, event="dropped")] == [of(d, "client", "data")[0]["frame"]]
    d = wire("wire drop next syn-ack from server\nwire drop next\nconnect\nexpect client is ESTABLISHED within 9\n")
    dropped = [r["frame"] for r in events(d, event="dropped")]
    assert dropped == [1, of(d, "server", "syn-ack")[0]["frame"]], "each waits for a frame of its own"
    d = wire(OPEN + "wire hold\nwrite client 10\nwait 0.1\nwire release next data from client\nwait 0.1\nexpect server is ESTABLISHED\nwire flow\nwait 0.1\n")
    assert fate(d, 4) == ["held", "released", "arrived"], "the oldest that is held"
    d = wire(OPEN + "wire corrupt next data from client\nwrite client 500\nexpect retransmission from client within 3\nwait 0.1\n")
    assert [r["frame"] for r in events(d, event="corrupted")] == [4]
    d = wire(OPEN + "wire duplicate next data from client\nwrite client 500\nexpect dsack from server within 3\n")
    assert [r["frame"] for r in events(d, event="duplicated")] == [4]


def test_nothing_passes_while_it_is_cut():
    d = wire(OPEN + "wire cut 1\nwrite client 100\nexpect retransmission from client within 1\nexpect client send-q = 0 and server recv-q = 0 within 5\n")
    assert 2 <= len(events(d, event="dropped")) and read_bytes(d, "server") == 100


def test_a_smaller_mtu_is_told_or_not():
    d = wire(OPEN + "wire mtu 1000\nwrite client 5000\nexpect client send-q = 0 within 3\nwait 0.1\n")
    assert any("ICMP" in n for n in notes(d)), notes(d)
    assert max(s["len"] for s in of(d, "client", "retransmission")) == 1000 - 52 and read_bytes(d, "server") == 5000
    d = wire("sysctl tcp_mtu_probing 0\n" + OPEN + "wire mtu 1000 silent\nwrite client 5000\nwait 0.5\nexpect client send-q = 5000\n")
    assert not any("ICMP" in n for n in notes(d)) and events(d, event="dropped") and read_bytes(d, "server") == 0
    d = wire("wire mtu 1280\n" + OPEN + "write client 5000\nexpect client send-q = 0 within 3\nwait 0.1\n", "-6")
    assert any("ICMP" in n for n in notes(d)) and read_bytes(d, "server") == 5000


def test_made_up_segments():
    d = wire(OPEN + "inject to server R 101:101(0)\nexpect challenge-ack from server within 1\nexpect server is ESTABLISHED\n"
             "inject to server R 1:1(0)\nexpect server is CLOSED within 1\n")
    made = [s for s in d.segments if s.get("injected")]
    assert [(s["from"], s["flags"], s["seq"]) for s in made] == [("client", "R", 101), ("client", "R", 1)]
    d = wire(OPEN + "inject to server P. 1:11(10) ack 1\nwait 0.2\nexpect server is ESTABLISHED\n")
    assert read_bytes(d, "server") == 10, "what fits is taken, whoever made it"
    d = wire("connect\nexpect client is ESTABLISHED and server is ESTABLISHED within 3\ninject to client P. 1:4(3) ack 5000\nwait 0.2\nexpect client is ESTABLISHED\n")
    assert read_bytes(d, "client") == 0 and of(d, "client", "challenge-ack"), "it acknowledges what was not sent"
    d = wire("wire delay 20\n" + OPEN + "inject to client P. 1:4(3) ack 1\nwait 0.2\nclose server\nwait 0.5\n"
             "expect client is ESTABLISHED and server is FIN-WAIT-1\n")
    assert of(d, "server", "fin"), "its number was taken by what was made up: an old FIN, and an ACK of what was not sent"
    d = wire("inject to server 4000 > 3344 S 0:0(0) win 1000 <mss 1000>\nwait 0.2\n" + OPEN)
    assert len(of(d, "server", "syn-ack")) >= 2, "a listener answers a SYN of nobody"


def test_hosts_that_go_and_come():
    d = wire(OPEN + "reboot server\nwrite client 10\nexpect rst from server within 2\nexpect client is CLOSED within 1\nlisten 5\n" + OPEN)
    assert {s["conn"] for s in d.segments} == {1, 2}
    d = wire(OPEN + "crash server\nsend 10 a get\nexpect rst from server within 3\n")
    assert of(d, "client", "data")
    d = wire("listen off\nconnect\nexpect rst from server within 1\nexpect client is CLOSED within 1\nlisten 1\n" + OPEN)
    assert of(d, "client", "syn") and of(d, "server", "rst")


def test_both_connect():
    d = wire("wire delay 20\nconnect both\nexpect simultaneous-open from client within 1\nexpect client is ESTABLISHED and server is ESTABLISHED within 2\n"
             "write server 7\nwrite client 5\nwait 0.3\nclose client\nclose server\nexpect client is TIME-WAIT and server is TIME-WAIT within 2\n")
    assert (read_bytes(d, "client"), read_bytes(d, "server")) == (7, 5)


def test_version_six():
    d = wire("wire delay 5\n" + OPEN + "send 500 a post\nexpect data from client within 2\nwait 0.1\nrespond great\nwait 0.2\nclose client\nexpect client is FIN-WAIT-2 within 2\n"
             "close server\nexpect client is TIME-WAIT within 2\n", "-6")
    assert d.segments[0]["src"].startswith("[fd00:") or d.segments[0]["src"].startswith("[fe80:") or "[" in d.segments[0]["src"]
    assert d.segments[0]["options"]["mss"] == 1440


def test_each_host_has_knobs_of_its_own():
    d = wire("sysctl tcp_sack 0 client\nsysctl tcp_timestamps 0 server\n" + OPEN)
    syn, syn_ack = d.segments[:2]
    assert "sack_permitted" not in syn["options"] and "tsval" in syn["options"]
    assert "sack_permitted" not in syn_ack["options"] and "tsval" not in syn_ack["options"]
    d = wire("sysctl tcp_sack 0\nwire loss 100\nreset\n" + OPEN)
    assert "sack_permitted" in d.segments[-3]["options"], "reset gives back what there was"


def test_chance_follows_from_the_seed():
    lossy = "wire loss 20\nwire delay 5\n" + OPEN.replace("within 3", "within 30") + "send 60000 a post\nwait 3\n"

    def fates(d, side, n=12):
        gone = {r["frame"] for r in events(d, event="dropped")}
        return [s["frame"] in gone for s in of(d, side)][:n]

    a, b, c = (wire(lossy, "--seed", seed) for seed in (7, 7, 8))
    for side in ("client", "server"):
        n = min(len(fates(a, side)), len(fates(b, side)))
        assert n >= 3 and fates(a, side)[:n] == fates(b, side)[:n], (fates(a, side), fates(b, side))
    assert any(fates(a, "client")) and fates(a, "client") != fates(c, "client")


def test_a_seed_that_nobody_chose_is_told():
    d = wire("wire loss 1\n" + OPEN)
    told = [n for n in notes(d) if "--seed" in n]
    assert len(told) == 1, notes(d)
    assert not [n for n in notes(wire("wire delay 1\n" + OPEN)) if "--seed" in n], "nothing is left to chance"


def test_every_kind_of_chance():
    begin = OPEN + "set client nodelay 1\n"
    for what, event in (("loss", "dropped"), ("duplicate", "duplicated"), ("corrupt", "corrupted")):
        d = wire(begin + f"wire {what} 100\nwrite client 10\nwait 0.5\nwire {what} 0\nwait 2\n")
        assert "data" in of(d, "client")[2]["labels"] and event in fate(d, of(d, "client")[2]["frame"]), what
        assert read_bytes(d, "server") == 10
    d = wire(begin + "wire delay 20 to server\nwire reorder 100 to server\nwrite client 10\nwrite client 10\nwait 0.3\n")
    first, second = of(d, "client", "data")[:2]
    arrivals = [r["frame"] for r in events(d, event="arrived")]
    assert arrivals.index(second["frame"]) < arrivals.index(first["frame"]), "the next one overtakes it"


def test_a_frame_ends_once():
    d = wire("wire loss 10\nwire duplicate 10\nwire reorder 10\nwire corrupt 10\nwire delay 3\n" + OPEN.replace("within 3", "within 30") +
             "write client 30000\nwrite server 30000\nexpect client send-q = 0 and server send-q = 0 within 50\nwire loss 0\nwire corrupt 0\nwait 0.3\n", "--seed", 11)
    for s in d.segments:
        happened = fate(d, s["frame"])
        ends = happened.count("arrived") + happened.count("dropped")
        assert ends == 1 + happened.count("duplicated"), (s["frame"], happened)
        assert all(r["time"] >= s["time"] for r in events(d, s["frame"]))
    assert (read_bytes(d, "client"), read_bytes(d, "server")) == (30000, 30000)


def test_the_counters_of_both_hosts():
    d = wire(OPEN + "wire drop next data from client\nwrite client 10\nexpect tail-loss-probe from client within 2\nexpect counter TCPLossProbes from client within 1\n")
    counters = {(r["side"], r["name"]) for r in d.rows if r["type"] == "counter"}
    assert ("client", "TCPLossProbes") in counters and ("server", "TCPLossProbes") not in counters
    assert ("client", "ActiveOpens") in counters and ("server", "PassiveOpens") in counters


def test_wrong_input():
    d = scratch()
    for line, words in (("wire hld", ["hld", "hold"]), ("wire delay -1", ["-1"]), ("wire delay 60001", ["60001", "60000"]), ("wire loss 101", ["101", "100"]),
                        ("wire rate x", ["x"]), ("wire delay 5 to nobody", ["nobody"]), ("wire step 0", ["0"]), ("wire drop 4", ["4", "#"]),
                        ("wire drop #x", ["#x"]), ("wire drop next keepalive", ["keepalive", "keep-alive"]), ("wire cut", ["SECONDS"]),
                        ("wire mtu 10", ["10"]), ("inject to server", ["SEGMENT"]), ("inject to server Q 1:1(0)", ["Q"]), ("inject to server R 1:5(0)", ["1:5(0)"]),
                        ("inject to server R 1:1(0) <nosuch 1>", ["nosuch"]), ("reboot nobody", ["nobody"]), ("wire", ["delay"])):
        for build in [b for b in (BUILD, BUILD / "san") if (b / "tcpviz").exists()]:
            d = script("connect\n" + line + "\n", "--wire", build=build).expect(2)
            assert "-:2:" in d.err and all(w in d.err for w in words), (line, d.err)
            assert not d.segments, "nothing runs before a wrong line"
    for text, words in (("wire release #1\n", ["#1"]), (OPEN + "wire drop #1\n", ["#1"]), ("wire step\n", []), (OPEN + "wire duplicate #99\n", ["#99"])):
        d = script(text, "--wire").expect(1)
        assert all(w in d.err for w in words), (text, d.err)
    d = script("wire drop next rst from server\n" + OPEN + "expect rst from server within 0.3\n", "--wire").expect(1)
    assert "rst from server" in d.err, d.err


def test_wrong_input_off_the_wire():
    for line in ("wire hold", "wire delay 5", "inject to server R 1:1(0)", "reboot client", "connect both"):
        d = script("connect\n" + line + "\n").expect(2)
        assert "--wire" in d.err and "-:2:" in d.err, d.err
        assert not d.segments, "nothing runs before a wrong line"
    for argv in (("--delay", "5"), ("--seed", "5"), ("--wire", "--host"), ("--wire", "-r", "x.pcap"), ("--wire", "-i", "lo"), ("--wire", "--delay", "60001")):
        d = run(*argv, "--script", "-").expect(2)
        assert d.err.startswith("tcpviz: "), d.err


def test_as_root_too():
    if not ROOT_USER:
        return
    d = script("wire delay 5\n" + OPEN, "--wire", root=True).expect(0)
    agree(d.rows)
    heard(d.rows)
    assert len(d.segments) == 3


def networks_held(pid):
    """Its descriptors of network namespaces, by what they lead to."""
    out = {}
    for n in os.listdir(f"/proc/{pid}/fd"):
        try:
            to = os.readlink(f"/proc/{pid}/fd/{n}")
        except OSError:
            continue  # closed meanwhile
        if to.startswith("net:["):
            out[to] = n
    return out


def test_a_frame_that_is_no_tcp_passes_and_is_told_of():
    if not ROOT_USER:
        return
    p = subprocess.Popen([*DROP, program(), "--wire", "--script", "-", "-e", "jsonl:-"], stdin=given(OPEN + "wait 4\n"),
                         stdout=subprocess.PIPE, text=True, env=environment())
    links, end = {}, time.monotonic() + 10
    while len(links) < 3 and time.monotonic() < end:  # its own network and the two hosts
        links = networks_held(p.pid)
    say = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'hello', ('10.0.0.2', 9))"
    done = [subprocess.run(["nsenter", f"--net=/proc/{p.pid}/fd/{n}", "python3", "-c", say], capture_output=True).returncode for n in links.values()]
    rows = [json.loads(line) for line in p.communicate()[0].splitlines()]
    assert 0 in done, done
    told = [r["text"] for r in rows if r["type"] == "note"]
    assert any("UDP, 47 bytes, to the server" in t for t in told) and any("ICMP" in t and "to the client" in t for t in told), told


def switches(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return sum(map(int, re.findall(r"^(?:non)?voluntary_ctxt_switches:\s+(\d+)$", status, re.M)))


def busy_s(pid):
    """Seconds of the processor that it has had."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_host_that_goes_away_is_said_and_costs_nothing():
    """What is still under way, and what the other host goes on sending, may not keep the program busy."""
    if not ROOT_USER:
        return
    t = Terminal("--wire", steady=False)
    t.wait("LISTEN")
    t.keys("c")
    t.wait("ESTABLISHED")
    for line in "wire delay 1500", "write server 20000":
        t.type(":")
        t.type(line)
        t.keys("Enter")
    t.wait("1448 bytes")
    pid = t.pid()
    done = subprocess.run(["nsenter", "-t", str(pid), "-n", "ip", "link", "del", "client"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    t.wait("the interface is gone")
    time.sleep(2)  # by now all is due that was under way
    before = busy_s(pid)
    time.sleep(2)
    assert busy_s(pid) - before < 0.5, busy_s(pid) - before
    t.keys("x")
    t.wait(without=("the interface is gone",))


def test_a_wire_with_nothing_on_it_wakes_nobody():
    t = Terminal("--wire")
    t.wait("LISTEN")
    pid = t.pid()
    before, since = switches(pid), time.monotonic()
    end = since + 20
    while time.monotonic() < since + 2:  # two seconds in which it does not run at all
        assert time.monotonic() < end, "it never rests"
        time.sleep(0.03)
        if (now := switches(pid)) != before:
            before, since = now, time.monotonic()


def marked(mark):
    """Processes whose environment carries the mark: whatever a killed program had started."""
    out = []
    for p in filter(str.isdigit, os.listdir("/proc")):
        try:
            if mark in pathlib.Path(f"/proc/{p}/environ").read_bytes():
                out.append(int(p))
        except OSError:
            pass
    return out


def namespaces():
    """Network namespaces that a process is in: one that nobody is in and nothing holds is gone."""
    out = set()
    for p in filter(str.isdigit, os.listdir("/proc")):
        try:
            out.add(os.readlink(f"/proc/{p}/ns/net"))
        except OSError:
            pass
    return out


def killed_after(pauses):
    """Kills the program so many seconds after it began: no process is left, nothing in its folder."""
    exe, text = program(), "wire delay 100\nconnect\nwait 20\n"
    for pause in pauses:
        mark, folder = uuid.uuid4().hex, scratch()
        p = subprocess.Popen([*DROP, exe, "--wire", "--script", "-", "-e", f"jsonl:{folder}/x.jsonl"], stdin=given(text), stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, cwd=folder, env=environment(MARK=mark, TMPDIR=folder))
        time.sleep(pause)
        assert p.poll() is None, "it ended by itself"
        p.kill()
        p.wait()
        end = time.monotonic() + 5
        while marked(mark.encode()) and time.monotonic() < end:
            time.sleep(0.02)
        assert not marked(mark.encode()), "a process is left"
        assert [n for n in os.listdir(folder) if not n.startswith((".x.jsonl", "x.jsonl"))] == [], os.listdir(folder)


def test_a_kill_leaves_nothing():
    killed_after((0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.5))


def test_a_kill_at_any_long_moment_leaves_nothing():
    killed_after(n * 0.0005 for n in range(200))


HELD = ("set client nodelay 1\nwire hold\nwrite client 10\nwait 0.05\nwrite client 20\nwait 0.05\n"
        "wire drop next data from client\nwait 0.05\n")


def test_the_text_tells_what_did_not_arrive():
    """An arrow with a head arrived at once; else a line tells its end, or the last line that there was none."""
    pcapng = os.path.join(scratch(), "held.pcapng")
    d = run("--wire", "--script", "-", "-e", "txt:-", "-e", pcapng, stdin=OPEN + "wait 0.1\n" + HELD).expect(0)
    arrow = {int(l.split()[0]): l for l in d.out.splitlines() if re.match(r" *\d+ +\d+\.\d+ ", l)}
    dropped = next(l for l in d.out.splitlines() if "You dropped" in l)
    first = int(re.search(r"#(\d+)", dropped)[1])
    assert "✗" in dropped and "▶" not in arrow[first] and "▶" not in arrow[first + 1], d.out
    late = [n for n in arrow if n < first and "▶" not in arrow[n] and "◀" not in arrow[n]]
    assert all(f"#{n} arrived" in d.out for n in late), d.out
    left = re.search(r"at the end still on the wire: (.*)", d.out)[1].split(", ")
    assert left == [f"#{n}" for n in arrow if n > first], d.out
    again = run("-r", pcapng).expect(0)
    assert again.out.splitlines()[1:] == d.out.splitlines()[1:], "read again it is another text"


def test_the_text_has_states_where_they_change():
    """As the screen has them: at the arrow that arrived at once, else where its arrival stands; each once."""
    d = run("--wire", "--script", "-", "-e", "txt:-", stdin=OPEN + "wait 0.1\nwrite client 10\nwait 0.1\n").expect(0)
    lines = [l for l in d.out.splitlines() if "ESTABLISHED" in l]
    assert len(lines) == 2, d.out
    assert re.search(r"ESTABLISHED ◀.*(Handshake 2/3|#2 arrived)", lines[0]), d.out
    assert re.search(r"▶ ESTABLISHED .*(Handshake 3/3|#3 arrived)", lines[1]), d.out
