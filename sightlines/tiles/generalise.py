"""Choose and simplify what the base map shows at a range of zooms.

A *pixel* is 1/512 of a tile's side, measured along a parallel at the equator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# The zoom from which a class is drawn; "" stands for the other classes of its layer.
LOWEST_ZOOM: dict[str, dict[str, int]] = {
    "land": {"country": 0, "": 13},
    "water": {"sea": 7, "lake": 7, "river": 8, "": 11},
    "green": {"wood": 8, "": 10},
    "square": {"": 13},
    "building": {"": 13},
    "street": {
        "motorway": 5,
        "trunk": 6,
        "motorway_link": 8,
        "trunk_link": 8,
        "primary": 8,
        "primary_link": 10,
        "secondary": 10,
        "secondary_link": 11,
        "tertiary": 11,
        "rail": 11,
        "tertiary_link": 12,
        "unclassified": 12,
        "residential": 12,
        "living_street": 12,
        "road": 12,
        "pedestrian": 13,
        "": 14,
    },
    "place": {
        "country": 2,
        "city": 5,
        "town": 8,
        "village": 11,
        "suburb": 11,
        "borough": 11,
        "": 12,
    },
}
# Whatever has this class is the world, drawn up to `archive.WORLD_ZOOM`.
WORLD_CLASS = "country"
# From this zoom nothing is left out for its size, simplified or joined, and streets have names.
EXACT_ZOOM = 14
_TILE_PIXELS = 512
_SMALLEST_PIXELS = 1.5
_POLYGON = 2


def lowest_zooms(layers: Sequence[str], classes: Sequence[str]) -> NDArray[np.int64]:
    """Return the zoom from which each feature is drawn, by its layer and class."""
    zooms = [LOWEST_ZOOM[layer] for layer in layers]
    return np.array(
        [of_layer.get(name, of_layer[""]) for of_layer, name in zip(zooms, classes, strict=True)],
        np.int64,
    )


def generalise(features: pd.DataFrame, zoom: int) -> pd.DataFrame:
    """Leave out and simplify what could not be seen at a zoom.

    Parameters
    ----------
    features
        Columns `layer`, `class`, `name` and `geometry` (Shapely, WGS 84 degrees, valid).
    zoom
        The highest zoom that the result is drawn at.

    Returns
    -------
    DataFrame
        The same columns. Below `EXACT_ZOOM`: countries keep their common borders, polygons of less
        than 1.5 pixels across are gone, streets of a class are joined and have no names.
    """
    if zoom >= EXACT_ZOOM:
        return features
    pixel_deg = 360.0 / (_TILE_PIXELS << zoom)
    is_street, is_land = features["layer"] == "street", features["layer"] == "land"
    is_land &= features["class"] == WORLD_CLASS
    land = _large_parts(features[is_land], pixel_deg)
    others = _large_parts(features[~is_land & ~is_street], pixel_deg)
    streets = _joined_streets(features[is_street])
    parts = [
        land.assign(geometry=shapely.coverage_simplify(land["geometry"].to_numpy(), pixel_deg)),
        *(
            rest.assign(geometry=shapely.simplify(rest["geometry"].to_numpy(), pixel_deg / 2))
            for rest in (others, streets)
        ),
    ]
    whole = pd.concat(parts, ignore_index=True)
    return whole[~shapely.is_empty(whole["geometry"].to_numpy())]


def _large_parts(features: pd.DataFrame, pixel_deg: float) -> pd.DataFrame:
    """Make each part of a geometry a feature; polygons that would be specks are gone."""
    parts, owner = shapely.get_parts(features["geometry"].to_numpy(), return_index=True)
    west, south, east, north = shapely.bounds(parts).T
    across = np.maximum(east - west, north - south)
    keep = (shapely.get_dimensions(parts) < _POLYGON) | (across >= _SMALLEST_PIXELS * pixel_deg)
    large: pd.DataFrame = features.iloc[owner[keep]].assign(geometry=parts[keep])
    return large


def _joined_streets(streets: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for name, group in streets.groupby("class", sort=True):
        joined = shapely.line_merge(shapely.union_all(group["geometry"].to_numpy()))
        rows += [("street", name, None, part) for part in shapely.get_parts(joined)]
    return pd.DataFrame(rows, columns=["layer", "class", "name", "geometry"])
