"""Where each row lies."""

import csv
import struct

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sightlines.errors import Fault, SourceRefusedError
from sightlines.geodesy import GEOD
from sightlines.sources.columns.placing import Placed, Placer
from sightlines.sources.columns.position_columns import PositionColumns
from sightlines.sources.columns.positions import find_positions
from sightlines.sources.table import TableRow

PAIR = PositionColumns("pair", "lon", "lat")
POINT = PositionColumns("point", point="lon")
HEADERS = ("lon", "lat")
SEOUL = [(f"{127.0 + step / 100}", f"{37.5 + step / 200}") for step in range(20)]
PARIS = [(f"{2.3 + step / 100}", f"{48.8 + step / 200}") for step in range(20)]
ILE_DE_FRANCE = shapely.box(1.4, 48.1, 3.6, 49.3)


def rows_of(cells):
    return [TableRow(number, list(pair)) for number, pair in enumerate(cells, start=1)]


def place(cells, columns=PAIR, *, bulk=(), extent=None):
    sample = rows_of([*bulk, *cells])
    return Placer(HEADERS, columns, extent, sample).place(rows_of(cells))


def said_of(placed):
    return [fault.code for fault in placed.faults], list(placed.notes)


def test_place_reads_plain_degrees():
    assert place([("24.9384", "60.1699")]) == [Placed(24.9384, 60.1699)]
    assert place([]) == []


# HOSTILE.md, Geography. In the world, in Seoul: (0, 0), swapped, > 180, antimeridian, poles, ...
@pytest.mark.parametrize(
    ("lon", "lat", "codes", "notes"),
    [
        ("0", "0", ["null_island"], []),
        ("0.0000001", "-0", ["null_island"], []),
        ("37.51", "127.02", [], ["position:swapped"]),
        ("228.115", "37.5", ["out_of_range"], []),
        ("200", "95", ["out_of_range", "out_of_range"], []),
        ("1e300", "37.5", ["out_of_range"], []),
        ("180", "37.5", [], []),
        ("-180", "-37.4", [], []),
        ("127", "90", [], []),
        ("127", "-90.0000000001", [], []),
        ("2776000", "8437000", ["out_of_range", "out_of_range"], []),
        ("-127.02", "37.51", [], ["position:sign_lost"]),
        ("127.02", "-37.51", [], ["position:sign_lost"]),
        ("461.993.881", "37.5", ["unreadable_position"], []),
        ("461.993.881", "x", ["unreadable_position", "unreadable_position"], []),
        ("461.993.881", "", ["unreadable_position"], []),
        ("inf", "37.5", ["unreadable_position"], []),
        ("1_27", "37.5", ["unreadable_position"], []),
        ("", "", [], ["position:missing"]),
        ("-", "n/a", [], ["position:missing"]),
        (" 없음", "#N/A ", [], ["position:missing"]),
        ("nan", "NaN", [], ["position:missing"]),
        ("127.02", "", [], ["position:half"]),
        ("unknown", "37.5", [], ["position:half"]),
        ("127.0123456789012345", "37.5123456789012345", [], []),
        ("135.0", "38.0", [], []),
        ("127.02 N", "37.5 N", ["unreadable_position"], []),
        ("37.51 N", "127.02 E", [], ["position:swapped"]),
    ],
)
def test_place_judges_each_row(lon, lat, codes, notes):
    placed = place([(lon, lat)], bulk=SEOUL)[0]
    assert said_of(placed) == (codes, notes)
    assert (placed.lon is None) == bool(codes or {"position:missing", "position:half"} & {*notes})


def test_place_repairs_a_swap_that_is_certain_only():
    assert place([("37.51", "127.02")], bulk=SEOUL)[0][:2] == (127.02, 37.51)
    # Without a bulk or an area nothing is certain.
    assert said_of(place([("37.51", "127.02")])[0]) == (["out_of_range"], [])
    # In the world as given: noted, and left as it is.
    placed = place([("48.85", "2.35")], bulk=PARIS)[0]
    assert placed == Placed(48.85, 2.35, (), ("position:perhaps_swapped",))


def test_place_repairs_a_swap_into_the_declared_area():
    seoul = shapely.box(126.7, 37.4, 127.2, 37.7)
    placed = place([("37.51", "127.02")], extent=seoul)[0]
    assert placed == Placed(127.02, 37.51, (), ("position:swapped",))


def test_place_keeps_a_lost_sign_as_it_is():
    assert place([("-127.02", "37.51")], bulk=SEOUL)[0][:2] == (-127.02, 37.51)


@pytest.mark.parametrize(
    ("lon", "lat", "notes"),
    [
        ("2.35", "48.85", []),
        ("1.4", "48.1", []),
        ("5.0", "45.0", ["position:outside_extent"]),
        ("-2.35", "48.85", ["position:sign_lost", "position:outside_extent"]),
        ("48.85", "2.35", ["position:perhaps_swapped", "position:outside_extent"]),
    ],
)
def test_place_notes_what_lies_outside_the_declared_area(lon, lat, notes):
    placed = place([(lon, lat)], bulk=PARIS, extent=ILE_DE_FRANCE)[0]
    assert placed == Placed(float(lon), float(lat), (), tuple(notes))


def test_place_notes_nothing_of_what_is_merely_far_or_repeated():
    assert place([("55.45", "-20.88")], bulk=PARIS)[0].notes == ()
    repeated = place([("2.35", "48.85")] * 10_000)
    assert set(repeated) == {Placed(2.35, 48.85)}


def test_place_takes_both_sides_of_the_antimeridian_for_neighbours():
    fiji = [(f"{179.5 + step / 100}", "-17.5") for step in range(40)]
    assert place([("-179.9", "-17.5")], bulk=fiji)[0] == Placed(-179.9, -17.5)


def test_place_clamps_what_is_beyond_the_edge_by_rounding():
    edges = [("180.0000000001", "90.0000000001"), ("180.001", "10")]
    beyond, wrong = place(edges)
    assert beyond == Placed(180.0, 90.0)
    assert said_of(wrong) == (["out_of_range"], [])


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ("2°21'00\"E", "48°51'00\"N"),
        ("E 2 21 00", "N 48 51 00"),
        ("2°21.0'", "48°51.0'"),
        ("2도 21분 0초", "48도 51분 0초"),
        ("2.35°", "\uff0b48.85"),
    ],
)
def test_place_reads_degrees_however_they_are_written(lon, lat):
    assert place([(lon, lat)])[0][:2] == pytest.approx((2.35, 48.85), abs=1e-12)


def test_place_reads_decimal_commas_and_micro_degrees():
    comma = PositionColumns("pair", "lon", "lat", decimal_comma=True)
    assert place([("2,35", "48,85")], comma)[0] == Placed(2.35, 48.85)
    assert said_of(place([("2,35", "48,85")])[0])[0] == ["unreadable_position"] * 2
    micro = PositionColumns("pair", "lon", "lat", degrees_per_unit=1e-6)
    assert place([("2352222", "48856614")], micro)[0][:2] == pytest.approx((2.352222, 48.856614))


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("(48.85, 2.35)", None, (2.35, 48.85)),
        ("(48.85, 2.35)", "lon_lat", (48.85, 2.35)),
        ("POINT (2.35 48.85)", None, (2.35, 48.85)),
        ("POINT (2.35 48.85)", "lon_lat", (2.35, 48.85)),
        ("48°51'N 2°21'E", "lon_lat", (2.35, 48.85)),
        ("geo:48.85,2.35", "lon_lat", (2.35, 48.85)),
        ("48,85; 2,35", "lat_lon", (2.35, 48.85)),
        (struct.pack("<BIdd", 1, 1, 2.35, 48.85).hex(), None, (2.35, 48.85)),
    ],
)
def test_place_reads_both_numbers_from_one_cell(text, order, expected):
    columns = PositionColumns("point", point="lon", point_order=order)
    assert place([(text, "")], columns)[0][:2] == pytest.approx(expected, abs=1e-12)


def test_place_says_what_is_wrong_with_one_cell():
    missing, broken, null, shape = place(
        [
            ("", ""),
            ("461.993.881", ""),
            ("(0.0, 0.0)", ""),
            ("POLYGON ((2 48, 4 48, 4 50, 2 50, 2 48))", ""),
        ],
        POINT,
    )
    assert missing == Placed(None, None, (), ("position:missing",))
    assert [(fault.row, fault.attribute, fault.code) for fault in broken.faults] == [
        (2, "lon", "unreadable_position")
    ]
    assert said_of(null) == (["null_island"], [])
    assert shape == Placed(3.0, 49.0, (), ("geometry:representative_point",))


def test_place_names_the_row_and_the_number_at_fault():
    placed = place([("2.35", "48.85"), ("2.35", "48.8.5")])[1]
    sentence = "Latitude is not a number such as 60.1699."
    assert placed.faults == (Fault(2, "lat", "unreadable_position", sentence),)


@pytest.mark.parametrize(
    ("x", "y", "codes", "notes"),
    [
        ("3962799.45", "2999718.85", [], []),
        ("3,962,799.45", "2,999,718.85", [], []),
        ("0", "0", ["null_island"], []),
        ("", "2999718.85", [], ["position:half"]),
        ("x", "2999718.85", ["unreadable_position"], []),
        ("1e99", "1e99", ["out_of_range"], []),
    ],
)
def test_place_projects_metres(x, y, codes, notes):
    columns = PositionColumns("pair", "lon", "lat", crs="EPSG:3035")
    placed = place([(x, y)], columns)[0]
    assert said_of(placed) == (codes, notes)
    if not codes and not notes:
        assert placed[:2] == pytest.approx((5.0, 50.0), abs=1e-7)


def test_place_takes_the_middle_of_web_mercator_for_null_island():
    columns = PositionColumns("pair", "lon", "lat", crs="EPSG:3857")
    assert said_of(place([("0.01", "0.01")], columns)[0]) == (["null_island"], [])


def test_place_reads_geometries_and_falls_back_to_the_columns():
    columns = PositionColumns("geometry", "lon", "lat", crs="EPSG:3035")
    fault = Fault(4, "geometry", "unreadable_position", "Broken.")
    rows = [
        TableRow(1, ["", ""], (3962799.45, 2999718.85)),
        TableRow(2, ["5.0", "50.0"]),
        TableRow(3, ["", ""]),
        TableRow(4, ["5.0", "50.0"], None, None, (fault,)),
        TableRow(5, ["5.0", ""]),
    ]
    found, beside, missing, faulty, half = Placer(HEADERS, columns, None, rows).place(rows)
    assert found[:2] == pytest.approx((5.0, 50.0), abs=1e-7)
    assert beside == Placed(5.0, 50.0)
    assert missing.notes == ("position:missing",)
    assert faulty == Placed(None, None)
    assert half.notes == ("position:half",)


def test_place_reads_geometries_with_the_latitude_first():
    columns = PositionColumns("geometry", point_order="lat_lon")
    rows = [TableRow(1, ["", ""], (37.5, 127.0)), TableRow(2, ["", ""], (0.0, 0.0))]
    first, null = Placer(HEADERS, columns, None, rows).place(rows)
    assert first == Placed(127.0, 37.5)
    assert said_of(null) == (["null_island"], [])


def test_place_leaves_rows_without_a_position_when_the_table_has_none():
    columns = PositionColumns("none")
    assert place([("a", "b")], columns) == [Placed(None, None, (), ("position:missing",))]


def test_placer_refuses_a_column_that_the_table_does_not_have():
    with pytest.raises(SourceRefusedError, match="no column called 'x'"):
        Placer(HEADERS, PositionColumns("pair", "x", "lat"), None, [])


def test_place_agrees_with_itself_row_by_row():
    cells = [
        *SEOUL, ("", ""), ("0", "0"), ("37.5", "127.1"), ("x", "1"), ("-127.05", "37.5"),
        ("127°1'E", "37°30'N"), ("127.1", ""), ("999", "1"),
    ]  # fmt: skip
    rows = rows_of(cells)
    placer = Placer(HEADERS, PAIR, None, rows)
    assert placer.place(rows) == [placed for row in rows for placed in placer.place([row])]


@given(st.floats(-180.0, 180.0), st.floats(-90.0, 90.0))
def test_place_brings_any_position_back(lon, lat):
    placed = place([(f"{lon:.12f}", f"{lat:.12f}")])[0]
    if max(abs(lon), abs(lat)) < 1e-6:
        assert placed.faults[0].code == "null_island"
    elif max(abs(lon), abs(lat)) > 1.1e-6:
        assert placed[:2] == pytest.approx((lon, lat), abs=1e-9)
        assert placed[2:] == ((), ())


# file, encoding, (rows, rejected, without position): counted by eye, see the README there
@pytest.mark.parametrize(
    ("name", "encoding", "counts"),
    [
        ("au_ballarat_cctv.csv", "utf-8", (32, 0, 1)),
        ("kr_jinju_cp949.csv", "cp949", (1831, 1, 0)),
        ("kr_hwaseong_latlon_only.csv", "utf-8", (6877, 0, 0)),
        ("fr_radars.csv", "utf-8", (3350, 0, 0)),
        ("ch_osm_surveillance_wkt.csv", "utf-8", (2143, 0, 0)),
        ("tw_taipei_cctv_big5.csv", "big5", (416, 0, 0)),
        ("uk_trafford_cctv.csv", "utf-8", (163, 0, 0)),
    ],
)
def test_place_places_real_files(shared_data, name, encoding, counts):
    with (shared_data / "cameras" / name).open(encoding=encoding, newline="") as opened:
        headers, *lines = csv.reader(opened)
    rows = [TableRow(number, line) for number, line in enumerate(lines, start=1) if line]
    headers = [header or "column 1" for header in headers]
    columns, _ = find_positions(
        headers, rows, has_geometry=False, stated_crs=None, crs=None, extent=None
    )
    placed = Placer(headers, columns, None, rows).place(rows)
    rejected = sum(bool(one.faults) for one in placed)
    missing = sum("position:missing" in one.notes for one in placed)
    assert (len(placed), rejected, missing) == counts
    assert all(one.lon is not None for one in placed if not one.faults and not one.notes)


def test_place_agrees_with_ottawas_own_degrees(shared_data):
    with (shared_data / "cameras" / "ca_ottawa_redlight.csv").open(encoding="utf-8-sig") as opened:
        lines = list(csv.DictReader(opened))
    columns = PositionColumns("pair", "lon", "lat", crs="EPSG:32189")
    placed = place([(line["X"], line["Y"]) for line in lines], columns)
    lon, lat = np.array([one[:2] for one in placed], dtype=float).T
    own = [[float(line[name]) for line in lines] for name in ("LONGITUDE", "LATITUDE")]
    # The README of the set says 0.05 m, rounded.
    assert max(GEOD.inv(lon, lat, *own)[2]) < 0.055


def test_place_keeps_a_cell_with_an_address_alone_as_a_missing_position():
    rows = [
        TableRow(1, ["1 Main St\nAustin, TX\n(30.25, -97.75)"]),
        TableRow(2, ["2 Main St\nAustin, TX"]),
        TableRow(3, ["461.993.881 Main Street"]),
    ]
    columns = PositionColumns("point", point="Location")
    found = Placer(["Location"], columns, None, rows).place(rows)
    assert [(row.lon, row.lat) for row in found] == [(-97.75, 30.25), (None, None), (None, None)]
    assert (found[1].notes, found[1].faults) == (("position:missing",), ())
    assert [fault.code for fault in found[2].faults] == ["unreadable_position"]
