"""Labelled sets that are made from nothing: what real files hold too little of.

Each function returns the rows of two sources and the real camera of each row, for
`labelled.labelled`. Positions are laid out in metres around a place and put on the ellipsoid by
geodesics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from benchmarks.perturbation import moved
from sightlines import schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator

    Made = tuple[list[pa.Table], list[list[str | None]]]

POLES = 400
CORNERS = 300
BANK = 10
PLACES = 200


class _Source:
    """Rows of one source as they are laid down, with the real camera of each."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.cameras: list[str | None] = []

    def add(
        self, place: tuple[float, float], kind: str, camera: str | None, **attributes: object
    ) -> None:
        """Lay down one row; `place` is longitude and latitude."""
        bearing_deg = attributes.pop("bearing_deg", None)
        if bearing_deg is not None:
            attributes["camera_direction"] = [
                {"bearing_deg": bearing_deg, "width_deg": None, "width_source": None}
            ]
        fixed = {"status": "active", "private_home": False, "raw": "{}"}
        self.rows.append({"kind": kind, "lon": place[0], "lat": place[1], **fixed, **attributes})
        self.cameras.append(camera)


def _made(rng: Generator, *sources: _Source) -> Made:
    """Shuffle each source, so that no order tells anything."""
    tables, cameras = [], []
    for source in sources:
        order = rng.permutation(len(source.rows)).tolist()
        rows = [source.rows[number] for number in order]
        tables.append(pa.Table.from_pylist(rows, schema=schema.READ))
        cameras.append([source.cameras[number] for number in order])
    return tables, cameras


def _at(place: tuple[float, float], east_m: float, north_m: float) -> tuple[float, float]:
    """Step from a place; near a pole the step follows the bearing there."""
    bearing_deg = np.degrees(np.arctan2([east_m], [north_m]))
    lon, lat = moved(
        np.array(place[:1]), np.array(place[1:]), bearing_deg, np.hypot([east_m], [north_m])
    )
    return float(lon[0]), float(lat[0])


def _near(rng: Generator, place: tuple[float, float], sigma_m: float) -> tuple[float, float]:
    east_m, north_m = rng.normal(0.0, sigma_m, 2).tolist()
    return _at(place, east_m, north_m)


def heads_on_poles(rng: Generator) -> Made:
    """Make poles 70 m apart with two to four heads; the second source lists some of the heads.

    It places the pole once, 2 m off along each axis, and reads directions 8 degrees off.
    """
    first, second = _Source(), _Source()
    for pole in range(POLES):
        place = _at((2.35, 48.85), pole % 20 * 70.0, pole // 20 * 70.0)
        elsewhere = _near(rng, place, 2.0)
        n_heads = int(rng.integers(2, 5))
        start = int(rng.integers(0, 360))
        for head in range(n_heads):
            bearing_deg = float((start + head * 360 // n_heads) % 360)
            camera = f"{pole} {head}"
            first.add(place, "cctv", camera, bearing_deg=bearing_deg, camera_type="fixed")
            if rng.random() < 0.6:
                seen = float(round(bearing_deg + rng.normal(0.0, 8.0)) % 360)
                second.add(elsewhere, "cctv", camera, bearing_deg=seen)
    return _made(rng, first, second)


def corners(rng: Generator) -> Made:
    """Make corners with five devices: each source lists other ones, and both list the camera."""
    first, second = _Source(), _Source()
    for corner in range(CORNERS):
        place = _at((-87.7, 41.9), corner % 20 * 120.0, corner // 20 * 120.0)
        camera = _near(rng, place, 4.0)
        first.add(camera, "cctv", str(corner))
        second.add(_near(rng, camera, 2.0), "cctv", str(corner))
        first.add(_near(rng, place, 4.0), "enforcement", None, enforcement="traffic_signals")
        second.add(_near(rng, place, 4.0), "enforcement", None, enforcement="maxspeed")
        second.add(_near(rng, place, 4.0), "alpr", None)
    return _made(rng, first, second)


def banks(rng: Generator) -> Made:
    """Make two rows of like cameras that face each other across 12 m, 4 m apart in each row."""
    first, second = _Source(), _Source()
    for street in range(30):
        start = _at((8.54, 47.37), 0.0, street * 150.0)
        for number in range(2 * BANK):
            is_south = number >= BANK
            place = _at(start, number % BANK * 4.0, -12.0 if is_south else 0.0)
            says = {
                "bearing_deg": 0.0 if is_south else 180.0,
                "camera_type": "fixed",
                "camera_mount": "wall",
                "operator": "Market Hall",
            }
            camera = f"{street} {number}"
            first.add(place, "cctv", camera, **says)
            second.add(_near(rng, place, 0.5), "cctv", camera, **says)
    return _made(rng, first, second)


def antimeridian(rng: Generator) -> Made:
    """Make cameras within 3 m of 180 degrees, so that sources often disagree about the side."""
    first, second = _Source(), _Source()
    for number in range(PLACES):
        place = _near(rng, (180.0, -16.8 - number * 0.001), 3.0)
        first.add(place, "cctv", str(number))
        second.add(_near(rng, place, 2.0), "cctv", str(number))
    return _made(rng, first, second)


def far_north(rng: Generator) -> Made:
    """Make cameras from 78 degrees north to 5 km from the pole, far from each other."""
    first, second = _Source(), _Source()
    for number in range(PLACES):
        place = (15.6 + number * 0.5, 78.2 + number % 20 * 0.001)
        if number % 2:
            place = (number * 3.6 - 180.0, 85.06 + number * 0.0246)
        first.add(place, "cctv", str(number))
        second.add(_near(rng, place, 2.0), "cctv", str(number))
    return _made(rng, first, second)


MADE: dict[str, Callable[[Generator], Made]] = {
    "heads on poles": heads_on_poles,
    "corners": corners,
    "banks": banks,
    "antimeridian": antimeridian,
    "far north": far_north,
}
