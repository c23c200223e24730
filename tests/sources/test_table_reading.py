"""CSV: real files, and hostile ones."""

import csv
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.errors import SourceRefusedError
from sightlines.sources import register
from sightlines.sources.content import Content, Limits
from sightlines.sources.table_reading import ReadingOptions


def read(content, **options):
    limits = Limits(rows=options.pop("row_limit", None))
    asked = ReadingOptions(is_strict=options.pop("strict", False), **options)
    return register.read(Content.of_bytes(content, limits=limits), asked)


def codes(reading):
    return [(fault.row, fault.attribute, fault.code) for fault in reading.faults]


def test_read_table_reads_the_cameras_of_trafford(shared_data):
    path = shared_data / "cameras" / "uk_trafford_cctv.csv"
    with path.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    reading = read(path.read_bytes())
    assert len(rows) == 163
    assert reading.rows_read == 163
    assert reading.observations["native_id"].to_pylist() == [row["camera_id"] for row in rows]
    assert reading.observations["lon"].to_pylist() == [float(row["lon"]) for row in rows]
    assert reading.observations["lat"].to_pylist() == [float(row["lat"]) for row in rows]
    assert reading.mapping == {
        "camera_id": "native_id", "location": "addr_full", "area_name": "place",
        "lon": "lon", "lat": "lat",
    }  # fmt: skip
    assert reading.observations["addr_full"].to_pylist() == [row["location"] for row in rows]
    assert reading.observations["place"].to_pylist() == [row["area_name"] for row in rows]
    assert reading.encoding == "utf-8"


def test_read_table_keeps_the_one_row_without_a_position(shared_data):
    reading = read((shared_data / "cameras" / "au_ballarat_cctv.csv").read_bytes())
    assert reading.rows_read == 32
    assert reading.rejected == {}
    assert reading.notes["position:missing"] == 1
    assert reading.observations["lon"].null_count == 1


def test_read_table_publishes_no_stream(shared_data):
    reading = read((shared_data / "cameras" / "th_pattaya_streamurls.csv").read_bytes())
    raw = " ".join(reading.observations["raw"].to_pylist())
    assert reading.observations.num_rows == 400
    assert "m3u8" not in raw
    assert "://" not in raw


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_read_table_reads_every_dialect(delimiter, line_end, encoding):
    lines = ["ref,Longitude,Latitude,operator", 'A,24.5,60.25,"Stadt Köln"', "", "B,1,2,X"]
    content = line_end.join(line.replace(",", delimiter) for line in lines).encode(encoding)
    reading = read(content)
    assert reading.observations["lon"].to_pylist() == [24.5, 1.0]
    assert reading.observations["operator"].to_pylist() == ["Stadt Köln", "X"]
    assert reading.observations["native_id"].to_pylist() == ["A", "B"]


def test_read_table_reads_a_decimal_comma_where_a_semicolon_divides():
    reading = read(b"lon;lat\n24,5;60,25\n")
    assert reading.observations["lon"].to_pylist() == [24.5]


def test_read_table_does_not_shift_columns_when_a_decimal_comma_divides():
    assert codes(read(b"lon,lat\n24,95,60,17\n")) == [(1, "", "too_many_cells")]


def test_read_table_skips_title_rows():
    reading = read(b"Cameras of the city\n\nlon,lat\n1,2\n")
    assert reading.rows_read == 1


def test_read_table_names_every_fault_of_every_row():
    reading = read(b"lon,lat\n0,0\n181,95\n,\nx,5\n1,2\n")
    assert codes(reading) == [
        (1, "lon", "null_island"),
        (2, "lon", "out_of_range"),
        (2, "lat", "out_of_range"),
        (3, "", "empty"),
        (4, "lon", "unreadable_position"),
    ]
    assert reading.rows_read == 5
    assert reading.rejected == {
        "null_island": 1, "out_of_range": 1, "empty": 1, "unreadable_position": 1,
    }  # fmt: skip
    assert reading.observations.num_rows + sum(reading.rejected.values()) == reading.rows_read


def test_read_table_notes_a_bad_value_but_rejects_it_when_strict():
    content = b"lon,lat,camera_type,direction\n1,2,foo,900\n3,4,dome,90\n"
    lenient, strict = read(content), read(content, strict=True)
    assert lenient.observations.num_rows == 2
    assert lenient.notes == {"camera_type:not_a_choice": 1, "camera_direction:over_360": 1}
    assert '"direction":"900"' in lenient.observations["raw"].to_pylist()[0]
    assert codes(strict) == [
        (1, "camera_type", "not_a_choice"),
        (1, "camera_direction", "over_360"),
    ]
    assert strict.rejected == {"not_a_choice": 1}
    assert strict.observations["lon"].to_pylist() == [3.0]


def test_read_table_drops_the_native_ids_that_are_not_unique_and_no_others():
    reading = read(b"id,lon,lat\n7,1,2\n7,3,4\n,5,6\n ,7,8\n9,9,9\n")
    assert reading.observations["native_id"].to_pylist() == [None, None, None, None, "9"]
    assert reading.notes == {"native_id:not_unique": 2}


def test_read_table_keeps_the_ids_of_trafford_when_a_line_is_repeated(shared_data):
    lines = (shared_data / "cameras" / "uk_trafford_cctv.csv").read_bytes().splitlines()
    reading = read(b"\n".join([*lines, lines[-1]]))
    kept = [name for name in reading.observations["native_id"].to_pylist() if name is not None]
    assert reading.rows_read == 164
    assert kept == [line.split(b",")[0].decode() for line in lines[1:-1]]
    assert len(kept) == 162
    assert reading.notes == {"native_id:not_unique": 2}


def test_read_table_keeps_of_a_contribution_only_what_was_asked_for():
    content = (
        b"camera_id,lon,lat,Operator,check_date,kind,Collected by,Operator\n"
        b"C7,1.5,2.5,City,2024-05,cctv,Erika M,Town\n"
    )
    reading = read(content, strict=True)
    (row,) = reading.observations.to_pylist()
    assert row["raw"] == '{"Operator":"City","check_date":"2024-05","lat":"2.5","lon":"1.5"}'
    assert (row["native_id"], row["kind"], row["operator"]) == (None, "cctv", "City")
    assert reading.left_out == ("camera_id", "Collected by", "Operator [8]")
    assert reading.notes == {"column:left_out": 3}
    assert reading.mapping == {
        "lon": "lon", "lat": "lat", "Operator": "operator", "check_date": "observed_at",
        "kind": "kind",
    }  # fmt: skip


def test_read_table_keeps_a_reference_but_no_native_id_of_a_contribution():
    reading = read(b"ref,lon,lat\nA1,1,2\n", strict=True)
    (row,) = reading.observations.to_pylist()
    assert (row["ref"], row["native_id"]) == ("A1", None)
    assert (reading.left_out, reading.notes) == ((), {})


def test_read_table_leaves_no_column_of_an_import_out():
    reading = read(b"lon,lat,anything\n1,2,x\n")
    assert reading.observations["raw"].to_pylist() == ['{"anything":"x","lat":"2","lon":"1"}']
    assert (reading.left_out, reading.notes) == ((), {})


def test_read_table_cleans_the_names_of_the_columns_it_leaves_out():
    header = "lon,lat,\u202eevil," + "x" * 300
    reading = read(f"{header}\n1,2,a,b\n".encode(), strict=True)
    assert reading.left_out == ("evil", "x" * 200)


def test_read_table_gives_the_kind_to_each_row_that_names_none():
    content = b"lon,lat,surveillance:type\n1,2,\n3,4,camera\n"
    assert read(content, kind="enforcement").observations["kind"].to_pylist() == [
        "enforcement", "cctv",
    ]  # fmt: skip
    unnamed = read(b"lon,lat\n1,2\n", kind="enforcement")
    assert unnamed.observations["kind"].to_pylist() == ["enforcement"]


def test_read_table_never_keeps_who_edited():
    reading = read(b"lon,lat,user,uid,changeset\n1,2,somebody,77,12345\n")
    raw = reading.observations["raw"].to_pylist()[0]
    assert raw == '{"lat":"2","lon":"1"}'


def test_read_table_keeps_a_formula_as_text_and_a_negative_number_as_number():
    reading = read(b"lon,lat,name\n-33.87,-1,=1+1\n")
    assert reading.observations["lon"].to_pylist() == [-33.87]
    assert reading.observations["name"].to_pylist() == ["=1+1"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "longitude and latitude"),
        (b"1,2\n3,4\n", "longitude and latitude"),
        (b"lon,lat\n", "no rows"),
        (b'lon,lat\n"1,2\n', "line 2"),
        (b"lon,lat,name\n1,2," + b"x" * 200_000, "line 2"),
        (b"lon,lat\n1,\x00", "not a table"),
        (b"PK\x03\x04", "archive"),
        (b"lon,lat" + b",x" * 10_000 + b"\n1,2\n", "columns"),
    ],
)
def test_read_table_refuses_what_is_no_such_table(content, words):
    with pytest.raises(SourceRefusedError, match=words):
        read(content)


def test_read_table_refuses_more_rows_than_the_limit():
    content = b"lon,lat\n" + b"1,2\n" * 3
    assert read(content, row_limit=3).rows_read == 3
    with pytest.raises(SourceRefusedError, match="more than 2 rows"):
        read(content, row_limit=2)


@given(st.binary(max_size=300))
def test_read_table_takes_or_refuses_anything(noise):
    content = b"lon,lat,direction\n" + noise
    try:
        reading = read(content, strict=True)
    except SourceRefusedError:
        return
    assert reading.rows_read == reading.observations.num_rows + sum(reading.rejected.values())


@pytest.mark.slow
def test_read_table_takes_five_thousand_full_rows_in_time():
    row = b"1,2,dome,338-23;90," + b"a.b+c@" * 30 + b"," + b"1-2 " * 400 + b"\n"
    before = time.perf_counter()
    reading = read(b"lon,lat,camera_type,direction,name,description\n" + row * 5_000)
    assert reading.observations.num_rows == 5_000
    assert time.perf_counter() - before < 10
