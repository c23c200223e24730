"""Queries in Overpass's language."""

import pytest

from sightlines.sources.addresses import Address
from sightlines.sources.fetching.overpass_query import (
    WORLD,
    bounds_query,
    count_query,
    elements_query,
    quarters,
)

IN_BOX = Address("overpass", query=" node[a]({{bbox}});way[b]({{bbox}}) ", bbox=(24, 60, 25, 61))
IN_AREA = Address("overpass", query="nwr[a](area.place);", area="FR")
START = "[out:json][timeout:9][maxsize:536870912];"
PLACE = 'area["ISO3166-1"="FR"]["boundary"="administrative"]->.place;'
CORNERS = "(60.0000000,24.0000000,61.0000000,25.0000000)"


def test_elements_query_fills_in_the_ground():
    assert elements_query(IN_BOX, IN_BOX.bbox, 9) == (
        f"{START}(node[a]{CORNERS};way[b]{CORNERS};);out meta center;"
    )
    assert (
        elements_query(IN_AREA, None, 9) == f"{START}{PLACE}(nwr[a](area.place););out meta center;"
    )
    assert f"(area.place){CORNERS}" in elements_query(IN_AREA, (24, 60, 25, 61), 9)


def test_count_query_counts_the_area_too():
    assert count_query(IN_BOX, IN_BOX.bbox, 9).count("out count;") == 1
    assert count_query(IN_AREA, None, 9) == (
        f"{START}{PLACE}.place out count;(nwr[a](area.place););out count;"
    )


def test_bounds_query_asks_for_the_relation():
    assert bounds_query(IN_AREA, 9) == (
        f'{START}relation["ISO3166-1"="FR"]["boundary"="administrative"];out ids bb;'
    )


@pytest.mark.parametrize(
    ("box", "parts"),
    [
        ((0, 0, 8, 4), {(0, 0, 4, 2), (0, 2, 4, 4), (4, 0, 8, 2), (4, 2, 8, 4)}),
        (
            (170, 0, -160, 2),  # 30 degrees wide
            {(170, 0, -175, 1), (170, 1, -175, 2), (-175, 0, -160, 1), (-175, 1, -160, 2)},
        ),
        (
            (170, 0, -170, 2),  # cut just at the antimeridian
            {(170, 0, 180, 1), (170, 1, 180, 2), (-180, 0, -170, 1), (-180, 1, -170, 2)},
        ),
        (WORLD, {(-180, -90, 0, 0), (-180, 0, 0, 90), (0, -90, 180, 0), (0, 0, 180, 90)}),
    ],
)
def test_quarters_cut_a_box_into_four(box, parts):
    assert set(quarters(box)) == parts
