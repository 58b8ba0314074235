"""-i: an interface is watched, here the loopback of a network of its own with two clients of another program."""
import sys

from harness import *

# In the new network: loopback up, the program, traffic once the first line says that its sniffer is open.
INSIDE = r"""
import socket, subprocess, sys, tempfile
script = tempfile.TemporaryFile()
script.write(b"wait until fin from client within 20\nwait 0.5\n")
script.seek(0)
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
p = subprocess.Popen(sys.argv[1:], stdin=script, stdout=subprocess.PIPE)
first = p.stdout.readline()
for port in (4001, 4000) if first else ():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"no segment", ("127.0.0.1", port))
    with socket.create_server(("127.0.0.1", port)) as s, socket.create_connection(("127.0.0.1", port)) as c:
        a, _ = s.accept()
        c.sendall(b"x" * 300)
        a.recv(300, socket.MSG_WAITALL)
        c.close()
        a.close()
sys.stdout.buffer.write(first + p.stdout.read())
sys.exit(p.wait())
"""


# The same with clients and a server that talk at their own pace, so that frames come at any moment.
TALKING = r"""
import random, subprocess, sys, tempfile, threading, time, http.server, urllib.request
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 20000)
    log_message = lambda *_: None
server = http.server.ThreadingHTTPServer(("127.0.0.1", 4000), Answers)
threading.Thread(target=server.serve_forever, daemon=True).start()
script = tempfile.TemporaryFile()
script.write(b"wait until syn from client within 20\nwait 4\n")
script.seek(0)
p = subprocess.Popen(sys.argv[1:], stdin=script, stdout=subprocess.PIPE)
first = p.stdout.readline()
def ask(n):
    r = random.Random(n)
    for _ in range(80):
        urllib.request.urlopen("http://127.0.0.1:4000/").read()
        time.sleep(r.choice([0, 0, 0.0005, 0.002, 0.01, 0.05]))
ask(0)
clients = [threading.Thread(target=ask, args=(n,)) for n in range(1, 4)]
[c.start() for c in clients], [c.join() for c in clients]
sys.stdout.buffer.write(first + p.stdout.read())
sys.exit(p.wait())
"""


def watch(*argv, build=BUILD, inside=INSIDE):
    p = subprocess.run([*DROP, "unshare", "-Urn", "python3", "-c", inside, program(build), "-i", "lo", "--script", "-", "-e", "jsonl:-", *argv],
                       capture_output=True, timeout=90, env=environment(), cwd=scratch())
    return Done(p.returncode, p.stdout.decode(), p.stderr.decode())


def test_everything_that_passes():
    d = watch().expect(0)
    assert d.rows[0]["source"] == "lo", d.rows[0]
    assert {s["dst"] for s in d.segments if s["labels"] == ["syn"]} == {"127.0.0.1:4000", "127.0.0.1:4001"}, d.out
    assert [s["len"] for s in d.segments if "data" in s["labels"]] == [300, 300]
    assert not [r for r in d.rows if r["type"] in ("call", "sample")], "only the wire is known"


def test_the_journal_counts_what_is_no_segment():
    d = scratch()
    seen, journal = os.path.join(d, "seen.txt"), os.path.join(d, "j.pcapng")
    watch("-e", seen, "-w", journal).expect(0)
    back = run("-r", journal, "-e", "txt:-").expect(0)
    assert re.search("frames that are not TCP: [1-9]", back.out), back.out
    assert back.out == (was := pathlib.Path(seen).read_text()), f"{was}\n{back.out}"


def test_a_filter_leaves_out_what_the_journal_only_counts():
    journal = os.path.join(scratch(), "j.pcapng")
    watch("-w", journal).expect(0)
    os.chmod(journal, 0o644)
    whole = run("-r", journal, "-e", "txt:-").expect(0).out
    some = run("-r", journal, "-e", "txt:-", "tcp port 4000").expect(0).out
    assert "frames that are not TCP" in whole and "frames that are not TCP" not in some and ":4000" in some, some


def test_each_frame_is_told_once():
    """They come by a quick way and by a slow one."""
    kept = os.path.join(scratch(), "k.pcap")
    d = watch("-e", kept, inside=TALKING).expect(0)
    frames = []
    with open(kept, "rb") as f:
        f.read(24)
        while head := f.read(16):
            frames.append(f.read(int.from_bytes(head[8:12], sys.byteorder)))
    assert len(frames) == len(d.segments) > 1000
    assert len(set(frames)) == len(frames), "the kernel numbers its packets"
    assert not [s["frame"] for s in d.segments if "retransmission" in s["labels"]]


def test_a_filter():
    d = watch("tcp port 4000").expect(0)
    assert {s["conn"] for s in d.segments} == {1} and all(":4000" in s["src"] + s["dst"] for s in d.segments), d.out
    assert len(d.segments) >= 6


def test_a_short_snaplen_keeps_the_headers():
    d = watch("-s", "80").expect(0)
    assert [s["len"] for s in d.segments if "data" in s["labels"]] == [300, 300], "the length is the wire's"


def test_a_wrong_filter():
    d = watch("nonsense here")
    d.expect(2)
    assert d.err.startswith("tcpviz: ") and "nonsense here" in d.err and d.err.count("\n") == 1, d.err


def privileged(*argv, stdin):
    """In a network of its own, where the sniffer is allowed."""
    p = subprocess.run([*DROP, "unshare", "-Urn", "sh", "-c", "ip link set lo up; exec \"$@\"", "sh", program(), *argv], input=stdin,
                       capture_output=True, timeout=60, text=True, env=environment(), cwd=scratch())
    return Done(p.returncode, p.stdout, p.stderr)


def test_no_such_interface():
    d = privileged("-i", "nope0", "--script", "-", stdin="wait 1\n").expect(3)
    assert "nope0: No such device" in d.err and d.err.count("\n") == 1, d.err


def test_not_permitted():
    d = run("-i", "lo", "--script", "-", stdin="wait 1\n").expect(3)
    assert "setcap cap_net_raw+ep" in d.err, d.err


def test_commands_of_the_lab_are_refused():
    d = privileged("-i", "lo", "--script", "-", stdin="connect\n")
    assert d.status in (1, 2) and "-:1:" in d.err, d.err
