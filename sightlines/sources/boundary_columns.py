"""Which column of a boundary file is the name, and which the code.

A code must be there for every feature and never twice; a name only be there. Row numbers that the
drawing program added (`OBJECTID`, `cartodb_id`) are not codes: they change with each edition.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sightlines.sources.free_text import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAME_WORDS = ("name", "nm", "nom", "nombre", "nome", "naam", "nimi", "namn", "navn", "title")
_CODE_WORDS = (
    "code", "cd", "gss", "geoid", "fips", "insee", "iso", "tunnus", "nuts", "ags", "cod", "codigo",
    "kode", "code2", "id",
)  # fmt: skip
_ROW_NUMBERS = frozenset(
    {"objectid", "cartodb_id", "fid", "ogc_fid", "gid", "esri_pk", "_id", "shape_id", "oid"}
)


def text_of(value: object) -> str:
    """Write a cell of a boundary file as text: whole numbers without a point, "" for nothing.

    Parameters
    ----------
    value
        Of any type that GDAL gives; not-a-number counts as nothing.
    """
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def find_name_column(columns: Mapping[str, Sequence[str]]) -> str | None:
    """Find the column of names.

    Parameters
    ----------
    columns
        Header -> its texts.

    Returns
    -------
    str or None
        The one called so with most different texts, first in the file; else the first with words,
        all different; None where there is none.
    """
    named = [column for column in columns if _rank(column, _NAME_WORDS) is not None]
    if named:
        return max(named, key=lambda column: len(set(columns[column])))
    return next((column for column in columns if _is_worded(columns[column])), None)


def find_code_column(columns: Mapping[str, Sequence[str]]) -> str | None:
    """Find the column of codes.

    Parameters
    ----------
    columns
        Header -> its texts.

    Returns
    -------
    str or None
        Called so and unique; where no such column is unique, None.
    """
    ranked = [
        (rank, place, column)
        for place, column in enumerate(columns)
        if column.casefold() not in _ROW_NUMBERS
        and (rank := _rank(column, _CODE_WORDS)) is not None
        and _is_unique(columns[column])
    ]
    return min(ranked)[2] if ranked else None


def _rank(column: str, words: Sequence[str]) -> int | None:
    """Return which of the words a header contains, as a word of its own or at its end."""
    plain = canonical(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column))
    parts = plain.split("_")
    for rank, word in enumerate(words):
        if word in parts or (len(word) > 2 and plain.endswith(word)) or plain == f"{word}s":
            return rank
    return None


def _is_unique(texts: Sequence[str]) -> bool:
    return all(texts) and len(set(texts)) == len(texts)


def _is_worded(texts: Sequence[str]) -> bool:
    return _is_unique(texts) and all(re.search(r"[^\W\d_]", text) for text in texts)
