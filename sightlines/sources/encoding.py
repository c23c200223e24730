"""From bytes to text: which encoding a file is in, found strictly and never by its name.

A byte order mark decides, then the NULs of UTF-16, then UTF-8 if all of the file is valid. Only
then it is guessed (`encoding_guess`), and what is guessed has to decode the whole file. Nothing is
ever replaced or left out: a file that changes its encoding is refused.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import HEAD_BYTES, Content
from sightlines.sources.encoding_guess import UTF8, guess_encodings, wider_encodings

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# What other files start with; each is named, so that the sentence helps. A table may start with
# the letters "PK" or "fgb", so only whole signatures count.
_OTHER_FILES = (
    (b"PK\x03\x04", "a ZIP archive or a spreadsheet"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"SQLite format 3", "a database such as a GeoPackage"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "a text document"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
    (b"<?php", "a program"),
    (b"#!", "a program"),
    (b"\x7fELF", "a program"),
    (b"<", "XML or HTML"),
    (b"fgb\x03fgb", "a FlatGeobuf file"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
)

_CHUNK_BYTES = 1024**2
_SAMPLE_BYTES = 128 * 1024
_NO_TEXT = "This is not a table or GeoJSON: save it as CSV in UTF-8 or as GeoJSON."
_EMPTY = "The file is empty."


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Decode text strictly.

    Parameters
    ----------
    content
        A whole file.
    encoding
        A name that Python knows; None to find it out.

    Returns
    -------
    text
        Without a byte order mark.
    encoding
        The name of the encoding, lower case.

    Raises
    ------
    SourceRefusedError
        If the file is empty, is no text, or is not in one encoding.
    """
    name = find_encoding(Content.of_bytes(content), encoding)
    text = content.decode(name).removeprefix("\ufeff")
    if not text or text.isspace():
        raise SourceRefusedError(_EMPTY)
    return text, name


def find_encoding(content: Content, named: str | None) -> str:
    """Find the encoding that all of a text is in, holding no more than a piece of it.

    Parameters
    ----------
    content
        Of any size.
    named
        The encoding that somebody names, which is not questioned, only checked; None to find it.

    Returns
    -------
    str
        A name that Python knows, lower case. Where the file begins with a byte order mark, its text
        may begin with U+FEFF when it is decoded.

    Raises
    ------
    SourceRefusedError
        If the file is empty, is no text, or is not in one encoding; the line is named.
    """
    start = content.head()
    if not start.strip() and len(start) < HEAD_BYTES:
        raise SourceRefusedError(_EMPTY)
    for signature, what in _OTHER_FILES:
        if start.removeprefix(codecs.BOM_UTF8).startswith(signature):
            raise SourceRefusedError(
                f"This is {what}, not a table or GeoJSON: save it as CSV in UTF-8 or as GeoJSON "
                "and try again."
            )
    certain = _known(named) if named else _marked(start) or _utf16_without_mark(start)
    if certain:
        return _first_that_decodes(content, (certain, *wider_encodings(certain)))
    broken_line = _broken_line(content, UTF8)
    if broken_line is None:
        return UTF8
    lines = list(_lines_beyond_ascii(content))
    _refuse_mixed(lines, broken_line)
    guessed = guess_encodings(line for _, line in lines)
    if not guessed:
        raise SourceRefusedError(_NO_TEXT)
    return _first_that_decodes(content, guessed)


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, ValueError) as reason:
        raise SourceRefusedError(f"No encoding is called {encoding[:40]!r}.") from reason
    return name


def _marked(start: bytes) -> str | None:
    return next((name for mark, name in _MARKS if start.startswith(mark)), None)


def _utf16_without_mark(start: bytes) -> str | None:
    """Say which half of its pairs is NUL, as digits, commas and line ends have it in UTF-16."""
    first, second = start[0::2].count(0), start[1::2].count(0)
    many, few = max(first, second), min(first, second)
    if many < 4 or many * 10 < len(start) or few * 5 > many:
        return None
    return "utf-16-be" if first > second else "utf-16-le"


def _first_that_decodes(content: Content, names: tuple[str, ...]) -> str:
    broken_lines = []
    for name in dict.fromkeys(names):
        broken_line = _broken_line(content, name)
        if broken_line is None:
            return name
        broken_lines.append((broken_line, name))
    line, name = max(broken_lines)
    raise SourceRefusedError(
        f"The text is not encoded in {name.upper()} from line {line} on: save the whole file as "
        "UTF-8 and try again, or name its encoding."
    )


def _broken_line(content: Content, name: str) -> int | None:
    """Return the number of the first line that is not in an encoding; None where all are.

    Raises
    ------
    SourceRefusedError
        If it holds NUL characters: it is no text then.
    """
    decoder = codecs.getincrementaldecoder(name)()
    line = 1
    with content.open() as opened:
        while True:
            chunk = opened.read(_CHUNK_BYTES)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as reason:
                return line + _line_ends(bytes(reason.object[: reason.start]))
            except UnicodeError:
                return line
            if "\0" in text:
                raise SourceRefusedError(_NO_TEXT)
            line += text.count("\n") or text.count("\r")
            if not chunk:
                return None


def _line_ends(passage: bytes) -> int:
    return passage.count(b"\n") or passage.count(b"\r")


def _lines_beyond_ascii(content: Content) -> Iterator[tuple[int, bytes]]:
    """Yield the first lines that are not ASCII, with their numbers, up to a bound together."""
    number, held, taken = 1, b"", 0
    with content.open() as opened:
        while taken < _SAMPLE_BYTES:
            chunk = opened.read(_CHUNK_BYTES)
            lines = (held + chunk).splitlines(keepends=True)
            # A line goes on in the next chunk, unless it is so long that it is cut here.
            held = lines.pop() if chunk and lines and len(lines) > 1 else b""
            for line in lines:
                if not line.isascii() and taken < _SAMPLE_BYTES:
                    taken += len(line)
                    yield number, line[:_SAMPLE_BYTES]
                number += 1
            if not chunk:
                return


def _refuse_mixed(lines: list[tuple[int, bytes]], broken_line: int) -> None:
    """Refuse a text of which a good part, but not all, is UTF-8.

    Two bytes of another encoding may look like UTF-8; three letters in a row hardly ever do.
    """
    utf8 = [(number, line) for number, line in lines if _is_utf8(line)]
    n_letters = [sum(byte >= 0xC0 for byte in line) for _, line in utf8]
    certain = sum(letters for letters in n_letters if letters >= 3)
    everything = sum(sum(byte >= 0xC0 for byte in line) for _, line in lines)
    alone = len(utf8) == len(lines)
    if not alone and (not certain or certain * 10 < everything) and not _are_latin(lines, utf8):
        return
    first_other = utf8[0][0] if utf8 and utf8[0] != lines[0] else broken_line
    raise SourceRefusedError(
        f"The text changes its encoding in line {first_other}: save the whole file as UTF-8 and "
        "try again, or name its encoding."
    )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def _are_latin(lines: list[tuple[int, bytes]], utf8: list[tuple[int, bytes]]) -> bool:
    """Say whether lines in UTF-8 stand among lines of an encoding that they never look like.

    In a Latin encoding a letter beyond ASCII stands alone; in UTF-8 it takes two bytes or more.
    """
    others = [line for _, line in lines if not _is_utf8(line)]
    runs = [run for line in others for run in re.findall(rb"[\x80-\xff]+", line)]
    single = sum(len(run) == 1 for run in runs)
    return bool(utf8) and len(runs) > 0 and single * 10 >= len(runs) * 9
