"""Names by digest, and what the tables promise to each other."""

import pyarrow as pa
import pytest

from sightlines.attributes import ATTRIBUTES
from sightlines.schema import (
    CAMERA,
    COMPARISONS,
    EVIDENCE,
    IDENTITY,
    MATCH,
    OBSERVATION,
    OUTCOMES,
    READ,
    STANDING,
    is_short_digest,
    short_digest,
)


def test_short_digest_equals_what_sha256sum_and_base32_give():
    # printf '2:ab1:c' | sha256sum | cut -c1-20 | xxd -r -p | base32 | tr A-Z a-z
    assert short_digest("ab", "c") == "imh3dnfmimyw5sub"
    assert short_digest("") == "xj3iwmy73bwozab3"
    assert short_digest("éé") == "f27ynoihouqk7ylk"


def test_short_digest_differs_when_the_same_letters_are_parted_otherwise():
    assert len({short_digest("ab", "c"), short_digest("a", "bc"), short_digest("abc")}) == 3


def test_short_digest_has_80_bits():
    assert len(short_digest("x")) * 5 == 80


def test_is_short_digest_takes_what_short_digest_gives():
    assert is_short_digest(short_digest("x"))


@pytest.mark.parametrize(
    "text", ["", "a" * 15, "a" * 17, "A" * 16, "1" * 16, "a" * 15 + "/", "a" * 16 + "\n", "é" * 16]
)
def test_is_short_digest_refuses_anything_else(text):
    assert not is_short_digest(text)


def test_tables_build_on_each_other():
    assert set(READ.names) < set(OBSERVATION.names) < set(STANDING.names) < set(EVIDENCE.names)
    assert STANDING.names == [*OBSERVATION.names, "subject", "missing_since"]
    assert EVIDENCE.names == ["camera", *STANDING.names]
    for schema in (OBSERVATION, STANDING, EVIDENCE, CAMERA):
        assert {row.name for row in ATTRIBUTES} <= set(schema.names)
        assert len(set(schema.names)) == len(schema.names)


def test_tables_hold_nothing_of_a_contributor():
    forbidden = {"user", "uid", "changeset", "sender", "address", "ip", "receipt", "moderator"}
    for schema in (READ, OBSERVATION, STANDING, EVIDENCE, CAMERA, IDENTITY, MATCH):
        assert forbidden.isdisjoint(schema.names)


def test_cameras_have_of_a_statement_what_pages_show_in_the_same_types():
    for name in set(CAMERA.names) & set(STANDING.names) - {"id"}:
        assert CAMERA.field(name).type == STANDING.field(name).type, name


def test_match_holds_a_level_of_each_comparison_and_an_outcome():
    assert MATCH.names[:2] == ["first", "second"]
    assert MATCH.names[-1] == "outcome"
    assert tuple(MATCH.names[-1 - len(COMPARISONS) : -1]) == COMPARISONS
    assert {MATCH.field(name).type for name in COMPARISONS} == {pa.uint8()}
    assert OUTCOMES == ("match", "rival", "review", "same", "different")
