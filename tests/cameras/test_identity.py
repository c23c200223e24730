"""Which name a camera keeps, through what may happen to its observations."""

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.cameras.identity import camera_ids, identities, resolved
from sightlines.schema import IDENTITY


def published(clusters, earlier=None):
    """Publish clusters such as "ab c"; return their ids by subject, and what is remembered."""
    number = {subject: n for n, cluster in enumerate(clusters.split()) for subject in cluster}
    subjects = np.array(sorted(number), "S16")
    cluster = np.array([number[subject] for subject in sorted(number)], np.int64)
    ids = camera_ids(subjects, cluster, earlier)
    by_subject = dict(zip(sorted(number), ids.astype(str).tolist(), strict=True))
    return by_subject, identities(subjects, ids, earlier)


def after(*history):
    """Publish one state after the other; return the ids of the last and a way to resolve names."""
    earlier, ids = None, {}
    for clusters in history:
        ids, earlier = published(clusters, earlier)
    assert earlier.schema.equals(IDENTITY)
    cameras = dict(zip(earlier["subject"].to_pylist(), earlier["camera"].to_pylist(), strict=True))
    return ids, lambda name: resolved(name, cameras, set(ids.values()))


def test_camera_ids_are_the_subject_of_whoever_is_alone():
    assert published("a b c")[0] == {"a": "a", "b": "b", "c": "c"}


def test_camera_ids_take_the_smallest_subject_when_a_cluster_was_never_published():
    assert published("ca db e")[0] == {"a": "a", "c": "a", "b": "b", "d": "b", "e": "e"}


def test_camera_ids_of_nothing_are_none():
    ids = camera_ids(np.empty(0, "S16"), np.empty(0, np.int64), None)
    assert ids.tolist() == []
    assert identities(np.empty(0, "S16"), ids, None).equals(IDENTITY.empty_table())


@pytest.mark.parametrize(
    ("history", "ids"),
    [
        # A new source joins, also with a smaller subject: the id stays.
        (("m", "am"), {"a": "m", "m": "m"}),
        (("m", "am", "amz"), {"a": "m", "m": "m", "z": "m"}),
        # Two cameras merge: one with more observations wins, of equals the smaller id.
        (("m n", "mn"), {"m": "m", "n": "m"}),
        (("a xyz", "axyz"), {"a": "x", "x": "x", "y": "x", "z": "x"}),
        # A split: the founding part keeps the id, the other gets its own.
        (("ab", "a b"), {"a": "a", "b": "b"}),
        (("a b", "ab", "a b"), {"a": "a", "b": "b"}),
        (("m abm", "m ab"), {"m": "m", "a": "a", "b": "a"}),
        # A founding observation that vanishes leaves the id to the rest.
        (("am z", "m z"), {"m": "a", "z": "z"}),
        (("am z", "mz"), {"m": "a", "z": "a"}),
        # It comes back to them.
        (("abm", "bm", "abm"), {"a": "a", "b": "a", "m": "a"}),
        # It comes back alone: its name is its own again, the others take another.
        (("abm", "bm", "a bm"), {"a": "a", "b": "b", "m": "b"}),
        # The rest splits: the larger part keeps the id, of equals the first.
        (("abcd", "bc d"), {"b": "a", "c": "a", "d": "d"}),
        (("abc", "b c"), {"b": "a", "c": "c"}),
        # Everything trades places: no two cameras have one id, whatever was before.
        (("ab cd", "ad bc"), {"a": "a", "d": "a", "b": "c", "c": "c"}),
        (("ab cd", "d abc"), {"a": "a", "b": "a", "c": "a", "d": "d"}),
        # An observation that moves over to another camera.
        (("abc def", "ab cdef"), {"a": "a", "b": "a", "c": "d", "d": "d", "e": "d", "f": "d"}),
    ],
    ids=lambda value: " > ".join(value) if isinstance(value, tuple) else "",
)
def test_camera_ids_stay_through(history, ids):
    assert after(*history)[0] == ids


def test_camera_ids_forget_nobody_who_was_away_for_long():
    ids, _ = after("am z", "z", "z", "m z")
    assert ids == {"m": "a", "z": "z"}


def test_camera_ids_are_made_anew_when_every_own_name_is_taken():
    # b's own name went to c when a, b, c were split, and b alone is left without one.
    earlier = pa.Table.from_pylist(
        [{"subject": "a", "camera": "a"}, {"subject": "b", "camera": "a"},
         {"subject": "c", "camera": "b"}],
        schema=IDENTITY,
    )  # fmt: skip
    ids, _ = published("a b c", earlier)
    assert (ids["a"], ids["c"]) == ("a", "b")
    assert re.fullmatch("[a-z2-7]{16}", ids["b"])
    again, _ = published("a b c", earlier)
    assert again == ids


def test_resolved_follows_a_merge_and_a_split():
    ids, follow = after("a b", "ab")
    assert set(ids.values()) == {"a"}
    assert (follow("a"), follow("b")) == ("a", "a")
    _, follow = after("a b", "ab", "a b")
    assert (follow("a"), follow("b")) == ("a", "b")


def test_resolved_follows_a_merge_of_merges():
    _, follow = after("a b c d", "ab cd", "abcd")
    assert [follow(name) for name in "abcd"] == ["a"] * 4


def test_resolved_finds_a_camera_whose_founding_observation_is_gone():
    _, follow = after("am", "m")
    assert (follow("a"), follow("m")) == ("a", "a")


def test_resolved_leads_from_a_merged_camera_when_its_founding_observation_was_gone():
    # Only z still spoke of the camera m when it became one with a: m was published, so it leads on.
    ids, follow = after("mz ab", "z ab", "zab")
    assert ids == {"a": "a", "b": "a", "z": "a"}
    assert follow("z") == "a"
    assert follow("m") == "a"


def test_resolved_knows_nobody_who_was_never_published_or_is_gone():
    _, follow = after("a b", "a")
    assert follow("never") is None
    assert follow("b") is None


def test_resolved_follows_chains_and_ends_in_loops():
    cameras = {"a": "b", "b": "c", "c": "d", "x": "y", "y": "x", "s": "s"}
    assert resolved("a", cameras, {"d"}) == "d"
    assert resolved("a", cameras, {"c"}) == "c"
    assert resolved("x", cameras, {"d"}) is None
    assert resolved("s", cameras, {"d"}) is None


def test_identities_remember_who_is_gone():
    _, remembered = published("ab z")
    _, remembered = published("b c", remembered)
    assert remembered.to_pylist() == [
        {"subject": subject, "camera": camera, "turn": turn}
        for subject, camera, turn in [("a", "a", 1), ("b", "a", None), ("c", "c", 2), ("z", "z", 1)]
    ]


STATE = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 4))


def published_numbers(state, earlier):
    names = sorted(state)
    subjects = np.array(names, "S16")
    ids = camera_ids(subjects, np.array([state[name] for name in names], np.int64), earlier)
    return dict(zip(names, ids.astype(str).tolist(), strict=True)), identities(
        subjects, ids, earlier
    )


@given(st.lists(STATE, max_size=7))
def test_camera_ids_are_one_a_cluster_whatever_came_before(states):
    earlier = None
    for state in states:
        ids, earlier = published_numbers(state, earlier)
        for one in state:
            for other in state:
                assert (ids[one] == ids[other]) == (state[one] == state[other])
        assert earlier["subject"].to_pylist() == sorted(set(earlier["subject"].to_pylist()))


@given(st.lists(STATE, min_size=1, max_size=5))
def test_camera_ids_stay_when_nothing_changes(states):
    earlier = None
    for state in states:
        ids, earlier = published_numbers(state, earlier)
    again, remembered = published_numbers(states[-1], earlier)
    assert again == ids
    assert remembered.equals(earlier)


@given(st.lists(STATE, min_size=1, max_size=5), st.permutations(range(5)))
def test_camera_ids_do_not_depend_on_the_numbers_of_clusters(states, numbers):
    earlier = other = None
    for state in states:
        renumbered = {name: numbers[number] for name, number in state.items()}
        ids, earlier = published_numbers(state, earlier)
        also, other = published_numbers(renumbered, other)
        assert ids == also


@given(st.lists(STATE, max_size=7))
def test_resolved_leads_to_a_living_camera_or_nowhere(states):
    earlier, ids = None, {}
    for state in states:
        ids, earlier = published_numbers(state, earlier)
    if earlier is None:
        return
    cameras = dict(zip(*(earlier[name].to_pylist() for name in IDENTITY.names[:2]), strict=True))
    live = set(ids.values())
    for name in "abcdefg":
        found = resolved(name, cameras, live)
        assert found is None or found in live
        if name in ids:
            assert found == ids[name]


@given(st.lists(STATE, min_size=2, max_size=6))
def test_resolved_finds_what_a_camera_became_as_long_as_somebody_who_spoke_of_it_speaks(states):
    earlier = None
    for state in states[:-1]:
        before, earlier = published_numbers(state, earlier)
    now, remembered = published_numbers(states[-1], earlier)
    cameras = dict(zip(*(remembered[name].to_pylist() for name in IDENTITY.names[:2]), strict=True))
    for camera in set(before.values()):
        became = {now[name] for name in before if before[name] == camera and name in now}
        if became:
            assert resolved(camera, cameras, set(now.values())) is not None
