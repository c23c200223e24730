"""Fetching sources into the record, from servers that answer well and badly."""

from __future__ import annotations

import gzip
import json
import random
import stat
import threading
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest
import shapely

from sightlines.errors import RequestInvalidError
from sightlines.observations.fetches import last_fetches, validators
from sightlines.observations.run_decisions import rollback_run
from sightlines.observations.run_rows import accepted_runs, all_runs
from sightlines.pipeline.fetching import fetch_source, ground_of, limits_of
from sightlines.settings import Settings
from sightlines.sources.addresses import Address, Extent
from sightlines.sources.catalogue import CataloguedSource
from sightlines.sources.fetching.limits import Clock

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def table(n, *, lat=60.0):
    rows = "".join(f"c{k},{24 + k / 100:.3f},{lat + k / 1000:.4f}\n" for k in range(n))
    return f"camera_id,lon,lat\n{rows}".encode()


class Upstream:
    """A server on 127.0.0.1 that sends `status`, `headers` and `body`, or just `raw`."""

    def __init__(self):
        self.status, self.headers, self.body, self.raw = 200, {}, b"", None
        self.asked = []
        self.on_asked = lambda: None
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                upstream.asked.append(dict(self.headers))
                upstream.on_asked()
                self.close_connection = True
                if upstream.raw is not None:
                    self.wfile.write(upstream.raw)
                    return
                etag = upstream.headers.get("ETag")
                is_known = etag is not None and self.headers.get("If-None-Match") == etag
                body = b"" if is_known else upstream.body
                self.send_response(304 if is_known else upstream.status)
                for name, value in {"Content-Length": str(len(body)), **upstream.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def host(self):
        return f"127.0.0.1:{self._server.server_address[1]}"

    def says(self, body=b"", status=200, raw=None, **headers):
        self.body, self.status, self.raw = body, status, raw
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def upstream():
    started = Upstream()
    yield started
    started.close()


@pytest.fixture
def settings(tmp_path, upstream):
    return Settings(
        instance=tmp_path / "instance",
        fetch_private_hosts=upstream.host,
        fetch_limit_bytes=20_000_000,
        fetch_limit_s=30,
    )


@pytest.fixture
def ledger(settings, opened):
    return opened(settings)


@pytest.fixture
def entry(upstream):
    return CataloguedSource(
        "aa_town_cctv",
        "Cameras of the town",
        "CC0-1.0",
        address=Address("url", url=f"http://{upstream.host}/cameras.csv", seen="a test"),
    )


@pytest.fixture
def fetch(settings, ledger, entry):
    """Return a function that fetches the entry, a day later each time, without its pauses."""
    passed = [NOW - DAY]
    skipped = []
    clock = Clock(
        lambda: time.monotonic() + sum(skipped),
        skipped.append,
        lambda: NOW,
        random.Random(1),  # noqa: S311 - it spreads pauses
    )

    def run(given=entry, **rest):
        passed[0] += DAY
        return fetch_source(settings, ledger, given, now=passed[0], clock=clock, **rest)

    return run


def test_fetch_source_records_a_run_and_the_fetch(fetch, upstream, ledger, entry):
    upstream.says(table(40), ETag='"1"', Last_Modified="Sun, 22 Nov 2026 10:00:00 GMT")
    report = fetch()
    (run,) = accepted_runs(ledger)
    assert (report.outcome, report.observations, report.message) == ("fetched", 40, "")
    assert (run.id, run.source, run.url) == (report.run, "aa-town-cctv", entry.address.url)
    assert run.retrieved_at == NOW
    (row,) = last_fetches(ledger, "aa-town-cctv", 5)
    assert (row.outcome, row.run, row.etag) == ("fetched", run.id, '"1"')
    assert row.attempted_at == NOW
    assert report.n_bytes == len(table(40))
    orjson.dumps(asdict(report))


def test_fetch_source_changes_nothing_when_the_server_says_unchanged(fetch, upstream, ledger):
    upstream.says(table(40), ETag='"1"')
    first = fetch()
    again = fetch()
    assert (again.outcome, again.run, again.n_bytes) == ("unchanged", first.run, 0)
    assert upstream.asked[1]["If-None-Match"] == '"1"'
    assert fetch().outcome == "unchanged"
    assert "If-None-Match" in upstream.asked[2]
    assert len(all_runs(ledger)) == 1
    assert len(last_fetches(ledger, "aa-town-cctv", 5)) == 3


def test_fetch_source_changes_nothing_when_the_same_bytes_have_other_validators(
    fetch, upstream, ledger
):
    upstream.says(table(40), ETag='"1"')
    first = fetch()
    upstream.says(table(40), ETag='"2"')
    again = fetch()
    assert (again.outcome, again.run) == ("unchanged", first.run)
    assert len(all_runs(ledger)) == 1
    assert validators(ledger, "aa-town-cctv").etag == '"2"'


def test_fetch_source_asks_for_the_whole_file_anew(fetch, upstream):
    upstream.says(table(40), ETag='"1"')
    fetch()
    fetch(anew=True)
    assert "If-None-Match" not in upstream.asked[1]


def test_fetch_source_takes_what_has_changed(fetch, upstream, ledger):
    upstream.says(table(40), ETag='"1"')
    first = fetch()
    upstream.says(table(41), ETag='"2"')
    second = fetch()
    assert (second.outcome, second.observations) == ("fetched", 41)
    assert [run.id for run in accepted_runs(ledger)] == [second.run] != [first.run]


FAILURES = {
    "429": {"status": 429},
    "429_far_future": {"status": 429, "Retry_After": "Fri, 31 Dec 9999 23:59:59 GMT"},
    "503_wait": {"status": 503, "Retry_After": "20"},
    "504": {"status": 504},
    "404": {"status": 404},
    "500": {"status": 500},
    "html": {"body": b"<!DOCTYPE html><title>Maintenance</title>"},
    "nothing": {"raw": b""},
    "empty": {"body": b""},
    "cut_off": {"raw": b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + table(3)},
    "bomb": {"body": gzip.compress(bytes(60_000_000)), "Content_Encoding": "gzip"},
    "too_large": {"body": table(40) + b"\n" * 21_000_000},
    "to_loopback": {"status": 302, "Location": "http://localhost:1/"},
    "to_link_local": {"status": 302, "Location": "http://169.254.169.254/latest/"},
    "to_file": {"status": 302, "Location": "file:///etc/passwd"},
    "to_itself": {"status": 302, "Location": "/cameras.csv"},
    "truncated_json": {"body": b'[{"lon": 24.9, "lat": 60.1}, {"lon": 24.'},
    "no_cameras": {"body": b"sorry\n"},
    "rejected": {"body": b"lon,lat\n999,999\n998,997\n"},
    "overpass_remark": {
        "body": b'{"generator":"x","elements":[],"remark":"runtime error: Query timed out"}'
    },
}


@pytest.mark.parametrize("failure", sorted(FAILURES))
def test_fetch_source_keeps_the_last_good_data(fetch, upstream, ledger, settings, failure):
    upstream.says(table(40), ETag='"1"')
    good = fetch()
    upstream.says(**FAILURES[failure])
    bad = fetch()
    assert bad.outcome == "failed"
    assert bad.message.endswith(".")
    assert bad.message.isprintable()
    (run,) = accepted_runs(ledger)
    assert (run.id, run.observations) == (good.run, 40)
    row = last_fetches(ledger, "aa-town-cctv", 1)[0]
    assert (row.outcome, row.message, row.run) == ("failed", bad.message, None)
    assert not list(settings.instance.glob("fetching-*"))
    upstream.says(table(41), ETag='"2"')
    assert fetch().outcome == "fetched"


def test_fetch_source_quarantines_a_run_that_loses_too_much(fetch, upstream, ledger):
    upstream.says(table(100), ETag='"1"')
    good = fetch()
    upstream.says(table(90), ETag='"2"')
    bad = fetch()
    assert bad.outcome == "quarantined"
    assert bad.message
    assert [run.id for run in accepted_runs(ledger)] == [good.run]
    # What is held back tells nothing of what stands: the next answer is looked at again.
    assert validators(ledger, "aa-town-cctv").etag == '"1"'
    upstream.says(table(100), ETag='"1"')
    assert (fetch().outcome, accepted_runs(ledger)[0].id) == ("unchanged", good.run)


def test_fetch_source_looks_at_the_file_again_after_a_rollback(fetch, upstream, ledger, settings):
    upstream.says(table(40), ETag='"1"')
    first = fetch()
    upstream.says(table(41), ETag='"2"')
    second = fetch()
    rollback_run(ledger, settings.lake_folder, second.run, reason="Wrong.", now=NOW + 3 * DAY)
    assert validators(ledger, "aa-town-cctv").etag == '"1"'
    assert fetch().outcome == "failed"
    assert [run.id for run in accepted_runs(ledger)] == [first.run]


def test_fetch_source_asks_nothing_inside_unless_the_settings_list_it(
    settings, ledger, entry, upstream
):
    upstream.says(table(40))
    alone = replace(settings, fetch_private_hosts="")
    report = fetch_source(alone, ledger, entry, now=NOW)
    assert report.outcome == "failed"
    assert "not a public address" in report.message
    assert not upstream.asked


def test_fetch_source_says_that_an_entry_has_no_address(fetch, ledger, entry):
    report = fetch(replace(entry, address=None))
    assert (report.outcome, report.url) == ("failed", "")
    assert "no address" in report.message


def test_fetch_source_keeps_what_comes_in_a_folder_of_its_own(fetch, upstream, settings):
    seen = []

    def look():
        seen.extend(
            (stat.S_IMODE(folder.stat().st_mode), folder.parent)
            for folder in settings.instance.glob("fetching-*")
        )

    left = settings.instance / "fetching-left-behind"
    left.mkdir()
    upstream.on_asked = look
    upstream.says(table(40))
    fetch()
    assert seen == [(0o700, settings.instance)]
    assert not list(settings.instance.glob("fetching-*"))


def test_fetch_source_says_that_the_disk_cannot_be_written(fetch, upstream, settings):
    upstream.says(table(40))
    (settings.instance / "fetch.lock").mkdir()
    report = fetch()
    assert report.outcome == "failed"
    assert "cannot be kept" in report.message


@pytest.mark.parametrize(
    ("extent", "inside", "outside"),
    [
        (Extent(country="FI", basis="x"), (24.9, 60.3), (10.0, 50.0)),
        (Extent(country="XK", basis="x"), (20.9, 42.6), (24.9, 60.3)),
        (Extent(bbox=(24, 60, 25, 61), basis="x"), (24.5, 60.5), (25.5, 60.5)),
        (Extent(bbox=(170, -50, -170, -40), basis="x"), (179.9, -45), (0, -45)),
        (Extent(bbox=(170, -50, -170, -40), basis="x"), (-179.9, -45), (-169, -45)),
    ],
)
def test_ground_of_is_the_country_or_the_box(extent, inside, outside):
    ground = ground_of(extent)
    assert ground.covers(shapely.Point(inside))
    assert not ground.covers(shapely.Point(outside))


def test_ground_of_is_none_where_nothing_is_known():
    assert ground_of(None) is None
    with pytest.raises(RequestInvalidError, match="BV"):
        ground_of(Extent(country="BV", basis="x"))


def test_fetch_source_declares_the_ground_that_the_entry_claims(fetch, upstream, ledger, entry):
    upstream.says(table(40))
    fetch(replace(entry, extent=Extent(bbox=(24.0, 60.0, 25.0, 61.0), basis="a test")))
    (run,) = accepted_runs(ledger)
    assert run.extent.bounds == (24.0, 60.0, 25.0, 61.0)


def test_fetch_source_reads_a_layer_of_an_arcgis_server(fetch, upstream, ledger, entry):
    features = [
        {
            "type": "Feature",
            "properties": {"OBJECTID": n},
            "geometry": {"type": "Point", "coordinates": [24.9, 60 + n / 100]},
        }
        for n in range(3)
    ]
    # One answer that is layer, count and page at once.
    said = {
        "objectIdField": "OBJECTID",
        "supportedQueryFormats": "geoJSON",
        "advancedQueryCapabilities": {"supportsPagination": True},
        "count": 3,
        "type": "FeatureCollection",
        "features": features,
    }
    upstream.says(json.dumps(said).encode())
    address = Address("arcgis", url=f"http://{upstream.host}/FeatureServer/0", seen="a test")
    report = fetch(replace(entry, address=address))
    assert (report.outcome, report.observations, report.n_requests) == ("fetched", 3, 4)
    assert accepted_runs(ledger)[0].format == "geojson"


def test_limits_of_takes_the_settings():
    limits = limits_of(
        Settings(fetch_limit_bytes=5, fetch_limit_s=7, fetch_private_hosts=" a:1  b:2 ")
    )
    assert (limits.total_bytes, limits.total_s) == (5, 7.0)
    assert limits.private_hosts == {"a:1", "b:2"}
