"""Cameras written by hand, one of them hostile."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from sightlines.downloads.release import Release
from sightlines.schema import CAMERA

HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def cameras():
    """Return three cameras: an ordinary one, a hostile one, one without a position."""
    shared = {
        "kind": "cctv",
        "counted": True,
        "counted_reason": "counted",
        "status": "active",
        "verification": "single_source",
        "camera_count": 1,
        "n_observations": 1,
        "sources": ["list"],
        "licence": "ODbL-1.0",
        "observations": ["secret-observation"],
        "runs": ["secret-run"],
        "retrieved_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "raw": '{"secret": "raw"}',
    }
    sector = {"bearing_deg": 0.0, "width_deg": None, "width_source": None}
    rows = [
        {"id": "a" * 16, "lon": -70.5, "lat": -33.87, "camera_direction": [sector]},
        {"id": "b" * 16, "lon": 1.0, "lat": 2.0, "operator": HOSTILE, "description": "=1+1"},
        {"id": "c" * 16, "lon": None, "lat": None, "place": "Kluuvi", "camera_count": 3},
    ]
    return pa.Table.from_pylist([{**shared, **row} for row in rows], schema=CAMERA)


@pytest.fixture
def release():
    return Release(
        "snap", "2026-01-02T03:04:05Z", ["© OpenStreetMap contributors"], ["ODbL-1.0", "CC0-1.0"], 3
    )
