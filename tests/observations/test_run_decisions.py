from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from sightlines.errors import (
    DecisionConflictError,
    NotFoundError,
    RecordBrokenError,
    SourceRefusedError,
)
from sightlines.observations.area_sets import current_area_sets
from sightlines.observations.batches import due, publish_batch
from sightlines.observations.ledger import Ledger
from sightlines.observations.moderation import decide
from sightlines.observations.origins import Origin, SourceRow, sources
from sightlines.observations.run_decisions import accept_run, rollback_run
from sightlines.observations.run_rows import RunRow, accepted_runs, run_of
from sightlines.observations.runs import Permissions, record_run
from sightlines.observations.standing import standing_of
from sightlines.observations.submissions import submit

CITY = SourceRow("city", "City", "CC0-1.0")


def at(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


NOW = at(28)


class City:
    """A city's list, read and decided on."""

    def __init__(self, ledger: Ledger, lake: Path, rows: Callable, reading: Callable) -> None:
        self.ledger, self.lake, self._rows, self._reading = ledger, lake, rows, reading
        self.n_always = 20

    def read(self, day: int, *cameras: str, again: bool = False, **also: object) -> RunRow:
        """Record the list of a day: some cameras besides those given."""
        names = [*(str(n) for n in range(self.n_always)), *cameras]
        table = pa.concat_tables(
            self._rows((24.0 + sum(map(ord, name)) / 1000, 60.0), native_id=name) for name in names
        )
        source = also.pop("source", CITY)
        return record_run(
            self.ledger,
            self.lake,
            self._reading(table, **also),
            source=source,
            origin=Origin(" ".join(cameras), {}, at(day)),
            permissions=Permissions(again=again),
        )

    def rollback(self, run: RunRow, reason: str = "", now: datetime = NOW) -> RunRow | None:
        return rollback_run(self.ledger, self.lake, run.id, reason=reason, now=now)

    def accept(self, run: RunRow) -> RunRow:
        return accept_run(self.ledger, self.lake, run.id, now=NOW)

    @property
    def stands(self) -> str | None:
        ids = [run.id for run in accepted_runs(self.ledger)]
        assert len(ids) <= 1
        return ids[0] if ids else None

    @property
    def cameras(self) -> dict[str, datetime | None]:
        """Return since when each camera is missing, without those that always are."""
        (run,) = accepted_runs(self.ledger)
        table = standing_of(self.lake, run)
        pairs = zip(table["native_id"].to_pylist(), table["missing_since"].to_pylist(), strict=True)
        return {name: since for name, since in pairs if not name.isdigit()}


@pytest.fixture
def city(ledger: Ledger, lake: Path, rows: Callable, reading: Callable) -> City:
    return City(ledger, lake, rows, reading)


def test_accept_run_lets_a_quarantined_run_stand(city: City):
    good = city.read(1, "a", "b", "c")
    aside = city.read(2, "d")
    assert (aside.outcome, city.stands) == ("quarantined", good.id)
    stands = city.accept(aside)
    assert (stands.outcome, stands.reason, stands.follows) == ("accepted", "", good.id)
    assert city.stands == aside.id
    assert city.cameras == {"a": at(2), "b": at(2), "c": at(2), "d": None}
    assert run_of(city.ledger, good.id).outcome == "superseded"
    assert run_of(city.ledger, aside.id) == stands


def test_accept_run_follows_what_stands_by_then(city: City):
    city.read(1, "a", "b", "c")
    aside = city.read(2)
    newer = city.read(3, "a", "b", "c", "d")
    assert newer.outcome == "accepted"
    assert city.accept(aside).follows == newer.id
    # None of them is missing since before it was listed last.
    assert city.cameras == dict.fromkeys("abcd", at(3))


def test_accept_run_brings_the_licence_and_the_areas_of_the_run(city: City, areas: Callable):
    city.read(1, "a", "b", "c", areas=areas("osm-8"))
    closed = SourceRow("city", "City", "CC-BY-NC-4.0")
    aside = city.read(2, "a", source=closed, areas=areas("osm-9"))
    city.accept(aside)
    assert sources(city.ledger) == [closed]
    assert [found.level for found in current_area_sets(city.ledger)] == ["osm-9"]


def test_accept_run_takes_back_a_rollback(city: City):
    first = city.read(1, "a")
    city.rollback(first)
    assert city.stands is None
    assert city.accept(first).outcome == "accepted"
    assert city.stands == first.id


def test_accept_run_refuses_what_stands_or_stood(city: City):
    first, second = city.read(1, "a"), city.read(2, "b")
    for run, words in ((second, "stands already"), (first, "until a newer one")):
        with pytest.raises(DecisionConflictError, match=words):
            city.accept(run)
    with pytest.raises(NotFoundError, match="no run"):
        accept_run(city.ledger, city.lake, "aaaaaaaaaaaaaaaa", now=NOW)


def test_rollback_run_lets_the_run_before_stand_again(city: City, areas: Callable):
    first = city.read(1, "a", areas=areas("osm-8"))
    second = city.read(2, "b", areas=areas("osm-9"))
    assert city.cameras == {"a": at(2), "b": None}
    stands = city.rollback(second, "The list was a test.")
    assert stands.id == first.id == city.stands
    assert city.cameras == {"a": None}
    taken_back = run_of(city.ledger, second.id)
    assert (taken_back.outcome, taken_back.reason) == ("rolled_back", "The list was a test.")
    assert [found.level for found in current_area_sets(city.ledger)] == ["osm-8"]
    with pytest.raises(DecisionConflictError, match="already"):
        city.rollback(second)
    with pytest.raises(NotFoundError, match="no run"):
        rollback_run(city.ledger, city.lake, "aaaaaaaaaaaaaaaa", reason="", now=NOW)


def test_rollback_run_brings_back_what_was_missing_then(city: City):
    city.read(1, "a", "b")
    second = city.read(2, "a")
    third = city.read(3, "b")
    assert city.cameras == {"a": at(3), "b": None}
    assert city.rollback(third).id == second.id
    assert city.cameras == {"a": None, "b": at(2)}


def test_rollback_run_leaves_a_source_without_a_run_when_there_is_none_before(city: City):
    only = city.read(1, "a")
    assert city.rollback(only) is None
    assert city.stands is None
    # The next one is a first one again: it may be as short as it likes.
    assert city.read(2).outcome == "accepted"


def test_rollback_run_skips_what_never_stood_or_was_taken_back(city: City):
    first = city.read(1, "a", "b")
    second = city.read(2, "a", "c")
    third = city.read(3, "a", "d")
    aside = city.read(4)
    assert aside.outcome == "quarantined"
    assert city.rollback(second).id == third.id
    assert city.rollback(third).id == first.id
    assert city.cameras == {"a": None, "b": None}
    assert city.rollback(aside).id == first.id
    assert run_of(city.ledger, aside.id).outcome == "rolled_back"


def test_rollback_run_finds_all_runs_again_when_one_has_stood_twice(city: City):
    zero = city.read(1, "z")
    first, second = city.read(2, "a"), city.read(3, "b")
    assert city.read(4, "a").reinstated
    assert city.rollback(first).id == second.id
    assert city.rollback(second).id == zero.id
    assert city.rollback(zero) is None


def test_rollback_run_forgets_cameras_that_only_this_run_had_named(city: City):
    city.read(1, "a")
    bogus = city.read(2, "a", "x")
    last = city.read(3, "a")
    assert city.cameras == {"a": None, "x": at(3)}
    assert city.rollback(bogus).id == last.id
    assert city.cameras == {"a": None}
    assert run_of(city.ledger, last.id).n_missing == 0


def test_rollback_run_goes_back_to_what_an_older_run_said_of_a_missing_camera(city: City):
    city.n_always = 60
    first = city.read(1, "a", "b")
    second = city.read(2, "a", "b", "c")
    city.read(3, "a")
    assert city.cameras == {"a": None, "b": at(3), "c": at(3)}
    stands = city.rollback(second)
    assert city.cameras == {"a": None, "b": at(3)}
    table = standing_of(city.lake, stands)
    said = dict(zip(table["native_id"].to_pylist(), table["run"].to_pylist(), strict=True))
    assert said["b"] == first.id


def test_rollback_run_says_of_nothing_that_it_is_missing_since_later(city: City):
    city.read(1, "a", "b")
    city.read(20, "a")
    third = city.read(21, "b")
    city.rollback(third, now=at(10))
    assert city.cameras == {"a": None, "b": at(10)}


def test_rollback_run_takes_one_batch_of_contributions_back(
    ledger: Ledger, lake: Path, rows: Callable
):
    batches = []
    for day in (9, 10):
        id_ = submit(ledger, rows((24.0, 60.0)), received_on=date(2026, 3, 1))
        decide(ledger, id_, decision="accepted", moderator="anna", reason="", now=at(day))
        batches.append(publish_batch(ledger, lake, due(ledger, now=NOW, delay_s=0)))
    assert rollback_run(ledger, lake, batches[0].id, reason="", now=NOW) is None
    assert [run.id for run in accepted_runs(ledger)] == [batches[1].id]
    assert due(ledger, now=NOW, delay_s=0) == []
    accept_run(ledger, lake, batches[0].id, now=NOW)
    assert len(accepted_runs(ledger)) == 2


def test_rollback_run_changes_nothing_when_the_lake_is_damaged(city: City):
    city.read(1, "a")
    second = city.read(2, "b")
    third = city.read(3, "c")
    with (city.lake / second.missing_file.path).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(RecordBrokenError, match="damaged or changed"):
        city.rollback(third)
    assert city.stands == third.id


def test_record_run_refuses_a_file_that_was_rolled_back_unless_told(city: City):
    first = city.read(1, "a")
    second = city.read(2, "b")
    city.rollback(second)
    with pytest.raises(SourceRefusedError, match="--again"):
        city.read(3, "b")
    assert city.stands == first.id
    taken = city.read(4, "b", again=True)
    assert (taken.id, taken.reinstated, taken.reason) == (second.id, True, "")
    assert city.cameras == {"a": at(4), "b": None}


DECIDE = """
from datetime import UTC, datetime
from sightlines.observations.ledger import open_ledger
from sightlines.observations.run_decisions import accept_run
run = accept_run(
    open_ledger(settings), settings.lake_folder, {run!r}, now=datetime(2026, 3, 28, tzinfo=UTC)
)
print(run.follows)
"""


@pytest.mark.slow
def test_accept_run_follows_one_another_when_two_processes_accept_at_once(
    city: City, start: Callable, finish: Callable
):
    good = city.read(1, "a", "b", "c")
    aside = [city.read(2), city.read(3, "d")]
    assert {run.outcome for run in aside} == {"quarantined"}
    followed = finish(*(start(DECIDE.format(run=run.id)) for run in aside))
    assert len(accepted_runs(city.ledger)) == 1
    first = aside[followed.index(good.id)]
    assert sorted(followed) == sorted([good.id, first.id])
