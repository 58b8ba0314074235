"""What the samples say is what `ss -tan` says in the lab's network namespace."""
import json, subprocess
from harness import *

NAMES = {"ESTAB": "ESTABLISHED", "SYN-RECV": "SYN-RECEIVED", "CLOSE-WAIT": "CLOSE-WAIT", "FIN-WAIT-1": "FIN-WAIT-1", "FIN-WAIT-2": "FIN-WAIT-2",
         "LAST-ACK": "LAST-ACK", "TIME-WAIT": "TIME-WAIT", "SYN-SENT": "SYN-SENT", "CLOSING": "CLOSING", "LISTEN": "LISTEN"}


def state_by_samples(text):
    """Runs a script up to its last note, then asks ss in its namespace: two {(own end, peer): (state, recv-q, send-q)}."""
    lab = subprocess.Popen([program(), "--script", "-", "-e", "jsonl:-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(), text=True)
    try:
        lab.stdin.write(text + "wait 0.3\nnote now\nwait 20\n")
        lab.stdin.close()
        ends, newest, listener = {}, {}, None
        for line in lab.stdout:
            row = json.loads(line)
            if row["type"] == "segment":
                other = {"client": "server", "server": "client"}[row["from"]]
                ends[row["conn"], row["from"]], ends[row["conn"], other] = (row["src"], row["dst"]), (row["dst"], row["src"])
            elif row["type"] == "sample":
                newest[row["conn"], row["side"]] = row["state"], row["recv_q"], row["send_q"]
            elif row["type"] == "listener":
                listener = row["state"], row["accept_q"], row["backlog"]
            elif row["type"] == "note":
                break
        out = subprocess.run(["nsenter", "-t", str(lab.pid), "-n", "ss", "-Htan"], capture_output=True, text=True, check=True).stdout
    finally:
        lab.kill()
        lab.wait()
    said = {ends[k]: v for k, v in newest.items() if v[0] != "CLOSED"}
    seen, listens = {}, None
    for state, recv_q, send_q, own, peer in (l.split()[:5] for l in out.splitlines()):
        if NAMES[state] == "LISTEN":
            listens = "LISTEN", int(recv_q), int(send_q)
        else:
            seen[own, peer] = NAMES[state], int(recv_q), int(send_q)
    assert listener == listens, (listener, listens)
    return said, seen


def test_samples_say_what_ss_says():
    if not ROOT_USER:
        return  # another user's namespace can only be entered by root
    for text in ("connect 3\nselect 1\nread server off\nwrite client 5000\nselect 2\nclose client\nselect 3\nabort server\n",
                 "set server rcvbuf 4096\nconnect\nread server off\nwait 0.1\nwrite client 20000\n",
                 "accept off\nlisten 4\nconnect 3\n",
                 "connect 2\nwait 0.1\nselect 1\nclose client\nwait 0.1\nclose server\nselect 2\nshutdown server wr\n"):
        said, seen = state_by_samples(text)
        assert said and said == seen, (text, said, seen)
