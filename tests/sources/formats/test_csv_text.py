"""CSV: real files, every way of writing one, and hostile ones."""

import csv
import gc
import io
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.formats.csv_text import parse
from sightlines.sources.table import Layout


def parsed(content, **layout):
    content = content.encode() if isinstance(content, str) else content
    return parse(Content.of_bytes(content), Layout(**layout))


def cells(table):
    return [list(row.cells) for row in table.rows]


def codes(table):
    return [(fault.row, fault.code) for row in table.rows for fault in row.faults]


# Counted with `csv` alone, or where that is no oracle, by hand.
@pytest.mark.parametrize(
    ("name", "delimiter", "encoding", "n_rows", "headers"),
    [
        ("au_ballarat_cctv.csv", ",", "utf-8", 32, "Council_ID,Location,Type,Site,lat,long"),
        ("fr_paris_prefecture_geocoded.csv", ";", "utf-8", 707, None),
        ("fr_paris_prefecture_addresses_only.csv", ";", "utf-8", 1391, None),
        ("fr_paris_ville_addresses_only.csv", ";", "utf-8", 890, None),
        ("fr_radars.csv", ",", "utf-8", 3350, None),
        ("ch_osm_surveillance_wkt.csv", ",", "utf-8", 2143, "column 1,type,id,tags,geometry"),
        ("kr_gyeongsan_standard_cp949.csv", ",", "cp949", 3538, None),
        ("kr_hwaseong_latlon_only.csv", ",", "utf-8", 6877, "위도,경도"),
        ("kr_jinju_cp949.csv", ",", "cp949", 1831,
         "목적,읍면동,설치장소,위도,경도,설치연도,설치대수"),
        ("kr_seoul_cctv_by_gu_2020.csv", ",", "utf-8", 25,
         "column 1,기관명,소계,2017년도이전,2018년,2019년,2020년"),
        ("th_pattaya_streamurls.csv", ",", "utf-8", 400, "id,name,lat,lng,streamUrl"),
        ("tw_taipei_cctv_big5.csv", ",", "big5", 416, "流水號,縣市,攝影機編號,WGSX,WGSY"),
        ("tw_taipei_police_cctv_no_coords.csv", ",", "utf-8", 15416,
         "編號,所屬單位,安裝地址,攝影方向"),
        ("us_chicago_speed.csv", ",", "utf-8", 160, None),
        ("uz_speedcams.csv", ",", "utf-8", 576, None),
    ],
)  # fmt: skip
def test_parse_reads_real_files(shared_data, name, delimiter, encoding, n_rows, headers):
    table = parse(Content.of_path(shared_data / "cameras" / name), Layout())
    assert (table.layout.delimiter, table.layout.encoding) == (delimiter, encoding)
    assert (table.layout.header_row, table.layout.header_rows) == (1, 1)
    assert table.layout.decimal_comma is False
    assert sum(1 for _ in table.rows) == n_rows
    assert codes(table) == []
    assert headers is None or ",".join(table.headers) == headers


def test_parse_keeps_the_commas_of_paris_in_their_cells(shared_data):
    path = shared_data / "cameras" / "fr_paris_prefecture_geocoded.csv"
    first = next(iter(parse(Content.of_path(path), Layout()).rows))
    assert first.cells == [
        "75001", "1051", "Rue Saint-Denis, rue de Rivoli", "croisement", "08/07/16",
        "2.34750188", "48.85875016",
    ]  # fmt: skip


def test_parse_joins_the_three_header_rows_of_seoul(shared_data):
    path = shared_data / "boundaries" / "kr_seoul_population_2020q1.tsv"
    table = parse(Content.of_path(path), Layout())
    assert table.headers[:6] == (
        "기간", "자치구", "세대", "인구 합계 계", "인구 합계 남자", "인구 합계 여자",
    )  # fmt: skip
    assert (table.layout.header_rows, sum(1 for _ in table.rows)) == (3, 26)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_parse_reads_every_dialect(delimiter, line_end, encoding):
    lines = ["ref,Longitude,Latitude,operator", 'A,24.5,60.25,"Stadt Köln"', "", "B,1,2,Ä"]
    content = line_end.join(line.replace(",", delimiter) for line in lines).encode(encoding)
    table = parsed(content)
    assert table.format == "csv"
    assert table.headers == ("ref", "Longitude", "Latitude", "operator")
    assert cells(table) == [["A", "24.5", "60.25", "Stadt Köln"], ["B", "1", "2", "Ä"]]
    assert [row.number for row in table.rows] == [1, 3]


letters = st.text(st.sampled_from("aé,;|\t\"'\n 1.-나中"), max_size=6)


@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(letters, min_size=width, max_size=width), min_size=1, max_size=8
        )
    ),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)
def test_parse_gives_back_any_table_that_was_written(rows, delimiter, encoding):
    headers = ["lon", "lat", "name", "type", "operator"][: len(rows[0])]
    opened = io.StringIO(newline="")
    csv.writer(opened, delimiter=delimiter).writerows([headers, *rows])
    content = opened.getvalue().encode(encoding)
    table = parsed(content, delimiter=delimiter, encoding=encoding, header_row=1)
    assert table.headers == tuple(headers)
    assert cells(table) == rows


@given(
    st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90), letters), min_size=3),
    st.sampled_from(",;\t|"),
)
def test_parse_finds_delimiter_and_header_of_any_table_of_positions(rows, delimiter):
    opened = io.StringIO(newline="")
    writer = csv.writer(opened, delimiter=delimiter)
    writer.writerow(["lon", "lat", "name"])
    writer.writerows([f"{lon:.5f}", f"{lat:.5f}", text] for lon, lat, text in rows)
    table = parsed(opened.getvalue())
    assert table.layout.delimiter == delimiter
    assert table.headers == ("lon", "lat", "name")
    assert [row.cells[2] for row in table.rows] == [text for _, _, text in rows]


@given(st.binary(max_size=300))
def test_parse_takes_or_refuses_anything(noise):
    try:
        table = parsed(b"lon,lat,direction\n" + noise)
        rows = list(table.rows)
    except SourceRefusedError:
        return
    assert all(len(row.cells) == len(table.headers) for row in rows)


@pytest.mark.parametrize(
    ("content", "delimiter", "decimal_comma"),
    [
        ("lon;lat\n24,95;60,17\n", ";", True),
        ("lon;lat\n24,951;60,171\n", ";", True),
        ("lon\tlat\n24,9512\t60,17\n", "\t", True),
        ('lon,lat\n"24,95","60,17"\n', ",", True),
        ("lon;lat;people\n24.95;60.17;1,234\n", ";", False),
        ("place\tpeople\nA\t4,354,006\nB\t1,234\n", "\t", False),
        ("lon,lat\n24.95,60.17\n", ",", False),
    ],
)
def test_parse_finds_the_decimal_comma(content, delimiter, decimal_comma):
    layout = parsed(content).layout
    assert (layout.delimiter, layout.decimal_comma) == (delimiter, decimal_comma)


@pytest.mark.parametrize(
    ("content", "header", "headers"),
    [
        ("37.24,126.89\n37.19,126.9\n", (0, 0), ("column 1", "column 2")),
        ("A,24.5,60.25\nB,1,2\n", (0, 0), ("column 1", "column 2", "column 3")),
        ("Cameras of the city\n\nlon,lat\n1,2\n", (3, 1), ("lon", "lat")),
        ("Source:,City,\nDate:,2020-01-01,\n,,\nlon,lat,name\n1,2,a\n3,4,b\n", (4, 1),
         ("lon", "lat", "name")),
        ("title\n" * 20 + "lon,lat\n1,2\n3,4\n", (21, 1), ("lon", "lat")),
        ("관리번호,위도,경도\nid,latitude,longitude\nA,37.1,126.9\nB,37.2,126.8\n", (1, 2),
         ("관리번호 id", "위도 latitude", "경도 longitude")),
        ("ID,Position,,Type\n,lat,lon,\nA,60.1,24.9,dome\nB,60.2,24.8,dome\n", (1, 2),
         ("ID", "Position lat", "Position lon", "Type")),
        ("name,lat,lon\nFoo,unknown,unknown\nBar,1,2\nBaz,3,4\n", (1, 1), ("name", "lat", "lon")),
        ("area,2019,2020\nA,5,6\nB,7,9\n", (1, 1), ("area", "2019", "2020")),
        ("A,B,C\nx,y,z\nu,,w\nCity,Camera,No\nf,g,h\n", (1, 1), ("A", "B", "C")),
        ("lat,lat,,lon\n1,2,3,4\n5,6,7,8\n", (1, 1), ("lat", "lat [2]", "column 3", "lon")),
        ("location\n(41.9, -87.6)\n(41.8, -87.5)\n", (1, 1), ("location",)),
        ("lon,lat\n", (1, 1), ("lon", "lat")),
    ],
)  # fmt: skip
def test_parse_finds_the_header_rows(content, header, headers):
    table = parsed(content)
    assert (table.layout.header_row, table.layout.header_rows) == header
    assert table.headers == headers


def test_parse_joins_a_row_of_units_to_the_headers():
    table = parsed("lon,lat,zz\ndeg,deg,m\n1,2,3\n4,5,6\n")
    assert table.layout.header_rows == 2
    assert table.headers[2] == "zz m"
    assert cells(table) == [["1", "2", "3"], ["4", "5", "6"]]


def test_parse_calls_a_table_by_the_title_above_it():
    assert parsed("Cameras of the city\n\nlon,lat\n1,2\n").title == "Cameras of the city"
    assert parsed("lon,lat\n1,2\n").title is None


@pytest.mark.parametrize("header", ["location\n", ""])
@pytest.mark.parametrize("quote", ["", '"'])
def test_parse_leaves_a_pair_in_brackets_in_one_cell(header, quote):
    content = header + "".join(f"{quote}({lat}, -87.6){quote}\n" for lat in (41.9, 41.8, 41.7))
    assert cells(parsed(content)) == [["(41.9, -87.6)"], ["(41.8, -87.6)"], ["(41.7, -87.6)"]]


def test_parse_takes_what_the_layout_says():
    content = "t;u\nx;y,z\n1;2,5\n".encode("cp1252")
    layout = {"encoding": "cp1252", "delimiter": ",", "header_row": 2, "header_rows": 1}
    table = parsed(content, **layout, decimal_comma=True)
    assert table.headers == ("x;y", "z")
    assert cells(table) == [["1;2", "5"]]
    assert table.layout == Layout(**layout, decimal_comma=True)
    assert parsed("x,y\n1,2\n", header_row=0).headers == ("column 1", "column 2")


def test_parse_faults_a_row_with_more_cells_than_headers():
    table = parsed("lon,lat,name\n1,2,a,\n3,4,b,x\n5,6\n")
    assert codes(table) == [(2, "too_many_cells")]
    assert cells(table) == [["1", "2", "a"], ["3", "4", "b"], ["5", "6", ""]]


def test_parse_takes_a_line_of_delimiters_for_a_row_and_a_blank_line_for_none():
    table = parsed("lon,lat\n,\n\n   \n1,2\n")
    assert [(row.number, row.cells) for row in table.rows] == [(1, ["", ""]), (4, ["1", "2"])]


@pytest.mark.parametrize("end", ["\x1a", "\n\x1a", "\n\x1a\n"])
def test_parse_ends_where_dos_says_so(end):
    assert cells(parsed(f"lon,lat\n1,2{end}")) == [["1", "2"]]


def test_parse_reads_the_delimiter_that_excel_is_told():
    table = parsed("sep=;\nlon;lat\n1;2\n")
    assert (table.headers, table.title) == (("lon", "lat"), None)


def test_parse_reads_lines_that_are_quoted_as_a_whole():
    table = parsed('"lon,lat,""name"""\n"1,2,""Foo, bar"""\n')
    assert table.headers == ("lon", "lat", "name")
    assert cells(table) == [["1", "2", "Foo, bar"]]


@pytest.mark.parametrize("n_before", [0, 300])
def test_parse_reads_a_quotation_mark_behind_a_backslash(n_before):
    content = "lon,lat,name\n" + '1,2,"x"\n' * n_before + '3,4,"O\\"Brien, J"\n'
    assert cells(parsed(content))[-1] == ["3", "4", 'O"Brien, J']


def test_parse_keeps_a_backslash_that_is_no_escape():
    assert cells(parsed('lon,lat,path\n1,2,"C:\\"\n')) == [["1", "2", "C:\\"]]


def test_parse_mends_a_line_with_text_behind_a_quotation_mark():
    table = parsed('lon,lat,name\n1,2,"Bar" Berlin\n3,4,"x"\n')
    assert cells(table) == [["1", "2", "Bar Berlin"], ["3", "4", "x"]]


def test_parse_keeps_a_formula_as_text():
    assert cells(parsed("lon,lat,name\n-33.87,-1,=1+1\n")) == [["-33.87", "-1", "=1+1"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b'lon,lat\n"1,2\n', "line 2"),
        (b'lon,lat,name\n1,2,"abc\n3,4,"x"\n', "line 2"),
        (b'lon,lat,name\n1,2,"abc\n' + b"5,6,y\n" * 100_000, "line 2"),
        (b"lon,lat,name\n1,2,x\n3,4," + b"x" * 200_000, "line 3"),
        (b"lon,lat\n1,2\n" + b"1" * 5_000_000, "line 3|Line 3"),
        (b"lon,lat\n1,\x00", "not a table"),
        (b"," * 1_000, "no table"),
        (b"\n" * 100 + b",\n", "no table"),
        (b"PK\x03\x04", "spreadsheet"),
        (b"lon,lat" + b",x" * 10_000 + b"\n1,2\n", "1000 columns"),
    ],
)
def test_parse_refuses_what_is_no_such_table(content, words):
    with pytest.raises(SourceRefusedError, match=words):
        list(parsed(content).rows)


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        ({"delimiter": "ab"}, "one character"),
        ({"delimiter": '"'}, "one character"),
        ({"header_row": 9}, "no row 9"),
        ({"encoding": "klingon"}, "No encoding"),
    ],
)
def test_parse_refuses_a_layout_that_cannot_be(layout, words):
    with pytest.raises(SourceRefusedError, match=words):
        parsed("lon,lat\n1,2\n", **layout)


def test_parse_reads_a_long_cell_below_the_limit():
    assert cells(parsed("lon,lat,name\n1,2," + "x" * 120_000))[0][2] == "x" * 120_000


def test_parse_closes_what_it_opened_when_the_rows_are_abandoned(tmp_path):
    path = tmp_path / "cameras.csv"
    path.write_text("lon,lat\n" + "1,2\n" * 1_000)
    rows = iter(parse(Content.of_path(path), Layout()).rows)
    assert next(rows).number == 1
    del rows
    gc.collect()  # warnings are errors: an open file would be one


@pytest.mark.slow
def test_parse_holds_no_more_than_a_piece_of_a_long_table(tmp_path):
    path = tmp_path / "long.csv"
    row = b"24.95,60.17,dome,a camera at the corner of the street\n"
    path.write_bytes(b"lon,lat,type,name\n" + row * 500_000)
    tracemalloc.start()
    before = time.perf_counter()
    assert sum(1 for _ in parse(Content.of_path(path), Layout()).rows) == 500_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    path.unlink()
    assert peak < 20 * 1024**2
    assert time.perf_counter() - before < 20
