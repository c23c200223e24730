"""Which column of a table means which attribute.

A header is compared with the names, keys and labels of the attribute table, in any case and with
any sign between its words; meaning is never guessed from the values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightlines.attributes import ATTRIBUTES, OBSERVED_KEYS, Attribute
from sightlines.sources.free_text import canonical

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
    """

    lon: int | None
    lat: int | None
    native_id: int | None
    keys: dict[int, str]
    mapping: dict[str, str]

    @property
    def names_kind(self) -> bool:
        """Return whether a column says what kind of device each row is."""
        return bool({"kind", "surveillance_type", "highway"} & set(self.mapping.values()))


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
