"""`flask fetch` as a shell sees it."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ENTRY = """
[source]
title = "Cameras of the town"
licence = "CC0-1.0"
[address]
reader = "url"
url = "http://{host}{path}"
seen = "a test"
"""


@pytest.fixture
def host():
    """Return the host of a server that has `/good.csv` and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = b"lon,lat\n24.94,60.17\n24.95,60.18\n"
            self.send_response(200 if self.path == "/good.csv" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def flask(tmp_path, host):
    """Return a function that runs a command on an empty instance with a catalogue of two."""
    catalogue = tmp_path / "catalogue"
    catalogue.mkdir()
    for name in ("good", "gone"):
        text = ENTRY.format(host=host, path=f"/{name}.csv")
        (catalogue / f"aa_{name}.toml").write_text(text, encoding="utf-8")
    (catalogue / "aa_file.toml").write_text(ENTRY.partition("[address]")[0], encoding="utf-8")
    environment = {
        **os.environ,
        "SIGHTLINES_INSTANCE": str(tmp_path / "instance"),
        "SIGHTLINES_CATALOGUE": str(catalogue),
        "SIGHTLINES_FETCH_PRIVATE_HOSTS": host,
    }

    def run(*words):
        return subprocess.run(
            [sys.executable, "-m", "flask", "fetch", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_fetch_tells_of_each_source_and_fails_if_one_has(flask):
    answer = flask()
    assert answer.returncode == 2
    assert "aa_good: fetched, 2 observations (1 requests, 0.0 MB)" in answer.stdout
    assert "aa_gone: failed" in answer.stdout
    assert "status 404" in answer.stdout
    assert "aa_file" not in answer.stdout
    assert "Traceback" not in answer.stderr


def test_fetch_takes_the_sources_that_are_named(flask):
    answer = flask("aa_good", "--json")
    assert answer.returncode == 0
    (report,) = json.loads(answer.stdout)
    assert (report["source"], report["outcome"], report["observations"]) == (
        "aa-good",
        "fetched",
        2,
    )
    (again,) = json.loads(flask("aa-good", "--json").stdout)
    assert (again["outcome"], again["run"]) == ("unchanged", report["run"])


def test_fetch_lists_the_catalogue_with_the_last_tries(flask):
    before = flask("--list")
    assert before.returncode == 0
    assert "last attempt: none" in before.stdout
    flask()
    rows = {row["id"]: row for row in json.loads(flask("--list", "--json").stdout)}
    assert sorted(rows) == ["aa_file", "aa_gone", "aa_good"]
    assert rows["aa_good"]["last_attempt"]["outcome"] == "fetched"
    assert rows["aa_gone"]["last_attempt"]["outcome"] == "failed"
    assert (rows["aa_file"]["reader"], rows["aa_file"]["last_attempt"]) == (None, None)


@pytest.mark.parametrize("id_", ["nothing", "../aa_good", "aa_good.toml"])
def test_fetch_knows_no_other_source(flask, id_):
    answer = flask(id_)
    assert answer.returncode == 2
    assert answer.stderr.startswith("The catalogue has no source")


def test_fetch_says_that_a_source_has_no_address(flask):
    answer = flask("aa_file")
    assert answer.returncode == 2
    assert "no address" in answer.stdout
