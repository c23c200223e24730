"""Numbers of cameras that a table splits by what they are: `Cameras fixed`, `Cameras turning`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightlines.sources.columns.remark_rows import is_total
from sightlines.sources.columns.value_words import choice_of
from sightlines.sources.columns.vocabulary import header_meaning

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_COUNT = "camera_count"


def count_parts(columns: Mapping[str, str]) -> tuple[str, ...]:
    """Find the columns whose sum is the number of a row's cameras.

    Parameters
    ----------
    columns
        Header -> meaning.

    Returns
    -------
    tuple of str
        Headers below one common word that says `number of cameras`, as two lines of headers give
        them; only the total's, where there is one; empty where nothing is split. Years and what is
        not there yet or any more are no parts.
    """
    counts = [header for header, meaning in columns.items() if meaning == _COUNT]
    groups: dict[str, list[str]] = {}
    for header in counts:
        group, _, part = header.rpartition(" ")
        if group and header_meaning(group) == _COUNT and _is_part(part):
            groups.setdefault(group, []).append(header)
    parts = max(groups.values(), key=len, default=[])
    if len(parts) < 2 or any(header_meaning(one) == _COUNT and " " not in one for one in counts):
        return ()
    totals = [header for header in parts if is_total([header.rpartition(" ")[2]])]
    return tuple(totals[:1] or parts)


def sum_of(texts: Iterable[str]) -> str:
    """Add up numbers; "" where there is none, or one of the texts is none."""
    filled = [text.strip() for text in texts if text.strip()]
    if not filled or not all(text.isascii() and text.isdecimal() for text in filled):
        return ""
    return str(sum(map(int, filled)))


def _is_part(part: str) -> bool:
    is_there = choice_of("status", part) in (None, "active")
    return is_there and not any(map(str.isdigit, part))
