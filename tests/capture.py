"""Writes captures of made-up connections, for tests that must know what is in them. Standard library only."""
import ipaddress, pathlib, struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
RAW = 101  # link type: the IP header comes first


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Capture:
    """A pcap in memory; it is written in the order of time."""

    def __init__(self, snaplen=65535):
        self.snaplen, self.frames = snaplen, []

    def frame(self, time, data):
        """time: seconds since the capture's start."""
        kept, us = data[:self.snaplen], 1_700_000_000_000_000 + round(time * 1e6)
        self.frames.append((us, struct.pack("<IIII", us // 10**6, us % 10**6, len(kept), len(data)) + kept))

    def write(self, path):
        head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, self.snaplen, RAW)
        self.frames.sort(key=lambda f: f[0])
        pathlib.Path(path).write_bytes(b"".join([head, *(data for _, data in self.frames)]))
        return str(path)


class Connection:
    """Both ends of one connection in a capture, numbers relative as on the screen. Every frame has right checksums."""

    def __init__(self, capture, client, server):
        self.capture, self.ends = capture, [self.end(client), self.end(server)]
        self.nxt = [0, 0]

    @staticmethod
    def end(text):
        host, _, port = text.rpartition(":")
        return ipaddress.ip_address(host.strip("[]")), int(port)

    def send(self, time, side, flags, data=b"", seq=None, ack=None, win=64240, seen=True):
        """side 0: the client. seq and ack as the side would have them; seen: the sniffer saw it."""
        (src, sport), (dst, dport) = self.ends[side], self.ends[1 - side]
        seq = self.nxt[side] if seq is None else seq
        ack = (self.nxt[1 - side] if ack is None else ack) if flags & ACK else 0
        base = (1000, 5000)
        options = b"\x02\x04\x05\xb4" if flags & SYN else b""
        tcp = struct.pack(">HHIIBBHHH", sport, dport, (base[side] + seq) % 2**32,
                          (base[1 - side] + ack) % 2**32 if flags & ACK else 0, (20 + len(options)) << 2, flags, win, 0, 0)
        tcp += options + data
        pseudo = src.packed + dst.packed + struct.pack(">II" if src.version == 6 else ">HH",
                                                       *((len(tcp), 6) if src.version == 6 else (6, len(tcp))))
        tcp = tcp[:16] + struct.pack(">H", checksum(pseudo + tcp)) + tcp[18:]
        self.nxt[side] = max(self.nxt[side], seq + len(data) + bool(flags & SYN) + bool(flags & FIN))
        if not seen:
            return
        if src.version == 6:
            ip = struct.pack(">IHBB", 0x60000000, len(tcp), 6, 64) + src.packed + dst.packed
        else:
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0, src.packed, dst.packed)
            ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
        self.capture.frame(time, ip + tcp)

    def open(self, time, rtt=0.03):
        self.send(time, 0, SYN)
        self.send(time + rtt - 0.00001, 1, SYN | ACK)
        self.send(time + rtt, 0, ACK)

    def say(self, time, side, data, **more):
        """Data, and the other side's ACK."""
        self.send(time, side, PSH | ACK, data, **more)
        self.send(time + 0.0001, 1 - side, ACK)

    def close(self, time, side=0):
        self.send(time, side, FIN | ACK)
        self.send(time + 0.0001, 1 - side, ACK)
        self.send(time + 0.0002, 1 - side, FIN | ACK)
        self.send(time + 0.0003, side, ACK)


def strange(path):
    """Seven connections, one of each kind that a list tells apart."""
    c = Capture()
    web = Connection(c, "192.168.1.5:50122", "93.184.216.34:443")
    web.open(0)
    for i in range(40):
        web.say(0.1 + i * 0.2, 1, bytes(1400))
    web.send(8.2, 1, PSH | ACK, bytes(1400), seq=1 + 39 * 1400)  # again
    web.close(8.3)
    quiet = Connection(c, "192.168.1.5:50124", "93.184.216.34:443")
    quiet.open(0.4, 0.0305)
    quiet.say(1, 0, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    quiet.say(1.1, 1, b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n")
    half = Connection(c, "192.168.1.9:40012", "10.0.3.7:22")
    half.open(2, 0.002)
    half.say(2.1, 1, b"SSH-2.0-x\r\n")
    half.send(312, 1, FIN | ACK)
    half.send(312.0001, 0, ACK)
    refused = Connection(c, "192.168.1.9:40013", "10.0.3.7:23")
    refused.send(3, 0, SYN)
    refused.send(3.0002, 1, RST | ACK, win=0)
    stalled = Connection(c, "192.168.1.9:40014", "10.0.3.7:80")
    stalled.open(4, 0.001)
    stalled.say(4.1, 0, b"POST / HTTP/1.0\r\n\r\n")
    stalled.send(4.2, 1, ACK, win=0)
    stalled.send(4.9, 0, ACK, seq=19)
    stalled.send(4.9001, 1, ACK, win=0)
    stalled.send(6, 1, ACK, win=64240)
    unread = Connection(c, "192.168.1.9:40015", "10.0.3.7:80")
    unread.open(5, 0.001)
    unread.say(5.1, 0, b"GET /large HTTP/1.0\r\n\r\n")
    unread.send(5.2, 1, RST | ACK)
    six = Connection(c, "[2001:db8:85a3:8d3:1319:8a2e:370:7348]:60001", "[2001:db8::2]:443")
    six.open(6, 0.25)
    six.say(6.3, 0, b"\x16\x03\x01\x02\x00\x1b[31m")
    six.send(6.5, 0, PSH | ACK, b"lost", seen=False)
    six.say(6.6, 0, b"seen again")
    return c.write(path)


def many(path, count):
    """So many connections, each with other numbers; returns for each client, segments, bytes, seconds."""
    c, facts = Capture(), []
    for i in range(count):
        client = f"10.{i // 10000}.{i % 97}.{i % 251}:{1024 + i * 7 % 60000}"
        conn = Connection(c, client, f"10.99.0.{1 + i % 5}:{80 + i % 3}")
        start, size, lasts = i * 0.001, i * 7919 % 1400, 0.5 + (i * 104729 % 9973) / 100
        conn.open(start, 0.002)
        segments = 3 + 2 * (i % 3)
        for k in range(i % 3):
            conn.say(start + 0.01 + k * 0.01, 1, bytes(size))
        conn.send(start + lasts, 0, ACK)
        facts.append((client, segments + 1, size * (i % 3), round(lasts, 4)))
    return c.write(path), facts


def bulk(path, segments):
    """One connection whose server sends so many segments; they are alike but for their numbers."""
    c = Capture(96)
    conn = Connection(c, "10.0.0.1:40000", "10.0.0.2:80")
    conn.open(0)
    conn.send(1, 1, PSH | ACK, bytes(40))
    sample = c.frames[-1][1]
    for i in range(1, segments):
        us = 1_700_000_001_000_000 + i * 10
        c.frames.append((us, struct.pack("<II", us // 10**6, us % 10**6) + sample[8:40] +
                         struct.pack(">I", 5001 + 40 * i) + sample[44:]))
    return c.write(path)
