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

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from sightlines import schema
from sightlines.errors import Fault
from sightlines.sources.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import shapely

WGS84 = "EPSG:4326"


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
    observations
        Rows of `schema.READ`, in the order of the source.
    faults
        Every fault of every rejected row; a row's first decides its reason.
    notes
        Number of rows by reason; of columns, for `column:left_out`.
    mapping
        Column of the source -> attribute; empty where the source has no columns.
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
    observations: pa.Table
    faults: tuple[Fault, ...] = ()
    notes: dict[str, int] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    extent: shapely.Geometry | None = None
    base_map: pa.Table | None = None
    areas: pa.Table | None = None
    left_out: tuple[str, ...] = ()

    @property
    def rejected(self) -> dict[str, int]:
        """Return the number of rejected rows by reason: the code of a row's first fault."""
        reasons: dict[int, str] = {}
        for fault in self.faults:
            reasons.setdefault(fault.row, fault.code)
        return dict(sorted(Counter(reasons.values()).items()))


@dataclass(frozen=True)
class SourceRow:
    """One row before its values are read.

    Parameters
    ----------
    number
        Counted from 1; 0 for a form.
    tags
        Key -> text, keys as in OpenStreetMap or as in the attribute table.
    lon, lat
        WGS 84 degrees; both None where `faults` says why.
    native_id
        The source's own id; None where it has none.
    last_edited_at
        The source's own edit time, UTC; None where it does not tell.
    faults
        Of the position, or of the row as a whole.
    raw
        What is kept of the row, by the source's own words; None means the tags.
    """

    number: int
    tags: dict[str, str]
    lon: float | None
    lat: float | None
    native_id: str | None = None
    last_edited_at: datetime | None = None
    faults: tuple[Fault, ...] = ()
    raw: dict[str, str] | None = None


@dataclass
class Collected:
    """What came of the rows of one source."""

    rows_read: int = 0
    taken: list[dict[str, object]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def table(self) -> pa.Table:
        """Return the rows taken as a table of `schema.READ`."""
        return pa.Table.from_pylist(self.taken, schema=schema.READ)

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
    collected = Collected()
    for row in rows:
        collected.rows_read += 1
        normalised = normalise(row.tags, raw=row.raw, kind=kind)
        faults = [*row.faults]
        if strict:
            faults += [
                Fault(row.number, remark.attribute, remark.code, remark.message)
                for remark in normalised.remarks
                if remark.lost
            ]
        if faults:
            collected.faults += faults
            continue
        collected.notes.update({remark.reason for remark in normalised.remarks})
        collected.taken.append(
            {
                **normalised.columns,
                "native_id": row.native_id,
                "lon": row.lon,
                "lat": row.lat,
                "last_edited_at": row.last_edited_at,
            }
        )
    _drop_repeated_ids(collected)
    return collected


def _drop_repeated_ids(collected: Collected) -> None:
    """Take a native id away from all rows that have it, where it does not name a single one."""
    rows = Counter(row["native_id"] for row in collected.taken if row["native_id"] is not None)
    for row in collected.taken:
        if rows[row["native_id"]] > 1:
            row["native_id"] = None
            collected.notes["native_id:not_unique"] += 1
