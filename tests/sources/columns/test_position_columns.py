"""What is sought, and what is known beforehand."""

import pytest

from sightlines.sources.columns.position_columns import PositionColumns, Said


def test_position_columns_are_plain_wgs84_degrees_when_nothing_else_is_said():
    columns = PositionColumns("pair", "lon", "lat")
    assert (columns.crs, columns.decimal_comma, columns.degrees_per_unit) == (
        "EPSG:4326",
        False,
        1.0,
    )


@pytest.mark.parametrize(
    ("told", "is_so"), [(None, False), ("EPSG:4258", False), ("EPSG:2326", True)]
)
def test_told_metres_asks_the_user_and_not_the_file(told, is_so):
    assert Said(told, "EPSG:3857", None).told_metres == is_so
