"""From bytes to text: UTF-8 or UTF-16 by its mark, or the encoding that somebody names.

Guessing other encodings is left to a person: `--encoding` of `flask import`.
"""

from __future__ import annotations

import codecs

from sightlines.errors import SourceRefusedError

UTF8 = "utf-8"

_MARKS = ((codecs.BOM_UTF8, UTF8), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

# What other files start with; each is named, so that the sentence helps.
_OTHER_FILES = (
    (b"PK", "a ZIP archive or a spreadsheet"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3", "a database such as a GeoPackage"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
    (b"<", "XML or HTML"),
    (b"fgb", "a FlatGeobuf file"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Decode text strictly.

    Parameters
    ----------
    content
        A whole file.
    encoding
        A name that Python knows; None for UTF-8, or UTF-16 where its mark says so.

    Returns
    -------
    text
        Without a byte order mark.
    encoding
        The name of the encoding, lower case.

    Raises
    ------
    SourceRefusedError
        If the file is empty, is no text, or is not in that encoding.
    """
    if not content.strip():
        raise SourceRefusedError("The file is empty.")
    for start, what in _OTHER_FILES:
        if content.startswith(start):
            raise SourceRefusedError(
                f"This is {what}, not a table or GeoJSON: save it as CSV in UTF-8 or as GeoJSON "
                "and try again."
            )
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), UTF8)
    name = _known(encoding) if encoding else marked
    try:
        text = content.decode(name)
    except UnicodeError as reason:
        raise SourceRefusedError(_advice(name)) from reason
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise SourceRefusedError(
            "This is not a table or GeoJSON: save it as CSV in UTF-8 or as GeoJSON."
        )
    return text, name


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, ValueError) as reason:
        raise SourceRefusedError(f"No encoding is called {encoding[:40]!r}.") from reason
    return name


def _advice(name: str) -> str:
    return (
        f"The text is not encoded in {name.upper()}: save the file as UTF-8 and try again, "
        "or name its encoding."
    )
