"""Rows on their way from a reader to the record: in memory while few, else in a file without name.

A table of ten million rows passes through in the memory of one batch. The file is anonymous: it is
gone with the process, whatever ends it.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO

IN_MEMORY_BYTES = 64 * 1024**2


class Spool:
    """Batches of one schema, appended once and passed through as often as wanted, one at a time.

    Parameters
    ----------
    schema
        Of every batch.
    in_memory_bytes
        From which size on the batches lie in a file.
    """

    def __init__(self, schema: pa.Schema, *, in_memory_bytes: int = IN_MEMORY_BYTES) -> None:
        self.schema = schema
        self.num_rows = 0
        self._limit = in_memory_bytes
        self._held: list[pa.RecordBatch] = []
        self._held_bytes = 0
        self._file: IO[bytes] | None = None
        self._writer: pa.RecordBatchStreamWriter | None = None
        self._changes: list[Callable[[pa.RecordBatch], pa.RecordBatch]] = []

    @classmethod
    def of(cls, table: pa.Table) -> Spool:
        """Return a spool that holds a table."""
        spool = cls(table.schema)
        spool.extend(table.to_batches())
        return spool

    def extend(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Append batches, before the first pass."""
        for batch in batches:
            self.num_rows += batch.num_rows
            if self._writer is not None:
                self._writer.write_batch(batch)
                continue
            self._held.append(batch)
            self._held_bytes += batch.nbytes
            if self._held_bytes > self._limit:
                self._to_file()

    def change(self, change: Callable[[pa.RecordBatch], pa.RecordBatch]) -> None:
        """Let every later pass change each batch so, in the order in which changes are added."""
        self._changes.append(change)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Pass through the rows in the order in which they came."""
        for batch in self._stored():
            changed = batch
            for change in self._changes:
                changed = change(changed)
            yield changed

    def table(self) -> pa.Table:
        """Return all rows at once."""
        return pa.Table.from_batches(self.batches(), schema=self.schema)

    def _to_file(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="sightlines-")  # noqa: SIM115 - lives as long
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        self._writer = pa.ipc.new_stream(
            pa.PythonFile(self._file, "w"), self.schema, options=options
        )
        for batch in self._held:
            self._writer.write_batch(batch)
        self._held.clear()

    def _stored(self) -> Iterator[pa.RecordBatch]:
        if self._file is None:
            yield from self._held
            return
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._file.flush()
        self._file.seek(0)
        with pa.ipc.open_stream(pa.PythonFile(self._file, "r")) as reader:
            yield from reader

    def __del__(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()
