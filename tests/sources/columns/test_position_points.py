"""Columns that may hold whole positions; `find_positions` is tested on whole tables."""

import pytest

from sightlines.sources.columns.column_numbers import SampledTexts
from sightlines.sources.columns.position_columns import Said
from sightlines.sources.columns.position_names import position_name
from sightlines.sources.columns.position_points import point_columns
from sightlines.sources.table import TableRow


def found_in(header, *cells):
    sample = [TableRow(number, [cell]) for number, cell in enumerate(cells, start=1)]
    name = position_name(header)
    names = {header: name} if name else {}
    return list(point_columns(SampledTexts((header,), sample), names, Said(None, None, None)))


def test_point_columns_counts_the_share_of_all_rows():
    (point,) = found_in("location", "(48.85, 2.35)", "", "Town Hall", "(48.86, 2.36)")
    assert point.share == 0.5
    assert (point.x.tolist(), point.y.tolist()) == ([2.35, 2.36], [48.85, 48.86])
    assert (point.columns.point, point.columns.point_order) == ("location", "lat_lon")


def test_point_columns_asks_more_of_a_column_whose_name_says_nothing():
    cells = ("POINT (2.35 48.85)", "POINT (2.36 48.86)", "Town Hall")
    assert found_in("thing", *cells) == []
    (point,) = found_in("thing", *cells[:2])
    assert point.notes == ("position:by_values",)


def test_point_columns_reads_the_system_that_cells_name():
    (point,) = found_in("geom", "SRID=2326;POINT(835000 817000)")
    assert (point.kind, point.hints) == ("metres", ("EPSG:2326",))


@pytest.mark.parametrize("cells", [("",), ("5 Main Street, 3",), ("(200.5, 200.5)",)])
def test_point_columns_leaves_out_what_holds_no_positions(cells):
    assert found_in("location", *cells) == []
