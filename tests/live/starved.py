"""Every request for memory may be refused: over reading, explaining and exporting a capture each of them is, one run after the
other (starved.c). Each time there is one clear message, exit 3 and nothing that was not given back; or nothing was lacking."""
import capture, gzip, re, shutil
from harness import *

SHARES = 2  # processes that go over the requests of one command side by side


def twenty(path):
    """A handshake, bytes that are lost, sent again and told of by SACK, a probe of silence, a close: 20 segments, a datagram
    that is none and a frame that cannot be."""
    c = capture.Capture()
    web = capture.Connection(c, "10.0.0.1:40000", "10.0.0.2:80")
    web.open(0)
    web.say(0.1, 0, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    web.send(0.2, 1, capture.PSH | capture.ACK, b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n")
    web.send(0.21, 1, capture.ACK, bytes(1000))
    web.send(0.22, 1, capture.ACK, bytes(1000))
    web.send(0.23, 1, capture.ACK, bytes(1000))
    for i in range(2):
        web.send(0.24 + i / 100, 0, capture.ACK, ack=43)
    web.send(0.3, 1, capture.ACK, bytes(1000), seq=43)
    web.send(0.31, 1, capture.ACK, bytes(2000), seq=1043)  # repeats two
    web.send(0.35, 0, capture.ACK)
    web.send(8, 1, capture.ACK, seq=3042)
    web.send(8.01, 0, capture.ACK)
    web.close(9)
    c.frame(9.5, bytes.fromhex("4500001c00000000401100000a0000010a000002") + bytes(8))
    c.frame(9.6, bytes.fromhex("4500000a"))
    assert len(c.frames) == 22, len(c.frames)
    return c.write(path)


def pcapng(path, pcap):
    """The same frames with a section and an interface of their own."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        size = (len(body) + 12).to_bytes(4, "little")
        return kind.to_bytes(4, "little") + size + body + size
    data, at = pathlib.Path(pcap).read_bytes(), 24
    out = block(0x0A0D0D0A, bytes.fromhex("4d3c2b1a01000000ffffffffffffffff")) + block(1, capture.RAW.to_bytes(4, "little") + bytes(4))
    while at < len(data):
        s, us, size = (int.from_bytes(data[at + i:at + i + 4], "little") for i in (0, 4, 8))
        time = (s * 10**6 + us).to_bytes(8, "little")
        out += block(6, bytes(4) + time[4:] + time[:4] + data[at + 8:at + 16] + data[at + 16:at + 16 + size])
        at += 16 + size
    pathlib.Path(path).write_bytes(out)
    return path


class Starving:
    """The program and what it reads, where any user may read it."""

    def __init__(self):
        self.dir = scratch()
        self.library, self.program = os.path.join(self.dir, "starved.so"), program()
        subprocess.run(["gcc", "-std=c11", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-o", self.library,
                        ROOT / "tests" / "live" / "starved.c"], check=True)
        self.pcap = twenty(os.path.join(self.dir, "twenty.pcap"))
        self.pcapng = pcapng(os.path.join(self.dir, "twenty.pcapng"), self.pcap)
        self.sessions = [shutil.copy(ROOT / "tests" / "sessions" / f"v1-{name}.pcapng", self.dir) for name in ("loopback", "wire")]

    def start(self, argv, begin, stays, stdin, env):
        """Over every SHARES-th request from `begin` on; the process and its report."""
        folder = scratch()
        report = os.path.join(folder, "report")
        pairs = {"STARVED_REPORT": report, "STARVED_BEGIN": begin, "STARVED_STEP": SHARES, "LD_PRELOAD": self.library}
        words = [f"{k}={v}" for k, v in (pairs | ({"STARVED_STAYS": 1} if stays else {}) | env).items()]
        p = subprocess.Popen([*DROP, "env", *words, self.program, *argv], stdin=open(stdin or os.devnull, "rb"),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), cwd=folder)
        return p, report

    def judged(self, line, argv):
        """What is wrong with a run, None: nothing."""
        n, status, came, left, out, who, block, err = line.split(" ", 7)
        good = status == "0" and out == "whole"  # somebody could do without
        if came == "0":
            return None if good and left == "0" else f"without a failure: {line}"
        told = re.fullmatch(r"tcpviz: ([^|]+: )?(Cannot allocate memory|out of memory|内存不足|无法分配内存)\|", err)
        if left != "0" and not (who.startswith("libc.so") and block.startswith("libc.so")):  # it keeps what it had of a locale
            return f"not given back: {line}"
        if not (good and err == self.usual) and not (status == "3" and told):
            return line
        return None

    def over(self, *argv, stdin=None, aside="frames with headers that cannot be: 1", env={"LC_ALL": "C"}):
        """Each request of this command refused, alone and with all that follow it. aside: what is told of the capture anyway."""
        self.usual = f"tcpviz: {argv[argv.index('-r') + 1]}: {aside}|" if aside else ""
        wrong, count = [], 0
        for stays in (False, True):
            for p, report in [self.start(argv, begin, stays, stdin, env) for begin in range(1, SHARES + 1)]:
                out, err = p.communicate(timeout=100)
                assert p.returncode == 0, (argv, p.returncode, out, err)
                lines = pathlib.Path(report).read_text(errors="replace").splitlines()
                count += len(lines)
                assert lines and lines[-1].split()[2] == "0", lines[-1:]
                wrong += [("stays " if stays else "") + w for w in (self.judged(l, argv) for l in lines) if w]
                kept = set(os.listdir(os.path.dirname(report))) - {"report"}
                assert all(re.fullmatch(r"out\.\w+", k) for k in kept), f"{argv}: left {kept}"
        assert count > 100, f"{argv}: {count}"
        assert not wrong, f"{' '.join(argv)}: {len(wrong)} of {count}:\n" + "\n".join(wrong[:20])


FORMATS = "txt html svg slide md csv jsonl pcapng pcap pkt mermaid".split()
assert len(FORMATS) == (ROOT / "src/export/formats.def").read_text().count("\nFORMAT(")


def test_texts_without_memory():
    s = Starving()
    for name in ("txt", "md", "csv", "jsonl"):
        s.over("-r", s.pcap, "-e", f"{name}:-")
    s.over("-r", s.pcap, "-e", "jsonl:-", "tcp port 80", aside="")
    s.over("-r", s.pcap, "-e", "html:out.html", "-e", "txt:out.txt")


def test_pictures_and_captures_without_memory():
    s = Starving()
    for name in set(FORMATS) - {"txt", "md", "csv", "jsonl"}:
        s.over("-r", s.pcap, "-e", f"{name}:-")


def test_reports_without_memory():
    s = Starving()
    for report in ("--summary", "--summary=json", "--labsheet", "--labsheet=blank"):
        s.over("-r", s.pcap, report)


def test_ways_to_read_without_memory():
    s = Starving()
    data = pathlib.Path(s.pcap).read_bytes()
    frame = b"\x28\xb5\x2f\xfd\x60" + (len(data) - 256).to_bytes(2, "little")  # RFC 8878 3.1.1: one block as it is
    for name, packed in (("gz", gzip.compress(data)), ("zst", frame + (len(data) << 3 | 1).to_bytes(3, "little") + data)):
        path = os.path.join(s.dir, name)
        pathlib.Path(path).write_bytes(packed)
        s.over("-r", path, "-e", "csv:-")
        s.over("-r", "-", "-e", "csv:-", stdin=path)
    s.over("-r", s.pcapng, "-e", "jsonl:-")
    s.over("-r", "-", stdin=s.pcap)
    s.over("-r", s.pcap, "--memory", "1", "-e", "jsonl:-")


def test_sessions_read_again_without_memory():
    s = Starving()
    for path in s.sessions:
        s.over("-r", path, "-e", "jsonl:-", aside="")
    s.over("-r", s.sessions[1], "-e", "pcapng:-", aside="")
    s.over("-r", s.sessions[0], "--summary", aside="")


def test_sessions_in_every_format_without_memory_long():
    s = Starving()
    for path in s.sessions:
        for name in FORMATS:
            s.over("-r", path, "-e", f"{name}:-", aside="")
        s.over("-r", path, "--labsheet=answers", aside="")


def test_chinese_without_memory_long():
    s = Starving()
    for name in FORMATS:
        s.over("--lang", "zh", "-r", s.pcap, "-e", f"{name}:-", aside="首部不合法的帧：1", env={"LC_ALL": "C.UTF-8"})
