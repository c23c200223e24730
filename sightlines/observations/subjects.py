"""Subjects: the name that a camera of one source keeps through all runs of that source.

A *subject* is 80 bits of SHA-256, written as 16 characters of lower-case base32. A camera that is
seen for the first time gets its *natural name*: of the source and the source's own id of the row
(*native id*), or, without a native id, of the position, the content and the *ordinal* among
identical rows, so ten identical rows stay ten cameras. What is seen again keeps the name it has
(`succession`), whatever its natural name would be by then.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from sightlines.schema import short_digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

POSITION_DECIMALS = 7

# What a natural name is made of, less the ordinal: ("native", source, native id) or ("content",
# source, place, content).
_Key = tuple[str, ...]
_NATIVE = "native"
_COLUMNS = ["source", "native_id", "private_home", "lon", "lat", "raw"]


def natural_subjects(observations: pa.Table) -> pa.Array:
    """Name each row as if its source had never been read before.

    Parameters
    ----------
    observations
        Has the columns of `schema.OBSERVATION` that names are made of: `source`, `native_id`,
        `lon`, `lat`, `private_home`, `raw`.

    Returns
    -------
    pa.Array
        One subject a row, all different; the order of the rows does not matter. Of rows that share
        a native id one keeps the name that it would have alone.
    """
    return pa.array(fresh_subjects(observations, taken=()), pa.string())


def fresh_subjects(
    observations: pa.Table, *, taken: Collection[str], reused: Collection[str] = ()
) -> list[str]:
    """Name rows of cameras that nobody has seen before.

    Parameters
    ----------
    observations
        As for `natural_subjects`.
    taken
        Subjects that other cameras have.
    reused
        Native ids that used to be another camera's: a row with one of them does not get its
        natural name even if that is free.

    Returns
    -------
    list of str
        One subject a row, all different and none of them taken.
    """
    keys = list(_keys(observations))
    counts = Counter(keys)
    namer = _Namer(taken, reused)
    # Most rows are like no other, and nobody has their name: no need to put them in order.
    names = [namer.plain(key) if counts[key] == 1 else None for key in keys]
    waiting = [number for number, name in enumerate(names) if name is None]
    for number, place, content in _in_order(observations, keys, waiting):
        names[number] = namer.other(keys[number], place, content)
    return [name or "" for name in names]


class _Namer:
    """Give names that nobody has."""

    def __init__(self, taken: Collection[str], reused: Collection[str]) -> None:
        self._used, self._reused = set(taken), reused
        self._ordinals = Counter[_Key]()

    def plain(self, key: _Key) -> str | None:
        """Return the natural name, the first of its ordinals; None where it may not be given."""
        if key[0] == _NATIVE:
            return None if key[2] in self._reused else self._unused(*key)
        return self._unused(*key, "0")

    def other(self, key: _Key, place: str, content: str) -> str:
        """Return the natural name if it may be given, else one that no other row can have."""
        name = None
        if key[0] == _NATIVE:
            name = self.plain(key)
            key = ("reused", key[1], key[2], place, content)
        while name is None:
            name = self._unused(*key, str(self._ordinals[key]))
            self._ordinals[key] += 1
        return name

    def _unused(self, *parts: str) -> str | None:
        name = short_digest(*parts)
        if name in self._used:
            return None
        self._used.add(name)
        return name


def _keys(observations: pa.Table) -> Iterator[_Key]:
    for batch in observations.select(_COLUMNS).to_batches():
        columns = {name: batch.column(name) for name in _COLUMNS}
        sources, native_ids = columns["source"].to_pylist(), columns["native_id"].to_pylist()
        if not columns["native_id"].null_count:
            yield from ((_NATIVE, *pair) for pair in zip(sources, native_ids, strict=True))
            continue
        described = zip(
            sources, native_ids, _places(batch), columns["raw"].to_pylist(), strict=True
        )
        for source, native_id, place, content in described:
            if native_id is None:
                yield ("content", source, place, content.replace("\0", ""))
            else:
                yield (_NATIVE, source, native_id)


def _places(batch: pa.RecordBatch) -> Iterator[str]:
    lon, lat = (pc.round(batch.column(name), POSITION_DECIMALS) for name in ("lon", "lat"))
    for x, y in zip(lon.to_pylist(), lat.to_pylist(), strict=True):
        yield "nowhere" if x is None or y is None else f"{x:.7f} {y:.7f}"


def _in_order(
    observations: pa.Table, keys: list[_Key], waiting: list[int]
) -> list[tuple[int, str, str]]:
    """Return row, place and content of rows in an order that is not that of the table.

    Private homes come last: they are shown to nobody and must not change anybody's name.
    """
    if not waiting:
        return []
    (rest,) = observations.select(_COLUMNS).take(pa.array(waiting)).combine_chunks().to_batches()
    private, content = rest.column("private_home").to_pylist(), rest.column("raw").to_pylist()
    rows = zip(waiting, private, _places(rest), content, strict=True)
    ordered = sorted(rows, key=lambda row: (keys[row[0]], *row[1:]))
    return [(number, place, text) for number, _, place, text in ordered]
