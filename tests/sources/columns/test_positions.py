"""Where a table's positions stand."""

import csv
import gzip
import io

import pytest
import shapely

from sightlines.errors import SourceRefusedError
from sightlines.sources.columns.position_columns import PositionColumns
from sightlines.sources.columns.positions import find_positions
from sightlines.sources.table import TableRow

PARIS = shapely.box(2.2, 48.8, 2.5, 48.95)
HONG_KONG = shapely.box(113.8, 22.1, 114.5, 22.6)
# Three positions in Paris, and three in Hong Kong in EPSG:2326.
EAST, NORTH = ("2.3501", "2.3612", "2.3723"), ("48.8501", "48.8612", "48.8723")
X_2326, Y_2326 = ("835000.1", "836500.2", "836000.3"), ("817000.4", "820000.5", "819000.6")


def find(columns, *, crs=None, stated=None, extent=None, places=None):
    headers = tuple(columns)
    cells = list(zip(*columns.values(), strict=True))
    sample = [
        TableRow(number, list(row), places[number - 1] if places else None)
        for number, row in enumerate(cells, start=1)
    ]
    return find_positions(
        headers,
        sample,
        has_geometry=places is not None,
        stated_crs=stated,
        crs=crs,
        extent=extent,
    )


def pair_of(columns, **said):
    found, _ = find(columns, **said)
    assert found.form == "pair"
    return found.x, found.y


# file, encoding, (form, x, y, point): read off each file's first lines by eye
REAL = [
    ("au_ballarat_cctv.csv", "utf-8", ("pair", "long", "lat", None)),
    ("ca_ottawa_redlight.csv", "utf-8-sig", ("pair", "LONGITUDE", "LATITUDE", None)),
    ("ca_ottawa_speed.csv", "utf-8-sig", ("pair", "Longitude", "Latitude", None)),
    ("ca_toronto_traffic.csv", "utf-8", ("pair", "Longitude", "Latitude", None)),
    ("ch_osm_surveillance_wkt.csv", "utf-8", ("point", None, None, "geometry")),
    ("fr_paris_prefecture_addresses_only.csv", "utf-8", ("none", None, None, None)),
    ("fr_paris_prefecture_geocoded.csv", "utf-8", ("pair", "lon", "lat", None)),
    ("fr_paris_ville_addresses_only.csv", "utf-8", ("none", None, None, None)),
    ("fr_radars.csv", "utf-8", ("pair", "longitude", "latitude", None)),
    ("kr_gyeongsan_standard_cp949.csv", "cp949", ("pair", "WGS84경도", "WGS84위도", None)),
    ("kr_hwaseong_latlon_only.csv", "utf-8", ("pair", "경도", "위도", None)),
    ("kr_jinju_cp949.csv", "cp949", ("pair", "경도", "위도", None)),
    ("kr_seoul_cctv_by_gu_2020.csv", "utf-8", ("none", None, None, None)),
    ("kr_seoul_cctv_derived.csv.gz", "utf-8", ("pair", "lng", "lat", None)),
    ("th_pattaya_streamurls.csv", "utf-8-sig", ("pair", "lng", "lat", None)),
    ("tw_taipei_cctv_big5.csv", "big5", ("pair", "WGSX", "WGSY", None)),
    ("tw_taipei_police_cctv_no_coords.csv", "utf-8-sig", ("none", None, None, None)),
    ("uk_trafford_cctv.csv", "utf-8", ("pair", "lon", "lat", None)),
    ("us_chicago_redlight.csv", "utf-8-sig", ("pair", "LONGITUDE", "LATITUDE", None)),
    ("us_chicago_speed.csv", "utf-8-sig", ("pair", "LONGITUDE", "LATITUDE", None)),
    ("uz_speedcams.csv", "utf-8", ("pair", "longitude", "latitude", None)),
]


@pytest.mark.parametrize(("name", "encoding", "expected"), REAL)
def test_find_positions_finds_them_in_real_files(shared_data, name, encoding, expected):
    content = (shared_data / "cameras" / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode(encoding)
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    headers = [header or "column 1" for header in lines[0]]
    filled = [(line + [""] * len(headers))[: len(headers)] for line in lines[1:2000] if line]
    sample = [TableRow(number, line) for number, line in enumerate(filled, start=1)]
    found, notes = find_positions(
        headers, sample, has_geometry=False, stated_crs=None, crs=None, extent=None
    )
    assert (found.form, found.x, found.y, found.point) == expected
    assert (found.crs, found.decimal_comma, notes) == ("EPSG:4326", False, {})


def test_find_positions_prefers_degrees_to_a_projected_pair_beside_them():
    columns = {"X": X_2326, "Y": Y_2326, "LATITUDE": NORTH, "LONGITUDE": EAST}
    assert find(columns) == (PositionColumns("pair", "LONGITUDE", "LATITUDE"), {})


def test_find_positions_takes_the_projected_pair_when_the_degrees_are_empty():
    columns = {"x": X_2326, "y": Y_2326, "lat": ("", "", "-"), "lon": ("", "", "n/a")}
    found, _ = find(columns, crs="EPSG:2326")
    assert (found.x, found.y, found.crs) == ("x", "y", "EPSG:2326")


def test_find_positions_takes_the_projected_pair_when_the_user_names_a_projected_system():
    columns = {"easting": X_2326, "northing": Y_2326, "lat": NORTH, "lon": EAST}
    assert pair_of(columns, crs="EPSG:2326") == ("easting", "northing")
    assert pair_of(columns) == ("lon", "lat")


def test_find_positions_prefers_plain_degrees_to_sexagesimal_ones():
    dms = ("48°51'N", "48°52'N", "48°53'N")
    assert pair_of({"lat_dms": dms, "lon": EAST, "a": dms, "lat": NORTH}) == ("lon", "lat")
    assert pair_of({"lat_dms": dms, "lon": EAST}) == ("lon", "lat_dms")


def test_find_positions_takes_the_start_of_a_section_and_says_that_there_is_an_end():
    columns = {"endLat": NORTH, "endLon": EAST, "startLat": NORTH, "startLon": EAST}
    found, notes = find(columns)
    assert (found.x, found.y) == ("startLon", "startLat")
    assert notes == {"position:several_pairs": 1}


@pytest.mark.parametrize(
    "columns",
    [
        {"Latitude": ("Latitude Street", "A", "B"), "Longitude": ("C", "D", "E")},
        {"long": ("a long text", "b", "c"), "lat": ("d", "e", "f")},
        {"location": ("5 Main Street, 3", "Town", "Hall"), "id": ("1", "2", "3")},
        {"x": ("12", "640", "380"), "y": ("40", "480", "12")},
        {"Länge": ("3.5", "4", "2.25"), "Breite": ("1.5", "2", "1")},
        {"length": ("", "", ""), "long": ("", "", "")},
        {},
    ],
)
def test_find_positions_is_not_led_astray_by_false_friends(columns):
    found, _ = find(columns)
    assert found == PositionColumns("none")


@pytest.mark.parametrize("cells", [("", "-"), ("461.993.881", "48.8.5"), ("", "461.993.881")])
def test_find_positions_keeps_named_columns_when_they_are_empty_or_broken(cells):
    columns = {"위도": cells, "경도": cells}
    assert pair_of(columns) == ("경도", "위도")
    assert find(columns, crs="EPSG:2326")[0].crs == "EPSG:2326"


def test_find_positions_takes_degrees_that_leave_the_world_for_broken_degrees():
    assert pair_of({"lon": ("228.115", "461.5"), "lat": ("35.2", "99.1")}) == ("lon", "lat")


def test_find_positions_finds_a_point_column_where_location_is_an_address():
    columns = {"location": ("Town", "Hall", "Bank"), "place": ("POINT (2.35 48.85)",) * 3}
    found, notes = find(columns)
    assert (found.form, found.point, found.point_order) == ("point", "place", "lon_lat")
    assert notes == {"position:by_values": 1}


def test_find_positions_swaps_columns_when_the_latitudes_leave_the_world():
    found, notes = find({"lat": ("127.1234", "127.2"), "lon": ("37.5", "37.6")})
    assert (found.x, found.y) == ("lat", "lon")
    assert notes == {"position:columns_swapped": 1}


def test_find_positions_swaps_columns_when_only_so_they_lie_in_the_area():
    columns = {"lat": EAST, "lon": NORTH}
    assert pair_of(columns, extent=PARIS) == ("lat", "lon")
    assert pair_of(columns) == ("lon", "lat")


def test_find_positions_swaps_columns_when_letters_say_so():
    columns = {"lat": ("2.35 E", "2.36 E"), "lon": ("48.85 N", "48.86 N")}
    assert pair_of(columns) == ("lat", "lon")


def test_find_positions_reads_columns_without_names_by_their_values():
    found, notes = find({"a": ("k", "l"), "b": ("37.5012", "37.5113"), "c": ("127.001", "127.002")})
    assert (found.x, found.y) == ("c", "b")
    assert notes == {"position:by_values": 1}


def test_find_positions_proposes_nothing_when_values_can_be_read_in_two_ways():
    columns = {"column 1": NORTH, "column 2": EAST}
    assert find(columns) == (PositionColumns("none"), {"position:ambiguous": 1})
    assert pair_of(columns, extent=PARIS) == ("column 2", "column 1")


def test_find_positions_takes_no_other_numbers_for_positions():
    columns = {"height": ("4.125", "4.250"), "price": ("1200.123", "999.999")}
    assert find(columns) == (PositionColumns("none"), {})
    columns = {"temperature": ("21.125", "22.250"), "pressure": ("101.325", "101.123")}
    assert find(columns) == (PositionColumns("none"), {"position:ambiguous": 1})
    columns = {"ኬክሮስ": ("9.01234", "9.02345"), "ኬንትሮስ": ("98.71234", "98.72345")}
    assert pair_of(columns) == ("ኬንትሮስ", "ኬክሮስ")


@pytest.mark.parametrize(
    ("header", "cells", "order", "notes"),
    [
        ("LOCATION", ("(41.5, -97.7)",), "lat_lon", {}),
        ("coords", ("127.5, 37.5", "127.6, 37.6"), "lon_lat", {}),
        ("coords", ("48.85, 2.35", "48.86, 2.36"), "lat_lon", {"position:order_assumed": 1}),
        ("lonlat", ("2.35, 48.85",), "lon_lat", {}),
        ("coords", ("48°51'24\"N 2°21'07\"E",), "lat_lon", {}),
        ("geometry", ("POINT (2.35 48.85)",), "lon_lat", {}),
        ("geometry", ("POINT (37.5 127.5)",), "lat_lon", {"position:columns_swapped": 1}),
        ("anything", ("SRID=4326;POINT(2.35 48.85)",), "lon_lat", {"position:by_values": 1}),
    ],
)
def test_find_positions_finds_the_order_in_one_cell(header, cells, order, notes):
    found, said = find({header: cells})
    assert (found.form, found.point, found.point_order) == ("point", header, order)
    assert said == notes


def test_find_positions_takes_the_order_of_one_cell_from_the_area():
    found, notes = find({"coords": ("2.35, 48.85", "2.36, 48.86")}, extent=PARIS)
    assert (found.point_order, notes) == ("lon_lat", {})


def test_find_positions_reads_a_flattened_geojson_point():
    columns = {"geometry.type": ("Point",), "geometry.coordinates": ("2.35;48.85",)}
    found, notes = find(columns)
    assert (found.point, found.point_order, notes) == ("geometry.coordinates", "lon_lat", {})


def test_find_positions_sees_decimal_commas():
    found, _ = find({"lon": ("2,3501", "2,3612"), "lat": ("48,85", "48,86")})
    assert (found.x, found.decimal_comma) == ("lon", True)


@pytest.mark.parametrize(
    ("names", "extent", "unit"),
    [
        (("lon_e6", "lat_e6"), None, 1e-6),
        (("lon", "lat"), PARIS, 1e-6),
    ],
)
def test_find_positions_takes_whole_numbers_for_micro_degrees_when_certain(names, extent, unit):
    cells = (("2352222", "2361234"), ("48856614", "48861234"))
    found, notes = find(dict(zip(names, cells, strict=True)), extent=extent)
    assert found.degrees_per_unit == pytest.approx(unit, rel=1e-12)
    assert notes == {"position:fixed_point": 1}


def test_find_positions_refuses_whole_numbers_when_nothing_says_their_unit():
    with pytest.raises(SourceRefusedError, match="not degrees"):
        find({"lon": ("2352222", "2361234"), "lat": ("48856614", "48861234")})


METRES = {"X": X_2326, "Y": Y_2326}


@pytest.mark.parametrize(
    "columns",
    [
        METRES,
        {"easting": X_2326, "northing": Y_2326},
        # Web Mercator called degrees.
        {"lon": ("2776000.1", "2776100.1"), "lat": ("8437000.1", "8437100.1")},
        {"geometry": ("POINT (835000 817000)", "POINT (836000 818000)")},
    ],
)
def test_find_positions_refuses_metres_when_nothing_names_the_system(columns):
    with pytest.raises(SourceRefusedError) as refused:
        find(columns)
    assert str(refused.value) == (
        "The positions are in metres, not degrees, and nothing says in which coordinate system: "
        "name it, as in --crs EPSG:2326."
    )


@pytest.mark.parametrize(
    ("columns", "said", "crs", "notes"),
    [
        (METRES, {"crs": "EPSG:2326"}, "EPSG:2326", {}),
        (METRES, {"crs": "2326", "stated": "EPSG:3857"}, "EPSG:2326", {}),
        (METRES, {"stated": "EPSG:2326"}, "EPSG:2326", {}),
        (METRES, {"extent": HONG_KONG}, "EPSG:2326", {"crs:from_extent": 1}),
        (
            {"X (EPSG:2326)": X_2326, "Y (EPSG:2326)": Y_2326},
            {},
            "EPSG:2326",
            {"crs:from_header": 1},
        ),
        (
            {"geom": ("SRID=2326;POINT(835000 817000)", "SRID=2326;POINT(836000 818000)")},
            {},
            "EPSG:2326",
            {"crs:from_header": 1},
        ),
        ({"lon": EAST, "lat": NORTH}, {"stated": "EPSG:4258"}, "EPSG:4258", {}),
        ({"lon": EAST, "lat": NORTH}, {"stated": "EPSG:2154"}, "EPSG:4326", {}),
        ({"x": EAST, "y": NORTH}, {}, "EPSG:4326", {}),
    ],
)
def test_find_positions_finds_the_coordinate_system(columns, said, crs, notes):
    found, counted = find(columns, **said)
    assert (found.crs, counted) == (crs, notes)


def test_find_positions_swaps_metres_when_only_so_they_lie_in_the_systems_area():
    extent = shapely.box(114.14, 22.27, 114.2, 22.34)
    found, notes = find({"X": Y_2326, "Y": X_2326}, crs="EPSG:2326", extent=extent)
    assert (found.x, found.y, notes) == ("Y", "X", {"position:columns_swapped": 1})


@pytest.mark.parametrize(
    ("columns", "said", "sentence"),
    [
        ({"lon": EAST, "lat": NORTH}, {"crs": "EPSG:2326"}, "leave --crs out"),
        (METRES, {"crs": "EPSG:4326"}, "not in degrees"),
        (METRES, {"crs": "EPSG:0"}, "No coordinate system is called 'EPSG:0'"),
        (METRES, {"stated": "EPSG:0"}, "not known here"),
    ],
)
def test_find_positions_refuses_a_system_that_contradicts_the_numbers(columns, said, sentence):
    with pytest.raises(SourceRefusedError, match=sentence):
        find(columns, **said)


def test_find_positions_flags_a_shifted_datum_and_prefers_any_other():
    shifted = {"gcj_lng": ("121.4", "121.5"), "gcj_lat": ("31.21", "31.22")}
    found, notes = find(shifted)
    assert (found.x, notes) == ("gcj_lng", {"position:shifted_datum": 1})
    columns = {**shifted, "lng": ("121.4", "121.5"), "lat": ("31.21", "31.22")}
    assert find(columns) == (PositionColumns("pair", "lng", "lat"), {})


def test_find_positions_takes_the_geometry_and_remembers_the_columns():
    places = [(835000.1, 817000.4), None, None]
    found, _ = find({"lon": EAST, "lat": NORTH}, stated="EPSG:2326", places=places)
    assert found == PositionColumns("geometry", "lon", "lat", crs="EPSG:2326")


def test_find_positions_sees_a_geometry_with_the_latitude_first():
    found, notes = find({"a": EAST}, places=[(37.5, 127.1)] * 3)
    assert (found.form, found.point_order) == ("geometry", "lat_lon")
    assert notes == {"position:columns_swapped": 1}


def test_find_positions_finds_the_system_of_a_geometry_in_metres():
    places = [(835000.1, 817000.4), (836500.2, 820000.5), (836000.3, 819000.6)]
    found, notes = find({"a": EAST}, places=places, extent=HONG_KONG)
    assert (found.crs, notes) == ("EPSG:2326", {"crs:from_extent": 1})
    with pytest.raises(SourceRefusedError, match="metres"):
        find({"a": EAST}, places=places)


def test_find_positions_uses_the_columns_when_no_geometry_is_filled():
    found, _ = find({"lon": EAST, "lat": NORTH}, places=[None, None, None])
    assert found == PositionColumns("pair", "lon", "lat")
    assert find({"a": EAST}, places=[None, None, None])[0].form == "geometry"


def test_find_positions_is_quick_when_a_table_is_very_wide():
    columns = {f"c {number}": ("1.2345", "2.3456") for number in range(1_000)}
    assert find(columns) == (PositionColumns("none"), {"position:ambiguous": 1})
