"""Subjects as bytes: there and back, sorted, found."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.cameras.subjects import ascending, names_of, rows_of, texts_of

LONG = ["a" * 16, "b" * 16, "c" * 16, "d" * 16]


@pytest.mark.parametrize(
    "column",
    [
        pa.array(LONG),
        pa.chunked_array([LONG[:1], [], LONG[1:]]),
        pa.array(["x" * 16, *LONG, "y" * 16]).slice(1, 4),
        pa.chunked_array([pa.array(["x" * 16, *LONG]).slice(1)]),
        # Whatever stands before the slice does not move it.
        pa.array(["short", *LONG]).slice(1),
        pa.array(["longer than sixteen letters", *LONG]).slice(1),
    ],
    ids=["whole", "chunks", "slice", "chunk of a slice", "after a short one", "after a long one"],
)
def test_names_of_gives_the_bytes_of_each_name(column):
    assert names_of(column).tolist() == [name.encode() for name in LONG]


@pytest.mark.parametrize("column", [pa.array([], pa.string()), pa.chunked_array([], pa.string())])
def test_names_of_nothing_is_nothing(column):
    assert names_of(column).tolist() == []
    assert names_of(column).dtype == "S16"
    assert texts_of(names_of(column)).equals(pa.array([], pa.string()))


def test_names_of_takes_names_of_other_lengths():
    assert names_of(pa.array(["a", "b" * 16, ""])).tolist() == [b"a", b"b" * 16, b""]


@given(st.lists(st.text("abz27", max_size=16)), st.integers(0, 5), st.booleans())
def test_texts_of_inverts_names_of(names, start, backwards):
    found = names_of(pa.array(names, pa.string()))
    part = found[start:][::-1] if backwards else found[start:]
    expected = names[start:][::-1] if backwards else names[start:]
    assert texts_of(part).to_pylist() == expected
    assert texts_of(part).type == pa.string()


def test_texts_of_whole_names_lets_them_be_read_in_any_part():
    texts = texts_of(np.array(LONG, "S16")[::2])
    texts.validate(full=True)
    assert texts.slice(1).to_pylist() == [LONG[2]]


NAMES = st.lists(st.text("ab", max_size=16), max_size=30, unique=True).map(sorted)


@given(NAMES, NAMES)
def test_rows_of_finds_each_name_that_is_there(names, wanted):
    found = rows_of(np.array(names, "S16"), np.array(wanted, "S16"))
    assert found.tolist() == [names.index(name) if name in names else -1 for name in wanted]


def test_rows_of_finds_few_among_many_as_it_finds_many():
    # All begin with the same eight letters, half of them with the same as another.
    names = np.array([f"aaaaaaaa{row // 2:04}{'xy'[row % 2]}" for row in range(2_000)], "S16")
    some = names[[3, 4, 1_999]]
    assert rows_of(names, some).tolist() == [3, 4, 1_999]
    assert rows_of(names, names).tolist() == list(range(2_000))
    assert rows_of(names, np.array([b"zzz", b""])).tolist() == [-1, -1]


@given(NAMES, st.randoms(use_true_random=False))
def test_ascending_sorts_names_and_is_none_where_they_are_sorted(names, random):
    assert ascending(np.array(names, "S16")) is None
    mixed = random.sample(names, len(names))
    order = ascending(np.array(mixed, "S16"))
    if mixed != names:
        assert [mixed[place] for place in order] == names
