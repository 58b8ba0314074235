"""Sessions as files: what is written as it happens is read again whole, survives the program's death, and stays out of the way
where it cannot be written."""
from harness import *
import random, signal, struct

LIFE = """connect
expect client is ESTABLISHED within 3
send 5 a post
expect data from client within 2
respond great
expect data from server within 2
mark answered
note <b>\x1b[31m 你好 "quoted" \\ back
read server off
write client 300000
wait until zero-window from server within 5
read server on
wait until window-update from server within 5
connect 2
select 2
abort client
expect rst within 2
say a line that is said
select 1
close client
close server
wait until fin from server within 5
"""


def blocks(data):
    """(type, offset, length) of the whole blocks of a pcapng file, and how many bytes stand behind them."""
    at, out = 0, []
    while len(data) - at >= 12:
        kind, size = struct.unpack_from("=II", data, at)
        assert size >= 12 and size % 4 == 0, (at, size)
        if size > len(data) - at:
            break
        assert struct.unpack_from("=I", data, at + size - 4)[0] == size, at
        out.append((kind, at, size))
        at += size
    return out, len(data) - at


def again(path, status=0, **more):
    return run("-r", path, "-e", "jsonl:-", **more).expect(status)


def kept(text, *argv, status=0, **more):
    """Runs a script and keeps its journal: the run, the journal's path."""
    d = scratch()
    path = os.path.join(d, "j.pcapng")
    return script(text, "-w", path, *argv, cwd=d, **more).expect(status), path


def test_what_is_read_again_is_what_was_seen():
    for argv in (), ("-6",), ("--lang", "zh"), ("-p", "4000", "--backlog", "1"):
        d, path = kept(LIFE, *argv)
        assert len(d.segments) > 30
        more = ["--lang", "zh"] if "zh" in argv else []
        assert run("-r", path, "-e", "jsonl:-", *more).expect(0).out == d.out, argv
        assert os.stat(path).st_mode & 0o777 == 0o600


WIRE = """wire delay 20
wire duplicate 10
wire corrupt 5
connect
expect client is ESTABLISHED and server is ESTABLISHED within 8
wire mtu 1000
write client 9000
wait until client send-q = 0 within 8
inject to client P. 1:4(3) ack 5000
wire hold
write server 100
wire drop next data
wait until data from server within 5
wire flow
close client
close server
wait until fin from server within 5
"""


def test_the_wire_is_read_again():
    for seed in "1", "2":
        d, path = kept(WIRE, "--wire", "--seed", seed)
        assert {r["event"] for r in d.rows if r["type"] == "wire"} >= {"held", "released", "arrived", "dropped", "duplicated"}, d.out
        assert any(s.get("injected") for s in d.segments)
        assert any(r["type"] == "note" and "ICMP" in r["text"] for r in d.rows), d.out
        assert run("-r", path, "-e", "jsonl:-").expect(0).out == d.out


def test_a_session_in_a_pipe_is_read_as_well():
    d, path = kept("connect\nexpect client is ESTABLISHED within 3\n")
    assert run("-r", "-", "-e", "jsonl:-", stdin=pathlib.Path(path).read_bytes()).expect(0).out == d.out
    assert run("-r", path).expect(0).out.count("Handshake") == 3


def test_frames_of_the_machines_loopback_are_cut_and_known_as_whole():
    if not ROOT_USER:
        return
    d = scratch()
    path = os.path.join(d, "j.pcapng")
    text = "connect\nexpect client is ESTABLISHED within 3\nwrite client 200000\nwait until data from client within 3\nwait 0.3\n"
    live = run("--host", "-p", "3399", "--script", "-", "-e", "jsonl:-", "-w", path, stdin=text, root=True).expect(0)
    assert max(r["len"] for r in live.segments) > 4096
    assert run("-r", path, "-e", "jsonl:-", root=True).expect(0).out == live.out
    assert os.path.getsize(path) < 2**20


def test_other_programs_read_it():
    d, path = kept(LIFE, "--keepalive", "0")
    seen, calls = len(d.segments), [r for r in d.rows if r["type"] == "call"]
    if shutil.which("tshark"):
        shown = subprocess.run(["tshark", "-nr", path, "-V"], capture_output=True, text=True).stdout
        assert shown.count("Packet comments") == seen
        assert shown.count("systemd Journal Entry") >= len(calls)
        assert "connect(" in shown and "Malformed" not in shown
    if shutil.which("tcpdump"):
        done = subprocess.run(["tcpdump", "-nr", path], capture_output=True, text=True)
        assert done.returncode == 0 and len(done.stdout.splitlines()) == seen, done.stderr
    if shutil.which("capinfos"):
        done = subprocess.run(["capinfos", "-c", path], capture_output=True, text=True)
        assert done.returncode == 0 and re.search(rf"packets: +{seen}$", done.stdout, re.M), done.stdout + done.stderr


def test_a_torn_file_is_read_up_to_there():
    d, path = kept(LIFE)
    data = pathlib.Path(path).read_bytes()
    whole, rest = blocks(data)
    assert rest == 0
    kind, at, size = [b for b in whole if b[0] == 6][7]
    for cut in (at, at + 1, at + 11, at + size - 1):
        pathlib.Path(path).write_bytes(data[:cut])
        back = again(path, 0 if cut == at else 1)
        assert d.out.startswith(back.out) and len(back.segments) == 7
        if cut != at:
            assert f"byte {at}" in back.err, back.err


def test_a_newer_file_is_refused():
    d, path = kept("connect\n")
    data = pathlib.Path(path).read_bytes()
    assert data.count(b"TCPVIZ_VERSION=1\n") == 1
    pathlib.Path(path).write_bytes(data.replace(b"TCPVIZ_VERSION=1\n", b"TCPVIZ_VERSION=2\n"))
    back = run("-r", path).expect(3)
    assert "newer tcpviz" in back.err and back.out == ""


def test_sessions_of_every_version_are_read():
    paths = sorted((ROOT / "tests" / "sessions").glob("*.pcapng"))
    assert paths
    for path in paths:
        back = run("-r", readable(path), "-e", "jsonl:-").expect(0)
        then = [json.loads(line) for line in path.with_suffix(".jsonl").read_text().splitlines()]
        facts = lambda rows: [{k: r.get(k) for k in ("type", "time", "frame", "conn", "side", "name", "args", "result", "text", "point",
                                                     "event", "delta", "state", "started", "source")} for r in rows]
        assert facts(back.rows) == facts(then), path.name


def killed(chance, state):
    """A program that dies in the middle of things; what it had said by then, and its journal."""
    d = scratch()
    path, text = os.path.join(d, "j.pcapng"), os.path.join(d, "script")
    busy = "".join(f"connect\nwrite client 40000\nauto on\nsend 9 a post\nnote {n}\nwait 0.003\n" for n in range(400))
    pathlib.Path(text).write_text(busy)
    p = subprocess.Popen([*DROP, program(), "--script", text, "-w", path, "-e", "jsonl:-"], stdout=subprocess.PIPE,
                         env=environment(XDG_STATE_HOME=state), cwd=d)
    said = b""
    for _ in range(chance.randrange(400)):
        said += p.stdout.read1(chance.randrange(1, 4096))
    p.send_signal(signal.SIGKILL)
    said += p.stdout.read()
    p.wait()
    return said.decode("utf-8", "replace"), path


def cut_short(row, live, end):
    """Where the file ends, the segment of a stamp may be missing: it comes up to five milliseconds later."""
    return row == {**live, "frame": None} and live["type"] == "stamp" and row["time"] > end - 0.0051


def kills(times):
    chance, state = random.Random(times), scratch()
    for _ in range(times):
        said, path = killed(chance, state)
        whole, torn = blocks(pathlib.Path(path).read_bytes() if os.path.exists(path) else b"")
        if len(whole) < 2:
            continue  # it died before its first turn was over
        back = again(path, 1 if torn else 0)
        lines, seen = back.out.splitlines(), said.splitlines()[:-1]  # the last one may be torn
        for line, live in zip(lines, seen):
            assert line == live or cut_short(json.loads(line), json.loads(live), back.rows[-1]["time"]), (path, line, live)
        assert len(back.segments) == sum(b[0] == 6 for b in whole)


def test_nothing_is_lost_when_it_is_killed():
    kills(20)


def test_nothing_is_lost_when_it_is_killed_long():
    kills(200)


def test_what_was_done_with_is_in_the_file_when_it_is_killed():
    d = scratch()
    path = os.path.join(d, "j.pcapng")
    p = subprocess.Popen([*DROP, program(), "--script", "-", "-w", path, "-e", "jsonl:-"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, env=environment(), cwd=d, text=True)
    p.stdin.write("connect\nexpect client is ESTABLISHED within 3\nmark m\nnote the last one\nwait 60\n")
    p.stdin.close()
    said = ""
    while "the last one" not in said:
        said += p.stdout.readline()
    end = time.monotonic() + 10
    while b"the last one" not in pathlib.Path(path).read_bytes() and time.monotonic() < end:
        time.sleep(0.01)
    p.kill()
    p.wait()
    back = again(path)
    assert back.out.startswith(said) and len(back.segments) == 3


def on_a_small_disk(size, *argv, text, **env):
    """Runs the program where /mnt is a disk of so many bytes: the run, and what /mnt holds."""
    d = scratch()
    inner = f"mount -t tmpfs -o size={size} none /mnt && {program()} \"$@\" > out 2> err; echo $? > status; cp -r /mnt/. ."
    subprocess.run([*DROP, "unshare", "-Urm", "sh", "-c", inner, "sh", *argv], input=text.encode(), cwd=d, timeout=60,
                   env=environment(**env), check=True)
    read = lambda name: pathlib.Path(d, name).read_text(errors="replace")
    return Done(int(read("status")), read("out"), read("err")), d


def test_a_full_disk_ends_the_file_and_not_the_session():
    text = "connect\nexpect client is ESTABLISHED within 3\n" + "write client 20000\nwait until ack from server within 3\n" * 20
    done, d = on_a_small_disk("64k", "--script", "-", "-w", "/mnt/j.pcapng", "-e", "jsonl:-", text=text)
    assert done.status == 3 and done.err.count("No space left on device") == 1, done.err
    assert "export pcapng:FILE" in done.err
    assert sum(r["len"] for r in done.segments) >= 400000
    data = pathlib.Path(d, "j.pcapng").read_bytes()
    whole, torn = blocks(data)
    assert torn == 0 and len(data) > 32768
    assert done.out.startswith(again(os.path.join(d, "j.pcapng")).out)


def test_a_full_disk_is_no_failure_where_nobody_asked_for_a_file():
    text = "connect\nexpect client is ESTABLISHED within 3\nwrite client 200000\nwait 0.2\n"
    done, d = on_a_small_disk("32k", "--script", "-", "-e", "jsonl:-", text=text, XDG_STATE_HOME="/mnt")
    assert done.status == 0 and done.err.count("No space left on device") == 1, done.err


def test_a_reader_that_sleeps_stalls_nothing():
    d = scratch()
    pipe = os.path.join(d, "pipe")
    os.mkfifo(pipe)
    os.chmod(pipe, 0o666)
    fd = os.open(pipe, os.O_RDWR)  # there is a reader, and it never reads
    try:
        done = script("connect\nexpect client is ESTABLISHED within 3\nwrite client 900000\nwait until ack within 3\nwait 0.5\n", "-w", pipe)
    finally:
        os.close(fd)
    assert done.status == 3 and "too slow" in done.err, done.err
    assert sum(r["len"] for r in done.segments if r["from"] == "client") >= 900000


def test_places_that_cannot_be_written():
    for path, why in (("/nonexistent/j", "No such file"), ("/", "Is a directory"), ("/proc/version", "denied")):
        done = run("--script", "-", "-w", path, stdin="connect\n").expect(3)
        assert path in done.err and why in done.err, done.err
    full = run("--script", "-", "-w", "/dev/full", stdin="connect\nwait 0.1\n").expect(3)
    assert full.err.count("No space left on device") == 1, full.err
    for argv in (("-r", "x", "-w", "y"), ("--no-journal", "-w", "y"), ("-w", "-", "-e", "txt:-"), ("--sessions", "-r", "x")):
        run(*argv).expect(2)


def test_a_file_that_is_being_written_is_left_alone():
    d = scratch()
    path = os.path.join(d, "j.pcapng")
    p = subprocess.Popen([*DROP, program(), "--script", "-", "-w", path], stdin=subprocess.PIPE, env=environment(), cwd=d)
    p.stdin.write(b"connect\nwait 60\n")
    p.stdin.close()
    try:
        end = time.monotonic() + 10
        while not (os.path.exists(path) and os.path.getsize(path) > 1000):
            assert time.monotonic() < end
            time.sleep(0.01)
        refused = run("--script", "-", "-w", path, stdin="connect\n").expect(3)
        assert "another tcpviz" in refused.err
    finally:
        p.kill()
        p.wait()
    assert len(again(path).segments) == 3


def sessions(state):
    return sorted(pathlib.Path(state).glob("tcpviz/sessions/*"))


def test_sessions_are_kept_and_the_oldest_go():
    state = scratch()
    folder = pathlib.Path(state, "tcpviz", "sessions")
    listed = run("--sessions", env={"XDG_STATE_HOME": state}).expect(0)
    assert "no session is kept" in listed.out
    text = "connect\nexpect client is ESTABLISHED within 3\n"
    run("--script", "-", "--no-journal", stdin=text, env={"XDG_STATE_HOME": state}).expect(0)
    assert not sessions(state)
    run("--script", "-", stdin="wait 0.1\n", env={"XDG_STATE_HOME": state}).expect(0)
    assert not sessions(state), "nothing happened in it"
    for n in range(3):
        run("--script", "-", stdin=text * (n + 1), env={"XDG_STATE_HOME": state}).expect(0)
    files = sessions(state)
    assert len(files) == 3 and all(f.stat().st_mode & 0o777 == 0o600 for f in files)
    lines = run("--sessions", env={"XDG_STATE_HOME": state, "TZ": "UTC"}).expect(0).out.splitlines()
    assert len(lines) == 4 and [l.rsplit(None, 1)[-1] for l in lines[1:]] == [str(f) for f in reversed(files)]
    for n, line in enumerate(lines[1:]):
        conns = 3 - n
        assert re.search(rf"^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d  private loopback +{conns} +{3 * conns} +\S+ K? *{re.escape(str(folder))}", line), line
    for n in range(40):  # made up, and older than the others
        old = folder / f"20200101T0000{n:02}.000Z-x.pcapng"
        old.write_bytes(b"")
        if ROOT_USER:
            shutil.chown(old, "nobody")
    run("--script", "-", stdin=text, env={"XDG_STATE_HOME": state}).expect(0)
    left = sessions(state)
    assert len(left) == 20 and set(files) < set(left)
    big = folder / "20200101T000000.000Z-big.pcapng"
    with open(big, "wb") as f:
        f.truncate(256 << 20)
    if ROOT_USER:
        shutil.chown(big, "nobody")
    run("--script", "-", stdin=text, env={"XDG_STATE_HOME": state}).expect(0)
    assert not big.exists() and len(sessions(state)) == 20


def test_a_session_that_is_running_does_not_give_way():
    state, d = scratch(), scratch()
    p = subprocess.Popen([*DROP, program(), "--script", "-"], stdin=subprocess.PIPE, env=environment(XDG_STATE_HOME=state), cwd=d)
    p.stdin.write(b"connect\nwait 60\n")
    p.stdin.close()
    try:
        end = time.monotonic() + 10
        while not sessions(state):
            assert time.monotonic() < end
            time.sleep(0.01)
        running = sessions(state)[0]
        for n in range(21):
            run("--script", "-", stdin="connect\nexpect client is ESTABLISHED within 3\n", env={"XDG_STATE_HOME": state}).expect(0)
        assert running.exists() and len(sessions(state)) == 20
    finally:
        p.kill()
        p.wait()
