#!/usr/bin/env python3
"""What the wire costs: the two hosts of `tcpviz --wire`, and the same two hosts joined by a plain bridge of the kernel, with
the same traffic (traffic.c). As root, for it enters the hosts. `tests/bench/wire.py [BUILD [WORD ...]]`: only the measures
whose name holds a word. Nothing here is a test: numbers depend on the machine and on what else it does."""
import json, os, pathlib, re, subprocess, sys, time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parents[1] / "build").resolve()
os.environ["TCPVIZ_BUILD"] = str(BUILD)
sys.path.insert(0, str(HERE.parent))
from harness import Terminal

TRAFFIC = str(BUILD / "traffic")
CLIENT, SERVER, PORT = "10.0.0.1", "10.0.0.2", 9000


def sh(*words):
    subprocess.run(words, check=True, timeout=20)


class Plain:
    """Two hosts and a bridge between them, offloads off."""

    def __init__(self):
        self.names = [f"tcpviz-bench-{os.getpid()}-{x}" for x in ("client", "server", "bridge")]
        client, server, bridge = self.names
        try:
            for n in self.names:
                sh("ip", "netns", "add", n)
            sh("ip", "-n", bridge, "link", "add", "name", "bridge0", "type", "bridge", "forward_delay", "0")
            sh("ip", "-n", bridge, "link", "set", "bridge0", "up")
            for n, port, address in ((client, "toclient", CLIENT), (server, "toserver", SERVER)):
                sh("ip", "-n", n, "link", "add", "name", "eth0", "type", "veth", "peer", "name", port, "netns", bridge)
                sh("ip", "-n", bridge, "link", "set", port, "master", "bridge0", "up")
                sh("ip", "-n", n, "address", "add", f"{address}/24", "dev", "eth0")
                sh("ip", "-n", n, "link", "set", "eth0", "up")
                sh(*self.at(n), TRAFFIC, "quiet", "eth0")
                sh(*self.at(bridge), TRAFFIC, "quiet", port)
        except BaseException:
            self.close()
            raise
        self.client, self.server = self.at(client), self.at(server)

    def at(self, name):
        return ["ip", "netns", "exec", name]

    def close(self):
        for n in self.names:
            subprocess.run(["ip", "netns", "delete", n], stderr=subprocess.DEVNULL)


class Wire:
    """The program in a terminal, its hosts entered by its own descriptors."""

    def __init__(self, *argv):
        self.terminal = Terminal("--wire", *argv, steady=False)
        self.terminal.wait("listen(", timeout=20)
        self.pid = self.terminal.pid()
        hosts = {}
        for n in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                to = os.readlink(f"/proc/{self.pid}/fd/{n}")
            except OSError:
                continue
            if to.startswith("net:["):
                hosts[to] = ["nsenter", f"--net=/proc/{self.pid}/fd/{n}"]
        has = lambda h, a: a in subprocess.run([*h, "ip", "-o", "address"], capture_output=True, text=True).stdout
        self.client = next(h for h in hosts.values() if has(h, CLIENT))
        self.server = next(h for h in hosts.values() if has(h, SERVER))

    def close(self):
        self.terminal.close()


def talk(net, listener, speaker, timeout=60):
    """One side listens, the other speaks; what both told."""
    a = subprocess.Popen([*net.server, TRAFFIC, *map(str, listener)], stdout=subprocess.PIPE, text=True)
    try:
        assert "ready" in a.stdout.readline()
        b = subprocess.run([*net.client, TRAFFIC, *map(str, speaker)], stdout=subprocess.PIPE, text=True, check=True, timeout=timeout)
        told = a.communicate(timeout=timeout)[0]
    finally:
        a.kill()
    return [json.loads(x) for x in (b.stdout, told) if x.strip()]


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[-1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report(name, value, wanted=""):
    print(f"{name:58} {value}  {wanted}", flush=True)


def on(make, *what):
    net = make()
    try:
        return talk(net, *what)
    finally:
        net.close()


def round_trip():
    what = ("echo", PORT), ("ping", SERVER, PORT, 5000)
    bridge, ours = on(Plain, *what)[0], on(Wire, *what)[0]
    report("round trip, bridge: median, least µs", f"{bridge['median_us']}, {bridge['least_us']}")
    report("round trip, wire: median, least µs", f"{ours['median_us']}, {ours['least_us']}")
    report("added by the wire, µs", round(ours["median_us"] - bridge["median_us"], 1), "at most 60")


def throughput():
    what = ("sink", PORT), ("bulk", SERVER, PORT, 3, 0)
    bridge, ours = on(Plain, *what), on(Wire, *what)
    report("bulk, bridge, Gbit/s", bridge[1]["gbits"])
    report("bulk, wire, Gbit/s", ours[1]["gbits"], "at least 1.2")
    report("segments sent again on the wire", f"{ours[0]['again']} of {ours[0]['segments']}")


def many_frames():
    """Small segments, paced; about each third one draws an ACK."""
    wire = Wire()
    try:
        before, begin = cpu(wire.pid), time.monotonic()
        ours = talk(wire, ("sink", PORT), ("bulk", SERVER, PORT, 5, 80000))[0]
        used = (cpu(wire.pid) - before) / (time.monotonic() - begin)
    finally:
        wire.close()
    report("frames a second, screen on", (ours["segments"] + ours["acks"]) // 5, "100000")
    report("segments sent again", ours["again"], "0")
    report("processors used", f"{used:.2f}")


def delays():
    """10,000 datagrams a second through a delay of a second: so many are under way at once."""
    ours = on(lambda: Wire("--delay", "1000"), ("stamps", PORT, 4, 1000), ("clocks", SERVER, PORT, 10000, 4))
    report("datagrams that came, of those sent", f"{ours[1]['count']} of {ours[0]['sent']}")
    report("within 1 ms of their delay", f"{ours[1]['within_1_ms'] * 100:.2f} %", "at least 99.9 %")
    report("late: median, most µs; early", f"{ours[1]['median_late_us']}, {ours[1]['most_late_us']}; {ours[1]['early']}")


if __name__ == "__main__":
    subprocess.run(["gcc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-o", TRAFFIC, HERE / "traffic.c"], check=True)
    for measure in (round_trip, throughput, many_frames, delays):
        if not sys.argv[2:] or any(w in measure.__name__ for w in sys.argv[2:]):
            measure()
