"""Who is who, rule by rule; then what holds whatever a source does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlines.observations.subjects import natural_subjects
from sightlines.observations.succession import Moved, succeed
from sightlines.schema import OBSERVATION, STANDING, TIME

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
# At 60 degrees north; good to a tenth of a metre over some hundred metres.
NORTH_M = 1 / 111_412.0
EAST_M = 1 / 55_800.0


def at(east_m: float, north_m: float = 0.0) -> dict[str, float]:
    """Return a position so many metres from a corner in Helsinki."""
    return {"lon": 24.94 + east_m * EAST_M, "lat": 60.0 + north_m * NORTH_M}


def camera(id_: str | None, east_m: float, north_m: float = 0.0, **said: object):
    place = at(east_m, north_m)
    return {"native_id": id_, **place, "raw": f"{id_} {place} {said}", **said}


@pytest.fixture
def follow(observed: Callable, stood: Callable) -> Callable[..., list[object]]:
    """Return, for each row of a second run, the place of the same camera in the first, or None."""

    def make(earlier: list[dict], rows: list[dict]) -> list[object]:
        before = stood(observed(*earlier))
        found = succeed(before, observed(*rows, run="r2", when=NOW), read_at=NOW)
        names = before["subject"].to_pylist()
        subjects = found.subjects.to_pylist()
        assert len(set(subjects)) == len(subjects)
        gone = set(names) - set(subjects)
        assert set(found.missing["subject"].to_pylist()) == gone
        return [names.index(name) if name in names else None for name in subjects]

    return make


def test_succeed_gives_natural_names_when_nothing_stands(observed: Callable):
    rows = observed(camera("1", 0), camera(None, 10))
    for earlier in (None, STANDING.empty_table()):
        found = succeed(earlier, rows, read_at=NOW)
        assert found.subjects.to_pylist() == natural_subjects(rows).to_pylist()
        assert (found.missing.num_rows, found.n_stood, found.n_lost) == (0, 0, 0)


@pytest.mark.parametrize("moved_m", [0.0, 0.5, 20.0, 49.0])
def test_succeed_finds_the_same_id_nearby(follow: Callable, moved_m: float):
    earlier = [camera("1", 0, name="A"), camera("2", 500, name="B")]
    assert follow(earlier, [camera("2", 500 + moved_m, name="C"), camera("1", 0)]) == [1, 0]


def test_succeed_finds_the_same_row_without_an_id(follow: Callable):
    earlier = [camera(None, 0), camera(None, 5), camera(None, 5)]
    assert sorted(follow(earlier, earlier[::-1])) == [0, 1, 2]


def test_succeed_finds_as_many_of_identical_rows_as_there_are(follow: Callable):
    row = camera(None, 0)
    assert len(set(follow([row] * 3, [row] * 2))) == 2
    assert sorted(follow([row] * 2, [row] * 3), key=str) == [0, 1, None]


def test_succeed_finds_a_camera_in_its_place_when_what_is_said_changes(follow: Callable):
    earlier = [camera(None, 0, name="Old name"), camera(None, 200, name="Other")]
    assert follow(earlier, [camera(None, 0.6, name="New name"), earlier[1]]) == [0, 1]


def test_succeed_prefers_in_one_place_whoever_agrees_best(follow: Callable):
    earlier = [
        camera(None, 0, operator="City", camera_type="dome", status="active"),
        camera(None, 0, operator="City", camera_type="fixed", status="active"),
        camera(None, 0, operator="Police", camera_type="fixed", status="active"),
    ]
    rows = [
        camera(None, 0.3, operator="Police", camera_type="fixed", status="disused"),
        camera(None, 0.3, operator="City", camera_type="fixed", status="disused"),
        camera(None, 0.3, operator="City", camera_type="dome", status="disused"),
    ]
    assert follow(earlier, rows) == [2, 1, 0]


def test_succeed_finds_any_number_of_cameras_in_one_place_that_are_described_anew(
    follow: Callable,
):
    earlier = [camera(None, 0, name=f"Old {n}") for n in range(100)]
    rows = [camera(None, 0, name=f"New {n}") for n in range(100)]
    assert sorted(follow(earlier, rows)) == list(range(100))


def test_succeed_finds_what_has_moved_without_an_id_nearest_first(follow: Callable):
    earlier = [camera(None, 0, name="A"), camera(None, 40, name="A"), camera(None, 500, name="B")]
    rows = [camera(None, 45, name="A"), camera(None, 30, name="A"), camera(None, 561, name="B")]
    assert follow(earlier, rows) == [1, 0, None]


def test_succeed_keeps_cameras_in_their_places_when_all_ids_shift_by_one(follow: Callable):
    earlier = [camera(str(n), 100 * n, name=f"Street {n}") for n in range(20)]
    rows = [camera(str(n + 1), 100 * n, name=f"Street {n}") for n in range(20)]
    assert follow(earlier, rows) == list(range(20))


def test_succeed_keeps_cameras_in_their_places_when_ids_shift_in_a_dense_row(follow: Callable):
    # One was taken away, and all after it moved up: 10 m from each other.
    earlier = [camera(str(n), 10 * n, name=f"Pole {n}") for n in range(20)]
    rows = [camera(str(n if n < 5 else n - 1), 10 * n, name=f"Pole {n}") for n in range(20)]
    del rows[5]
    assert follow(earlier, rows) == [n for n in range(20) if n != 5]


def test_succeed_keeps_cameras_in_their_places_when_ids_shift_and_all_is_read_anew(
    follow: Callable,
):
    earlier = [camera(str(n), 10 * n, name=f"Pole {n}", status="active") for n in range(20)]
    rows = [camera(str(n + 1), 10 * n, name=f"Pole {n}", status="disused") for n in range(20)]
    assert follow(earlier, rows) == list(range(20))


def test_succeed_keeps_heads_on_their_poles_when_ids_shift(follow: Callable):
    # Four heads a pole, which say nothing of themselves; 20 m from pole to pole.
    earlier = [camera(str(n), 20 * (n // 4)) for n in range(40)]
    rows = [camera(str(n + 1), 20 * (n // 4)) for n in range(40)]
    assert [n // 4 for n in follow(earlier, rows)] == [n // 4 for n in range(40)]


def test_succeed_keeps_a_camera_in_its_place_when_others_get_its_id(follow: Callable):
    earlier = [camera("1", 0, name="A"), camera("2", 300, name="B")]
    assert follow(earlier, [camera("2", 0, name="A"), camera("1", 300, name="B")]) == [0, 1]


def test_succeed_trusts_ids_when_two_heads_of_one_pole_change(follow: Callable):
    earlier = [camera(str(n), 100 * n, status="active") for n in range(10)]
    pole = [camera("x", 0, 50, status="planned"), camera("y", 0, 50, status="active")]
    turned = [camera("x", 0, 50, status="active"), camera("y", 0, 50, status="disused")]
    others = [camera(str(n), 100 * n, status="disused") for n in range(10)]
    assert follow(earlier + pole, others + turned) == list(range(12))


SAID = {"name": "High Street", "operator": "City"}


@pytest.mark.parametrize(
    ("before", "after", "moved_m", "is_same"),
    [
        (SAID, SAID, 5_000, True),
        (
            {**SAID, "ref": "7", "description": "x"},
            {**SAID, "ref": "8", "description": "y"},
            80,
            True,
        ),
        (SAID, {**SAID, "name": "Mill Lane"}, 80, False),
        ({**SAID, "ref": "7"}, {"name": "Mill Lane", "operator": "City", "ref": "9"}, 80, False),
        ({}, {}, 900, True),
        ({}, {}, 1_100, False),
        (SAID, {}, 900, True),
        ({"operator": "City"}, {"operator": "City"}, 900, True),
        ({"operator": "City"}, {"operator": "City"}, 1_100, False),
        ({"operator": "City"}, {"operator": "Police"}, 80, False),
    ],
    ids=[
        "all agrees",
        "half agrees",
        "only what all say agrees",
        "a third agrees",
        "nothing known",
        "nothing known, too far",
        "nothing known of one",
        "nothing that tells",
        "nothing that tells, too far",
        "disagrees",
    ],
)
def test_succeed_decides_about_an_id_that_is_far_away_by_what_is_said(
    follow: Callable, before: dict, after: dict, moved_m: float, is_same: bool
):
    others = [camera(f"o{n}", 0, 200 * (n + 1), operator="City") for n in range(5)]
    rows = [*others, camera("7", moved_m, **after)]
    assert follow([*others, camera("7", 0, **before)], rows)[5] == (5 if is_same else None)


def test_succeed_names_a_reused_id_anew_and_the_same_way_again(observed: Callable, stood: Callable):
    before = stood(observed(camera("7", 0, name="High Street")))
    rows = observed(camera("7", 300, name="Mill Lane"), run="r2", when=NOW)
    found = succeed(before, rows, read_at=NOW)
    assert found.subjects != before["subject"]
    assert found.missing["subject"].to_pylist() == before["subject"].to_pylist()
    assert found.notes == {"native_id:reused": 1}
    assert found.subjects == succeed(before, rows, read_at=NOW).subjects
    # A run later both are known, whichever of the two is listed.
    later = pa.concat_tables([standing(rows, found.subjects), found.missing])
    again = succeed(later, observed(camera("7", 0, name="High Street"), run="r3"), read_at=NOW)
    assert again.subjects.to_pylist() == before["subject"].to_pylist()
    assert again.missing["subject"].to_pylist() == found.subjects.to_pylist()


def standing(rows: pa.Table, subjects: pa.Array) -> pa.Table:
    columns = [*rows.columns, subjects, pa.nulls(rows.num_rows, TIME)]
    return pa.Table.from_arrays(columns, schema=STANDING)


def test_succeed_keeps_rows_apart_that_share_a_native_id(follow: Callable):
    earlier = [camera("7", 0, name="A"), camera("7", 2_000, name="B"), camera("7", 4_000)]
    assert follow(earlier, earlier[::-1]) == [2, 1, 0]
    moved = [camera("7", 30, name="A"), camera("7", 2_030, name="B"), camera("7", 4_030)]
    assert follow(earlier, moved) == [0, 1, 2]


def test_succeed_finds_a_camera_whose_position_becomes_known(follow: Callable):
    nowhere = {"native_id": "7", "place": "Kluuvi", "raw": "x"}
    assert follow([nowhere], [camera("7", 0)]) == [0]
    assert follow([camera("7", 0)], [nowhere]) == [0]


def test_succeed_finds_rows_without_a_position_by_place_and_content(follow: Callable):
    first = {"place": "Kluuvi", "name": "A", "raw": "1"}
    other = {"place": "Kamppi", "name": "A", "raw": "2"}
    assert follow([first, other], [{**other, "raw": "3"}, {**first, "raw": "4"}]) == [1, 0]
    assert follow([first], [other]) == [None]


def test_succeed_crosses_the_antimeridian(follow: Callable):
    earlier = [{"lon": 179.9999, "lat": -17.0, "name": "A", "raw": "1"}]
    assert follow(earlier, [{"lon": -179.9999, "lat": -17.0, "name": "A", "raw": "2"}]) == [0]


def town(n: int, *, ids: bool) -> list[dict]:
    """Make a dense town: some ten metres from each to the next, several at many places."""
    chance = np.random.default_rng(5)
    poles = chance.uniform(0, 600, (n, 2)).round(2).tolist()
    types = chance.choice(["dome", "fixed"], n).tolist()
    return [
        camera(
            str(number) if ids else None,
            *poles[int(chance.integers(0, n))],
            camera_type=types[number],
        )
        for number in range(n)
    ]


def shifted(rows: list[dict], east_m: float, north_m: float) -> list[dict]:
    return [
        {
            **row,
            "lon": row["lon"] + east_m * EAST_M,
            "lat": row["lat"] + north_m * NORTH_M,
            "raw": row["raw"] + " shifted",
        }
        for row in rows
    ]


@pytest.mark.parametrize("ids", [True, False], ids=["with ids", "without ids"])
@pytest.mark.parametrize(("east_m", "north_m"), [(0.0, 50.0), (33.0, -27.0), (203.0, 0.0)])
def test_succeed_finds_a_dense_town_again_that_was_shifted_as_a_whole(
    observed: Callable, stood: Callable, ids: bool, east_m: float, north_m: float
):
    rows = town(600, ids=ids)
    before = stood(observed(*rows))
    after = observed(*shifted(rows, east_m, north_m), run="r2", when=NOW)
    found = succeed(before, after, read_at=NOW)
    # Heads of one pole that say the same are interchangeable.
    heads = [(row["lon"], row["lat"], row["camera_type"]) for row in rows]
    first, second = (
        sorted(zip(heads, names, strict=True))
        for names in (before["subject"].to_pylist(), found.subjects.to_pylist())
    )
    assert first == second
    assert found.moved.shift_m == pytest.approx(float(np.hypot(east_m, north_m)), abs=0.5)
    assert found.n_lost == 0


def test_succeed_reports_no_shift_when_single_cameras_move(observed: Callable, stood: Callable):
    rows = town(50, ids=True)
    before = stood(observed(*rows))
    after = observed(*shifted(rows[:20], 0, 30), *rows[20:], run="r2")
    found = succeed(before, after, read_at=NOW)
    assert found.moved.shift_m is None
    assert found.moved.n == 20
    assert found.moved.median_m == pytest.approx(30, abs=0.2)
    assert found.moved.most_m == pytest.approx(30, abs=0.2)
    assert found.notes == {"camera:moved": 20}


def test_succeed_reports_that_nothing_has_moved(observed: Callable, stood: Callable):
    rows = observed(*town(5, ids=True))
    assert succeed(stood(rows), rows, read_at=NOW).moved == Moved()


def since(found) -> datetime:
    (moment,) = found.missing["missing_since"].to_pylist()
    return moment


def test_succeed_says_since_when_a_camera_is_missing(observed: Callable, stood: Callable):
    rows = observed(camera("1", 0), camera("2", 500))
    found = succeed(stood(rows), rows.slice(0, 1), read_at=NOW)
    assert (since(found), found.n_stood, found.n_lost) == (NOW, 2, 1)
    assert found.missing.schema == STANDING
    assert found.missing["run"].to_pylist() == ["r"]


def test_succeed_keeps_since_when_a_camera_is_missing(observed: Callable, stood: Callable):
    rows = observed(camera("1", 0), camera("2", 500))
    day = timedelta(days=1)
    found = succeed(stood(rows, None, FIRST + day), rows.slice(0, 1), read_at=NOW)
    assert (since(found), found.n_stood, found.n_lost) == (FIRST + day, 1, 0)


@pytest.mark.parametrize(
    ("missing_since", "read_at", "expected"),
    [
        # Nothing is missing since a time that has not come.
        (datetime(2099, 1, 1, tzinfo=UTC), NOW, NOW),
        # Nothing was missing before it was listed last; a later run mends what a wrong clock wrote.
        (datetime(1970, 1, 2, tzinfo=UTC), NOW, FIRST),
        (None, datetime(1970, 1, 2, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC)),
    ],
    ids=["the clock was ahead", "the clock was behind", "the clock is behind"],
)
def test_succeed_survives_clocks_that_jump(
    observed: Callable,
    stood: Callable,
    missing_since: datetime | None,
    read_at: datetime,
    expected: datetime,
):
    rows = observed(camera("1", 0))
    found = succeed(stood(rows, missing_since), rows.slice(0, 0), read_at=read_at)
    assert since(found) == expected


def test_succeed_lets_a_camera_come_back(observed: Callable, stood: Callable):
    rows = observed(camera("1", 0), camera("2", 500))
    before = stood(rows, FIRST, None)
    found = succeed(before, rows, read_at=NOW)
    assert found.missing.num_rows == 0
    assert found.subjects.to_pylist() == before["subject"].to_pylist()
    assert found.notes == {"camera:back": 1}


def test_succeed_prefers_a_camera_that_is_listed_to_one_that_was_missing(
    observed: Callable, stood: Callable
):
    rows = observed(camera(None, 0), camera(None, 0))
    before = stood(rows, FIRST, None)
    found = succeed(before, rows.slice(0, 1), read_at=NOW)
    assert found.subjects.to_pylist() == before["subject"].to_pylist()[1:]
    assert found.n_lost == 0


ROW = st.builds(
    lambda id_, east, north, name, status: {
        "native_id": id_,
        **at(east, north),
        "name": name,
        "status": status,
        "raw": f"{id_} {east} {north} {name} {status}",
    },
    st.sampled_from([None, "1", "2", "3"]),
    st.sampled_from([0, 0.5, 20, 70, 2_000]),
    st.sampled_from([0, 30]),
    st.sampled_from([None, "A", "B"]),
    st.sampled_from(["active", "disused"]),
)


def table_of(rows: list[dict], run: str) -> pa.Table:
    always = {
        "run": run,
        "source": "s",
        "licence": "CC0-1.0",
        "retrieved_at": FIRST,
        "kind": "cctv",
        "private_home": False,
    }
    whole = [{**always, "id": f"{run}{n}", "ordinal": n, **row} for n, row in enumerate(rows)]
    return pa.Table.from_pylist(whole, schema=OBSERVATION)


@settings(max_examples=300)
@given(st.lists(ROW, max_size=10), st.lists(ROW, max_size=10), st.randoms())
@pytest.mark.slow
def test_succeed_loses_nobody_and_names_nobody_twice_in_any_order(earlier, rows, chance):
    def run(earlier, rows):
        first = table_of(earlier, "a")
        before = standing(first, natural_subjects(first))
        found = succeed(before, table_of(rows, "b"), read_at=NOW)
        subjects, missing = found.subjects.to_pylist(), found.missing["subject"].to_pylist()
        assert len({*subjects, *missing}) == len(subjects) + len(missing)
        assert set(before["subject"].to_pylist()) <= {*subjects, *missing}
        assert found.n_lost == len(missing)
        named = sorted(zip(map(str, rows), subjects, strict=True))
        return named, sorted(missing)

    once = run(earlier, rows)
    mixed_earlier, mixed_rows = list(earlier), list(rows)
    chance.shuffle(mixed_earlier)
    chance.shuffle(mixed_rows)
    assert run(mixed_earlier, mixed_rows) == once
