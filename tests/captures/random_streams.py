#!/usr/bin/env python3
"""Connections of nonsense that lies near the truth: lost, repeated and reordered segments, probes, closed windows, wrong numbers,
SYNs in odd places, half-seen handshakes, numbers that wrap, time that goes back. The same seed gives the same capture.

    random_streams.py SEED CONNECTIONS SNAPLEN >FILE.pcap"""
import random, struct, sys

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
WAITS = [.0001, .0005, .001, .0029, .0031, .01, .019, .021, .05, .3, 1]
EDGES = [0, 1, 100, 0xFFFFFC00, 0xFFFFFFF0]


def options(r, syn, about):
    o = b""
    if syn and r.random() < .8:
        o += b"\2\4\5\xb4"
    if syn and r.random() < .6:
        o += bytes([3, 3, r.choice([0, 1, 2, 7, 14, 15, 20])])
    if syn and r.random() < .1:
        o += bytes([34, 10]) + b"a cookie" if r.random() < .5 else bytes([34, 2])
    if r.random() < .3:
        o += b"\1\1\x08\x0a" + struct.pack("!II", 1, 2)
    if not syn and r.random() < about["paths"]:
        o += r.choice([b"\x1e\x08\x20\1\0\0\0\1", b"\x1e\x0a\x30\1" + bytes(6), b"\x1e\4\x50\1"])
    if not syn and r.random() < .05:
        o += b"\5\x0a" + struct.pack("!II", *((about["isn"] + r.randrange(3000)) & 0xFFFFFFFF for _ in "lr"))
    return o + b"\1" * (-len(o) % 4)


def connection(r):
    """(time, side, flags, seq, ack, len, window, options) of each segment."""
    isn = [r.choice([*EDGES, r.randrange(2**32)]) for _ in "cs"]
    next_, acked = [i + 1 for i in isn], [i + 1 for i in isn]
    window = [r.choice([0, 1, 2, 5, 100, 1000, 65535]) for _ in "cs"]
    about = {"paths": r.choice([0, 0, 0, .5]), "isn": isn[0]}
    seen = r.choice([None, None, 0, 1])  # the one direction that was captured, mostly
    at, rows = r.random(), []

    def send(side, flags, seq, ack, length=0, win=None):
        nonlocal at
        if seen is not None and side != seen and r.random() < .9:
            return
        at += r.choice(WAITS) * (1 if r.random() < .97 else -1)
        rows.append((at, side, flags, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, length, window[side] if win is None else win,
                     options(r, flags & SYN, about)))

    begins = r.choice(["whole", "client", "server", "middle"])
    early = r.choice([0, 0, 0, 5])
    if begins in ("whole", "client"):
        send(0, SYN, isn[0], 0, early)
    if begins in ("whole", "server"):
        send(1, SYN | ACK, isn[1], isn[0] + 1 + (early if r.random() < .5 else 0))
    if begins == "whole":
        send(0, ACK, isn[0] + 1, isn[1] + 1)
    for _ in range(r.randrange(5, 60)):
        s = 0 if r.random() < .6 else 1
        o, what, length = 1 - s, r.random(), r.choice([1, 1, 10, 100, 100, 500])
        flags = ACK | (PSH if r.random() < .3 else 0)
        if what < .30:
            send(s, flags, next_[s], acked[o], length)
            next_[s] += length
        elif what < .36:  # lost
            next_[s] += length
        elif what < .44:
            send(s, flags, next_[s] - r.choice([length, 1, 100, r.randrange(1, 1000)]), acked[o], length)
        elif what < .48:
            send(s, ACK, next_[s] - 1, acked[o], r.choice([0, 1]))
        elif what < .62:
            acked[o] = next_[o]
            send(s, ACK, next_[s], acked[o])
        elif what < .74:
            for _ in range(r.randrange(1, 4)):
                send(s, ACK, next_[s], acked[o])
        elif what < .78:
            acked[o] = next_[o] + r.choice([1, 100, -100, 1000])
            send(s, ACK, next_[s], acked[o], r.choice([0, 0, 10]))
        elif what < .83:
            window[s] = r.choice([0, 0, 1, 5, 100, 500, 1000])
            send(s, ACK, next_[s], acked[o])
        elif what < .86:
            send(s, ACK, next_[s], acked[o], 1)
        elif what < .89:
            send(s, FIN | ACK, next_[s], acked[o], r.choice([0, 0, 10]))
            next_[s] += r.random() < .8
        elif what < .905:
            send(s, r.choice([RST, RST | ACK]), r.choice([next_[s], acked[s], 0]), acked[o], 0, 0)
        elif what < .93:
            send(s, r.choice([SYN, SYN, SYN | ACK]), r.choice([isn[s], isn[s], next_[s], r.randrange(2**32)]), acked[o],
                 r.choice([0, 0, 0, 10]))
        elif what < .96:  # as much as the window takes
            length = min(1400, (acked[s] + window[o] - next_[s]) & 0xFFFFFFFF)
            send(s, flags, next_[s], acked[o], length)
            next_[s] += length
        else:
            send(s, r.choice([0, PSH, FIN, ACK, 17, 18, 24, 3, 19, 63]), next_[s] + r.choice([0, 0, -1, 5]), r.choice([0, acked[o]]),
                 r.choice([0, 1, 10]))
    return rows


def frame(client, port, side, flags, seq, ack, length, window, opts):
    ends = (client, port, b"\x0a\1\0\1", 80)
    src, sport, dst, dport = ends if side == 0 else ends[2:] + ends[:2]
    tcp = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, (5 + len(opts) // 4) << 4, flags, window, 0, 0) + opts + b"x" * length
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0x4000, 64, 6, 0) + src + dst
    return b"\2\0\0\0\0\2\2\0\0\0\0\1\x08\0" + ip + tcp


def capture(seed, connections, snaplen):
    r, rows = random.Random(seed), []
    for c in range(connections):
        client, port = b"\x0a\0" + struct.pack("!H", c + 1), 1000 + r.randrange(3)
        rows += [(1_000_000_000 + c / 2 + at, frame(client, port, *rest)) for at, *rest in connection(r)]
    if r.random() < .8:
        rows.sort(key=lambda row: row[0])
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snaplen, 1)
    for at, bytes_ in rows:
        us = round(at * 1e6)
        out += struct.pack("<IIII", us // 1_000_000, us % 1_000_000, min(snaplen, len(bytes_)), len(bytes_)) + bytes_[:snaplen]
    return out


if __name__ == "__main__":
    sys.stdout.buffer.write(capture(*map(int, sys.argv[1:4])))
