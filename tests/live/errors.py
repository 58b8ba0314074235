"""Places and moments at which the program must end well: outputs that close, signals, options that contradict each other."""
import os, signal, time
from harness import *

OPEN = "connect\nexpect client is ESTABLISHED within 5\n"


def begin(text, *argv, **more):
    return subprocess.Popen([*DROP, program(), "--script", "-", *argv], stdin=given(text), stderr=subprocess.PIPE,
                            env=environment(), cwd=scratch(), **{"stdout": subprocess.PIPE, **more})


def test_signals_finish_the_exports():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        place = os.path.join(scratch(), "life.jsonl")
        began = time.monotonic()
        p = begin(OPEN + "wait 60\n", "-e", "jsonl:-", "-e", place)
        while b'"handshake 3/3"' not in p.stdout.readline():
            assert p.poll() is None
        assert time.monotonic() - began < 20, "rows come as they are judged"
        p.send_signal(number)
        _, err = p.communicate(timeout=30)
        assert p.returncode == 128 + number, (number, p.returncode, err)
        assert "handshake 3/3" in open(place).read() and os.listdir(os.path.dirname(place)) == ["life.jsonl"]


def test_a_reader_that_goes_away():
    p = begin(OPEN + "write client 10\nwait 0.3\nwrite client 10\nwait 0.3\n", "-e", "jsonl:-")
    p.stdout.readline()
    p.stdout.close()
    p.stdout = None
    _, err = p.communicate(timeout=30)
    assert p.returncode in (0, 3) and err.count(b"\n") <= 1, (p.returncode, err)


def test_places_that_take_no_file():
    d = scratch()
    os.chmod(d, 0o555)
    for place in (os.path.join(d, "a.txt"), "txt:" + d, "txt:", "txt:/dev/full"):
        r = run("--script", "-", "-e", place, stdin=OPEN)
        assert r.status in (2, 3) and r.err.startswith("tcpviz: ") and r.err.count("\n") <= 2, (place, r.status, r.err)
    assert os.listdir(d) == []


def test_options():
    for argv, word in ((["--lang", "xx"], "xx"), (["--color", "sometimes"], "sometimes"), (["--host", "-r", "x.pcap"], "-r"),
                       (["-i", "lo", "--host"], "-i"), (["-s", "x", "-i", "lo"], "x"), (["stray"], "stray"), (["--export"], "export"),
                       (["--ipv6=yes"], "ipv6"), (["-r"], "-r"), (["--keepalive", "99999999"], "99999999")):
        d = run(*argv, stdin="").expect(2)
        assert word in d.err and d.err.startswith("tcpviz: ") and not d.out, (argv, d.err)


def test_help_and_version():
    for lang in ("en", "zh"):
        d = run("--lang", lang, "--help").expect(0)
        assert "--script" in d.out and not d.err
    assert run("--version").expect(0).out.startswith("tcpviz 0.")
    with open("/dev/full", "w") as full:
        p = begin("", "--help", stdout=full)
        _, err = p.communicate(timeout=30)
        assert p.returncode == 3, (p.returncode, err)


def test_the_last_line_wants_no_newline():
    d = run("--script", "-", "-e", "jsonl:-", stdin="connect\nexpect client is ESTABLISHED within 5").expect(0)
    assert len(d.segments) == 3
    assert run("--script", "-", stdin="").expect(0).out == ""


def test_quit_ends_a_script():
    d = run("--script", "-", "-e", "jsonl:-", stdin=OPEN + "quit\nconnect\n").expect(0)
    assert {s["conn"] for s in d.segments} == {1}


def test_commands_within_a_script():
    d = scratch()
    with open(os.path.join(d, "more.tcpviz"), "w") as f:
        f.write("note from another file\nwrite client 10\n")
    r = run("--script", "-", "-e", "jsonl:-", cwd=d, stdin=OPEN + "mark here\nsource more.tcpviz\nexpect segments > 0 since here within 3\n"
            "export txt:now.txt\nsay done\n").expect(0)
    assert [n["text"] for n in r.rows if n["type"] == "note"][-2:] == ["from another file", "done"], r.out
    assert "from another file" in open(os.path.join(d, "now.txt")).read()
    r = run("--script", "-", stdin="source /no/such.tcpviz\n", cwd=d)
    assert r.status in (1, 2, 3) and "/no/such.tcpviz" in r.err, (r.status, r.err)
