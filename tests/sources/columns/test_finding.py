"""What the columns of a table mean that nobody described."""

from dataclasses import replace

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.columns.finding import Ask, complete, find_mapping, sample_of
from sightlines.sources.columns.mapping import Mapping, attribute_of
from sightlines.sources.columns.position_columns import PositionColumns
from sightlines.sources.table import Table, TableRow

POSITIONS = {"lon": [f"24.93{n}" for n in range(10)], "lat": [f"60.17{n}" for n in range(10)]}


def table_of(columns, **values):
    columns = {header: list(map(str, below)) for header, below in columns.items()}
    rows = [TableRow(n, cells) for n, cells in enumerate(zip(*columns.values(), strict=True), 1)]
    return Table("csv", tuple(columns), rows, **values)


def found(columns, ask=None, **values):
    table = table_of(columns, **values)
    return find_mapping(table, sample_of(table), ask or Ask())


def columns_of(columns, ask=None):
    return found({**columns, **POSITIONS}, ask)[0].columns


@pytest.mark.parametrize(
    ("header", "below", "meaning"),
    [
        ("State", ["ACTIVE", "REMOVED"] * 5, "status"),
        ("State", ["TX", "CA"] * 5, None),
        ("Status", ["Planned"] * 10, "status"),
        ("camera_type", ["dome", "fixed"] * 5, "camera_type"),
        ("camera_type", ["speed_camera", "alpr"] * 5, "kind"),
        ("Type", ["SC-PTZ Camera", "SC-Fixed Camera"] * 5, "camera_type"),
        ("Type", ["Radar fixe", "Radar feu rouge"] * 5, "kind"),
        ("Type", ["A", "B"] * 5, None),
        ("type", ["fixed"] * 7 + ["red_light"] * 3, None),
        ("direction", ["90", "180", "DOUBLE SENS", "N"] * 2 + ["x", "y"], "camera_direction"),
        ("direction", ["DOUBLE SENS"] * 10, None),
        ("CAMERA_FACING", ["Eastbound"] * 10, "camera_direction"),
        ("설치대수", range(10), "camera_count"),
        ("quantity", ["many"] * 10, None),
        ("installed", ["2019", "inconnue"] * 5, "start_date"),
        ("installed", ["yes", "no"] * 5, None),
        ("last_updated", ["2019-01-01T00:00:00Z"] * 10, "last_edited_at"),
        ("last_updated", ["2019-01-01 00:00:00"] * 10, None),
        ("location", ["High Street"] * 10, "addr_full"),
        ("location", ["https://example.org"] * 10, None),
        ("tags", ["{'man_made': 'surveillance'}"] * 10, "tags"),
        ("tags", ["red;green"] * 10, None),
        ("name", ["=1+1"] * 10, "name"),
        ("height", ["5 m"] * 10, "height"),
        ("height", ["tall"] * 10, None),
        ("anything", ["x"] * 10, None),
    ],
)  # fmt: skip
def test_find_mapping_holds_a_header_against_the_values_below_it(header, below, meaning):
    found_meaning = columns_of({header: below}).get(header)
    assert (found_meaning and attribute_of(found_meaning)) == meaning


def test_find_mapping_takes_a_column_of_a_contribution_at_its_word():
    below = {"camera_type": ["teapot"] * 10}
    assert columns_of(below) == {}
    assert columns_of(below, Ask(is_strict=True)) == {"camera_type": "camera:type"}


def test_find_mapping_takes_the_ids_that_name_one_row_each():
    ids = [f"A{n}" for n in range(10)]
    assert columns_of({"id": [7] * 10, "objectid": ids})["objectid"] == "native_id"
    assert "id" not in columns_of({"id": [7] * 10, "objectid": ids})
    assert columns_of({"objectid": ids, "camera_id": ids}) == {"camera_id": "native_id"}
    assert columns_of({"id": [""] * 10}) == {}


def test_find_mapping_knows_the_type_of_an_element_by_its_values():
    assert columns_of({"type": ["node", "way"] * 5})["type"] == "osm_type"


def test_find_mapping_asks_several_columns_of_one_meaning_in_the_order_of_their_words():
    columns = columns_of({"site": ["a"] * 10, "address": ["b"] * 10})
    assert list(columns.items()) == [("address", "addr_full"), ("site", "addr_full")]


def test_find_mapping_finds_whether_days_come_first():
    days = [f"{n}/01/2020" for n in range(11, 21)]
    assert found({"installed": days, **POSITIONS})[0].date_order == "dmy"


FROM_TITLE = {"kind:from_title": 1, "enforcement:from_title": 1}


@pytest.mark.parametrize(
    ("ask", "values", "kind", "notes"),
    [
        (Ask("city_radares"), {}, "enforcement", {"kind:from_title": 1}),
        (Ask("city_red_light"), {}, "enforcement", FROM_TITLE),
        (Ask("export"), {"title": "Speed cameras"}, "enforcement", FROM_TITLE),
        (Ask("city_red_light", kind="cctv"), {}, "cctv", {}),
        (Ask("traffic_cameras"), {}, None, {}),
    ],
)
def test_find_mapping_takes_the_kind_from_the_title_and_says_so(ask, values, kind, notes):
    mapping, noted = found(POSITIONS, ask, **values)
    assert (mapping.kind, noted) == (kind, notes)


@pytest.mark.parametrize(
    ("ask", "title", "rule"),
    [
        (Ask("us_chicago_redlight"), None, "traffic_signals"),
        (Ask("Red_Light_Camera_Locations"), None, "traffic_signals"),
        (Ask("us_chicago_speed"), None, "maxspeed"),
        (Ask("export"), "Fotomultas de velocidad", "maxspeed"),
        (Ask("export", kind="enforcement", source_title="Red light cameras"), None,
         "traffic_signals"),
        (Ask("section_control"), None, "average_speed"),
        (Ask("speed_enforcement", kind="cctv"), None, None),
        (Ask("traffic_cameras"), None, None),
    ],
)  # fmt: skip
def test_find_mapping_takes_the_rule_from_the_title(ask, title, rule):
    mapping, notes = found(POSITIONS, ask, title=title)
    assert mapping.enforcement == rule
    assert notes.get("enforcement:from_title") == (1 if rule else None)


def test_find_mapping_takes_no_rule_from_a_title_of_two():
    mapping, notes = found(POSITIONS, Ask("Speed and red light cameras"))
    assert (mapping.kind, mapping.enforcement) == ("enforcement", None)
    assert notes == {"kind:from_title": 1, "enforcement:several_in_title": 1}


def test_find_mapping_finds_the_column_of_rules_of_a_list_of_enforcement():
    types = ["fixed"] * 8 + ["red_light", "tech"]
    assert found({"type": types, **POSITIONS}, Ask("speed_enforcement"))[0].columns == {
        "type": "enforcement"
    }
    assert "type" not in found({"type": types, **POSITIONS}, Ask("export"))[0].columns


def test_find_mapping_knows_a_list_of_enforcement_by_the_rules_below_a_word_such_as_type():
    assert columns_of({"type": ["Speed"] * 6 + ["Red light"] * 4}) == {"type": "enforcement"}
    assert columns_of({"type": ["Semaforo"] * 10}) == {}


def test_find_mapping_takes_the_numbers_of_elements_for_what_they_are():
    ids = {"id": range(10), "osm_node_id": range(100, 110), **POSITIONS}
    assert found(ids)[0].columns == {"id": "native_id", "osm_node_id": "osm_node_id"}
    roads = {"id": range(10), "osm_way_id": [7] * 10, **POSITIONS}
    assert found(roads)[0].columns == {"id": "native_id"}


def test_complete_finds_the_rule_that_a_mapping_leaves_open():
    table = table_of(POSITIONS)
    of_enforcement = Mapping(PositionColumns("pair", x="lon", y="lat"), {}, kind="enforcement")
    ask = Ask("export", source_title="Red light cameras")
    whole, notes = complete(of_enforcement, table, sample_of(table), ask)
    assert (whole.enforcement, notes) == ("traffic_signals", {"enforcement:from_title": 1})
    given = replace(of_enforcement, enforcement="toll")
    assert complete(given, table, sample_of(table), ask) == (given, {})


def test_find_mapping_takes_no_kind_from_the_title_where_tags_speak():
    tags = ["{'man_made': 'surveillance'}"] * 10
    assert found({"tags": tags, **POSITIONS}, Ask("speed_cameras"))[0].kind is None


def test_find_mapping_reads_a_list_of_addresses_without_positions():
    streets = [f"{n} High Street" for n in range(10)]
    mapping, notes = found({"Address": streets, "No": range(10)})
    assert mapping.position.form == "none"
    assert mapping.columns == {"Address": "addr_full", "No": "native_id"}
    assert notes == {}


def test_find_mapping_reads_the_cameras_of_areas_from_their_total():
    areas = {"기관명": ["강남구", "중구"], "소계": [12, 7], "2019년": [5, 3]}
    mapping, notes = found(areas, Ask("cctv_by_area"))
    assert mapping.columns == {"기관명": "place", "소계": "camera_count"}
    assert notes == {
        "place:from_values": 1, "camera_count:from_total": 1, "kind:from_title": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "title"),
    [
        ({"자치구": ["강남구", "중구"], "합계": [12, 7]}, "population"),
        ({"a": ["1", "2"], "b": ["x", "y"]}, "cctv"),
        ({"City": ["Bonn", "Köln"], "Inhabitants": [1, 2]}, "cities"),
        ({"import os": ["os.system('true')"]}, "cameras"),
    ],
)
def test_find_mapping_refuses_a_table_that_says_nothing_of_cameras(columns, title):
    with pytest.raises(SourceRefusedError, match="longitude and latitude"):
        found(columns, Ask(title))


def test_sample_of_looks_behind_the_first_rows():
    rows = [TableRow(n, (str(n),)) for n in range(5_000)]
    numbers = [row.number for row in sample_of(Table("csv", ("n",), rows))]
    assert numbers[:1_000] == list(range(1_000))
    assert numbers[1_000:] == list(range(1_000, 5_000, 25))


def test_complete_finds_what_a_mapping_leaves_open():
    table = table_of({"Kind of thing": ["x"] * 10, **POSITIONS})
    mapping = Mapping(PositionColumns("none"), {"Kind of thing": "name"}, kind="guard")
    whole, notes = complete(mapping, table, sample_of(table), Ask(kind="cctv"))
    assert notes == {}
    assert (whole.position.x, whole.position.y) == ("lon", "lat")
    assert (whole.columns, whole.kind) == (mapping.columns, "cctv")


def test_complete_refuses_a_column_that_is_not_there():
    table = table_of(POSITIONS)
    mapping = Mapping(PositionColumns("pair", x="lon", y="lat"), {"Name": "name"})
    with pytest.raises(SourceRefusedError, match="'Name'"):
        complete(mapping, table, sample_of(table), Ask())
