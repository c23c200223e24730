"""What every reader returns: a `Reading`, and the rows from which one is made.

Terms
-----
row
    One record of a source: a node, a line of a table, a feature, a filled-in form.
fault
    What makes a row useless: it is rejected, with its number, attribute, code and a sentence.
note
    What was changed, left out or guessed in a row that was taken, counted by reason.

Reading a file is the readers' business, giving an attribute its value that of `normalise`.
"""

from __future__ import annotations

import gc
from array import array
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, TypedDict, Unpack

import numpy as np
import pyarrow as pa

from sightlines import schema
from sightlines.errors import Fault
from sightlines.sources.free_text import TEXT_LIMIT, clean
from sightlines.sources.normalise import normalise
from sightlines.sources.redaction import redact
from sightlines.sources.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    import shapely

WGS84 = "EPSG:4326"

# Faults that are kept to be shown; all are counted.
FAULTS_KEPT = 100_000
_ROWS_PER_BATCH = 1_000
_FIELDS = tuple(schema.READ)
_VALUES = itemgetter(*schema.READ.names)


@dataclass(frozen=True)
class Reading:
    """All that one file or form says.

    Parameters
    ----------
    format
        An id of `register.FORMATS`, or `form`.
    encoding
        Of text, in lower case; None for a binary file.
    crs
        Of the positions as the source gives them, for example `EPSG:4326`.
    rows_read
        Rows found: those taken and those rejected.
    rows
        Those taken, of `schema.READ`, in the order of the source.
    rejected
        Number of rejected rows by reason: the code of a row's first fault.
    faults
        Faults of rejected rows, the first `FAULTS_KEPT`; a row's first decides its reason.
    notes
        Number of rows by reason; of columns, for `column:left_out`.
    mapping
        Column of the source -> attribute; empty where the source has no columns.
    mapping_file
        The mapping as a file that can be edited and given back; "" where there is none.
    extent
        WGS 84 polygon that the source says it covers; None where it says nothing.
    base_map
        Rows of `schema.BASE_MAP_FEATURE`; None where the format carries none.
    areas
        Rows of `schema.AREA`; None where the format carries none.
    left_out
        Names of the columns of a contribution that nobody asked for, in their order: nothing of
        them was kept. Empty for imports, which keep every column in `raw`.
    """

    format: str
    encoding: str | None
    crs: str | None
    rows_read: int
    rows: Spool
    rejected: dict[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    notes: dict[str, int] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    mapping_file: str = ""
    extent: shapely.Geometry | None = None
    base_map: pa.Table | None = None
    areas: pa.Table | None = None
    left_out: tuple[str, ...] = ()

    @property
    def observations(self) -> pa.Table:
        """Return the rows taken, all at once."""
        return self.rows.table()


@dataclass(slots=True)
class SourceRow:
    """One row before its values are read.

    Parameters
    ----------
    number
        Counted from 1; 0 for a form.
    tags
        Key -> text, keys as in OpenStreetMap or as in the attribute table.
    lon, lat
        WGS 84 degrees; both None for a row without a position, or where `faults` says why.
    native_id
        The source's own id; None where it has none.
    native_version
        The source's own number of the row's edition, from 1: that of an OpenStreetMap element;
        None where it has none.
    last_edited_at
        The source's own edit time, UTC; None where it does not tell.
    faults
        Of the position, or of the row as a whole.
    raw
        What is kept of the row in the source's own words, as `free_text.publishable_tags` gives
        it; None means: made of the tags.
    place
        The area that the row names; None where it names none.
    notes
        Reasons of notes on how it was read.
    """

    number: int
    tags: dict[str, str]
    lon: float | None
    lat: float | None
    native_id: str | None = None
    native_version: int | None = None
    last_edited_at: datetime | None = None
    faults: tuple[Fault, ...] = ()
    raw: dict[str, str] | None = None
    place: str | None = None
    notes: tuple[str, ...] = ()


class Further(TypedDict, total=False):
    """What a reading may hold beside its rows, as in `Reading`."""

    mapping: dict[str, str]
    mapping_file: str
    extent: shapely.Geometry | None
    base_map: pa.Table | None
    areas: pa.Table | None
    left_out: tuple[str, ...]


@dataclass
class Collected:
    """What came of the rows of one source."""

    rows_read: int = 0
    rows: Spool = field(default_factory=lambda: Spool(schema.READ))
    rejected: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def as_reading(
        self,
        format_id: str,
        *,
        encoding: str | None = None,
        crs: str = WGS84,
        **further: Unpack[Further],
    ) -> Reading:
        """Return these rows as a reading.

        Parameters
        ----------
        format_id, encoding, crs
            As in `Reading`.
        **further
            What else `Reading` holds, by name.
        """
        return Reading(
            format=format_id,
            encoding=encoding,
            crs=crs,
            rows_read=self.rows_read,
            rows=self.rows,
            rejected=dict(sorted(self.rejected.items())),
            faults=tuple(dict.fromkeys(self.faults)),
            notes=dict(sorted(self.notes.items())),
            **further,
        )

    def note_left_out(self, columns: tuple[str, ...]) -> None:
        """Note how many columns nothing was kept of, if any."""
        if columns:
            self.notes["column:left_out"] = len(columns)


def collect(rows: Iterable[SourceRow], *, strict: bool, kind: str | None = None) -> Collected:
    """Normalise rows, keep the good ones and every fault of the others.

    Parameters
    ----------
    rows
        In the order of the source.
    strict
        True for contributions: a value that cannot be used is a fault and rejects its row. False
        for imports: it is null, noted, and still stands in `raw`.
    kind
        One of `attributes.KINDS`, for every row that names none itself; None for no such ruling.

    Returns
    -------
    Collected
        `rows_read` is the number taken plus the number of rows with a fault.
    """
    with _collector_at_rest():
        return _collect(rows, strict=strict, kind=kind)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep Python from looking for cycles among rows, which have none: a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _collect(rows: Iterable[SourceRow], *, strict: bool, kind: str | None) -> Collected:
    collected = Collected()
    ids = _Ids()
    taken: list[dict[str, object]] = []
    for row in rows:
        collected.rows_read += 1
        found = _take(row, collected, strict=strict, kind=kind)
        if found is None:
            continue
        ids.add(row.native_id)
        taken.append(found)
        if len(taken) == _ROWS_PER_BATCH:
            collected.rows.extend([_batch(taken)])
            taken.clear()
    if taken:
        collected.rows.extend([_batch(taken)])
    repeated = ids.repeated()
    if repeated.size:
        collected.notes["native_id:not_unique"] += ids.count(repeated)
        collected.rows.change(lambda batch: _without_ids(batch, repeated))
    return collected


def _batch(taken: Sequence[dict[str, object]]) -> pa.RecordBatch:
    """Put rows into columns; most columns of most sources are empty."""
    arrays = []
    for field_, values in zip(_FIELDS, zip(*map(_VALUES, taken), strict=True), strict=True):
        is_empty = values.count(None) == len(values)
        arrays.append(
            pa.nulls(len(values), field_.type) if is_empty else pa.array(values, field_.type)
        )
    return pa.RecordBatch.from_arrays(arrays, schema=schema.READ)


def _take(
    row: SourceRow, collected: Collected, *, strict: bool, kind: str | None
) -> dict[str, object] | None:
    """Return a row's columns; None, once its faults are counted, if it has any."""
    if row.faults and not strict:
        _reject(collected, row.faults)
        return None
    normalised = normalise(row.tags, raw=row.raw, kind=kind)
    faults: tuple[Fault, ...] = row.faults
    if strict:
        faults += tuple(
            Fault(row.number, remark.attribute, remark.code, remark.message)
            for remark in normalised.remarks
            if remark.lost
        )
    if faults:
        _reject(collected, faults)
        return None
    if normalised.remarks or row.notes:
        reasons = {remark.reason for remark in normalised.remarks}
        collected.notes.update(reasons.union(row.notes))
    columns = normalised.columns
    columns["native_id"] = row.native_id
    columns["native_version"] = row.native_version
    columns["lon"] = row.lon
    columns["lat"] = row.lat
    columns["last_edited_at"] = row.last_edited_at
    if row.place is not None:
        columns["place"] = redact(clean(row.place[:TEXT_LIMIT]), "place") or None
    return columns


def _reject(collected: Collected, faults: Sequence[Fault]) -> None:
    collected.rejected[faults[0].code] += 1
    if len(collected.faults) < FAULTS_KEPT:
        collected.faults += faults


class _Ids:
    """The native ids of all rows taken, as numbers, to find those that name several."""

    def __init__(self) -> None:
        self._numbers = array("q")

    def add(self, native_id: str | None) -> None:
        """Note one row's id."""
        if native_id is not None:
            self._numbers.append(hash(native_id))

    def repeated(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return the numbers that stand more than once, sorted."""
        numbers = np.sort(np.frombuffer(self._numbers, np.int64))
        return np.unique(numbers[1:][numbers[1:] == numbers[:-1]])

    def count(self, repeated: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
        """Return how many rows have one of these."""
        return int(np.isin(np.frombuffer(self._numbers, np.int64), repeated).sum())


def _without_ids(
    batch: pa.RecordBatch, repeated: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> pa.RecordBatch:
    """Take a native id away from all rows that have it, where it does not name a single one."""
    gone = set(repeated.tolist())
    position = batch.schema.get_field_index("native_id")
    kept = [
        None if native_id is not None and hash(native_id) in gone else native_id
        for native_id in batch.column(position).to_pylist()
    ]
    return batch.set_column(position, batch.schema.field(position), pa.array(kept, pa.string()))


def rows_of(batches: Iterable[Sequence[SourceRow]]) -> Iterator[SourceRow]:
    """Pass through rows that come in batches."""
    for batch in batches:
        yield from batch


def plain_id(text: str) -> str | None:
    """Return a native id as its source means it: `1001.0` is `1001`, an empty text none."""
    text = text.strip()
    whole, point, zeros = text.partition(".")
    if point and whole.lstrip("-").isdecimal() and not zeros.strip("0"):
        return whole
    return text[:200] or None
