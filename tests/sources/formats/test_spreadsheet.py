"""Spreadsheets: what their cells become, which sheet is taken, and hostile workbooks."""

import datetime
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell
from odf.table import TableRow as OdfRow
from odf.text import P

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content, Limits
from sightlines.sources.formats.spreadsheet import parse
from sightlines.sources.formats.workbook_child import as_text
from sightlines.sources.table import Layout

pytestmark = pytest.mark.slow

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(sheets, hidden=()):
    written = openpyxl.Workbook()
    written.remove(written.active)
    for name, rows in sheets.items():
        sheet = written.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    opened = io.BytesIO()
    written.save(opened)
    return opened.getvalue()


def hand_made(sheet_xml):
    """Return a workbook whose only sheet is written by hand."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
        f'Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r" Type="{DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{sheet_xml}</worksheet>',
    }
    opened = io.BytesIO()
    with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return opened.getvalue()


def open_document(rows):
    document = OpenDocumentSpreadsheet()
    table = OdfTable(name="S")
    for row in rows:
        written = OdfRow()
        for kind, value in row:
            named = {"float": "value", "boolean": "booleanvalue", "date": "datevalue"}
            cell = TableCell(valuetype=kind, **({named[kind]: value} if kind in named else {}))
            cell.addElement(P(text=value))
            written.addElement(cell)
        table.addElement(written)
    document.spreadsheet.addElement(table)
    opened = io.BytesIO()
    document.save(opened)
    return opened.getvalue()


def parsed(content, **layout):
    return parse(Content.of_bytes(content), Layout(**layout))


def cells(table):
    return [list(row.cells) for row in table.rows]


ROWS = [["id", "lon", "lat"], [1001, 24.951234567, 60.17], [1002, -0.5, 1]]
TEXTS = [["1001", "24.951234567", "60.17"], ["1002", "-0.5", "1"]]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1001.0, "1001"),
        (-0.5, "-0.5"),
        (126.978012345, "126.978012345"),
        (0.30000000000000004, "0.3"),
        (1e15, "1000000000000000"),
        (1e300, "1e+300"),
        (7, "7"),
        (True, "yes"),
        (False, "no"),
        ("", ""),
        (" x", " x"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
        (datetime.datetime(2024, 1, 2, 3, 4, 5), "2024-01-02T03:04:05"),  # noqa: DTZ001
        (datetime.time(3, 4), "03:04:00"),
        (datetime.timedelta(hours=30, seconds=5), "30:00:05"),
    ],
)
def test_as_text_writes_a_cell_as_a_table_has_it(cell, text):
    assert as_text(cell) == text


def test_parse_reads_xlsx():
    table = parsed(workbook({"Cameras": ROWS}))
    assert (table.format, table.headers) == ("xlsx", ("id", "lon", "lat"))
    assert cells(table) == cells(table) == TEXTS
    assert table.layout == Layout(header_row=1, header_rows=1, decimal_comma=False, sheet="Cameras")
    assert table.notes == {}


def test_parse_reads_ods():
    rows = [
        [("string", "lon"), ("string", "ok"), ("string", "when")],
        [("float", "1001"), ("boolean", "true"), ("date", "2024-01-02T03:04:05")],
        [("float", "24.9"), ("boolean", "false"), ("date", "2024-01-02")],
    ]
    table = parsed(open_document(rows))
    assert (table.format, table.headers) == ("ods", ("lon", "ok", "when"))
    assert cells(table) == [["1001", "yes", "2024-01-02T03:04:05"], ["24.9", "no", "2024-01-02"]]


def test_parse_gives_an_error_cell_no_text():
    xml = (
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>lon</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>lat</t></is></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c></row></sheetData>'
    )
    assert cells(parsed(hand_made(xml))) == [["1", ""]]


def test_parse_passes_title_rows_and_empty_rows():
    rows = [["Cameras of the city"], [], ROWS[0], ROWS[1], [], ROWS[2]]
    table = parsed(workbook({"S": rows}))
    assert (table.layout.header_row, table.title) == (3, "Cameras of the city")
    assert [row.number for row in table.rows] == [1, 3]
    assert cells(table) == TEXTS


def test_parse_joins_headers_below_a_merged_cell():
    rows = [["id", "Position", None], [None, "lat", "lon"], ["A", 1.5, 2.5], ["B", 3.5, 4.5]]
    table = parsed(workbook({"S": rows}))
    assert table.headers == ("id", "Position lat", "Position lon")
    assert cells(table) == [["A", "1.5", "2.5"], ["B", "3.5", "4.5"]]


def test_parse_names_a_last_column_that_has_no_header():
    table = parsed(workbook({"S": [["lon", "lat"], [1, 2, "x"], [3, 4, "y"]]}))
    assert table.headers == ("lon", "lat", "column 3")
    assert cells(table) == [["1", "2", "x"], ["3", "4", "y"]]


def test_parse_counts_header_rows_as_the_sheet_does():
    content = workbook({"S": [[], [], ["x", "y"], ["lon", "lat"], [1, 2]]})
    table = parsed(content, header_row=4)
    assert (table.headers, table.layout.header_row) == (("lon", "lat"), 4)
    assert cells(table) == [["1", "2"]]


def test_parse_takes_the_first_visible_sheet_with_a_table_and_notes_the_others():
    sheets = {
        "Secret": ROWS, "Empty": [], "Read me": [["Some words"], ["and more"]], "A": ROWS,
        "B": [["lon", "lat"], [1, 2]],
    }  # fmt: skip
    table = parsed(workbook(sheets, hidden=("Secret",)))
    assert table.layout.sheet == "A"
    assert table.notes == {"sheet:left_out": 2}


def test_parse_takes_the_sheet_that_the_layout_names():
    table = parsed(workbook({"A": ROWS, "B": [["lon", "lat"], [1, 2]]}), sheet="B")
    assert cells(table) == [["1", "2"]]
    with pytest.raises(SourceRefusedError, match="'C'"):
        parsed(workbook({"A": ROWS}), sheet="C")


def inline(reference):
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{row}"><c r="{reference}" t="inlineStr"><is><t>lon</t></is></c></row>'


def test_parse_pays_no_heed_to_a_false_dimension():
    xml = (
        '<dimension ref="A1:XFD1048576"/><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>lon</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>lat</t></is></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row></sheetData>'
    )
    assert cells(parsed(hand_made(xml))) == [["1", "2"]]


@pytest.mark.parametrize("far", ["XFD1048576", "A4000000000", "ZZZZZZZZZZ2"])
def test_parse_refuses_a_cell_that_is_far_away(far):
    content = hand_made(f"<sheetData>{inline('A1')}{inline(far)}</sheetData>")
    with pytest.raises(SourceRefusedError, match="far away"):
        parsed(content)


def test_parse_refuses_too_many_columns_and_too_much_text():
    with pytest.raises(SourceRefusedError, match="1000 columns"):
        parsed(workbook({"S": [list(range(1_001)), list(range(1_001))]}))
    with pytest.raises(SourceRefusedError, match="million characters"):
        parsed(workbook({"S": [["lon"] * 40, ["x" * 30_000] * 40]}))


def protected():
    """Return an OpenDocument spreadsheet that says that it is encrypted."""
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    opened = io.BytesIO()
    with zipfile.ZipFile(opened, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", b"\x01\x02\x03")
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{manifest}"><manifest:file-entry '
            'manifest:full-path="content.xml" manifest:media-type="text/xml">'
            "<manifest:encryption-data/></manifest:file-entry></manifest:manifest>",
        )
    return opened.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04junk", "broken"),
        (workbook({"S": ROWS})[:2_000], "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "broken"),
        (hand_made("<sheetData><row"), "broken|No sheet"),
        (protected(), "password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (workbook({"S": [], "T": [["Some words"]]}), "No sheet"),
    ],
)
def test_parse_refuses_with_a_sentence(content, words):
    with pytest.raises(SourceRefusedError, match=words):
        parsed(content)


def test_parse_refuses_more_than_may_be_held():
    content = Content.of_bytes(workbook({"S": ROWS}), limits=Limits(whole_bytes=1_000))
    with pytest.raises(SourceRefusedError, match="too large"):
        parse(content, Layout())


def test_parse_reads_in_a_process_that_is_bounded_itself(tmp_path):
    path = tmp_path / "cameras.xlsx"
    path.write_bytes(workbook({"S": ROWS}))
    program = (
        "import sys; from pathlib import Path; from sightlines.sources.child import UPLOAD; "
        "from sightlines.sources.confine import confine; "
        "from sightlines.sources.content import Content; "
        "from sightlines.sources.formats.spreadsheet import parse; "
        "from sightlines.sources.table import Layout; confine(UPLOAD); "
        "print(len(list(parse(Content.of_path(Path(sys.argv[1])), Layout()).rows)))"
    )
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program, str(path)],
        capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[3])},
    )  # fmt: skip
    assert (ended.stdout.strip(), ended.returncode) == ("2", 0), ended.stderr


def test_parse_ends_the_process_when_the_rows_are_abandoned():
    rows = iter(parsed(workbook({"S": [["lon", "lat"], *([1, 2] for _ in range(5_000))]})).rows)
    assert next(rows).cells == ["1", "2"]
    rows.close()  # warnings are errors: a process left running would be one
