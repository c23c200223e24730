"""From tags to values: the attribute table and the rulings beside it."""

import orjson
import pytest

from sightlines.attributes import ATTRIBUTES, Attribute
from sightlines.sources.normalise import normalise


def read(**tags):
    return normalise({key.replace("__", ":"): text for key, text in tags.items()})


def reasons(normalised):
    return {remark.reason for remark in normalised.remarks}


def test_normalise_is_driven_by_the_table():
    made_up = Attribute(
        "lens_count", "Lenses", "integer", keys=("lens:count", "lenses"), bounds=(1, 9)
    )
    columns = normalise({"lenses": "4"}, attributes=(*ATTRIBUTES, made_up)).columns
    assert columns["lens_count"] == 4
    assert set(columns) == {
        *(row.name for row in ATTRIBUTES),
        "lens_count", "kind", "status", "camera_count", "place", "private_home", "observed_at",
        "raw",
    }  # fmt: skip


def test_normalise_takes_the_first_key_that_can_be_read():
    assert read(camera__mount="nonsense", support="pole").columns["camera_mount"] == "pole"
    assert read(camera__mount="wall", support="pole").columns["camera_mount"] == "wall"


def test_normalise_keeps_both_directions_when_two_keys_differ():
    normalised = read(camera__direction="90", direction="125")
    bearings = [sector["bearing_deg"] for sector in normalised.columns["camera_direction"]]
    assert bearings == [90.0, 125.0]
    assert reasons(normalised) == {"camera_direction:keys_differ"}


def test_normalise_takes_one_direction_when_two_keys_nearly_agree():
    normalised = read(camera__direction="350", direction="15")
    bearings = [sector["bearing_deg"] for sector in normalised.columns["camera_direction"]]
    assert bearings == [350.0]
    assert reasons(normalised) == set()


def test_normalise_keeps_north_and_a_missing_direction_apart():
    assert read(direction="0").columns["camera_direction"][0]["bearing_deg"] == 0.0
    assert read().columns["camera_direction"] is None


def test_normalise_rejects_a_wild_direction_but_keeps_its_words():
    normalised = read(direction="90100")
    assert normalised.columns["camera_direction"] is None
    assert orjson.loads(normalised.columns["raw"]) == {"direction": "90100"}
    assert reasons(normalised) == {"camera_direction:over_360"}


def test_normalise_ignores_the_sign_of_an_angle():
    assert read(camera__angle="-20").columns["camera_angle"] == 20.0


def test_normalise_never_takes_the_elevation_for_the_height():
    assert read(ele="120").columns["height"] is None


@pytest.mark.parametrize("word", ["traffic", "red_light", "speed_camera", "level_crossing"])
def test_normalise_reads_a_mistaken_surveillance_as_unknown_with_a_hint(word):
    normalised = read(surveillance=word)
    assert normalised.columns["surveillance"] is None
    assert "surveillance:belongs_elsewhere" in reasons(normalised)


def test_normalise_splits_zones_and_leaves_nests_out():
    normalised = read(surveillance__zone="street;parking; nesting_site;town")
    assert normalised.columns["surveillance_zone"] == ["town", "parking"]
    assert reasons(normalised) == {"surveillance_zone:alias", "surveillance_zone:not_civic"}


def test_normalise_reads_revolving_as_panning_where_no_type_is_given():
    assert read(revolving="yes").columns["camera_type"] == "panning"
    assert read(revolving="yes", camera__type="dome").columns["camera_type"] == "dome"
    assert read(revolving="no").columns["camera_type"] is None


@pytest.mark.parametrize(
    "tags",
    [
        {"operator": "Flock Safety"},
        {"operator": "Acme-Cams", "brand": "ACME Cams"},
        {"operator": "Acme", "manufacturer": "acme"},
    ],
)
def test_normalise_drops_a_maker_given_as_operator(tags):
    normalised = normalise(tags)
    assert normalised.columns["operator"] is None
    assert "operator:maker" in reasons(normalised)


def test_normalise_drops_a_person_given_as_operator_everywhere():
    normalised = read(operator="Erika Mustermann", operator__type="individual")
    assert normalised.columns["operator"] is None
    assert normalised.columns["operator_type"] == "private"
    assert "Mustermann" not in normalised.columns["raw"]
    assert "operator:person" in reasons(normalised)


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"man_made": "surveillance"}, "unknown"),
        ({"man_made": "surveillance", "surveillance:type": "camera"}, "cctv"),
        ({"surveillance:type": "ANPR"}, "alpr"),
        ({"surveillance:type": "guard"}, "guard"),
        ({"surveillance:type": "gunshot_detector"}, "gunshot_detector"),
        ({"highway": "speed_camera"}, "enforcement"),
        ({"removed:highway": "speed_camera"}, "enforcement"),
        ({"type": "enforcement", "enforcement": "maxspeed"}, "enforcement"),
    ],
)
def test_normalise_finds_the_kind(tags, kind):
    assert normalise(tags).columns["kind"] == kind


def test_normalise_uses_the_given_kind_only_where_the_row_names_none():
    assert normalise({}, kind="enforcement").columns["kind"] == "enforcement"
    assert normalise({"surveillance:type": "ALPR"}, kind="cctv").columns["kind"] == "alpr"


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ({"man_made": "surveillance"}, "active"),
        ({"disused:man_made": "surveillance"}, "disused"),
        ({"man_made": "surveillance", "disused": "yes"}, "disused"),
        ({"removed:man_made": "surveillance"}, "removed"),
        ({"was:man_made": "surveillance"}, "removed"),
        ({"razed:man_made": "surveillance"}, "removed"),
        ({"planned:man_made": "surveillance"}, "planned"),
        ({"man_made": "surveillance", "was:man_made": "surveillance"}, "active"),
        ({"status": "REMOVED"}, "removed"),
        ({"status": "VOID"}, "removed"),
        ({"status": "DESIRED"}, "planned"),
    ],
)
def test_normalise_finds_the_status(tags, status):
    assert normalise(tags).columns["status"] == status


@pytest.mark.parametrize(
    ("tags", "is_private"),
    [
        ({"camera:type": "doorbell"}, True),
        ({"building": "house", "operator:type": "private"}, True),
        ({"building": "detached", "access": "private"}, True),
        ({"building": "house"}, False),
        ({"building": "office", "operator:type": "private"}, False),
        ({"surveillance:zone": "home"}, True),
        ({}, False),
    ],
)
def test_normalise_knows_a_private_home(tags, is_private):
    assert normalise(tags).columns["private_home"] is is_private


def test_normalise_takes_the_best_readable_date_of_sight():
    assert read(check_date="2020-03", survey__date="2019").columns["observed_at"] == "2020-03"
    assert read(check_date="soon", survey__date="2019").columns["observed_at"] == "2019"
    normalised = read(check_date="0000-00-00")
    assert normalised.columns["observed_at"] is None
    assert reasons(normalised) == {"observed_at:not_a_date"}


@pytest.mark.parametrize(("text", "count"), [("3", 3), ("0", 0), ("-1", None), ("many", None)])
def test_normalise_reads_the_number_of_cameras(text, count):
    assert read(camera_count=text).columns["camera_count"] == count


def test_normalise_writes_raw_with_sorted_keys_and_without_secrets():
    normalised = normalise(
        {"ref": "A1", "contact:webcam": "http://x.example/", "description": "rtsp://10.0.0.1/1"}
    )
    assert normalised.columns["raw"] == (
        '{"contact:webcam":"[redacted]","description":"[redacted]","ref":"A1"}'
    )
    assert normalised.columns["description"] == "[redacted]"
    assert reasons(normalised) == {"raw:redacted", "description:redacted"}


def test_normalise_does_not_change_what_it_was_given():
    tags = {"operator": "Flock Safety", "user": "somebody"}
    normalise(tags)
    assert tags == {"operator": "Flock Safety", "user": "somebody"}
