"""Which coordinate system fits positions."""

import numpy as np
import pytest
import shapely

from sightlines.errors import SourceRefusedError
from sightlines.sources.columns.crs_fit import best_fit, crs_of_extent, share_that_fits

HONG_KONG = shapely.box(113.8, 22.1, 114.5, 22.6)
OTTAWA = shapely.box(-76.4, 45.0, -75.2, 45.6)


def test_share_that_fits_counts_positions_in_the_area_of_use():
    x, y = np.array([835000.0, 836000.0, 0.0, 0.0]), np.array([817000.0, 818000.0, 0.0, 0.0])
    assert share_that_fits("EPSG:2326", x, y, HONG_KONG) == 0.5


def test_crs_of_extent_finds_the_one_grid_that_fits():
    x, y = np.array([835000.0, 836500.0]), np.array([817000.0, 820000.0])
    assert crs_of_extent(x, y, HONG_KONG) == ("EPSG:2326", False)


def test_crs_of_extent_finds_northings_in_the_place_of_eastings():
    x, y = np.array([835000.0, 836500.0]), np.array([817000.0, 820000.0])
    extent = shapely.box(114.15, 22.28, 114.19, 22.33)
    assert crs_of_extent(y, x, extent) == ("EPSG:2326", True)


@pytest.mark.slow
def test_crs_of_extent_names_up_to_five_when_several_fit_that_disagree():
    x, y = np.array([374674.7381, 372860.726]), np.array([5028499.542, 5030578.562])
    with pytest.raises(SourceRefusedError, match="several coordinate systems") as refused:
        crs_of_extent(x, y, OTTAWA)
    assert str(refused.value).count("EPSG:") == 6  # five, and the example
    assert "EPSG:2951" in str(refused.value)


@pytest.mark.parametrize("extent", [HONG_KONG, shapely.box(-180, -90, 180, 90)])
def test_crs_of_extent_refuses_when_none_fits_or_the_area_says_nothing(extent):
    with pytest.raises(SourceRefusedError, match="name it, as in --crs EPSG:2326"):
        crs_of_extent(np.array([9e7]), np.array([9e7]), extent)


def test_best_fit_takes_the_half_of_a_zone_that_the_area_says():
    # 49 N 9 E lies on the central meridian of zone 32: easting 500000 by definition.
    x, y = np.array([500000.0]), np.array([5427700.0])
    extent = shapely.box(8.0, 48.0, 10.0, 50.0)
    zone = ["EPSG:32632", "EPSG:32732"]
    assert best_fit(zone, x, y, extent) == ("EPSG:32632", False)
    with pytest.raises(SourceRefusedError, match="EPSG:32632, EPSG:32732"):
        best_fit(zone, x, y, None)
    assert best_fit(["EPSG:2326"], x, y, None) is None
