"""Evaluation of linked pairs: hand-made clusters, counts worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.cameras.evaluation import (
    add_up,
    cameras_lost,
    close_pairs,
    evaluate,
    linked_pairs,
    plain_merge,
    with_names,
)
from sightlines.geodesy import GEOD


def array(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def test_linked_pairs_are_those_of_different_sources_in_one_cluster():
    subjects = ["d", "b", "c", "a", "e"]
    sources = ["north", "north", "south", "south", "north"]
    assert linked_pairs(subjects, sources, array(7, 7, 7, 3, 3)) == [
        ("a", "e"),
        ("b", "c"),
        ("c", "d"),
    ]


def test_linked_pairs_are_none_of_clusters_of_one():
    assert linked_pairs(["a", "b"], ["north", "south"], array(0, 1)) == []


def test_with_names_keeps_the_lesser_name_first_and_every_pair():
    pairs = [("a1", "b1"), ("a2", "b2"), ("a3", "b3")]
    names = {"a1": "twin", "a2": "twin", "b1": "x", "b2": "x"}
    assert with_names(pairs, names) == [("twin", "x"), ("twin", "x"), ("a3", "b3")]


def test_evaluate_counts_by_kind_and_in_all():
    truth = [("a", "x"), ("b", "y"), ("c", "z")]
    found = [("a", "x"), ("b", "z"), ("c", "z")]
    kinds = {
        ("a", "x"): "lone",
        ("b", "y"): "crowded",
        ("b", "z"): "crowded",
        ("c", "z"): "crowded",
    }
    assert evaluate(found, truth, kinds).to_pylist() == [
        {"kind": "crowded", "tp": 1, "fp": 1, "fn": 1, "precision": 0.5, "recall": 0.5},
        {"kind": "lone", "tp": 1, "fp": 0, "fn": 0, "precision": 1.0, "recall": 1.0},
        {"kind": "all", "tp": 2, "fp": 1, "fn": 1, "precision": 2 / 3, "recall": 2 / 3},
    ]


def test_evaluate_gives_no_rate_when_there_is_nothing_to_divide_by():
    (nothing,) = evaluate([], [], {}).to_pylist()
    assert (nothing["precision"], nothing["recall"]) == (None, None)
    kinds = {("a", "x"): "far"}
    assert evaluate([], [("a", "x")], kinds).to_pylist()[0]["precision"] is None
    assert evaluate([("a", "x")], [], kinds).to_pylist()[0]["recall"] is None


def test_evaluate_counts_how_often_a_pair_stands_when_rows_are_interchangeable():
    # Three like cameras on a pole, two of which the other source lists: any two links are right,
    # a third is wrong.
    pair = ("pole a", "pole b")
    row = evaluate([pair] * 3, [pair] * 2, {pair: "alike"}).to_pylist()[0]
    assert (row["tp"], row["fp"], row["fn"]) == (2, 1, 0)
    row = evaluate([pair], [pair] * 2, {pair: "alike"}).to_pylist()[0]
    assert (row["tp"], row["fp"], row["fn"]) == (1, 0, 1)


def test_evaluate_refuses_a_pair_without_a_kind():
    with pytest.raises(KeyError):
        evaluate([("a", "x")], [], {})


def test_add_up_takes_rates_of_sums_and_not_means_of_rates():
    pairs = [(f"a{number}", f"b{number}") for number in range(10)]
    kinds = dict.fromkeys(pairs, "lone")
    one = evaluate(pairs[:1], pairs[:1], kinds)
    other = evaluate(pairs[:6], pairs[3:], kinds)
    lone, in_all = add_up([one, other]).to_pylist()
    # 1 right of 1 found; 3 right of 6 found and 7 real: 4 of 7, 4 of 8.
    assert (lone["tp"], lone["fp"], lone["fn"]) == (4, 3, 4)
    assert in_all["precision"] == 4 / 7
    assert in_all["recall"] == 0.5


def test_cameras_lost_are_all_but_one_of_a_cluster():
    # Cluster 0 holds two real cameras, cluster 1 one that two sources list, cluster 2 three.
    cameras = ["p", "q", "r", "r", "s", "t", "u", "u"]
    assert cameras_lost(cameras, array(0, 0, 1, 1, 2, 2, 2, 3)) == 1 + 2


def north_of(lon: float, lat: float, *metres: float) -> tuple[np.ndarray, np.ndarray]:
    n = len(metres)
    lons, lats, _ = GEOD.fwd([lon] * n, [lat] * n, [0.0] * n, list(metres))
    return np.array(lons), np.array(lats)


def test_plain_merge_joins_neighbours_of_neighbours():
    lon, lat = north_of(7, 47, 0, 9, 18, 28.5, 60)
    assert plain_merge(lon, lat, 10).tolist() == [0, 0, 0, 3, 4]
    assert plain_merge(lon, lat, 10.6).tolist() == [0, 0, 0, 0, 4]


def test_plain_merge_leaves_alone_what_has_no_position():
    lon = np.array([np.nan, 7.0, np.nan, 7.0])
    lat = np.array([np.nan, 47.0, 47.0, 47.0])
    assert plain_merge(lon, lat, 10).tolist() == [0, 1, 2, 1]


def test_plain_merge_of_nothing_is_nothing():
    assert plain_merge(np.empty(0), np.empty(0), 10).tolist() == []


@pytest.mark.parametrize(
    ("lon", "lat", "bearing_deg"),
    [(180.0, 0.0, 90.0), (-179.99999, 65.0, 270.0), (10.0, 89.9999, 0.0), (33.0, -90.0, 0.0)],
    ids=["antimeridian", "antimeridian-north", "over-the-pole", "from-the-pole"],
)
def test_close_pairs_finds_a_pair_when_degrees_mislead(lon, lat, bearing_deg):
    away_lon, away_lat, _ = GEOD.fwd(lon, lat, bearing_deg, 25.0)
    lons, lats = np.array([lon, away_lon]), np.array([lat, away_lat])
    first, second, distance_m = close_pairs(lons, lats, 25.01)
    assert (first.tolist(), second.tolist()) == ([0], [1])
    assert distance_m[0] == pytest.approx(25, abs=1e-6)
    assert close_pairs(lons, lats, 24.99)[0].tolist() == []


@given(
    st.lists(
        st.tuples(st.floats(-0.001, 0.001), st.floats(-0.001, 0.001)), min_size=1, max_size=12
    ),
    st.sampled_from([(0.0, 0.0), (180.0, 60.0), (-180.0, -85.0), (5.0, 89.9985)]),
)
def test_close_pairs_agree_with_all_distances(offsets, middle):
    lon = np.array([(middle[0] + x + 180) % 360 - 180 for x, _ in offsets])
    lat = np.array([middle[1] + y for _, y in offsets])
    n = len(offsets)
    slow = [
        (i, j)
        for i in range(n)
        for j in range(i + 1, n)
        if GEOD.inv(lon[i], lat[i], lon[j], lat[j])[2] <= 40
    ]
    first, second, _ = close_pairs(lon, lat, 40)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == slow
