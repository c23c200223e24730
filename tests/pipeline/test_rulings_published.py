"""What people rule on a pair, published: joined, parted, undone, with ids that stay."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sightlines.observations.changes import state_token
from sightlines.observations.rulings import ask_ruling, decide_pair, rule, withdraw
from sightlines.pipeline.publication import publish

pytestmark = pytest.mark.slow

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
N = 10


def decided(living, first, second, verdict):
    said = {"moderator": "anna", "reason": "Looked at it.", "now": START}
    return decide_pair(living.ledger, first, second, verdict=verdict, **said)


def withdrawn(living, ruling):
    withdraw(living.ledger, ruling.id, moderator="anna", reason="", now=START)


def pair(seen, first="c3", second="c3"):
    return seen.subject("city", first), seen.subject("state", second)


@pytest.fixture(scope="module")
def street(cam):
    """Return a function that makes a list of cameras 300 m apart."""

    def rows(numbers, east_m=0.0, **said):
        return [cam(f"c{n}", 300 * n + east_m, **said) for n in numbers]

    return rows


@pytest.fixture(scope="module")
def agreed(tmp_path_factory, new_site, street):
    """Return the site of a city whose cameras the state has confirmed later."""
    site = new_site(tmp_path_factory.mktemp("agreed"))
    site.reads("city", street(range(N)), START)
    site.publishes(START)
    site.reads("state", street(range(N), 2), START)
    seen = site.publishes(START)
    assert len(seen.cameras) == N
    assert {row["n_observations"] for row in seen.cameras} == {2}
    site.ledger.close()
    return site


@pytest.fixture
def town(agreed, new_site, tmp_path):
    """Return a copy of that site."""
    site = new_site(tmp_path, like=agreed)
    yield site
    site.ledger.close()


@pytest.fixture
def both(town):
    """Return what it has published."""
    return town.seen()


def test_publish_parts_what_was_ruled_to_be_different(town, both):
    ruling = decided(town, *pair(both), "different")
    seen = town.publishes(START)
    assert len(seen.cameras) == N + 1
    # The city's statement has founded the camera; the state's gets its own name.
    assert seen.ids["city", "c3"] == both.ids["city", "c3"] == both.subject("city", "c3")
    assert seen.ids["state", "c3"] == both.subject("state", "c3")
    rest = {key: camera for key, camera in both.ids.items() if key[1] != "c3"}
    assert rest.items() <= seen.ids.items()
    for source in ("city", "state"):
        assert seen.of(source, "c3")["verification"] == "single_source"
    (match,) = seen.snapshot.matches_of([both.subject("city", "c3")])
    assert match["outcome"] == "different"

    withdrawn(town, ruling)
    assert len(town.publishes(START).cameras) == N


def test_publish_joins_again_under_the_same_ids_when_rulings_are_withdrawn(town, both):
    names = [f"c{n}" for n in range(N)]
    rulings = [decided(town, *pair(both, name, name), "different") for name in names]
    assert len(town.publishes(START).cameras) == 2 * N
    for ruling in rulings:
        withdrawn(town, ruling)
    seen = town.publishes(START)
    assert seen.ids == both.ids
    assert seen.cameras == both.cameras


def test_publish_parts_cameras_that_were_published_together_for_the_first_time(living, street):
    living.reads("city", street(range(N)), START)
    living.reads("state", street(range(N), 2), START)
    before = living.publishes(START)
    for n in range(N):
        decided(living, *pair(before, f"c{n}", f"c{n}"), "different")
    seen = living.publishes(START)
    assert len(seen.cameras) == 2 * N
    for n in range(N):
        parts = {seen.ids["city", f"c{n}"], seen.ids["state", f"c{n}"]}
        assert len(parts) == 2
        assert before.ids["city", f"c{n}"] in parts
        # A statement alone has its own name.
        assert parts == set(pair(before, f"c{n}", f"c{n}"))


def test_publish_joins_what_was_ruled_to_be_the_same_80_m_apart(living, street):
    living.reads("city", street(range(N)), START)
    before_that = living.publishes(START)
    living.reads("state", street(range(N), 80), START)
    before = living.publishes(START)
    assert len(before.cameras) == 2 * N
    ruling = decided(living, *pair(before), "same")
    seen = living.publishes(START)
    assert len(seen.cameras) == 2 * N - 1
    camera = seen.of("city", "c3")
    assert camera["id"] == seen.ids["state", "c3"]
    assert camera["verification"] == "corroborated"
    # Either id leads there, also the one that is nobody's any more.
    for id_ in (before.ids["city", "c3"], before.ids["state", "c3"]):
        assert seen.snapshot.camera_of(id_) == camera["id"]
    (match,) = seen.snapshot.matches_of([before.subject("city", "c3")])
    assert match["outcome"] == "same"
    assert match["distance_m"] == pytest.approx(80, abs=0.2)

    withdrawn(living, ruling)
    parted = living.publishes(START)
    assert parted.ids == before.ids
    assert before_that.ids.items() <= parted.ids.items()


def test_publish_does_not_join_two_records_of_one_source_whatever_is_ruled(town, both):
    decided(town, both.subject("city", "c3"), both.subject("city", "c4"), "same")
    # Nor by way of the other source's record.
    decided(town, *pair(both, "c3", "c4"), "same")
    seen = town.publishes(START)
    assert all(len(set(row["sources"])) == len(row["sources"]) for row in seen.cameras)
    assert seen.ids["city", "c3"] == seen.ids["state", "c4"]
    assert seen.ids["city", "c4"] != seen.ids["city", "c3"]


def test_publish_changes_nothing_for_a_ruling_that_somebody_has_asked_for(town, both):
    def token():
        return state_token(town.ledger, now=START, delay_s=0)

    before = token()
    asked = ask_ruling(town.ledger, *pair(both), verdict="different", received_on=START.date())
    ask_ruling(town.ledger, *pair(both, "c4", "c5"), verdict="same", received_on=START.date())
    assert token() == before
    assert town.publishes(START).id == both.id
    rule(town.ledger, asked.id, state="accepted", moderator="anna", reason="", now=START)
    assert token() != before
    seen = town.publishes(START)
    assert len(seen.cameras) == N + 1


def test_publish_keeps_a_ruling_through_new_runs(town, both, street):
    decided(town, *pair(both), "different")
    parted = town.publishes(START)
    # Renumbered, moved by a step, missing, and back again.
    rows = street(range(N), 2)
    for n, row in enumerate(rows):
        row["id"] = f"c{n + 1}"
    assert town.reads("state", rows, START + DAY).outcome == "accepted"
    seen = town.publishes(START + DAY)
    assert seen.ids["state", "c4"] == parted.ids["state", "c3"]
    assert len(seen.cameras) == N + 1
    for row, moved in zip(rows, street(range(N), 5), strict=True):
        row["lon"] = moved["lon"]
    assert town.reads("state", rows, START + DAY).outcome == "accepted"
    assert town.publishes(START + DAY).ids == seen.ids
    gone = town.reads("state", [row for row in rows if row["id"] != "c4"], START + 2 * DAY)
    town.accepts(gone.run, START + 2 * DAY)
    removed = town.publishes(START + 9 * DAY)
    assert removed.of("state", "c4")["status"] == "removed"
    assert removed.of("city", "c3")["status"] == "active"
    town.reads("state", rows, START + 10 * DAY)
    assert town.publishes(START + 10 * DAY).ids == seen.ids


def test_publish_keeps_a_pair_apart_that_a_third_source_would_join(town, both, street):
    decided(town, *pair(both), "different")
    town.reads("third", street(range(N), 1), START)
    seen = town.publishes(START)
    assert len(seen.cameras) == N + 1
    assert seen.ids["city", "c3"] != seen.ids["state", "c3"]
    assert seen.ids["third", "c3"] in {seen.ids["city", "c3"], seen.ids["state", "c3"]}


def test_publish_follows_the_last_of_contradicting_rulings(town, both):
    for verdict in ("different", "same", "different"):
        decided(town, *pair(both), verdict)
    assert len(town.publishes(START).cameras) == N + 1
    decided(town, *pair(both), "same")
    seen = town.publishes(START)
    assert len(seen.cameras) == N
    (match,) = seen.snapshot.matches_of([both.subject("city", "c3")])
    assert match["outcome"] == "same"


def test_publish_gives_the_same_snapshot_after_rulings_step_by_step_and_anew(
    town, both, tmp_path, opened
):
    apart = decided(town, *pair(both), "different")
    far = decided(town, *pair(both, "c6", "c7"), "same")
    town.publishes(START)
    for number, ruling in enumerate((apart, far)):
        withdrawn(town, ruling)
        folder = tmp_path / f"fresh_{number}"
        ignored = shutil.ignore_patterns("snapshots")
        shutil.copytree(town.settings.instance, folder, ignore=ignored)
        settings = replace(town.settings, instance=folder)
        fresh = publish(settings, opened(settings), now=START).id
        assert town.publishes(START).id == fresh
