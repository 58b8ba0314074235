"""Wrong input, one by one: a clear line with the place and the nearest right thing, the right exit status, nothing lost."""
import json, os, re, socket, threading, time
from harness import *


def fails(status, words, *argv, stdin="", **more):
    for build in [b for b in (BUILD, BUILD / "san") if (b / "tcpviz").exists()]:
        d = run(*argv, stdin=stdin, build=build, **more)
        assert d.status == status, f"exit {d.status}, not {status}: {d.err}"
        for w in words:
            assert w in d.err, f"{w!r} not in {d.err!r}"
        assert d.err.startswith("tcpviz: ") and all(c >= " " or c == "\n" for c in d.err), repr(d.err)
    return d


def test_unknown_option():
    fails(2, ["--exprot", "--export"], "--exprot", "x.txt")
    fails(2, ["-Q"], "-Q")


def test_wrong_numbers():
    fails(2, ["70000", "65535"], "-p", "70000", "--script", "-")
    fails(2, ["abc"], "-p", "abc", "--script", "-")
    fails(2, ["0"], "--backlog=-1", "--script", "-")
    fails(2, [], "-p")


def test_no_such_file():
    fails(3, ["/no/such/file"], "--script", "/no/such/file")
    fails(3, ["/no/such.pcap"], "-r", "/no/such.pcap", "-e", "jsonl:-")


def test_no_such_script():
    """The nearest of those that are built in, else all of them; the same where a script sources one."""
    fails(3, ["fast-retransmi:", "nearest is fast-retransmit", "man tcpviz-wire"], "--script", "fast-retransmi")
    fails(3, ["nosuch:", "\n  abort-on-overflow ", " zero-window"], "--script", "nosuch")
    fails(3, ["-:1: slow-strat:", "nearest is slow-start"], "--script", "-", stdin="source slow-strat\n")
    assert "built in" not in fails(3, [], "--script", "/no/such/file").err


def test_unwritable_place():
    fails(3, ["x.txt"], "--script", "-", "-e", "/proc/nowhere/x.txt", stdin="connect\n")


def test_unknown_format():
    fails(2, ["x.odt"], "--script", "-", "-e", "x.odt", stdin="connect\n")


def test_unknown_command():
    fails(2, ["-:2:", "frobnicate"], "--script", "-", stdin="connect\nfrobnicate 3\n")
    fails(2, ["-:1:", "conect", "connect"], "--script", "-", stdin="conect\n")


def test_nothing_runs_before_a_wrong_line():
    d = fails(2, ["-:3:"], "--script", "-", "-e", "jsonl:-", stdin="connect\nwait 0.1\nnonsense\n")
    assert not [r for r in d.rows if r["type"] == "segment"], d.out


def test_wrong_arguments():
    for line, word in (("connect 0", "0"), ("connect 99999", "99999"), ("send x", "x"), ("close nobody", "nobody"),
                       ("wait soon", "soon"), ("expect client is ETSABLISHED", "ESTABLISHED"), ("expect keep-alve", "keep-alive"),
                       ("shutdown client up", "up"), ("set client nodeley 1", "nodelay"), ("listen many", "many")):
        fails(2, ["-:1:", word], "--script", "-", stdin=line + "\n")


def test_a_failed_expect():
    d = fails(1, ["-:2:", "CLOSE-WAIT"], "--script", "-", "-e", "jsonl:-", stdin="connect\nexpect server is CLOSE-WAIT within 1\n")
    assert len(d.segments) >= 3, "what happened before is exported all the same"


def test_what_cannot_be_done_now():
    fails(1, ["-:1:"], "--script", "-", stdin="respond\n")
    fails(1, ["-:2:"], "--script", "-", stdin="connect\nwrite server 10\n")
    fails(1, ["-:1:"], "--script", "-", stdin="close client\n")
    fails(1, ["-:1:"], "--script", "-", stdin="select 7\n")


def test_wire_commands_need_the_wire():
    for line in ("wire hold", "inject to server R 1:1(0)", "reboot server"):
        d = run("--script", "-", stdin=line + "\n")
        assert d.status in (1, 2) and "--wire" in d.err, (line, d.status, d.err)


def test_export_is_whole_or_not_at_all():
    d = scratch()
    old = os.path.join(d, "old.txt")
    with open(old, "w") as f:
        f.write("old")
    os.chmod(old, 0o666)
    fails(2, ["-:1:"], "--script", "-", "-e", old, stdin="nonsense\n")
    assert open(old).read() == "old" and os.listdir(d) == ["old.txt"]
    run("--script", "-", "-e", old, stdin="connect\nexpect client is ESTABLISHED within 3\n").expect(0)
    assert "SYN" in open(old).read() and os.listdir(d) == ["old.txt"]


def test_full_disk():
    d = fails(3, ["No space left"], "--script", "-", "-e", "jsonl:/dev/full", stdin="connect\nwait 0.2\n")
    assert d.err.count("\n") <= 2


def test_hostile_text():
    d = run("--script", "-", "-e", "txt:-", stdin=b"note \x1b[2J\x9b31m bad \xff\xfe\x07 text\nsay \x1b]0;x\x07\nconnect\n"
            b"expect client is ESTABLISHED within 3\nsend 5 \xe5\xa5\xbd post\nwait 0.2\nrespond \x1b[31m\xff\nwait 0.2\n").expect(0)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", d.out), repr(d.out)
    d = run("--script", "-", "-e", "jsonl:-", stdin=b"note \x1b[2J \xff \"quoted\"\n").expect(0)
    assert [r["text"] for r in d.rows if r["type"] == "note"] == ["\x1b[2J \ufffd \"quoted\""], d.out


def test_port_in_use_on_the_host():
    if not ROOT_USER:
        return
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
        fails(3, [str(port)], "--host", "-p", port, "--script", "-", stdin="connect\n", root=True)


def test_host_without_privilege():
    fails(3, ["sudo", "setcap cap_net_raw+ep"], "--host", "--script", "-", stdin="connect\n")


def test_script_from_a_file_names_its_lines():
    d = scratch()
    path = os.path.join(d, "a.tcpviz")
    with open(path, "w") as f:
        f.write("# a comment\n\nconnect\nbogus\n")
    fails(2, [f"{path}:4:"], "--script", path)


def test_no_terminal():
    d = run(stdin="")
    assert d.status in (2, 3) and d.err.startswith("tcpviz: ") and "--script" in d.err, (d.status, d.err)
