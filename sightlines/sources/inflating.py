"""Streams out of an archive: counted while they come, whatever the archive says of them."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

from sightlines.errors import SourceRefusedError
from sightlines.sources.zip_directory import DAMAGED, check_amount

if TYPE_CHECKING:
    from typing import BinaryIO

    from typing_extensions import Buffer

    from sightlines.sources.content import Limits
    from sightlines.sources.zip_directory import Entry

_PIECE_BYTES = 1024**2
_BUFFER_BYTES = 128 * 1024


def gunzipped(packed: BinaryIO, limits: Limits) -> BinaryIO:
    """Return what a gzip archive holds, as a stream.

    Parameters
    ----------
    packed
        The archive at its start; closed with the stream.
    limits
        Of the content; past them the stream raises a `SourceRefusedError`, as it does where the
        archive turns out to be cut off or damaged.
    """
    return _stream(_Gunzipped(packed, limits))


def inflated(packed: BinaryIO, entry: Entry) -> BinaryIO:
    """Return one file of a ZIP archive, as a stream.

    Parameters
    ----------
    packed
        The archive; can seek; closed with the stream.
    entry
        Of its directory, which bounds it: a stream that is not exactly what the directory says
        raises a `SourceRefusedError`.
    """
    return _stream(_Inflated(packed, entry))


def _stream(raw: io.RawIOBase) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(raw, _BUFFER_BYTES))


class _Gunzipped(io.RawIOBase):
    """What comes out of a gzip archive, counted."""

    def __init__(self, packed: BinaryIO, limits: Limits) -> None:
        self._stack = ExitStack()
        self._packed = self._stack.enter_context(packed)
        self._inflating = self._stack.enter_context(gzip.GzipFile(fileobj=packed, mode="rb"))
        self._limits = limits
        self._inflated_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        room = memoryview(buffer).cast("B")
        try:
            piece = self._inflating.read1(min(len(room), _PIECE_BYTES))
        except EOFError as reason:
            raise SourceRefusedError("The gzip archive is cut off: pack it again.") from reason
        except (OSError, zlib.error) as reason:
            raise SourceRefusedError(
                "The gzip archive is damaged, or something else follows it: pack it again."
            ) from reason
        self._inflated_bytes += len(piece)
        check_amount(self._inflated_bytes, self._packed.tell(), self._limits)
        room[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._stack.close()
        super().close()


class _Inflated(io.RawIOBase):
    """What comes out of one file of a ZIP archive; exactly what its directory says, or an error."""

    def __init__(self, packed: BinaryIO, entry: Entry) -> None:
        packed.seek(entry.start)
        self._packed = packed
        self._unread_bytes = entry.packed_bytes
        self._due_bytes = entry.inflated_bytes
        self._inflating = zlib.decompressobj(-zlib.MAX_WBITS) if entry.is_deflated else None
        self._pending = b""
        self._checksum = 0
        self._due_checksum = entry.checksum

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        room = memoryview(buffer).cast("B")
        try:
            piece = self._next(min(len(room), _PIECE_BYTES))
        except zlib.error as reason:
            raise SourceRefusedError(DAMAGED) from reason
        self._due_bytes -= len(piece)
        self._checksum = zlib.crc32(piece, self._checksum)
        if self._due_bytes < 0 or (not piece and self._due_bytes > 0):
            raise SourceRefusedError(
                "The archive does not say the truth about its files' sizes: pack it again."
            )
        if not piece and self._checksum != self._due_checksum:
            raise SourceRefusedError(DAMAGED)
        room[: len(piece)] = piece
        return len(piece)

    def _next(self, size: int) -> bytes:
        """Return the next bytes; none only at the end."""
        if self._inflating is None:
            return self._take(size)
        piece = b""
        while not piece and not self._inflating.eof:
            packed = self._pending or self._take(size)
            piece = self._inflating.decompress(packed, size)
            self._pending = self._inflating.unconsumed_tail
            if not packed and not piece:
                raise SourceRefusedError(DAMAGED)
        return piece

    def _take(self, size: int) -> bytes:
        packed = self._packed.read(min(size, self._unread_bytes))
        self._unread_bytes -= len(packed)
        return packed

    def close(self) -> None:
        self._packed.close()
        super().close()
