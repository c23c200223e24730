"""What crosses between a reading child and its parent: plain JSON, and Arrow for what is long.

The child has read hostile bytes, so nothing that it writes is trusted to be more than values: no
pickle, only classes of one table, and every batch is checked before it is used.

Terms
-----
answer
    A file: Arrow streams one behind another, then the head as JSON, then its length (8 bytes).
head
    The value itself, in which a mark stands for what JSON cannot say.
"""

from __future__ import annotations

import json
import mmap
import struct
from dataclasses import dataclass, fields, is_dataclass
from itertools import islice
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import shapely

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.reading import Reading
from sightlines.sources.spool import Spool
from sightlines.sources.table import Layout, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

# What may cross, by the name under which it does.
CLASSES: dict[str, type] = {one.__name__: one for one in (Fault, Layout, Reading, Table)}

_ROWS_PER_BATCH = 10_000
_LENGTH = struct.Struct("<Q")
_CLASS, _PLAIN, _WKB = "$class", "$plain", "$wkb"
_STREAM, _SPOOL, _ROWS = "$arrow", "$spool", "$rows"
_BROKEN = "The file could not be read: the process that read it gave no usable answer."
_FIRST_CELL = 5
_ERRORS = (
    TypeError,
    ValueError,
    LookupError,
    OSError,
    pa.ArrowException,
    shapely.errors.ShapelyError,
)


def as_plain(value: object, sink: BinaryIO | None = None) -> object:
    """Return a value as JSON can say it.

    Parameters
    ----------
    value
        Texts, numbers, sequences, dictionaries keyed by texts, geometries, and classes of
        `CLASSES`.
    sink
        Where tables of rows are written, whose place the value then names; None where there can be
        none.

    Raises
    ------
    TypeError
        If it cannot cross.
    """
    if isinstance(value, dict):
        plain = {str(key): as_plain(part, sink) for key, part in value.items()}
        return {_PLAIN: plain} if any(key.startswith("$") for key in plain) else plain
    if isinstance(value, tuple | list):
        return [as_plain(part, sink) for part in value]
    if sink is not None and isinstance(value, Spool | pa.Table | Table):
        return _plain_rows(value, sink)
    if isinstance(value, shapely.Geometry):
        return {_WKB: shapely.to_wkb(value, hex=True)}
    if is_dataclass(value) and type(value).__name__ in CLASSES:
        parts = {one.name: as_plain(getattr(value, one.name), sink) for one in fields(value)}
        return {_CLASS: type(value).__name__, **parts}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} cannot cross to another process")


def from_plain(plain: object, streams: pa.Buffer | None = None) -> object:
    """Return the value that `as_plain` was given; its sequences come back as tuples.

    Parameters
    ----------
    plain
        As parsed.
    streams
        What `as_plain` wrote to its sink.

    Raises
    ------
    SourceRefusedError
        If it says what `as_plain` never does.
    """
    if isinstance(plain, list):
        return tuple(from_plain(part, streams) for part in plain)
    if not isinstance(plain, dict):
        return plain
    mark = str(next(iter(plain), ""))
    try:
        if mark == _CLASS:
            given = {name: from_plain(part, streams) for name, part in plain.items()}
            return CLASSES[str(given.pop(_CLASS))](**given)
        if mark == _WKB:
            return shapely.from_wkb(plain[mark])
        if mark in (_STREAM, _SPOOL, _ROWS) and streams is not None:
            return _long(mark, streams.slice(*plain[mark]))
    except _ERRORS as reason:
        raise SourceRefusedError(_BROKEN) from reason
    named = plain[_PLAIN] if mark == _PLAIN else plain
    return {name: from_plain(part, streams) for name, part in named.items()}


def write_answer(sink: BinaryIO, answer: object) -> None:
    """Write an answer.

    Parameters
    ----------
    sink
        An empty file.
    answer
        As `as_plain` takes it.
    """
    head = json.dumps(as_plain(answer, sink)).encode()
    sink.write(head)
    sink.write(_LENGTH.pack(len(head)))
    sink.flush()


def read_answer(source: BinaryIO) -> object:
    """Read an answer; rows stay in its file, which may be closed and without a name.

    Parameters
    ----------
    source
        What `write_answer` wrote.

    Raises
    ------
    SourceRefusedError
        If it is no answer.
    """
    size = source.seek(0, 2)
    if size < _LENGTH.size:
        raise SourceRefusedError(_BROKEN)
    whole = pa.py_buffer(mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ))
    (head_bytes,) = _LENGTH.unpack(whole.slice(size - _LENGTH.size).to_pybytes())
    head_start = size - _LENGTH.size - head_bytes
    if head_start < 0:
        raise SourceRefusedError(_BROKEN)
    try:
        head = json.loads(whole.slice(head_start, head_bytes).to_pybytes())
    except (ValueError, RecursionError) as reason:
        raise SourceRefusedError(_BROKEN) from reason
    return from_plain(head, whole.slice(0, head_start))


def _write_stream(
    sink: BinaryIO, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> tuple[int, int]:
    """Write batches and return where they begin and how many bytes they take."""
    sink.write(bytes(-sink.tell() % 64))
    start = sink.tell()
    with pa.ipc.new_stream(pa.PythonFile(sink, "w"), schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return start, sink.tell() - start


def _checked(stream: pa.Buffer) -> Iterator[pa.RecordBatch]:
    try:
        with pa.ipc.open_stream(pa.BufferReader(stream)) as reader:
            for batch in reader:
                batch.validate(full=True)
                yield batch
    except _ERRORS as reason:
        raise SourceRefusedError(_BROKEN) from reason


def _long(mark: str, stream: pa.Buffer) -> pa.Table | Spool | _Rows:
    with pa.ipc.open_stream(pa.BufferReader(stream)) as reader:
        schema = reader.schema
    if mark == _ROWS:
        return _Rows(stream)
    table = pa.Table.from_batches(_checked(stream), schema=schema)
    return Spool.of(table) if mark == _SPOOL else table


def _plain_rows(value: Spool | pa.Table | Table, sink: BinaryIO) -> dict[str, object]:
    if isinstance(value, Spool):
        return {_SPOOL: _write_stream(sink, value.schema, value.batches())}
    if isinstance(value, Table):
        return _plain_table(value, sink)
    return {_STREAM: _write_stream(sink, value.schema, value.to_batches())}


def _plain_table(table: Table, sink: BinaryIO) -> dict[str, object]:
    schema = pa.schema(
        [("number", pa.int64()), ("x", pa.float64()), ("y", pa.float64())]
        + [("native_id", pa.string()), ("remarks", pa.string())]
        + [(f"c{n}", pa.string()) for n in range(len(table.headers))]
    )
    rows = _write_stream(sink, schema, _batches(table.rows, schema))
    plain = {
        one.name: as_plain(getattr(table, one.name)) for one in fields(table) if one.name != "rows"
    }
    return {_CLASS: Table.__name__, **plain, "rows": {_ROWS: rows}}


def _batches(rows: Iterable[TableRow], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    waiting = iter(rows)
    while taken := list(islice(waiting, _ROWS_PER_BATCH)):
        columns = [
            [row.number for row in taken],
            [row.place[0] if row.place else None for row in taken],
            [row.place[1] if row.place else None for row in taken],
            [row.native_id for row in taken],
            [_remarks(row) for row in taken],
            *zip(*(row.cells for row in taken), strict=True),
        ]
        arrays = [pa.array(column, of.type) for column, of in zip(columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _remarks(row: TableRow) -> str | None:
    if not row.faults and not row.notes:
        return None
    return json.dumps([as_plain(row.faults), row.notes])


@dataclass(frozen=True)
class _Rows:
    """The rows of a table, in a child's answer."""

    stream: pa.Buffer

    def __iter__(self) -> Iterator[TableRow]:
        """Pass through the rows, one batch in memory at a time."""
        for batch in _checked(self.stream):
            columns = [column.to_pylist() for column in batch.columns]
            cells = zip(*columns[_FIRST_CELL:], strict=True)
            for number, x, y, native_id, remarks in zip(*columns[:_FIRST_CELL], strict=True):
                faults, notes = _said(remarks)
                place = None if x is None else (x, y)
                yield TableRow(number, next(cells, ()), place, native_id, faults, notes)


def _said(remarks: str | None) -> tuple[tuple[Fault, ...], tuple[str, ...]]:
    if remarks is None:
        return (), ()
    faults, notes = cast(
        "tuple[tuple[Fault, ...], tuple[str, ...]]", from_plain(json.loads(remarks))
    )
    return faults, notes
