"""What people send: one camera from a form, or a file of them.

Strict: every fault is named at once, and nothing of a row with a fault is taken. A file is read by
its content, never by its name, and always in a child (`child`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightlines.attributes import BY_NAME
from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.free_text import RAW_VALUE_LIMIT
from sightlines.sources.position import position_of
from sightlines.sources.reading import Reading, SourceRow, collect
from sightlines.sources.register import detect
from sightlines.sources.table_reading import ReadingOptions, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightlines.sources.content import Content

FORMAT = "form"


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
    return collected.as_reading(FORMAT)


def read_file(content: Content, *, encoding: str | None = None) -> Reading:
    """Read a file of cameras that somebody sent.

    Parameters
    ----------
    content
        The whole file; its limits hold.
    encoding
        Of a text file; None means: find out.

    Returns
    -------
    Reading
        Strict: a row without a position, or with a value that cannot be used, is a fault.

    Raises
    ------
    SourceRefusedError
        If it is of no supported format, OpenStreetMap's own, or too long.
    """
    options = ReadingOptions(encoding=encoding, is_strict=True)
    found, inside = detect(content, options)
    if found.parse is None:
        raise SourceRefusedError(
            "This is a copy of OpenStreetMap's own data, which comes to this map from there: send "
            "a list of the cameras that are not in it."
        )
    return read_table(inside, found.parse, options)
