"""JSON lists: real ones, the wrappers of portals, and what is no list."""

import gzip
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.formats.json_lists import parse
from sightlines.sources.table import Layout

RECORDS = [{"name": "A", "lat": 1.5, "lon": 2}, {"name": "B", "lat": 3, "lon": None}]
CELLS = [["A", "1.5", "2"], ["B", "3", ""]]
HEADERS = ("name", "lat", "lon")


def table(content, **layout):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return parse(Content.of_bytes(content), Layout(**layout))


def cells(found):
    return [list(row.cells) for row in found.rows]


@pytest.mark.parametrize(
    ("name", "n_rows", "n_headers"), [("hk_traffic_cams", 210, 8), ("uz_speedcams", 576, 9)]
)
def test_parse_reads_real_files(shared_data, name, n_rows, n_headers):
    content = (shared_data / "cameras" / f"{name}.json").read_bytes()
    records = json.loads(content)
    found = table(content)
    assert len(found.headers) == n_headers
    assert len(cells(found)) == n_rows == len(records)
    assert not found.has_geometry
    column = found.headers.index("latitude")
    assert [float(row[column]) for row in cells(found)] == [each["latitude"] for each in records]


def test_parse_reads_60_000_records_in_time(shared_data):
    packed = (shared_data / "cameras" / "us_alpr_deflock.json.gz").read_bytes()
    content = gzip.decompress(packed)
    started = time.monotonic()
    found = table(content)
    rows = cells(found)
    assert time.monotonic() - started < 5
    records = json.loads(content)
    assert len(rows) == len(records) == 61_768
    column = found.headers.index("directionCardinal")
    assert [row[column] for row in rows] == [each.get("directionCardinal", "") for each in records]


@pytest.mark.parametrize(
    ("root", "records"),
    [
        (RECORDS, ""),
        ({"data": RECORDS}, "data"),
        ({"help": "x", "success": True, "result": {"records": RECORDS}}, "result/records"),
        ({"a/b~": RECORDS}, "a~1b~0"),
        ([["name", "lat", "lon"], ["A", 1.5, 2], ["B", 3, None]], ""),
        ({"columns": ["name", "lat", "lon"], "data": [["A", 1.5, 2], ["B", 3, None]]}, "data"),
        (
            {
                "fields": [{"id": name, "type": "text"} for name in HEADERS],
                "records": [["A", 1.5, 2], ["B", 3, None]],
            },
            "records",
        ),
        ({"name": ["A", "B"], "lat": [1.5, 3], "lon": [2, None]}, ""),
        (
            {"name": {"0": "A", "1": "B"}, "lat": {"0": 1.5, "1": 3}, "lon": {"0": 2, "1": None}},
            "",
        ),
        ([{"fields": record} for record in RECORDS], ""),
        ([{"camera": record} for record in RECORDS], ""),
        ({"pages": [{"items": RECORDS[:1]}, {"items": RECORDS[1:]}]}, "pages/items"),
    ],
)
def test_parse_finds_the_records(root, records):
    found = table(root)
    assert found.headers == HEADERS
    assert cells(found) == CELLS
    assert found.layout.records == records
    assert cells(table(root, records=records)) == CELLS


def test_parse_reads_json_lines_and_faults_a_broken_one():
    lines = [json.dumps(RECORDS[0]), '{"name": ', json.dumps(RECORDS[1])]
    rows = list(table("\n".join(lines).encode()).rows)
    assert [list(row.cells) for row in rows] == [CELLS[0], ["", "", ""], CELLS[1]]
    assert [fault.code for row in rows for fault in row.faults] == ["unreadable"]


def test_parse_takes_keys_as_native_ids():
    found = table({"updated": "2020", "cameras": {"cam1": RECORDS[0], "cam2": RECORDS[1]}})
    assert [row.native_id for row in found.rows] == ["cam1", "cam2"]
    assert cells(found) == CELLS
    assert found.layout.records == "cameras"


def test_parse_faults_what_is_no_object():
    rows = list(table([*RECORDS, 7, None]).rows)
    assert [(row.number, fault.code) for row in rows for fault in row.faults] == [
        (3, "not_an_object"),
        (4, "not_an_object"),
    ]


def test_parse_flattens_and_joins():
    (row,) = table([{"id": 1, "at": {"lat": 1, "lon": 2}, "tags": ["a", "b"], "on": True}]).rows
    assert row.cells == ["1", "1", "2", "a;b", "yes"]


def test_parse_takes_the_larger_list_and_notes_the_other():
    root = {"contacts": [{"a": 1, "b": 2}], "cameras": [{"lat": n, "lon": n} for n in range(3)]}
    found = table(root)
    assert (found.layout.records, found.notes) == ("cameras", {"records:left_out": 1})
    assert cells(table(root, records="contacts")) == [["1", "2"]]


def test_parse_takes_sites_rather_than_their_heads():
    heads = [{"id": n, "zoom": 1} for n in range(4)]
    sites = [{"id": n, "lat": n, "lon": n, "heads": heads} for n in range(3)]
    found = table({"sites": sites})
    assert (found.layout.records, len(cells(found))) == ("sites", 3)
    regions = [{"region": "X", "cameras": sites[:2]}, {"region": "Y", "cameras": sites[2:]}]
    found = table({"regions": regions})
    assert (len(cells(found)), found.notes) == (3, {"records:fields_above": 1})


def test_parse_reads_an_answer_of_arcgis():
    root = {
        "fields": [{"name": "NAME", "type": "esriFieldTypeString"}] * 9,
        "spatialReference": {"wkid": 102100, "latestWkid": 3857},
        "exceededTransferLimit": True,
        "features": [
            {"attributes": {"NAME": "A"}, "geometry": {"x": 10.5, "y": 20}},
            {"attributes": {"NAME": "B"}, "geometry": {"x": "NaN", "y": "NaN"}},
            {"attributes": {"NAME": "C"}},
            {
                "attributes": {"NAME": "D"},
                "geometry": {"rings": [[[0, 0], [0, 2], [2, 2], [2, 0], [0, 0]]]},
            },
            {"attributes": {"NAME": "E"}, "geometry": {"x": "?", "y": 1}},
        ],
    }
    found = table(root)
    rows = list(found.rows)
    assert (found.crs, found.headers, found.has_geometry) == ("EPSG:3857", ("NAME",), True)
    assert [row.place for row in rows] == [(10.5, 20), None, None, (1, 1), None]
    assert [fault.code for row in rows for fault in row.faults] == ["unreadable_position"]
    assert found.notes == {"records:cut_short": 1}


@pytest.mark.parametrize(
    ("reference", "crs"),
    [
        ({"wkid": 4326}, "EPSG:4326"),
        ({"wkid": 102718}, "ESRI:102718"),
        ({"wkid": 102100}, "EPSG:3857"),
        ({"wkt": 'PROJCS["x"]'}, 'PROJCS["x"]'),
        (None, None),
    ],
)
def test_parse_names_the_coordinate_system_of_arcgis(reference, crs):
    feature = {"attributes": {"a": 1, "b": 2}, "geometry": {"x": 1, "y": 2}}
    assert table({"spatialReference": reference, "features": [feature]}).crs == crs


def test_parse_reads_the_rows_of_socrata():
    columns = [
        {"name": "id", "fieldName": ":id", "dataTypeName": "meta_data"},
        {"name": "Name", "fieldName": "name", "dataTypeName": "text"},
        {
            "name": "Location",
            "fieldName": "location",
            "dataTypeName": "location",
            "subColumnTypes": ["human_address", "latitude", "longitude"],
            "cachedContents": {"top": [{"item": n, "count": n} for n in range(20)]},
        },
    ]
    root = {
        "meta": {"view": {"name": "Cameras", "columns": columns}},
        "data": [["row-1", "A", ["here", "41.9", "-87.6"]], ["row-2", "B", None]],
    }
    found = table(root)
    rows = list(found.rows)
    assert found.title == "Cameras"
    assert [row.native_id for row in rows] == ["row-1", "row-2"]
    first = dict(zip(found.headers, rows[0].cells, strict=True))
    assert (first["Location.latitude"], first["Location.longitude"]) == ("41.9", "-87.6")
    assert [row.cells[1] for row in rows] == ["A", "B"]


def test_parse_reads_records_of_opendatasoft():
    point = {"type": "Point", "coordinates": [2.35, 48.85]}
    root = {"nhits": 1, "records": [{"recordid": "x", "fields": {"nom": "A"}, "geometry": point}]}
    found = table(root)
    (row,) = found.rows
    assert (found.headers, row.cells, row.place) == (("recordid", "nom"), ["x", "A"], (2.35, 48.85))
    results = [{"nom": "A", "geo_point_2d": {"lon": 2.35, "lat": 48.85}}]
    flat = table({"total_count": 1, "results": results})
    assert flat.headers == ("nom", "geo_point_2d.lon", "geo_point_2d.lat")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"name": "x", "scripts": {"test": "y"}}', "no list of records"),
        (b'"<script>alert(1)</script>"', "no list of records"),
        (b"[1, 2, 3]", "no list of records"),
        (b"[]", "no list of records"),
        (b"{}", "no list of records"),
        (b"7", "no list of records"),
        (b'{"data": []}', "no list of records"),
        (b"[" * 100_000, "nested too deeply"),
        (json.dumps([{f"k{n}": n for n in range(10_000)}]).encode(), "more than 1000"),
        (
            json.dumps({f"k{n}": {"a": {"b": n}} for n in range(30_000)}).encode(),
            "too many|no list",
        ),
        (b'[{"a": 1}', "cut off"),
    ],
)
def test_parse_refuses_what_is_no_list(content, words):
    started = time.monotonic()
    with pytest.raises(SourceRefusedError, match=words):
        table(content)
    assert time.monotonic() - started < 5


def test_parse_refuses_a_path_that_leads_nowhere():
    with pytest.raises(SourceRefusedError, match="no list of records"):
        table({"data": RECORDS}, records="other")


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


@given(_JSON)
def test_parse_takes_or_refuses_anything(root):
    try:
        found = table(root)
    except SourceRefusedError:
        return
    rows = list(found.rows)
    assert rows
    assert all(len(row.cells) == len(found.headers) for row in rows)
