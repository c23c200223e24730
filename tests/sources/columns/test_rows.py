"""From cells to rows of cameras."""

from datetime import UTC, datetime

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.columns.mapping import Mapping
from sightlines.sources.columns.placing import Placer
from sightlines.sources.columns.position_columns import PositionColumns
from sightlines.sources.columns.rows import MappedRows
from sightlines.sources.table import Table, TableRow

PAIR = PositionColumns("pair", x="lon", y="lat")


def read(headers, *cells, mapping, row_limit=None, **options):
    rows = [TableRow(n, row) for n, row in enumerate(cells, 1)]
    table = Table("csv", tuple(headers), rows)
    placer = Placer(table.headers, mapping.position, None, rows)
    found = MappedRows(table, mapping, placer, **options).batches(row_limit)
    return [row for batch in found for row in batch]


def one(headers, cells, columns, **values):
    mapping = Mapping(PAIR, columns, **values)
    (row,) = read(["lon", "lat", *headers], ["1.5", "2.5", *cells], mapping=mapping)
    return row


def test_batches_reads_cells_as_the_mapping_says():
    row = one(
        ["Nr", "Art", "Seit", "Bezirk", "Änderung", "übrig"],
        ["7.0", " Dome ", "31.12.19", " Mitte ", "2020-01-02T03:04:05Z", "x"],
        {
            "Nr": "native_id", "Art": "camera_type", "Seit": "start_date", "Bezirk": "place",
            "Änderung": "last_edited_at",
        },
        date_order="dmy",
    )  # fmt: skip
    assert (row.lon, row.lat, row.native_id, row.place) == (1.5, 2.5, "7", "Mitte")
    assert row.tags == {"camera_type": "dome", "start_date": "2019-12-31"}
    assert row.last_edited_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert row.raw == {
        "lon": "1.5", "lat": "2.5", "Nr": "7.0", "Art": "Dome", "Seit": "31.12.19",
        "Bezirk": "Mitte", "Änderung": "2020-01-02T03:04:05Z", "übrig": "x",
    }  # fmt: skip
    assert row.faults == ()


def test_batches_takes_the_first_of_several_columns_that_says_something():
    columns = {"road": "addr_full", "lot": "addr_full"}
    assert one(["lot", "road"], ["12-3", ""], columns).tags == {"addr_full": "12-3"}
    assert one(["lot", "road"], ["12-3", "High St"], columns).tags == {"addr_full": "High St"}


def test_batches_takes_the_words_of_the_mapping_before_those_of_the_vocabulary():
    values = {"status": {"live": "planned", "zzz": "removed"}}
    for text, status in (("live", "planned"), ("zzz", "removed"), ("VOID", "removed"), ("?", "?")):
        assert one(["s"], [text], {"s": "status"}, values=values).tags == {"status": status}


def test_batches_spreads_tags_out_of_one_cell():
    row = one(
        ["tags", "id", "type"],
        ["{'man_made': 'surveillance', 'camera:type': 'dome'}", "12", "node"],
        {"tags": "tags", "id": "native_id", "type": "osm_type"},
    )
    assert row.tags == {"man_made": "surveillance", "camera:type": "dome"}
    assert row.native_id == "node/12"


def test_batches_rejects_what_is_no_camera():
    mapping = Mapping(PAIR, {"where": "addr_full", "n": "camera_count"})
    rows = read(
        ["lon", "lat", "where", "n"],
        ["", "", "High St", "3"],
        ["", "", "", ""],
        ["", " ", "\t", ""],
        ["", "", "Total", "3"],
        ["", "", "합계", "3"],
        ["1", "2", "Total", "3"],
        mapping=mapping,
    )
    assert [[fault.code for fault in row.faults] for row in rows] == [
        [], ["empty"], ["empty"], ["total"], ["total"], [],
    ]  # fmt: skip
    assert (rows[0].lon, rows[0].tags["camera_count"]) == (None, "3")


def test_batches_rejects_a_contribution_without_a_position_and_keeps_no_id_of_it():
    mapping = Mapping(PAIR, {"where": "addr_full", "id": "native_id"})
    rows = read(
        ["lon", "lat", "where", "id"],
        ["", "", "High St", "7"],
        ["1", "2", "High St", "8"],
        mapping=mapping,
        is_strict=True,
        kept=frozenset({"where"}),
    )
    assert [(fault.attribute, fault.code) for fault in rows[0].faults] == [
        ("lon", "no_position"), ("lat", "no_position"),
    ]  # fmt: skip
    assert (rows[1].native_id, rows[1].raw) == (None, {"where": "High St"})


def test_batches_refuses_more_rows_than_the_limit():
    cells = [["1", "2"]] * 3
    mapping = Mapping(PAIR, {})
    assert len(read(["lon", "lat"], *cells, mapping=mapping, row_limit=3)) == 3
    with pytest.raises(SourceRefusedError, match="more than 2 rows"):
        read(["lon", "lat"], *cells, mapping=mapping, row_limit=2)


def test_batches_rejects_remarks_below_the_table_and_keeps_places_without_a_position():
    mapping = Mapping(PAIR, {"Nr": "native_id", "Ort": "addr_full"})
    rows = read(
        ["lon", "lat", "Nr", "Ort"],
        ["1", "2", "Source: the town hall", ""],
        ["", "", "", "The corner of the old market"],
        ["", "", "Source: the town hall", ""],
        ["", "", "Total cameras", "2"],
        mapping=mapping,
    )
    assert [[fault.code for fault in row.faults] for row in rows] == [[], [], ["remark"], ["total"]]


def test_batches_takes_the_unit_off_days():
    row = one(["d"], ["31 days"], {"d": "retention_days"})
    assert row.tags == {"retention_days": "31"}


def test_batches_adds_up_the_parts_of_a_count():
    columns = {"설치대수 고정": "camera_count", "설치대수 회전": "camera_count"}
    assert one(list(columns), ["2", "1"], columns).tags == {"camera_count": "3"}
    assert one(list(columns), ["", ""], columns).tags == {}


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("Radar fixe", "maxspeed"),
        ("Radar Vitesse Moyenne", "average_speed"),
        ("Radar feu rouge", "traffic_signals"),
        ("Radar Passage à Niveau", "unknown"),
        ("Speed and red light camera", "traffic_signals;maxspeed"),
        ("Enforcement", "toll"),
        ("Itinéraire", "unknown"),
        ("", "toll"),
        ("code 7", "access"),
        ("ALPR", None),
        ("CCTV", None),
    ],
)
def test_batches_finds_the_rule_in_what_the_kind_says(kind, rule):
    values = {"enforcement": {"code 7": "access"}}
    row = one(["k"], [kind], {"k": "kind"}, kind="enforcement", enforcement="toll", values=values)
    assert row.tags.get("enforcement") == rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("red_light", "traffic_signals"),
        ("section", "average_speed"),
        ("區間測速", "average_speed"),
        ("闖紅燈", "traffic_signals"),
        ("超速", "maxspeed"),
        ("과속", "maxspeed"),
        ("신호위반", "traffic_signals"),
        ("fixed", "maxspeed"),
        ("tech", "tech"),
    ],
)
def test_batches_reads_a_column_of_rules(text, rule):
    row = one(["r"], [text], {"r": "enforcement"}, kind="enforcement", enforcement="maxspeed")
    assert row.tags == {"enforcement": rule}


def test_batches_gives_no_rule_to_what_is_no_enforcement():
    assert one(["n"], ["x"], {"n": "name"}, kind="cctv", enforcement="toll").tags == {"name": "x"}
    assert one(["r"], ["speed"], {"r": "enforcement"}).tags == {"enforcement": "maxspeed"}


def test_batches_names_an_element_of_openstreetmap_as_openstreetmap_does():
    columns = {"id": "native_id", "n": "osm_node_id", "w": "osm_way_id"}
    for cells, native_id in (
        (["1", "23", ""], "node/23"),
        (["1", "", "45.0"], "way/45"),
        (["1", "", ""], "1"),
        (["1", "x", ""], "1"),
    ):
        assert one(["id", "n", "w"], cells, columns).native_id == native_id
    for text, native_id in (
        ("https://www.openstreetmap.org/node/23", "node/23"),
        ("way/45", "way/45"),
        ("https://example.org/node/23", "https://example.org/node/23"),
    ):
        both = {"id": "native_id", "t": "osm_type"}
        assert one(["id"], [text], {"id": "native_id"}).native_id == native_id
        assert one(["id", "t"], ["way/45", "way"], both).native_id == "way/45"
