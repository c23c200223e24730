"""Sources that live: what they do from run to run, and what is published of it."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sightlines.observations.changes import state_token
from sightlines.observations.run_rows import accepted_runs, all_runs
from sightlines.pipeline.fetching import fetch_source
from sightlines.pipeline.publication import publish
from sightlines.sources.addresses import Address
from sightlines.sources.catalogue import CataloguedSource

pytestmark = pytest.mark.slow

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
YEAR = timedelta(days=365)
# So many that one of them is 2.5 %, two are exactly 5 %.
N = 40


@pytest.fixture(scope="module")
def street(cam):
    """Return a function that makes rows of a list, 300 m apart, each with an address."""

    def rows(numbers, *, east_m=0.0, north_m=0.0):
        return [
            cam(f"c{n}", 300 * n + east_m, 11 * n + north_m, address=f"Long Street {n}")
            for n in numbers
        ]

    return rows


@pytest.fixture(scope="module")
def built(tmp_path_factory, new_site, street):
    """Return the site of a city that has published its cameras at START."""
    site = new_site(tmp_path_factory.mktemp("city"))
    site.reads("city", street(range(N)), START)
    assert len(site.publishes(START).cameras) == N
    site.ledger.close()
    return site


@pytest.fixture
def town(built, new_site, tmp_path):
    """Return a copy of that site."""
    site = new_site(tmp_path, like=built)
    yield site
    site.ledger.close()


def published(seen):
    """Return what the public sees of cameras, by id."""
    return {row["id"]: row for row in seen.cameras}


def status(seen, source="city"):
    """Return status and time of removal of each camera of a source, by the source's ids."""
    rows = published(seen)
    return {
        native: (rows[camera]["status"], rows[camera]["removed_at"])
        for (of, native), camera in seen.ids.items()
        if of == source
    }


def token(living, at):
    hold_s = living.settings.removal_hold_s
    return state_token(living.ledger, now=at, delay_s=0, hold_s=hold_s)


ACTIVE = ("active", None)


# --- Cameras that are no longer listed -----------------------------------------------------------


def test_publish_removes_a_vanished_camera_after_the_hold_and_takes_it_back(town, street):
    first = town.seen()
    camera = first.ids["city", "c7"]
    gone = START + DAY
    rest = [n for n in range(N) if n != 7]
    assert town.reads("city", street(rest), gone).missing == 1

    held = town.publishes(gone + DAY - SECOND)
    assert status(held)["c7"] == ACTIVE
    assert held.snapshot.manifest.n_cameras == N

    removed = town.publishes(gone + DAY)
    assert status(removed)["c7"] == ("removed", gone)
    assert published(removed)[camera]["counted_reason"] != "counted"
    assert removed.snapshot.manifest.n_records == N
    assert removed.snapshot.manifest.n_cameras == N - 1
    figures = {row["code"]: row["n_cameras"] for row in removed.snapshot.statistics.to_pylist()}
    assert figures["country:246"] == N - 1
    assert {native: found for native, found in status(removed).items() if native != "c7"} == {
        f"c{n}": ACTIVE for n in rest
    }
    (statement,) = removed.snapshot.evidence(camera)
    assert (statement["missing_since"], statement["retrieved_at"]) == (gone, START)

    for days in (30, 400):
        later = town.reads("city", street(rest, north_m=days / 1000), START + days * DAY)
        assert later.outcome == "accepted"
        assert status(town.publishes(START + days * DAY))["c7"] == ("removed", gone)

    back = town.reads("city", street(range(N), north_m=0.5), START + 401 * DAY)
    assert back.notes["camera:back"] == 1
    seen = town.publishes(START + 401 * DAY)
    assert status(seen) == {f"c{n}": ACTIVE for n in range(N)}
    assert seen.ids == first.ids


def test_state_token_changes_when_a_hold_ends(living, street):
    living.reads("city", street(range(N)), START)
    gone = START + DAY
    living.reads("city", street(range(N - 1)), gone)
    held = token(living, gone)
    assert token(living, gone + DAY - SECOND) == held
    ended = token(living, gone + DAY)
    assert ended != held
    assert token(living, gone + 9 * DAY) == ended
    # A new token is a new snapshot, and the same token is the same one.
    assert living.publishes(gone).id == living.publishes(gone + DAY - SECOND).id
    assert living.publishes(gone + DAY).id == living.publishes(gone + 9 * DAY).id


def test_publish_keeps_a_camera_active_that_another_source_still_lists(living, street):
    living.reads("city", street(range(N)), START)
    living.reads("state", street(range(N), east_m=2), START)
    before = living.publishes(START)
    living.reads("city", street(range(1, N)), START + DAY)
    seen = living.publishes(START + 9 * DAY)
    camera = seen.of("city", "c0")
    assert (camera["status"], camera["removed_at"]) == ("active", None)
    assert camera["id"] == before.ids["city", "c0"]
    # Who no longer lists it is kept as evidence and says nothing any more.
    assert camera["sources"] == ["state", "city"]
    assert (camera["n_observations"], camera["verification"]) == (2, "single_source")
    living.reads("state", street(range(1, N), east_m=2), START + 10 * DAY)
    seen = living.publishes(START + 20 * DAY)
    camera = seen.of("city", "c0")
    # Missing from the last source that had listed it.
    assert (camera["status"], camera["removed_at"]) == ("removed", START + 10 * DAY)


# --- Quarantine and rollback ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n_left", "outcome"), [(N - 2, "accepted"), (N - 3, "quarantined"), (1, "quarantined")]
)
def test_import_file_quarantines_a_run_that_loses_more_than_a_twentieth(
    living, street, n_left, outcome
):
    living.reads("city", street(range(N)), START)
    assert living.reads("city", street(range(n_left)), START + DAY).outcome == outcome


def test_publish_changes_nothing_for_a_quarantined_run_until_it_is_accepted(town, street):
    before = town.seen()
    token_before = token(town, START + DAY)
    aside = town.reads("city", street(range(30)), START + DAY)
    assert aside.outcome == "quarantined"
    assert token(town, START + DAY) == token_before
    kept = town.publishes(START + 9 * DAY)
    assert published(kept) == published(before)
    assert kept.statements == before.statements

    town.accepts(aside.run, START + 9 * DAY)
    seen = town.publishes(START + 9 * DAY)
    assert seen.ids == before.ids
    # The run was read nine days ago: the hold is over.
    lost = {f"c{n}": ("removed", START + DAY) for n in range(30, N)}
    assert status(seen) == {f"c{n}": ACTIVE for n in range(30)} | lost

    town.rolls_back(aside.run, START + 10 * DAY)
    back = town.publishes(START + 10 * DAY)
    assert published(back) == published(before)


def test_publish_goes_back_to_what_was_when_a_run_is_rolled_back(town, street):
    before = town.seen()
    bad = town.reads("city", street([*range(1, N), 70, 71], north_m=1.5), START + DAY)
    assert bad.outcome == "accepted"
    changed = town.publishes(START + 2 * DAY)
    assert status(changed)["c0"] == ("removed", START + DAY)
    assert set(changed.ids) - set(before.ids) == {("city", "c70"), ("city", "c71")}
    town.rolls_back(bad.run, START + 2 * DAY)
    seen = town.publishes(START + 2 * DAY)
    assert published(seen) == published(before)
    for native in ("c70", "c71"):
        assert seen.snapshot.camera_of(changed.ids["city", native]) is None
    # And forth again: the same cameras under the same ids.
    town.accepts(bad.run, START + 3 * DAY)
    assert town.publishes(START + 3 * DAY).ids == changed.ids


def test_publish_keeps_cameras_that_others_confirmed_when_their_run_is_rolled_back(living, street):
    first = living.reads("city", street(range(N)), START)
    before = living.publishes(START)
    living.reads("state", street(range(0, N, 2), east_m=2), START + DAY)
    merged = living.publishes(START + DAY)
    assert published(merged).keys() == published(before).keys()
    living.rolls_back(first.run, START + 2 * DAY)
    seen = living.publishes(START + 2 * DAY)
    assert len(seen.cameras) == N / 2
    for n in range(N):
        camera = before.ids["city", f"c{n}"]
        if n % 2:
            assert seen.snapshot.camera_of(camera) is None
        else:
            assert seen.ids["state", f"c{n}"] == camera
            assert seen.snapshot.camera_of(camera) == camera
            row = seen.snapshot.camera(camera)
            assert (row["sources"], row["verification"]) == (["state"], "single_source")
            # The subject of the founding statement and that of the other one lead there.
            assert seen.snapshot.camera_of(merged.subject("state", f"c{n}")) == camera
    # What was rolled back may stand again: as if nothing had happened.
    living.accepts(first.run, START + 3 * DAY)
    again = living.publishes(START + 3 * DAY)
    assert again.ids == merged.ids
    assert published(again).keys() == published(before).keys()


def test_publish_keeps_a_camera_of_the_last_run_that_another_source_confirmed(living, street):
    living.reads("city", street(range(N)), START)
    later = living.reads("city", street(range(N + 2)), START + DAY)
    living.publishes(START + DAY)
    living.reads("state", street([N], east_m=2), START + DAY)
    merged = living.publishes(START + DAY)
    living.rolls_back(later.run, START + DAY)
    seen = living.publishes(START + DAY)
    assert seen.ids["state", f"c{N}"] == merged.ids["city", f"c{N}"]
    assert len(seen.cameras) == N + 1
    assert seen.snapshot.camera_of(merged.ids["city", f"c{N + 1}"]) is None


# --- What sources do to their ids and positions --------------------------------------------------


def test_publish_gives_a_reused_id_to_another_camera(town, street, cam):
    before = town.seen()
    rows = street(range(N))
    rows[7] = cam("c7", 0, 30_000, address="Harbour 1")
    report = town.reads("city", rows, START + DAY)
    assert (report.outcome, report.missing, report.notes["native_id:reused"]) == ("accepted", 1, 1)
    held = town.publishes(START + DAY)
    old = before.ids["city", "c7"]
    (new,) = set(published(held)) - set(published(before))
    assert (held.snapshot.camera(old)["status"], held.snapshot.camera(new)["status"]) == (
        "active",
        "active",
    )
    assert held.snapshot.camera(new)["addr_full"] == "Harbour 1"
    seen = town.publishes(START + 2 * DAY)
    row = seen.snapshot.camera(old)
    assert (row["status"], row["removed_at"]) == ("removed", START + DAY)
    assert row["addr_full"] == "Long Street 7"
    assert seen.snapshot.camera_of(old) == old
    assert seen.snapshot.manifest.n_cameras == N


def test_publish_keeps_all_cameras_that_share_an_id(living, street, cam):
    twice = [cam("c5", 1500, 900, address="Short Street 1")]
    report = living.reads("city", [*street(range(N)), *twice], START)
    assert (report.observations, report.notes["native_id:not_unique"]) == (N + 1, 2)
    first = {row["lat"]: row["id"] for row in living.publishes(START).cameras}
    assert len(first) == N + 1
    turned = [*twice, *reversed(street(range(N)))]
    assert living.reads("city", turned, START + DAY).missing == 0
    second = {row["lat"]: row["id"] for row in living.publishes(START + DAY).cameras}
    assert second == first


def test_publish_keeps_the_cameras_when_all_ids_are_shifted_by_one(town, street):
    before = town.seen()
    rows = street(range(N))
    for n, row in enumerate(rows):
        row["id"] = f"c{n + 1}"
    report = town.reads("city", rows, START + DAY)
    assert (report.outcome, report.missing) == ("accepted", 0)
    seen = town.publishes(START + DAY)
    assert published(seen).keys() == published(before).keys()
    for n in range(N):
        assert seen.ids["city", f"c{n + 1}"] == before.ids["city", f"c{n}"]


def test_publish_makes_up_no_merges_when_a_source_moves_everything(town, street):
    town.reads("state", street(range(0, N, 4), east_m=1), START)
    before = town.publishes(START)
    assert len(before.cameras) == N
    moved = town.reads("city", street(range(N), east_m=50), START + DAY)
    assert moved.outcome == "quarantined"
    assert published(town.publishes(START + DAY)) == published(before)

    town.accepts(moved.run, START + 2 * DAY)
    seen = town.publishes(START + 2 * DAY)
    for n in range(N):
        assert seen.ids["city", f"c{n}"] == before.ids["city", f"c{n}"]
    # The other source's cameras are 49 m away now: cameras of their own.
    assert len(seen.cameras) == N + N / 4
    assert all(row["n_observations"] == 1 for row in seen.cameras)
    assert status(seen) == {f"c{n}": ACTIVE for n in range(N)}

    town.rolls_back(moved.run, START + 3 * DAY)
    assert published(town.publishes(START + 3 * DAY)) == published(before)


# --- Licences ------------------------------------------------------------------------------------


def test_publish_keeps_the_last_good_run_when_the_licence_is_changed_to_a_forbidden_one(
    town, street
):
    before = town.seen()
    path = town.list_file("city", street(range(N), north_m=0.3))
    options = {"source": "city", "kind": "cctv"}
    aside = town.imports(path, START + DAY, licence="CC-BY-NC-4.0", **options)
    assert (aside.outcome, aside.publishable) == ("quarantined", False)
    assert "CC-BY-NC-4.0" in aside.reason
    assert published(town.publishes(START + DAY)) == published(before)
    free = town.imports(path, START + 2 * DAY, licence="CC-BY-4.0", **options)
    assert free.outcome == "accepted"
    seen = town.publishes(START + 2 * DAY)
    assert seen.ids == before.ids
    assert {row["licence"] for row in seen.cameras} == {"CC-BY-4.0"}


def test_publish_takes_everything_back_when_a_forbidden_licence_is_accepted(town, street):
    aside = town.reads("city", street(range(N - 1)), START + DAY, licence="CC-BY-NC-4.0")
    town.accepts(aside.run, START + DAY)
    seen = town.publishes(START + DAY)
    assert seen.cameras == []
    assert seen.snapshot.sources == []


def test_publish_keeps_the_licence_under_which_a_row_was_read(living, street):
    living.reads("city", street(range(N)), START, licence="CC-BY-4.0")
    living.reads("city", street(range(1, N)), START + DAY, licence="etalab-2.0")
    seen = living.publishes(START + DAY)
    rows = {row["native_id"]: row["licence"] for row in seen.statements}
    assert rows == {"c0": "CC-BY-4.0"} | {f"c{n}": "etalab-2.0" for n in range(1, N)}
    assert seen.of("city", "c0")["licence"] == "CC-BY-4.0"


def test_publish_never_shows_a_row_that_was_read_without_a_licence(living, street):
    living.reads("city", street(range(N)), START, licence=None)
    living.reads("city", street(range(1, N)), START + DAY, licence="CC0-1.0")
    seen = living.publishes(START + DAY)
    assert {row["native_id"] for row in seen.statements} == {f"c{n}" for n in range(1, N)}


@pytest.mark.parametrize("licence", [None, "No idea 3.7", "CC-BY-NC-4.0", "CC-BY-SA-4.0"])
def test_publish_refuses_what_has_no_licence_that_allows_it(living, street, licence):
    report = living.reads("city", street(range(N)), START, licence=licence)
    assert (report.outcome, report.publishable) == ("accepted", False)
    seen = living.publishes(START)
    assert (seen.cameras, seen.statements, seen.snapshot.sources) == ([], [], [])


@pytest.mark.parametrize("licence", [None, "No idea 3.7"])
def test_publish_shows_what_has_no_known_licence_for_private_use(living, street, licence):
    living.settings = replace(living.settings, publish_unstated=True)
    living.reads("city", street(range(N)), START, licence=licence)
    assert len(living.publishes(START).cameras) == N


# --- Clocks --------------------------------------------------------------------------------------


def test_publish_recovers_from_a_clock_that_was_a_year_ahead_for_one_run(town, street):
    before = town.seen()
    ahead = START + YEAR
    town.reads("city", street(range(1, N)), ahead)
    town.publishes(ahead)
    now = START + DAY
    town.reads("city", street(range(1, N), north_m=0.2), now)
    held = town.publishes(now)
    assert status(held)["c0"] == ACTIVE
    assert held.snapshot.manifest.date.startswith("2026-11-23")
    seen = town.publishes(now + DAY)
    assert status(seen)["c0"] == ("removed", now)
    assert {row["retrieved_at"] for row in seen.cameras} == {START, now}
    assert seen.ids == before.ids
    town.reads("city", street(range(N), north_m=0.4), now + 2 * DAY)
    back = town.publishes(now + 2 * DAY)
    assert (status(back)["c0"], back.ids) == (ACTIVE, before.ids)


def test_publish_recovers_from_a_clock_that_was_ahead_when_the_same_file_comes_again(
    living, street
):
    living.reads("city", street(range(N)), START)
    living.reads("city", street(range(1, N)), START + YEAR)
    for days in (1, 2, 3):
        living.reads("city", street(range(1, N)), START + days * DAY)
    assert status(living.publishes(START + 3 * DAY))["c0"][0] == "removed"


def test_publish_shows_what_stands_when_the_clock_has_gone_back(living, street):
    living.reads("city", street(range(N)), START)
    living.reads("state", street(range(N), east_m=2), START)
    first = living.publishes(START)
    living.reads("city", street(range(1, N)), START + DAY)
    removed = living.publishes(START + 5 * DAY)
    seen = living.publishes(START - YEAR)
    assert seen.ids == removed.ids == first.ids
    assert len(seen.cameras) == N
    assert living.publishes(START + 5 * DAY).id == removed.id


# --- The same again, and all anew ----------------------------------------------------------------


def test_publish_gives_the_same_snapshot_when_the_same_bytes_come_again(town, street):
    before = town.seen()
    again = town.reads("city", street(range(N)), START + 9 * DAY)
    assert not again.new
    assert len(all_runs(town.ledger)) == 1
    assert town.publishes(START + 9 * DAY).id == before.id


def anew(living, folder, opened, at):
    """Publish the same record on a site that has never published anything."""
    settings = replace(living.settings, instance=folder)
    shutil.copytree(living.settings.instance, folder, ignore=shutil.ignore_patterns("snapshots"))
    return publish(settings, opened(settings), now=at).id


def test_publish_gives_the_same_snapshot_step_by_step_and_anew(living, street, tmp_path, opened):
    living.reads("city", street(range(N)), START)
    living.reads("state", street(range(0, N, 2), east_m=3), START)
    living.publishes(START)
    # One is gone, one has come, one has moved, one is described anew, the others stay.
    rows = street([*range(1, N), 77])
    rows[4] = street([5], east_m=35)[0]
    rows[9]["address"] = "Market Square 1"
    living.reads("city", rows, START + DAY)
    living.reads("state", [*street(range(0, N, 2), east_m=3), *street([41])], START + DAY)
    living.reads("third", street(range(7, 19), north_m=2), START + DAY)
    # The names given at the first publication are part of the record, so each step can be copied.
    at = START + 3 * DAY
    fresh = anew(living, tmp_path / "fresh", opened, at)
    assert living.publishes(at).id == fresh
    assert anew(living, tmp_path / "after", opened, at) == fresh


def test_publish_gives_the_same_snapshot_after_a_rollback_step_by_step_and_anew(
    living, street, tmp_path, opened
):
    first = living.reads("city", street(range(N)), START)
    living.reads("state", street(range(0, N, 2), east_m=3), START)
    living.publishes(START)
    living.rolls_back(first.run, START + DAY)
    fresh = anew(living, tmp_path / "fresh", opened, START + DAY)
    assert living.publishes(START + DAY).id == fresh


# --- From the publisher's server to the public ---------------------------------------------------


class Upstream:
    """A server on 127.0.0.1 that sends `body`, with `status`."""

    def __init__(self):
        self.status, self.body = 200, b""
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(upstream.status)
                self.send_header("Content-Length", str(len(upstream.body)))
                self.end_headers()
                self.wfile.write(upstream.body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def host(self):
        return f"127.0.0.1:{self._server.server_address[1]}"

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def upstream():
    started = Upstream()
    yield started
    started.close()


def test_publish_keeps_a_city_while_its_upstream_is_broken(living, street, upstream):
    settings = replace(living.settings, fetch_private_hosts=upstream.host)
    address = Address("url", url=f"http://{upstream.host}/cameras.csv", seen="a test")
    entry = CataloguedSource("aa_city", "CCTV of the city", "CC0-1.0", address=address)

    def fetch(days, body, code=200):
        upstream.body, upstream.status = body, code
        return fetch_source(settings, living.ledger, entry, now=START + days * DAY).outcome

    def listed(numbers):
        return living.list_file("aa_city", street(numbers)).read_bytes()

    assert fetch(0, listed(range(N))) == "fetched"
    before = living.publishes(START)
    assert len(before.cameras) == N
    assert fetch(1, listed(range(N))) == "unchanged"
    assert living.publishes(START + DAY).id == before.id
    assert fetch(2, b"<!DOCTYPE html><title>Maintenance</title>") == "failed"
    assert fetch(3, b"Not found", 404) == "failed"
    assert living.publishes(START + 3 * DAY).id == before.id
    assert fetch(4, listed(range(9))) == "quarantined"
    assert published(living.publishes(START + 4 * DAY)) == published(before)
    assert fetch(5, listed(range(N - 1))) == "fetched"
    assert [run.observations for run in accepted_runs(living.ledger)] == [N - 1]
    seen = living.publishes(START + 6 * DAY)
    assert seen.ids == before.ids
    assert status(seen, "aa-city")[f"c{N - 1}"] == ("removed", START + 5 * DAY)
