"""JSON as the world writes it: parsed within bounds, its values written as texts.

Terms
-----
sequence
    JSON texts one behind another, each on a line of its own (JSON Lines) or behind a record
    separator (RFC 8142). One that is broken does not spoil the others.

Of keys that stand twice in an object the last wins. Numbers that JSON does not allow (NaN,
Infinity, 1e400) are read as such and left to whoever asks for a number.

References
----------
RFC 8259, The JavaScript Object Notation; RFC 8142, GeoJSON Text Sequences.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson

from sightlines.errors import SourceRefusedError
from sightlines.sources.encoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sightlines.sources.content import Content

Json = dict[str, object]

RECORD_SEPARATOR = "\x1e"
UNREADABLE: Final = object()
"""Stands in a sequence for a record that is no JSON."""

_SAMPLE = 20
_MOST_DIGITS = 300
_EXACT = 1e15
_DEEPEST = 32
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# Every escape is consumed, so that an escaped backslash never opens another one.
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)


@dataclass(frozen=True)
class JsonText:
    """A parsed file.

    Parameters
    ----------
    root
        What the file holds; of a sequence the list of its records, `UNREADABLE` among them.
    encoding
        Of the text, lower case.
    is_sequence
        Whether the file holds one JSON text after another.
    """

    root: object
    encoding: str
    is_sequence: bool = False


def read_json(content: Content, encoding: str | None = None) -> JsonText:
    """Parse a file: one JSON text, or a sequence of them.

    Parameters
    ----------
    content
        Taken whole.
    encoding
        As in `encoding.decode`.

    Returns
    -------
    JsonText
        Lone halves of surrogate pairs are replaced by U+FFFD. At least half of the first 20
        records of a sequence are objects or lists.

    Raises
    ------
    SourceRefusedError
        If it is no text, or no JSON.
    """
    text, name = decode(content.whole(), encoding)
    try:
        return JsonText(_parse(text), name)
    except (ValueError, RecursionError) as reason:
        records = _split(text)
        if not _is_sequence(records):
            raise SourceRefusedError(_sentence(reason)) from reason
    return JsonText([_parse_record(record) for record in records], name, is_sequence=True)


def _parse(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        if _SURROGATE.search(text):
            text = _ESCAPE.sub(_mend, text)
    # Slower, but takes NaN, numbers of any size and control signs inside texts.
    return json.loads(text, strict=False, parse_int=_whole_number)


def _mend(escape: re.Match[str]) -> str:
    return "\ufffd" if escape[1] else escape[0]


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _split(text: str) -> list[str]:
    parts = text.split(RECORD_SEPARATOR if RECORD_SEPARATOR in text else "\n")
    return [part for part in parts if part.strip()]


def _is_sequence(records: list[str]) -> bool:
    sample = [_parse_record(record) for record in records[:_SAMPLE]]
    good = sum(isinstance(record, dict | list) for record in sample)
    return 2 * good >= len(sample) > 0


def _parse_record(record: str) -> object:
    try:
        return _parse(record)
    except (ValueError, RecursionError):
        return UNREADABLE


def _sentence(reason: ValueError | RecursionError) -> str:
    if isinstance(reason, RecursionError):
        return "The file is not valid JSON: it is nested too deeply."
    if not isinstance(reason, json.JSONDecodeError):
        return "The file is not valid JSON."
    if reason.msg == "Extra data":
        return (
            "The file holds more behind its first JSON text: put each text on a line of its own, "
            "or all of them into one list."
        )
    return (
        f"The file is not valid JSON near line {reason.lineno}, column {reason.colno}: "
        "it is cut off or has a sign too many."
    )


def as_text(value: object) -> str:
    """Write a JSON value as the text that a cell would have.

    Parameters
    ----------
    value
        Anything that JSON holds; our own downloads' lists and sectors included.

    Returns
    -------
    str
        Lists joined by `;`, sectors as ranges, truth as `yes` or `no`, whole numbers without a
        point; "" for null and for what is no number.
    """
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | int | float):
        return _scalar_text(value)
    if isinstance(value, list) and not any(isinstance(part, list) for part in value):
        return ";".join(filter(None, map(as_text, value)))
    if is_sector(value):
        return _sector_text(value)
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return "[nested too deeply]"


def _scalar_text(value: bool | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)


def is_sector(value: object) -> bool:
    """Say whether a value is a sector as our own downloads write it."""
    return isinstance(value, dict) and isinstance(value.get("bearing_deg"), int | float)


def _sector_text(sector: object) -> str:
    if not isinstance(sector, dict):
        return ""
    bearing, width = sector["bearing_deg"], sector.get("width_deg")
    if not isinstance(width, int | float) or not math.isfinite(bearing + width):
        return as_text(bearing)
    if width >= 360:
        return "0-360"
    start, end = (bearing - width / 2) % 360, (bearing + width / 2) % 360
    return f"{start:.6g}-{end:.6g}"


def is_nested(record: Json) -> bool:
    """Say whether a parsed object holds another one."""
    return dict in map(type, record.values())


def names_in(record: Json) -> Iterable[str]:
    """Return the names of an object's cells, as `flattened` would give them."""
    return flattened(record) if is_nested(record) else record


def cells_of(record: Json, names: Sequence[str]) -> list[str]:
    """Write an object as a row.

    Parameters
    ----------
    record
        An object.
    names
        Of the cells, as `names_in` has them.

    Returns
    -------
    list of str
        As many texts as names; "" for what the record does not have.
    """
    if is_nested(record):
        cells = flattened(record)
        return [cells.get(name, "") for name in names]
    values = [record.get(name, "") for name in names]
    return [value if isinstance(value, str) else as_text(value) for value in values]


def flattened(record: Json) -> dict[str, str]:
    """Write an object as cells: what lies in inner objects stands under names joined by `.`.

    Parameters
    ----------
    record
        Nested to any depth; below 32 objects in each other a cell holds JSON.

    Returns
    -------
    dict of str
        Name -> text, in the order of the record.
    """
    cells: dict[str, str] = {}
    _flatten(record, "", cells, 0)
    return cells


def _flatten(record: Json, prefix: str, cells: dict[str, str], depth: int) -> None:
    for name, value in record.items():
        if isinstance(value, str):
            cells[prefix + name] = value
        elif isinstance(value, dict) and value and depth < _DEEPEST and not is_sector(value):
            _flatten(value, f"{prefix}{name}.", cells, depth + 1)
        else:
            cells[prefix + name] = "" if value == {} else as_text(value)
