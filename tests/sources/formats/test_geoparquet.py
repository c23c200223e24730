from __future__ import annotations

import io
import json
import struct
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from sightlines.errors import SourceRefusedError
from sightlines.sources.child import COMMAND, UPLOAD, parse_in_child
from sightlines.sources.content import Content
from sightlines.sources.formats.geometries import REPRESENTATIVE
from sightlines.sources.formats.geoparquet import parse
from sightlines.sources.table import Layout, Table

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from pathlib import Path

POINTS = [shapely.Point(24.9, 60.1), None, shapely.Point(), shapely.Point(25, 60)]


def parquet(table: pa.Table, **options: object) -> bytes:
    written = io.BytesIO()
    pq.write_table(table, written, **options)
    return written.getvalue()


def parsed(content: bytes) -> Table:
    """Parse in this process: the files are our own."""
    return parse(Content.of_bytes(content, "x.parquet"), Layout())


def with_geo(geo: object, geometry: pa.Array | None = None) -> bytes:
    """Return a file of two points whose metadata we write ourselves."""
    points = geometry if geometry is not None else pa.array(
        [shapely.to_wkb(shapely.Point(1, 2)), None], pa.binary()
    )  # fmt: skip
    table = pa.table({"name": ["a", "b"], "geometry": points})
    words = geo if isinstance(geo, bytes) else json.dumps(geo).encode()
    return parquet(table.replace_schema_metadata({b"geo": words}))


def described(**members: object) -> dict[str, object]:
    column = {"encoding": "WKB", "geometry_types": [], **members}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_parse_reads_points(encoding: str, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"n": range(4)}, geometry=POINTS, crs="EPSG:4326")
    frame.to_parquet(tmp_path / "a.parquet", geometry_encoding=encoding, write_covering_bbox=True)
    table = parse(Content.of_path(tmp_path / "a.parquet"), Layout())
    assert (table.format, table.crs, table.headers) == ("geoparquet", "EPSG:4326", ("n",))
    assert table.has_geometry
    rows = list(table.rows)
    assert [row.place for row in rows] == [(24.9, 60.1), None, None, (25.0, 60.0)]
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert not any(row.faults for row in rows)


SHAPES = {
    "multipoint": ([(1, 2)], (1, 2), ()),
    "linestring": ([(0, 0), (0, 2), (0, 4)], (0, 2), (REPRESENTATIVE,)),
    "multilinestring": ([[(0, 0), (0, 2), (0, 4)]], (0, 2), (REPRESENTATIVE,)),
    "polygon": ([[(0, 0), (2, 0), (2, 2), (0, 2), (0, 0)]], (1, 1), (REPRESENTATIVE,)),
    "multipolygon": ([[[(0, 0), (2, 0), (2, 2), (0, 2), (0, 0)]]], (1, 1), (REPRESENTATIVE,)),
}


def _pairs(value: object) -> object:
    if isinstance(value, tuple):
        return {"x": float(value[0]), "y": float(value[1])}
    return [_pairs(part) for part in value]  # type: ignore[attr-defined]


@pytest.mark.parametrize("encoding", SHAPES)
def test_parse_reads_every_native_encoding(encoding: str) -> None:
    coordinates, place, notes = SHAPES[encoding]
    column = pa.array([_pairs(coordinates), None])
    rows = list(parsed(with_geo(described(encoding=encoding), column)).rows)
    assert [row.place for row in rows] == [place, None]
    assert [row.notes for row in rows] == [notes, ()]


def test_parse_takes_longitude_and_latitude_where_no_crs_is_stated() -> None:
    assert parsed(with_geo(described())).crs == "OGC:CRS84"


def test_parse_says_that_the_crs_is_unknown_where_the_file_says_so() -> None:
    assert parsed(with_geo(described(crs=None))).crs is None


def test_parse_reads_the_crs_that_is_stated(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"n": range(4)}, geometry=POINTS, crs="EPSG:4326")
    frame.to_crs(3067).to_parquet(tmp_path / "a.parquet")
    assert parse(Content.of_path(tmp_path / "a.parquet"), Layout()).crs == "EPSG:3067"


@pytest.mark.parametrize("crs", ["nonsense", {"type": "nonsense"}, 5.5, []])
def test_parse_refuses_a_crs_that_cannot_be_read(crs: object) -> None:
    with pytest.raises(SourceRefusedError, match="coordinate system cannot be read"):
        parsed(with_geo(described(crs=crs)))


def test_parse_refuses_an_encoding_that_nobody_knows() -> None:
    with pytest.raises(SourceRefusedError, match="encoding that is not read"):
        parsed(with_geo(described(encoding="twkb")))


@pytest.mark.parametrize("geo", [b"{", b"[]", b"null", b"\xff", {"columns": 1}, {"columns": {}}])
def test_parse_reads_a_table_where_the_metadata_is_nonsense(geo: object) -> None:
    table = parsed(with_geo(geo))
    assert (table.format, table.has_geometry) == ("parquet", False)
    assert [row.cells[0] for row in table.rows] == ["a", "b"]


def test_parse_gives_a_fault_to_a_geometry_that_is_broken() -> None:
    broken = pa.array([b"\x01\x02nonsense", shapely.to_wkb(shapely.Point(float("inf"), 1))])
    rows = list(parsed(with_geo(described(), broken)).rows)
    assert [row.place for row in rows] == [None, None]
    assert [row.faults[0].code for row in rows] == ["unreadable_position"] * 2
    assert [row.faults[0].row for row in rows] == [1, 2]


def test_parse_counts_geometries_besides_the_primary_one() -> None:
    wkb = pa.array([shapely.to_wkb(shapely.Point(1, 2))], pa.binary())
    table = pa.table({"geometry": wkb, "n": [1], "bounds": wkb})
    geo = described()
    geo["columns"]["bounds"] = {"encoding": "WKB"}  # type: ignore[index]
    read = parsed(parquet(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()})))
    assert (read.headers, read.notes) == (("n",), {"column:left_out": 1})


def test_parse_writes_every_type_as_a_text() -> None:
    table = pa.table(
        {
            "text": ["a", None],
            "whole": [1, None],
            "float": [2.0, float("nan")],
            "short": pa.array([1.1, None], pa.float32()),
            "truth": [True, False],
            "day": [date(2020, 1, 2), None],
            "time": [datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), None],
            "money": [Decimal("1.50"), None],
            "list": [["x", "y"], []],
            "word": pa.array(["a", "b"]).dictionary_encode(),
            "position": [{"lat": 60.5, "at": {"lon": 25.0}}, None],
            "bytes": [b"text", b"\xff\xfe"],
        }
    )
    read = parsed(parquet(table))
    assert (read.format, read.crs, read.has_geometry) == ("parquet", None, False)
    assert read.headers[10:] == ("position.lat", "position.at.lon", "bytes")
    assert [row.cells for row in read.rows] == [
        ("a", "1", "2", "1.1", "yes", "2020-01-02", "2020-01-02T03:04:05Z", "1.5", "x;y", "a",
         "60.5", "25", "text"),
        ("", "", "", "", "no", "", "", "", "", "b", "", "", ""),
    ]  # fmt: skip


def test_parse_reads_geometries_that_parquet_itself_knows() -> None:
    class Wkb(pa.ExtensionType):
        def __init__(self) -> None:
            super().__init__(pa.binary(), "geoarrow.wkb")

        def __arrow_ext_serialize__(self) -> bytes:
            return b"{}"

        @classmethod
        def __arrow_ext_deserialize__(cls, *_: object) -> Wkb:
            return cls()

    pa.register_extension_type(Wkb())
    try:
        stored = pa.array([shapely.to_wkb(shapely.Point(1, 2))], pa.binary())
        points = pa.ExtensionArray.from_storage(Wkb(), stored)
        content = parquet(pa.table({"a": [{"b": 1, "c": 2}], "geom": points}), store_schema=False)
    finally:
        pa.unregister_extension_type("geoarrow.wkb")
    table = parsed(content)
    assert (table.headers, table.crs) == (("a.b", "a.c"), "OGC:CRS84")
    assert next(iter(table.rows)).place == (1, 2)


def test_parse_numbers_rows_across_row_groups_and_passes() -> None:
    table = parsed(parquet(pa.table({"n": range(25_000)}), row_group_size=7_000))
    for _ in range(2):
        rows = list(table.rows)
        assert [rows[at].number for at in (0, 9_999, 10_000, 24_999)] == [1, 10_000, 10_001, 25_000]
        assert rows[24_999].cells == ("24999",)


def test_parse_refuses_more_columns_than_a_table_has() -> None:
    with pytest.raises(SourceRefusedError, match="more than 1000 columns"):
        parsed(parquet(pa.table({f"c{n}": [1] for n in range(1_001)})))


def _footer(content: bytes, length: int) -> bytes:
    return content[:-8] + struct.pack("<I", length) + b"PAR1"


GOOD = parquet(pa.table({"name": ["a" * 50, "b" * 50] * 500, "n": range(1_000)}))
BROKEN = {
    "cut off": GOOD[:-10],
    "nothing but its beginning": b"PAR1",
    "a footer larger than the file": _footer(GOOD, 2**31 - 1),
    "an empty footer": _footer(GOOD, 0),
    "zeros for pages": b"PAR1" + bytes(len(GOOD) - 4 - 800) + GOOD[-800:],
    "ones for pages": b"PAR1" + b"\xff" * (len(GOOD) - 4 - 800) + GOOD[-800:],
    "ones for a footer": GOOD[:-300] + b"\xff" * 292 + GOOD[-8:],
}


@pytest.mark.parametrize("case", BROKEN)
def test_parse_refuses_a_broken_file_in_a_child(case: str) -> None:
    started = time.monotonic()
    with pytest.raises(SourceRefusedError):
        parse_in_child("geoparquet", Content.of_bytes(BROKEN[case], "x"), Layout(), UPLOAD)
    assert time.monotonic() - started < 10


def test_parse_survives_bytes_that_are_changed_at_random() -> None:
    random = np.random.default_rng(7)
    for _ in range(12):
        broken = bytearray(GOOD)
        for at in random.integers(4, len(broken) - 8, 8):
            broken[at] = random.integers(256)
        try:
            table = parse_in_child("geoparquet", Content.of_bytes(bytes(broken)), Layout(), UPLOAD)
            assert len(list(table.rows)) <= 1_000
        except SourceRefusedError as reason:
            assert "Traceback" not in str(reason)


def test_parse_ends_at_a_file_that_grows_past_the_bounds() -> None:
    long = pa.DictionaryArray.from_arrays(np.zeros(3_000_000, np.int8), ["x" * 100])
    content = parquet(pa.table({"name": long}))
    assert len(content) < 1024**2
    started = time.monotonic()
    with pytest.raises(SourceRefusedError, match="too large or too complicated"):
        parse_in_child("geoparquet", Content.of_bytes(content), Layout(), UPLOAD)
    assert time.monotonic() - started < 10


def test_parse_gives_the_same_rows_in_a_child() -> None:
    content = Content.of_bytes(with_geo(described()), "x")
    inside = parse_in_child("geoparquet", content, Layout(), COMMAND)
    assert list(inside.rows) == list(parse(content, Layout()).rows)
