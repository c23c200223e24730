"""Observations written by hand."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from sightlines.schema import OBSERVATION

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


@pytest.fixture
def observed():
    """Return a function that makes a table of observations of dictionaries."""

    def make(*rows):
        whole = [
            {**DEFAULTS, "id": f"o{n}", "ordinal": n, "native_id": f"n{n}", **row}
            for n, row in enumerate(rows)
        ]
        return pa.Table.from_pylist(whole, schema=OBSERVATION)

    return make
