"""What stands in a JSON value as a list of records, in the shapes that portals give lists.

Terms
-----
members
    The records of one value: of a list of objects; of an object of objects keyed by id; of a
    table (a list of lists, its header in the first of them or in a list beside it); of an object
    of columns.

References
----------
Socrata, `rows.json`: `meta.view.columns` beside `data`. CKAN Action API, `datastore_search`:
`fields` beside `records`. pandas, `DataFrame.to_json`: the orients.
"""

from __future__ import annotations

from typing import NamedTuple

from sightlines.sources.formats.json_text import Json, as_text
from sightlines.sources.table import distinct

SAMPLE = 200
_KEYED_SAMPLE = 50
_COLUMN_LISTS = ("columns", "fields", "headers", "header", "cols")
_COLUMN_NAMES = ("name", "fieldName", "id", "label", "title", "field")
_COLUMN_TYPES = frozenset({"type", "dataTypeName", "datatype", "data_type"})
_SOCRATA_ID = ":id"


class Members(NamedTuple):
    """The records of a value.

    Parameters
    ----------
    records
        Objects, and what else stands among them.
    ids
        As many, where the shape gives each record an id.
    """

    records: list[object]
    ids: list[str] | None = None


def members(value: object, parent: object = None) -> Members | None:
    """Return the records that a value holds.

    Parameters
    ----------
    value
        Anything parsed.
    parent
        The object in which it stands, for the names of columns.

    Returns
    -------
    Members or None
        None where the value is no list of records in any of the shapes.
    """
    if isinstance(value, list):
        sample = value[:SAMPLE]
        if 2 * sum(isinstance(part, dict) for part in sample) >= len(sample) > 0:
            return Members(value)
        if 2 * sum(isinstance(part, list) for part in sample) >= len(sample) > 0:
            return _table(value, parent)
        return None
    if not isinstance(value, dict):
        return None
    return _columns(value) or _keyed(value)


def _is_scalar(value: object) -> bool:
    return not isinstance(value, dict | list)


def _keyed(value: Json) -> Members | None:
    records = {key: part for key, part in value.items() if isinstance(part, dict) and part}
    if len(records) < 2 or len(value) >= 2 * len(records):
        return None
    if any(isinstance(part, list) for part in value.values()):
        return None
    sample = list(records.values())[:_KEYED_SAMPLE]
    usual = {name for name, part in sample[0].items() if not isinstance(part, list)}
    shared = [len(usual & record.keys()) for record in sample]
    is_alike = all(
        both > 1 and 2 * both >= min(len(usual), len(record))
        for both, record in zip(shared, sample, strict=True)
    )
    return Members(list(records.values()), list(records)) if is_alike else None


def _columns(value: Json) -> Members | None:
    """Turn columns into records: lists of one length, or objects with the same numbers as keys."""
    columns = list(value.values())
    if len(columns) < 2:
        return None
    first = columns[0]
    if isinstance(first, list) and first:
        return _listed_columns(value, len(first))
    if isinstance(first, dict) and first and all(map(str.isdecimal, first)):
        return _numbered_columns(value, first)
    return None


def _listed_columns(value: Json, length: int) -> Members | None:
    columns = [column for column in value.values() if isinstance(column, list)]
    if len(columns) < len(value) or any(
        len(column) != length or not all(map(_is_scalar, column[:SAMPLE])) for column in columns
    ):
        return None
    rows = zip(*columns, strict=True)
    return Members([dict(zip(value, row, strict=True)) for row in rows])


def _numbered_columns(value: Json, first: Json) -> Members | None:
    columns = {name: column for name, column in value.items() if isinstance(column, dict)}
    if any(map(str.isdecimal, value)) or len(columns) < len(value):
        return None
    if any(column.keys() != first.keys() for column in columns.values()):
        return None
    return Members([{name: column[key] for name, column in columns.items()} for key in first])


def _table(rows: list[object], parent: object) -> Members | None:
    """Turn lists into records, their names from a list beside them or from the first of them."""
    width = max((len(row) for row in rows if isinstance(row, list)), default=0)
    described = _descriptions(parent, width)
    if described:
        names = distinct([_column_name(column) for column in described])
        records = [_record(names, row, described) for row in rows]
        return Members(records, _socrata_ids(described, rows))
    first = rows[0]
    if not isinstance(first, list) or width < 2:
        return None
    if first and all(isinstance(cell, str) and cell.strip() for cell in first):
        names = distinct([*map(as_text, first), *[""] * (width - len(first))])
        return Members([_record(names, row) for row in rows[1:]]) if len(rows) > 1 else None
    if any(not _is_scalar(cell) for cell in first):
        return None
    names = distinct([""] * width)
    return Members([_record(names, row) for row in rows])


def _descriptions(parent: object, width: int) -> list[object]:
    """Return the names or descriptions of as many columns, found beside a table."""
    if not isinstance(parent, dict):
        return []
    meta = parent.get("meta")
    view = meta.get("view") if isinstance(meta, dict) else None
    for holder in (parent, meta, view):
        for name in _COLUMN_LISTS:
            columns = holder.get(name) if isinstance(holder, dict) else None
            if not isinstance(columns, list) or len(columns) != width:
                continue
            if all(map(_column_name, columns)):
                return columns
    return []


def _column_name(column: object) -> str:
    if isinstance(column, dict):
        names = (column.get(name) for name in _COLUMN_NAMES)
        return next((name for name in names if isinstance(name, str) and name), "")
    return column if isinstance(column, str) else ""


def _record(names: tuple[str, ...], row: object, described: list[object] | None = None) -> object:
    if not isinstance(row, list):
        return row
    record: Json = dict(zip(names, row, strict=False))
    for name, column in zip(names, described or (), strict=False):
        parts = column.get("subColumnTypes") if isinstance(column, dict) else None
        cells = record.get(name)
        if isinstance(parts, list) and isinstance(cells, list):
            record[name] = {as_text(part): cell for part, cell in zip(parts, cells, strict=False)}
    return record


def _socrata_ids(described: list[object], rows: list[object]) -> list[str] | None:
    for number, column in enumerate(described):
        if isinstance(column, dict) and column.get("fieldName") == _SOCRATA_ID:
            return [
                as_text(row[number]) if isinstance(row, list) and number < len(row) else ""
                for row in rows
            ]
    return None


def describes_columns(name: str, value: object) -> bool:
    """Say whether a list only describes the columns of another one.

    Parameters
    ----------
    name
        Under which it stands.
    value
        Anything parsed.
    """
    return (
        name in _COLUMN_LISTS
        and isinstance(value, list)
        and all(
            isinstance(column, dict) and _column_name(column) and column.keys() & _COLUMN_TYPES
            for column in value
        )
    )
