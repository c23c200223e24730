"""What a ZIP archive says it holds, and whether an honest archive could say so.

The directory at the end of an archive is read and compared with what lies before it; nothing is
inflated here. A name is never a path: it only tells what a file is.

References
----------
APPNOTE.TXT, .ZIP File Format Specification 6.3.10: 4.3.7 local file header, 4.3.12 central
directory, 4.3.14 to 4.3.16 end records. Fifield, A better zip bomb, 2019 (overlapping files).
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from sightlines.sources.content import Content, Limits

ENTRY_LIMIT = 10_000
DIRECTORY_LIMIT_BYTES = 4 * 1024**2
RATIO_LIMIT = 100
RATIO_FREE_BYTES = 10 * 1024**2
DAMAGED = "The archive is cut off or damaged: pack it again."

_END = b"PK\x05\x06"
_END_BYTES = 22
_END64_LOCATOR = b"PK\x06\x07"
_END64_LOCATOR_BYTES = 20
_END64 = b"PK\x06\x06"
_END64_BYTES = 56
_LOCAL = b"PK\x03\x04"
_LOCAL_BYTES = 30
_COMMENT_BYTES = 65_535
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

# A way up, a root, a drive, a control character, or one that turns the reading direction.
_DECEITFUL = re.compile(
    r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:"
    r"|[\x00-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_JUNK_FOLDER = "__macosx"
_JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_ABOUT = re.compile(r"(readme|licen[cs]e|lizenz)[^.]*(\.(txt|md|html?|rtf|docx?))?|.*\.pdf")


@dataclass(frozen=True)
class Entry:
    """One file of an archive.

    Parameters
    ----------
    name
        Its path inside, separated by `/`, as the archive gives it.
    start
        Where its packed bytes begin.
    packed_bytes, inflated_bytes
        As the directory says.
    is_deflated
        False for a file that is stored as it is.
    checksum
        CRC-32 of the inflated bytes, as the directory says.
    """

    name: str
    start: int
    packed_bytes: int
    inflated_bytes: int
    is_deflated: bool
    checksum: int

    @property
    def base(self) -> str:
        """Return the name without its folders, in lower case."""
        return PurePosixPath(self.name).name.casefold()

    @property
    def suffix(self) -> str:
        """Return the name's ending with its dot, in lower case; "" where it has none."""
        return PurePosixPath(self.base).suffix

    @property
    def is_aside(self) -> bool:
        """Say whether it only accompanies the others: a system's trace, a licence, a read-me."""
        folders = self.name.casefold().split("/")[:-1]
        return (
            _JUNK_FOLDER in folders
            or self.base in _JUNK_NAMES
            or self.base.startswith("._")
            or _ABOUT.fullmatch(self.base) is not None
        )


def read_directory(content: Content) -> tuple[Entry, ...]:
    """Read what an archive holds, without its folders.

    Parameters
    ----------
    content
        A ZIP archive; its streams can seek.

    Returns
    -------
    tuple of Entry
        In the order of the directory.

    Raises
    ------
    SourceRefusedError
        If the archive is damaged or protected, says what no honest one does, or would inflate to
        more than `content.limits.inflated_bytes`.
    """
    with content.open() as opened, understood():
        directory_start = _check_end(opened)
        with zipfile.ZipFile(opened) as archive:
            found = archive.infolist()
        _check_entries(found)
        entries = tuple(_located(opened, one) for one in found)
    _check_overlaps(entries, found, directory_start)
    files = tuple(
        entry for entry, one in zip(entries, found, strict=True) if not one.filename.endswith("/")
    )
    check_amount(
        sum(entry.inflated_bytes for entry in files),
        sum(entry.packed_bytes for entry in files),
        content.limits,
    )
    return files


@contextmanager
def understood() -> Iterator[None]:
    """Turn what Python says of a damaged archive into a sentence."""
    try:
        yield
    except (zipfile.BadZipFile, NotImplementedError, EOFError, struct.error, ValueError) as reason:
        raise SourceRefusedError(DAMAGED) from reason


def check_amount(inflated_bytes: int, packed_bytes: int, limits: Limits) -> None:
    """Refuse what inflates to too much.

    Parameters
    ----------
    inflated_bytes, packed_bytes
        Out of the archive, and the bytes of the archive that they came from.
    limits
        Of the content.

    Raises
    ------
    SourceRefusedError
        If it is more than the limit, or more than 100 times the packed bytes (and 10 MiB).
    """
    if inflated_bytes > limits.inflated_bytes:
        raise SourceRefusedError(
            f"The archive unpacks to more than {limits.inflated_bytes // 1024**2} MiB: split it."
        )
    if inflated_bytes > max(RATIO_FREE_BYTES, RATIO_LIMIT * packed_bytes):
        raise SourceRefusedError(
            f"The archive unpacks to more than {RATIO_LIMIT} times its size: unpack it and send "
            "the file itself."
        )


def _check_end(opened: BinaryIO) -> int:
    """Check the end records and return where the directory begins."""
    size = opened.seek(0, 2)
    tail_start = max(0, size - _END_BYTES - _COMMENT_BYTES - _END64_LOCATOR_BYTES)
    opened.seek(tail_start)
    tail = opened.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise SourceRefusedError(DAMAGED)
    n, directory_bytes, offset, comment = _numbers("<HIIH", tail[at + 10 : at + _END_BYTES])
    if at + _END_BYTES + comment != len(tail):
        raise SourceRefusedError(DAMAGED)
    end_start = tail_start + at
    if at >= _END64_LOCATOR_BYTES and tail[at - _END64_LOCATOR_BYTES :].startswith(_END64_LOCATOR):
        end_start, n, directory_bytes, offset = _end64(opened, end_start)
    if n > ENTRY_LIMIT or directory_bytes > DIRECTORY_LIMIT_BYTES:
        raise SourceRefusedError(
            f"The archive holds more than {ENTRY_LIMIT} files: send the one to be read by itself."
        )
    if offset + directory_bytes != end_start:
        raise SourceRefusedError(
            "Something else stands before the archive, or inside it: pack it again."
        )
    return offset


def _end64(opened: BinaryIO, end_start: int) -> tuple[int, int, int, int]:
    """Return where the ZIP64 end record begins, and its number, size and start of the directory."""
    start = end_start - _END64_LOCATOR_BYTES - _END64_BYTES
    opened.seek(max(0, start))
    record = opened.read(_END64_BYTES)
    if not record.startswith(_END64) or len(record) < _END64_BYTES:
        raise SourceRefusedError(DAMAGED)
    n, directory_bytes, offset = _numbers("<QQQ", record[32:_END64_BYTES])
    return start, n, directory_bytes, offset


def _numbers(layout: str, record: bytes) -> tuple[int, ...]:
    return struct.unpack(layout, record)


def _check_entries(found: Sequence[zipfile.ZipInfo]) -> None:
    if len(found) > ENTRY_LIMIT:
        raise SourceRefusedError(
            f"The archive holds more than {ENTRY_LIMIT} files: send the one to be read by itself."
        )
    if not found:
        raise SourceRefusedError("The archive is empty.")
    if any(_DECEITFUL.search(one.orig_filename) for one in found):
        raise SourceRefusedError(
            "The archive holds a file whose name leads elsewhere or deceives: pack it again."
        )
    if any(stat.S_ISLNK(one.external_attr >> 16) for one in found):
        raise SourceRefusedError(
            "The archive holds a link instead of a file: pack the file itself."
        )
    if any(one.flag_bits & _ENCRYPTED for one in found):
        raise SourceRefusedError("The archive is protected by a password: pack it without one.")
    if any(one.compress_type not in _METHODS for one in found):
        raise SourceRefusedError(
            "The archive is packed by a rare method: pack it again as a plain ZIP."
        )
    if len({one.filename.casefold() for one in found}) < len(found):
        raise SourceRefusedError("The archive holds two files of one name: pack it again.")


def _located(opened: BinaryIO, one: zipfile.ZipInfo) -> Entry:
    """Read the header in front of a file, which says where its bytes begin."""
    opened.seek(one.header_offset)
    header = opened.read(_LOCAL_BYTES)
    if not header.startswith(_LOCAL) or len(header) < _LOCAL_BYTES:
        raise SourceRefusedError(DAMAGED)
    name_bytes, extra_bytes = _numbers("<HH", header[26:_LOCAL_BYTES])
    return Entry(
        name=one.filename.replace("\\", "/"),
        start=one.header_offset + _LOCAL_BYTES + name_bytes + extra_bytes,
        packed_bytes=one.compress_size,
        inflated_bytes=one.file_size,
        is_deflated=one.compress_type == zipfile.ZIP_DEFLATED,
        checksum=one.CRC,
    )


def _check_overlaps(
    entries: Sequence[Entry], found: Sequence[zipfile.ZipInfo], directory_start: int
) -> None:
    spans = sorted(
        (one.header_offset, entry.start + entry.packed_bytes)
        for entry, one in zip(entries, found, strict=True)
    )
    starts = [*(start for start, _ in spans[1:]), directory_start]
    if any(end > following for (_, end), following in zip(spans, starts, strict=True)):
        raise SourceRefusedError(
            "The archive's files overlap one another, as no honest archive's do: pack it again."
        )
