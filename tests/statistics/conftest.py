"""Tables of cameras and areas from the few columns that a test is about."""

import datetime

import pyarrow as pa
import pytest
import shapely

from sightlines.schema import AREA, CAMERA

CAMERA_DEFAULTS = {
    "kind": "cctv",
    "counted": True,
    "counted_reason": "",
    "status": "active",
    "verification": "single_source",
    "camera_count": 1,
    "n_observations": 1,
    "observations": [],
    "sources": ["list"],
    "licence": "ODbL-1.0",
    "retrieved_at": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    "raw": "{}",
}
AREA_DEFAULTS = {"level": "ward", "source": "council", "licence": "OGL-UK-3.0"}


@pytest.fixture(scope="session")
def make_cameras():
    def make(rows):
        filled = [{"id": f"c{number}", **CAMERA_DEFAULTS, **row} for number, row in enumerate(rows)]
        return pa.Table.from_pylist(filled, schema=CAMERA)

    return make


@pytest.fixture(scope="session")
def make_areas():
    def make(rows):
        filled = [
            {
                "name": row["code"],
                **AREA_DEFAULTS,
                **row,
                "geometry": shapely.to_wkb(row["geometry"]),
            }
            for row in rows
        ]
        return pa.Table.from_pylist(filled, schema=AREA)

    return make
