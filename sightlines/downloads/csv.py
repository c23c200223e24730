"""Write cameras as CSV that is safe to open in a spreadsheet.

A cell of text that a spreadsheet would read as a formula gets an apostrophe in front; numbers stay
numbers, so -33.87 is a latitude and not a formula. Lists are written as JSON.

References
----------
RFC 4180. OWASP, CSV Injection.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import orjson

from sightlines.downloads.rows import PROPERTIES, published, row_dicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from sightlines.downloads.release import Release

_OF_THE_FILE = ("snapshot", "attribution")
COLUMNS = (
    "id",
    "longitude",
    "latitude",
    *(name for name in PROPERTIES if name != "id"),
    *_OF_THE_FILE,
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> object:
    """Return a value as a cell holds it.

    Parameters
    ----------
    value
        A property of a camera.

    Returns
    -------
    object
        Numbers as they are, null as "", truth as `true` or `false`, lists as JSON, texts with an
        apostrophe in front where a spreadsheet would calculate.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return "'" + text if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def write_csv(batches: Iterable[pa.Table], release: Release) -> Iterator[bytes]:
    """Write a table with a header row.

    Parameters
    ----------
    batches
        Tables of `schema.CAMERA`.
    release
        What the file says of itself; snapshot and attribution stand in the last columns.

    Yields
    ------
    bytes
        UTF-8, lines ended by CR LF.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for batch in batches:
        for row in row_dicts(batch):
            properties = published(row)
            cells = [row["lon"], row["lat"], *(properties[n] for n in PROPERTIES if n != "id")]
            of_the_file = (release.snapshot, safe_cell(release.attribution))
            writer.writerow([row["id"], *map(safe_cell, cells), *of_the_file])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode()
