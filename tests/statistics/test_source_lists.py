import numpy as np
import pyarrow as pa

from sightlines.statistics.source_lists import source_lists, sources_of_groups


def lists_of(rows):
    return source_lists(pa.chunked_array([pa.array(rows, pa.list_(pa.string()))]))


def test_source_lists_names_each_source_of_a_record_once():
    lists = lists_of([["osm", "city", "osm"], [], ["city"]])
    assert lists.ids == ["city", "osm"]
    assert lists.source.tolist() == [0, 1, 0]
    assert lists.bounds.tolist() == [0, 2, 2, 3]


def test_source_lists_reads_a_slice_in_chunks():
    part = pa.array([[f"s{at}"] for at in range(4)], pa.list_(pa.string()))
    lists = source_lists(pa.chunked_array([part, part]).slice(3, 3))
    assert [lists.ids[at] for at in lists.source.tolist()] == ["s3", "s0", "s1"]


def test_source_lists_of_nothing_is_empty():
    assert lists_of([]).bounds.tolist() == [0]
    assert lists_of([[], []]).bounds.tolist() == [0, 0, 0]


def test_sources_of_groups_sorts_by_cameras_then_id():
    lists = lists_of([["b"], ["a"], ["c", "a"], ["c"]])
    weight, record = np.array([3, 1, 2, 0]), np.array([0, 1, 2, 3, 3, 2])
    group = np.array([0, 0, 0, 0, 2, 3])
    # In group 0: a 1 + 2, b 3, c 2 + 0. Group 1 is empty.
    found = sources_of_groups(lists, weight, record, group, 4)
    assert found.to_pylist() == [["a", "b", "c"], [], ["c"], ["a", "c"]]


def test_sources_of_groups_is_empty_when_nobody_names_anything():
    nobody = np.empty(0, np.int64)
    assert sources_of_groups(lists_of([]), nobody, nobody, nobody, 2).to_pylist() == [[], []]
    one = np.array([0])
    assert sources_of_groups(lists_of([[]]), np.array([5]), one, one, 1).to_pylist() == [[]]
