"""Which rule the cameras of real lists enforce, and which element of OpenStreetMap a row is.

The numbers were counted with a spreadsheet's means from the column that says it.
"""

from collections import Counter

import pytest

from sightlines.sources.columns.mapping import mapping_from_toml
from sightlines.sources.content import Content
from sightlines.sources.register import read
from sightlines.sources.table_reading import ReadingOptions

pytestmark = pytest.mark.slow

RED, SPEED = "traffic_signals", "maxspeed"


def rules(reading):
    return dict(Counter(reading.observations["enforcement"].to_pylist()))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("us_chicago_redlight.csv", {RED: 149}),
        ("us_chicago_speed.csv", {SPEED: 160}),
        ("ca_ottawa_redlight.csv", {RED: 85}),
        ("ca_ottawa_speed.csv", {SPEED: 40}),
        # Level crossings (78) and protected routes (72) are neither.
        ("fr_radars.csv", {SPEED: 1994 + 408, RED: 695, "average_speed": 103, None: 78 + 72}),
        # `tech` (195) enforces this and that.
        (
            "tw_speed_enforcement.geojson",
            {SPEED: 1903, RED: 376, "average_speed": 38, None: 195},
        ),
        # Readers of plates (110) and traffic cameras (14) enforce nothing.
        ("uz_speedcams.csv", {SPEED: 452, None: 124}),
        ("uz_speedcams.json", {SPEED: 452, None: 124}),
        ("uk_trafford_cctv.csv", {None: 163}),
    ],
)
def test_read_says_which_rule_each_camera_enforces(shared_data, name, expected):
    assert rules(read(Content.of_path(shared_data / "cameras" / name))) == expected


def test_read_notes_that_the_rule_comes_from_the_title(shared_data):
    reading = read(Content.of_path(shared_data / "cameras" / "us_chicago_redlight.csv"))
    assert reading.notes["enforcement:from_title"] == 1
    # The mapping that was found reads the file in the same way, whatever it is called.
    mapping = mapping_from_toml(reading.mapping_file)
    content = (shared_data / "cameras" / "us_chicago_redlight.csv").read_bytes()
    again = read(Content.of_bytes(content, "export.csv"), ReadingOptions(mapping=mapping))
    assert rules(again) == {RED: 149}
    assert "enforcement:from_title" not in again.notes


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (ReadingOptions(title="Red-light cameras of Chicago"), {RED: 149}),
        (ReadingOptions(title="Red light cameras", kind="enforcement"), {RED: 149}),
        (
            ReadingOptions(
                title="Red light cameras", mapping=mapping_from_toml('rows.kind = "enforcement"')
            ),
            {RED: 149},
        ),
        (
            ReadingOptions(
                mapping=mapping_from_toml('rows.kind = "enforcement"\nrows.enforcement = "toll"')
            ),
            {"toll": 149},
        ),
        (ReadingOptions(kind="enforcement"), {None: 149}),
        (ReadingOptions(title="Red light cameras", kind="cctv"), {None: 149}),
    ],
)
def test_read_asks_the_title_of_the_source_as_well(shared_data, options, expected):
    content = (shared_data / "cameras" / "us_chicago_redlight.csv").read_bytes()
    assert rules(read(Content.of_bytes(content, "export.csv"), options)) == expected


def test_read_finds_the_rules_of_a_list_without_a_header(shared_data):
    content = (shared_data / "cameras" / "fr_radars.csv").read_bytes().split(b"\n", 1)[1]
    mapping = mapping_from_toml(
        '[position]\nform = "pair"\nx = "column 5"\ny = "column 4"\n'
        '[columns]\n"column 10" = "kind"\n[rows]\nkind = "enforcement"\n'
    )
    reading = read(Content.of_bytes(content, "export.csv"), ReadingOptions(mapping=mapping))
    assert rules(reading) == {SPEED: 2_402, RED: 695, "average_speed": 103, None: 150}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("us_alpr_deflock.json.gz", {"node": 61_751, "way": 17}),
        ("ch_osm_surveillance_wkt.csv", {"node": 2_143}),
        ("uz_speedcams.csv", {"node": 576}),
        ("uz_speedcams.json", {"node": 576}),
    ],
)
def test_read_names_elements_of_openstreetmap_in_lists_made_of_them(shared_data, name, expected):
    rows = read(Content.of_path(shared_data / "cameras" / name)).observations
    ids = rows["native_id"].to_pylist()
    assert Counter(native_id.partition("/")[0] for native_id in ids) == expected
    assert all(native_id.partition("/")[2].isdecimal() for native_id in ids)
    assert len(set(ids)) == len(ids)
    assert rows["native_version"].null_count == len(ids)
