"""What a download says of one camera: the published properties, in the order of the schema.

Left out are the columns that only serve the camera's own page (`raw`, the observations and runs
behind it) and the position, which each format writes in its own way.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sightlines.schema import CAMERA

if TYPE_CHECKING:
    import pyarrow as pa

_WITHHELD = {"raw", "observations", "runs", "native_id", "geometry", "lon", "lat"}

PROPERTIES: tuple[str, ...] = tuple(name for name in CAMERA.names if name not in _WITHHELD)


def published(row: dict[str, Any]) -> dict[str, Any]:
    """Return the published properties of a camera.

    Parameters
    ----------
    row
        A row of `schema.CAMERA`.

    Returns
    -------
    dict
        `PROPERTIES` in their order; times as ISO 8601 in UTC, what is unknown as None.
    """
    return {name: _plain(row[name]) for name in PROPERTIES}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value


def row_dicts(table: pa.Table) -> list[dict[str, Any]]:
    """Return the rows of a table of cameras as dictionaries."""
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows
