"""Standing observations written by hand."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from sightlines.geodesy import GEOD
from sightlines.schema import STANDING

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULTS = {
    "run": "run",
    "source": "list",
    "licence": "ODbL-1.0",
    "retrieved_at": datetime(2026, 1, 2, tzinfo=UTC),
    "kind": "cctv",
    "status": "active",
    "lon": 24.94,
    "lat": 60.17,
    "private_home": False,
    "raw": "{}",
}


@pytest.fixture(scope="session")
def observed() -> Callable[..., pa.Table]:
    """Return a function that makes `schema.STANDING` of dictionaries, in their order.

    `at` places a row so many metres east and north of a corner in Helsinki, or of `around`;
    `facing` gives its bearings.
    """

    def whole(n, row):
        full = {
            **DEFAULTS,
            "id": f"o{n}",
            "ordinal": n,
            "native_id": f"n{n}",
            "subject": f"s{n:03}",
        }
        full |= row
        if "at" in row:
            east, north = row["at"]
            azimuth, distance_m = math.degrees(math.atan2(east, north)), math.hypot(east, north)
            corner = row.get("around", (DEFAULTS["lon"], DEFAULTS["lat"]))
            full["lon"], full["lat"], _ = GEOD.fwd(*corner, azimuth, distance_m)
        if "facing" in row:
            full["camera_direction"] = [
                {"bearing_deg": bearing, "width_deg": None, "width_source": None}
                for bearing in row["facing"]
            ]
        return full

    def make(*rows):
        full = [whole(n, row) for n, row in enumerate(rows)]
        columns = [pa.array([row.get(f.name) for row in full], f.type) for f in STANDING]
        return pa.Table.from_arrays(columns, schema=STANDING)

    return make
