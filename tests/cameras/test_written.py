"""What is read of observations as it is written: every change is noticed, and nothing else."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.cameras.features import features_at, features_of
from sightlines.cameras.written import MOST_BEARINGS, written_of

BEFORE = {"operator": "The body", "ref": "R-1000", "facing": [90], "camera_count": 2}
READ = [
    {"source": "another"},
    {"lon": 24.9400001},
    {"lat": 60.1700001},
    {"kind": "alpr"},
    {"enforcement": "toll"},
    {"camera_type": "dome"},
    {"camera_mount": "wall"},
    {"operator": "the body"},
    {"operator": "The body "},
    {"operator": None},
    {"manufacturer": "Axis"},
    {"ref": "R-1001"},
    {"ref": None},
    {"camera_count": 0},
    {"camera_count": None},
    {"camera_count": 3},
    {"facing": [91]},
    {"facing": [450]},
    {"facing": [90, 90]},
    {"facing": [None, 90]},
    {"facing": []},
]
NOT_READ = [
    {"id": "another"},
    {"run": "another"},
    {"ordinal": 99},
    {"native_id": "another"},
    {"licence": "CC0-1.0"},
    {"retrieved_at": datetime(2030, 1, 1, tzinfo=UTC)},
    {"status": "planned"},
    {"addr_full": "another"},
    {"name": "another"},
    {"raw": '{"a": 1}'},
]


def named(change):
    ((name, value),) = change.items()
    return f"{name}-{value}"


def wording(table):
    return written_of(table).wording.tolist()


@pytest.mark.parametrize("change", READ, ids=named)
def test_wording_is_another_when_a_column_that_is_read_changes(observed, change):
    assert wording(observed(BEFORE)) != wording(observed({**BEFORE, **change}))


@pytest.mark.parametrize("change", NOT_READ, ids=named)
def test_wording_is_the_same_when_anything_else_changes(observed, change):
    assert wording(observed(BEFORE)) == wording(observed({**BEFORE, **change}))


def test_wording_tells_a_text_in_one_column_from_it_in_another(observed):
    names = (
        "kind",
        "enforcement",
        "camera_type",
        "camera_mount",
        "operator",
        "manufacturer",
        "ref",
    )
    assert len(set(wording(observed(*({name: "Axis"} for name in names))))) == len(names)
    swapped = [{"lon": 24.0, "lat": 60.0}, {"lon": 60.0, "lat": 24.0}]
    assert len(set(wording(observed(*swapped)))) == 2


def test_wording_takes_for_one_what_says_the_same_with_other_bits(observed):
    zeros = [
        {"lon": zero, "lat": zero, "facing": facing}
        for zero, facing in ((0.0, [0.0]), (-0.0, [-0.0]))
    ]
    assert len(set(wording(observed(*zeros)))) == 1
    assert len(set(wording(observed({"operator": None}, {"operator": ""})))) == 1
    assert len(set(wording(observed({}, {"facing": []})))) == 1


def test_wording_takes_no_number_for_itself(observed):
    rows = [{"facing": [float("nan")]}, {"facing": [float("nan")]}, {"facing": [0.0]}]
    one, other, north = wording(observed(*rows))
    assert one == other != north


def test_wording_reads_as_many_bearings_as_features_hold(observed):
    facing = list(range(MOST_BEARINGS))
    rows = [{"facing": facing}, {"facing": [*facing, 99]}, {"facing": [*facing[:-1], 99]}]
    one, more, other = wording(observed(*rows))
    assert one == more != other


TEXT = st.one_of(st.none(), st.text(max_size=12))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "operator": TEXT,
            "ref": TEXT,
            "kind": st.sampled_from(["cctv", "alpr"]),
            "camera_count": st.one_of(st.none(), st.integers(0, 5)),
            "facing": st.lists(st.sampled_from([0.0, 10.0, 350.0]), max_size=6),
            "lon": st.one_of(st.none(), st.floats(-180, 180)),
        }
    ),
    min_size=1,
    max_size=8,
)


def texts(written):
    """Return the texts of every row, column by column."""
    return {
        name: column.different.take(pa.array(column.place)).to_pylist()
        for name, column in written.texts.items()
    }


@given(ROWS, st.integers(0, 8))
def test_written_of_does_not_depend_on_chunks_or_on_rows_around(observed, rows, cut):
    whole = observed(*rows)
    parts = pa.concat_tables([whole.slice(0, cut), whole.slice(cut)])
    one, other = written_of(whole), written_of(parts)
    assert one.wording.tolist() == other.wording.tolist()
    assert texts(one) == texts(other)
    # One after the other, each with a dictionary of its own.
    alone = [wording(whole.slice(row, 1)) for row in range(len(rows))]
    assert [word for words in alone for word in words] == one.wording.tolist()


@given(ROWS, st.randoms(use_true_random=False))
def test_written_of_sorts_by_subject(observed, rows, random):
    rows = [{"subject": f"s{n}", **row} for n, row in enumerate(rows)]
    one = written_of(observed(*rows))
    other = written_of(observed(*random.sample(rows, len(rows))))
    assert one.subject.tolist() == other.subject.tolist()
    assert one.subject.tolist() == [
        row["subject"].encode() for row in rows if row["lon"] is not None
    ]
    assert one.wording.tolist() == other.wording.tolist()
    assert one.subjects.to_pylist() == other.subjects.to_pylist() == [r["subject"] for r in rows]


@given(ROWS, st.randoms(use_true_random=False))
def test_features_at_some_rows_are_the_features_of_these_rows(observed, rows, random):
    rows = [{"subject": f"s{n}", **row, "lon": row["lon"] or 0.0} for n, row in enumerate(rows)]
    some = sorted(random.sample(range(len(rows)), len(rows) // 2))
    found = features_at(written_of(observed(*rows)), np.array(some, np.int64))
    expected = features_of(observed(*(rows[row] for row in some)))
    assert found.fingerprint.tolist() == expected.fingerprint.tolist()
    assert found.subject.tolist() == expected.subject.tolist()
    assert found.source.tolist() == expected.source.tolist()
    assert found.short_ref.tolist() == expected.short_ref.tolist()
    assert found.texts == expected.texts
    for name, codes in expected.codes.items():
        assert found.codes[name].tolist() == codes.tolist()


@given(ROWS)
def test_rows_of_one_wording_have_one_fingerprint(observed, rows):
    rows = [{"subject": f"s{n:02}", **row, "lon": 1.0} for n, row in enumerate(rows)]
    fingerprints = features_of(observed(*rows)).fingerprint.tolist()
    of_wording = dict(zip(wording(observed(*rows)), fingerprints, strict=True))
    assert [of_wording[word] for word in wording(observed(*rows))] == fingerprints
