"""What is read of observations, as it is written: cheap to take from a million of them.

To normalise texts and to mix fingerprints costs several times as much as to read; where little has
changed, it is done for the few records that matter.

Terms
-----
wording
    64 bits over all that is read of a record, as it is written. Rows of equal wording have equal
    features; rows that mean the same may still be worded differently.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.cameras.subjects import ascending, in_one, names_of, texts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_BEARINGS = 4
CODED = ("kind", "enforcement", "camera_type", "camera_mount", "operator", "manufacturer", "ref")
_ODD = 0x9E3779B97F4A7C15


@dataclass(frozen=True, eq=False)
class Texts:
    """A column of texts, each different text once.

    Parameters
    ----------
    place
        Position of each row's text, shape (n,).
    different
        The texts; "" where there is none.
    """

    place: NDArray[np.int32]
    different: pa.StringArray


@dataclass(frozen=True, eq=False)
class Directions:
    """A column of lists of bearings: where each row's begin among all, and how many it has.

    Parameters
    ----------
    begin, count
        Shape (n,).
    bearing_deg
        Those of all rows, one after the other; NaN where a sector has none.
    """

    begin: NDArray[np.int64]
    count: NDArray[np.int64]
    bearing_deg: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Written:
    """Located observations as they are written, by subject.

    Parameters
    ----------
    subjects
        Of all observations, those without a position too, ascending.
    subject
        Of those with one, S16, ascending, shape (n,).
    lon, lat
        WGS 84 degrees.
    camera_count
        -1 where it is not said.
    texts
        "source" and each of `CODED`.
    directions
        Where they look.
    """

    subjects: pa.Array
    subject: NDArray[np.bytes_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    camera_count: NDArray[np.int64]
    texts: dict[str, Texts]
    directions: Directions

    def __len__(self) -> int:
        return len(self.subject)

    @cached_property
    def wording(self) -> NDArray[np.uint64]:
        """Return the wording of each record."""
        # -0 becomes plain 0.
        wording = _chained([self.lon + 0.0, self.lat + 0.0, self.camera_count])
        for place, column in enumerate(self.texts.values(), start=1):
            of_text = scrambled(_text_bits(column.different), place)
            # Most columns say nothing at all.
            wording += of_text if len(of_text) == 1 else of_text[column.place]
        wording += _bearing_bits(self.directions)
        return wording


def written_of(observations: pa.Table) -> Written:
    """Read the columns that are compared.

    Parameters
    ----------
    observations
        `schema.STANDING` in any order; those without a position are left out.

    Returns
    -------
    Written
        By subject.
    """
    names = names_of(observations["subject"])
    order = ascending(names)
    rows = _located(observations, order)
    lists = in_one(observations["camera_direction"])
    offsets = lists.offsets.to_numpy().astype(np.int64)
    count = np.where(pc.is_valid(lists).to_numpy(zero_copy_only=False), np.diff(offsets), 0)
    bearing = pc.fill_null(pc.struct_field(lists.values, "bearing_deg"), np.nan).to_numpy()
    counted = pc.fill_null(in_one(observations["camera_count"]), -1).to_numpy()
    lon, lat = (in_one(observations[n]).to_numpy(zero_copy_only=False) for n in ("lon", "lat"))
    return Written(
        subjects=in_one(observations["subject"]) if order is None else texts_of(names[order]),
        subject=names[rows],
        lon=lon[rows],
        lat=lat[rows],
        camera_count=counted[rows],
        texts=_texts_of(observations, rows),
        directions=Directions(offsets[:-1][rows], count[rows], bearing),
    )


def mixed(parts: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """Mix columns to one hash a row; a column without any value costs nothing."""
    whole = np.zeros(len(parts[0]), np.uint64)
    for place, part in enumerate(parts, start=1):
        if part.any():
            whole += np.where(part == 0, np.uint64(0), scrambled(part, place))
    return whole


def scrambled(values: NDArray[np.uint64], place: int | NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hash numbers, differently for each place that they may stand at.

    References
    ----------
    Steele, Lea, Flood (2014): Fast splittable pseudorandom number generators. OOPSLA.
    """
    step = np.uint64(place * _ODD % 2**64) if isinstance(place, int) else place * np.uint64(_ODD)
    hashed = values + step
    hashed ^= hashed >> np.uint64(30)
    hashed *= np.uint64(0xBF58476D1CE4E5B9)
    hashed ^= hashed >> np.uint64(27)
    hashed *= np.uint64(0x94D049BB133111EB)
    hashed ^= hashed >> np.uint64(31)
    return hashed


def _located(observations: pa.Table, order: NDArray[np.int64] | None) -> NDArray[np.int64] | slice:
    """Return the rows that have a position in an order; None is that in which they stand."""
    columns = observations["lon"], observations["lat"]
    if not any(column.null_count for column in columns):
        return slice(None) if order is None else order
    lon, lat = (pc.is_valid(column).to_numpy() for column in columns)
    rows = np.arange(len(lon)) if order is None else order
    return np.asarray(rows[(lon & lat)[rows]])


def _texts_of(observations: pa.Table, rows: NDArray[np.int64] | slice) -> dict[str, Texts]:
    names = ("source", *CODED)
    # Arrow encodes a column on one thread, and on several threads several columns.
    with ThreadPoolExecutor() as threads:
        found = threads.map(lambda name: _texts(observations[name], rows), names)
        return dict(zip(names, found, strict=True))


def _texts(column: pa.ChunkedArray, rows: NDArray[np.int64] | slice) -> Texts:
    if column.null_count == len(column):
        return Texts(np.zeros(len(column), np.int32)[rows], pa.array([""]))
    encoded = in_one(column).dictionary_encode(null_encoding="encode")
    return Texts(encoded.indices.to_numpy()[rows], pc.fill_null(encoded.dictionary, ""))


def _chained(columns: list[NDArray[np.float64] | NDArray[np.int64]]) -> NDArray[np.uint64]:
    """Hash rows of numbers by their bits; whoever changes one of them changes the hash."""
    whole = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        whole += column.view(np.uint64)
        whole *= np.uint64(_ODD)
        whole ^= whole >> np.uint64(32)
    return whole


def _text_bits(texts: pa.StringArray) -> NDArray[np.uint64]:
    """Hash texts, none of which is null, by their bytes and where these stand."""
    size = pc.binary_length(texts).to_numpy().astype(np.int64)
    start = np.cumsum(size) - size
    _, offsets, letters = texts.buffers()
    first = np.frombuffer(offsets, np.int32)[texts.offset]
    bytes_ = np.frombuffer(letters or b"", np.uint8, int(size.sum()), first)
    at = np.arange(len(bytes_)) - np.repeat(start, size)
    of_byte = scrambled(bytes_.astype(np.uint64), at.astype(np.uint64))
    before = np.concatenate([np.zeros(1, np.uint64), np.cumsum(of_byte)])
    # Sums of 64 bits that have gone over their limit still have the right differences.
    return np.asarray(before[start + size] - before[start] + size.astype(np.uint64))


def _bearing_bits(directions: Directions) -> NDArray[np.uint64]:
    """Hash the first bearings of each row, and where they stand in its list."""
    begin, count = directions.begin, directions.count
    total = np.zeros(len(begin), np.uint64)
    for at in range(min(int(count.max(initial=0)), MOST_BEARINGS)):
        rows = np.flatnonzero(count > at)
        bits = (directions.bearing_deg[begin[rows] + at] + 0.0).view(np.uint64)
        total[rows] += scrambled(bits, -1 - at)
    return total
