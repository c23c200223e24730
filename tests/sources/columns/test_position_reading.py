"""The numbers of each row's position; what becomes of them is tested with `Placer.place`."""

import numpy as np
import pytest

from sightlines.errors import Fault
from sightlines.sources.columns.position_columns import PositionColumns
from sightlines.sources.columns.position_reading import NoPosition, PositionReader
from sightlines.sources.table import TableRow

HEADERS = ("lon", "lat")


def read(cells, columns):
    rows = [TableRow(number, list(pair)) for number, pair in enumerate(cells, start=1)]
    return PositionReader(HEADERS, columns).read(rows)


def test_read_gives_numbers_or_the_reason_why_there_are_none():
    cells = [("24.9384", "60.1699"), ("", ""), ("24.9", "-"), ("60.1 N", "24.9 E"), ("x", "60.1")]
    found = read(cells, PositionColumns("pair", "lon", "lat"))
    nan = np.nan
    assert found.x.tolist() == pytest.approx([24.9384, nan, nan, 24.9, nan], nan_ok=True)
    assert found.y.tolist() == pytest.approx([60.1699, nan, nan, 60.1, nan], nan_ok=True)
    sentence = "Longitude is not a number such as 24.9384."
    assert found.without == {
        1: NoPosition((), ("position:missing",)),
        2: NoPosition((), ("position:half",)),
        4: NoPosition((Fault(5, "lon", "unreadable_position", sentence),)),
    }
    assert found.notes == {3: ("position:swapped",)}


def test_read_leaves_grids_in_their_unit_and_names_them_so():
    columns = PositionColumns("pair", "lon", "lat", crs="EPSG:3035")
    found = read([("3 962 799", "2999718.5"), ("x", "2999718.5")], columns)
    assert (found.x[0], found.y[0]) == (3962799.0, 2999718.5)
    assert found.without[1].faults[0].message == "Easting is not a number such as 385500.0."


def test_read_says_which_rows_are_in_degrees_beside_a_geometry():
    columns = PositionColumns("geometry", "lon", "lat", crs="EPSG:3035")
    rows = [TableRow(1, ["", ""], (3962799.45, 2999718.85)), TableRow(2, ["5.0", "50.0"])]
    found = PositionReader(HEADERS, columns).read(rows)
    assert (found.x.tolist(), found.y.tolist()) == ([3962799.45, 5.0], [2999718.85, 50.0])
    assert (found.without, found.in_degrees) == ({}, (1,))
