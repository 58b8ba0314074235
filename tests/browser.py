"""A headless Chromium, driven over its pipe (Chrome DevTools Protocol): what it asked for, what its console said, what a page
answers. Standard library only. browser() is None where none is installed."""
import base64, json, os, select, shutil, subprocess, time
import harness


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if shutil.which(name):
            return Browser(shutil.which(name))
    print("skipped: no Chromium here")
    return None


class Browser:
    def __init__(self, program):
        home = harness.scratch()
        down, up = os.pipe(), os.pipe()  # it reads from 3 and writes to 4

        def wire():
            a, b = os.dup(down[0]), os.dup(up[1])
            os.dup2(a, 3), os.dup2(b, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--remote-debugging-pipe", f"--user-data-dir={home}", "about:blank"],
            preexec_fn=wire, pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": home})
        os.close(down[0]), os.close(up[1])
        self.to, self.back, self.rest, self.count, self.session = down[1], up[0], b"", 0, None
        self.said, self.asked, self.loaded = [], [], False
        harness.LEFT.append((self.close,))
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            os.close(self.to), os.close(self.back)

    def message(self, end):
        """The next one, None after the deadline."""
        while b"\0" not in self.rest:
            if not select.select([self.back], [], [], max(0, end - time.monotonic()))[0]:
                return None
            more = os.read(self.back, 1 << 20)
            assert more, "the browser has ended"
            self.rest += more
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def hear(self, m):
        method, p = m.get("method"), m.get("params", {})
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Network.requestWillBeSent":
            self.asked.append(p["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.said.append(str(p["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.said.append(str(p["args"]))
        elif method == "Log.entryAdded":
            self.said.append(str(p["entry"]))

    def ask(self, method, timeout=60, **params):
        self.count += 1
        m = {"id": self.count, "method": method, "params": params}
        if self.session:
            m["sessionId"] = self.session
        os.write(self.to, json.dumps(m).encode() + b"\0")
        end = time.monotonic() + timeout
        while (m := self.message(end)) is not None:
            if m.get("id") == self.count:
                assert "error" not in m, (method, m["error"])
                return m.get("result", {})
            self.hear(m)
        raise AssertionError(f"{method}: no answer within {timeout} s")

    def open(self, path, width=1280, height=900, dark=False, script=True):
        """A file, at a size, in a colour scheme, with or without its script."""
        self.said, self.asked, self.loaded = [], [], False
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.ask("Emulation.setScriptExecutionDisabled", value=not script)
        self.ask("Page.navigate", url=f"file://{path}")
        end = time.monotonic() + 60
        while not self.loaded:
            m = self.message(end)
            assert m, "the page does not load"
            self.hear(m)

    def eval(self, js):
        r = self.ask("Runtime.evaluate", expression=js, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in r, r["exceptionDetails"]
        return r["result"].get("value")

    def key(self, key, code=None, text=None):
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=code or key,
                     windowsVirtualKeyCode={"Enter": 13, "Escape": 27, "Tab": 9, "ArrowDown": 40}.get(key, ord(key[0].upper())),
                     **({"text": text or (key if len(key) == 1 else "\r")} if kind == "keyDown" and (len(key) == 1 or key == "Enter") else {}))

    def click(self, selector):
        x, y = self.eval(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
                         "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self, path):
        """What is seen, as PNG."""
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))
