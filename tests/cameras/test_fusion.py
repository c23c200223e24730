"""One camera of several statements: who has a say, what is filled in, how well it is known."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlines.cameras.fusion import fuse
from sightlines.schema import CAMERA, CONTRIBUTIONS, EVIDENCE, TIME

HELD_UNTIL = datetime(2026, 6, 1, tzinfo=UTC)
HOLD_OVER = datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC)
HELD = datetime(2026, 6, 1, 0, 0, 1, tzinfo=UTC)


def day(n):
    return datetime(2026, 1, n, tzinfo=UTC)


def fused(observed, *rows, family_of=None):
    """Fuse rows; `camera` says which camera a row belongs to, absence the one and only."""
    ids = np.array([row.get("camera", "the camera") for row in rows], "S16")
    until = pa.scalar(HELD_UNTIL, TIME)
    return fuse(observed(*rows), ids, until, family_of or {})


def camera_of(observed, *rows, **options):
    (camera,) = fused(observed, *rows, **options).cameras.to_pylist()
    return camera


def test_fuse_keeps_the_schemas_and_sorts_by_camera(observed):
    found = fused(observed, {"camera": "c"}, {"camera": "a"}, {"camera": "b"}, {"camera": "a"})
    assert found.cameras.schema.equals(CAMERA)
    assert found.evidence.schema.equals(EVIDENCE)
    assert found.cameras["id"].to_pylist() == ["a", "b", "c"]
    assert found.evidence["camera"].to_pylist() == ["a", "a", "b", "c"]
    assert found.cameras["n_observations"].to_pylist() == [2, 1, 1]


def test_fuse_of_nothing_is_nothing(observed):
    found = fused(observed)
    assert found.cameras.equals(CAMERA.empty_table())
    assert found.evidence.equals(EVIDENCE.empty_table())


def order(observed, *rows):
    evidence = fused(observed, *rows).evidence
    return "".join(evidence["subject"].to_pylist())


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Who still lists it before one that does not.
        (
            [
                {"subject": "a", "missing_since": HOLD_OVER, "observed_at": "2026-05-01"},
                {"subject": "b", "observed_at": "2001"},
            ],
            "ba",
        ),
        # Then who saw it last; an edit is no confirmation.
        (
            [
                {"subject": "a", "observed_at": "2019-05", "last_edited_at": day(9)},
                {"subject": "b", "observed_at": "2020"},
                {"subject": "c", "observed_at": "2019-05-01"},
                {"subject": "d", "last_edited_at": day(30)},
            ],
            "bcad",
        ),
        # Then who edited it last.
        (
            [
                {"subject": "a", "last_edited_at": day(3)},
                {"subject": "b"},
                {"subject": "c", "last_edited_at": day(4)},
            ],
            "cab",
        ),
        # Then by source, and by subject.
        ([{"subject": "a", "source": "z"}, {"subject": "b", "source": "y"}], "ba"),
        ([{"subject": "b"}, {"subject": "a"}], "ab"),
        # When it was read says nothing about the world.
        ([{"subject": "a"}, {"subject": "b", "retrieved_at": day(30)}], "ab"),
    ],
    ids=["still listed", "seen last", "edited last", "source", "subject", "not read last"],
)
def test_fuse_puts_the_best_statement_first(observed, rows, expected):
    assert order(observed, *rows) == expected
    assert order(observed, *rows[::-1]) == expected


def test_fuse_takes_from_the_best_statement_and_fills_what_it_does_not_know(observed):
    camera = camera_of(
        observed,
        {"source": "b", "observed_at": "2020", "operator": "Police", "height": None,
         "camera_direction": None, "native_id": "n/1", "raw": "{1}"},
        {"source": "c", "observed_at": "2019", "operator": "City", "height": 4.0,
         "camera_type": "dome", "camera_count": 3, "place": "Market"},
        {"source": "a", "observed_at": "2018", "height": 9.0, "camera_mount": "pole",
         "camera_count": 2, "facing": [270]},
    )  # fmt: skip
    assert (camera["operator"], camera["height"]) == ("Police", 4.0)
    assert (camera["camera_type"], camera["camera_mount"]) == ("dome", "pole")
    assert (camera["camera_count"], camera["place"]) == (3, "Market")
    assert (camera["native_id"], camera["raw"]) == ("n/1", "{1}")
    assert [sector["bearing_deg"] for sector in camera["camera_direction"]] == [270.0]
    assert camera["manufacturer"] is None
    assert camera["observed_at"] == "2020"


def test_fuse_never_averages_positions(observed):
    camera = camera_of(
        observed,
        {"source": "b", "lon": 24.0, "lat": 60.0},
        {"source": "a", "lon": 25.0, "lat": 61.0},
    )
    assert (camera["lon"], camera["lat"]) == (25.0, 61.0)


def test_fuse_keeps_what_is_false_zero_and_north(observed):
    camera = camera_of(
        observed,
        {"source": "a", "indoor": False, "camera_count": 0, "facing": [0], "camera_angle": 0.0},
        {"source": "b", "indoor": True, "camera_count": 4, "facing": [90], "camera_angle": 15.0},
    )
    assert camera["indoor"] is False
    assert camera["camera_count"] == 0
    assert camera["camera_angle"] == 0.0
    assert [sector["bearing_deg"] for sector in camera["camera_direction"]] == [0.0]
    assert camera["counted"] is True


def test_fuse_takes_a_missing_count_as_one(observed):
    assert camera_of(observed, {"camera_count": None})["camera_count"] == 1
    assert camera_of(observed, {}, {"camera_count": 5})["camera_count"] == 5


def test_fuse_fills_an_unknown_kind_and_counts_by_it(observed):
    camera = camera_of(
        observed,
        {"source": "a", "kind": "unknown"},
        {"source": "b", "kind": "enforcement"},
        {"source": "c", "kind": "alpr"},
    )
    assert camera["kind"] == "enforcement"
    assert (camera["counted"], camera["counted_reason"]) == (False, "enforcement")
    nobody = camera_of(observed, {"kind": "unknown"}, {"kind": "unknown"})
    assert (nobody["kind"], nobody["counted"]) == ("unknown", True)


@pytest.mark.parametrize(
    ("best", "next_", "reason"),
    [
        ({}, {"surveillance": "indoor"}, "indoor"),
        ({"surveillance": "public"}, {"surveillance": "indoor"}, "counted"),
        ({}, {"indoor": True}, "indoor"),
        ({"indoor": False}, {"indoor": True}, "counted"),
        ({"status": "planned"}, {}, "planned"),
        ({}, {"status": "planned"}, "counted"),
    ],
    ids=str,
)
def test_fuse_counts_by_what_the_camera_says_and_not_by_one_statement(
    observed, best, next_, reason
):
    camera = camera_of(observed, {"source": "a", **best}, {"source": "b", **next_})
    assert camera["counted_reason"] == reason
    assert camera["counted"] is (reason == "counted")


def test_fuse_removes_a_camera_after_the_hold_and_not_before(observed):
    listed = camera_of(observed, {})
    held = camera_of(observed, {"missing_since": HELD})
    over = camera_of(observed, {"missing_since": HOLD_OVER})
    assert (listed["status"], listed["removed_at"], listed["counted"]) == ("active", None, True)
    assert (held["status"], held["removed_at"], held["counted"]) == ("active", None, True)
    assert (over["status"], over["removed_at"]) == ("removed", HOLD_OVER)
    assert (over["counted"], over["counted_reason"]) == (False, "removed")
    assert camera_of(observed, {"missing_since": HELD_UNTIL})["status"] == "removed"


def test_fuse_keeps_a_camera_as_long_as_one_source_lists_it(observed):
    camera = camera_of(
        observed,
        {"source": "a", "missing_since": HOLD_OVER},
        {"source": "b"},
        {"source": "c", "missing_since": day(1)},
    )
    assert (camera["status"], camera["removed_at"], camera["counted"]) == ("active", None, True)
    assert camera["n_observations"] == 3


def test_fuse_waits_for_the_last_source_to_be_over_its_hold(observed):
    camera = camera_of(
        observed,
        {"source": "a", "missing_since": day(1)},
        {"source": "b", "missing_since": HELD},
    )
    assert (camera["status"], camera["removed_at"]) == ("active", None)


def test_fuse_dates_a_removal_by_the_last_source_that_had_it(observed):
    camera = camera_of(
        observed,
        {"source": "a", "missing_since": day(5)},
        {"source": "b", "missing_since": day(9)},
        {"source": "c", "missing_since": day(7)},
    )
    assert (camera["status"], camera["removed_at"]) == ("removed", day(9))


def test_fuse_lets_whoever_no_longer_lists_a_camera_have_no_say(observed):
    camera = camera_of(
        observed,
        {"source": "a", "kind": "unknown", "operator": None, "camera_count": None,
         "last_edited_at": day(2), "retrieved_at": day(3)},
        {"source": "b", "kind": "alpr", "operator": "Gone", "camera_count": 9, "status": "disused",
         "height": 3.0, "observed_at": "2026", "indoor": True, "place": "Gone",
         "last_edited_at": day(20), "retrieved_at": day(21), "missing_since": HOLD_OVER},
        {"source": "c", "kind": "unknown", "operator": "Here"},
    )  # fmt: skip
    assert (camera["kind"], camera["operator"], camera["camera_count"]) == ("unknown", "Here", 1)
    assert (camera["height"], camera["indoor"], camera["place"]) == (None, None, None)
    assert camera["observed_at"] is None
    assert (camera["last_edited_at"], camera["retrieved_at"]) == (day(2), day(3))
    assert (camera["status"], camera["counted"]) == ("active", True)


def test_fuse_lets_all_speak_of_a_camera_that_nobody_lists_any_more(observed):
    camera = camera_of(
        observed,
        {"source": "a", "operator": None, "missing_since": day(2), "retrieved_at": day(1)},
        {"source": "b", "operator": "City", "missing_since": day(4), "retrieved_at": day(3)},
    )
    assert (camera["operator"], camera["retrieved_at"]) == ("City", day(3))


def test_fuse_lets_a_source_have_its_say_through_the_hold(observed):
    camera = camera_of(
        observed,
        {"source": "a"},
        {"source": "b", "operator": "City", "missing_since": HELD},
    )
    assert (camera["operator"], camera["verification"]) == ("City", "corroborated")


FAMILIES = {"osm": 0, "osm-copy": 0, "city": 1, "radar": 2}


@pytest.mark.parametrize(
    ("rows", "verification"),
    [
        ([{"source": CONTRIBUTIONS}], "unverified"),
        ([{"source": "osm"}], "single_source"),
        ([{"source": "osm"}, {"source": "osm-copy"}], "single_source"),
        ([{"source": "osm"}, {"source": "city"}], "corroborated"),
        ([{"source": "osm"}, {"source": "osm-copy"}, {"source": "radar"}], "corroborated"),
        ([{"source": "osm"}, {"source": "of no known family"}], "corroborated"),
        ([{"source": "one nobody knows"}, {"source": "another"}], "corroborated"),
        ([{"source": "osm"}, {"source": CONTRIBUTIONS}], "corroborated"),
        ([{"source": "osm"}, {"source": "city", "missing_since": HOLD_OVER}], "single_source"),
        ([{"source": "osm"}, {"source": "city", "missing_since": HELD}], "corroborated"),
        ([{"source": CONTRIBUTIONS}, {"source": "city", "missing_since": day(1)}], "unverified"),
        ([{"source": "osm"}, {"source": "city", "status": "planned"}], "disputed"),
        ([{"source": "osm"}, {"source": "osm-copy", "status": "disused"}], "disputed"),
        (
            [{"source": "osm"}, {"source": "city", "status": "disused", "missing_since": day(1)}],
            "single_source",
        ),
        (
            [
                {"source": "osm", "missing_since": day(1)},
                {"source": "city", "missing_since": day(1)},
            ],
            "corroborated",
        ),
    ],
)
def test_fuse_says_how_well_a_camera_is_known(observed, rows, verification):
    for listed in (rows, rows[::-1]):
        assert camera_of(observed, *listed, family_of=FAMILIES)["verification"] == verification


def test_fuse_says_of_each_camera_how_well_it_is_known(observed):
    found = fused(
        observed,
        {"camera": "c", "source": "osm"},
        {"camera": "a", "source": "osm"},
        {"camera": "c", "source": "city"},
        {"camera": "b", "source": CONTRIBUTIONS},
        {"camera": "d", "source": "city"},
        {"camera": "d", "source": "radar", "status": "removed"},
        family_of=FAMILIES,
    )
    expected = ["single_source", "unverified", "corroborated", "disputed"]
    assert found.cameras["verification"].to_pylist() == expected


@pytest.mark.parametrize(
    ("licences", "merged"),
    [
        (["CC0-1.0"], "CC0-1.0"),
        (["CC0-1.0", "CC0-1.0"], "CC0-1.0"),
        (["ODbL-1.0", "CC0-1.0", "OGL-UK-3.0"], "ODbL-1.0"),
        (["CC0-1.0", "ODbL-1.0"], "ODbL-1.0"),
        (["OGL-UK-3.0", "CC-BY-4.0"], "CC-BY-4.0 AND OGL-UK-3.0"),
        (["KOGL-1", "CC0-1.0", "KOGL-1", "CC-BY-4.0"], "CC-BY-4.0 AND CC0-1.0 AND KOGL-1"),
    ],
    ids=" ".join,
)
def test_fuse_names_the_licence_of_what_was_merged(observed, licences, merged):
    rows = [{"source": f"s{n}", "licence": licence} for n, licence in enumerate(licences)]
    assert camera_of(observed, *rows)["licence"] == merged
    assert camera_of(observed, *rows[::-1])["licence"] == merged


def test_fuse_keeps_the_licence_of_what_was_not_merged(observed):
    found = fused(
        observed,
        {"camera": "a", "licence": "CC0-1.0"},
        {"camera": "b", "source": "x", "licence": "CC-BY-4.0"},
        {"camera": "b", "source": "y", "licence": "CC0-1.0"},
        {"camera": "c", "licence": "KOGL-1"},
    ).cameras
    assert found["licence"].to_pylist() == ["CC0-1.0", "CC-BY-4.0 AND CC0-1.0", "KOGL-1"]


def test_fuse_lists_what_stands_behind_a_camera_in_one_order(observed):
    found = fused(
        observed,
        {"camera": "b", "source": "x", "id": "1", "run": "r1", "observed_at": "2019"},
        {"camera": "a", "source": "x", "id": "2", "run": "r1"},
        {"camera": "b", "source": "z", "id": "3", "run": "r3", "missing_since": day(1)},
        {"camera": "b", "source": "y", "id": "4", "run": "r2", "observed_at": "2020"},
    )
    first, second = found.cameras.to_pylist()
    assert (first["observations"], first["runs"], first["sources"]) == (["2"], ["r1"], ["x"])
    assert second["observations"] == ["4", "1", "3"]
    assert second["runs"] == ["r2", "r1", "r3"]
    assert second["sources"] == ["y", "x", "z"]
    assert found.evidence["id"].to_pylist() == ["2", "4", "1", "3"]


def test_fuse_keeps_every_statement_as_it_was_said(observed):
    rows = [
        {"subject": "a", "source": "x", "lon": 24.123456789, "operator": None, "raw": "{1}"},
        {"subject": "b", "source": "y", "operator": "City", "missing_since": day(1)},
    ]
    evidence = fused(observed, *rows).evidence.drop_columns(["camera"])
    assert evidence.to_pylist() == observed(*rows).to_pylist()


def test_fuse_gives_the_newest_edit_and_reading_of_all(observed):
    camera = camera_of(
        observed,
        {"source": "a", "observed_at": "2026", "last_edited_at": day(2), "retrieved_at": day(9)},
        {"source": "b", "last_edited_at": day(7), "retrieved_at": day(8)},
        {"source": "c", "last_edited_at": None, "retrieved_at": day(10)},
    )
    assert (camera["last_edited_at"], camera["retrieved_at"]) == (day(7), day(10))
    assert camera_of(observed, {}, {})["last_edited_at"] is None


def test_fuse_gives_a_time_before_1970_as_it_is(observed):
    camera = camera_of(observed, {"last_edited_at": datetime(1969, 7, 20, tzinfo=UTC)})
    assert camera["last_edited_at"] == datetime(1969, 7, 20, tzinfo=UTC)


def test_fuse_rounds_positions_to_seven_decimals_and_draws_them(observed):
    camera = camera_of(observed, {"lon": 24.123456789, "lat": -0.0})
    assert (camera["lon"], camera["lat"]) == (24.1234568, 0.0)
    assert shapely.from_wkb(camera["geometry"]).coords[0] == (24.1234568, 0.0)


def test_fuse_keeps_what_has_no_position(observed):
    found = fused(
        observed,
        {"camera": "a", "lon": None, "lat": None, "place": "Kluuvi"},
        {"camera": "b"},
    ).cameras
    assert found["geometry"][0].as_py() is None
    assert found["place"].to_pylist() == ["Kluuvi", None]
    assert found["geometry"][1].as_py() is not None


ROW = st.fixed_dictionaries(
    {
        "camera": st.sampled_from("abc"),
        "source": st.sampled_from(["osm", "city", "radar", CONTRIBUTIONS]),
        "kind": st.sampled_from(["unknown", "cctv", "alpr"]),
        "status": st.sampled_from(["active", "planned"]),
        "operator": st.sampled_from([None, "City", "Police"]),
        "observed_at": st.sampled_from([None, "2019", "2020-01"]),
        "last_edited_at": st.sampled_from([None, day(1), day(2)]),
        "missing_since": st.sampled_from([None, day(3), HOLD_OVER, HELD]),
        "camera_count": st.sampled_from([None, 0, 2]),
    }
)


def slowly(rows):
    """Fuse the rows of one camera, statement by statement."""
    newest_first = sorted(rows, key=lambda row: (row["source"], row["subject"]))
    for name in ("last_edited_at", "observed_at"):
        newest_first.sort(
            key=lambda row, name=name: (row[name] is not None, row[name]) if row[name] else (0,),
            reverse=True,
        )
    gone = [row for row in newest_first if row["missing_since"] in (day(3), HOLD_OVER)]
    living = [row for row in newest_first if row not in gone]
    # Who still lists it comes before who is only waited for.
    living.sort(key=lambda row: row["missing_since"] is not None)
    heard = living or gone

    def said(name, *unknown):
        return next((row[name] for row in heard if row[name] not in (None, *unknown)), None)

    edits = [row["last_edited_at"] for row in heard if row["last_edited_at"]]
    count = said("camera_count")
    return {
        "subjects": [row["subject"] for row in [*living, *gone]],
        "kind": said("kind", "unknown") or "unknown",
        "status": heard[0]["status"] if living else "removed",
        "operator": said("operator"),
        "observed_at": said("observed_at"),
        "camera_count": 1 if count is None else count,
        "last_edited_at": max(edits, default=None),
        "removed_at": None if living else max(row["missing_since"] for row in gone),
    }


@settings(max_examples=50)
@given(st.lists(ROW, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_fuse_agrees_with_a_slow_twin_in_any_order(observed, rows, random):
    rows = [{**row, "subject": f"s{n}", "id": f"s{n}"} for n, row in enumerate(rows)]
    shuffled = random.sample(rows, len(rows))
    found = fused(observed, *shuffled)
    for camera in found.cameras.to_pylist():
        expected = slowly([row for row in rows if row["camera"] == camera["id"]])
        assert camera.pop("observations") == expected.pop("subjects")
        assert {name: camera[name] for name in expected} == expected
    plain = fused(observed, *rows)
    assert found.cameras.drop_columns(["native_id"]).equals(
        plain.cameras.drop_columns(["native_id"])
    )
