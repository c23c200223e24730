"""Camera ids: 80 bits that survive a re-import, a move and a new order of rows."""

import re

from hypothesis import given
from hypothesis import strategies as st

from sightlines.cameras.identity import camera_ids


def ids(rows):
    """Name rows of (native id, lon, lat, content), all of one source."""
    natives, lons, lats, contents = zip(*rows, strict=True)
    positions = zip(lons, lats, strict=True)
    return camera_ids(["s"] * len(rows), natives, positions, contents)


def test_camera_ids_have_80_bits_in_lower_case():
    assert re.fullmatch("[a-z2-7]{16}", ids([("node/1", 1.0, 2.0, "{}")])[0])


def test_camera_ids_stay_when_a_camera_with_a_native_id_moves_and_changes():
    assert ids([("node/1", 1.0, 2.0, "{}")]) == ids([("node/1", 9.0, 8.0, '{"height":"5"}')])


def test_camera_ids_differ_between_sources():
    both = camera_ids(["a", "b"], ["1", "1"], [(0.5, 0.5), (0.5, 0.5)], ["{}", "{}"])
    assert both[0] != both[1]


def test_camera_ids_keep_identical_rows_apart_and_find_them_again():
    rows = [(None, 1.0, 2.0, "{}")] * 3
    first = ids(rows)
    assert len(set(first)) == 3
    assert ids(rows) == first
    assert set(ids(rows[:2])) <= set(first)


def test_camera_ids_without_native_id_depend_on_position_and_content():
    names = ids([(None, 1.0, 2.0, "a"), (None, 1.0, 2.0, "b"), (None, 1.0, 3.0, "a")])
    assert len(set(names)) == 3


def test_camera_ids_name_rows_without_a_position():
    assert len(set(ids([(None, None, None, "a"), (None, None, None, "a")]))) == 2


@given(st.lists(st.tuples(st.none(), st.sampled_from([0.5, 1.5]), st.just(1.0), st.text("ab"))))
def test_camera_ids_do_not_depend_on_the_order_of_rows(rows):
    if rows:
        assert set(ids(rows)) == set(ids(rows[::-1]))
        assert len(set(ids(rows))) == len(rows)
