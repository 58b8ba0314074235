"""Where the private network cannot be had: one message with the three ways out; the machine's loopback where the sniffer is
allowed. And sudo: files belong to who called it. System calls are denied as AppArmor, containers and sysctls deny them."""
import ctypes, os, platform, signal, socket, struct, subprocess, time
from harness import *

CALLS = {"x86_64": {"unshare": 272, "ioctl": 16, "write": 1}, "aarch64": {"unshare": 97, "ioctl": 29, "write": 64}}.get(platform.machine())
EPERM, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 1, 38, 22, 2
LOAD, EQUAL, RETURN, ALLOW, ERRNO = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050000
USER = 65534 if ROOT_USER else os.getuid()
ETHTOOL, ID_MAP_BYTES = 0x8946, len(f"{USER} {USER} 1")


def denied(call, argument=None, value=0):
    """For Popen's preexec_fn: from now on this system call (with this value of this argument) is not permitted."""
    steps = [(LOAD, 0, 0, 0), (EQUAL, 0, 1, CALLS[call]), (RETURN, 0, 0, ERRNO | EPERM), (RETURN, 0, 0, ALLOW)]
    if argument is not None:
        steps[1:2] = [(EQUAL, 0, 3, CALLS[call]), (LOAD, 0, 0, 16 + 8 * argument), (EQUAL, 0, 1, value)]
    code = b"".join(struct.pack("HBBI", *s) for s in steps)
    libc = ctypes.CDLL(None, use_errno=True)

    def deny():
        text = ctypes.create_string_buffer(code, len(code))
        program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(text)))
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program):
            os._exit(99)

    return deny


def start(argv, text, deny=None, as_user=DROP, **env):
    return subprocess.Popen([*as_user, program(), *map(str, argv), "--script", "-"], stdin=given(text), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=environment(**env), cwd=scratch(), preexec_fn=deny)


def end(p):
    out, err = p.communicate(timeout=60)
    return Done(p.returncode, out.decode(), err.decode())


def ways_out(d):
    d.expect(3)
    for way in ("sudo tcpviz --host", "sudo tcpviz --wire", "setcap cap_net_raw+ep", "apparmor_restrict_unprivileged_userns", "assets/apparmor/tcpviz"):
        assert way in d.err, (way, d.err)
    assert d.err.startswith("tcpviz: ") and d.out == "", (d.err, d.out)


def no_way(*denial):
    """Neither one network nor the two of the wire."""
    for argv in ([], ["--wire"]) if CALLS else ():
        ways_out(end(start(argv, "connect\n", denied(*denial))))


def test_no_user_namespaces():
    no_way("unshare")


def test_namespaces_without_capabilities():
    """Ubuntu's AppArmor: unshare succeeds, and the capabilities in it are denied."""
    no_way("ioctl", 1, ETHTOOL)


def test_namespaces_whose_ids_cannot_be_mapped():
    no_way("write", 2, ID_MAP_BYTES)


def test_no_namespaces_left():
    """user.max_user_namespaces = 0, as in many containers; root of it without capabilities."""
    for argv in [], ["--wire"]:
        ways_out(run_in(["unshare", "-Ur", "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces && "
                         "exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"", "sh"], argv))


def run_in(wrapped, argv):
    p = subprocess.run([*DROP, *wrapped, program(), *argv, "--script", "-"], input=b"connect\n", capture_output=True, timeout=60,
                       env=environment(), cwd=scratch())
    return Done(p.returncode, p.stdout.decode(), p.stderr.decode())


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


LIFE = "connect\nexpect client is ESTABLISHED within 5\nclose client\nclose server\nexpect client is TIME-WAIT within 5\n"


def test_falls_back_to_the_machines_loopback():
    if not ROOT_USER or not CALLS:
        return
    with_net_raw = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw"]
    for who in ([], with_net_raw):
        d = end(start(["-p", free_port(), "-e", "jsonl:-"], LIFE, denied("unshare"), who)).expect(0)
        assert "using the host's" in d.err and d.err.count("\n") == 1, d.err
        assert d.rows[0]["source"] == "host loopback" and len(d.segments) >= 6, d.rows[0]
        agree(d.rows)


def status(p):
    return dict(l.split(":\t", 1) for l in open(f"/proc/{p.pid}/status").read().splitlines() if ":\t" in l)


def test_sudo_becomes_the_caller():
    if not ROOT_USER:
        return
    for where, held in ((["--host", "-p", free_port()], 0), ([], 1 << 12)):  # CAP_NET_ADMIN, in a network of its own
        place = os.path.join(scratch(), "life.jsonl")
        p = start([*where, "-e", place, "-e", "jsonl:-"], "connect\nwait 30\n", as_user=[], SUDO_UID="65534", SUDO_GID="65534")
        late = time.monotonic() + 10
        while status(p)["Uid"].split() != ["65534"] * 4:
            assert time.monotonic() < late and p.poll() is None, (status(p)["Uid"], p.poll())
            time.sleep(0.02)
        while int(status(p)["CapEff"], 16) != held:
            assert time.monotonic() < late, status(p)["CapEff"]
            time.sleep(0.02)
        s = status(p)
        assert s["Gid"].split() == ["65534"] * 4 and int(s["CapPrm"], 16) == held and int(s["CapBnd"], 16) == 0, s
        while b'"handshake 3/3"' not in p.stdout.readline():
            assert p.poll() is None
        p.send_signal(signal.SIGTERM)
        end(p).expect(128 + signal.SIGTERM)
        assert os.stat(place).st_uid == 65534 and os.stat(place).st_gid == 65534
        assert open(place).read().startswith('{"type":"session"')
