"""Shapefiles, GeoPackages and FlatGeobuf files, read as they are read in earnest: in a child."""

from __future__ import annotations

import http.server
import io
import json
import sqlite3
import struct
import threading
import time
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import pytest
import shapely

from sightlines.errors import Fault, SourceRefusedError
from sightlines.sources.child import UPLOAD, parse_in_child
from sightlines.sources.content import Content
from sightlines.sources.formats.geometries import REPRESENTATIVE
from sightlines.sources.table import Layout, Table, TableRow

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HELSINKI = shapely.Point(24.9384, 60.1699)
TURKU = shapely.Point(22.2666, 60.4518)
ESPOO = shapely.Point(24.6559, 60.2055)


def parse(content: bytes | Path, layout: Layout | None = None) -> Table:
    """Parse a file as an upload would be: from bytes, within the limits of uploads."""
    given = content.read_bytes() if isinstance(content, Path) else content
    return parse_in_child("gdal_files", Content.of_bytes(given, "x"), layout or Layout(), UPLOAD)


def places(table: Table) -> list[tuple[float, float] | None]:
    return [
        None if row.place is None else (round(row.place[0], 6), round(row.place[1], 6))
        for row in table.rows
    ]


def cameras(n: int = 3) -> geopandas.GeoDataFrame:
    points = [HELSINKI, TURKU, ESPOO]
    return geopandas.GeoDataFrame(
        {"name": [f"camera {number}" for number in range(n)]},
        geometry=[points[number % 3] for number in range(n)],
        crs="EPSG:4326",
    )


def packed(folder: Path, *, without: tuple[str, ...] = ()) -> bytes:
    """Return the files of a folder in a ZIP archive."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            if path.suffix not in without:
                archive.write(path, path.name)
    return whole.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "made").mkdir()
    return tmp_path / "made"


# --- shapefiles


def test_parse_reads_a_shapefile_in_feet(shared_data: Path) -> None:
    path = shared_data / "boundaries" / "us_nyc_boroughs_epsg2263.zip"
    table = parse_in_child("gdal_files", Content.of_path(path), Layout())
    rows = list(table.rows)
    assert (table.format, table.crs, table.has_geometry) == ("shapefile", "EPSG:2263", True)
    assert table.headers == ("BoroCode", "BoroName", "Shape_Leng", "Shape_Area")
    assert [row.cells[:2] for row in rows] == [
        ("5", "Staten Island"), ("4", "Queens"), ("3", "Brooklyn"), ("1", "Manhattan"),
        ("2", "Bronx"),
    ]  # fmt: skip
    frame = geopandas.read_file(path)
    for row, borough in zip(rows, frame.geometry, strict=True):
        assert row.place is not None
        assert borough.contains(shapely.Point(row.place))
        assert row.notes == (REPRESENTATIVE,)


def test_parse_reads_a_shapefile_of_countries_twice(shared_data: Path) -> None:
    path = shared_data / "boundaries" / "world_naturalearth_lowres_pop.zip"
    table = parse(path)
    assert (table.crs, table.layout.encoding) == ("EPSG:4326", "iso8859-1")
    rows = list(table.rows)
    assert rows == list(table.rows)
    assert len(rows) == 177
    assert {"Fiji", "Côte d'Ivoire"} <= {row.cells[2] for row in rows}


KOREAN = {"설치대수": [2, 1], "소재지": ["경산시 중앙로 12", "대구광역시 중구"]}


@pytest.mark.parametrize(
    ("cpg", "named", "found"),
    [
        (None, None, "cp949"),
        ("949", None, "cp949"),
        ("UTF-8", None, "cp949"),
        ("no such page", None, "cp949"),
        (None, "euc_kr", "euc_kr"),
    ],
)
def test_parse_finds_the_encoding_of_a_korean_shapefile(
    folder: Path, cpg: str | None, named: str | None, found: str
) -> None:
    frame = geopandas.GeoDataFrame(KOREAN, geometry=[HELSINKI, TURKU], crs="EPSG:4326")
    frame.to_file(folder / "a.shp", encoding="cp949")
    (folder / "a.cpg").unlink()
    if cpg is not None:
        (folder / "a.cpg").write_text(cpg)
    table = parse(packed(folder), Layout(encoding=named))
    assert table.headers == ("설치대수", "소재지")
    assert [row.cells for row in table.rows] == [
        ("2", "경산시 중앙로 12"),
        ("1", "대구광역시 중구"),
    ]
    assert table.layout.encoding == found


def test_parse_reads_a_shapefile_without_its_index(folder: Path) -> None:
    cameras().to_file(folder / "a.shp")
    table = parse(packed(folder, without=(".shx",)))
    assert [row.cells for row in table.rows] == [("camera 0",), ("camera 1",), ("camera 2",)]
    assert table.notes == {"shapefile:no_shx": 1}


def test_parse_reads_a_shapefile_without_its_attributes(folder: Path) -> None:
    cameras().to_file(folder / "a.shp")
    table = parse(packed(folder, without=(".dbf", ".cpg")))
    assert places(table) == [(24.9384, 60.1699), (22.2666, 60.4518), (24.6559, 60.2055)]
    assert table.notes == {"shapefile:no_dbf": 1}


def test_parse_leaves_open_which_crs_a_shapefile_without_a_statement_has(folder: Path) -> None:
    cameras().to_file(folder / "a.shp")
    table = parse(packed(folder, without=(".prj",)))
    assert (table.crs, table.has_geometry) == (None, True)


def test_parse_keeps_the_words_of_a_crs_without_a_number(folder: Path) -> None:
    words = "+proj=tmerc +lat_0=12.3 +lon_0=45.6 +k=0.99 +x_0=7 +y_0=8 +ellps=bessel +units=m"
    cameras().to_crs(words).to_file(folder / "a.shp")
    crs = parse(packed(folder)).crs
    assert crs is not None
    assert crs.startswith("PROJCS")


def test_parse_refuses_a_shapefile_whose_main_file_is_something_else(folder: Path) -> None:
    cameras().to_file(folder / "a.shp")
    (folder / "a.shp").write_text("<OGRVRTDataSource/>")
    with pytest.raises(SourceRefusedError, match="damaged"):
        parse(packed(folder))


# --- GeoPackages


def test_parse_takes_the_layer_with_points(folder: Path) -> None:
    path = folder / "a.gpkg"
    areas = geopandas.GeoDataFrame({"a": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:3067")
    areas.to_file(path, layer="areas")
    cameras().to_file(path, layer="cameras")
    table = parse(path)
    assert (table.format, table.crs, table.layout.sheet) == ("gpkg", "EPSG:4326", "cameras")
    assert table.notes == {"layer:left_out": 1}
    assert next(iter(table.rows)) == TableRow(
        1, ("camera 0",), (24.9384, 60.1699), native_id="1", faults=(), notes=()
    )


def test_parse_takes_the_layer_that_is_named(folder: Path) -> None:
    path = folder / "a.gpkg"
    areas = geopandas.GeoDataFrame({"a": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:3067")
    areas.to_file(path, layer="areas")
    cameras().to_file(path, layer="cameras")
    table = parse(path, Layout(sheet="areas"))
    assert (table.crs, [row.cells for row in table.rows]) == ("EPSG:3067", [("1",)])
    with pytest.raises(SourceRefusedError, match="there are: areas, cameras"):
        parse(path, Layout(sheet="nothing"))


def test_parse_reads_a_geopackage_without_geometry(folder: Path) -> None:
    path = folder / "a.gpkg"
    cameras().to_file(path, layer="cameras")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE list (fid INTEGER PRIMARY KEY, lat REAL, seen BOOLEAN)")
        database.execute("INSERT INTO list VALUES (7, 60.5, 1), (9, NULL, 0)")
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
            "VALUES ('list', 'attributes', 'list')"
        )
    table = parse(path, Layout(sheet="list"))
    assert (table.has_geometry, table.crs, table.headers) == (False, None, ("lat", "seen"))
    assert list(table.rows) == [
        TableRow(1, ("60.5", "yes"), None, "7"),
        TableRow(2, ("", "no"), None, "9"),
    ]


def test_parse_says_of_each_row_where_it_lies_or_why_not(folder: Path) -> None:
    path = folder / "a.gpkg"
    several = [
        None,
        shapely.Point(),
        shapely.MultiPoint([(1, 2)]),
        shapely.LineString([(0, 0), (0, 2), (0, 4)]),
        HELSINKI,
    ]
    geopandas.GeoDataFrame({"n": range(5)}, geometry=several, crs="EPSG:4326").to_file(path)
    with closing(sqlite3.connect(path)) as database, database:
        for trigger in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            database.execute(f'DROP TRIGGER "{trigger[0]}"')
        database.execute("UPDATE a SET geom = x'47500001E6100000FFFFFFFF' WHERE n = 4")
    rows = list(parse(path).rows)
    assert [row.place for row in rows[:4]] == [None, None, (1, 2), (0, 2)]
    assert [row.notes for row in rows] == [(), (), (), (REPRESENTATIVE,), ()]
    # GDAL itself makes a missing geometry of one that is broken beyond its header.
    assert rows[4].place is None


def rewritten(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)


ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000000) "
    "SELECT i AS fid, NULL AS geom FROM n"
)


def test_parse_runs_no_stored_query(folder: Path) -> None:
    path = folder / "a.gpkg"
    cameras().to_file(path, layer="cameras")
    rewritten(
        path,
        f"CREATE VIEW endless AS {ENDLESS}",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
        "VALUES ('endless', 'features', 'endless', 4326)",
        "INSERT INTO gpkg_geometry_columns VALUES ('endless', 'geom', 'POINT', 4326, 0, 0)",
    )
    started = time.monotonic()
    assert len(list(parse(path).rows)) == 3
    rewritten(path, "DELETE FROM gpkg_contents WHERE table_name = 'cameras'")
    with pytest.raises(SourceRefusedError, match="not as a view"):
        parse(path)
    assert time.monotonic() - started < 10


def test_parse_refuses_a_geopackage_whose_own_tables_are_stored_queries(folder: Path) -> None:
    path = folder / "a.gpkg"
    cameras().to_file(path)
    rewritten(
        path,
        "ALTER TABLE gpkg_contents RENAME TO held",
        f"CREATE VIEW gpkg_contents AS {ENDLESS}",
    )
    with pytest.raises(SourceRefusedError, match="stored queries"):
        parse(path)


def test_parse_fires_no_trigger(folder: Path) -> None:
    path = folder / "a.gpkg"
    cameras().to_file(path, layer="cameras")
    rewritten(
        path,
        "CREATE TRIGGER t AFTER UPDATE ON gpkg_contents BEGIN DELETE FROM cameras; END",
        "CREATE TRIGGER u AFTER INSERT ON cameras BEGIN SELECT load_extension('x'); END",
    )
    before = path.read_bytes()
    assert len(list(parse_in_child("gdal_files", Content.of_path(path), Layout()).rows)) == 3
    assert path.read_bytes() == before
    assert [one.name for one in folder.iterdir()] == ["a.gpkg"]


def test_parse_refuses_a_geopackage_with_damaged_pages(folder: Path) -> None:
    path = folder / "a.gpkg"
    cameras(5_000).to_file(path)
    broken = bytearray(path.read_bytes())
    half = len(broken) // 2 // 4096 * 4096
    broken[half : half + 8192] = b"\xaa" * 8192
    with pytest.raises(SourceRefusedError, match="GeoPackage is damaged"):
        parse(bytes(broken))


def test_parse_refuses_a_geopackage_of_ten_thousand_layers(folder: Path) -> None:
    path = folder / "a.gpkg"
    cameras().to_file(path)
    made = (f"layer{number}" for number in range(10_000))
    with closing(sqlite3.connect(path)) as database, database:
        for name in made:
            database.execute(f"CREATE TABLE {name} (fid INTEGER PRIMARY KEY)")
            database.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
                "VALUES (?, 'attributes', ?)",
                (name, name),
            )
    started = time.monotonic()
    with pytest.raises(SourceRefusedError, match="more than 1000 layers"):
        parse(path)
    assert time.monotonic() - started < 10


def test_parse_refuses_a_database_that_is_no_geopackage(folder: Path) -> None:
    path = folder / "a.gpkg"
    rewritten(path, "CREATE TABLE cameras (lon REAL, lat REAL)")
    with pytest.raises(SourceRefusedError, match="no GeoPackage"):
        parse(path)


def test_parse_refuses_a_table_that_only_leads_to_other_files(folder: Path) -> None:
    path = folder / "a.gpkg"
    cameras().to_file(path, layer="cameras")
    rewritten(
        path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = 'CREATE VIRTUAL TABLE cameras USING "
        "VirtualOGR(''/etc/passwd'')' WHERE name = 'cameras'",
    )
    with pytest.raises(SourceRefusedError):
        parse(path)


# --- FlatGeobuf


def test_parse_reads_a_flatgeobuf_file(folder: Path) -> None:
    cameras().to_file(folder / "a.fgb")
    table = parse(folder / "a.fgb")
    assert (table.format, table.crs, table.headers) == ("flatgeobuf", "EPSG:4326", ("name",))
    assert {row.cells[0]: row.place for row in table.rows} == {
        "camera 0": (24.9384, 60.1699),
        "camera 1": (22.2666, 60.4518),
        "camera 2": (24.6559, 60.2055),
    }


@pytest.mark.parametrize("n", [1, 2, 16, 17, 300])
@pytest.mark.parametrize("index", ["YES", "NO"])
def test_parse_reads_flatgeobuf_files_of_every_shape(folder: Path, n: int, index: str) -> None:
    cameras(n).to_file(folder / "a.fgb", SPATIAL_INDEX=index)
    assert len(list(parse(folder / "a.fgb").rows)) == n


@pytest.mark.parametrize("index", ["YES", "NO"])
@pytest.mark.parametrize("count", [2**60, 2**31, 300_000, 301, 299, 10])
def test_parse_refuses_a_flatgeobuf_file_with_a_false_count(
    folder: Path, index: str, count: int
) -> None:
    cameras(300).to_file(folder / "a.fgb", SPATIAL_INDEX=index)
    whole = (folder / "a.fgb").read_bytes()
    assert whole.count(struct.pack("<Q", 300)) == 1
    with pytest.raises(SourceRefusedError, match="FlatGeobuf file"):
        parse(whole.replace(struct.pack("<Q", 300), struct.pack("<Q", count)))


def test_parse_refuses_a_flatgeobuf_file_that_is_cut_off(folder: Path) -> None:
    cameras(300).to_file(folder / "a.fgb")
    whole = (folder / "a.fgb").read_bytes()
    with pytest.raises(SourceRefusedError, match="cut off or damaged"):
        parse(whole[:-20])


# --- what is none of these


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Serve on this machine and remember what is asked for."""
    asked: list[str] = []

    class Remembering(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type":"FeatureCollection","features":[]}')

        do_HEAD = do_GET  # noqa: N815 - the base class gives the name

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Remembering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def vrt(source: str) -> bytes:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{source}</SrcDataSource>'
        "<SrcLayer>passwd</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"
    ).encode()


def gdalg(source: str) -> bytes:
    command = f"gdal vector pipeline ! read {source} ! write a"
    return json.dumps({"type": "gdal_streamed_alg", "command_line": command}).encode()


FOLLOWING: dict[str, Callable[[str], bytes]] = {
    "VRT to a file": lambda _: vrt("CSV:/etc/passwd"),
    "VRT to an address": lambda address: vrt(f"{address}/a.geojson"),
    "VRT to an address by curl": lambda address: vrt(f"/vsicurl/{address}/a.geojson"),
    "GDALG to a file": lambda _: gdalg("CSV:/etc/passwd"),
    "GDALG to an address": gdalg,
    "OAPIF": lambda address: f"OAPIF:{address}".encode(),
    "PG": lambda _: b"PG:host=127.0.0.1 dbname=postgres",
    "WFS": lambda address: f"<OGRWFSDataSource><URL>{address}</URL></OGRWFSDataSource>".encode(),
    "GML": lambda address: (
        '<?xml version="1.0"?><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a {address}"/>'
    ).encode(),
    "PDF": lambda _: b"%PDF-1.7\n1 0 obj\n<</Type /Catalog>>\nendobj\n",
    "DXF": lambda _: b"  0\nSECTION\n  2\nENTITIES\n  0\nENDSEC\n  0\nEOF\n",
}


DISGUISED = [(case, "none") for case in FOLLOWING] + [
    (case, disguise)
    for case in ("VRT to a file", "VRT to an address", "GDALG to an address")
    for disguise in ("a.shp", "a.dbf", "GeoPackage", "FlatGeobuf")
]


@pytest.mark.parametrize(("case", "disguise"), DISGUISED)
def test_parse_follows_nothing_that_a_file_points_to(
    case: str, disguise: str, folder: Path, listener: tuple[str, list[str]]
) -> None:
    address, asked = listener
    content = FOLLOWING[case](address)
    if disguise.startswith("a."):
        cameras().to_file(folder / "a.shp")
        (folder / disguise).write_bytes(content)
        content = packed(folder)
    elif disguise != "none":
        content = (b"SQLite format 3\0" if disguise == "GeoPackage" else b"fgb\3fgb\0") + content
    started = time.monotonic()
    try:
        table = parse(content)
        said = str([table.headers, list(table.rows)])
    except SourceRefusedError as reason:
        said = str(reason)
    assert "root:" not in said
    assert asked == []
    assert time.monotonic() - started < 10


def test_parse_gives_a_fault_to_a_geometry_that_lies_nowhere(folder: Path) -> None:
    path = folder / "a.gpkg"
    cameras(1).to_file(path)
    header = b"GP\0\x01" + struct.pack("<i", 4326)
    nowhere = header + shapely.to_wkb(shapely.Point(float("inf"), 1))
    with closing(sqlite3.connect(path)) as database, database:
        for trigger in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            database.execute(f'DROP TRIGGER "{trigger[0]}"')
        database.execute("UPDATE a SET geom = ?", (nowhere,))
    (row,) = parse(path).rows
    assert row.place is None
    assert row.faults == (
        Fault(
            1, "geometry", "unreadable_position", "The geometry cannot be read, or lies nowhere."
        ),
    )
