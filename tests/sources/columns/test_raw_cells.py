"""What is kept of rows in their own words: the same as value by value."""

from hypothesis import given
from hypothesis import strategies as st

from sightlines.sources.columns.raw_cells import RawCells
from sightlines.sources.free_text import publishable_tags
from sightlines.sources.table import TableRow

HEADERS = ("id", "note", "operator", "stream_url", "email", "Phone", "lat", "beschreibung")
_CELL = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "48.123456", "-0.5", "call 030 1234567", "rtsp://u:p@10.0.0.1/1", "AB-CD 12",
         "me@example.org", "+49 30 1234567", "x" * 3_000, "\u202eevil", "12345678901"]
    ),
)  # fmt: skip
_ROWS = st.lists(st.lists(_CELL, min_size=len(HEADERS), max_size=len(HEADERS)), max_size=8)


@given(_ROWS)
def test_of_keeps_of_each_row_what_publishable_tags_keeps(rows):
    cells = RawCells(enumerate(HEADERS))
    for _ in range(2):  # the second time every text is known
        kept, reasons = cells.of([TableRow(n, row) for n, row in enumerate(rows)])
        for row, found, noted in zip(rows, kept, reasons, strict=True):
            filled = {header: cell for header, cell in zip(HEADERS, row, strict=True) if cell}
            expected, expected_reasons = publishable_tags(filled)
            assert found == {key: text for key, text in expected.items() if text}
            assert tuple(sorted(noted)) == expected_reasons


def test_of_keeps_no_more_than_500_columns_and_says_so():
    row = TableRow(1, ["x"] * 600)
    kept, reasons = RawCells((n, f"column {n}") for n in range(600)).of([row])
    assert len(kept[0]) == 500
    assert reasons == [{"raw:cut"}]


def test_of_keeps_nothing_where_no_column_is_kept():
    assert RawCells(()).of([TableRow(1, ["x"])]) == ([{}], [set()])
