"""Pairs of columns that may hold positions; `find_positions` is tested on whole tables."""

from collections import Counter

import pytest

from sightlines.sources.columns.column_numbers import SampledTexts
from sightlines.sources.columns.position_columns import Said
from sightlines.sources.columns.position_names import position_name
from sightlines.sources.columns.position_pairs import pairs_by_names, pairs_by_values
from sightlines.sources.table import TableRow

NOTHING_SAID = Said(None, None, None)
EAST, NORTH = ("127.0012", "127.0123"), ("37.5012", "37.5123")


def sampled(columns):
    cells = zip(*columns.values(), strict=True)
    sample = [TableRow(number, list(row)) for number, row in enumerate(cells, start=1)]
    return SampledTexts(tuple(columns), sample)


def by_names(columns, said=NOTHING_SAID):
    names = {header: name for header in columns if (name := position_name(header))}
    return list(pairs_by_names(sampled(columns), names, said))


def by_values(columns):
    notes = Counter()
    return list(pairs_by_values(sampled(columns), {}, NOTHING_SAID, notes)), notes


def test_pairs_by_names_joins_columns_whose_names_have_the_same_rest():
    columns = {"startLat": NORTH, "endLat": NORTH, "endLon": EAST, "startLon": EAST}
    found = {(pair.columns.x, pair.columns.y) for pair in by_names(columns)}
    assert found == {("startLon", "startLat"), ("endLon", "endLat")}


def test_pairs_by_names_ranks_degrees_before_metres():
    columns = {"X": ("835000.1", "836500.2"), "Y": ("817000.4", "820000.5")}
    metres, degrees = sorted(
        by_names({**columns, "lon": EAST, "lat": NORTH}), key=lambda pair: pair.kind != "metres"
    )
    assert (metres.columns.x, degrees.columns.x) == ("X", "lon")
    assert degrees.rank < metres.rank


def test_pairs_by_names_keeps_an_empty_pair_as_the_last_resort():
    (pair,) = by_names({"lon": ("", "-"), "lat": ("", "n/a")})
    assert (pair.columns.x, pair.columns.y, pair.share, len(pair.x)) == ("lon", "lat", 0.0, 0)


@pytest.mark.parametrize(
    "columns",
    [
        {"x": ("12", "640"), "y": ("40", "480")},
        {"lon": ("Main Street", "Town Hall"), "lat": ("Bank", "School")},
        {"lon": EAST, "height": NORTH},
    ],
)
def test_pairs_by_names_leaves_out_what_holds_no_positions(columns):
    assert by_names(columns) == []


def test_pairs_by_values_finds_neighbours_that_can_be_read_in_one_way_only():
    (pair,), notes = by_values({"b": NORTH, "c": EAST})
    assert (pair.columns.x, pair.columns.y, pair.notes) == ("c", "b", ("position:by_values",))
    assert not notes


def test_pairs_by_values_says_when_numbers_can_be_read_in_two_ways():
    found, notes = by_values({"b": ("2.3501", "2.3612"), "c": NORTH})
    assert (found, notes) == ([], {"position:ambiguous": 1})
