"""What conflation reads of an observation: texts, bearings, fingerprints, names."""

import hashlib
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.cameras.features import (
    code_of,
    features_of,
    normalised,
)
from sightlines.cameras.written import CODED, MOST_BEARINGS


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("City of Chicago", "city of chicago"),
        ("  CITY\tof -- Chicago. ", "city of chicago"),
        ("Préfecture de Police", "prefecture de police"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Västtrafik_AB", "vasttrafik ab"),
        ("서울특별시 성동구청", "서울특별시 성동구청"),
        ("香港警務處", "香港警務處"),
        ("\uff23\uff23\uff34\uff36\u3000\uff11\uff12", "cctv 12"),
        ("A-17/b", "a 17 b"),
        ("N/A", ""),
        ("Unknown", ""),
        ("other", ""),
        ("none", ""),
        (" - ", ""),
        ("", ""),
        ("unknown police", "unknown police"),
    ],
)
def test_normalised_forgets_spelling_and_keeps_words(text, plain):
    assert normalised(text) == plain


@given(st.text())
def test_normalised_changes_nothing_the_second_time(text):
    once = normalised(text)
    assert normalised(once) == once


def test_normalised_knows_signs_that_stand_for_words():
    assert normalised("№ 17") == normalised("No 17") == "no 17"


def test_normalised_joins_letters_that_were_written_in_parts():
    assert normalised("성동") == "성동"


def test_code_of_is_the_first_64_bits_of_blake2b():
    whole = hashlib.blake2b(b"police", digest_size=8).hexdigest()
    assert code_of("police") == int(whole, 16)
    assert code_of("") == 0


def test_code_of_takes_half_a_surrogate_pair():
    assert code_of("\ud83d") != code_of("\ud83e")


def test_features_of_codes_texts_that_mean_the_same_alike(observed):
    found = features_of(
        observed(
            {"operator": "City of Chicago", "kind": "unknown", "camera_mount": "other"},
            {"operator": "CITY OF CHICAGO", "kind": "cctv", "camera_mount": None},
            {"operator": None, "kind": "alpr", "camera_mount": "pole"},
        )
    )
    one, other, none = found.codes["operator"].tolist()
    assert one == other == code_of("city of chicago")
    assert none == 0
    assert found.texts[one] == "city of chicago"
    assert found.codes["kind"].tolist() == [0, code_of("cctv"), code_of("alpr")]
    assert found.codes["camera_mount"].tolist() == [0, 0, code_of("pole")]
    assert set(found.codes) == set(CODED)


def test_features_of_tells_sources_apart_by_their_exact_id(observed):
    found = features_of(observed({"source": "a-b"}, {"source": "a_b"}, {"source": "a-b"}))
    assert found.source[0] == found.source[2] != found.source[1]
    assert (found.source != 0).all()


def test_features_of_sorts_by_subject_and_leaves_out_what_has_no_position(observed):
    found = features_of(
        observed(
            {"subject": "c", "lon": 3.0},
            {"subject": "a", "lon": 1.0},
            {"subject": "b", "lon": None, "lat": None},
            {"subject": "d", "lat": None},
        )
    )
    assert found.subject.tolist() == [b"a", b"c"]
    assert found.lon.tolist() == [1.0, 3.0]
    assert len(found) == 2


def test_features_of_nothing_is_nothing(observed):
    assert len(features_of(observed())) == 0
    assert features_of(observed()).bearings_deg.shape == (0, MOST_BEARINGS)


def bearings(table):
    return [
        [bearing for bearing in row if not np.isnan(bearing)]
        for row in features_of(table).bearings_deg.tolist()
    ]


def test_features_of_keeps_north_apart_from_no_direction(observed):
    table = observed({"facing": [0]}, {}, {"facing": []}, {"facing": [0, 180]})
    assert bearings(table) == [[0.0], [], [], [0.0, 180.0]]
    fingerprints = features_of(
        observed({"facing": [0], "subject": "a"}, {"subject": "b"})
    ).fingerprint
    assert fingerprints[0] != fingerprints[1]


def test_features_of_wraps_bearings_and_keeps_the_first_four(observed):
    table = observed({"facing": [360, -30, 725]}, {"facing": [1, 2, 3, 4, 5]})
    assert bearings(table) == [[0.0, 330.0, 5.0], [1.0, 2.0, 3.0, 4.0]]


def test_features_of_finds_bearings_in_a_part_of_a_table(observed):
    table = observed({"facing": [7]}, {"facing": [10, 20]}, {}, {"facing": [30]}, {"facing": [9]})
    assert bearings(table.slice(1, 3)) == [[10.0, 20.0], [], [30.0]]
    assert bearings(pa.concat_tables([table.slice(3), table.slice(0, 2)])) == [
        [7.0],
        [10.0, 20.0],
        [30.0],
        [9.0],
    ]


def test_features_of_says_which_reference_numbers_are_short(observed):
    table = observed({"ref": "12"}, {"ref": "A-12"}, {"ref": "A-123"}, {"ref": "서울12"}, {})
    assert features_of(table).short_ref[:4].tolist() == [True, True, False, False]


def test_features_of_finds_equal_reference_numbers_equally_short(observed):
    # No fingerprint tells these two apart, so neither may the answer.
    found = features_of(observed({"ref": "Nº ½"}, {"ref": "NO 1\u20442"}))
    assert found.codes["ref"][0] == found.codes["ref"][1]
    assert found.fingerprint[0] == found.fingerprint[1]
    assert found.short_ref[0] == found.short_ref[1]


COMPARED = [
    {"source": "another"},
    {"lon": 24.9400001},
    {"lat": 60.1700001},
    {"kind": "alpr"},
    {"kind": "unknown"},
    {"enforcement": "toll"},
    {"camera_type": "dome"},
    {"camera_mount": "wall"},
    {"operator": "another"},
    {"operator": None},
    {"manufacturer": "Axis"},
    {"ref": "another"},
    {"camera_count": 0},
    {"camera_count": 7},
    {"facing": [91]},
    {"facing": [90, 91]},
    {"facing": []},
]
NOT_COMPARED = [
    {"id": "another"},
    {"run": "another"},
    {"ordinal": 99},
    {"native_id": "another"},
    {"native_version": 7},
    {"licence": "CC0-1.0"},
    {"retrieved_at": datetime(2030, 1, 1, tzinfo=UTC)},
    {"observed_at": "2030"},
    {"last_edited_at": datetime(2030, 1, 1, tzinfo=UTC)},
    {"missing_since": datetime(2030, 1, 1, tzinfo=UTC)},
    {"status": "planned"},
    {"place": "another"},
    {"addr_full": "another"},
    {"name": "another"},
    {"description": "another"},
    {"start_date": "2030"},
    {"surveillance": "indoor"},
    {"height": 5.0},
    {"operator_type": "police"},
    {"raw": '{"a": 1}'},
    {"operator": "THE  BODY"},
    {"manufacturer": "unknown"},
    {"facing": [450]},
]
BEFORE = {"operator": "The body", "ref": "R-1000", "facing": [90]}


def named(change):
    ((name, value),) = change.items()
    return f"{name}-{value}"


@pytest.mark.parametrize("change", COMPARED, ids=named)
def test_features_of_gives_another_fingerprint_when_what_is_compared_changes(observed, change):
    one, other = (
        features_of(observed(row)).fingerprint[0] for row in (BEFORE, {**BEFORE, **change})
    )
    assert one != other


@pytest.mark.parametrize("change", NOT_COMPARED, ids=named)
def test_features_of_gives_the_same_fingerprint_when_anything_else_changes(observed, change):
    one, other = (
        features_of(observed(row)).fingerprint[0] for row in (BEFORE, {**BEFORE, **change})
    )
    assert one == other


def test_features_of_gives_a_copy_the_same_content_and_another_fingerprint(observed):
    rows = [
        {**BEFORE, "subject": "a"},
        {**BEFORE, "subject": "b", "source": "another", "native_id": "x", "raw": "{1}"},
        {**BEFORE, "subject": "c", "source": "another", "facing": [91]},
    ]
    found = features_of(observed(*rows))
    assert found.content[0] == found.content[1] != found.content[2]
    assert len(set(found.fingerprint.tolist())) == 3


def test_features_of_gives_a_fingerprint_that_other_rows_do_not_change(observed):
    rows = [
        {**BEFORE, "subject": "a"},
        {"subject": "b"},
        {"subject": "c", "camera_type": "dome", "manufacturer": "Axis"},
        {"subject": "d", "lon": 0.0, "lat": -0.0},
    ]
    together = features_of(observed(*rows)).fingerprint.tolist()
    assert together == [int(features_of(observed(row)).fingerprint[0]) for row in rows]
    assert len(set(together)) == 4


def test_features_of_tells_a_value_in_one_column_from_it_in_another(observed):
    rows = [{"subject": name, name: "Axis"} for name in ("operator", "manufacturer", "ref")]
    rows += [
        {"subject": "swapped", "lon": 24.94, "lat": 60.17},
        {"subject": "swapped2", "lon": 60.17, "lat": 24.94},
    ]
    assert len(set(features_of(observed(*rows)).fingerprint.tolist())) == 5


def test_features_of_takes_both_zeros_for_one(observed):
    table = observed({"lon": 0.0, "lat": 0.0}, {"lon": -0.0, "lat": -0.0})
    fingerprints = features_of(table).fingerprint
    assert fingerprints[0] == fingerprints[1]
