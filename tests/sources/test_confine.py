"""Bounds hold for good, so each is tried in a process of its own, with and without them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
START = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from sightlines.sources.confine import Bounds, confine
if sys.argv[1] == "confined":
    print(confine(Bounds(5, 1, 512 * 1024**2, 1024**2)))
"""


def run(words: str, *, confined: bool) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-I", "-c", START + words, "confined" if confined else "free"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


TRIED = {
    "memory": "bytearray(600 * 1024**2)",
    "a file": "import tempfile\nwith tempfile.TemporaryFile() as f: f.write(bytes(2 * 1024**2))",
    "the network": "import socket\nsocket.create_server(('127.0.0.1', 0))",
}


@pytest.mark.parametrize("case", TRIED)
def test_confine_takes_away_what_was_there_before(case: str) -> None:
    assert run(TRIED[case], confined=False).returncode == 0
    assert run(TRIED[case], confined=True).returncode != 0


def test_confine_ends_a_process_that_computes_without_end() -> None:
    assert run("while True: pass", confined=True).returncode < 0


def test_confine_ends_a_process_that_waits_without_end() -> None:
    ended = run("import time\ntime.sleep(30)", confined=True)
    assert ended.returncode < 0


def test_confine_cannot_be_undone() -> None:
    words = "import resource as r\nr.setrlimit(r.RLIMIT_AS, (2**40, 2**40))"
    assert run(words, confined=True).returncode != 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux refuses calls")
def test_confine_says_what_keeps_from_the_network() -> None:
    assert "calls" in run("", confined=True).stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux refuses calls")
def test_confine_holds_for_processes_that_are_started_later() -> None:
    words = """
import subprocess
ended = subprocess.run([sys.executable, "-c", "import socket; socket.socket()"])
sys.exit(ended.returncode)
"""
    assert run(words, confined=True).returncode == 1
