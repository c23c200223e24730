"""Cameras made of observations."""

import pyarrow as pa
import shapely

from sightlines.cameras.fusion import cameras_from
from sightlines.schema import CAMERA, CONTRIBUTIONS


def test_cameras_from_makes_one_camera_an_observation(observed):
    cameras = cameras_from(observed({}, {}, {}))
    assert cameras.schema.equals(CAMERA)
    assert cameras.num_rows == 3
    assert sorted(cameras["observations"].to_pylist()) == [["o0"], ["o1"], ["o2"]]
    assert cameras["sources"].to_pylist() == [["list"]] * 3
    assert cameras["runs"].to_pylist() == [["run"]] * 3


def test_cameras_from_shows_nothing_of_a_private_home(observed):
    cameras = cameras_from(observed({"native_id": "door", "private_home": True}, {}))
    assert cameras["native_id"].to_pylist() == ["n1"]


def test_cameras_from_takes_a_missing_count_as_one_and_keeps_zero(observed):
    cameras = cameras_from(
        observed({"camera_count": None}, {"camera_count": 0}, {"camera_count": 7})
    )
    by_native = dict(
        zip(cameras["native_id"].to_pylist(), cameras["camera_count"].to_pylist(), strict=True)
    )
    assert by_native == {"n0": 1, "n1": 0, "n2": 7}


def test_cameras_from_says_who_has_checked(observed):
    cameras = cameras_from(observed({}, {"source": CONTRIBUTIONS}))
    by_native = dict(
        zip(cameras["native_id"].to_pylist(), cameras["verification"].to_pylist(), strict=True)
    )
    assert by_native == {"n0": "single_source", "n1": "unverified"}


def test_cameras_from_rounds_positions_to_seven_decimals_and_draws_them(observed):
    camera = cameras_from(observed({"lon": 24.123456789, "lat": -0.0}))
    assert camera["lon"].to_pylist() == [24.1234568]
    assert shapely.from_wkb(camera["geometry"][0].as_py()).coords[0] == (24.1234568, 0.0)


def test_cameras_from_keeps_what_has_no_position(observed):
    camera = cameras_from(observed({"lon": None, "lat": None, "place": "Kluuvi"}))
    assert camera["geometry"].to_pylist() == [None]
    assert camera["place"].to_pylist() == ["Kluuvi"]


def test_cameras_from_gives_the_same_rows_whatever_the_order(observed):
    observations = observed(*[{"lon": float(n)} for n in range(9)])
    backwards = observations.take(pa.array(range(8, -1, -1)))
    assert cameras_from(observations).equals(cameras_from(backwards))
