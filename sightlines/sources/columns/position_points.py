"""Columns that may hold whole positions, both numbers in one cell, and the order of the two.

Terms
-----
point
    One column that holds both numbers.
order
    Latitude or longitude first: said by cells, by a header or by a standard, told by the range of
    the numbers, else assumed and noted.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from sightlines.sources.columns.column_numbers import (
    CERTAIN_SHARE,
    READABLE_SHARE,
    is_in_the_world,
    is_only_one_way,
    judge,
)
from sightlines.sources.columns.crs_hints import crs_of_headers
from sightlines.sources.columns.position_columns import Candidate, PositionColumns
from sightlines.sources.coordinate_texts import says_nothing
from sightlines.sources.point_texts import read_point

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sightlines.sources.columns.column_numbers import SampledTexts
    from sightlines.sources.columns.crs import Numbers
    from sightlines.sources.columns.position_columns import Said
    from sightlines.sources.columns.position_names import PositionName
    from sightlines.sources.point_texts import Order, PointText

_FIRST_CELLS = 20


def point_columns(
    texts: SampledTexts, names: dict[str, PositionName], said: Said
) -> Iterator[Candidate]:
    """Yield the columns whose cells hold both numbers.

    Parameters
    ----------
    texts
        Of the sample.
    names
        What headers propose, by header.
    said
        What is known beside the table.
    """
    for header in texts.headers:
        name = names.get(header)
        if name is not None and name.role != "point":
            continue
        cells = texts.of(header)
        filled = [text for text in cells if not says_nothing(text)]
        tried = [read_point(text) for text in filled[:_FIRST_CELLS]]
        if not filled or sum(found is not None for found in tried) < READABLE_SHARE * len(tried):
            continue
        points = [found for text in filled if (found := read_point(text)) is not None]
        share = len(points) / len(filled)
        if share >= (CERTAIN_SHARE if name is None else READABLE_SHARE):
            found_point = _point(header, name, points, said, texts)
            if found_point.kind == "metres" or is_in_the_world(found_point.x, found_point.y):
                yield found_point._replace(share=len(points) / len(cells))


def _point(
    header: str,
    name: PositionName | None,
    points: list[PointText],
    said: Said,
    texts: SampledTexts,
) -> Candidate:
    orders = Counter(point.order for point in points)
    is_xy = sum(point.is_xy for point in points) >= READABLE_SHARE * len(points)
    order: Order | None = max(
        (one for one in orders if one is not None), key=lambda one: orders[one], default=None
    )
    is_said = is_xy or order is not None
    beside = header.rpartition(".")[0] + ".type"
    if order is None:
        is_geojson = header.endswith(".coordinates") and beside in texts.place
        order = "lon_lat" if is_xy or is_geojson else (name and name.order) or None
        is_said = order is not None
    x, y = _in_order(points, order or "lat_lon")
    judged = judge(x, y, said.extent)
    # A bare pair whose first number cannot be a latitude is no mistake.
    is_told_by_range = not is_said and (judged.is_swapped or is_only_one_way(x, y, said.extent))
    if judged.is_swapped:
        x, y = y, x
    final: Order = "lon_lat" if (order == "lon_lat") != judged.is_swapped else "lat_lon"
    is_shifted = name is not None and name.is_shifted
    srids = Counter(point.srid for point in points if point.srid)
    notes = (
        *(("position:columns_swapped",) if judged.is_swapped and is_said else ()),
        *(("position:order_assumed",) if not is_said and not is_told_by_range else ()),
        *(("position:shifted_datum",) if is_shifted else ()),
        *(("position:by_values",) if name is None else ()),
    )
    return Candidate(
        (
            3 * (judged.kind == "metres") + (1 if is_said or is_told_by_range else 2),
            int(is_shifted),
            int(name is None),
            0,
            texts.place[header],
        ),
        PositionColumns("point", point=header, point_order=final),
        judged.kind,
        x,
        y,
        1.0,
        crs_of_headers([f"EPSG {srid}" for srid, _ in srids.most_common(1)] or [header]),
        notes,
    )


def _in_order(points: Iterable[PointText], order: Order) -> tuple[Numbers, Numbers]:
    """Return longitudes and latitudes, where `order` holds for what does not say its own."""
    both = np.array(
        [
            (point.first, point.second)
            if (point.order or order) == "lon_lat"
            else (point.second, point.first)
            for point in points
        ]
    )
    return both[:, 0], both[:, 1]
