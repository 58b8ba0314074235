"""`make install` puts everything in place, and the installed program runs from there; `make uninstall` takes it away."""
import os, subprocess
from harness import *


def make(*words):
    return subprocess.run(["make", "-C", ROOT, f"BUILD={BUILD}", *words], capture_output=True, text=True, check=True)


def files(folder):
    return sorted(os.path.relpath(os.path.join(d, f), folder) for d, _, names in os.walk(folder) for f in names)


def test_install_and_uninstall():
    place = scratch()
    make("install", f"DESTDIR={place}", "PREFIX=/usr")
    assert files(place) == ["usr/bin/tcpviz", "usr/share/bash-completion/completions/tcpviz", "usr/share/man/man1/tcpviz.1",
                            "usr/share/man/man5/tcpviz-script.5", "usr/share/man/man7/tcpviz-wire.7"], files(place)
    said = subprocess.run([f"{place}/usr/bin/tcpviz", "--version"], capture_output=True, text=True, check=True).stdout
    assert said == "tcpviz 0.1.0\n", said
    make("uninstall", f"DESTDIR={place}", "PREFIX=/usr")
    assert files(place) == []


def test_a_second_make_does_nothing():
    said = make("all").stdout
    assert "CC" not in said and "LD" not in said, said
