"""The mapping as a value and as a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.attributes import KINDS
from sightlines.errors import RequestInvalidError
from sightlines.sources.columns.mapping import (
    MEANINGS,
    Mapping,
    attribute_of,
    mapping_from_toml,
    mapping_to_toml,
)
from sightlines.sources.columns.position_columns import PositionColumns
from sightlines.sources.table import Layout

PAIR = PositionColumns(form="pair", x="WGS84경도", y="WGS84위도")
_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@given(
    columns=st.dictionaries(_TEXT, st.sampled_from(sorted(MEANINGS)), max_size=5),
    words=st.dictionaries(_TEXT, st.sampled_from(KINDS), max_size=3),
    header_row=st.none() | st.integers(0, 30),
    kind=st.none() | st.sampled_from(KINDS),
)
def test_mapping_from_toml_gives_back_what_mapping_to_toml_writes(columns, words, header_row, kind):
    mapping = Mapping(
        position=PAIR,
        columns=columns,
        values={"kind": words} if words else {},
        kind=kind,
        date_order="dmy",
        layout=Layout(encoding="cp949", delimiter=";", header_row=header_row, decimal_comma=True),
    )
    assert mapping_from_toml(mapping_to_toml(mapping)) == mapping


def test_mapping_from_toml_reads_what_a_person_writes():
    mapping = mapping_from_toml(
        """
        [position]
        form = "pair"
        x = "East"
        y = "North"
        crs = "EPSG:27700"

        [columns]
        "Camera no." = "native_id"
        State = "status"

        [values.status]
        "to be built" = "planned"
        """
    )
    assert mapping.position.crs == "EPSG:27700"
    assert mapping.columns == {"Camera no.": "native_id", "State": "status"}
    assert mapping.values == {"status": {"to be built": "planned"}}
    assert mapping.layout == Layout()
    assert mapping.shown() == {
        "Camera no.": "native_id", "State": "status", "East": "easting", "North": "northing",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[columns", "not valid TOML"),
        ("[colums]\na = 'name'", "colums"),
        ("columns = 3", "must be a table"),
        ("[columns]\na = 'nmae'", "nmae"),
        ("[columns]\na = 3", "cannot mean"),
        ("[position]\nform = 'pair'\nlon = 'x'", "lon"),
        ("[position]\nform = ['pair']", "wrong kind"),
        ("[position]\nform = 'circle'", "form is one of"),
        ("[position]\nform = 'pair'\nx = 'a'", "needs x and y"),
        ("[position]\nform = 'point'", "needs point"),
        ("[position]\nform = 'point'\npoint = 'a'\npoint_order = 'xy'", "point_order is"),
        ("[layout]\nheader_row = 'first'", "wrong kind"),
        ("[layout]\nencodng = 'utf-8'", "encodng"),
        ("[rows]\nkind = 'camera'", "kind is one of"),
        ("[rows]\ndate_order = 'ymd'", "date_order is one of"),
        ("[rows]\nkinds = 'cctv'", "kinds"),
        ("[values.kind]\na = 'camera'", "choose one of"),
        ("[values.name]\na = 'x'", "words and choices"),
    ],
)
def test_mapping_from_toml_names_what_is_wrong(text, words):
    with pytest.raises(RequestInvalidError, match=words):
        mapping_from_toml(text)


@pytest.mark.parametrize(
    ("meaning", "attribute"),
    [
        ("camera:type", "camera_type"),
        ("direction", "camera_direction"),
        ("operator", "operator"),
        ("check_date", "observed_at"),
        ("survey:date", "observed_at"),
        ("camera:count", "camera_count"),
        ("native_id", "native_id"),
    ],
)
def test_attribute_of_names_what_a_meaning_fills(meaning, attribute):
    assert attribute_of(meaning) == attribute


def test_mapping_from_toml_reads_the_rule_that_all_rows_enforce():
    mapping = mapping_from_toml('[rows]\nkind = "enforcement"\nenforcement = "traffic_signals"\n')
    assert (mapping.kind, mapping.enforcement) == ("enforcement", "traffic_signals")
    assert mapping_from_toml(mapping_to_toml(mapping)) == mapping
    with pytest.raises(RequestInvalidError, match="enforcement is one of maxspeed, "):
        mapping_from_toml('[rows]\nenforcement = "red"\n')
    with pytest.raises(RequestInvalidError, match="kind is one of"):
        mapping_from_toml("[rows]\nkind = []\n")
