"""Which coordinate system a table's positions can be in, by where it puts them.

Terms
-----
fit
    A system fits positions if nearly all of them, taken to be in it, lie in the area it is made
    for, and in the declared area where there is one.
label
    As of `crs`.

References
----------
EPSG Geodetic Parameter Dataset, as pyproj brings it; its areas of use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from sightlines.errors import SourceRefusedError
from sightlines.geodesy import GEOD
from sightlines.sources.columns.crs import to_wgs84, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightlines.sources.columns.crs import Numbers

UNNAMED = (
    "The positions are in metres, not degrees, and nothing says in which coordinate system: "
    "name it, as in --crs EPSG:2326."
)
FITTING_SHARE = 0.9

_CANDIDATE_LIMIT = 200
_POINTS = 200
_AGREEMENT_M = 1.0
_SLACK_DEG = 0.5
_NAMED_CODES = 5


class FoundCrs(NamedTuple):
    """The system that positions are in.

    Parameters
    ----------
    crs
        A label.
    is_swapped
        Whether northings stand where eastings should.
    """

    crs: str
    is_swapped: bool = False


def share_that_fits(crs: str, x: Numbers, y: Numbers, extent: shapely.Geometry | None) -> float:
    """Measure how well a system fits positions.

    Parameters
    ----------
    crs
        A label.
    x, y
        As of `to_wgs84`, shape (n,).
    extent
        The declared area, WGS 84; None where none is declared.

    Returns
    -------
    float
        The share of positions in the system's area of use, half a degree around it included, and
        in the extent; 0 where there are none, or nothing leads from the system to WGS 84.
    """
    if not len(x):
        return 0.0
    try:
        lon, lat = to_wgs84(crs, x, y)
    except SourceRefusedError:
        return 0.0
    inside = np.isfinite(lon) & np.isfinite(lat)
    area = CRS.from_user_input(crs).area_of_use
    if area is not None:
        inside &= (lat >= area.south - _SLACK_DEG) & (lat <= area.north + _SLACK_DEG)
        if area.west <= area.east:
            inside &= (lon >= area.west - _SLACK_DEG) & (lon <= area.east + _SLACK_DEG)
    if extent is not None:
        inside &= within(extent, lon, lat)
    return float(inside.mean())


def best_fit(
    crs: Sequence[str], x: Numbers, y: Numbers, extent: shapely.Geometry | None
) -> FoundCrs | None:
    """Choose the system that fits positions.

    Parameters
    ----------
    crs
        Labels, the preferred first.
    x, y
        As of `share_that_fits`.
    extent
        The declared area, WGS 84; None where none is declared.

    Returns
    -------
    FoundCrs or None
        The first that fits, if all that fit put the positions within a metre of each other; only
        where none fits are northings tried as eastings. None where none fits.

    Raises
    ------
    SourceRefusedError
        If several fit that disagree; names up to five.
    """
    x, y = _thinned(x), _thinned(y)
    for is_swapped in (False, True):
        first, second = (y, x) if is_swapped else (x, y)
        fitting = [
            one for one in crs if share_that_fits(one, first, second, extent) >= FITTING_SHARE
        ]
        if not fitting:
            continue
        if not _agree(fitting, first, second):
            named = ", ".join(one[:40] for one in fitting[:_NAMED_CODES])
            raise SourceRefusedError(
                f"The positions are in metres, and several coordinate systems fit them ({named}): "
                f"name the right one, as in --crs {fitting[0][:40]}."
            )
        return FoundCrs(fitting[0], is_swapped)
    return None


def crs_of_extent(x: Numbers, y: Numbers, extent: shapely.Geometry) -> FoundCrs:
    """Find the projected system in which positions lie in the declared area.

    Parameters
    ----------
    x, y
        As of `best_fit`.
    extent
        WGS 84, not empty.

    Raises
    ------
    SourceRefusedError
        If none fits, if several do that disagree by more than a metre, or if the area is so large
        that it says nothing.
    """
    infos = query_crs_info(
        auth_name="EPSG",
        pj_types=PJType.PROJECTED_CRS,
        area_of_interest=AreaOfInterest(*shapely.bounds(extent).tolist()),
    )
    codes = sorted(int(found.code) for found in infos)
    if len(codes) > _CANDIDATE_LIMIT:
        raise SourceRefusedError(UNNAMED)
    shapely.prepare(extent)
    found = best_fit([f"EPSG:{code}" for code in codes], x, y, extent)
    if found is None:
        raise SourceRefusedError(UNNAMED)
    return found


def _agree(crs: Sequence[str], x: Numbers, y: Numbers) -> bool:
    places = [to_wgs84(one, x, y) for one in crs]
    known = np.logical_and.reduce([np.isfinite(lon) & np.isfinite(lat) for lon, lat in places])
    lon, lat = (part[known] for part in places[0])
    for other_lon, other_lat in places[1:]:
        apart_m = GEOD.inv(lon, lat, other_lon[known], other_lat[known])[2]
        if np.max(apart_m, initial=0.0) > _AGREEMENT_M:
            return False
    return True


def _thinned(numbers: Numbers) -> Numbers:
    """Return evenly spread ones where there are many."""
    return numbers[:: -(-len(numbers) // _POINTS)] if len(numbers) else numbers
