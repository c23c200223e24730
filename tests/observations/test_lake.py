import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from sightlines.errors import RecordBrokenError
from sightlines.observations.conform import conform
from sightlines.observations.lake import ROWS_PER_GROUP, StoredFile, read_table, write_table
from sightlines.schema import READ
from sightlines.settings import Settings

NAMES = pa.table({"name": ["one", None, "three"], "n": [1, 2, 3]})


def places(*geometries: shapely.Geometry | None) -> pa.Table:
    return pa.table(
        {
            "geometry": pa.array(
                [None if g is None else shapely.to_wkb(g) for g in geometries], pa.binary()
            )
        }
    )


def geo(lake: Path, stored: StoredFile) -> dict:
    return json.loads(pq.read_schema(lake / stored.path).metadata[b"geo"])


def test_write_table_gives_back_what_read_table_finds(lake: Path):
    stored = write_table(lake, "names/first", NAMES)
    assert read_table(lake, stored) == NAMES
    assert stored.sha256 == hashlib.sha256((lake / stored.path).read_bytes()).hexdigest()
    assert stored.path == f"names/first.{stored.sha256[:16]}.parquet"


def test_write_table_keeps_every_type_of_an_observation(lake: Path, rows: Callable):
    table = rows(
        (24.94, 60.17),
        None,
        surveillance_zone=["town", "parking"],
        camera_direction=[{"bearing_deg": 0.0, "width_deg": 45.0, "width_source": "tag"}],
        last_edited_at=1_300_000_000,
    )
    found = read_table(lake, write_table(lake, "rows", table))
    assert conform(found, READ) == table


def test_write_table_gives_the_same_bytes_when_the_table_is_put_together_otherwise(
    lake: Path, tmp_path: Path
):
    in_pieces = pa.concat_tables([NAMES.slice(0, 1), NAMES.slice(1)])
    with_remarks = in_pieces.replace_schema_metadata({"made": "today"})
    first = write_table(lake, "names", NAMES)
    second = write_table(tmp_path / "other", "names", with_remarks)
    assert first == second
    assert (lake / first.path).read_bytes() == (tmp_path / "other" / second.path).read_bytes()


def test_write_table_leaves_a_file_alone_that_is_there_already(lake: Path):
    stored = write_table(lake, "names", NAMES)
    before = (lake / stored.path).stat()
    assert write_table(lake, "names", NAMES) == stored
    after = (lake / stored.path).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_write_table_keeps_both_files_when_the_same_name_gets_another_table(lake: Path):
    first = write_table(lake, "names", NAMES)
    second = write_table(lake, "names", NAMES.slice(1))
    assert read_table(lake, first) == NAMES
    assert read_table(lake, second) == NAMES.slice(1)


def test_write_table_refuses_to_write_over_a_damaged_file(lake: Path):
    stored = write_table(lake, "names", NAMES)
    (lake / stored.path).write_bytes(b"damaged")
    with pytest.raises(RecordBrokenError, match="damaged or changed"):
        write_table(lake, "names", NAMES)
    assert (lake / stored.path).read_bytes() == b"damaged"


def test_write_table_leaves_nothing_but_its_file_kept_to_the_owner(lake: Path):
    stored = write_table(lake, "names", NAMES)
    assert [file.name for file in lake.iterdir()] == [stored.path]
    assert (lake / stored.path).stat().st_mode & 0o777 == 0o600
    assert lake.stat().st_mode & 0o777 == 0o700


def test_write_table_leaves_nothing_when_the_table_cannot_be_written(lake: Path):
    broken = pa.table({"geometry": pa.array([b"no geometry"])})
    with pytest.raises(shapely.errors.GEOSException):
        write_table(lake, "broken", broken)
    assert list(lake.iterdir()) == []


def test_write_table_says_so_when_there_is_no_room(
    lake: Path, settings: Settings, start: Callable, finish: Callable
):
    # A process may write 4 KiB to a file here; the table takes more.
    code = """
import os, resource
import pyarrow as pa
from sightlines.errors import RecordBrokenError
from sightlines.observations.lake import write_table
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_table(settings.lake_folder, "noise", pa.table({"noise": [os.urandom(9999)]}))
except RecordBrokenError as error:
    print(error)
"""
    assert finish(start(code)) == ["The lake cannot be written: File too large."]
    assert list(settings.lake_folder.iterdir()) == []


def test_write_table_says_so_when_its_folder_cannot_be_made(lake: Path):
    lake.parent.mkdir()
    lake.write_bytes(b"")
    with pytest.raises(RecordBrokenError, match=r"^The lake cannot be written: File exists\.$"):
        write_table(lake, "names", NAMES)


def test_write_table_parts_the_rows_into_groups_of_a_fixed_size(lake: Path):
    table = pa.table({"n": range(ROWS_PER_GROUP + 1)})
    file = pq.ParquetFile(lake / write_table(lake, "numbers", table).path)
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [65_536, 1]
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_write_table_makes_geoparquet_that_geopandas_opens(lake: Path):
    geometries = [shapely.Point(24.94, 60.17), None, shapely.box(-180, -90, 10, 20)]
    stored = write_table(lake, "places", places(*geometries))
    found = geopandas.read_parquet(lake / stored.path)
    assert list(found.geometry) == geometries
    assert found.crs.to_authority() == ("OGC", "CRS84")
    # As GeoParquet 1.1.0 asks: names of the types, and west, south, east, north of all.
    assert geo(lake, stored) == {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": ["Point", "Polygon"],
                "bbox": [-180.0, -90.0, 24.94, 60.17],
            }
        },
    }


@pytest.mark.parametrize("geometries", [(), (None, None), (shapely.Point(),)])
def test_write_table_leaves_out_the_bbox_when_there_is_nothing_to_bound(
    lake: Path, geometries: tuple
):
    stored = write_table(lake, "places", places(*geometries))
    assert "bbox" not in geo(lake, stored)["columns"]["geometry"]
    assert len(geopandas.read_parquet(lake / stored.path)) == len(geometries)


def test_write_table_makes_plain_parquet_when_there_is_no_geometry(lake: Path):
    metadata = pq.read_schema(lake / write_table(lake, "names", NAMES).path).metadata or {}
    assert b"geo" not in metadata


@pytest.mark.parametrize("place", [0, 100, -1])
def test_read_table_refuses_a_file_when_one_bit_has_changed(lake: Path, place: int):
    stored = write_table(lake, "names", NAMES)
    content = bytearray((lake / stored.path).read_bytes())
    content[place] ^= 1
    (lake / stored.path).write_bytes(content)
    with pytest.raises(RecordBrokenError, match="damaged or changed"):
        read_table(lake, stored)


def test_read_table_refuses_a_file_that_is_missing(lake: Path):
    with pytest.raises(RecordBrokenError, match="is missing"):
        read_table(lake, StoredFile("gone.parquet", "0" * 64))
