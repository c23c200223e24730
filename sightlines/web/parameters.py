"""Read query parameters: what is not understood is refused with a sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sightlines.errors import RequestInvalidError

if TYPE_CHECKING:
    from sightlines.geodesy import Bbox

DECIMALS = 7
_BBOX_HELP = "bbox takes four numbers in degrees: west,south,east,north."


def read_bbox(text: str | None) -> Bbox | None:
    """Read a bounding box.

    Parameters
    ----------
    text
        `west,south,east,north` in WGS 84 degrees; east below west crosses the antimeridian.
        None or "" for no box.

    Returns
    -------
    tuple or None
        Longitudes within [-180, 180], 7 decimals, as positions have; a box wider than the world is
        the whole width.

    Raises
    ------
    RequestInvalidError
        If it is not four finite numbers with latitudes in order and within 90 degrees.
    """
    if not text:
        return None
    try:
        west, south, east, north = (round(float(part), DECIMALS) for part in text.split(","))
    except (ValueError, OverflowError):
        raise RequestInvalidError(_BBOX_HELP) from None
    if not all(map(math.isfinite, (west, south, east, north))):
        raise RequestInvalidError(_BBOX_HELP)
    if not -90 <= south <= north <= 90 or not -540 <= west <= 540 or not -540 <= east <= 540:
        raise RequestInvalidError(
            "bbox must lie on the globe: south below north, latitudes within 90 degrees."
        )
    if east - west >= 360:
        return (-180.0, south, 180.0, north)
    return (_wrapped(west), south, _wrapped(east, upper=True), north)


def _wrapped(lon: float, *, upper: bool = False) -> float:
    """Bring a longitude into [-180, 180); an eastern edge may be 180 itself."""
    if -180.0 <= lon <= 180.0 and (upper or lon < 180.0):
        return lon
    return (lon + 180.0) % 360.0 - 180.0
