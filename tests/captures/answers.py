#!/usr/bin/env python3
"""What tshark 4.0 says of every capture in this folder, stored in tshark-4.0.txt so that it need not be installed.

    answers.py            makes the file anew
    answers.py FILE...    prints the answers for these captures

One line a segment: frame, stream, flags, relative sequence and acknowledgment numbers, length, window, options, and the names of
tcp.analysis without the prefix. `-` where tshark says nothing. Streams are numbered as they come. Not there: TCP quoted in errors,
headers cut before the flags."""
import os, pathlib, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
STORED = HERE / "tshark-4.0.txt"
NAMES = ["retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order", "lost_segment", "ack_lost_segment",
         "duplicate_ack", "keep_alive", "keep_alive_ack", "zero_window", "zero_window_probe", "zero_window_probe_ack",
         "window_full", "window_update", "reused_ports", "tfo_syn", "tfo_ack", "tfo_ignored"]
FIELDS = ["frame.number", "frame.protocols", "tcp.stream", "tcp.flags", "tcp.seq", "tcp.ack", "tcp.len", "tcp.window_size",
          "tcp.options.mss_val", "tcp.options.wscale.shift", "tcp.options.timestamp.tsval", "tcp.options.sack_perm"]
# Relative numbers, nothing put together from several frames, no verdict on checksums.
PREFERENCES = ["tcp.analyze_sequence_numbers:TRUE", "tcp.relative_sequence_numbers:TRUE", "tcp.check_checksum:FALSE",
               "tcp.desegment_tcp_streams:FALSE", "tcp.reassemble_out_of_order:FALSE", "ip.defragment:FALSE",
               "ip.check_checksum:FALSE", "ip.tso_support:TRUE", "ipv6.defragment:FALSE"]
LETTERS = "FSRP.UEW"
ACK = 16


def captures():
    return sorted(p for p in HERE.iterdir() if ".pcap" in p.name)


def tshark(path):
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "separator=/t", "-E", "occurrence=f"]
    for p in PREFERENCES:
        command += ["-o", p]
    for f in FIELDS + ["tcp.analysis." + n for n in NAMES]:
        command += ["-e", f]
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(command, capture_output=True, text=True,
                              env=os.environ | {"HOME": home, "WIRESHARK_CONFIG_DIR": home, "LC_ALL": "C.UTF-8"})
    return [dict(zip(FIELDS + NAMES, line.split("\t"))) for line in done.stdout.splitlines()]


def number(text):
    return int(text) if text else "-"


def line(frame, stream, flags, seq, ack, length, window, options, names):
    letters = "".join(l for i, l in enumerate(LETTERS) if flags >> i & 1) or "none"
    if length == "-":  # tshark measures nothing then, and neither do we
        seq = ack = window = "-"
    if not flags & ACK:
        ack = "-"
    return " ".join(map(str, (frame, stream, letters, seq, ack, length, window, ",".join(options) or "-", ",".join(names) or "-")))


def answers(path):
    streams, out = {}, []
    for row in tshark(path):
        before = row["frame.protocols"].split(":tcp")[0].split(":")
        if not row["tcp.flags"] or {"icmp", "icmpv6", "sflow"} & set(before):
            continue
        options = [name + row[field] for name, field in (("mss", FIELDS[8]), ("wscale", FIELDS[9]), ("tsval", FIELDS[10])) if row[field]]
        options += ["sack"] * bool(row["tcp.options.sack_perm"])
        stream = streams.setdefault(row["tcp.stream"], len(streams) + 1)
        out.append(line(row["frame.number"], stream, int(row["tcp.flags"], 16), *(number(row[f]) for f in FIELDS[4:8]), options,
                        [n for n in NAMES if row[n]]))
    return out


def stored():
    """{capture: lines}."""
    out = {}
    for text in STORED.read_text().splitlines():
        if text.startswith("# "):
            lines = out[text[2:]] = []
        else:
            lines.append(text)
    return out


if __name__ == "__main__":
    if sys.argv[1:]:
        print("\n".join(l for p in sys.argv[1:] for l in answers(p)))
    else:
        STORED.write_text("".join(f"# {p.name}\n" + "".join(l + "\n" for l in answers(p)) for p in captures()))
