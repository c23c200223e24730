import numpy as np
import pytest

from sightlines.statistics.density import density_per_km2, few, rate_per_1000


def objects(*values):
    return np.array(values, dtype=object)


def test_density_per_km2_divides_cameras_by_covered_ground():
    density, reason = density_per_km2(np.array([12, 0]), np.array([0.5, 2.0]))
    assert density.tolist() == [24.0, 0.0]
    assert reason.tolist() == [None, None]


def test_density_per_km2_is_absent_and_never_zero_when_nothing_is_covered():
    density, reason = density_per_km2(np.array([0, 7]), np.array([0.0, 0.0]))
    assert np.isnan(density).all()
    assert set(reason) == {"not covered by any source's stated ground"}


def test_rate_per_1000_is_given_for_wholly_covered_areas_with_residents_only():
    rate, reason = rate_per_1000(
        np.array([3, 3, 3, 3, 3]),
        np.array([1500, 1500, 1500, 0, np.nan]),
        objects("covered", "partly covered", "not covered", "covered", "covered"),
    )
    assert rate[0] == 2.0
    assert np.isnan(rate[1:]).all()
    assert reason.tolist() == [
        None,
        "partly covered",
        "not covered",
        "population is zero",
        "population not known",
    ]


@pytest.mark.parametrize(
    ("n_cameras", "population", "area_km2", "reason"),
    [
        (5, 250, 0.01, None),
        (5, np.nan, 0.01, None),
        (4, 250, 0.01, "fewer than 5 cameras"),
        (5, 249, 0.01, "fewer than 250 residents"),
        (5, 250, 0.0099, "smaller than 0.01 km2"),
        (0, 0, 0.001, "fewer than 250 residents; fewer than 5 cameras; smaller than 0.01 km2"),
    ],
)
def test_few_names_every_reason(n_cameras, population, area_km2, reason):
    found = few(np.array([n_cameras]), np.array([float(population)]), np.array([area_km2]))
    assert found.tolist() == [reason]
