"""The formats of the export, each by its own rules: a small capture as it was looked at once (tests/exports), a live session with
hostile remarks, the page in a browser, the diagram by Mermaid's own parser, the script by packetdrill's grammar."""
import csv, io, os, pathlib, re, shutil, struct, subprocess, xml.dom.minidom
from browser import browser
from harness import *

HERE = ROOT / "tests" / "exports"
HOSTILE = r"""note <script>document.title='owned'</script><img src=x onerror=alert(1)> | `x` **b** "q" 'p' &amp; ]]>
note =HYPERLINK("http://x","y")
note %%{init: {"theme":"x"}}%% ; end #quot; ->> -- */ }% // wrap:
note 你好 – ❤
connect
expect client is ESTABLISHED within 3
send 5 a post
expect data from client within 2
respond <b>great</b>
expect data from server within 2
close client
close server
expect client is TIME-WAIT within 3
"""
TEXTS = ("txt", "md", "csv", "jsonl", "pkt", "mermaid", "svg", "slide", "html")


def capture(name="keepalive-unanswered.pcap"):
    """A folder with the capture in it, so that its name in an export is short."""
    folder = scratch()
    shutil.copy(ROOT / "tests" / "captures" / name, folder)
    os.chmod(os.path.join(folder, name), 0o644)
    return folder, name


def lesson(*formats, lang="en"):
    """A live session with hostile remarks, in several formats at once: their files."""
    folder = scratch()
    os.chmod(folder, 0o777)
    files = {f: os.path.join(folder, f"lesson.{f}") for f in formats}
    run("--lang", lang, "--script", "-", *(w for f, path in files.items() for w in ("-e", f"{f}:{path}")), stdin=HOSTILE).expect(0)
    assert sorted(os.listdir(folder)) == sorted(f"lesson.{f}" for f in formats)
    return files


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        return f.read()


def test_a_capture_in_every_format():
    """TCPVIZ_ACCEPT=1 writes the files instead (then look at what changed: git diff)."""
    folder, name = capture()
    for lang in ("en", "zh"):
        for form in TEXTS:
            d = run("-r", name, "--lang", lang, "-e", f"{form}:-", cwd=folder).expect(0)
            got = re.sub(r"<(style|script)(?: nonce=[^>]*)?>.*?</\1>", r"<\1></\1>", d.out.replace("\r", ""), flags=re.S)
            got = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "DATE", re.sub(r"nonce-\w+", "nonce", got))
            got = re.sub(r"(tcpviz |version\":\"|^)\d+\.\d+\.\d+", r"\1VERSION", got, flags=re.M)
            path = HERE / f"keepalive.{lang}.{form}"
            if os.environ.get("TCPVIZ_ACCEPT"):
                path.parent.mkdir(exist_ok=True)
                path.write_text(got, encoding="utf-8")
            assert got == path.read_text(encoding="utf-8"), f"{path.name} is another:\n{got}"


def ip(protocol, src, dst, payload):
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, bytes(src), bytes(dst)) + payload


def test_what_is_no_segment_is_told():
    """A SYN, the ICMP error that answers it, and a datagram."""
    a, b = (10, 0, 0, 1), (10, 0, 0, 2)
    syn = ip(6, a, b, struct.pack(">HHIIHHHH", 40000, 80, 7, 0, 0x5002, 1000, 0, 0))
    frames = [syn, ip(1, b, a, struct.pack(">BBHI", 3, 3, 0, 0) + syn[:28]), ip(17, a, b, struct.pack(">HHHH", 53, 53, 8, 0))]
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for i, f in enumerate(frames):
        data += struct.pack("<IIII", i, 0, len(f), len(f)) + f
    for form in ("txt", "md", "csv", "jsonl", "pkt", "mermaid", "svg", "html"):
        out = run("-r", "-", "-e", f"{form}:-", stdin=data).expect(0).out
        assert "port unreachable" in out, form
        assert ("not shown: " in out) == (form in ("txt", "md", "html")), form


def test_csv_is_read_by_others():
    files = lesson("csv", "jsonl")
    rows = list(csv.reader(io.StringIO(read(files["csv"]), newline=""), strict=True))
    head, body = rows[0], rows[1:]
    events = [json.loads(line) for line in read(files["jsonl"]).splitlines()][1:]
    assert len(body) == len(events) and all(len(r) == len(head) for r in body)
    for cells, event in zip((dict(zip(head, r)) for r in body), events):
        assert cells["type"] == event["type"] and cells["conn"] == str(event.get("conn") or "")
        assert cells["labels"].split() == event.get("labels", []) and cells["seq"] == str(event.get("seq", ""))
        for cell in cells.values():
            assert not cell[:1] in ("=", "+", "@", "\t", "\r") and not re.match(r"-\D", cell), cell
    assert any(c[-1] == "'=HYPERLINK(\"http://x\",\"y\")" for c in body), "the remark is there, as text"


def test_svg_is_a_picture():
    for lang in ("en", "zh"):
        files = lesson("svg", "slide", "jsonl", lang=lang)
        segments = [r for r in map(json.loads, read(files["jsonl"]).splitlines()) if r["type"] == "segment"]
        for form, width in (("svg", "210mm"), ("slide", "1280")):
            top = xml.dom.minidom.parse(files[form]).documentElement
            assert top.getAttribute("width") == width and top.tagName == "svg"
            texts = ["".join(n.data for t in [e] + e.getElementsByTagName("tspan") for n in t.childNodes if n.nodeType == n.TEXT_NODE)
                     for e in top.getElementsByTagName("text")]
            arrows = [p for p in top.getElementsByTagName("path") if p.getAttribute("class") not in ("rail", "call")]
            assert len(arrows) == len(segments) and "ESTABLISHED" in texts and not top.getElementsByTagName("script")
            ends = [re.fullmatch(r"M(\d+) (\d+)L(\d+) (\d+)", p.getAttribute("d")).groups() for p in arrows]
            assert any(a[1] != a[3] for a in ends), "where an arrival was measured the arrow is slanted"
            high = int(top.getAttribute("viewBox").split()[3])
            assert all(int(a[1]) < high and int(a[3]) < high for a in ends)


# packetdrill's grammar, as far as a script of ours goes.
NUMBER, OPTION = r"\d+", r"(?:nop|eol|mss \d+|wscale \d+|sackOK|sack(?: \d+:\d+)+|TS val \d+ ecr \d+|FO(?: [0-9a-f]+)?)"
TIME = r"(?: ?0 +|\+\d+\.\d{6} )"
PACKET = rf"[<>] (?:\[(?:ect0|ect1|ce)\] )?(?:[FSRPUEWA]+\.?|\.|-) (\d+):(\d+)\((\d+)\)(?: ack \d+)?(?: win \d+)?(?: urg \d+)?(?: <{OPTION}(?:,{OPTION})*>)?"
CALL = r"[a-z]+\((?:[^()\n]*)\) = -?\d+(?: [A-Z]+ \(failed\))?"


def grammar(script):
    packets = 0
    for line in script.splitlines():
        if line.startswith("//"):
            continue
        m = re.fullmatch(rf"{TIME}(?:{PACKET}|{CALL})(?:  // [^\n]*)?", line)
        assert m, f"packetdrill does not read: {line}"
        if m[1] is not None:
            assert int(m[2]) == int(m[1]) + int(m[3])
            packets += 1
    return packets


def test_packetdrill_reads_the_script():
    files = lesson("pkt", "jsonl")
    script = read(files["pkt"])
    segments = [r for r in map(json.loads, read(files["jsonl"]).splitlines()) if r["type"] == "segment"]
    assert grammar(script) == len(segments) and " listen(3, 128) = 0" in script and " accept(3, ..., ...) = " in script
    for path in sorted((ROOT / "tests" / "captures").glob("*.pcap*")):
        folder, name = capture(path.name)
        grammar(run("-r", name, "-e", "pkt:-", cwd=folder).expect(0).out)


def test_mermaid_parses_the_diagram():
    """By its own parser, where npm could install it."""
    modules = BUILD / "npm" / "node_modules"
    if not (BUILD / "npm" / "installed").exists():
        print("skipped: npm did not install Mermaid here")
        return
    files = lesson("mermaid")
    done = subprocess.run(["node", HERE / "mermaid.mjs", str(modules), files["mermaid"]], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.strip() == "sequence", done.stdout + done.stderr


def test_the_plain_capture_is_read_by_us():
    for path in sorted((ROOT / "tests" / "captures").glob("*.pcap*")):
        folder, name = capture(path.name)
        os.chmod(folder, 0o777)
        run("-r", name, "-e", "pcap:copy.pcap", cwd=folder).expect(0)
        first, second = (run("-r", n, "-e", "jsonl:-", cwd=folder).expect(0).segments for n in (name, "copy.pcap"))
        numbers = {s["frame"]: i for i, s in enumerate(first, 1)}  # what is no segment is not in the copy
        for a, b in zip(first, second, strict=True):
            a |= {"frame": numbers[a["frame"]], "acks_frame": numbers.get(a["acks_frame"]), "repeats_frames": [numbers[f] for f in a["repeats_frames"]]}
            assert {**a, "note": ""} == {**b, "note": ""}, name


def test_a_page_in_a_browser():
    b = browser()
    if not b:
        return
    for lang in ("en", "zh"):
        files = lesson("html", "jsonl", lang=lang)
        rows = [json.loads(line) for line in read(files["jsonl"]).splitlines()]
        segments = [r for r in rows if r["type"] == "segment"]
        b.open(files["html"])
        assert b.eval("document.title").startswith("tcpviz: ")
        assert b.eval("document.querySelectorAll('.r').length") == len(segments)
        assert b.eval("document.querySelectorAll('.call').length") == sum(r["type"] == "call" for r in rows)
        assert b.eval("document.querySelectorAll('.note').length") == 4
        # a click opens the explanation, Enter closes it
        first = segments[0]["frame"]
        b.click(f"#f{first} summary")
        assert b.eval(f"document.getElementById('f{first}').open")
        assert segments[0]["note"] in b.eval(f"document.getElementById('f{first}').innerText")
        b.key("Enter")
        assert not b.eval(f"document.getElementById('f{first}').open")
        # j goes to the next row, / to the search
        b.key("j")
        assert b.eval("document.activeElement.tagName") == "SUMMARY"
        b.key("/")
        assert b.eval("document.activeElement.id") == "search"
        seen = "[...document.querySelectorAll('.r')].filter(r => r.offsetParent).length"
        b.eval("(() => { const l = document.getElementById('label'); l.value = 'fin'; l.dispatchEvent(new Event('change')); })()")
        assert b.eval(seen) == sum("fin" in s["labels"] for s in segments)
        assert re.match(r"\d+ ", b.eval("document.getElementById('told').textContent"))
        b.eval("(() => { const l = document.getElementById('label'); l.value = ''; l.dispatchEvent(new Event('change')); })()")
        assert b.eval(seen) == len(segments)
        b.click("#show-s")
        assert b.eval(seen) == sum(s["from"] == "client" for s in segments)
        assert b.eval("getComputedStyle(document.querySelector('.counter')).display") == "none"
        b.eval("document.getElementById('search').focus()")
        for key in "zzzz":
            b.key(key)
        b.eval("new Promise(done => setTimeout(done, 400))")
        assert b.eval(seen) == 0
        b.key("Escape")
        assert b.eval(seen) > 0
        assert not b.said, b.said
        assert b.asked == [f"file://{files['html']}"], b.asked
    b.close()


def test_a_page_without_its_script_on_a_phone_and_in_the_dark():
    b = browser()
    if not b:
        return
    files = lesson("html")
    b.open(files["html"], script=False)
    b.click(".r summary")
    assert b.eval("document.querySelector('.r').open") and b.eval("document.querySelector('.r div').offsetHeight") > 20
    b.click("#show-c")
    assert b.eval("document.querySelector('.r').offsetParent") is None, "the client's segments are hidden"
    assert b.eval("getComputedStyle(document.getElementById('search')).display") == "none" or \
        b.eval("document.getElementById('search').offsetParent") is None, "what needs the script is not offered"
    b.open(files["html"], width=360, height=740)
    assert b.eval("document.documentElement.scrollWidth") <= 360, "nothing is wider than a phone"
    light = b.eval("getComputedStyle(document.body).backgroundColor")
    b.open(files["html"], dark=True)
    assert b.eval("getComputedStyle(document.body).backgroundColor") != light
    assert not b.said, b.said
    b.close()


def a_long_talk(segments):
    """A capture: requests and answers without an end."""
    a, b = (10, 0, 0, 1), (10, 0, 0, 2)
    seq = {a: 1, b: 1}
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)]
    for i in range(segments):
        src, dst, ports, size = (a, b, (40000, 80), 100) if i % 2 == 0 else (b, a, (80, 40000), 700)
        f = ip(6, src, dst, struct.pack(">HHIIHHHH", *ports, seq[src], seq[dst], 0x5018, 1000, 0, 0) + bytes(size))
        seq[src] += size
        parts.append(struct.pack("<IIII", i // 1000, i % 1000 * 1000, len(f), len(f)) + f)
    return b"".join(parts)


def test_a_page_of_ten_thousand_rows_is_no_burden():
    page = run("-r", "-", "-e", "html:-", stdin=a_long_talk(10000)).expect(0).out
    assert page.count('class="r ') == 10000 and len(page.encode()) < 8 << 20, (page.count('class="r '), len(page))


def test_what_is_exported_is_read_again():
    files = lesson("pcapng", "jsonl", "csv")
    for form in ("jsonl", "csv"):
        back = run("-r", files["pcapng"], "-e", f"{form}:-").expect(0).out
        assert back == read(files[form]), form


def test_a_remark_of_megabytes_does_not_hurt():
    """Four megabytes in one line."""
    folder = scratch()
    os.chmod(folder, 0o777)
    script = pathlib.Path(folder, "long.tcpviz")
    script.write_bytes(b"note " + b"<b>=1+1\x1b[31m|" * 320000 + b"\nconnect\nexpect client is ESTABLISHED within 3\n")
    argv = [w for f in TEXTS for w in ("-e", f"{f}:{folder}/long.{f}")]
    run("--script", script, *argv, timeout=120).expect(0)
    sizes = {f: os.path.getsize(f"{folder}/long.{f}") for f in TEXTS}
    assert all(sizes[f] > 4 << 20 for f in ("txt", "md", "csv", "jsonl", "html")), sizes
    assert all(sizes[f] < 1 << 20 for f in ("svg", "slide", "mermaid", "pkt")), sizes
    for f in TEXTS:
        assert "\x1b" not in read(f"{folder}/long.{f}"), f
