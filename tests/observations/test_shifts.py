import numpy as np
import pytest

from sightlines.observations.nearness import Pairs, Positions, displaced, displacements_m
from sightlines.observations.shifts import common_shift

NONE = Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def town(n, seed=1):
    chance = np.random.default_rng(seed)
    return Positions(chance.uniform(24.90, 24.96, n), chance.uniform(60.15, 60.18, n))


def shift_of(earlier, rows, *, same_id=NONE, needed=None):
    order = np.arange(len(rows.lon), dtype=np.uint64)
    return common_shift(
        earlier, rows, same_id=same_id, order=order, needed=needed or len(rows.lon) / 2
    )


def by_id(earlier, rows):
    n = np.arange(len(rows.lon))
    return Pairs(n, n, np.hypot(*displacements_m(earlier, rows)))


@pytest.mark.parametrize(("east_m", "north_m"), [(30.0, 40.0), (-400.0, 11.0), (0.0, -12.0)])
@pytest.mark.parametrize("with_ids", [True, False])
def test_common_shift_finds_the_way(east_m, north_m, with_ids):
    earlier = town(400)
    rows = displaced(earlier, east_m, north_m)
    found = shift_of(earlier, rows, same_id=by_id(earlier, rows) if with_ids else NONE)
    assert found.east_m == pytest.approx(east_m, abs=0.1)
    assert found.north_m == pytest.approx(north_m, abs=0.1)


@pytest.mark.parametrize("with_ids", [True, False])
def test_common_shift_is_none_when_only_half_have_moved(with_ids):
    earlier = town(100)
    moved, still = displaced(earlier, 40, 0), displaced(earlier, 0.5, 0)
    half = np.arange(100) < 50
    rows = Positions(np.where(half, moved.lon, still.lon), np.where(half, moved.lat, still.lat))
    same_id = by_id(earlier, rows) if with_ids else NONE
    assert shift_of(earlier, rows, same_id=same_id) is None
    assert shift_of(earlier, rows, same_id=same_id, needed=49) is not None


@pytest.mark.parametrize(("n", "east_m"), [(4, 40.0), (50, 9.0)], ids=["few rows", "a short way"])
def test_common_shift_is_none_where_it_would_mean_nothing(n, east_m):
    earlier = town(n)
    rows = displaced(earlier, east_m, 0)
    assert shift_of(earlier, rows, same_id=by_id(earlier, rows)) is None


def test_common_shift_is_none_when_everything_lies_elsewhere():
    earlier, rows = town(300), town(300, seed=2)
    assert shift_of(earlier, rows) is None
    assert shift_of(earlier, rows, same_id=by_id(earlier, rows)) is None


def test_common_shift_takes_one_in_degrees_for_one_where_ids_tell():
    chance = np.random.default_rng(1)
    france = Positions(chance.uniform(-4, 8, 500), chance.uniform(43, 50, 500))
    rows = Positions(france.lon + 0.0006, france.lat)
    found = shift_of(france, rows, same_id=by_id(france, rows))
    # 0.0006 degrees are 43 m at 50 degrees and 49 m at 43 degrees.
    assert 43 < found.length_m < 49


def test_common_shift_finds_the_way_in_a_dense_town_without_ids():
    poles = town(300)
    chance = np.random.default_rng(3)
    rows = chance.integers(0, 300, 2000)
    earlier = poles.take(rows)
    found = shift_of(earlier, displaced(earlier.take(chance.permutation(2000)), 30, 40))
    assert (found.east_m, found.north_m) == (
        pytest.approx(30, abs=0.1),
        pytest.approx(40, abs=0.1),
    )


def test_common_shift_is_none_where_every_way_leads_to_something():
    chance = np.random.default_rng(4)
    earlier, rows = (
        Positions(chance.uniform(24.94, 24.9405, 3000), chance.uniform(60.17, 60.17025, 3000))
        for _ in range(2)
    )
    assert shift_of(earlier, rows) is None
