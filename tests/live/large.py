"""-r: captures of a size at which others give up. They are made as they are read: what is in them is known exactly."""
import json, re, struct, threading
from harness import *

CLIENT, SERVER = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))
FIN, SYN, RST, ACK = 1, 2, 4, 16
IP = struct.Struct(">BBHHHBBH4s4s")
TCP = struct.Struct(">HHIIBBHHH")
RECORD = struct.Struct("<IIII")
HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)


def frame(us, from_client, port, flags, seq, ack, size=0, options=b""):
    """A segment between client:port and server:80, its payload not captured; without payload the checksum is right."""
    src, dst, sport, dport = (CLIENT, SERVER, port, 80) if from_client else (SERVER, CLIENT, 80, port)
    seq, ack, first = seq % 2**32, ack % 2**32, (20 + len(options)) << 10 | flags
    total = 0x0A00 * 2 + 1 + 2 + 6 + 20 + len(options) + sport + dport + (seq >> 16) + (seq & 0xFFFF) + (ack >> 16) + (ack & 0xFFFF) + first + 0xFFFF
    total += sum(struct.unpack(f">{len(options) // 2}H", options))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    kept = 40 + len(options)
    return (RECORD.pack(1_700_000_000 + us // 10**6, us % 10**6, kept, kept + size)
            + IP.pack(0x45, 0, kept + size, 0, 0x4000, 64, 6, 0, src, dst)
            + TCP.pack(sport, dport, seq, ack, first >> 8, flags, 0xFFFF, 0 if size else ~total & 0xFFFF, 0) + options)


class Reading:
    """The program over frames that are written into its standard input; its lines as they come."""

    def __init__(self, frames, *argv):
        self.p = subprocess.Popen([*DROP, program(), "-r", "-", *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=environment(), cwd=scratch())
        LEFT.append((self.p.kill,))
        self.writer = threading.Thread(target=self.write, args=(frames,), daemon=True)
        self.writer.start()

    def write(self, frames):
        with self.p.stdin as to:
            to.write(HEAD)
            for f in frames:
                to.write(f)

    def lines(self):
        yield from self.p.stdout
        self.writer.join()
        assert self.p.wait() == 0 and not (err := self.p.stderr.read()), (self.p.returncode, err)


def reused(count, ports):
    """Connections one after the other; each port comes again after `ports` of them, with other numbers."""
    for k in range(count):
        port, us, c, s = 1024 + k % ports, k * 500, k * 64_000_007, k * 48_000_011
        yield frame(us, True, port, SYN, c, 0)
        yield frame(us + 100, False, port, SYN | ACK, s, c + 1)
        yield frame(us + 200, True, port, ACK, c + 1, s + 1)
        yield frame(us + 300, True, port, RST | ACK, c + 1, s + 1)


def test_a_hundred_thousand_connections_on_a_thousand_ports():
    count, ports, at = 100_000, 1000, 0
    for at, line in enumerate(Reading(reused(count, ports), "--summary=json").lines(), 1):
        c = json.loads(line)
        found = (c["conn"], c["client"], c["first"], c["client_state"], c["server_state"], c["from_client"]["segments"],
                 c["from_client"]["syns"], c["from_client"]["resets"], c["from_server"]["segments"])
        us = 1_700_000_000_000_000 + (at - 1) * 500
        assert found == (at, f"10.0.0.1:{1024 + (at - 1) % ports}", us / 1e6, "CLOSED", "CLOSED", 3, 1, 1, 1), found
        assert c["from_client"]["retransmitted_segments"] == c["from_server"]["retransmitted_segments"] == 0, c
    assert at == count, at


def test_a_port_that_is_used_again_is_told():
    for line in Reading(reused(3000, 100), "-e", "jsonl:-").lines():
        row = json.loads(line)
        if row["type"] == "segment" and row["flags"] == "S":
            assert ("port-reused" in row["labels"]) == (row["conn"] > 100), row
            assert row["seq"] == 0 and row["step"] == "handshake 1/3", row


WHOLE, EACH = 10 * 2**30, 65_495  # bytes; the most that one segment may have


def ten_gib(first):
    """The client sends all of it, numbers beginning with `first`. Every 10,000th segment comes again after its ACK."""
    options = bytes.fromhex("020405b4" "0103030e")
    us, c, s = 0, first, 77
    yield frame(us, True, 5000, SYN, c, 0, options=options)
    yield frame(us + 10, False, 5000, SYN | ACK, s, c + 1, options=options)
    yield frame(us + 20, True, 5000, ACK, c + 1, s + 1)
    sent, n = 0, 0
    while sent < WHOLE:
        size, us, n = min(EACH, WHOLE - sent), us + 50, n + 1
        yield frame(us, True, 5000, ACK, c + 1 + sent, s + 1, size)
        sent += size
        if n < 3 or n % 2 == 0 or sent == WHOLE:  # the window of the SYN ACK is not scaled
            yield frame(us + 10, False, 5000, ACK, s + 1, c + 1 + sent)
        if n % 10_000 == 0:
            yield frame(us + 20, True, 5000, ACK, c + 1 + sent - size, s + 1, size)
    us += 50
    yield frame(us, True, 5000, FIN | ACK, c + 1 + sent, s + 1)
    yield frame(us + 10, False, 5000, FIN | ACK, s + 1, c + 2 + sent)
    yield frame(us + 20, True, 5000, ACK, c + 2 + sent, s + 2)


def test_ten_gib_in_one_connection():
    segments = -(-WHOLE // EACH)
    again = segments // 10_000
    (line,) = Reading(ten_gib(2**32 - 5), "--summary=json").lines()
    c = json.loads(line)
    mine, other = c["from_client"], c["from_server"]
    want = {"segments": segments + again + 4, "bytes": WHOLE + again * EACH, "unique_bytes": WHOLE, "data_segments": segments + again,
            "retransmitted_segments": again, "retransmitted_bytes": again * EACH, "out_of_order": 0, "zero_windows": 0, "fins": 1}
    assert {k: mine[k] for k in want} == want, mine
    assert other["segments"] == 3 + (segments + 1) // 2 and other["bytes"] == 0, other
    assert (c["client_state"], c["server_state"]) == ("TIME-WAIT", "CLOSED"), c


def test_numbers_wrap_twice_in_every_row():
    seen, sent, last = {}, 0, None
    for line in Reading(ten_gib(2**31), "-e", "jsonl:-").lines():
        labels = re.search(rb'"labels":(\[[^]]*\])', line)
        if not labels:
            continue
        seen[labels[1]] = seen.get(labels[1], 0) + 1
        if labels[1] == b'["data","truncated"]':
            seq = int(re.search(rb'"seq":(\d+)', line)[1])
            assert seq == (sent + 1) % 2**32, line
            sent += int(re.search(rb'"len":(\d+)', line)[1])
        last = line
    segments = -(-WHOLE // EACH)
    assert sent == WHOLE and json.loads(last)["client_state"] == "TIME-WAIT", (sent, last)
    assert seen == {b'["syn"]': 1, b'["syn-ack"]': 1, b'["handshake-ack"]': 1, b'["data","truncated"]': segments,
                    b'["ack"]': 1 + (segments + 1) // 2, b'["data","retransmission","spurious-retransmission","truncated"]': segments // 10_000,
                    b'["fin"]': 1, b'["fin","fin-ack"]': 1, b'["fin-ack"]': 1}, seen
