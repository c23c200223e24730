"""Archives: the one file inside, streamed and bounded, or a sentence why there is none.

Nothing is ever written to a path that an archive names. What is inflated is counted while it comes
out, whatever the archive says of it. Formats that are ZIP archives themselves (spreadsheets, KMZ,
shapefiles) are told apart here; their own readers open them, `check_zip` first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.inflating import gunzipped, inflated
from sightlines.sources.zip_directory import (
    Entry,
    check_amount,
    read_directory,
)

if TYPE_CHECKING:
    from typing import BinaryIO

ZipKind = Literal["xlsx", "ods", "kmz", "shapefile", "single"]

GZIP = b"\x1f\x8b"
ZIP = b"PK"
SHAPEFILE_SUFFIXES = (".shp", ".shx", ".dbf", ".prj", ".cpg")

_OTHER_ARCHIVES = (
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xfd7zXZ\x00", "packed with xz"),
    (b"BZh", "packed with bzip2"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
)
_TAR_MARK_AT = 257
_TAR_MARK = b"ustar"
_NESTED = "The archive holds another archive: unpack it and send the file itself."
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_PIECE_BYTES = 1024**2

# What stands beside a KML in a KMZ is pictures; a table beside it means that it is no KMZ.
_TABLES = frozenset(
    {".csv", ".tsv", ".txt", ".json", ".geojson", ".xlsx", ".ods", ".gpx", ".gpkg", ".fgb"}
    | {".parquet", ".xml", ".osm", ".pbf", ".dbf", ".gz", ".zip", ".kmz"}
)


def unpack(content: Content) -> Content:
    """Return the one file inside a gzip or ZIP archive.

    Parameters
    ----------
    content
        Anything.

    Returns
    -------
    Content
        What is inside, read as a stream; `content` itself where it is no archive, or one that is a
        format of its own (see `kind_of_zip`).

    Raises
    ------
    SourceRefusedError
        If it is an archive of another kind, damaged, dishonest, holds another archive or not
        exactly one file. A file that turns out to be cut off or too large raises it while it is
        read.
    """
    head = content.head(512)
    _check_readable(head)
    if head.startswith(GZIP):
        return _not_nested(_gunzipped(content))
    if head.startswith(ZIP) and kind_of_zip(content) == "single":
        return _single(content)
    return content


def kind_of_zip(content: Content) -> ZipKind:
    """Say what a ZIP archive is, by what it holds.

    Parameters
    ----------
    content
        A ZIP archive.

    Returns
    -------
    str
        A spreadsheet, KMZ or shapefile; `single` for every other, which holds files to unpack.

    Raises
    ------
    SourceRefusedError
        If it is damaged or dishonest (`zip_directory.read_directory`), or a text document.
    """
    entries = read_directory(content)
    names = {entry.name for entry in entries}
    if "[Content_Types].xml" in names:
        if any(name.startswith("xl/") for name in names):
            return "xlsx"
        if any(name.startswith(("word/", "ppt/")) for name in names):
            raise SourceRefusedError("This is a text document or slides: save the table as CSV.")
    if "mimetype" in names and member(content, "mimetype").head(100).startswith(_ODS):
        return "ods"
    suffixes = {entry.suffix for entry in entries if not entry.is_aside}
    if ".shp" in suffixes:
        return "shapefile"
    is_kmz = "doc.kml" in names or (".kml" in suffixes and not suffixes & _TABLES)
    return "kmz" if is_kmz else "single"


def member(content: Content, suffix: str) -> Content:
    """Return a file of a ZIP archive.

    Parameters
    ----------
    content
        A ZIP archive.
    suffix
        End of its name, in lower case. Of several the one called `doc` is taken, as in a KMZ, else
        the first.

    Returns
    -------
    Content
        Read as a stream; its name has no folders.

    Raises
    ------
    SourceRefusedError
        If there is none, or the archive is damaged or dishonest.
    """
    found = [
        entry
        for entry in read_directory(content)
        if entry.base.endswith(suffix) and not entry.is_aside
    ]
    if not found:
        raise SourceRefusedError(f"The archive holds no file that ends in {suffix}.")
    return _inside(content, next((one for one in found if one.base == f"doc{suffix}"), found[0]))


def shapefile_parts(content: Content) -> dict[str, Content]:
    """Return the files of the one shapefile in a ZIP archive.

    Parameters
    ----------
    content
        A ZIP archive.

    Returns
    -------
    dict
        File by ending, of `SHAPEFILE_SUFFIXES`; `.shp` is always there.

    Raises
    ------
    SourceRefusedError
        If there is no shapefile or more than one, or the archive is damaged or dishonest.
    """
    entries = [entry for entry in read_directory(content) if not entry.is_aside]
    shapes = [entry for entry in entries if entry.suffix == ".shp"]
    if len(shapes) != 1:
        raise SourceRefusedError(
            f"The archive holds {len(shapes)} shapefiles: send each in an archive of its own."
        )
    stem = shapes[0].name.casefold().removesuffix(".shp")
    return {
        entry.suffix: _inside(content, entry)
        for entry in entries
        if entry.suffix in SHAPEFILE_SUFFIXES and entry.name.casefold() == f"{stem}{entry.suffix}"
    }


def check_zip(content: Content) -> None:
    """Inflate a whole ZIP archive once, counting, before a parser that trusts it sees it.

    Parameters
    ----------
    content
        A ZIP archive.

    Raises
    ------
    SourceRefusedError
        If it is damaged or dishonest, or inflates to other amounts than it says.
    """
    inflated_bytes = packed_bytes = 0
    for entry in read_directory(content):
        packed_bytes += entry.packed_bytes
        with _inside(content, entry).open() as opened:
            while piece := opened.read(_PIECE_BYTES):
                inflated_bytes += len(piece)
                check_amount(inflated_bytes, packed_bytes, content.limits)


def _check_readable(head: bytes) -> None:
    what = next((what for start, what in _OTHER_ARCHIVES if head.startswith(start)), None)
    if what is None and head[_TAR_MARK_AT:].startswith(_TAR_MARK):
        what = "a tar archive"
    if what is not None:
        raise SourceRefusedError(
            f"The file is {what}, which is not read: unpack it and send the file itself."
        )


def _not_nested(inside: Content) -> Content:
    head = inside.head(512)
    if not head:
        raise SourceRefusedError("The archive holds an empty file.")
    if head.startswith((GZIP, ZIP)) or head[_TAR_MARK_AT:].startswith(_TAR_MARK):
        raise SourceRefusedError(_NESTED)
    if any(head.startswith(start) for start, _ in _OTHER_ARCHIVES):
        raise SourceRefusedError(_NESTED)
    return inside


def _single(content: Content) -> Content:
    files = [entry for entry in read_directory(content) if not entry.is_aside]
    if not files:
        raise SourceRefusedError("The archive holds no file that could be read.")
    if len(files) > 1:
        raise SourceRefusedError(
            f"The archive holds {len(files)} files: send the one to be read by itself."
        )
    inside = _inside(content, files[0])
    if inside.head(len(ZIP)) != ZIP:
        return _not_nested(inside)
    # A spreadsheet that somebody has packed once more is the one honest archive in an archive.
    held = Content.of_bytes(inside.whole(), inside.name, content.limits)
    if kind_of_zip(held) not in ("xlsx", "ods", "kmz"):
        raise SourceRefusedError(_NESTED)
    return held


def _gunzipped(content: Content) -> Content:
    def opened() -> BinaryIO:
        return gunzipped(content.open(), content.limits)

    name = content.name[:-3] if content.name.casefold().endswith(".gz") else content.name
    return replace(content, name=name, open=opened, path=None)


def _inside(content: Content, entry: Entry) -> Content:
    def opened() -> BinaryIO:
        return inflated(content.open(), entry)

    return replace(content, name=entry.name.split("/")[-1], open=opened, path=None)
