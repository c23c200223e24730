"""What the base map shows of the world beyond every extract: countries and their names."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from sightlines.schema import BASE_MAP_FEATURE
from sightlines.tiles.archive import WORLD_ZOOM
from sightlines.tiles.generalise import WORLD_CLASS

# A pixel and a half of the deepest zoom at which the world is drawn: finer detail costs time only.
FINEST_DEG = 1.5 * 360 / (512 * 2**WORLD_ZOOM)


def world_features(countries: pa.Table) -> pa.Table:
    """Make base-map features of countries.

    Parameters
    ----------
    countries
        `schema.AREA`.

    Returns
    -------
    pa.Table
        `schema.BASE_MAP_FEATURE`: `land`, simplified so that neighbours keep their common border,
        and `place`, a point in the largest part, for each country.
    """
    names = countries["name"].to_pylist()
    exact = shapely.from_wkb(countries["geometry"].to_numpy(zero_copy_only=False))
    shapes = np.asarray(shapely.coverage_simplify(exact, FINEST_DEG))
    largest = [max(shapely.get_parts(shape), key=shapely.area) for shape in shapes]
    labels = [shapely.point_on_surface(part) for part in largest]
    return pa.table(
        {
            "layer": ["land"] * len(names) + ["place"] * len(names),
            "class": [WORLD_CLASS] * (2 * len(names)),
            "name": [*names, *names],
            "geometry": [shapely.to_wkb(geometry) for geometry in (*shapes, *labels)],
        },
        schema=BASE_MAP_FEATURE,
    )
