"""What people send: one camera from a form, or a file of them.

Strict: every fault is named at once, and nothing of a row with a fault is taken. A file is read by
its content, never by its name, and never by GDAL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightlines.attributes import BY_NAME
from sightlines.errors import Fault
from sightlines.sources.free_text import RAW_VALUE_LIMIT
from sightlines.sources.geojson import read_geojson_bytes
from sightlines.sources.position import position_of
from sightlines.sources.reading import WGS84, Reading, SourceRow, collect
from sightlines.sources.tables import read_csv_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = "form"
_MARKS = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


def read_form(fields: Mapping[str, str]) -> Reading:
    """Read one camera from the fields of a form.

    Parameters
    ----------
    fields
        Texts by attribute name, with `lon`, `lat` (WGS 84 degrees, decimal point or comma) and
        `observed_at` (a date, may be partial); unknown fields are ignored, empty ones missing.

    Returns
    -------
    Reading
        Format `form`, one row: an observation, or all its faults with row 0.
    """
    known = {
        name: text
        for name, text in fields.items()
        if (name in BY_NAME or name == "observed_at") and text.strip()
    }
    position, faults = position_of(0, fields.get("lon"), fields.get("lat"), decimal_comma=True)
    faults += tuple(
        Fault(0, name, "too_long", f"At most {RAW_VALUE_LIMIT} characters.")
        for name, text in known.items()
        if len(text) > RAW_VALUE_LIMIT
    )
    row = SourceRow(
        number=0,
        tags={name: text[:RAW_VALUE_LIMIT] for name, text in known.items()},
        lon=position[0] if position else None,
        lat=position[1] if position else None,
        faults=faults,
    )
    collected = collect([row], strict=True)
    return Reading(
        format=FORMAT,
        encoding=None,
        crs=WGS84,
        rows_read=collected.rows_read,
        observations=collected.table(),
        faults=tuple(dict.fromkeys(collected.faults)),
        notes=dict(sorted(collected.notes.items())),
    )


def read_file(content: bytes, *, row_limit: int | None) -> Reading:
    """Read a file of cameras that somebody sent.

    Parameters
    ----------
    content
        The whole file, GeoJSON or CSV.
    row_limit
        Most rows taken; None for no limit.

    Returns
    -------
    Reading
        Format `geojson` or `csv`.

    Raises
    ------
    SourceRefusedError
        If it is neither, or too long.
    """
    read = read_geojson_bytes if looks_like_json(content) else read_csv_bytes
    return read(content, row_limit=row_limit, strict=True)


def looks_like_json(content: bytes) -> bool:
    """Say whether the first sign that is no white space opens a JSON object or list."""
    return content[:200].lstrip(_MARKS)[:1] in (b"{", b"[")
