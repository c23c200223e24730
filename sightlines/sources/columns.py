"""Which column of a table means which attribute.

A header is compared with the names, keys and labels of the attribute table, in any case and with
any sign between its words; meaning is never guessed from the values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sightlines.attributes import ATTRIBUTES, OBSERVED_KEYS, Attribute
from sightlines.sources.free_text import TEXT_LIMIT, canonical, clean

if TYPE_CHECKING:
    from collections.abc import Sequence

LON_NAMES = ("longitude", "lon", "lng", "long", "x")
LAT_NAMES = ("latitude", "lat", "y")
ID_NAMES = ("native_id", "camera_id", "id", "osm_id", "ref")

# Keys that are no attributes but are understood: kind, status, number of cameras, lifecycle.
_OTHER_KEYS = (
    *OBSERVED_KEYS, "observed_at", "kind", "status", "camera_count", "camera:count", "man_made",
    "highway", "revolving", "building", "access", "private_home",
)  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """What the columns of one table are.

    Parameters
    ----------
    lon, lat, native_id
        Number of the column from 0; None where the table has none.
    keys
        Number of a column -> the key under which its texts go to the normaliser.
    mapping
        Header -> attribute, for the report.
    kept
        Numbers of the columns that stand in `raw`; None for all of them.
    left_out
        Headers of the columns of which nothing is read or kept, cleaned.
    """

    lon: int | None
    lat: int | None
    native_id: int | None
    keys: dict[int, str]
    mapping: dict[str, str]
    kept: frozenset[int] | None = None
    left_out: tuple[str, ...] = ()

    @property
    def names_kind(self) -> bool:
        """Return whether a column says what kind of device each row is."""
        return bool({"kind", "surveillance_type", "highway"} & set(self.mapping.values()))

    def of_contribution(
        self,
        headers: Sequence[str],
        *,
        has_positions: bool,
        attributes: Sequence[Attribute] = ATTRIBUTES,
    ) -> Columns:
        """Return the columns as they are read of what people send: what nobody asked for is left.

        Parameters
        ----------
        headers
            The same as of `find_columns`.
        has_positions
            Whether positions stand in the columns `lon` and `lat`, and not in a geometry.
        attributes
            The attribute table.

        Returns
        -------
        Columns
            Without a native id, which would say what the sender calls it. Kept are attributes, the
            day it was seen, and positions; kind, status and the like are read, not kept.
        """
        found = (self.lon, self.lat) if has_positions else ()
        places = {number for number in found if number is not None}
        asked_for = {attribute.name for attribute in attributes} | {"observed_at"}
        said = {number for number in self.keys if self.mapping[headers[number]] in asked_for}
        read = {headers[number] for number in {*self.keys, *places}}
        return replace(
            self,
            native_id=None,
            mapping={header: name for header, name in self.mapping.items() if header in read},
            kept=frozenset(said | places),
            left_out=tuple(clean(header)[:TEXT_LIMIT] for header in headers if header not in read),
        )


def find_columns(headers: Sequence[str], attributes: Sequence[Attribute] = ATTRIBUTES) -> Columns:
    """Find what the columns of a table mean.

    Parameters
    ----------
    headers
        As the table has them; where two mean one key, the first counts.
    attributes
        The attribute table.

    Returns
    -------
    Columns
        `lon` and `lat` are None where no header says so.
    """
    words = [canonical(header) for header in headers]
    lon, lat, native_id = (_first(words, names) for names in (LON_NAMES, LAT_NAMES, ID_NAMES))
    known = _known_words(attributes)
    keys: dict[int, str] = {}
    mapping: dict[str, str] = {}
    for number, word in enumerate(words):
        if number in (lon, lat) or word not in known or known[word][0] in keys.values():
            continue
        keys[number], mapping[headers[number]] = known[word]
    named = {"lon": lon, "lat": lat, "native_id": native_id}
    for name, column in named.items():
        if column is not None:
            mapping.setdefault(headers[column], name)
    return Columns(lon, lat, native_id, keys, mapping)


def _first(words: Sequence[str], names: Sequence[str]) -> int | None:
    return next((words.index(name) for name in names if name in words), None)


def _known_words(attributes: Sequence[Attribute]) -> dict[str, tuple[str, str]]:
    """Return canonical word -> (key for the normaliser, attribute)."""
    known: dict[str, tuple[str, str]] = {}
    for attribute in attributes:
        for key in attribute.keys:
            known.setdefault(canonical(key), (key, attribute.name))
        known.setdefault(attribute.name, (attribute.name, attribute.name))
    for key in _OTHER_KEYS:
        meaning = "observed_at" if key in OBSERVED_KEYS else canonical(key)
        known.setdefault(canonical(key), (key, meaning))
    for attribute in attributes:
        known.setdefault(canonical(attribute.label), (attribute.name, attribute.name))
    return known


def plain_id(text: str) -> str | None:
    """Return a native id as its source means it: `1001.0` is `1001`, an empty text none."""
    text = text.strip()
    whole, point, zeros = text.partition(".")
    if point and whole.lstrip("-").isdecimal() and not zeros.strip("0"):
        return whole
    return text[:200] or None
