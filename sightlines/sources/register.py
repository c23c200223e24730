"""The register of readers: which file is read by which, decided by what is in it.

A file's name decides nothing but what it must not contradict: what calls itself `.osm.pbf` must be
one. The title in it may say what kind of device a list is about (`columns.finding`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.archives import check_zip, kind_of_zip, member, unpack
from sightlines.sources.child import parse_in_child
from sightlines.sources.formats import (
    csv_text,
    geojson,
    gpx,
    json_lists,
    json_text,
    kml,
    spreadsheet,
    xml_lists,
    xml_text,
)
from sightlines.sources.osm_blobs import is_osm_pbf
from sightlines.sources.osm_pbf import read_osm_pbf
from sightlines.sources.osm_xml import read_osm_xml
from sightlines.sources.overpass import looks_like_elements, read_overpass
from sightlines.sources.table_reading import ReadingOptions, read_table

if TYPE_CHECKING:
    from sightlines.sources.content import Content
    from sightlines.sources.reading import Reading
    from sightlines.sources.table_reading import Parse


@dataclass(frozen=True)
class SourceFormat:
    """A format that can be read.

    Parameters
    ----------
    id
        As in `Reading.format`.
    name
        As people know it.
    extensions
        Usual endings of a file's name.
    media_type
        As registered with IANA, or as in use.
    parse
        Its parser; None for OpenStreetMap's formats, whose tags need no mapping.
    carries
        What a file of it can hold.
    """

    id: str
    name: str
    extensions: tuple[str, ...]
    media_type: str
    parse: Parse | None = None
    carries: str = "cameras"


_GDAL: Parse = partial(parse_in_child, "gdal_files")
_PARQUET: Parse = partial(parse_in_child, "geoparquet")
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMATS: tuple[SourceFormat, ...] = (
    SourceFormat(
        "osm_pbf",
        "OpenStreetMap PBF extract",
        (".osm.pbf", ".pbf"),
        "application/vnd.openstreetmap.data+pbf",
        carries="cameras, base map, administrative areas, extent",
    ),
    SourceFormat(
        "osm_xml",
        "OpenStreetMap XML",
        (".osm", ".osm.gz", ".osm.bz2"),
        "application/vnd.openstreetmap.data+xml",
        carries="cameras, base map, administrative areas, extent",
    ),
    SourceFormat("overpass", "Overpass JSON", (".json",), "application/json"),
    SourceFormat(
        "geojson",
        "GeoJSON, also as a sequence",
        (".geojson", ".geojsonl", ".json"),
        "application/geo+json",
        geojson.parse,
    ),
    SourceFormat(
        "csv", "CSV, TSV and their kin", (".csv", ".tsv", ".txt"), "text/csv", csv_text.parse
    ),
    SourceFormat("xlsx", "Excel workbook", (".xlsx",), _SHEET, spreadsheet.parse),
    SourceFormat("xls", "old Excel workbook", (".xls",), "application/vnd.ms-excel",
                 spreadsheet.parse),
    SourceFormat(
        "ods",
        "OpenDocument spreadsheet",
        (".ods",),
        "application/vnd.oasis.opendocument.spreadsheet",
        spreadsheet.parse,
    ),
    SourceFormat("json", "JSON lists, nested or flat", (".json", ".jsonl"), "application/json",
                 json_lists.parse),
    SourceFormat("xml", "XML lists", (".xml",), "application/xml", xml_lists.parse),
    SourceFormat("kml", "KML and KMZ", (".kml", ".kmz"), "application/vnd.google-earth.kml+xml",
                 kml.parse),
    SourceFormat("gpx", "GPX waypoints", (".gpx",), "application/gpx+xml", gpx.parse),
    SourceFormat("shapefile", "zipped shapefile", (".zip",), "application/zip", _GDAL),
    SourceFormat("gpkg", "GeoPackage", (".gpkg",), "application/geopackage+sqlite3", _GDAL),
    SourceFormat("flatgeobuf", "FlatGeobuf", (".fgb",), "application/flatgeobuf", _GDAL),
    SourceFormat("geoparquet", "GeoParquet", (".parquet",), "application/vnd.apache.parquet",
                 _PARQUET),
    SourceFormat("parquet", "Parquet without geometry", (".parquet",),
                 "application/vnd.apache.parquet", _PARQUET),
)  # fmt: skip
BY_ID = {row.id: row for row in FORMATS}
OSM_FORMATS = frozenset({"osm_pbf", "osm_xml", "overpass"})

_MARKS = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_BZIP2 = b"BZh"
_OLE = b"\xd0\xcf\x11\xe0"
_EMPTY = "The file is empty."


def read(content: Content, options: ReadingOptions | None = None) -> Reading:
    """Read a file of any supported format.

    Parameters
    ----------
    content
        The file.
    options
        What is said about it; None for nothing.

    Returns
    -------
    Reading
        Bad rows are faults, bad values notes.

    Raises
    ------
    SourceRefusedError
        If the file cannot be opened or is of no supported format.
    """
    options = options or ReadingOptions()
    try:
        found, inside = detect(content, options)
        if found.parse is not None:
            return read_table(inside, found.parse, options)
        if found.id == "osm_pbf":
            return _read_pbf(inside, options)
        if found.id == "osm_xml":
            return read_osm_xml(inside, base_map=options.with_base_map)
        return read_overpass(inside, encoding=options.encoding)
    except OSError as reason:
        raise SourceRefusedError(f"The file cannot be opened: {reason.strerror}.") from reason


def detect(content: Content, options: ReadingOptions | None = None) -> tuple[SourceFormat, Content]:
    """Find what format a file is of, by what is in it.

    Parameters
    ----------
    content
        The file.
    options
        What is said about it; None for nothing.

    Returns
    -------
    found
        A row of `FORMATS`.
    inside
        What its reader reads: the file itself, or what an archive holds.

    Raises
    ------
    SourceRefusedError
        If it is empty, or called what it is not.
    """
    head = content.head()
    if not head:
        raise SourceRefusedError(_EMPTY)
    if is_osm_pbf(head):
        return BY_ID["osm_pbf"], content
    if content.name.casefold().endswith(BY_ID["osm_pbf"].extensions):
        raise SourceRefusedError("The file is called .pbf but is not an OpenStreetMap PBF extract.")
    if head.startswith(_BZIP2):
        return BY_ID["osm_xml"], content
    packed = _packed_format(content)
    if packed is not None:
        return packed
    inside = unpack(content)
    packed = _packed_format(inside) if inside is not content else None
    if packed is not None:
        return packed
    return BY_ID[_plain_format(inside, options or ReadingOptions())], inside


def _packed_format(content: Content) -> tuple[SourceFormat, Content] | None:
    """Return what a ZIP is that one reader takes as a whole; None for any other file."""
    if not content.head().startswith(b"PK"):
        return None
    kind = kind_of_zip(content)
    if kind == "single":
        return None
    if kind == "kmz":
        return BY_ID["kml"], member(content, ".kml")
    if kind != "shapefile":
        check_zip(content)
    return BY_ID[kind], content


def _plain_format(content: Content, options: ReadingOptions) -> str:
    """Return the id of a file's format that is no archive."""
    head = content.head()
    if not head.strip():
        raise SourceRefusedError(_EMPTY)
    if is_osm_pbf(head):
        return "osm_pbf"
    binary = next((id_ for mark, id_ in _BINARY if head.startswith(mark)), None)
    if binary is not None:
        return binary
    start = head[:400].lstrip(_MARKS)[:1]
    if start == b"<":
        name = xml_text.root_name(head)
        return {"kml": "kml", "gpx": "gpx", "osm": "osm_xml"}.get(name or "", "xml")
    if start in (b"{", b"[", b"\x1e"):
        return _json_format(content, options)
    return "csv"


_BINARY = (
    (b"SQLite format 3\0", "gpkg"),
    (b"fgb", "flatgeobuf"),
    (b"PAR1", "geoparquet"),
    (_OLE, "xls"),
)


def _json_format(content: Content, options: ReadingOptions) -> str:
    layout = options.layout
    root = json_text.read_json(content, layout.encoding).root
    if looks_like_elements(root):
        return "overpass"
    return "json" if geojson.find_features(root, layout.records) is None else "geojson"


def _read_pbf(content: Content, options: ReadingOptions) -> Reading:
    if content.path is None:
        raise SourceRefusedError("Take the OpenStreetMap extract out of its archive first.")
    return read_osm_pbf(content.path, base_map=options.with_base_map)
