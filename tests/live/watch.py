"""-i: an interface is watched, here the loopback of a network of its own with two clients of another program."""
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


def watch(*argv, build=BUILD):
    p = subprocess.run([*DROP, "unshare", "-Urn", "python3", "-c", INSIDE, program(build), "-i", "lo", "--script", "-", "-e", "jsonl:-", *argv],
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
