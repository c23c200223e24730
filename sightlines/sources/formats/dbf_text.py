"""In which encoding a dBASE table's texts are: its own statement is often missing or wrong.

References
----------
dBASE III PLUS table file structure: 32 bytes of header, 32 bytes a field, records of fixed width.
ESRI, "Code page file (.cpg)".
"""

from __future__ import annotations

import codecs
import struct
from itertools import islice
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.encoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE_BYTES = 1024**2
_HEADER_BYTES = 32
_FIELD_BYTES = 32
_NAME_BYTES = 10
_HEADER_END = 0x0D
_TEXT = b"C"
UTF8 = "utf-8"
_UNKNOWN = "cp1252"


def dbf_encoding(start: bytes, stated: bytes | None) -> str:
    """Find the encoding of a dBASE table.

    Parameters
    ----------
    start
        Its first bytes; `SAMPLE_BYTES` suffice.
    stated
        What the .cpg file beside it says; None where there is none.

    Returns
    -------
    str
        A name that Python knows, lower case: the stated one if all texts are in it, else what
        `encoding.decode` finds, `cp1252` where it finds none.
    """
    sample = b"\n".join([b"", *_texts(start)]).replace(b"\0", b" ")
    name = _python_name(stated or b"")
    if name is not None and _decodes(sample, name):
        return name
    try:
        return decode(sample)[1]
    except SourceRefusedError:
        return _UNKNOWN


def _texts(start: bytes) -> Iterator[bytes]:
    """Yield names and text cells, those left out that may be cut within a character."""
    if len(start) < _HEADER_BYTES:
        return
    header_bytes, record_bytes = struct.unpack("<HH", start[8:12])
    spans: list[tuple[int, int]] = []
    at = 1
    for field in range(_HEADER_BYTES, min(header_bytes, len(start)) - 1, _FIELD_BYTES):
        description = start[field : field + _FIELD_BYTES]
        if description[0] == _HEADER_END or len(description) < _FIELD_BYTES:
            break
        yield from _whole(description[: description.find(b"\0", 0, _NAME_BYTES + 1)], _NAME_BYTES)
        width = description[16]
        if description[11:12] == _TEXT:
            spans.append((at, at + width))
        at += width
    records = range(header_bytes, len(start) - record_bytes + 1, max(1, record_bytes))
    for record in islice(records, SAMPLE_BYTES // 32):
        for begin, end in spans:
            yield from _whole(start[record + begin : record + end], end - begin)


def _whole(text: bytes, width: int) -> Iterator[bytes]:
    if len(text) < width or text.endswith((b" ", b"\0")) or text.isascii():
        yield text.strip(b" \0")


def _python_name(stated: bytes) -> str | None:
    """Return how Python calls a code page: `949`, `UTF-8`, `ANSI 1252`, `ISO 88591`."""
    words = stated[:40].decode("ascii", "replace").strip().casefold().replace("oem", "ansi")
    number = words.removeprefix("ansi").removeprefix("cp").strip(" -_")
    names = [words, f"cp{number}", "utf-8" if number == "65001" else ""]
    if words.startswith("iso"):
        digits = words.removeprefix("iso").replace("-", "").replace("_", "").strip()
        names.append(f"iso8859-{digits.removeprefix('8859')}")
    for name in names:
        try:
            found = codecs.lookup(name).name
            "".encode(found)
        except (LookupError, ValueError):
            continue
        return found
    return None


def _decodes(sample: bytes, name: str) -> bool:
    try:
        sample.decode(name)
    except UnicodeError:
        return False
    return True
